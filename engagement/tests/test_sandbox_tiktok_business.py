"""TikTok API for Business in miniature, asked over HTTP as its documentation says."""

import json

import pytest

API = "/tiktok/open_api/v1.3"
COUNTERS = ["item_id", "video_views", "likes", "comments", "shares", "favorites"]
WATCHED = ["reach", "total_time_watched", "average_time_watched", "full_video_watched_rate"]
DETAILS = [
    "caption",
    "create_time",
    "share_url",
    "video_duration",
    "new_followers",
    "profile_views",
    "website_clicks",
    "impression_sources",
    "audience_countries",
    "audience_genders",
    "audience_types",
    "video_view_retention",
]


@pytest.fixture
def account(sandbox):
    return sandbox.account("tiktok", "theo")


def ask(sandbox, account, path, **query):
    return asked(sandbox, account, "GET", path, query={"business_id": account.user_id, **query})


def asked(sandbox, account, method, path, **options):
    token = sandbox.world.tokens_of(account, "tiktok_business").access
    return sandbox.ask(method, f"{API}{path}", headers={"Access-Token": token}, **options)


def videos(sandbox, account, fields=("item_id",), **query):
    return ask(sandbox, account, "/business/video/list/", fields=json.dumps(list(fields)), **query).body


def comments(sandbox, account, post_id, path="/business/comment/list/", **query):
    return ask(sandbox, account, path, video_id=post_id, sort_field="create_time", **query).body


# Tokens


def test_tokens_stand_beside_those_of_the_other_programme(sandbox, account):
    (mine,) = [one for one in sandbox.ask("GET", "/sandbox/accounts").body if one["user_id"] == account.user_id]

    tokens = {
        mine[name] for name in ("access_token", "business_access_token", "refresh_token", "business_refresh_token")
    }
    assert len(tokens) == 4
    assert mine["business_access_token"] == sandbox.world.tokens_of(account, "tiktok_business").access


@pytest.mark.parametrize("header", ["Access-Token", "Authorization"])
def test_token_of_the_other_programme_is_refused(sandbox, account, header):
    token = sandbox.token(account)
    value = token if header == "Access-Token" else f"Bearer {token}"

    answer = sandbox.ask("GET", f"{API}/business/get/?business_id={account.user_id}", headers={header: value})

    assert (answer.status, answer.body["code"]) == (200, 40105)


def test_token_of_this_programme_is_refused_by_the_other(sandbox, account):
    token = sandbox.world.tokens_of(account, "tiktok_business").access

    answer = sandbox.ask("GET", "/tiktok/v2/user/info/?fields=open_id", headers={"Authorization": f"Bearer {token}"})

    assert answer.status == 401


def refreshed(sandbox, token, **changes):
    body = {"client_id": "c", "client_secret": "s", "grant_type": "refresh_token", "refresh_token": token, **changes}
    return sandbox.ask("POST", f"{API}/tt_user/oauth2/refresh_token/", json=body).body


def test_refresh_rotates_the_tokens_of_this_programme_alone(sandbox, account):
    tokens, other = sandbox.world.tokens_of(account, "tiktok_business"), sandbox.token(account)
    old = tokens.refresh

    first, second = (refreshed(sandbox, old) for _ in range(2))

    assert first["data"] == {
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
        "open_id": account.user_id,
        "expires_in": 86400,
        "refresh_token_expires_in": 31536000,
        "scope": first["data"]["scope"],
        "token_type": "Bearer",
    }
    assert (first["code"], second["code"]) == (0, 40105)
    assert sandbox.token(account) == other


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        pytest.param({"client_secret": ""}, 40002, id="no-secret"),
        pytest.param({"grant_type": "password"}, 40002, id="grant-type"),
        pytest.param({"refresh_token": "unknown"}, 40105, id="unknown"),
    ],
)
def test_refresh_refuses(sandbox, account, changes, code):
    assert refreshed(sandbox, sandbox.world.tokens_of(account, "tiktok_business").refresh, **changes)["code"] == code


def test_refresh_token_of_the_other_programme_is_refused(sandbox, account):
    assert refreshed(sandbox, sandbox.world.tokens_of(account).refresh)["code"] == 40105


# Videos


def test_post_of_the_other_programme_is_seen_with_the_same_numbers(sandbox, account):
    post_id = sandbox.published(account, "figs #market")
    sandbox.wait(days=2)
    fields = "id,like_count,comment_count,share_count,view_count"
    body = {"filters": {"video_ids": [post_id]}}
    (other,) = sandbox.ask("POST", f"/tiktok/v2/video/query/?fields={fields}", account, json=body).body["data"][
        "videos"
    ]

    (video,) = videos(sandbox, account, [*COUNTERS, "caption", "create_time", "reach"])["data"]["videos"]

    names = ("item_id", "likes", "comments", "shares", "video_views")
    assert [video[name] for name in names] == list(other.values())
    assert (video["caption"], video["create_time"]) == ("figs #market", "1785738600")
    assert video["video_views"] > video["reach"] > video["likes"] > 0
    assert video["favorites"] > 0


def test_rates_are_fractions_and_times_seconds(sandbox, account):
    sandbox.published(account)
    sandbox.wait(days=2)

    (video,) = videos(sandbox, account, [*COUNTERS, *WATCHED, *DETAILS])["data"]["videos"]

    assert set(video) == {*COUNTERS, *WATCHED, *DETAILS}
    assert 0 < video["full_video_watched_rate"] < 1
    assert 0 < video["average_time_watched"] < video["video_duration"] < 60
    assert video["total_time_watched"] == pytest.approx(video["average_time_watched"] * video["video_views"])
    assert sum(one["percentage"] for one in video["audience_countries"]) == pytest.approx(1, abs=0.001)


def test_some_fields_are_for_registered_business_accounts(sandbox):
    lina = sandbox.account("tiktok", "lina")
    sandbox.published(lina)

    (video,) = videos(sandbox, lina, ["item_id", "profile_views", "website_clicks", "new_followers"])["data"]["videos"]

    assert set(video) == {"item_id", "new_followers"}


@pytest.mark.parametrize(("hours", "shown"), [(12, False), (60, True)], ids=["young", "old"])
def test_insights_come_late_on_request(sandbox, account, hours, shown):
    sandbox.ask("POST", "/sandbox/delays", json={"platform": "tiktok", "hours": 48})
    sandbox.published(account)
    sandbox.wait(hours=hours)

    (video,) = videos(sandbox, account, [*COUNTERS, *WATCHED])["data"]["videos"]

    assert ("reach" in video, "favorites" in video) == (shown, shown)
    assert "likes" in video


def test_reach_and_watch_times_vanish_a_week_after_the_last_viewer(sandbox, account):
    sandbox.published(account)
    sandbox.wait(days=40)

    (video,) = videos(sandbox, account, [*COUNTERS, *WATCHED])["data"]["videos"]

    assert set(video) == set(COUNTERS)


def test_list_pages_by_time(sandbox, account):
    ids = []
    for _ in range(3):
        ids.append(sandbox.published(account))
        sandbox.wait(hours=1)

    first = videos(sandbox, account, max_count=2)["data"]
    second = videos(sandbox, account, max_count=2, cursor=first["cursor"])["data"]

    assert [video["item_id"] for video in first["videos"] + second["videos"]] == ids[::-1]
    assert (first["has_more"], second["has_more"]) == (True, False)


def test_filter_leaves_foreign_and_unknown_ids_out(sandbox, account):
    own, foreign = sandbox.published(account), sandbox.published(sandbox.account("tiktok", "lina"))

    found = videos(sandbox, account, filters=json.dumps({"video_ids": [own, foreign, "1"]}))["data"]

    assert [video["item_id"] for video in found["videos"]] == [own]


@pytest.mark.parametrize(
    ("query", "code"),
    [
        pytest.param({"fields": '["likes"]'}, 40002, id="no-item-id"),
        pytest.param({"fields": '["item_id","saves"]'}, 40002, id="unknown-field"),
        pytest.param({"fields": "item_id,likes"}, 40002, id="not-json"),
        pytest.param({"max_count": "21"}, 40002, id="page-too-large"),
        pytest.param({"filters": json.dumps({"video_ids": ["1"] * 21})}, 40002, id="too-many-ids"),
        pytest.param({"business_id": "somebody"}, 40001, id="somebody-else"),
        pytest.param({"business_id": ""}, 40002, id="nobody"),
    ],
)
def test_list_refuses(sandbox, account, query, code):
    answer = ask(sandbox, account, "/business/video/list/", **{"fields": '["item_id"]', **query})

    assert (answer.status, answer.body["code"], answer.body["data"]) == (200, code, {})
    assert {"message", "request_id"} < set(answer.body)


# The account


def profile(sandbox, account, *fields, **query):
    return ask(sandbox, account, "/business/get/", fields=json.dumps(fields), **query).body


def test_account_tells_followers_and_audience(sandbox, account):
    data = profile(sandbox, account, "followers_count", "audience_ages", "audience_countries", "is_business_account")[
        "data"
    ]

    assert (data["followers_count"], data["is_business_account"]) == (account.followers, True)
    assert {"age", "percentage"} == set(data["audience_ages"][0])


def test_audience_needs_a_hundred_followers(sandbox, account):
    sandbox.ask("POST", "/sandbox/accounts", json={"account": account.user_id, "followers": 99})

    assert profile(sandbox, account, "followers_count", "audience_ages")["data"] == {"followers_count": 99}


def test_daily_numbers_add_up(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=10)

    data = profile(sandbox, account, "likes", "video_views", start_date="2026-08-03", end_date="2026-08-20")["data"]

    post = sandbox.world.post("tiktok", post_id)
    days = data["metrics"]
    assert [days[0]["date"], days[-1]["date"]] == ["2026-08-03", "2026-08-12"]
    assert sum(day["likes"] for day in days) == sandbox.world.count(post, "like")
    assert sum(day["video_views"] for day in days) == pytest.approx(sandbox.world.views(post), abs=10)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"start_date": "2026-01-01"}, id="too-far-back"),
        pytest.param({"start_date": "yesterday"}, id="not-a-date"),
    ],
)
def test_account_refuses(sandbox, account, query):
    assert profile(sandbox, account, "likes", **query)["code"] == 40002


# Comments


def test_comments_are_first_level_with_signals_of_their_authors(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=3)

    found = comments(sandbox, account, post_id, max_count=30)["data"]

    world = {one.comment_id: one for one in sandbox.world.comments(sandbox.world.post("tiktok", post_id))}
    assert {one["comment_id"] for one in found["comments"]} == {key for key, one in world.items() if not one.parent}
    assert all(one["text"] == world[one["comment_id"]].text for one in found["comments"])
    assert {"unique_identifier", "username", "display_name", "profile_image", "create_time"} < set(found["comments"][0])
    assert {one["owner"] for one in found["comments"]} == {False}
    assert [one["create_time"] for one in found["comments"]] == sorted(
        (one["create_time"] for one in found["comments"]), reverse=True
    )


def test_comments_come_page_by_page(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=3)
    everything = [one["comment_id"] for one in comments(sandbox, account, post_id, max_count=30)["data"]["comments"]]

    first = comments(sandbox, account, post_id, max_count=4)["data"]
    second = comments(sandbox, account, post_id, max_count=4, cursor=first["cursor"])["data"]
    upwards = comments(sandbox, account, post_id, max_count=4, sort_order="asc")["data"]

    assert [one["comment_id"] for one in first["comments"] + second["comments"]] == everything[:8]
    assert [one["comment_id"] for one in upwards["comments"]] == everything[:-5:-1]
    assert first["has_more"]


def test_replies_stand_inline_up_to_three_and_all_in_their_list(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=1)
    first = comments(sandbox, account, post_id)["data"]["comments"][0]["comment_id"]
    for number in range(5):
        sandbox.wait(minutes=1)
        added = {"post": post_id, "text": f"answer {number}", "parent": first, "author": f"visitor_{number}"}
        sandbox.ask("POST", "/sandbox/comments", json=added)

    found = comments(sandbox, account, post_id, include_replies="true")["data"]["comments"]
    (parent,) = [one for one in found if one["comment_id"] == first]
    listed = comments(sandbox, account, post_id, "/business/comment/reply/list/", comment_id=first, sort_order="asc")[
        "data"
    ]["comments"]

    assert (len(parent["reply_list"]), parent["replies"]) == (3, 5)
    assert [one["text"] for one in listed] == [f"answer {number}" for number in range(5)]
    assert {one["parent_comment_id"] for one in listed} == {first}


def test_comment_of_the_account_itself_is_marked(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.ask("POST", "/sandbox/comments", json={"post": post_id, "text": "thanks!", "author": account.handle})

    (own,) = comments(sandbox, account, post_id)["data"]["comments"]

    assert (own["owner"], own["username"]) == (True, account.handle)


def test_hidden_comment_is_in_the_list_of_all_only(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=1)
    hidden = comments(sandbox, account, post_id)["data"]["comments"][0]["comment_id"]
    sandbox.ask("POST", "/sandbox/comments", json={"comment": hidden, "hidden": True})

    (one,) = comments(sandbox, account, post_id, comment_ids=json.dumps([hidden]))["data"]["comments"]
    public = comments(sandbox, account, post_id, status="PUBLIC", comment_ids=json.dumps([hidden]))["data"]

    assert (one["comment_id"], one["status"]) == (hidden, "HIDDEN")
    assert public["comments"] == []


@pytest.mark.parametrize(
    ("path", "query", "code"),
    [
        pytest.param("/business/comment/list/", {"video_id": "1"}, 40007, id="gone"),
        pytest.param("/business/comment/reply/list/", {"comment_id": "1"}, 40007, id="comment-gone"),
        pytest.param("/business/comment/list/", {"max_count": "31"}, 40002, id="page-too-large"),
        pytest.param("/business/comment/list/", {"status": "SECRET"}, 40002, id="status"),
        pytest.param("/business/comment/list/", {"sort_field": "age"}, 40002, id="sort"),
        pytest.param("/business/comment/list/", {"comment_ids": json.dumps(["1"] * 31)}, 40002, id="too-many-ids"),
        pytest.param("/business/nothing/", {}, 40002, id="unknown-path"),
    ],
)
def test_comments_refuse(sandbox, account, path, query, code):
    post_id = sandbox.published(account)

    answer = ask(sandbox, account, path, **{"video_id": post_id, **query})

    assert (answer.status, answer.body["code"]) == (200, code)


# Publishing


def published(sandbox, account, url="https://media.example/a.mp4", **info):
    body = {"business_id": account.user_id, "video_url": url, "post_info": {"caption": "figs", **info}}
    return asked(sandbox, account, "POST", "/business/video/publish/", json=body).body


def status(sandbox, account, share_id):
    return ask(sandbox, account, "/business/publish/status/", publish_id=share_id).body["data"]


def test_video_is_published_for_both_programmes(sandbox, account):
    share_id = published(sandbox, account, is_ai_generated=True)["data"]["share_id"]

    states = [status(sandbox, account, share_id) for _ in range(3)]
    body = {"filters": {"video_ids": states[2]["post_ids"]}}
    (other,) = sandbox.ask("POST", "/tiktok/v2/video/query/?fields=id,is_aigc", account, json=body).body["data"][
        "videos"
    ]

    assert [state["status"] for state in states] == ["PROCESSING_DOWNLOAD", "PUBLISH_COMPLETE", "PUBLISH_COMPLETE"]
    assert other == {"id": states[2]["post_ids"][0], "is_aigc": True}


def test_failed_video_names_the_reason(sandbox, account):
    sandbox.fault(kind="failed_processing", account=account.user_id, reason="duration_check_failed", times=1)
    share_id = published(sandbox, account)["data"]["share_id"]

    states = [status(sandbox, account, share_id) for _ in range(2)]

    assert states[1] == {"status": "FAILED", "reason": "duration_check_failed"}
    assert sandbox.world.posts == {}


@pytest.mark.parametrize(
    ("url", "info"),
    [
        pytest.param("nowhere", {}, id="not-a-url"),
        pytest.param("https://unverified.example/a.mp4", {}, id="unverified"),
        pytest.param("https://media.example/a.mp4", {"caption": "x" * 2201}, id="caption"),
    ],
)
def test_publish_refuses(sandbox, account, url, info):
    assert published(sandbox, account, url, **info)["code"] == 40002
    assert sandbox.world.posts == {}


# Faults


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        pytest.param("rate_limit", 40100, id="limit"),
        pytest.param("expired_token", 40105, id="expired"),
        pytest.param("revoked_token", 40105, id="revoked"),
        pytest.param("server_error", 51010, id="server"),
    ],
)
def test_fault_is_a_code_in_a_200(sandbox, account, kind, code):
    sandbox.fault(kind=kind, platform="tiktok", times=1)

    answers = [profile(sandbox, account, "followers_count") for _ in range(2)]

    assert [answer["code"] for answer in answers] == [code, 0]


def test_vanished_video_is_gone(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.fault(kind="vanished_post", post=post_id)

    assert videos(sandbox, account)["data"]["videos"] == []
    assert comments(sandbox, account, post_id)["code"] == 40007
