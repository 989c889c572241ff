"""The tokens of every account, their life by the world's clock, and who asked for new ones.

Tokens never end unless a life is switched on. Which lives are documented stands in the table below.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from engagement.sandbox import accounts
from engagement.sandbox.accounts import Account


@dataclass(frozen=True)
class Kind:
    """A kind of token: documented lives of `access` and `refresh`, None for ever; a `prefix` unless it is the main.

    Kinds beside the main one are refreshed only where they have a `refresh_prefix`.
    """

    platform: str
    access: timedelta | None
    refresh: timedelta | None = None
    prefix: str = ""
    refresh_prefix: str = ""


# The first kind of a platform is the one its endpoints give out; X leaves the life of refresh tokens open.
KINDS = {
    "instagram": Kind("instagram", timedelta(days=60)),
    "instagram_facebook_login": Kind("instagram", timedelta(days=60), prefix="EAAG"),
    "facebook": Kind("facebook", None),
    "facebook_user": Kind("facebook", timedelta(days=60), prefix="EAAU"),
    "twitter": Kind("twitter", timedelta(hours=2)),
    "tiktok": Kind("tiktok", timedelta(hours=2), timedelta(days=180)),
    "tiktok_business": Kind("tiktok", timedelta(days=1), timedelta(days=365), "act.b", "rft.b"),
}


@dataclass
class Tokens:
    """The tokens of one account and kind; a renewed account knows a later generation."""

    account: Account
    kind: str
    generation: int = 0
    issued_at: datetime | None = None
    access_life: timedelta | None = None
    refresh_life: timedelta | None = None
    refresh_calls: int = 0

    @property
    def access(self) -> str:
        prefix = KINDS[self.kind].prefix
        return self._made(prefix, self.generation) if prefix else accounts.access_token(self.account, self.generation)

    @property
    def refresh(self) -> str | None:
        return self._refresh(self.generation)

    def _refresh(self, generation: int) -> str | None:
        if not KINDS[self.kind].prefix:
            return accounts.refresh_token(self.account, generation)
        prefix = KINDS[self.kind].refresh_prefix
        return self._made(prefix, generation) if prefix else None

    def _made(self, prefix: str, generation: int) -> str:
        origin = f"{self.kind}:{self.account.user_id}:{generation}"
        purpose = ":refresh" if prefix == KINDS[self.kind].refresh_prefix else ""
        return prefix + hashlib.sha512(f"{origin}{purpose}".encode()).hexdigest()[:96]

    @property
    def ends_at(self) -> datetime | None:
        return _end(self.issued_at, self.access_life)

    @property
    def refresh_ends_at(self) -> datetime | None:
        return _end(self.issued_at, self.refresh_life)

    def has_ended(self, now: datetime) -> bool:
        return self.ends_at is not None and self.ends_at <= now

    def is_refreshed_by(self, token: str, now: datetime) -> bool:
        """Refresh tokens rotate: only the newest one works, and only in its own life."""
        ended = self.refresh_ends_at is not None and self.refresh_ends_at <= now
        return bool(token) and token == self.refresh and not ended

    def has_known(self, token: str) -> bool:
        return self.refresh is not None and token in map(self._refresh, range(self.generation + 1))


def _end(start: datetime | None, life: timedelta | None) -> datetime | None:
    return start + life if start and life else None


class TokenStore:
    """All tokens of a world, found by what a request carries."""

    def __init__(self) -> None:
        self._all = {
            (account.user_id, kind): Tokens(account, kind)
            for account in accounts.ACCOUNTS
            for kind, row in KINDS.items()
            if row.platform == account.platform
        }
        self._by_access: dict[tuple[str, str], Tokens] = {}
        self._index()

    def __iter__(self) -> Iterator[Tokens]:
        return iter(self._all.values())

    def of(self, account: Account, kind: str = "") -> Tokens:
        return self._all[account.user_id, kind or account.platform]

    def by_access(self, platform: str, token: str) -> Tokens | None:
        return self._by_access.get((platform, token))

    def to_refresh(self, platform: str, token: str, now: datetime) -> Tokens | None:
        """Whose refresh token this is; every try is counted, an old token's as well."""
        known = next((one for one in self if one.account.platform == platform and one.has_known(token)), None)
        if known is None:
            return None
        known.refresh_calls += 1
        return known if known.is_refreshed_by(token, now) else None

    def renew(self, tokens: Tokens, now: datetime) -> None:
        tokens.generation += 1
        tokens.issued_at = now
        self._index()

    def restore(self, tokens: Tokens, generation: int) -> None:
        tokens.generation = generation
        self._index()

    def _index(self) -> None:
        self._by_access = {(one.account.platform, one.access): one for one in self}


def limit_life(chosen: Iterable[Tokens], now: datetime, life: timedelta | None = None) -> None:
    """Let tokens issued at `now` end: after `life`, or as documented. Refresh tokens keep their documented life."""
    for tokens in chosen:
        tokens.issued_at = now
        tokens.access_life = life or KINDS[tokens.kind].access
        tokens.refresh_life = KINDS[tokens.kind].refresh


def make_endless(chosen: Iterable[Tokens]) -> None:
    for tokens in chosen:
        tokens.issued_at = tokens.access_life = tokens.refresh_life = None
