"""What can go wrong between Gator and a platform, by kind. The class says whether trying again can help.

No error carries a token: messages are redacted before they get here. Which answer is which kind is said by each
platform's table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from engagement.enums import Platform


class PlatformError(Exception):
    """A refusal or failure that no table knows. Unknown is never harmless: it counts as permanent and stays visible."""

    permanent: ClassVar[bool] = True
    what: ClassVar[str] = "gave an answer Gator does not know"
    remedy: ClassVar[str] = "Read the platform's words here and look its code up in the platform's documentation."
    default_wait: ClassVar[float | None] = None
    pause: ClassVar[float] = 0.0

    def __init__(
        self,
        message: str,
        *,
        platform: str = "",
        status: int | None = None,
        code: str = "",
        subcode: str = "",
        retry_after: float | None = None,
        publish_id: str = "",
        advice: str = "",
    ) -> None:
        super().__init__(message)
        self.message = message
        self.platform = platform
        self.status = status
        self.code = code
        self.subcode = subcode
        self.retry_after = self.default_wait if retry_after is None else retry_after or self.pause
        self.publish_id = publish_id
        self.advice = advice or self.remedy

    @property
    def for_staff(self) -> str:
        """What happened and what to do about it, in a sentence or two."""
        name = Platform(self.platform).label if self.platform in Platform.values else "The platform"
        return f"{name} {self.what}: {self.message.rstrip('.')}{self._codes()}. {self.advice}"

    def _codes(self) -> str:
        facts = {"status": self.status, "code": self.code, "subcode": self.subcode}
        named = ", ".join(f"{name} {value}" for name, value in facts.items() if value)
        return f" ({named})" if named else ""


class AuthenticationFailed(PlatformError):
    """The token is missing, expired or withdrawn."""

    what = "does not accept the account's token"
    remedy = "Connect the account again."


class AccessDenied(PlatformError):
    """The token is good, but may not do this: a permission, an audit, a block or credits are missing."""

    what = "does not let this account do that"
    remedy = "Give the app the permission (or credits) that the message names, then set the account active again."


class RateLimited(PlatformError):
    """The window is closed for `retry_after` seconds; calls before that prolong it."""

    permanent = False
    what = "allows no more calls for now"
    remedy = "Nothing to do: Gator goes on when the window opens."
    # X's window, the shortest that any of the platforms documents.
    default_wait = 900.0
    # After a refusal that says "now": at once would be the call that was just refused.
    pause: ClassVar[float] = 60.0
    retry_after: float


class BudgetSpent(RateLimited):
    """Gator's own count says that the window is closed: nothing was sent."""

    what = "was not called"
    remedy = "Nothing to do: Gator goes on when there is something left. The budgets tell how much."


class NotFound(PlatformError):
    """The post is deleted, private or not ours: platforms do not say which."""

    what = "does not have this post, or no longer shows it"
    remedy = "If it was deleted there, nothing to do; else check that the account still owns it."


class Rejected(PlatformError):
    """The request or its media is not acceptable. The same again is refused again."""

    what = "refused the request"
    remedy = "Change what the message names, then try again."


class InvalidResponse(PlatformError):
    """The answer cannot be read: no JSON, too long, or not in the documented form."""

    permanent = False
    what = "gave an answer that cannot be read"
    remedy = "Gator tries again; if it stays, compare the answer with the platform's documentation and changelog."


class TemporaryFailure(PlatformError):
    """The platform or the way to it failed, and nothing was changed there."""

    permanent = False
    what = "could not answer"
    remedy = "Nothing to do: Gator tries again."


class UnsupportedFeature(PlatformError):
    """The platform, or Gator's part for it, has no such thing."""

    what = "cannot do this through Gator"
    remedy = "Choose another kind of post or another platform."


class OutcomeUnknown(PlatformError):
    """A post was sent and the answer never arrived: it may be live. `publish_id` is the handle to ask with, if any."""

    what = "did not confirm the post"
    remedy = "Look at the account's profile before publishing again: the post may be live."


Kind = type[PlatformError]

# The last resort, after every code in the body: what a status means on all four platforms. A bare 404 is not here: it
# may be a path or a gateway, and only a platform's own words may say that a post is gone.
STATUS_KINDS: dict[int, Kind] = {
    400: Rejected,
    401: AuthenticationFailed,
    402: AccessDenied,
    403: AccessDenied,
    405: Rejected,
    408: TemporaryFailure,
    409: Rejected,
    413: Rejected,
    415: Rejected,
    422: Rejected,
    429: RateLimited,
}


def kind_of_status(status: int) -> Kind:
    """The kind of an HTTP status, `PlatformError` itself for one that nobody expected."""
    return TemporaryFailure if 500 <= status <= 599 else STATUS_KINDS.get(status, PlatformError)


# Graph's refusals of media or a container, which may pass, and for which nothing was made.
UNMADE_CODES, UNMADE_SUBCODES = ("24", "9004", "9007"), "2207"


def made_nothing(failure: PlatformError) -> bool:
    """Whether a failure that may pass says for certain that nothing was made.

    A fault of the platform says nothing of it, whatever its status: some send it with 200 or 400.
    """
    if not isinstance(failure, TemporaryFailure):
        return False
    is_named = failure.code in UNMADE_CODES or failure.subcode.startswith(UNMADE_SUBCODES)
    # 408: the request never arrived whole.
    return failure.status in (None, 408) or (failure.status < 500 and is_named)


@dataclass(frozen=True)
class Case:
    """One row of a platform's table: what an answer must hold, and the kind of error that means.

    Empty stands for any. `code` and `subcode` are compared as text, `words` must stand in the message, in any case.
    `wait` is in seconds, where the platform documents one and no header says it. `advice` tells staff what to do where
    the kind's own remedy says too little.
    """

    kind: Kind
    code: str = ""
    subcode: str = ""
    words: str = ""
    status: int | None = None
    wait: float | None = None
    advice: str = ""

    def fits(self, *, status: int, code: str, subcode: str, message: str) -> bool:
        """Whether an answer is this case."""
        return (
            self.code in ("", code)
            and self.subcode in ("", subcode)
            and self.status in (None, status)
            and self.words.lower() in message.lower()
        )


def first_case(cases: Sequence[Case], *, status: int, code: str, subcode: str = "", message: str = "") -> Case | None:
    """The first row that fits; a table lists what says more before what says less."""
    return next((one for one in cases if one.fits(status=status, code=code, subcode=subcode, message=message)), None)
