"""One shape for every error, whoever raises it."""

import pytest
from django.test import RequestFactory
from rest_framework.exceptions import ErrorDetail
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from acd.tests.clients import client_with
from engagement.tests.factories import make_post
from gator.api import errors

pytestmark = pytest.mark.django_db
POSTS = "/api/v1/posts/"


@pytest.fixture
def viewer():
    return client_with(
        "engagement.view_socialmediapost",
        "engagement.add_socialmediapost",
        "patterns.view_pattern",
        "studio.add_persona",
    )


# (method, address, what goes with it) -> status, code, a part of the message
ERRORS = {
    "unknown address": (("get", "/api/v1/nothing/", {}), 404, "not_found", "/api/v1/nothing/"),
    "no slash": (("get", "/api/v1/posts", {}), 404, "not_found", "end with a slash"),
    "outside v1": (("get", "/api/v2/posts/", {}), 404, "not_found", "/api/docs/"),
    "unknown row": (("get", f"{POSTS}99/", {}), 404, "not_found", "There is no post 99"),
    "id no number": (("get", f"{POSTS}abc/", {}), 404, "not_found", "There is no post abc"),
    "id beyond 64 bits": (("get", f"{POSTS}{10**30}/", {}), 404, "not_found", "There is no post 1000"),
    "method": (("delete", f"{POSTS}99/", {}), 405, "method_not_allowed", "Allowed here: GET"),
    "options": (("options", POSTS, {}), 405, "method_not_allowed", "Allowed here"),
    "no JSON": (("post", POSTS, {"data": "{", "content_type": "application/json"}), 400, "parse_error", "Send JSON"),
    "no UTF-8": (("post", POSTS, {"data": b"\xff", "content_type": "application/json"}), 400, "parse_error", "UTF-8"),
    "NaN": (("post", POSTS, {"data": "NaN", "content_type": "application/json"}), 400, "parse_error", "Send JSON"),
    "too deep": (
        ("post", POSTS, {"data": "[" * 100_000, "content_type": "application/json"}),
        400,
        "parse_error",
        "too deeply",
    ),
    "too large": (
        ("post", POSTS, {"data": " " * (5 * 1024 * 1024 + 1), "content_type": "application/json"}),
        413,
        "too_large",
        "fewer items",
    ),
    "a form": (
        ("post", POSTS, {"data": "a=1", "content_type": "application/x-www-form-urlencoded"}),
        415,
        "unsupported_media_type",
        "Content-Type: application/json",
    ),
    "no JSON wanted": (("get", POSTS, {"HTTP_ACCEPT": "text/csv"}), 406, "not_acceptable", "Accept: application/json"),
    "parameter": (("get", f"{POSTS}?colour=red", {}), 400, "invalid", "colour: There is no such parameter"),
    "parameter empty": (("get", f"{POSTS}?status=", {}), 400, "invalid", "status: This parameter is empty: give it"),
    "insight twice": (
        ("get", "/api/v1/insights/hashtags/?platform=tiktok&days=3&days=5", {}),
        400,
        "invalid",
        "days: Give this",
    ),
    "insight of an empty persona": (
        ("get", "/api/v1/insights/uplift/?persona=", {}),
        400,
        "invalid",
        "persona: This parameter is empty: give it",
    ),
    "number as a word": (
        (
            "post",
            "/api/v1/personas/",
            {"data": '{"name": "A", "slug": "a", "themes": ["sea", 5]}', "content_type": "application/json"},
        ),
        400,
        "invalid",
        'Give a text in quotes, such as "5".',
    ),
    "number as a hashtag": (
        (
            "post",
            "/api/v1/personas/",
            {"data": '{"name": "A", "slug": "a", "hashtags": [2026]}', "content_type": "application/json"},
        ),
        400,
        "invalid",
        'Give a text in quotes, such as "2026".',
    ),
    "parameter twice": (("get", f"{POSTS}?status=draft&status=failed", {}), 400, "invalid", "status: Give this"),
    "parameter of one row": (("get", f"{POSTS}99/?status=draft", {}), 400, "invalid", "status"),
    "parameter beside a body": (
        ("post", f"{POSTS}?dry_run=1", {"data": "{}", "content_type": "application/json"}),
        400,
        "invalid",
        "dry_run",
    ),
    "field": (("post", POSTS, {"data": "{}", "content_type": "application/json"}), 400, "invalid", "2 more in fields"),
}


@pytest.mark.parametrize(("request_", "status", "code", "part"), ERRORS.values(), ids=ERRORS)
def test_error_has_the_one_shape_and_names_the_remedy(viewer, request_, status, code, part):
    method, address, rest = request_

    response = getattr(viewer, method)(address, **rest)

    (error,) = response.json().values()
    assert (response.status_code, error["code"]) == (status, code)
    assert sorted(error) == ["code", "fields", "message"]
    assert part in error["message"]


def test_error_of_an_anonymous_caller_names_the_login():
    response = APIClient().get(POSTS)

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Token")
    assert "/api/v1/auth/login/" in response.json()["error"]["message"]


def test_error_of_a_wrong_token_is_unauthorized():
    response = APIClient().get(POSTS, HTTP_AUTHORIZATION="Token nonsense")

    assert (response.status_code, response.json()["error"]["code"]) == (401, "authentication_failed")


def test_error_quoting_a_lone_surrogate_can_be_sent(viewer):
    response = viewer.post(POSTS, data=r'{"\ud800": 1}', content_type="application/json")

    assert (response.status_code, response.json()["error"]["fields"].keys()) == (400, {"\ud800"})


def test_too_many_requests_say_how_long_to_wait(viewer, monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "user", "1/min")
    make_post()
    viewer.get(POSTS)

    response = viewer.get(POSTS)

    assert (response.status_code, response.json()["error"]["code"]) == (429, "throttled")
    assert 0 < int(response["Retry-After"]) <= 60


@pytest.mark.parametrize(
    ("detail", "flat"),
    [
        (["bad"], {"non_field_errors": ["bad"]}),
        ({"a": ["x", "y"]}, {"a": ["x", "y"]}),
        ({"a": [{}, {"b": ["x"]}]}, {"a.1.b": ["x"]}),
        ({"a": {2: ["x"]}}, {"a.2": ["x"]}),
        ({"a": ErrorDetail("x")}, {"a": ["x"]}),
    ],
    ids=["bare", "field", "items", "indices", "one text"],
)
def test_flatten_makes_one_level(detail, flat):
    assert errors.flatten(detail) == flat


@pytest.mark.parametrize(
    ("answer", "status"),
    [(errors.server_error, 500), (lambda request: errors.bad_request(request, ValueError()), 400)],
    ids=["defect", "refused by Django"],
)
def test_error_before_any_view_has_the_one_shape_in_the_api_alone(answer, status):
    requests = RequestFactory()

    in_api, elsewhere = answer(requests.get("/api/v1/posts/")), answer(requests.get("/admin/"))

    assert (in_api.status_code, in_api["Content-Type"]) == (status, "application/json")
    assert (elsewhere.status_code, elsewhere["Content-Type"].split(";")[0]) == (status, "text/html")
