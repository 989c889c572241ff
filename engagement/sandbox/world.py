"""The state of the sandbox: accounts and their tokens, the clock, published posts and what becomes of them.

Everything an audience does follows from the seed (see `audience.py`), so a world can be made again.
Wire formats are left to the platform modules.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from engagement.sandbox import accounts, audience, ids, ledger
from engagement.sandbox.accounts import ACCOUNTS, PERSONAS, Account
from engagement.sandbox.audience import Comment, Life, Occasion
from engagement.sandbox.callbacks import Callback
from engagement.sandbox.faults import Faults
from engagement.sandbox.limits import Limits
from engagement.sandbox.messages import Json

_HASHTAG = re.compile(r"#(\w+)")
FINISHED_POLLS = 9  # more than any platform makes a client ask


@dataclass
class Post:
    """A published post; `extra` holds what only its platform knows (its request, photo, conversation)."""

    account: Account
    number: int
    post_id: str
    published_at: datetime
    kind: str
    text: str
    extra: Json
    life: Life
    deleted: bool = False

    def age(self, now: datetime) -> float:
        return (now - self.published_at).total_seconds()

    def comment_at(self, comment: Comment) -> datetime:
        return audience.moment(self.published_at, comment.after)


@dataclass
class Pending:
    """An upload, container or request on its way to a post; `polls` counts how often it was asked."""

    account: Account
    created_at: datetime
    kind: str
    text: str
    extra: Json
    polls: int = 0
    post_id: str = ""


@dataclass
class Tokens:
    """The tokens of one account; a renewed account knows a later generation."""

    account: Account
    generation: int = 0

    @property
    def access(self) -> str:
        return accounts.access_token(self.account, self.generation)

    @property
    def refresh(self) -> str | None:
        return accounts.refresh_token(self.account, self.generation)


@dataclass
class World:
    """All state; `now` set means a clock that stands still until it is moved. Hold `lock` while asking."""

    seed: int
    now: datetime | None = None
    ledger: Path | None = None
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    posts: dict[tuple[str, str], Post] = field(default_factory=dict)
    pending: dict[tuple[str, str], Pending] = field(default_factory=dict)
    create_calls: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        if self.now is not None and self.now.tzinfo is None:
            raise ValueError("now must carry a time zone")
        self._ahead = timedelta(0)
        self._tokens = {account.user_id: Tokens(account) for account in ACCOUNTS}
        self._numbers = {account.user_id: 0 for account in ACCOUNTS}
        entries = list(ledger.read(self.ledger))
        self._agree_on_seed(entries)
        self.effects = {slug: audience.draw_effects(self.seed, persona) for slug, persona in PERSONAS.items()}
        for entry in entries:
            if replay := _REPLAYS.get(entry["entry"]):
                replay(self, entry)

    def _agree_on_seed(self, entries: list[Json]) -> None:
        """The ledger's seed wins: under another one its posts would have other ids and another life."""
        known = next((entry["seed"] for entry in entries if entry["entry"] == "seed"), None)
        if known is not None:
            self.seed = known
        elif not entries:
            ledger.append(self.ledger, {"entry": "seed", "seed": self.seed})

    # Time

    @property
    def is_standing(self) -> bool:
        return self.now is not None

    def time(self) -> datetime:
        return (self.now or datetime.now(UTC) + self._ahead).astimezone(UTC)

    def move_clock(self, to: datetime) -> None:
        """Move forward; a running clock runs on from there."""
        if to < self.time():
            raise ValueError("the clock only moves forward")
        self._set_clock(to)
        ledger.append(self.ledger, {"entry": "clock", "now": to.isoformat()})

    def _set_clock(self, to: datetime) -> None:
        if self.now is not None:
            self.now = to
        else:
            self._ahead = to - datetime.now(UTC)

    # Accounts

    def account_for(self, platform: str, token: str) -> Account | None:
        return next(
            (
                tokens.account
                for tokens in self._tokens.values()
                if tokens.account.platform == platform and tokens.access == token
            ),
            None,
        )

    def account_to_refresh(self, platform: str, token: str) -> Account | None:
        return next(
            (
                tokens.account
                for tokens in self._tokens.values()
                if tokens.account.platform == platform and tokens.refresh and tokens.refresh == token
            ),
            None,
        )

    def tokens_of(self, account: Account) -> Tokens:
        return self._tokens[account.user_id]

    def renew(self, account: Account) -> Tokens:
        """Give out the next tokens; the old ones stop working, as where refresh tokens rotate."""
        tokens = self._tokens[account.user_id]
        tokens.generation += 1
        self.faults.refreshed(account.user_id, account.platform)
        ledger.append(self.ledger, {"entry": "token", "user_id": account.user_id, "generation": tokens.generation})
        return tokens

    # Posts

    def publish(self, account: Account, *, kind: str, text: str, extra: Json | None = None) -> Post:
        post = self._make(account, kind, text, extra or {}, self.time())
        ledger.append(
            self.ledger,
            {
                "entry": "post",
                "platform": account.platform,
                "user_id": account.user_id,
                "post_id": post.post_id,
                "published_at": post.published_at.isoformat(),
                "kind": kind,
                "text": text,
                "extra": post.extra,
            },
        )
        return post

    def delete(self, post: Post) -> None:
        post.deleted = True
        ledger.append(self.ledger, {"entry": "deleted", "platform": post.account.platform, "post_id": post.post_id})

    def count_create_call(self, account: Account) -> None:
        self.create_calls[account.user_id] = self.create_calls.get(account.user_id, 0) + 1

    def post(self, platform: str, post_id: str) -> Post | None:
        """A post that can be seen; deleted, vanished and future ones cannot."""
        post = self.posts.get((platform, post_id))
        if post is None or post.deleted or post.published_at > self.time():
            return None
        return None if self.faults.has_vanished(platform, post_id) else post

    def posts_of(self, account: Account) -> list[Post]:
        """What can be seen of an account, newest first."""
        own = [post for post in self.posts.values() if post.account == account and self.post(*_key(post))]
        return sorted(own, key=lambda post: (post.published_at, post.number), reverse=True)

    def posts_since(self, account: Account, hours: float) -> int:
        start = self.time() - timedelta(hours=hours)
        return sum(post.account == account and post.published_at > start for post in self.posts.values())

    def comments(self, post: Post) -> tuple[Comment, ...]:
        """What is visible under a post by now, oldest first."""
        return post.life.comments_by(post.age(self.time()))

    def count(self, post: Post, kind: str, truth: str | None = None) -> int:
        if kind == "comment":
            return sum(truth in (None, comment.truth) for comment in self.comments(post))
        return post.life.count(kind, post.age(self.time()), truth)

    def reach(self, post: Post) -> int:
        return post.life.reached(post.age(self.time()))

    def views(self, post: Post) -> int:
        return post.life.viewed(post.age(self.time()))

    def _make(self, account: Account, kind: str, text: str, extra: Json, published_at: datetime) -> Post:
        self._numbers[account.user_id] += 1
        number = self._numbers[account.user_id]
        local = published_at.astimezone(ZoneInfo(account.persona.timezone))
        tags = tuple(sorted({tag.lower() for tag in _HASHTAG.findall(text)}))
        post_id = _POST_IDS[account.platform](self.seed, account, number, published_at)
        life = audience.draw_life(
            Occasion(self.seed, account, number, published_at, local.hour, local.weekday(), kind, tags),
            self.effects[account.persona.slug],
            _others(account),
            _comment_names(account, post_id, published_at),
        )
        post = Post(account, number, post_id, published_at, kind, text, extra, life)
        self.posts[_key(post)] = post
        return post

    # Reading the ledger back

    def _replay_post(self, entry: Json) -> None:
        """Bring back the post and, where publishing took several steps, the finished request behind it."""
        account, extra = self._tokens[entry["user_id"]].account, entry["extra"]
        published_at = datetime.fromisoformat(entry["published_at"])
        post = self._make(account, entry["kind"], entry["text"], extra, published_at)
        self.count_create_call(account)
        if "request" in extra:
            self.pending[account.platform, extra["request"]] = Pending(
                account, published_at, post.kind, post.text, extra, FINISHED_POLLS, post.post_id
            )

    def _replay_deletion(self, entry: Json) -> None:
        post = self.posts.get((entry["platform"], entry["post_id"]))
        if post is not None:
            post.deleted = True

    def _replay_token(self, entry: Json) -> None:
        self._tokens[entry["user_id"]].generation = entry["generation"]

    def _replay_clock(self, entry: Json) -> None:
        self._set_clock(max(self.time(), datetime.fromisoformat(entry["now"])))


_REPLAYS = {
    "post": World._replay_post,
    "deleted": World._replay_deletion,
    "token": World._replay_token,
    "clock": World._replay_clock,
}

_POST_IDS: dict[str, Callable[[int, Account, int, datetime], str]] = {
    "instagram": lambda seed, account, number, at: ids.media_id("1792", seed, account.user_id, number),
    "facebook": lambda seed, account, number, at: ids.facebook_post(account.user_id, seed, number),
    # The number sits in the low bits: posts of one millisecond keep their order.
    "twitter": lambda seed, account, number, at: ids.snowflake(
        at, number % 4096 * 1024 + ids.low_bits(10, account.user_id)
    ),
    "tiktok": lambda seed, account, number, at: ids.tiktok_video(at, seed, account.user_id, number),
}

_COMMENT_IDS: dict[str, Callable[[str, datetime, int], str]] = {
    "instagram": lambda post_id, at, index: ids.media_id("1785", post_id, index),
    "facebook": lambda post_id, at, index: ids.facebook_comment(post_id, index),
    "twitter": lambda post_id, at, index: ids.snowflake(at, ids.low_bits(22, post_id, index)),
    "tiktok": lambda post_id, at, index: ids.media_id("7321", post_id, index),
}


def _key(post: Post) -> tuple[str, str]:
    return post.account.platform, post.post_id


def _others(account: Account) -> list[Account]:
    return [other for other in ACCOUNTS if other.platform == account.platform and other != account]


def _comment_names(account: Account, post_id: str, published_at: datetime) -> audience.NameComment:
    make = _COMMENT_IDS[account.platform]
    return lambda after, index: make(post_id, audience.moment(published_at, after), index)
