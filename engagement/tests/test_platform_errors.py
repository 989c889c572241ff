"""Which answer is which kind of error: the documentation's tables, written down a second time, as answers."""

import pickle

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.platforms.errors import (
    AccessDenied,
    AuthenticationFailed,
    NotFound,
    PlatformError,
    RateLimited,
    Rejected,
    TemporaryFailure,
)
from engagement.platforms.replies import Reply

# status, body, kind
X_TYPE = "https://api.x.com/2/problems/"
X = [
    (400, {"type": f"{X_TYPE}invalid-request", "errors": [{"message": "ids", "parameters": {}}]}, Rejected),
    (
        401,
        {"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"},
        AuthenticationFailed,
    ),
    (402, {"title": "CreditsDepleted"}, AccessDenied),
    (403, {"type": f"{X_TYPE}client-forbidden"}, AccessDenied),
    (403, {"type": f"{X_TYPE}not-authorized-for-resource"}, AccessDenied),
    (403, {"type": "about:blank", "detail": "Forbidden"}, AccessDenied),
    (403, {"detail": "You are not allowed to create a Tweet with duplicate content."}, Rejected),
    (403, {"detail": "Reply to this conversation is not allowed because you have not been mentioned."}, Rejected),
    (403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}, Rejected),
    (404, {"type": f"{X_TYPE}resource-not-found"}, NotFound),
    (404, {}, NotFound),
    (409, {}, Rejected),
    (429, {"title": "Too Many Requests"}, RateLimited),
    (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, RateLimited),
    (429, {"type": f"{X_TYPE}usage-capped", "period": "Monthly"}, RateLimited),
    (429, ["nonsense"], RateLimited),
    (500, {}, TemporaryFailure),
    (503, {"title": "Service Unavailable", "errors": "nonsense"}, TemporaryFailure),
    (302, {}, PlatformError),
    (418, {}, PlatformError),
]

# status, error.code, kind
TIKTOK = [
    (401, "access_token_invalid", AuthenticationFailed),
    (200, "access_token_invalid", AuthenticationFailed),
    (401, "scope_not_authorized", AccessDenied),
    (401, "scope_permission_missed", AccessDenied),
    (400, "invalid_params", Rejected),
    (400, "invalid_param", Rejected),
    (400, "invalid_file_upload", Rejected),
    (400, "invalid_publish_id", NotFound),
    (403, "spam_risk_too_many_posts", RateLimited),
    (403, "reached_active_user_cap", RateLimited),
    (403, "spam_risk_too_many_pending_share", RateLimited),
    (403, "spam_risk_user_banned_from_posting", AccessDenied),
    (403, "unaudited_client_can_only_post_to_private_accounts", AccessDenied),
    (403, "url_ownership_unverified", AccessDenied),
    (403, "privacy_level_option_mismatch", AccessDenied),
    (429, "rate_limit_exceeded", RateLimited),
    (500, "internal_error", TemporaryFailure),
    (200, "internal_error", TemporaryFailure),
    (502, "", TemporaryFailure),
    (200, "something_new", PlatformError),
    (400, "something_new", PlatformError),
    (403, "something_new", AccessDenied),
]


def kind(platform, status, body):
    return type(ADAPTERS[platform].judge(Reply(platform, status, {}, body)))


def wait(platform, status, headers, body):
    error = ADAPTERS[platform].judge(Reply(platform, status, headers, body))
    assert isinstance(error, RateLimited)
    return error.retry_after


@pytest.mark.parametrize(("status", "body", "expected"), X, ids=str)
def test_x_error_is_known_by_type_code_words_then_status(status, body, expected):
    assert kind("twitter", status, body) is expected


@pytest.mark.parametrize(("status", "code", "expected"), TIKTOK)
def test_tiktok_error_is_known_by_code_then_status(status, code, expected):
    body = {"data": {}, "error": {"code": code, "message": "No", "log_id": "2022"}}

    assert kind("tiktok", status, body) is expected


@pytest.mark.parametrize("platform", ADAPTERS)
def test_every_status_without_a_readable_body_is_an_error(platform):
    kinds = {status: kind(platform, status, None) for status in range(300, 600)}

    assert [status for status, found in kinds.items() if not issubclass(found, PlatformError)] == []
    assert {kinds[status] for status in range(500, 600)} == {TemporaryFailure}


DATE = "Sun, 02 Aug 2026 12:00:00 GMT"
NOON = 1785672000


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"x-rate-limit-reset": str(NOON + 300), "Date": DATE}, 301),
        ({"x-rate-limit-reset": str(NOON - 300), "Date": DATE}, 900),
        ({"x-rate-limit-reset": str(NOON + 10**9), "Date": DATE}, 86400),
        ({"x-rate-limit-reset": "soon", "Date": DATE}, 900),
        ({"Retry-After": "30"}, 30),
        ({"Retry-After": "Sun, 02 Aug 2026 12:01:00 GMT", "Date": DATE}, 60),
        ({"Retry-After": "-30"}, 60),
        ({"Retry-After": "0"}, 60),
        ({"Retry-After": "Sun, 02 Aug 2026 11:00:00 GMT", "Date": DATE}, 60),
        ({"Retry-After": "a while"}, 900),
        ({"Retry-After": "31536000"}, 86400),
        ({}, 900),
    ],
    ids=[
        "reset",
        "past",
        "decades",
        "words",
        "seconds",
        "date",
        "negative",
        "nought",
        "past-date",
        "nothing-meant",
        "a-year",
        "missing",
    ],
)
def test_x_limit_waits_until_the_window_opens_by_the_platforms_own_clock(headers, seconds):
    assert wait("twitter", 429, headers, {}) == seconds


def test_limits_of_a_day_wait_a_day():
    capped = wait("twitter", 429, {}, {"type": f"{X_TYPE}usage-capped"})
    posts = wait("tiktok", 403, {}, {"error": {"code": "spam_risk_too_many_posts"}})

    assert (capped, posts) == (86400, 86400)


def test_error_for_staff_says_what_happened_and_what_to_do():
    error = errors.AuthenticationFailed(
        "Session has expired.", platform="instagram", status=400, code="190", subcode="463"
    )

    assert error.for_staff == (
        "Instagram does not accept the account's token: Session has expired (status 400, code 190, subcode 463). "
        "Connect the account again."
    )


@pytest.mark.parametrize("kind", [PlatformError, *PlatformError.__subclasses__()], ids=lambda kind: kind.__name__)
def test_error_of_every_kind_says_something_of_its_own_and_survives_a_queue(kind):
    error = kind("No", platform="twitter", status=400, code="88", retry_after=5.0, publish_id="7")

    copy = pickle.loads(pickle.dumps(error))  # noqa: S301 - our own bytes

    assert vars(copy) == vars(error)
    assert error.for_staff.startswith(f"X {kind.what}: No (status 400, code 88). ")


def test_only_what_time_can_heal_is_not_permanent():
    passing = {kind.__name__ for kind in PlatformError.__subclasses__() if not kind.permanent}

    assert passing == {"RateLimited", "InvalidResponse", "TemporaryFailure"}
