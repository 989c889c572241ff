"""A process that publishes is killed at every step, and no post goes live twice.

Starts a sandbox as a process of its own. For each kind of post a child publishes what is due and kills itself with
SIGKILL at the first step, the next child at the second, and so on until one ends unharmed; a step lies before and after
every statement to the database and every request to the platform. After each death others publish what is due, past
the claim and past every look, and the sandbox tells how often the post is live. Only processes started here are
stopped.
"""

import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from itertools import accumulate
from multiprocessing import get_context
from pathlib import Path
from typing import NamedTuple

from _common import ROOT, WORK, Law, empty_database, judge, step
from django.conf import settings
from django.core.files.base import ContentFile
from django.db import connections
from django.utils import timezone
from requests import get
from worker_killed import wait_until

from engagement.enums import Platform, PostStatus
from engagement.models import SocialAccount, SocialMediaPost
from engagement.publishing import SLOW_LOOKS, publish_due
from engagement.scheduling import schedule
from engagement.tests.killing import dying_at
from gator.demo import cast
from gator.demo.control import SandboxControl
from gator.studio.enums import ContentStatus, MediaKind
from gator.studio.models import Content

PAIRS = (
    (Platform.INSTAGRAM, MediaKind.IMAGE),
    (Platform.FACEBOOK, MediaKind.TEXT),
    (Platform.TWITTER, MediaKind.TEXT),
    (Platform.TIKTOK, MediaKind.VIDEO),
)
FILES = {MediaKind.IMAGE: "figs.jpg", MediaKind.VIDEO: "figs.mp4"}
FEWEST_STEPS, MOST_STEPS = 10, 200
# Past the claim, then past each look that is taken after it; the last ones find what was sent again.
AFTERWARDS = tuple(accumulate((timedelta(seconds=settings.CLAIM_SECONDS + 60), *SLOW_LOOKS)))
# Quotas of a day are open again.
BETWEEN = timedelta(days=2)
FORK = get_context("fork")


class End(NamedTuple):
    """How often a post is live, how often the call that makes it live was made for it, and what Gator says of it."""

    live: int
    calls: int
    said: str

    @property
    def is_untrue(self) -> bool:
        """Whether what is said is wrong; `unknown` never is."""
        return self.said != PostStatus.UNKNOWN and (self.live > 0) != (self.said == PostStatus.PUBLISHED)


@contextmanager
def sandbox() -> Iterator[SandboxControl]:
    """A running sandbox whose clock stands until it is moved, where the settings point to."""
    words = ("run_sandbox", "--port", "0", "--ledger", f"{WORK.name}/ledger.jsonl", "--start", str(timezone.now()))
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "manage.py", *words], cwd=ROOT, start_new_session=True,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        wait_until(lambda: bool(address()), "the sandbox")
        settings.PLATFORM_API_URLS = {platform: f"{address()}/{platform}" for platform in Platform.values}
        control = SandboxControl(address())
        yield control
        control.close()
    finally:
        process.kill()
        process.wait()


def address() -> str:
    """Where the sandbox answers; empty until it does."""
    file = settings.SANDBOX_ADDRESS_FILE
    return str(file.read_text()) if file.exists() else ""


def planned(account: SocialAccount, kind: MediaKind, number: int, now: datetime) -> SocialMediaPost:
    """A post that is due, with a caption that no other has."""
    content = Content(
        persona=account.persona, media_kind=kind, status=ContentStatus.READY, caption=f"Figs, the {number}. time"
    )
    if name := FILES.get(kind):
        content.media.save(name, ContentFile(b"picture"), save=False)
    content.save()
    return schedule(content, account, now)


def is_killed(number: int, now: datetime) -> bool:
    """Let a child publish what is due until its `number`th step; whether it came so far."""
    # A child must not speak through its parent's connection.
    connections.close_all()
    child = FORK.Process(target=publish_until, args=(number, now))
    child.start()
    child.join()
    if child.exitcode not in {0, -signal.SIGKILL}:
        sys.exit("Publishing failed by itself, see above.")
    return child.exitcode != 0


def publish_until(number: int, now: datetime) -> None:
    """Runs in the child."""
    with dying_at(number, lambda: os.kill(os.getpid(), signal.SIGKILL)):
        publish_due(now)


def seen(control: SandboxControl, account: SocialAccount, caption: str = "") -> tuple[int, int]:
    """How many posts with the caption are live on the account, and how many calls to make one were ever made for it."""
    ledger = get(f"{control.address}/sandbox/ledger", {"platform": account.platform}, timeout=30).json()
    mine = next(one for one in ledger if one["user_id"] == account.platform_user_id)
    return sum(one["text"] == caption and not one["deleted"] for one in mine["posts"]), mine["create_calls"]


def ends_of(control: SandboxControl, account: SocialAccount, kind: MediaKind, now: datetime) -> list[End]:
    """The end of a post for every step at which its process was killed."""
    ends: list[End] = []
    for number in range(1, MOST_STEPS):
        control.move_clock(now)
        killed, end = end_of(control, planned(account, kind, number, now), number, now)
        if not killed:
            if end != (1, 1, PostStatus.PUBLISHED):
                sys.exit(f"An unharmed child did not publish: {end}")
            return ends
        ends.append(end)
        now += BETWEEN
    sys.exit(f"No child ended unharmed within {MOST_STEPS} steps.")


def end_of(control: SandboxControl, post: SocialMediaPost, number: int, now: datetime) -> tuple[bool, End]:
    """Whether the process was killed at that step, and the end of the post after others took over."""
    assert post.account is not None
    before = seen(control, post.account)[1]
    killed = is_killed(number, now)
    for later in AFTERWARDS:
        control.move_clock(now + later)
        publish_due(now + later)
    post.refresh_from_db()
    live, calls = seen(control, post.account, post.caption)
    return killed, End(live, calls - before, post.status)


def laws_of(name: str, ends: list[End], *, lists_at_once: bool) -> list[Law]:
    """Print how the posts ended, and give the laws they must keep."""
    live = Counter(min(end.live, 2) for end in ends)
    print(f"           {name}: {len(ends)} kills; live once {live[1]}, never {live[0]}, more than once {live[2]}")
    for end, n in sorted(Counter(ends).items()):
        print(f"             {n:4} of them: live {end.live} ×, call made {end.calls} ×, said to be {end.said}")
    laws = [
        Law(f"{name}: kills", len(ends), FEWEST_STEPS, "", at_least=True),
        Law(f"{name}: live more than once", live[2], 0, ""),
        # Some platforms refuse a second post of the same words, which would hide that it was tried.
        Law(f"{name}: sent more than once", sum(end.calls > 1 for end in ends), 0, ""),
        Law(f"{name}: said to be live or not, and wrong", sum(end.is_untrue for end in ends), 0, ""),
    ]
    # What TikTok moderates for long is not sent again by itself: a person decides.
    return [*laws, Law(f"{name}: not live", live[0], 0, "")] if lists_at_once else laws


def main() -> None:
    """Kill at every step of every kind."""
    settings.PUBLISH_POLL_SECONDS, settings.MEDIA_ROOT = 0, Path(WORK.name) / "media"
    laws: list[Law] = []
    with empty_database(), sandbox() as control:
        now = timezone.now() + timedelta(minutes=1)
        accounts = {account.platform: account for account in cast.connect(control.accounts(), now)}
        for platform, kind in PAIRS:
            name = f"{platform} {kind}"
            with step(f"{name}, a child for every step"):
                ends = ends_of(control, accounts[platform], kind, now)
            # The sandbox's clock only moves forward.
            now += BETWEEN * (len(ends) + 1)
            laws += laws_of(name, ends, lists_at_once=platform != Platform.TIKTOK)
    judge(laws)


if __name__ == "__main__":
    main()
