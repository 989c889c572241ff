"""Instagram in miniature, asked over HTTP as its documentation says."""

import json

import pytest

from engagement.tests.sandbox_client import IMAGE

GRAPH = "/instagram/v26.0"


@pytest.fixture
def account(sandbox):
    return sandbox.account("instagram")


def container(sandbox, account, **form):
    return sandbox.ask("POST", f"{GRAPH}/{account.user_id}/media", account, form=form)


def publish(sandbox, account, creation_id):
    return sandbox.ask("POST", f"{GRAPH}/{account.user_id}/media_publish", account, form={"creation_id": creation_id})


def error(answer):
    found = answer.body["error"]
    return answer.status, found["code"], found.get("error_subcode")


def test_image_goes_out_through_a_container(sandbox, account):
    creation_id = container(sandbox, account, image_url=IMAGE, caption="a #b", is_ai_generated="true").body["id"]
    ready = sandbox.ask("GET", f"{GRAPH}/{creation_id}?fields=status_code,status", account)
    media_id = publish(sandbox, account, creation_id).body["id"]

    done = sandbox.ask("GET", f"{GRAPH}/{creation_id}?fields=status_code", account)
    media = sandbox.ask("GET", f"{GRAPH}/{media_id}?fields=caption,media_product_type,is_ai_generated", account)

    assert ready.body["status_code"] == "FINISHED"
    assert done.body["status_code"] == "PUBLISHED"
    assert media.body == {"id": media_id, "caption": "a #b", "media_product_type": "FEED", "is_ai_generated": True}
    assert error(publish(sandbox, account, creation_id)) == (400, 24, 2207006)


def test_reel_is_not_ready_at_first(sandbox, account):
    creation_id = container(sandbox, account, media_type="REELS", video_url="https://media.example/a.mp4").body["id"]

    early = publish(sandbox, account, creation_id)
    late = publish(sandbox, account, creation_id)

    assert error(early) == (400, 9007, 2207027)
    assert late.status == 200


def test_container_ends_after_a_day(sandbox, account):
    creation_id = container(sandbox, account, image_url=IMAGE).body["id"]
    sandbox.wait(hours=25)

    status = sandbox.ask("GET", f"{GRAPH}/{creation_id}?fields=status_code", account)

    assert status.body["status_code"] == "EXPIRED"
    assert error(publish(sandbox, account, creation_id)) == (400, 24, 2207008)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param({"image_url": IMAGE, "caption": "x" * 2201}, (400, 100, 2207010), id="caption-too-long"),
        pytest.param({"image_url": IMAGE, "caption": "#a " * 31}, (400, 100, None), id="too-many-hashtags"),
        pytest.param({"caption": "no image"}, (400, 100, None), id="no-image"),
        pytest.param({"media_type": "HOLOGRAM"}, (400, 100, 2207023), id="unknown-type"),
        pytest.param({"media_type": "CAROUSEL", "children": "1"}, (400, 100, 2207028), id="one-child"),
    ],
)
def test_container_refuses(sandbox, account, form, expected):
    assert error(container(sandbox, account, **form)) == expected


def test_list_expands_insights_and_pages_with_cursors(sandbox, account):
    ids = [sandbox.published(account) for _ in range(3)]
    sandbox.wait(hours=30)
    query = {"fields": "id,like_count,comments_count,timestamp,insights.metric(views,reach,saved,shares)", "limit": "2"}
    edge = f"{GRAPH}/{account.user_id}/media"

    first = sandbox.ask("GET", edge, account, query=query).body
    second = sandbox.ask("GET", edge, account, query={**query, "after": first["paging"]["cursors"]["after"]}).body

    assert [one["id"] for one in first["data"] + second["data"]] == ids[::-1]
    assert [one["name"] for one in first["data"][0]["insights"]["data"]] == ["views", "reach", "saved", "shares"]
    assert first["paging"]["next"].startswith(f"{sandbox.base}{edge}?")
    assert "next" not in second["paging"]


def test_insights_agree_with_the_fast_counters(sandbox, account):
    media_id = sandbox.published(account)
    sandbox.wait(hours=30)

    fast = sandbox.ask("GET", f"{GRAPH}/{media_id}?fields=like_count,comments_count", account).body
    slow = sandbox.ask("GET", f"{GRAPH}/{media_id}/insights?metric=likes,comments,profile_activity", account).body[
        "data"
    ]

    assert [one["values"][0]["value"] for one in slow[:2]] == [fast["like_count"], fast["comments_count"]]
    assert slow[2]["total_value"]["breakdowns"][0]["dimension_keys"] == ["action_type"]


@pytest.mark.parametrize("metric", ["impressions", "navigation", "ig_reels_avg_watch_time", "nonsense"])
def test_insights_refuse_metrics_of_other_products(sandbox, account, metric):
    media_id = sandbox.published(account)

    answer = sandbox.ask("GET", f"{GRAPH}/{media_id}/insights?metric=reach,{metric}", account)

    assert error(answer) == (400, 100, None)
    assert metric in answer.body["error"]["message"]


def test_comments_come_newest_first_with_author(sandbox, account):
    media_id = sandbox.published(account)
    sandbox.wait(hours=80)
    fields = "id,text,timestamp,username,from{id,username},like_count,replies.limit(5){id,text,from{id}}"

    page = sandbox.ask("GET", f"{GRAPH}/{media_id}/comments", account, query={"fields": fields, "limit": "50"}).body
    times = [one["timestamp"] for one in page["data"]]

    assert times == sorted(times, reverse=True)
    assert page["data"][0]["from"]["username"] == page["data"][0]["username"]
    replies = [reply for one in page["data"] for reply in one.get("replies", {"data": []})["data"]]
    assert len(page["data"]) + len(replies) == sandbox.world.count(
        sandbox.world.posts["instagram", media_id], "comment"
    )


def test_batch_answers_each_item_and_nulls_the_late_one(sandbox, account):
    media_id, late_id = sandbox.published(account), sandbox.published(account)
    sandbox.fault(kind="slow", post=late_id, seconds=1)
    items = [
        {"method": "GET", "relative_url": f"v26.0/{media_id}?fields=like_count"},
        {"method": "GET", "relative_url": "123"},
        {"method": "GET", "relative_url": f"{late_id}?fields=like_count"},
    ]

    answer = sandbox.ask("POST", f"{GRAPH}/", account, form={"batch": json.dumps(items)})

    found, missing, late = answer.body
    assert json.loads(found["body"]) == {"id": media_id, "like_count": 0}
    assert (missing["code"], json.loads(missing["body"])["error"]["error_subcode"]) == (400, 33)
    assert late is None


def test_batch_refuses_more_than_fifty(sandbox, account):
    items = [{"method": "GET", "relative_url": "1"}] * 51

    answer = sandbox.ask("POST", f"{GRAPH}/", account, form={"batch": json.dumps(items)})

    assert answer.status == 400


def test_multi_id_read_is_gone(sandbox, account):
    answer = sandbox.ask("GET", f"{GRAPH}/?ids=1,2", account)

    assert error(answer) == (500, 100, None)
    assert "deprecated in v26.0" in answer.body["error"]["message"]


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("/1792", (400, 100, 33), id="unknown-object"),
        pytest.param("/1792/a/b/c", (400, 2500, None), id="unknown-path"),
        pytest.param("/me?fields=nonsense", (400, 100, None), id="unknown-field"),
        pytest.param("/me?fields=id,comments(", (400, 2500, None), id="unbalanced-fields"),
    ],
)
def test_bad_read_is_refused(sandbox, account, path, expected):
    assert error(sandbox.ask("GET", GRAPH + path, account)) == expected


def test_foreign_media_looks_deleted(sandbox, account):
    foreign = sandbox.published(sandbox.account("instagram", "maya"))

    assert error(sandbox.ask("GET", f"{GRAPH}/{foreign}", account)) == (400, 100, 33)


def test_token_in_the_query_works_and_refresh_renews(sandbox, account):
    old = sandbox.token(account)

    read = sandbox.ask("GET", f"{GRAPH}/me?fields=username&access_token={old}")
    renewed = sandbox.ask("GET", f"/instagram/refresh_access_token?grant_type=ig_refresh_token&access_token={old}").body

    assert read.body["username"] == account.handle
    assert (renewed["access_token"], renewed["expires_in"]) == (sandbox.token(account), 5184000)


@pytest.mark.parametrize(("asked", "served"), [("v26.0", "v26.0"), ("v22.0", "v22.0"), ("v17.0", "v21.0")])
def test_version_header_tells_which_answered(sandbox, account, asked, served):
    answer = sandbox.ask("GET", f"/instagram/{asked}/me", account)

    assert answer.headers["facebook-api-version"] == served


def test_publishing_limit_counts_the_day(sandbox, account):
    sandbox.published(account)

    answer = sandbox.ask("GET", f"{GRAPH}/me/content_publishing_limit?fields=quota_usage,config", account)

    assert answer.body == {"data": [{"quota_usage": 1, "config": {"quota_total": 100, "quota_duration": 86400}}]}
