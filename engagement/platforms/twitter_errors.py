"""What X's refusals mean: one table over problem types, old numbers, OAuth errors, words and statuses."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from engagement.platforms import errors
from engagement.platforms.errors import Case
from engagement.platforms.nodes import Node
from engagement.platforms.replies import MAX_WAIT_SECONDS, MONTH_SECONDS, Reply

DUPLICATE = "Probably already published: look at the profile before you plan it again."
TOO_LONG = (
    "X takes 280 characters from accounts without Premium, and counts every address as 23, every emoji or East Asian "
    f"character as 2. {errors.Rejected.remedy}"
)
CREDITS = "Buy credits in X's developer console, then set the account active again. Until then nothing is read there."
APP = "Check TWITTER_APP_ID and TWITTER_APP_SECRET against the app in X's developer console."
PLAN = "The app's plan or its project does not include this. Look the app up in X's developer console."
RECONNECT = "Connect the account again with every permission that Gator asks for."
LOCKED = "Sign in to the account on X and do what it asks for there, then set the account active again."
MEDIA = "Change the image or video to a size and format that X takes, then try again."
SPAM = "X takes it for spam. Wait, and change the text before you plan it again."
CASHTAG = "Leave one cashtag ($NAME) at most, then try again."
SUMMONED = "X lets apps answer only those who mentioned or quoted the account."

# The first row that fits counts. `code` is the last part of a problem's type, else an OAuth error, else the title;
# `subcode` is the number in an old body.
CASES: tuple[Case, ...] = (
    # A refused create comes as a bare 403 or 400, told apart only by its words.
    Case(errors.Rejected, words="duplicate content", advice=DUPLICATE),
    Case(errors.Rejected, words="status is a duplicate", advice=DUPLICATE),
    Case(errors.Rejected, words="reply to this conversation", advice=SUMMONED),
    Case(errors.Rejected, words="text is too long", advice=TOO_LONG),
    Case(errors.Rejected, words="weighted characters", advice=TOO_LONG),
    Case(errors.Rejected, words="cashtag", advice=CASHTAG),
    Case(errors.Rejected, words="media ids are invalid", advice=MEDIA),
    Case(errors.AccessDenied, words="oauth1 app permissions", advice=PLAN),
    Case(errors.AccessDenied, words="is forbidden for this endpoint", advice=RECONNECT),
    # Problem types.
    Case(errors.AccessDenied, code="client-forbidden", advice=PLAN),
    Case(errors.AccessDenied, code="not-authorized-for-resource"),
    Case(errors.AccessDenied, code="not-authorized-for-field"),
    Case(errors.AccessDenied, code="field-unauthorized"),
    Case(errors.AccessDenied, code="unsupported-authentication", advice=RECONNECT),
    Case(errors.AccessDenied, code="disallowed-resource"),
    Case(errors.NotFound, code="resource-not-found"),
    Case(errors.NotFound, code="resource-unavailable"),
    # Of a problem without a type the title is all there is.
    Case(errors.NotFound, code="Not Found Error"),
    Case(errors.Rejected, code="invalid-request"),
    # No reads until the period ends; then they work again by themselves.
    Case(errors.RateLimited, code="usage-capped"),
    Case(errors.AccessDenied, code="CreditsDepleted", advice=CREDITS),
    # Of the token endpoint.
    Case(errors.AuthenticationFailed, code="invalid_grant"),
    Case(errors.AuthenticationFailed, code="invalid_request"),
    Case(errors.AccessDenied, code="invalid_client", advice=APP),
    Case(errors.AccessDenied, code="unauthorized_client", advice=APP),
    # Old bodies carry numbers ("Response codes").
    Case(errors.AuthenticationFailed, subcode="32"),
    Case(errors.NotFound, subcode="34"),
    Case(errors.AccessDenied, subcode="64", advice=LOCKED),
    Case(errors.AccessDenied, subcode="87", advice=PLAN),
    Case(errors.RateLimited, subcode="88"),
    Case(errors.AuthenticationFailed, subcode="89"),
    Case(errors.TemporaryFailure, subcode="130"),
    Case(errors.TemporaryFailure, subcode="131"),
    Case(errors.NotFound, subcode="144"),
    Case(errors.NotFound, subcode="179"),
    Case(errors.RateLimited, subcode="185", wait=MAX_WAIT_SECONDS),
    Case(errors.Rejected, subcode="186", advice=TOO_LONG),
    Case(errors.Rejected, subcode="187", advice=DUPLICATE),
    Case(errors.AuthenticationFailed, subcode="215"),
    Case(errors.Rejected, subcode="226", advice=SPAM),
    Case(errors.AccessDenied, subcode="261", advice=PLAN),
    Case(errors.Rejected, subcode="324", advice=MEDIA),
    Case(errors.AccessDenied, subcode="326", advice=LOCKED),
    Case(errors.Rejected, subcode="385"),
    Case(errors.AccessDenied, subcode="453", advice=PLAN),
    # Only staff can end that credits are used up.
    Case(errors.AccessDenied, status=402, advice=CREDITS),
    # X documents a plain 404 as a post that is gone.
    Case(errors.NotFound, status=404),
    # A media upload that is too big.
    Case(errors.Rejected, status=413, advice=MEDIA),
)
# Refusals of single fields do not concern the post they are named with.
FIELD_PROBLEMS = ("not-authorized-for-field", "field-unauthorized")
# By these names X counts windows: one of 15 minutes, and one of a day each for the account and the app.
WINDOWS = ("x-rate-limit", "x-user-limit-24hour", "x-app-limit-24hour")


def judge(reply: Reply) -> errors.PlatformError | None:
    """The error of an answer: words, problem type, old number, status. A 200 may hold errors beside its data."""
    if reply.status < 300:
        return None
    body = reply.body if isinstance(reply.body, dict) else {}
    listed = body.get("errors")
    first = listed[0] if isinstance(listed, list) and listed and isinstance(listed[0], dict) else {}
    return _error(reply.platform, body, first, reply.status, reply)


def problem_of(node: Node) -> errors.PlatformError:
    """The error that an entry of `errors` in an answer with status 200 means; some name a status of their own."""
    status = node.value.get("status")
    return _error(node.platform, node.value, {}, status if isinstance(status, int) else 200, None)


def problem_type(node: Node) -> str:
    """The last part of a problem's type, which says what it is."""
    return str(node.value.get("type") or "").rpartition("/")[2]


def _error(
    platform: str, body: Mapping[str, Any], first: Mapping[str, Any], status: int, reply: Reply | None
) -> errors.PlatformError:
    code, number = _code(body), _number(first)
    said = _words(body, first)
    case = errors.first_case(CASES, status=status, code=code, subcode=number, message=" ".join(said))
    kind = case.kind if case else errors.kind_of_status(status)
    wait = reply.retry_after if reply else None
    if reply and issubclass(kind, errors.RateLimited):
        wait = (case.wait if case else None) or _wait(reply, code, body)
    return kind(
        next(iter(said), "It gave no reason"),
        platform=platform,
        status=status if reply else None,
        code=number or code,
        retry_after=wait,
        advice=case.advice if case else "",
    )


def _code(body: Mapping[str, Any]) -> str:
    """`about:blank` is the type of a problem that its status already tells."""
    problem = str(body.get("type") or "").rpartition("/")[2]
    given = "" if problem == "about:blank" else problem
    return given or str(body.get("error") or body.get("title") or "")


def _number(first: Mapping[str, Any]) -> str:
    found = first.get("code")
    return str(found) if isinstance(found, int) and not isinstance(found, bool) else ""


def _words(body: Mapping[str, Any], first: Mapping[str, Any]) -> list[str]:
    """What it says, the most telling first."""
    names = ("detail", "error_description", "title", "error")
    return [str(one) for one in (first.get("message"), *map(body.get, names)) if one]


def _wait(reply: Reply, code: str, body: Mapping[str, Any]) -> float | None:
    """Until the end of a used-up period, or until the window opens: X gives its end in unix time."""
    if code == "usage-capped":
        end = _end_of_period(reply.answered_at, str(body.get("period") or ""))
        return reply.seconds_until(end, at_most=MONTH_SECONDS) if end else reply.retry_after or MAX_WAIT_SECONDS
    resets = {name: _whole(reply.headers.get(f"{name}-reset", "")) for name in WINDOWS}
    closed = [name for name in WINDOWS if reply.headers.get(f"{name}-remaining", "").strip() == "0"]
    ends = [end for name in closed or WINDOWS[:1] if (end := resets[name]) is not None]
    return (reply.seconds_until(max(ends) + 1) if ends else None) or reply.retry_after


def _end_of_period(now: float, period: str) -> float | None:
    """Periods are days or months by UTC, in whatever case X writes them."""
    today = datetime.fromtimestamp(now, UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    if period.lower() == "daily":
        return (today + timedelta(days=1)).timestamp()
    if period.lower() == "monthly":
        return (today.replace(day=1) + timedelta(days=32)).replace(day=1).timestamp()
    return None


def _whole(given: str) -> float | None:
    given = given.strip()
    return float(given[:12]) if given.isascii() and given.isdigit() else None
