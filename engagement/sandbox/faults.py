"""Misbehaviour on request: what goes wrong, for whom, and how often.

Only keeps the list and finds the fault that fits a request; what it looks like is each platform's own.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from engagement.sandbox.messages import Request

BEFORE, AFTER = "before", "after"


@dataclass(frozen=True)
class Kind:
    """`says` explains it on the root page; `takes` names the fields it knows beyond those every fault has."""

    says: str
    seconds: float = 0.0
    takes: tuple[str, ...] = ()


KINDS = {
    "expired_token": Kind("The access token is refused as expired until it is refreshed."),
    "revoked_token": Kind("The access token is refused as withdrawn, and so is its refresh token."),
    "false_401": Kind("A good token is refused for no reason, as on X on 1 July 2026."),
    "rate_limit": Kind("Too many calls. `header` also sends Retry-After in that form.", 900.0, ("header",)),
    "server_error": Kind("The platform's own fault.", 0.0, ("when", "header")),
    "html": Kind("An HTML page instead of JSON, with `status`.", 0.0, ("when", "status")),
    "slow": Kind("The answer comes late; an item of a batch becomes null.", 2.0),
    "hang": Kind("The request is taken and nothing comes back, then the connection ends.", 60.0, ("when",)),
    "drop": Kind("The connection ends without an answer.", 0.0, ("when",)),
    "drip": Kind("The body comes in small pieces, spread over the seconds.", 10.0),
    "endless": Kind("The body goes on until the client hangs up or the seconds are over.", 30.0),
    "broken_json": Kind("The JSON is cut off."),
    "missing_field": Kind(
        "`field` is left out wherever it stands, as a key or as the name of a metric.", 0.0, ("field",)
    ),
    "renamed_field": Kind("`field` is called `to` instead.", 0.0, ("field", "to")),
    "wrong_version": Kind("Meta: the header facebook-api-version names `version`.", 0.0, ("version",)),
    "no_credits": Kind("X: the account's credits are used up."),
    "usage_capped": Kind("X: the cap of posts read in a month is reached."),
    "failed_processing": Kind(
        "X and TikTok: media are taken and found wanting later, for `reason` (TikTok's fail_reason).", 0.0, ("reason",)
    ),
    "vanished_post": Kind("`post` looks deleted until the faults are cleared."),
}
TOKEN_KINDS = ("expired_token", "revoked_token")
MONEY_KINDS = ("no_credits", "usage_capped")


@dataclass
class Fault:
    """`times` None lasts until it is cleared; empty `account`, `platform`, `post`, `method` and `path` fit all.

    `when` says whether an interrupted request has had its effect; `path` fits any part of the path.
    """

    kind: str
    account: str = ""
    platform: str = ""
    post: str = ""
    method: str = ""
    path: str = ""
    times: int | None = None
    seconds: float = 0.0
    when: str = BEFORE
    status: int = 502
    header: str = ""
    field: str = ""
    to: str = ""
    version: str = ""
    reason: str = ""

    def fits(self, request: Request, account: str) -> bool:
        return (
            self.account in ("", account)
            and self.platform in ("", request.platform)
            and self.method in ("", request.method)
            and self.path in request.path
            and (not self.post or self.post in _scope(request))
        )


@dataclass
class Faults:
    active: list[Fault] = field(default_factory=list)

    def add(self, fault: Fault) -> None:
        self.active.append(fault)

    def clear(self) -> None:
        self.active.clear()

    def take(self, kinds: tuple[str, ...], request: Request, account: str, when: str = "") -> Fault | None:
        """The first fault of these kinds that fits; it is used up once."""
        for fault in self.active:
            if fault.kind in kinds and when in ("", fault.when) and fault.fits(request, account):
                self._use(fault)
                return fault
        return None

    def has_vanished(self, platform: str, post_id: str) -> bool:
        return any(
            fault.kind == "vanished_post" and fault.post == post_id and fault.platform in ("", platform)
            for fault in self.active
        )

    def has_refused(self, account: str, platform: str) -> bool:
        """Whether the tokens of an account are refused at present; looking uses nothing up."""
        return any(
            fault.kind in TOKEN_KINDS and fault.account in ("", account) and fault.platform in ("", platform)
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
