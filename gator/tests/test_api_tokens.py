"""Logging in and out."""

import pytest
from knox.models import AuthToken
from rest_framework.test import APIClient
from rest_framework.throttling import SimpleRateThrottle

from acd.tests.clients import complaints, make_user

pytestmark = pytest.mark.django_db
LOGIN = "/api/v1/auth/login/"
POSTS = "/api/v1/posts/"
PASSWORD = "open sesame"


@pytest.fixture
def user():
    return make_user("engagement.view_socialmediapost", username="ada", password=PASSWORD)


def log_in(username="ada", password=PASSWORD, **rest):
    return APIClient().post(LOGIN, {"username": username, "password": password}, format="json", **rest)


def test_login_gives_a_token_that_works_and_is_stored_as_a_digest(user):
    response = log_in()

    token = response.json()["token"]
    read = APIClient().get(POSTS, HTTP_AUTHORIZATION=f"Token {token}")
    assert (response.status_code, read.status_code) == (200, 200)
    assert token not in str(list(AuthToken.objects.values()))


@pytest.mark.parametrize(
    ("changes", "username"),
    [({}, "grace"), ({}, "ada "), ({"is_active": False}, "ada")],
    ids=["name", "space", "inactive"],
)
def test_login_that_fails_says_the_same_whatever_is_wrong(user, changes, username):
    type(user).objects.update(**changes, **{} if changes else {"username": "somebody"})

    response = log_in(username)

    assert response.status_code == 401
    assert response.json()["error"]["message"] == "No active user has this name and password."


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["username", "password"]),
        ({"username": "a\x00", "password": "b"}, ["username"]),
        ({"username": "a", "password": "b", "is_staff": True}, ["is_staff"]),
    ],
    ids=["empty", "NUL", "more"],
)
def test_login_with_a_bad_field_is_refused_by_name(body, fields):
    response = APIClient().post(LOGIN, body, format="json")

    assert (response.status_code, list(complaints(response))) == (400, fields)


def test_login_is_bounded_by_address_whatever_the_caller_claims(user, monkeypatch):
    monkeypatch.setitem(SimpleRateThrottle.THROTTLE_RATES, "login", "2/min")

    statuses = [log_in(password="wrong", HTTP_X_FORWARDED_FOR=f"10.0.0.{n}").status_code for n in range(3)]

    assert statuses == [401, 401, 429]


@pytest.mark.parametrize(("address", "left"), [("logout", 1), ("logoutall", 0)])
def test_logout_ends_one_token_or_all(user, address, left):
    token = log_in().json()["token"]
    log_in()

    response = APIClient().post(f"/api/v1/auth/{address}/", HTTP_AUTHORIZATION=f"Token {token}")

    assert (response.status_code, AuthToken.objects.count()) == (204, left)
