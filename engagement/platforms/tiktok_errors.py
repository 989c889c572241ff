"""What the refusals of TikTok's two programmes mean: a table each, and why the processing of a post ended, for both."""

from engagement.platforms import errors
from engagement.platforms.errors import Case
from engagement.platforms.nodes import Node
from engagement.platforms.replies import MAX_WAIT_SECONDS, Reply

TOMORROW = MAX_WAIT_SECONDS
# Requests are counted over a sliding minute, and no header says how long.
MINUTE = 60.0

MEDIA = "Change the video or picture to a format, length, frame rate and size that TikTok takes, then plan it again."
PULL = "Check that TikTok can reach the address of the media from outside, and that it is fast enough."
TOO_MANY = "TikTok takes about 15 posts by programs a day and account. Plan fewer, or leave it: Gator goes on tomorrow."
TOO_MANY_USERS = "The app is not audited yet: at most 5 accounts a day may post through it. Apply for the audit."
SPAM = "TikTok takes it for spam. Look at the account in TikTok's app, and change the text before you plan it again."
BANNED = "TikTok stopped the account from posting. Look at the account in TikTok's app."
PRIVATE = "The app is not audited yet, so it posts to private accounts only. Apply for the audit in TikTok's console."
UNVERIFIED = "Verify the domain of PUBLIC_MEDIA_URL for the app in TikTok's console."
PRIVACY = "The account does not offer this audience: it may be set to private in TikTok's app."
SCOPES = "Connect the account again with every permission that Gator asks for."
APP = "Check the app's id (client key) and secret in the environment against TikTok's console."
CANCELLED = "Somebody cancelled it in TikTok's app. Plan it again if that was a mistake."
CAPTION = f"TikTok takes captions of 2200 characters, and counts most emoji as 2. {errors.Rejected.remedy}"

# "Get Post Status": why the processing of a post ended.
FAILURES: tuple[Case, ...] = (
    Case(errors.TemporaryFailure, code="internal"),
    Case(errors.TemporaryFailure, code="video_pull_failed", advice=PULL),
    Case(errors.TemporaryFailure, code="photo_pull_failed", advice=PULL),
    Case(errors.Rejected, code="file_format_check_failed", advice=MEDIA),
    Case(errors.Rejected, code="duration_check_failed", advice=MEDIA),
    Case(errors.Rejected, code="frame_rate_check_failed", advice=MEDIA),
    Case(errors.Rejected, code="picture_size_check_failed", advice=MEDIA),
    Case(errors.RateLimited, code="spam_risk_too_many_posts", wait=TOMORROW, advice=TOO_MANY),
    Case(errors.AccessDenied, code="spam_risk", advice=SPAM),
    Case(errors.AccessDenied, code="spam_risk_text", advice=SPAM),
    Case(errors.AccessDenied, code="spam_risk_user_banned_from_posting", advice=BANNED),
    Case(errors.AuthenticationFailed, code="auth_removed"),
    Case(errors.Rejected, code="publish_cancelled", advice=CANCELLED),
)
FAIL_REASONS = frozenset(case.code for case in FAILURES)

OAUTH: tuple[Case, ...] = (
    Case(errors.AuthenticationFailed, code="invalid_grant"),
    Case(errors.AuthenticationFailed, code="invalid_request"),
    Case(errors.AccessDenied, code="invalid_client", advice=APP),
    Case(errors.AccessDenied, code="unauthorized_client", advice=APP),
)
# TikTok for Developers, by `error.code`: it has errors in answers with status 200.
CASES: tuple[Case, ...] = (
    *OAUTH,
    Case(errors.AuthenticationFailed, code="access_token_invalid"),
    Case(errors.AccessDenied, code="scope_not_authorized", advice=SCOPES),
    Case(errors.AccessDenied, code="scope_permission_missed", advice=SCOPES),
    Case(errors.Rejected, code="invalid_params", words="title", advice=CAPTION),
    Case(errors.Rejected, code="invalid_params", words="description", advice=CAPTION),
    Case(errors.Rejected, code="invalid_params"),
    Case(errors.Rejected, code="invalid_param"),
    Case(errors.Rejected, code="invalid_file_upload", advice=MEDIA),
    Case(errors.NotFound, code="invalid_publish_id"),
    Case(errors.RateLimited, code="spam_risk_too_many_posts", wait=TOMORROW, advice=TOO_MANY),
    Case(errors.RateLimited, code="reached_active_user_cap", wait=TOMORROW, advice=TOO_MANY_USERS),
    Case(errors.RateLimited, code="spam_risk_too_many_pending_share", wait=TOMORROW),
    Case(errors.AccessDenied, code="spam_risk_user_banned_from_posting", advice=BANNED),
    Case(errors.AccessDenied, code="unaudited_client_can_only_post_to_private_accounts", advice=PRIVATE),
    Case(errors.AccessDenied, code="url_ownership_unverified", advice=UNVERIFIED),
    Case(errors.AccessDenied, code="privacy_level_option_mismatch", advice=PRIVACY),
    Case(errors.RateLimited, code="rate_limit_exceeded", wait=MINUTE),
    Case(errors.TemporaryFailure, code="internal_error"),
    Case(errors.RateLimited, status=429, wait=MINUTE),
)
# TikTok API for Business, by `code` of the envelope, which comes with status 200 [2nd hand, but for the codes].
BUSINESS_CASES: tuple[Case, ...] = (
    *OAUTH,
    Case(errors.AccessDenied, code="40001", advice=SCOPES),
    # A refresh token that ended or was withdrawn is a bad parameter there.
    Case(errors.AuthenticationFailed, code="40002", words="refresh_token"),
    Case(errors.AuthenticationFailed, code="40002", words="refresh token"),
    Case(errors.Rejected, code="40002", words="caption", advice=CAPTION),
    Case(errors.AccessDenied, code="40002", words="ownership", advice=UNVERIFIED),
    Case(errors.Rejected, code="40002"),
    Case(errors.NotFound, code="40007"),
    Case(errors.RateLimited, code="40100", wait=MINUTE),
    Case(errors.AccessDenied, code="40101", advice=APP),
    Case(errors.AuthenticationFailed, code="40102"),
    Case(errors.AuthenticationFailed, code="40104"),
    Case(errors.AuthenticationFailed, code="40105"),
    Case(errors.TemporaryFailure, code="50000"),
    Case(errors.TemporaryFailure, code="50002"),
    Case(errors.RateLimited, status=429, wait=MINUTE),
)
# All of 51xxx: a service behind it failed.
BUSINESS_FAULTS = range(51000, 52000)


def judge(reply: Reply) -> errors.PlatformError | None:
    """The error of an envelope: its code first, the status where it has none."""
    body = reply.body if isinstance(reply.body, dict) else {}
    found = body.get("error")
    # Its token endpoint puts the code there in place of an object.
    error = found if isinstance(found, dict) else {"code": found, "message": body.get("error_description")}
    code = str(error.get("code") or "")
    # An "ok" with a status that is none is a gateway's doing, and says nothing of any post.
    if (code == "ok" and reply.status < 400) or (not code and reply.status < 300):
        return None
    message = str(error.get("message") or "It gave no reason")
    case = errors.first_case(CASES, status=reply.status, code=code, message=message)
    # An unknown code with 400 or less stays unknown; beyond that the status says enough.
    rest = errors.kind_of_status(reply.status) if reply.status > 400 else errors.PlatformError
    return _error(reply, case, rest, code, message)


def judge_business(reply: Reply) -> errors.PlatformError | None:
    """The error of an envelope: any code but 0. Without one, which only a gateway's answer is, the status says it."""
    body = reply.body if isinstance(reply.body, dict) else {}
    given = body.get("code")
    if reply.status < 300 and str(given) == "0":
        return None
    code = str(body.get("error") or "") if given is None else str(given)
    if reply.status < 300 and not code and body.get("data") is not None:
        return None
    message = str(body.get("message") or body.get("error_description") or "It gave no reason")
    case = errors.first_case(BUSINESS_CASES, status=reply.status, code=code, message=message)
    is_fault = code.isascii() and code.isdigit() and int(code) in BUSINESS_FAULTS
    known = errors.kind_of_status(reply.status) if reply.status > 400 else errors.PlatformError
    return _error(reply, case, errors.TemporaryFailure if is_fault else known, code, message)


def _error(reply: Reply, case: Case | None, rest: errors.Kind, code: str, message: str) -> errors.PlatformError:
    kind = case.kind if case else rest
    return kind(
        message,
        platform=reply.platform,
        status=reply.status,
        code=code,
        retry_after=reply.retry_after or (case.wait if case else None),
        advice=case.advice if case else "",
    )


def failure_of(data: Node, name: str) -> errors.PlatformError:
    """The error that a failed post's reason, which stands under that name, means."""
    reason = data.text(name)
    case = errors.first_case(FAILURES, status=200, code=reason)
    kind = case.kind if case else errors.PlatformError
    return kind(
        f"It could not process the post: {reason or 'no reason given'}",
        platform=data.platform,
        code=reason,
        retry_after=case.wait if case else None,
        advice=case.advice if case else "",
    )
