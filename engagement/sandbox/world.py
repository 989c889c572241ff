"""The state of the sandbox: accounts and their tokens, the clock, published posts and what becomes of them.

Everything an audience does follows from the seed (see `audience.py`), so a world can be made again.
Wire formats are left to the platform modules.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from engagement.sandbox import audience, ids, ledger, people, scene_kinds, scenes
from engagement.sandbox.accounts import ACCOUNTS, PERSONAS, Account
from engagement.sandbox.audience import Comment, Life, Occasion
from engagement.sandbox.bill import Bill
from engagement.sandbox.callbacks import Callback
from engagement.sandbox.changes import Changes
from engagement.sandbox.faults import Faults
from engagement.sandbox.limits import Limits
from engagement.sandbox.messages import Json
from engagement.sandbox.tokens import Tokens, TokenStore, limit_life

_HASHTAG = re.compile(r"#(\w+)")
_OWNERS = {account.user_id: account for account in ACCOUNTS}
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
class World:
    """All state; `now` set means a clock that stands still until it is moved. Hold `lock` while asking."""

    seed: int
    now: datetime | None = None
    ledger: Path | None = None
    token_life: bool = False
    faults: Faults = field(default_factory=Faults)
    limits: Limits = field(default_factory=Limits)
    bill: Bill = field(default_factory=Bill)
    callbacks: dict[str, Callback] = field(default_factory=dict)
    changes: Changes = field(default_factory=Changes)
    delays: dict[str, timedelta] = field(default_factory=dict)
    followers: dict[str, int] = field(default_factory=dict)
    subscriptions: dict[str, list[str]] = field(default_factory=dict)
    posts: dict[tuple[str, str], Post] = field(default_factory=dict)
    pending: dict[tuple[str, str], Pending] = field(default_factory=dict)
    planted: list[Json] = field(default_factory=list)
    create_calls: dict[str, int] = field(default_factory=dict)
    lock: threading.RLock = field(default_factory=threading.RLock)

    def __post_init__(self) -> None:
        if self.now is not None and self.now.tzinfo is None:
            raise ValueError("now must carry a time zone")
        self._ahead = timedelta(0)
        self.tokens = TokenStore()
        self._numbers = {account.user_id: 0 for account in ACCOUNTS}
        entries = list(ledger.read(self.ledger))
        self._agree_on_seed(entries)
        self.effects = {slug: audience.draw_effects(self.seed, persona) for slug, persona in PERSONAS.items()}
        for entry in entries:
            if replay := _REPLAYS.get(entry["entry"]):
                replay(self, entry)
        if self.token_life:
            limit_life(self.tokens, self.time())

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

    def tick(self) -> None:
        """Let a standing clock tell what comes after from what was before; a running one does so by itself."""
        if self.now is not None:
            self.now += timedelta(milliseconds=1)

    def _set_clock(self, to: datetime) -> None:
        if self.now is not None:
            self.now = to
        else:
            self._ahead = to - datetime.now(UTC)

    # Accounts

    def tokens_for(self, platform: str, token: str) -> Tokens | None:
        return self.tokens.by_access(platform, token)

    def account_for(self, platform: str, token: str) -> Account | None:
        found = self.tokens_for(platform, token)
        return found.account if found else None

    def account_to_refresh(self, platform: str, token: str) -> Account | None:
        """Whose refresh token this is, while it works; every try is counted."""
        found = self.tokens.to_refresh(platform, token, self.time())
        return found.account if found else None

    def tokens_of(self, account: Account, kind: str = "") -> Tokens:
        return self.tokens.of(account, kind)

    def renew(self, account: Account, kind: str = "") -> Tokens:
        """Give out the next tokens; the old ones stop working, as where refresh tokens rotate."""
        tokens = self.tokens.of(account, kind)
        self.tokens.renew(tokens, self.time())
        self.faults.refreshed(account.user_id, account.platform)
        ledger.append(
            self.ledger,
            {"entry": "token", "user_id": account.user_id, "kind": tokens.kind, "generation": tokens.generation},
        )
        return tokens

    def followers_of(self, account: Account) -> int:
        return self.followers.get(account.user_id, account.followers)

    # Posts

    def publish(
        self, account: Account, *, kind: str, text: str, extra: Json | None = None, at: datetime | None = None
    ) -> Post:
        """`at` in the future schedules the post; nobody sees it before."""
        post = self._make(account, kind, text, extra or {}, at or self.time())
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
        age = post.age(self.time())
        return self.changes.comments(_key(post), post.life.comments_by(age), age)

    def count(self, post: Post, kind: str, truth: str | None = None) -> int:
        if kind == "comment":
            return sum(truth in (None, comment.truth) for comment in self.comments(post))
        age = post.age(self.time())
        if (_key(post), kind) not in self.changes.lowered:
            return post.life.count(kind, age, truth)
        left = self.changes.left(_key(post), kind, {one: post.life.count(kind, age, one) for one in audience.TRUTHS})
        return sum(left.values()) if truth is None else left[truth]

    def reach(self, post: Post) -> int:
        reached = post.life.reached(post.age(self.time()))
        return max(0, reached - self.changes.lowered.get((_key(post), "reach"), 0))

    def views(self, post: Post) -> int:
        viewed = post.life.viewed(post.age(self.time()))
        return max(0, viewed - self.changes.lowered.get((_key(post), "views"), 0))

    def is_late(self, post: Post) -> bool:
        """Whether the numbers of this post are still to come: platforms are hours behind with insights."""
        return self.time() - post.published_at < self.delays.get(post.account.platform, timedelta(0))

    # Changes by hand

    def find_comment(self, comment_id: str) -> tuple[Post, Comment] | None:
        """Any comment there will ever be, seen or not."""
        for post in self.posts.values():
            for comment in self.changes.comments(_key(post), post.life.comments, float("inf")):
                if comment.comment_id == comment_id:
                    return post, comment
        return None

    def add_comment(self, post: Post, text: str, name: str, truth: str, parent: str = "") -> Comment:
        """Somebody comments now; equal names are the same person."""
        after, index = post.age(self.time()), len(post.life.comments) + len(self.changes.added.get(_key(post), ()))
        comment_id = _comment_names(post.account, post.post_id, post.published_at)(after, index)
        entry = {"comment_id": comment_id, "after": after, "name": name, "text": text, "truth": truth, "parent": parent}
        self._add_comment(post, entry)
        ledger.append(self.ledger, {"entry": "comment", **_named(post), **entry})
        return self.changes.added[_key(post)][-1]

    def _add_comment(self, post: Post, entry: Json) -> None:
        author = people.stranger(self.seed, post.account.platform, entry["name"])
        comment = Comment(
            entry["comment_id"], entry["after"], author, entry["text"], entry["truth"], 0, parent=entry["parent"]
        )
        self.changes.add(_key(post), comment)

    def edit_comment(self, post: Post, comment_id: str, edit: Json) -> None:
        self.changes.edit(_key(post), comment_id, edit, self.time())
        entry = {"entry": "comment_edit", **_named(post), "comment_id": comment_id, "at": self.time().isoformat()}
        ledger.append(self.ledger, {**entry, "edit": edit})

    def plant(self, posts: Sequence[Post], kind: str, size: int, hours: float) -> Json:
        """Let a scene of `scene_kinds.KINDS` begin now under posts of one account."""
        named = [post.post_id for post in posts]
        scene: Json = {
            "kind": kind,
            "platform": posts[0].account.platform,
            "posts": named,
            "size": size,
            "hours": hours,
        }
        scene["at"] = self.time().isoformat()
        self._plant(scene)
        ledger.append(self.ledger, {"entry": "scene", **scene})
        return scene

    def _plant(self, scene: Json) -> None:
        self.planted.append(scene)
        posts, at = [self.posts[scene["platform"], one] for one in scene["posts"]], datetime.fromisoformat(scene["at"])
        account, asked = posts[0].account, (scene["size"], scene["hours"])
        setting = scenes.Setting(self.seed, len(self.planted), account, _others(account), len(posts), at, *asked)
        for post, part in zip(posts, scene_kinds.draw(scene["kind"], setting), strict=True):
            name = _comment_names(account, post.post_id, post.published_at)
            start = max(0.0, post.age(at))
            post.life = scenes.planted(post.life, part, start=start, setting=setting, name=name)

    def lower(self, post: Post, kind: str, by: int) -> None:
        self.changes.lower(_key(post), kind, by)
        ledger.append(self.ledger, {"entry": "lowered", **_named(post), "kind": kind, "by": by})

    def _make(self, account: Account, kind: str, text: str, extra: Json, published_at: datetime) -> Post:
        self._numbers[account.user_id] += 1
        number = self._numbers[account.user_id]
        local = published_at.astimezone(ZoneInfo(account.persona.timezone))
        tags = tuple(sorted({tag.lower() for tag in _HASHTAG.findall(text)}))
        post_id = ids.POSTS[account.platform](self.seed, account, number, published_at)
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
        account, extra = _OWNERS[entry["user_id"]], entry["extra"]
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

    def _replay_comment(self, entry: Json) -> None:
        if post := self.posts.get((entry["platform"], entry["post_id"])):
            self._add_comment(post, entry)

    def _replay_comment_edit(self, entry: Json) -> None:
        at = datetime.fromisoformat(entry["at"])
        self.changes.edit((entry["platform"], entry["post_id"]), entry["comment_id"], entry["edit"], at)

    def _replay_lowered(self, entry: Json) -> None:
        self.changes.lower((entry["platform"], entry["post_id"]), entry["kind"], entry["by"])

    def _replay_scene(self, entry: Json) -> None:
        self._plant({name: value for name, value in entry.items() if name != "entry"})

    def _replay_token(self, entry: Json) -> None:
        tokens = self.tokens.of(_OWNERS[entry["user_id"]], entry.get("kind", ""))
        self.tokens.restore(tokens, entry["generation"])

    def _replay_clock(self, entry: Json) -> None:
        self._set_clock(max(self.time(), datetime.fromisoformat(entry["now"])))


_REPLAYS = {
    "post": World._replay_post,
    "deleted": World._replay_deletion,
    "comment": World._replay_comment,
    "comment_edit": World._replay_comment_edit,
    "lowered": World._replay_lowered,
    "scene": World._replay_scene,
    "token": World._replay_token,
    "clock": World._replay_clock,
}


def _key(post: Post) -> tuple[str, str]:
    return post.account.platform, post.post_id


def _named(post: Post) -> Json:
    return {"platform": post.account.platform, "post_id": post.post_id}


def _others(account: Account) -> list[Account]:
    return [other for other in ACCOUNTS if other.platform == account.platform and other != account]


def _comment_names(account: Account, post_id: str, published_at: datetime) -> audience.NameComment:
    make = ids.COMMENTS[account.platform]
    return lambda after, index: make(post_id, audience.moment(published_at, after), index)
