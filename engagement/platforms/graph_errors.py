"""Which answer of the Graph API is which kind of error: one table for both products, the body before the status.

From Meta's "Handling Errors", "Rate Limits" and the publishing subcodes, with what staff can do about a refusal.
"""

from collections.abc import Iterator
from typing import Any

from engagement.platforms import errors
from engagement.platforms.decoding import decode
from engagement.platforms.errors import Case, first_case
from engagement.platforms.nodes import Node
from engagement.platforms.replies import MAX_WAIT_SECONDS, Reply

# "Back off from 5 minutes" where no header says how long; blocks for policy and daily limits last for hours.
LIMIT_WAIT = 300.0
HOUR = 3600.0

NOT_READY = "2207027"
# The media was made before the account became professional: there will never be insights.
NEVER_INSIGHTS = "2108006"
TOO_MUCH = "reduce the amount of data"

RECONNECT = "Connect the account again."
ACT_ON_SITE = "The owner must log in on the platform's site and answer what it asks; then connect the account again."
NEW_CONTAINER = "Nothing to do: Gator uploads the media again."
FETCHED_BY_META = (
    "Check that the media's address is public and direct, without a login, a redirect or a robots.txt that forbids it."
)
PERMISSION = "Give the app the permission that the message names, then set the account active again."
IN_THE_APP = "Open Instagram as this account, do what it asks there, then set the account active again."
BUG = "Compare the request with the platform's changelog: a name may have been withdrawn."
GROWN = "Nothing to do: Gator goes on when the window opens. If it comes often, sync this account less often."

# A subcode says more than its code, and some words more than either.
PRECISE: tuple[Case, ...] = (
    # Meta writes it with code 1 and status 500, but the same request never succeeds.
    Case(errors.Rejected, words=TOO_MUCH, advice="Nothing to do: Gator asks for less at a time."),
    Case(errors.UnsupportedFeature, "10", words="not enough viewers", advice="Nothing to do: too few people saw it."),
    # Deleted, private and foreign objects look the same.
    Case(errors.NotFound, "100", "33"),
    Case(errors.UnsupportedFeature, "100", NEVER_INSIGHTS, advice="Nothing to do: its counters are read all the same."),
    # Business discovery of a person, or of nobody.
    Case(errors.NotFound, "110", "2207013", advice="Nothing to do: only professional accounts show this."),
    Case(errors.AuthenticationFailed, "190", "458", advice="The owner removed the app: connect the account again."),
    Case(errors.AuthenticationFailed, "190", "459", advice=ACT_ON_SITE),
    Case(errors.AuthenticationFailed, "190", "460", advice="The password was changed: connect the account again."),
    Case(errors.AuthenticationFailed, "190", "463", advice=RECONNECT),
    Case(errors.AuthenticationFailed, "190", "464", advice=ACT_ON_SITE),
    Case(errors.AuthenticationFailed, "190", "467", advice=RECONNECT),
    Case(
        errors.AuthenticationFailed,
        "190",
        "492",
        advice="Give the person who connected it a role on the Page, then connect the account again.",
    ),
    Case(errors.Rejected, "3001", "1504028", advice=BUG),
    # Instagram's server or the upload failed.
    Case(errors.TemporaryFailure, subcode="2207001", advice=NEW_CONTAINER),
    Case(errors.TemporaryFailure, subcode="2207032", advice=NEW_CONTAINER),
    Case(errors.TemporaryFailure, subcode="2207053", advice=NEW_CONTAINER),
    Case(errors.TemporaryFailure, subcode="2207082", advice=NEW_CONTAINER),
    # The media could not be downloaded.
    Case(errors.TemporaryFailure, subcode="2207003", advice=FETCHED_BY_META),
    Case(errors.TemporaryFailure, subcode="2207052", advice=FETCHED_BY_META),
    Case(errors.TemporaryFailure, subcode="2207077", advice=FETCHED_BY_META),
    # The container is missing or expired.
    Case(errors.TemporaryFailure, subcode="2207006", advice=NEW_CONTAINER),
    Case(errors.TemporaryFailure, subcode="2207008", advice=NEW_CONTAINER),
    Case(errors.TemporaryFailure, subcode="2207020", advice=NEW_CONTAINER),
    Case(errors.TemporaryFailure, subcode=NOT_READY, advice="Nothing to do: Instagram still processes the media."),
    Case(
        errors.RateLimited,
        subcode="2207042",
        wait=HOUR,
        advice="Instagram takes only so many posts in 24 hours: Gator waits for the window. Plan fewer posts a day.",
    ),
    Case(errors.AccessDenied, subcode="2207050", advice=IN_THE_APP),
    Case(
        errors.AccessDenied,
        subcode="2207051",
        advice="Instagram takes it for spam: post less often and less alike, and open the app to see what it asks.",
    ),
    Case(
        errors.Rejected,
        subcode="2207004",
        advice="Instagram takes images of at most 8 MB: make the file smaller.",
    ),
    Case(errors.Rejected, subcode="2207005", advice="Instagram takes images as JPEG only: convert the image."),
    Case(
        errors.Rejected,
        subcode="2207009",
        advice="Instagram takes images from 4:5 (upright) to 1.91:1 (wide): crop the image.",
    ),
    Case(errors.Rejected, subcode="2207010", advice="Instagram takes at most 2,200 characters: shorten the caption."),
    Case(errors.Rejected, subcode="2207023", advice="Instagram does not know this kind of post: choose another kind."),
    Case(
        errors.Rejected,
        subcode="2207026",
        advice="Instagram cannot use this video: export it as MP4 or MOV with H.264 and AAC, 23 to 60 frames a second.",
    ),
    Case(errors.Rejected, subcode="2207028", advice="Instagram takes 2 to 10 images or videos in a carousel."),
    Case(errors.Rejected, subcode="2207057", advice="The cover must be a moment within the video."),
    Case(errors.Rejected, subcode="2207081", advice="This account cannot make trial reels: publish an ordinary one."),
)
# A limit is often marked as transient as well, and is a limit all the same.
LIMITS: tuple[Case, ...] = (
    Case(errors.RateLimited, "4", advice=GROWN),
    Case(errors.RateLimited, "9", wait=HOUR, advice=GROWN),
    Case(errors.RateLimited, "17", advice=GROWN),
    Case(errors.RateLimited, "32", advice=GROWN),
    Case(errors.RateLimited, "341", advice=GROWN),
    Case(
        errors.RateLimited,
        "368",
        wait=6 * HOUR,
        advice="The platform blocks this account for a while because of its policies: look at the account's support "
        "inbox before more is published.",
    ),
    Case(errors.RateLimited, "613", advice=GROWN),
    Case(errors.RateLimited, "80001", advice=GROWN),
    Case(errors.RateLimited, "80002", advice=GROWN),
    Case(errors.RateLimited, "80006", advice=GROWN),
)
BY_CODE: tuple[Case, ...] = (
    Case(errors.TemporaryFailure, "1"),
    Case(errors.TemporaryFailure, "2"),
    Case(errors.AccessDenied, "3", advice=PERMISSION),
    Case(errors.AccessDenied, "10", advice=PERMISSION),
    Case(errors.TemporaryFailure, "24", advice=NEW_CONTAINER),
    Case(errors.AccessDenied, "25", advice=IN_THE_APP),
    Case(
        errors.Rejected,
        "100",
        words="hashtag",
        advice="Instagram takes at most 30 hashtags, from some accounts fewer: take some out of the caption.",
    ),
    Case(errors.Rejected, "100", words="caption", advice="Shorten the caption, or take hashtags and mentions out."),
    Case(errors.Rejected, "100", words="aspect ratio", advice="Crop the image or video to a shape the message names."),
    Case(
        errors.Rejected, "100", words="appsecret_proof", advice="Turn off “require app secret” in the app's settings."
    ),
    Case(errors.Rejected, "100", words="ids query parameter", advice=BUG),
    Case(errors.Rejected, "100"),
    Case(errors.AuthenticationFailed, "102", advice=RECONNECT),
    Case(errors.AccessDenied, "104", advice="The app wants a proof with every call: turn off “require app secret”."),
    Case(errors.AuthenticationFailed, "190", advice=RECONNECT),
    # Permissions missing or withdrawn have a hundred codes.
    *(Case(errors.AccessDenied, str(code), advice=PERMISSION) for code in range(200, 300)),
    Case(errors.Rejected, "324", advice="Facebook got no image or video: check the post's media."),
    Case(errors.Rejected, "352", advice="The video's format is not taken: export it as MP4 with H.264 and AAC."),
    Case(
        errors.Rejected, "506", advice="The same text was just published: look at the profile, then change the words."
    ),
    Case(errors.NotFound, "803"),
    Case(errors.Rejected, "2500", advice=BUG),
    Case(errors.Rejected, "3001", advice=BUG),
    Case(errors.TemporaryFailure, "9004", advice=FETCHED_BY_META),
    Case(errors.TemporaryFailure, "9007"),
    Case(errors.Rejected, "36000", advice="The image is too large: make the file smaller."),
    Case(errors.Rejected, "36001", advice="The image's format is not taken: convert it to JPEG."),
    Case(errors.Rejected, "36003", advice="The image's shape is not taken: crop it to between 4:5 and 1.91:1."),
    Case(errors.Rejected, "1609005", advice="Facebook cannot read the linked page: check the link, or leave it out."),
)
# The order in which an answer is compared; between the limits and the codes stands "is_transient", which is no row.
CASES = PRECISE + LIMITS + BY_CODE


def judge(reply: Reply) -> errors.PlatformError | None:
    """The error of a Graph answer: subcode and words, limit, transience, code and only then the status."""
    body = reply.body if isinstance(reply.body, dict) else {}
    if "error_type" in body or "error_message" in body:
        return _refused_login(reply, body)
    if "error" not in body and reply.status < 300:
        return None
    found = body.get("error")
    error = Node(reply.platform, found if isinstance(found, dict) else {})
    code, subcode = _number(error, "code"), _number(error, "error_subcode")
    message = _words(error)
    case = _case(error, status=reply.status, code=code, subcode=subcode, message=message)
    return case.kind(
        message,
        platform=reply.platform,
        status=reply.status,
        code=code,
        subcode=subcode,
        retry_after=_wait(reply, case) if case.kind is errors.RateLimited else reply.retry_after,
        advice=case.advice,
    )


def _case(error: Node, **answer: Any) -> Case:
    """The row for an answer; an unknown code with an unknown status is `PlatformError` itself."""
    if case := first_case(PRECISE + LIMITS, **answer):
        return case
    if error.value.get("is_transient") is True:
        return Case(errors.TemporaryFailure)
    if case := first_case(BY_CODE, **answer):
        return case
    # A 400 says "an error" and no more: a code that no table knows stays unknown.
    is_unknown = answer["code"] and answer["status"] == 400
    return Case(errors.PlatformError if is_unknown else errors.kind_of_status(answer["status"]))


def _refused_login(reply: Reply, body: dict[str, Any]) -> errors.PlatformError:
    """The shape of Instagram's login: its code is a status, and an OAuthException means that it must be repeated."""
    code = body.get("code")
    status = code if isinstance(code, int) and not isinstance(code, bool) else reply.status
    is_login = body.get("error_type") == "OAuthException" and status < 429
    kind = errors.AuthenticationFailed if is_login else errors.kind_of_status(status)
    return kind(
        str(body.get("error_message") or "It gave no reason"),
        platform=reply.platform,
        status=reply.status,
        code=str(code or ""),
        retry_after=_wait(reply, Case(kind)) if kind is errors.RateLimited else None,
    )


def advice_for(words: str) -> str:
    """What to do about a failed upload, whose words hold its subcode; empty where they hold none that is known."""
    return next((case.advice for case in PRECISE if case.subcode.startswith("2207") and case.subcode in words), "")


def asks_for_less(error: object) -> bool:
    """Whether the answer would have been too large."""
    return isinstance(error, errors.Rejected) and TOO_MUCH in error.message.lower()


def _words(error: Node) -> str:
    """The message, and what Meta would show a user where that says more."""
    message = str(error.value.get("message") or "It gave no reason")
    shown = error.value.get("error_user_msg")
    return f"{message.rstrip('.')}: {shown}" if isinstance(shown, str) and shown and shown not in message else message


def _number(node: Node, name: str) -> str:
    found = node.value.get(name)
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return found.lstrip("0")
    return str(found) if isinstance(found, int) and not isinstance(found, bool) and found else ""


def _wait(reply: Reply, case: Case) -> float:
    """Seconds: the longest of the usage headers, else Retry-After, and never less than the row documents."""
    minutes = max(_minutes(reply), default=0.0)
    told = min(minutes * 60, MAX_WAIT_SECONDS) if minutes > 0 else reply.retry_after
    return max(told or LIMIT_WAIT, case.wait or 0.0)


def _minutes(reply: Reply) -> Iterator[float]:
    """`estimated_time_to_regain_access` of every entry, which is in minutes."""
    for header in ("X-Business-Use-Case-Usage", "X-App-Usage"):
        try:
            usage = decode(reply.headers.get(header, "{}"))
        except (ValueError, RecursionError):
            continue
        for entry in _entries(usage):
            minutes = entry.get("estimated_time_to_regain_access")
            if isinstance(minutes, int | float) and not isinstance(minutes, bool):
                yield float(min(minutes, MAX_WAIT_SECONDS))


def _entries(usage: Any) -> Iterator[dict[str, Any]]:
    """By business object a list of entries, or one entry alone."""
    if isinstance(usage, dict):
        yield usage
        for listed in usage.values():
            yield from (entry for entry in (listed if isinstance(listed, list) else []) if isinstance(entry, dict))
