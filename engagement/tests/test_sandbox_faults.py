"""Misbehaviour on request, in each platform's own shape."""

import json
import time

import pytest

READS = {
    "instagram": ("GET", "/instagram/v26.0/me"),
    "facebook": ("GET", "/facebook/v26.0/me"),
    "twitter": ("GET", "/twitter/2/users/me"),
    "tiktok": ("GET", "/tiktok/v2/user/info/?fields=open_id"),
}
GRAPH = ("instagram", "facebook")


def read(sandbox, platform):
    return sandbox.ask(*READS[platform], sandbox.account(platform))


def kind(platform, answer):
    """The part of an error a client decides by."""
    error = answer.body.get("error", {})
    if platform in GRAPH:
        return answer.status, error["code"], error.get("error_subcode")
    return answer.status, error["code"] if platform == "tiktok" else answer.body["title"]


@pytest.mark.parametrize(
    ("fault", "platform", "expected"),
    [
        pytest.param("expired_token", "instagram", (400, 190, 463), id="instagram-expired"),
        pytest.param("revoked_token", "facebook", (400, 190, 458), id="facebook-revoked"),
        pytest.param("expired_token", "twitter", (401, "Unauthorized"), id="x-expired"),
        pytest.param("expired_token", "tiktok", (401, "access_token_invalid"), id="tiktok-expired"),
        pytest.param("rate_limit", "instagram", (400, 80002, None), id="instagram-limit"),
        pytest.param("rate_limit", "facebook", (400, 80001, None), id="facebook-limit"),
        pytest.param("rate_limit", "twitter", (429, "Too Many Requests"), id="x-limit"),
        pytest.param("rate_limit", "tiktok", (429, "rate_limit_exceeded"), id="tiktok-limit"),
        pytest.param("server_error", "instagram", (500, 2, None), id="instagram-fault"),
        pytest.param("server_error", "twitter", (503, "Service Unavailable"), id="x-fault"),
        pytest.param("server_error", "tiktok", (500, "internal_error"), id="tiktok-fault"),
    ],
)
def test_fault_takes_the_shape_of_the_platform_once(sandbox, fault, platform, expected):
    sandbox.fault(kind=fault, account=sandbox.account(platform).user_id, times=1)

    first, second = read(sandbox, platform), read(sandbox, platform)

    assert kind(platform, first) == expected
    assert second.status == 200


@pytest.mark.parametrize("platform", READS)
def test_wrong_token_is_refused(sandbox, platform):
    answer = sandbox.ask(*READS[platform], headers={"Authorization": "Bearer wrong"})

    assert answer.status == (400 if platform in GRAPH else 401)


@pytest.mark.parametrize("platform", READS)
def test_broken_json_cannot_be_parsed(sandbox, platform):
    sandbox.fault(kind="broken_json", platform=platform, times=1)

    answer = read(sandbox, platform)

    with pytest.raises(json.JSONDecodeError):
        json.loads(answer.text)
    assert read(sandbox, platform).status == 200


def test_slow_reply_holds_up_nobody_else(sandbox):
    sandbox.fault(kind="slow", platform="twitter", seconds=0.3, times=1)

    started = time.perf_counter()
    read(sandbox, "twitter")
    slow = time.perf_counter() - started

    assert slow >= 0.3


def test_rate_limit_tells_how_long_to_wait(sandbox):
    sandbox.fault(kind="rate_limit", platform="instagram", seconds=300, times=1)
    sandbox.fault(kind="rate_limit", platform="twitter", seconds=300, times=1)

    usage = json.loads(read(sandbox, "instagram").headers["X-Business-Use-Case-Usage"])
    headers = read(sandbox, "twitter").headers

    (entries,) = usage.values()
    assert entries[0]["estimated_time_to_regain_access"] == 5
    assert headers["x-rate-limit-remaining"] == "0"
    assert int(headers["x-rate-limit-reset"]) > time.time() + 200


@pytest.mark.parametrize(
    ("platform", "path"), [("twitter", "/twitter/2/oauth2/token"), ("tiktok", "/tiktok/v2/oauth/token/")]
)
def test_expired_token_lasts_until_it_is_refreshed(sandbox, platform, path):
    account = sandbox.account(platform)
    sandbox.fault(kind="expired_token", account=account.user_id)
    expired = [read(sandbox, platform).status for _ in range(2)]

    form = {"grant_type": "refresh_token", "refresh_token": sandbox.world.tokens_of(account).refresh}
    sandbox.ask("POST", path, form=form)

    assert expired == [401, 401]
    assert read(sandbox, platform).status == 200


@pytest.mark.parametrize("platform", ["twitter", "tiktok"])
def test_revoked_token_cannot_be_refreshed(sandbox, platform):
    account = sandbox.account(platform)
    sandbox.fault(kind="revoked_token", account=account.user_id)
    path = {"twitter": "/twitter/2/oauth2/token", "tiktok": "/tiktok/v2/oauth/token/"}[platform]

    form = {"grant_type": "refresh_token", "refresh_token": sandbox.world.tokens_of(account).refresh}

    assert sandbox.ask("POST", path, form=form).status == 400


def test_vanished_post_comes_back_when_faults_are_cleared(sandbox):
    account = sandbox.account("facebook")
    post_id = sandbox.published(account)
    sandbox.fault(kind="vanished_post", post=post_id)

    vanished = sandbox.ask("GET", f"/facebook/v26.0/{post_id}", account)
    sandbox.ask("DELETE", "/sandbox/faults")

    assert (vanished.status, vanished.body["error"]["error_subcode"]) == (400, 33)
    assert sandbox.ask("GET", f"/facebook/v26.0/{post_id}", account).status == 200
