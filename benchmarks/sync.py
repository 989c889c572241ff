"""Syncing ten thousand posts at 300 ms a request: against the floor that the latency sets, against one post after the
other, and where every item of a batch counts, against the floor that the quota sets. All in one run.

The platform is a Graph API of this script's own on loopback, which answers batches of reads after 300 ms. The posts are
older than what its lists are read for, so each costs an item of a batch.
"""

import json
import sys
import time
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from _common import Law, empty_database, judge, seconds, settle, step
from django.conf import settings
from django.utils import timezone

from engagement.enums import FilterState, MetricSource, Origin, Platform, PostStatus, SyncStatus, Verdict
from engagement.filtering.pipeline import MODEL_VERSION
from engagement.models import Budget, Interaction, SocialAccount, SocialMediaPost
from engagement.reports import Report
from engagement.sync import sync_due, sync_posts
from gator.studio.models import Persona

POSTS, ACCOUNTS = 10_000, 20
ONE_BY_ONE = 20
LATENCY = 0.3
BATCH = 50
FLIGHTS = 8
COMMENTS = 3
TOKEN = "of-no-platform"  # noqa: S105 - it opens nothing
# The quota of the second part: so many items in any window of so many seconds.
QUOTA, WINDOW = 4_000, 8


FORK = get_context("fork")


class Graph(ThreadingHTTPServer):
    """Answers every request after the latency, and counts requests and items. Runs in a process of its own."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self) -> None:
        self.requests, self.items = FORK.Value("i", 0), FORK.Value("i", 0)
        self.has_quota, self.refused = FORK.Value("b", 0), FORK.Value("i", 0)
        self.answered: deque[tuple[float, int]] = deque()
        super().__init__(("127.0.0.1", 0), _Answer)

    def count(self, items: int) -> bool:
        """Note a request; False if it is over the quota, where there is one."""
        with self.items.get_lock():
            now = time.monotonic()
            while self.answered and self.answered[0][0] <= now - WINDOW:
                self.answered.popleft()
            if self.has_quota.value and sum(n for _, n in self.answered) + items > QUOTA:
                self.refused.value += 1
                return False
            self.answered.append((now, items))
            self.requests.value += 1
            self.items.value += items
            return True


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: Graph

    def do_POST(self) -> None:
        """A batch: every item is a post that was asked for."""
        form = self.rfile.read(int(self.headers["Content-Length"])).decode()
        items = json.loads(_field(form, "batch"))
        if not self.server.count(len(items)):
            self._send({"error": {"message": "Application request limit reached", "code": 4}}, 400)
            return
        self._send([{"code": 200, "body": json.dumps(post(_id_of(item["relative_url"])))} for item in items])

    def do_GET(self) -> None:
        """A Page's list of its newest posts, or a single post."""
        self.server.count(1)
        *_, page, last = urlsplit(self.path).path.split("/")
        self._send(newest(page) if last == "posts" else post(last))

    def _send(self, body: Any, status: int = 200) -> None:
        time.sleep(LATENCY)
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("facebook-api-version", settings.GRAPH_API_VERSION)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Silence."""


def _field(form: str, name: str) -> str:
    return dict(parse_qsl(form))[name]


def _id_of(address: str) -> str:
    """The id in a path like v26.0/1_2?fields=..."""
    return urlsplit(address).path.rstrip("/").rpartition("/")[2]


def post(post_id: str) -> dict[str, Any]:
    """A post with its numbers: more of everything than last time, but no new comment."""
    insights = [
        {"name": name, "values": [{"value": value}]}
        for name, value in (("post_media_view", 900), ("post_total_media_view_unique", 700), ("post_clicks", 9))
    ]
    return {
        "id": post_id,
        "shares": {"count": 3},
        "comments": {"summary": {"total_count": COMMENTS}},
        "reactions": {"summary": {"total_count": 80}},
        "insights": {"data": insights},
    }


def newest(page: str) -> dict[str, Any]:
    """The list of a Page's newest posts, by the numbers that `fill` gives them: every one of its kind of the first."""
    numbers = range(int(page), ACCOUNTS * BATCH, ACCOUNTS)
    return {"data": [post(f"{page}_{number}") for number in numbers]}


@contextmanager
def graph() -> Iterator[Graph]:
    """The platform, where the settings point to."""
    server = Graph()
    process = FORK.Process(target=server.serve_forever, daemon=True)
    process.start()
    settings.PLATFORM_API_URLS = dict.fromkeys(Platform.values, f"http://127.0.0.1:{server.server_port}")
    try:
        yield server
    finally:
        process.terminate()
        process.join()
        server.server_close()


def fill() -> list[SocialAccount]:
    """Twenty Pages with posts from one week to two months old, all synced before."""
    now = timezone.now()
    persona = Persona.objects.create(name="Bench", slug="bench")
    accounts = SocialAccount.objects.bulk_create(
        SocialAccount(
            persona=persona, platform=Platform.FACEBOOK, platform_user_id=str(n), access_token=TOKEN, followers=9_000
        )
        for n in range(ACCOUNTS)
    )
    posts = (_post(accounts[number % ACCOUNTS], number, now) for number in range(POSTS))
    made = SocialMediaPost.objects.bulk_create(posts, batch_size=1_000)
    Interaction.objects.bulk_create(
        (_comment(one, number) for one in made for number in range(COMMENTS)), batch_size=1_000
    )
    return accounts


def _post(account: SocialAccount, number: int, now: datetime) -> SocialMediaPost:
    return SocialMediaPost(
        persona=account.persona,
        account=account,
        platform=account.platform,
        media_kind="text",
        platform_post_id=f"{account.platform_user_id}_{number}",
        status=PostStatus.PUBLISHED,
        caption=f"Post {number}",
        published_at=now - timedelta(days=8, minutes=7 * number),
        local_hour=12,
        local_weekday=1,
        comments=COMMENTS,
        observed_count=COMMENTS,
        genuine_count=COMMENTS - 1,
        bot_count=1,
        source=MetricSource.API,
        sync_status=SyncStatus.OK,
        last_synced_at=now - timedelta(days=1),
        filter_state=FilterState.FILTERED,
        next_sync_at=now,
    )


def _comment(post: SocialMediaPost, number: int) -> Interaction:
    key = f"{post.pk:060x}{number:04x}"
    verdict = Verdict.GENUINE if number else Verdict.BOT
    return Interaction(
        post=post, platform_id=key, kind="comment", author_key=key, verdict=verdict, model_version=MODEL_VERSION
    )


def all_due() -> None:
    """Make every post due again."""
    SocialMediaPost.objects.update(next_sync_at=timezone.now())


def synced_in_flight() -> float:
    """The seconds of a sync of everything."""
    all_due()
    reports: list[Report] = []
    taken = seconds(lambda: reports.append(sync_due(timezone.now())))
    if reports[0].counts() != {"synced": POSTS}:
        sys.exit(f"Not everything was synced: {reports[0].counts()}")
    return taken


def synced_within_quota(server: Graph) -> tuple[float, float]:
    """The seconds of a sync of everything where every item of a batch counts, and the floor that the quota sets."""
    Budget.objects.all().delete()
    Budget.objects.create(platform=Platform.FACEBOOK, name="Calls", amount=QUOTA, seconds=WINDOW, origin=Origin.STAFF)
    # The floor is that of the whole quota, so nothing is kept back for publishing.
    settings.PUBLISH_RESERVE = 0
    server.has_quota.value, before = 1, server.items.value
    all_due()
    waiting = SocialMediaPost.objects.filter(last_synced_at__lt=timezone.now())

    def work() -> None:
        while waiting.exists():
            sync_due(timezone.now())
            # What a spent budget does not reach is due when the window opens.
            time.sleep(0.05)

    taken = seconds(work)
    items = server.items.value - before
    # The first quota goes at once, and each further one when the one before has left the window; what goes last still
    # takes its time.
    waits = -(-items // QUOTA) - 1
    return taken, waits * WINDOW + (items - waits * QUOTA) / BATCH * LATENCY / FLIGHTS


def synced_one_by_one(account: SocialAccount) -> float:
    """The seconds that a post takes when each is synced by itself."""
    posts = list(account.posts.all()[:ONE_BY_ONE])
    return seconds(lambda: [sync_posts([one], now=timezone.now()) for one in posts]) / len(posts)


def main() -> None:
    """Measure both, and the second floor."""
    settings.SYNC_FLIGHTS = FLIGHTS
    with empty_database(), graph() as server:
        with step(f"fill with {POSTS:,} posts"):
            account = fill()[0]
            settle()
        taken = synced_in_flight()
        floor = -(-POSTS // BATCH) * LATENCY / FLIGHTS
        print(f"{taken:7.2f} s  sync of {POSTS:,} posts in {server.requests.value:,} requests; floor {floor:.2f} s")
        each = synced_one_by_one(account)
        print(f"{each:7.2f} s  a post synced by itself; {POSTS:,} of them would take {each * POSTS:,.0f} s")
        laws = [
            Law("sync against the floor of the latency", taken / floor, 1.25),
            Law("sync against one post after the other", each * POSTS / taken, 250, at_least=True),
        ]
        time.sleep(WINDOW)
        within, quota_floor = synced_within_quota(server)
        print(f"{within:7.2f} s  the same where {QUOTA:,} items are allowed in {WINDOW} s; floor {quota_floor:.2f} s")
        laws += [
            Law("sync against the floor of the quota", within / quota_floor, 1.25),
            Law("requests over the quota", server.refused.value, 0, unit=""),
        ]
    judge(laws)


if __name__ == "__main__":
    main()
