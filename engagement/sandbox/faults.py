"""Misbehaviour on request: what goes wrong, for whom, and how often.

Only keeps the list and finds the fault that fits a request; what it looks like is each platform's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engagement.sandbox.messages import Request

KINDS = (
    "expired_token",
    "revoked_token",
    "rate_limit",
    "slow",
    "broken_json",
    "server_error",
    "vanished_post",
)
TOKEN_KINDS = ("expired_token", "revoked_token")
DEFAULT_SECONDS = {"slow": 2.0, "rate_limit": 900.0}


@dataclass
class Fault:
    """`times` None lasts until it is cleared; empty `account`, `platform` and `post` fit everything."""

    kind: str
    account: str = ""
    platform: str = ""
    post: str = ""
    times: int | None = None
    seconds: float = 0.0

    def fits(self, request: Request, account: str) -> bool:
        return (
            (not self.account or self.account == account)
            and (not self.platform or self.platform == request.platform)
            and (not self.post or self.post in _scope(request))
        )


@dataclass
class Faults:
    active: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.active.append(fault)

    def clear(self) -> None:
        self.active.clear()

    def take(self, kinds: tuple[str, ...], request: Request, account: str) -> Fault | None:
        """The first fault of these kinds that fits; it is used up once."""
        for fault in self.active:
            if fault.kind in kinds and fault.fits(request, account):
                self._use(fault)
                return fault
        return None

    def has_vanished(self, platform: str, post_id: str) -> bool:
        return any(
            fault.kind == "vanished_post" and fault.post == post_id and fault.platform in ("", platform)
            for fault in self.active
        )

    def refreshed(self, account: str, platform: str) -> None:
        """A new token ends expired ones of this account."""
        self.active = [
            fault
            for fault in self.active
            if fault.kind != "expired_token"
            or (fault.account or account) != account
            or (fault.platform or platform) != platform
        ]

    def _use(self, fault: Fault) -> None:
        if fault.times is None:
            return
        fault.times -= 1
        if fault.times <= 0:
            self.active.remove(fault)


def _scope(request: Request) -> str:
    """Where a post's id may stand: TikTok names posts in the body, the others in the address.

    The body of a Graph batch stays out: its items are asked one by one.
    """
    body = request.body.decode(errors="replace") if request.platform == "tiktok" else ""
    return request.target + body
