"""X in miniature, asked over HTTP as its documentation says."""

import pytest

from engagement.sandbox.audience import BOT
from engagement.sandbox.twitter_posting import weight


@pytest.fixture
def account(sandbox):
    return sandbox.account("twitter")


def post(sandbox, account, **body):
    return sandbox.ask("POST", "/twitter/2/tweets", account, json=body)


def test_post_is_created_with_201(sandbox, account):
    answer = post(sandbox, account, text="hello", made_with_ai=True)

    post_id = answer.body["data"]["id"]
    assert answer.status == 201
    assert answer.body["data"] == {"id": post_id, "text": "hello", "edit_history_tweet_ids": [post_id]}
    assert {"x-rate-limit-limit", "x-rate-limit-remaining", "x-rate-limit-reset"} <= set(answer.headers)


@pytest.mark.parametrize(
    ("body", "status"),
    [
        pytest.param({"text": "said before"}, 403, id="duplicate"),
        pytest.param({"text": "x" * 281}, 400, id="too-long"),
        pytest.param({"text": ""}, 400, id="empty"),
        pytest.param({"text": 5}, 400, id="not-a-string"),
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


def test_media_is_uploaded_in_one_call_and_attached(sandbox, account):
    body = (
        b'--b\r\nContent-Disposition: form-data; name="media"; filename="a.jpg"\r\n'
        b"Content-Type: image/jpeg\r\n\r\n\xff\xd8\r\n\x00\r\n"
        b'--b\r\nContent-Disposition: form-data; name="media_category"\r\n\r\ntweet_image\r\n--b--\r\n'
    )
    headers = {"Content-Type": "multipart/form-data; boundary=b"}
    media = sandbox.ask("POST", "/twitter/2/media/upload", account, body=body, headers=headers).body["data"]

    made = post(sandbox, account, text="look", media={"media_ids": [media["id"]]}).body["data"]
    query = f"ids={made['id']}&tweet.fields=attachments&expansions=attachments.media_keys"
    found = sandbox.ask("GET", f"/twitter/2/tweets?{query}", account).body

    assert media["size"] == 5
    assert found["data"][0]["attachments"] == {"media_keys": [media["media_key"]]}
    assert found["includes"]["media"] == [{"media_key": media["media_key"], "type": "photo"}]


def test_lookup_names_missing_ids_beside_the_data(sandbox, account):
    post_id = sandbox.published(account)

    answer = sandbox.ask("GET", f"/twitter/2/tweets?ids={post_id},456&tweet.fields=public_metrics", account)

    assert answer.status == 200
    assert [one["id"] for one in answer.body["data"]] == [post_id]
    assert set(answer.body["data"][0]["public_metrics"]) == {
        "retweet_count",
        "reply_count",
        "like_count",
        "quote_count",
        "bookmark_count",
        "impression_count",
    }
    assert answer.body["errors"][0]["type"].endswith("/resource-not-found")


def test_lookup_without_a_hit_has_no_data(sandbox, account):
    answer = sandbox.ask("GET", "/twitter/2/tweets?ids=456", account)

    assert (answer.status, set(answer.body)) == (200, {"errors"})


def test_new_spelling_is_answered_in_kind(sandbox, account):
    post_id = sandbox.published(account)

    found = sandbox.ask("GET", f"/twitter/2/tweets?ids={post_id}&post.fields=public_metrics", account).body["data"][0]

    assert "repost_count" in found["public_metrics"]
    assert found["edit_history_post_ids"] == [post_id]


@pytest.mark.parametrize(("days", "denied"), [(1, False), (31, True)], ids=["young", "old"])
def test_owner_metrics_end_after_thirty_days(sandbox, account, days, denied):
    post_id = sandbox.published(account)
    sandbox.wait(days=days)

    answer = sandbox.ask("GET", f"/twitter/2/tweets?ids={post_id}&tweet.fields=non_public_metrics", account)

    assert ("errors" in answer.body) is denied
    assert ("non_public_metrics" in answer.body["data"][0]) is not denied


def replies(sandbox, account, post_id, **query):
    wanted = {
        "query": f"conversation_id:{post_id}",
        "max_results": "100",
        "expansions": "author_id",
        "tweet.fields": "author_id,created_at,referenced_tweets",
        "user.fields": "created_at,public_metrics",
    }
    return sandbox.ask("GET", "/twitter/2/tweets/search/recent", account, query={**wanted, **query}).body


def test_search_finds_replies_with_their_authors(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=3)

    found = replies(sandbox, account, post_id)
    users = {user["id"]: user for user in found["includes"]["users"]}

    assert found["meta"]["result_count"] == len(found["data"])
    assert found["meta"]["newest_id"] == found["data"][0]["id"]
    assert all(one["author_id"] in users for one in found["data"])
    assert all("followers_count" in user["public_metrics"] for user in users.values())


def test_search_pages_and_goes_on_from_since_id(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=3)
    everything = [one["id"] for one in replies(sandbox, account, post_id)["data"]]

    first = replies(sandbox, account, post_id, max_results="10")
    token = first["meta"].get("next_token")
    rest = replies(sandbox, account, post_id, max_results="10", next_token=token)["data"] if token else []
    newer = replies(sandbox, account, post_id, since_id=everything[3])["data"]

    assert [one["id"] for one in first["data"] + rest] == everything[:20]
    assert [one["id"] for one in newer] == everything[:3]


def test_search_forgets_after_seven_days(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=30)

    assert replies(sandbox, account, post_id) == {"meta": {"result_count": 0}}


def test_bots_are_young_with_few_followers(sandbox, account):
    for _ in range(60):
        sandbox.published(account)
    bots = [
        (one, comment) for one in sandbox.world.posts.values() for comment in one.life.comments if comment.truth == BOT
    ]

    ages = [one.comment_at(comment) - comment.author.created_at for one, comment in bots]

    assert all(0 <= age.days < 75 for age in ages)
    assert all(comment.author.followers < 25 for _, comment in bots)


def test_likers_are_shown_to_the_owner_only(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=2)
    path = f"/twitter/2/tweets/{post_id}/liking_users?user.fields=public_metrics"

    own = sandbox.ask("GET", path, account)
    foreign = sandbox.ask("GET", path, sandbox.account("twitter", "maya"))

    assert 0 < own.body["meta"]["result_count"] == len(own.body["data"]) <= 100
    assert foreign.status == 403


def test_deleted_post_is_not_found(sandbox, account):
    post_id = sandbox.published(account)
    deleted = sandbox.ask("DELETE", f"/twitter/2/tweets/{post_id}", account)

    again = sandbox.ask("DELETE", f"/twitter/2/tweets/{post_id}", account)

    assert deleted.body == {"data": {"deleted": True}}
    assert again.status == 404


def test_refresh_token_is_single_use(sandbox, account):
    form = {"grant_type": "refresh_token", "refresh_token": sandbox.world.tokens_of(account).refresh}

    first = sandbox.ask("POST", "/twitter/2/oauth2/token", form=form)
    second = sandbox.ask("POST", "/twitter/2/oauth2/token", form=form)

    assert first.body["access_token"] == sandbox.token(account)
    assert second.status == 400


def test_me_knows_itself(sandbox, account):
    answer = sandbox.ask("GET", "/twitter/2/users/me?user.fields=public_metrics", account)

    assert answer.body["data"]["id"] == account.user_id
    assert answer.body["data"]["public_metrics"]["followers_count"] == account.followers
