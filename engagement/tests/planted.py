"""Scenes planted in the sandbox and read by the product's own path: its verdicts beside the truth."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from engagement.enums import Flavour, InteractionKind, Platform, Verdict
from engagement.metrics import ENGAGEMENT_FIELDS
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.sandbox.accounts import ACCOUNTS
from engagement.sandbox.audience import GENUINE
from engagement.sync import sync_posts
from engagement.tests.factories import make_account
from engagement.tests.sandbox_client import Sandbox
from engagement.tests.stage import Stage, sandbox_account

# On how many posts a kind is planted: what repeats itself across posts needs several of them.
POSTS = {"campaign": 4, "pod": 6, "raid": 2, "bought_likes": 2, "personas": 3, "viral": 1, "regulars": 4, "giveaway": 1}
EARLIER_POSTS = 5
# When the posts are read, in hours after the scene began: a raid has just passed, a day, and the purge of fake likes.
READ_AFTER = (3, 24, 96)
FAKE = (Verdict.BOT.value, Verdict.PERSONA.value)
# What the truth calls the lists of people that X shows.
LISTS = {InteractionKind.LIKE.value: "likes", InteractionKind.SHARE.value: "shares"}


@dataclass
class Judged:
    """Interactions counted by truth and verdict; for each post, whether its interval holds the true engagement."""

    verdicts: Counter[tuple[str, str]] = field(default_factory=Counter)
    covered: list[bool] = field(default_factory=list)

    def add(self, other: Judged) -> None:
        """Take another scene in."""
        self.verdicts.update(other.verdicts)
        self.covered += other.covered

    @property
    def n(self) -> int:
        """Interactions whose truth is known."""
        return self.verdicts.total()

    @property
    def precision(self) -> float | None:
        """Share of those called bot or persona that are what they were called; None if nobody was."""
        return _share(self._right, sum(n for (_, said), n in self.verdicts.items() if said in FAKE))

    @property
    def recall(self) -> float | None:
        """Share of the bots and personas that were called what they are; None without any."""
        return _share(self._right, sum(n for (true, _), n in self.verdicts.items() if true in FAKE))

    @property
    def accused(self) -> float | None:
        """Share of the genuine that were called bot or persona; None without any."""
        genuine = {said: n for (true, said), n in self.verdicts.items() if true == GENUINE}
        return _share(sum(n for said, n in genuine.items() if said in FAKE), sum(genuine.values()))

    @property
    def coverage(self) -> float | None:
        """Share of the posts whose interval holds the true genuine engagement; None without any."""
        return _share(sum(self.covered), len(self.covered))

    @property
    def _right(self) -> int:
        return sum(n for (true, said), n in self.verdicts.items() if true == said and true in FAKE)


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None


def play(stage: Stage, sandbox: Sandbox, platform: str, kind: str, **asked: Any) -> Judged:
    """Plant a scene on new posts of an account that has some history, read them for days, and judge the verdicts."""
    account = open_account(stage, platform)
    earlier = [_published(stage, account, 24) for _ in range(EARLIER_POSTS)]
    _sync(stage, earlier)
    posts = [_published(stage, account, 0.25) for _ in range(asked.pop("posts", POSTS[kind]))]
    began, ids = stage.world.time(), [post.platform_post_id for post in posts]
    answer = sandbox.ask("POST", "/sandbox/scenes", json={"kind": kind, "posts": ids, "platform": platform, **asked})
    if answer.status != 200:
        raise RuntimeError(answer.text)
    truth: dict[tuple[str | None, str, str], str] = {}
    for hours in READ_AFTER:
        stage.pass_time(hours=hours - (stage.world.time() - began).total_seconds() / 3600)
        truth |= _truth(_told(sandbox, platform), platform)
        _sync(stage, posts)
    return Judged(_verdicts(posts, truth), _covered(posts, _told(sandbox, platform)))


def open_account(stage: Stage, platform: str) -> SocialAccount:
    """Our account, and those of our other personas on the platform; on TikTok through the API that shows comments."""
    ours, changes = sandbox_account(platform), {}
    if platform == Platform.TIKTOK:
        token = stage.world.tokens_of(ours, "tiktok_business").access
        changes = {"flavour": Flavour.BUSINESS, "access_token": token}
    for other in ACCOUNTS:
        if other.platform == platform and other != ours:
            make_account(platform=platform, platform_user_id=other.user_id, handle=other.handle)
    return stage.account(platform, **changes)


def _published(stage: Stage, account: SocialAccount, hours: float) -> SocialMediaPost:
    """A post that is live since so many hours."""
    post = stage.live(account)
    stage.pass_time(hours=hours)
    return post


def _sync(stage: Stage, posts: Sequence[SocialMediaPost]) -> None:
    report = sync_posts(posts, now=stage.world.time())
    if report.failed:
        raise RuntimeError(str(report.items))


def _told(sandbox: Sandbox, platform: str) -> dict[str, Any]:
    return dict(sandbox.ask("GET", f"/sandbox/truth?platform={platform}").body)


def _truth(told: dict[str, Any], platform: str) -> dict[tuple[str | None, str, str], str]:
    """The truth by (post, kind, id): comments by their own id, whoever liked and shared by the key of the author."""
    comments = {(None, "", key): truth for key, truth in told["interactions"][platform].items()}
    people = {
        (post, name, author_key(platform, user_id)): truth
        for post, lists in told["people"].get(platform, {}).items()
        for name, by_id in lists.items()
        for user_id, truth in by_id.items()
    }
    return comments | people


def _verdicts(
    posts: Sequence[SocialMediaPost], truth: dict[tuple[str | None, str, str], str]
) -> Counter[tuple[str, str]]:
    rows = Interaction.objects.filter(post__in=posts).exclude(final_verdict="")
    found = Counter[tuple[str, str]]()
    for post_id, kind, key, author, verdict in rows.values_list(
        "post__platform_post_id", "kind", "platform_id", "author_key", "final_verdict"
    ):
        name = LISTS.get(kind)
        found[truth[(post_id, name, author) if name else (None, "", key)], verdict] += 1
    return found


def _covered(posts: Sequence[SocialMediaPost], told: dict[str, Any]) -> list[bool]:
    """Half a person either way is rounding; counts that the platform does not tell are in neither figure."""
    covered = []
    for post in SocialMediaPost.objects.filter(pk__in=[post.pk for post in posts]):
        genuine = told["posts"][post.platform][post.platform_post_id]["genuine"]
        true = sum(genuine[name] for name in ENGAGEMENT_FIELDS if getattr(post, name) is not None)
        low, high = post.genuine_low, post.genuine_high
        covered.append(low is not None and high is not None and low - 0.5 <= true <= high + 0.5)
    return covered
