"""Which answer of the Graph API is which kind of error, what staff are told to do, and how long a limit lasts."""

import pytest

from engagement.platforms import ADAPTERS
from engagement.platforms.errors import (
    AccessDenied,
    AuthenticationFailed,
    NotFound,
    PlatformError,
    RateLimited,
    Rejected,
    TemporaryFailure,
    UnsupportedFeature,
)
from engagement.platforms.graph_errors import CASES, PERMISSION
from engagement.platforms.replies import Reply

# status, code, subcode, kind
GRAPH = [
    (500, 1, None, TemporaryFailure),
    (400, 1, None, TemporaryFailure),
    (503, 2, None, TemporaryFailure),
    (400, 3, None, AccessDenied),
    (403, 4, None, RateLimited),
    (400, 4, 2207051, AccessDenied),
    (400, 9, 2207042, RateLimited),
    (403, 10, None, AccessDenied),
    (400, 17, None, RateLimited),
    (400, 24, 2207006, TemporaryFailure),
    (400, 24, 2207008, TemporaryFailure),
    (400, 25, 2207050, AccessDenied),
    (400, 32, None, RateLimited),
    (400, 100, None, Rejected),
    (500, 100, None, Rejected),
    (400, 100, 33, NotFound),
    (404, 100, 33, NotFound),
    (400, 100, 2108006, UnsupportedFeature),
    (400, 100, 2207010, Rejected),
    (400, 100, 2207023, Rejected),
    (400, 100, 4711, Rejected),
    (400, 102, None, AuthenticationFailed),
    (400, 190, None, AuthenticationFailed),
    (400, 190, 458, AuthenticationFailed),
    (400, 190, 460, AuthenticationFailed),
    (401, 190, 463, AuthenticationFailed),
    (400, 190, 467, AuthenticationFailed),
    (400, 190, 492, AuthenticationFailed),
    (403, 200, None, AccessDenied),
    (400, 230, None, AccessDenied),
    (400, 299, None, AccessDenied),
    (400, 324, None, Rejected),
    (400, 341, None, RateLimited),
    (400, 352, 2207026, Rejected),
    (400, 368, None, RateLimited),
    (400, 506, None, Rejected),
    (400, 613, None, RateLimited),
    (400, 803, None, NotFound),
    (400, 2500, None, Rejected),
    (400, 3001, 1504028, Rejected),
    (400, 9004, 2207052, TemporaryFailure),
    (400, 9007, 2207027, TemporaryFailure),
    (400, 36000, 2207004, Rejected),
    (400, 36001, 2207005, Rejected),
    (400, 36003, 2207009, Rejected),
    (400, 80001, None, RateLimited),
    (400, 80002, None, RateLimited),
    (400, 80006, None, RateLimited),
    (400, 1609005, None, Rejected),
    (400, -1, 2207001, TemporaryFailure),
    (400, -1, 2207032, TemporaryFailure),
    (400, -1, 2207053, TemporaryFailure),
    (400, -2, 2207003, TemporaryFailure),
    (400, 100, 2207081, Rejected),
    (400, 100, 2207028, Rejected),
    (400, 100, 2207057, Rejected),
    (400, 110, 2207013, NotFound),
    (400, 190, 459, AuthenticationFailed),
    (400, 190, 464, AuthenticationFailed),
    (400, 104, None, AccessDenied),
    (400, -1, 2207082, TemporaryFailure),
    (400, -1, 2207020, TemporaryFailure),
    (400, -1, 2207077, TemporaryFailure),
    (400, 987654, None, PlatformError),
    (418, 987654, None, PlatformError),
    (403, 987654, None, AccessDenied),
    (500, 987654, None, TemporaryFailure),
]


def judged(platform, status, body, headers=None):
    return ADAPTERS[platform].judge(Reply(platform, status, headers or {}, body))


@pytest.mark.parametrize("platform", ["instagram", "instagram_facebook_login", "facebook"])
@pytest.mark.parametrize(("status", "code", "subcode", "expected"), GRAPH)
def test_graph_error_is_known_by_subcode_then_code_then_status(platform, status, code, subcode, expected):
    body = {"error": {"message": "No", "type": "OAuthException", "code": code, "error_subcode": subcode}}

    assert type(judged(platform, status, body)) is expected


@pytest.mark.parametrize(
    ("status", "body", "expected"),
    [
        (400, {"error": {"message": "No", "code": 987654, "is_transient": True}}, TemporaryFailure),
        (400, {"error": {"message": "No", "code": 190, "is_transient": False}}, AuthenticationFailed),
        (400, {"error": {"message": "No", "code": 4, "is_transient": True}}, RateLimited),
        (400, {"error": {"message": "No", "code": 100, "error_subcode": 33, "is_transient": True}}, NotFound),
        (200, {"error": {"message": "No", "code": 190}}, AuthenticationFailed),
        (400, {"error_type": "OAuthException", "code": 400, "error_message": "Bad code"}, AuthenticationFailed),
        (400, {"error_type": "OAuthException", "code": 500, "error_message": "Later"}, TemporaryFailure),
        (429, {"error_type": "OAuthRateLimitException", "code": 429, "error_message": "Slower"}, RateLimited),
        (400, {"error_type": "Strange", "code": "what", "error_message": None}, Rejected),
        (200, {"error": "nonsense"}, PlatformError),
        (404, {"error": {"code": True}}, PlatformError),
        (404, {}, PlatformError),
        (401, [], AuthenticationFailed),
        (302, {}, PlatformError),
        (200, [], type(None)),
        (200, {}, type(None)),
    ],
    ids=str,
)
def test_graph_error_of_unusual_form_is_still_an_error(status, body, expected):
    assert type(judged("instagram", status, body)) is expected


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ('{"1": [{"type": "instagram", "estimated_time_to_regain_access": 7}]}', 420),
        ('{"1": [{"estimated_time_to_regain_access": 1}], "2": [{"estimated_time_to_regain_access": 3}]}', 180),
        ('{"1": [{"type": "instagram", "estimated_time_to_regain_access": 0}]}', 300),
        ('{"1": [{"type": "instagram", "estimated_time_to_regain_access": -9}]}', 300),
        ('{"1": [{"type": "instagram", "estimated_time_to_regain_access": 525600}]}', 86400),
        ('{"1": [{"type": "instagram"}]}', 300),
        ("[1, 2]", 300),
        ("not json", 300),
    ],
    ids=["minutes", "longest", "zero", "negative", "a-year", "missing", "a-list", "broken"],
)
def test_graph_limit_waits_as_long_as_its_header_says(header, seconds):
    body = {"error": {"message": "Too many", "code": 80002}}

    assert judged("instagram", 400, body, {"X-Business-Use-Case-Usage": header}).retry_after == seconds


@pytest.mark.parametrize(
    ("code", "headers", "seconds"),
    [
        (4, {"Retry-After": "120"}, 120),
        (4, {"Retry-After": "-5"}, 300),
        (4, {"Retry-After": "0"}, 300),
        (4, {"Retry-After": "31536000"}, 86400),
        (4, {"X-App-Usage": '{"call_count": 100, "total_time": 25, "total_cputime": 25}'}, 300),
        (4, {"X-App-Usage": '{"call_count": 100, "estimated_time_to_regain_access": 9}'}, 540),
        (4, {"X-App-Usage": '{"estimated_time_to_regain_access": true}', "Retry-After": "60"}, 60),
        (17, {"X-Business-Use-Case-Usage": '{"1": ["x", {"estimated_time_to_regain_access": 1e400}]}'}, 86400),
        (368, {}, 21600),
        (368, {"Retry-After": "60"}, 21600),
        (368, {"X-Business-Use-Case-Usage": '{"1": [{"estimated_time_to_regain_access": 600}]}'}, 36000),
        (9, {}, 3600),
    ],
    ids=str,
)
def test_graph_limit_waits_by_its_headers_and_never_less_than_its_code_says(code, headers, seconds):
    assert judged("facebook", 400, {"error": {"message": "No", "code": code}}, headers).retry_after == seconds


@pytest.mark.parametrize(
    ("error", "kind", "advice"),
    [
        (
            {"message": "The caption was too long.", "code": 100, "error_subcode": 2207010},
            Rejected,
            "Instagram takes at most 2,200 characters: shorten the caption.",
        ),
        (
            {"message": "The caption has too many hashtags, at most 30 are allowed.", "code": 100},
            Rejected,
            "Instagram takes at most 30 hashtags, from some accounts fewer: take some out of the caption.",
        ),
        (
            {"message": "Invalid aspect ratio", "code": 36003, "error_subcode": 2207009},
            Rejected,
            "Instagram takes images from 4:5 (upright) to 1.91:1 (wide): crop the image.",
        ),
        ({"message": "(#200) Requires pages_manage_posts", "code": 200}, AccessDenied, PERMISSION),
        (
            {"message": "(#10) Not enough viewers for the media to show insights", "code": 10},
            UnsupportedFeature,
            "Nothing to do: too few people saw it.",
        ),
        (
            {"message": "Please reduce the amount of data you're asking for, then retry your request", "code": 1},
            Rejected,
            "Nothing to do: Gator asks for less at a time.",
        ),
        (
            {"message": "The ids query parameter is deprecated in v26.0+", "code": 100},
            Rejected,
            "Compare the request with the platform's changelog: a name may have been withdrawn.",
        ),
    ],
    ids=lambda value: value["message"][:30] if isinstance(value, dict) else "",
)
def test_graph_refusal_tells_staff_what_to_do(error, kind, advice):
    found = judged("instagram", 500, {"error": error})

    assert (type(found), found.advice) == (kind, advice)
    assert found.for_staff.endswith(advice)


def test_graph_refusal_holds_what_the_platform_would_show_a_user():
    error = {"message": "Invalid parameter", "code": 100, "error_user_msg": "The link is not allowed."}

    assert judged("facebook", 400, {"error": error}).message == "Invalid parameter: The link is not allowed."


def test_graph_table_is_long_and_tells_staff_what_to_do_with_every_refusal_of_media_and_captions():
    refusals = [case for case in CASES if case.kind is Rejected and case.subcode.startswith("2207")]

    assert len([case for case in CASES if case.advice != PERMISSION]) >= 60
    assert [case.subcode for case in refusals if not case.advice] == []
