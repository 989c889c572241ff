"""X in miniature, asked over HTTP as its documentation says: posting, people and tokens."""

from base64 import b64encode

import pytest

from engagement.sandbox.twitter_posting import weight
from engagement.tests.sandbox_twitter import post


@pytest.fixture
def account(sandbox):
    return sandbox.account("twitter")


def test_post_is_created_with_201(sandbox, account):
    answer = post(sandbox, account, text="hello", made_with_ai=True)

    post_id = answer.body["data"]["id"]
    assert answer.status == 201
    assert answer.body["data"] == {"id": post_id, "text": "hello", "edit_history_tweet_ids": [post_id]}
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(answer.headers)


def test_ai_flag_stands_in_the_ledger(sandbox, account):
    for flag in (True, False):
        post(sandbox, account, text=f"made with AI: {flag}", made_with_ai=flag)

    (mine,) = [one for one in sandbox.ask("GET", "/sandbox/ledger").body if one["user_id"] == account.user_id]

    assert [one["made_with_ai"] for one in mine["posts"]] == [True, False]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"text": "said before"}, 403, id="duplicate"),
        pytest.param({"text": "x" * 281}, 400, id="too-long"),
        pytest.param({"text": ""}, 400, id="empty"),
        pytest.param({"text": 5}, 400, id="not-a-string"),
        pytest.param({"text": "x", "made_with_ai": "yes"}, 400, id="flag-not-a-boolean"),
        pytest.param({"text": "x", "media": {"media_ids": ["1"]}}, 400, id="unknown-media"),
        pytest.param({"text": "x", "reply": {"in_reply_to_tweet_id": "1"}}, 403, id="reply-not-permitted"),
    ],
)
def test_post_is_refused(sandbox, account, body, status):
    post(sandbox, account, text="said before")

    answer = post(sandbox, account, **body)

    assert answer.status == status
    assert {"title", "detail", "type"} <= set(answer.body)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("hello", 5, id="latin"),
        pytest.param("https://a.example/a/very/long/path/that/goes/on", 23, id="url"),
        pytest.param("日本", 4, id="cjk"),
        pytest.param("🔥", 2, id="emoji"),
        pytest.param("👩‍👩‍👧", 2, id="joined-emoji"),
    ],
)
def test_weight_counts_as_documented(text, expected):
    assert weight(text) == expected


def test_likers_are_shown_to_the_owner_only(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=2)
    path = f"/twitter/2/tweets/{post_id}/liking_users?user.fields=public_metrics"

    own = sandbox.ask("GET", path, account)
    foreign = sandbox.ask("GET", path, sandbox.account("twitter", "maya"))

    assert 0 < own.body["meta"]["result_count"] == len(own.body["data"]) <= 100
    assert foreign.status == 403


def test_people_are_looked_up_in_bulk(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=2)
    likers = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/liking_users", account).body["data"]
    wanted = {"ids": f"{likers[-1]['id']},456", "user.fields": "created_at,description,verified_type,public_metrics"}

    found = sandbox.ask("GET", "/twitter/2/users", account, query=wanted).body

    assert [one["username"] for one in found["data"]] == [likers[-1]["username"]]
    assert {"created_at", "description", "verified_type", "public_metrics"} < set(found["data"][0])
    assert [error["value"] for error in found["errors"]] == ["456"]


def test_deleted_post_is_not_found(sandbox, account):
    post_id = sandbox.published(account)
    deleted = sandbox.ask("DELETE", f"/twitter/2/tweets/{post_id}", account)

    again = sandbox.ask("DELETE", f"/twitter/2/tweets/{post_id}", account)

    assert deleted.body == {"data": {"deleted": True}}
    assert again.status == 404


def test_refresh_token_is_single_use(sandbox, account):
    form = {"grant_type": "refresh_token", "refresh_token": sandbox.world.tokens_of(account).refresh}
    headers = {"Authorization": f"Basic {b64encode(b'client:secret').decode()}"}

    first = sandbox.ask("POST", "/twitter/2/oauth2/token", form=form, headers=headers)
    second = sandbox.ask("POST", "/twitter/2/oauth2/token", form=form, headers=headers)

    assert first.body["access_token"] == sandbox.token(account)
    assert first.body["refresh_token"] != form["refresh_token"]
    assert second.status == 400


@pytest.mark.parametrize(
    ("client", "headers", "status"),
    [
        pytest.param({"client_id": "c"}, {}, 200, id="public"),
        pytest.param({}, {}, 400, id="nobody"),
        pytest.param({}, {"Authorization": "Basic client:secret"}, 401, id="not-base64"),
        pytest.param({}, {"Authorization": "Bearer x"}, 401, id="bearer"),
    ],
)
def test_refresh_asks_for_the_client(sandbox, account, client, headers, status):
    refresh = sandbox.world.tokens_of(account).refresh
    form = {"grant_type": "refresh_token", "refresh_token": refresh, **client}

    assert sandbox.ask("POST", "/twitter/2/oauth2/token", form=form, headers=headers).status == status


def test_me_knows_itself(sandbox, account):
    answer = sandbox.ask("GET", "/twitter/2/users/me?user.fields=public_metrics", account)

    assert answer.body["data"]["id"] == account.user_id
    assert answer.body["data"]["public_metrics"]["followers_count"] == account.followers
