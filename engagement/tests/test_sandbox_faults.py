"""Misbehaviour on request, in each platform's own shape."""

import http.client
import json
import socket
import time
from concurrent.futures import ThreadPoolExecutor
from email.utils import parsedate_to_datetime

import pytest

READS = {
    "instagram": ("GET", "/instagram/v26.0/me"),
    "facebook": ("GET", "/facebook/v26.0/me"),
    "twitter": ("GET", "/twitter/2/users/me"),
    "tiktok": ("GET", "/tiktok/v2/user/info/?fields=open_id"),
}
GRAPH = ("instagram", "facebook")
CLIENT = {"client_id": "c", "client_key": "c", "client_secret": "s"}  # as X and as TikTok name it


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

    form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": sandbox.world.tokens_of(account).refresh}
    sandbox.ask("POST", path, form=form)

    assert expired == [401, 401]
    assert read(sandbox, platform).status == 200


@pytest.mark.parametrize("platform", ["twitter", "tiktok"])
def test_revoked_token_cannot_be_refreshed(sandbox, platform):
    account = sandbox.account(platform)
    sandbox.fault(kind="revoked_token", account=account.user_id)
    path = {"twitter": "/twitter/2/oauth2/token", "tiktok": "/tiktok/v2/oauth/token/"}[platform]

    form = {**CLIENT, "grant_type": "refresh_token", "refresh_token": sandbox.world.tokens_of(account).refresh}

    assert sandbox.ask("POST", path, form=form).status == 400


def test_vanished_post_comes_back_when_faults_are_cleared(sandbox):
    account = sandbox.account("facebook")
    post_id = sandbox.published(account)
    sandbox.fault(kind="vanished_post", post=post_id)

    vanished = sandbox.ask("GET", f"/facebook/v26.0/{post_id}", account)
    sandbox.ask("DELETE", "/sandbox/faults")

    assert (vanished.status, vanished.body["error"]["error_subcode"]) == (400, 33)
    assert sandbox.ask("GET", f"/facebook/v26.0/{post_id}", account).status == 200


# On the wire


def lines(sandbox, request):
    """Everything that comes back on one connection until it ends."""
    host, port = sandbox.base.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(request.encode())
        return b"".join(iter(lambda: line.recv(65536), b""))


def post_message(sandbox, page, text):
    return sandbox.ask("POST", "/facebook/v26.0/me/feed", page, form={"message": text})


@pytest.mark.parametrize(("when", "posts"), [("before", 0), ("after", 1)])
@pytest.mark.parametrize("kind", ["drop", "hang"])
def test_lost_answer_of_a_create_has_its_effect_only_after(sandbox, kind, when, posts):
    page = sandbox.account("facebook")
    sandbox.fault(kind=kind, when=when, platform="facebook", method="POST", path="/feed", times=1, seconds=0.1)

    with pytest.raises(http.client.RemoteDisconnected):
        post_message(sandbox, page, "once")

    assert len(sandbox.world.posts) == posts
    assert len(sandbox.ask("GET", "/facebook/v26.0/me/posts", page).body["data"]) == posts


@pytest.mark.parametrize(("when", "posts"), [("before", 0), ("after", 1)])
def test_server_error_may_come_after_the_effect(sandbox, when, posts):
    sandbox.fault(kind="server_error", when=when, path="/feed", times=1)

    answer = post_message(sandbox, sandbox.account("facebook"), "once")

    assert answer.status == 500
    assert len(sandbox.world.posts) == posts


def test_hanging_request_keeps_nobody_else_waiting(sandbox):
    sandbox.fault(kind="hang", platform="twitter", seconds=1.0, times=1)

    with ThreadPoolExecutor(1) as pool:
        hanging = pool.submit(read, sandbox, "twitter")
        started = time.perf_counter()
        other = read(sandbox, "instagram").status
        passed = time.perf_counter() - started

    assert other == 200
    assert passed < 0.8
    assert isinstance(hanging.exception(), http.client.RemoteDisconnected)


def test_dripping_body_comes_whole_but_slowly(sandbox):
    sandbox.fault(kind="drip", platform="instagram", seconds=0.4, times=1)

    started = time.perf_counter()
    answer = read(sandbox, "instagram")

    assert time.perf_counter() - started >= 0.35
    assert answer.body["id"] == sandbox.account("instagram").user_id


def test_endless_body_goes_on_without_a_length(sandbox):
    token = sandbox.token(sandbox.account("twitter"))
    sandbox.fault(kind="endless", platform="twitter", seconds=0.2, times=1)

    received = lines(sandbox, f"GET /twitter/2/users/me HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {token}\r\n\r\n")

    assert b"Content-Length" not in received
    assert len(received) > 100_000


@pytest.mark.parametrize("status", [200, 502])
def test_html_page_instead_of_json(sandbox, status):
    sandbox.fault(kind="html", platform="tiktok", status=status, times=1)

    answer = read(sandbox, "tiktok")

    assert (answer.status, answer.headers["Content-Type"]) == (status, "text/html; charset=UTF-8")
    assert answer.text.startswith("<!DOCTYPE html>")


# What a client decides by


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        pytest.param("seconds", "120", id="seconds"),
        pytest.param("absurd", "99999999999", id="absurd"),
        pytest.param("negative", "-30", id="negative"),
        pytest.param("nonsense", "soon", id="nonsense"),
    ],
)
def test_rate_limit_tells_the_wait_in_the_form_asked_for(sandbox, header, expected):
    sandbox.fault(kind="rate_limit", platform="tiktok", seconds=120, header=header, times=1)

    answer = read(sandbox, "tiktok")

    assert (answer.status, answer.headers["Retry-After"]) == (429, expected)


def test_rate_limit_tells_the_wait_as_a_date(sandbox):
    sandbox.fault(kind="rate_limit", platform="twitter", seconds=120, header="http_date", times=1)

    told = parsedate_to_datetime(read(sandbox, "twitter").headers["Retry-After"])

    assert 110 <= told.timestamp() - time.time() <= 125


@pytest.mark.parametrize("platform", ["instagram", "twitter", "tiktok"])
def test_rate_limit_without_a_wait_has_no_header_that_tells_one(sandbox, platform):
    sandbox.fault(kind="rate_limit", platform=platform, header="missing", times=1)

    headers = {name.lower() for name in read(sandbox, platform).headers}

    assert headers.isdisjoint({"retry-after", "x-rate-limit-reset", "x-business-use-case-usage"})


@pytest.mark.parametrize("platform", READS)
def test_false_401_passes_although_the_token_is_good(sandbox, platform):
    sandbox.fault(kind="false_401", platform=platform, times=1)

    statuses = [read(sandbox, platform).status for _ in range(2)]

    assert statuses == [400 if platform in GRAPH else 401, 200]


def test_other_version_answers_than_was_asked(sandbox):
    sandbox.fault(kind="wrong_version", platform="instagram", version="v25.0", times=1)

    versions = [read(sandbox, "instagram").headers["facebook-api-version"] for _ in range(2)]

    assert versions == ["v25.0", "v26.0"]


def test_missing_field_is_gone_at_every_depth(sandbox):
    account = sandbox.account("instagram")
    sandbox.published(account)
    sandbox.fault(kind="missing_field", platform="instagram", field="like_count")

    answer = sandbox.ask("GET", "/instagram/v26.0/me/media?fields=id,like_count,comments_count", account)

    assert [sorted(one) for one in answer.body["data"]] == [["comments_count", "id"]]


def test_missing_metric_leaves_its_neighbours(sandbox):
    account = sandbox.account("instagram")
    media_id = sandbox.published(account)
    sandbox.fault(kind="missing_field", platform="instagram", field="reach")

    answer = sandbox.ask("GET", f"/instagram/v26.0/{media_id}/insights?metric=views,reach,saved", account)

    assert [one["name"] for one in answer.body["data"]] == ["views", "saved"]


def test_renamed_field_keeps_its_value(sandbox):
    account = sandbox.account("twitter")
    post_id = sandbox.published(account)
    sandbox.fault(kind="renamed_field", platform="twitter", field="retweet_count", to="repost_count")

    counts = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}?tweet.fields=public_metrics", account).body["data"][
        "public_metrics"
    ]

    assert counts["repost_count"] == 0
    assert "retweet_count" not in counts


def test_fault_fits_account_method_and_path_alone(sandbox):
    lina, maya = sandbox.account("instagram"), sandbox.account("instagram", "maya")
    sandbox.fault(kind="server_error", account=lina.user_id, method="GET", path="/media")

    def status(account, path):
        return sandbox.ask("GET", f"/instagram/v26.0/me{path}", account).status

    assert [status(lina, "/media"), status(lina, ""), status(maya, "/media")] == [500, 200, 200]


def test_times_count_down(sandbox):
    sandbox.fault(kind="server_error", platform="twitter", times=2)

    statuses = [read(sandbox, "twitter").status for _ in range(3)]

    assert statuses == [503, 503, 200]


@pytest.mark.parametrize(
    ("fault", "field"),
    [
        pytest.param({"kind": "drop", "when": "later"}, "when", id="when"),
        pytest.param({"kind": "slow", "when": "after"}, "when", id="when-of-another-kind"),
        pytest.param({"kind": "html", "status": 404}, "status", id="status"),
        pytest.param({"kind": "rate_limit", "header": "words"}, "header", id="header"),
        pytest.param({"kind": "missing_field"}, "field", id="which-field"),
        pytest.param({"kind": "renamed_field", "field": "a"}, "to", id="to-what"),
        pytest.param({"kind": "wrong_version"}, "version", id="which-version"),
        pytest.param({"kind": "slow", "method": "FETCH"}, "method", id="method"),
        pytest.param({"kind": "slow", "path": 1.5}, "path", id="path"),
    ],
)
def test_bad_fault_names_the_field(sandbox, fault, field):
    answer = sandbox.ask("POST", "/sandbox/faults", json=fault)

    assert (answer.status, answer.body["error"]["field"]) == (400, field)
