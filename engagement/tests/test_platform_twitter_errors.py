"""X: which refusal is which kind, what staff are told, and how long a limit lasts."""

import time
from datetime import UTC, datetime
from email.utils import format_datetime

import pytest

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
from engagement.platforms.twitter import judge
from engagement.tests.replies import Answer, answering
from engagement.tests.twitter_client import TYPES, twitter


def judged(status, body, headers=None):
    return judge(Reply("twitter", status, headers or {}, body))


@pytest.mark.parametrize(
    ("status", "body", "kind", "advice"),
    [
        (
            403,
            {"detail": "You are not allowed to create a Tweet with duplicate content."},
            Rejected,
            "Probably already",
        ),
        (403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}, Rejected, "Probably already"),
        (400, {"detail": "Your Tweet text is too long."}, Rejected, "280"),
        (400, {"errors": [{"code": 186, "message": "Tweet needs to be a bit shorter."}]}, Rejected, "280"),
        (403, {"detail": "A post may hold one cashtag"}, Rejected, "cashtag"),
        (400, {"errors": [{"message": "Your media IDs are invalid."}]}, Rejected, "size and format"),
        (413, {}, Rejected, "size and format"),
        (402, {"title": "CreditsDepleted"}, AccessDenied, "credits"),
        (402, None, AccessDenied, "credits"),
        (403, {"type": f"{TYPES}client-forbidden"}, AccessDenied, "plan"),
        (403, {"type": f"{TYPES}unsupported-authentication"}, AccessDenied, "Connect"),
        (403, {"type": f"{TYPES}disallowed-resource"}, AccessDenied, ""),
        (403, {"type": f"{TYPES}field-unauthorized"}, AccessDenied, ""),
        (403, {"type": f"{TYPES}not-authorized-for-field"}, AccessDenied, ""),
        (404, {"type": f"{TYPES}resource-unavailable"}, NotFound, ""),
        (403, {"detail": "Your client app has not the oauth1 app permissions"}, AccessDenied, "plan"),
        (403, {"detail": "Authenticating with Unknown is forbidden for this endpoint."}, AccessDenied, "Connect"),
        (401, {"errors": [{"code": 32, "message": "No"}]}, AuthenticationFailed, ""),
        (404, {"errors": [{"code": 34, "message": "No"}]}, NotFound, ""),
        (403, {"errors": [{"code": 64, "message": "Suspended"}]}, AccessDenied, "Sign in"),
        (403, {"errors": [{"code": 87, "message": "No"}]}, AccessDenied, "plan"),
        (400, {"errors": [{"code": 88, "message": "No"}]}, RateLimited, ""),
        (403, {"errors": [{"code": 89, "message": "No"}]}, AuthenticationFailed, ""),
        (403, {"errors": [{"code": 130, "message": "Over capacity"}]}, TemporaryFailure, ""),
        (403, {"errors": [{"code": 131, "message": "No"}]}, TemporaryFailure, ""),
        (403, {"errors": [{"code": 144, "message": "No"}]}, NotFound, ""),
        (403, {"errors": [{"code": 179, "message": "No"}]}, NotFound, ""),
        (403, {"errors": [{"code": 185, "message": "No"}]}, RateLimited, ""),
        (400, {"errors": [{"code": 215, "message": "Bad"}]}, AuthenticationFailed, ""),
        (403, {"errors": [{"code": 226, "message": "Automated"}]}, Rejected, "spam"),
        (403, {"errors": [{"code": 261, "message": "No"}]}, AccessDenied, "plan"),
        (400, {"errors": [{"code": 324, "message": "No"}]}, Rejected, "size and format"),
        (403, {"errors": [{"code": 326, "message": "Locked"}]}, AccessDenied, "Sign in"),
        (403, {"errors": [{"code": 385, "message": "No"}]}, Rejected, ""),
        (403, {"errors": [{"code": 453, "message": "No"}]}, AccessDenied, "plan"),
        (499, {"errors": [{"code": 99999, "message": "New"}]}, PlatformError, ""),
    ],
    ids=lambda value: str(value)[:70],
)
def test_refusal_has_its_kind_and_words_for_staff(status, body, kind, advice):
    error = judged(status, body)

    assert type(error) is kind
    assert advice in error.advice


DATE = "Mon, 30 Nov 2026 18:00:00 GMT"
SIX = int(datetime(2026, 11, 30, 18, tzinfo=UTC).timestamp())


@pytest.mark.parametrize(
    ("body", "headers", "seconds"),
    [
        ({"type": f"{TYPES}usage-capped", "period": "Daily"}, {}, 6 * 3600),
        ({"type": f"{TYPES}usage-capped", "period": "Monthly"}, {}, 6 * 3600),
        ({"type": f"{TYPES}usage-capped"}, {}, 86400),
        ({}, {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(SIX + 60)}, 61),
        ({}, {"x-rate-limit-remaining": "5", "x-rate-limit-reset": str(SIX + 60), "Retry-After": "7"}, 61),
        (
            {},
            {
                "x-rate-limit-remaining": "5",
                "x-rate-limit-reset": str(SIX + 60),
                "x-user-limit-24hour-remaining": "0",
                "x-user-limit-24hour-reset": str(SIX + 3600),
            },
            3601,
        ),
        ({"errors": [{"code": 185, "message": "Over the daily limit"}]}, {}, 86400),
    ],
    ids=["day", "month", "no-period", "window", "retry-after", "day-of-the-account", "posts-of-a-day"],
)
def test_limit_waits_for_the_window_that_is_closed(body, headers, seconds):
    assert judged(429, body, {"Date": DATE, **headers}).retry_after == seconds


@pytest.mark.parametrize(
    ("now", "end"),
    [
        (datetime(2026, 11, 8, 18, tzinfo=UTC), datetime(2026, 12, 1, tzinfo=UTC)),
        (datetime(2026, 12, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)),
        (datetime(2028, 1, 31, 23, 59, 59, tzinfo=UTC), datetime(2028, 2, 1, tzinfo=UTC)),
    ],
    ids=["middle", "first-moment", "last-second"],
)
@pytest.mark.parametrize("period", ["Monthly", "monthly"])
def test_cap_of_a_month_waits_for_the_next_month(now, end, period):
    headers = {"Date": format_datetime(now, usegmt=True)}

    wait = judged(429, {"type": f"{TYPES}usage-capped", "period": period}, headers).retry_after

    assert wait == (end - now).total_seconds()


def test_cap_without_a_period_waits_as_long_as_its_header_says():
    assert judged(429, {"type": f"{TYPES}usage-capped"}, {"Retry-After": "600"}).retry_after == 600


def test_limit_in_plain_text_is_obeyed_like_one_in_json():
    headers = {"x-rate-limit-remaining": "0", "x-rate-limit-reset": str(int(time.time()) + 60)}
    with answering(Answer(b"Too Many Requests", 429, headers)) as asked, pytest.raises(RateLimited) as limited:
        twitter(asked).fetch_metrics(["1"])

    assert limited.value.retry_after == pytest.approx(61, abs=2)
    assert len(asked.requests) == 1
