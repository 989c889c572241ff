"""Facebook Pages in miniature, asked over HTTP as their documentation says."""

import json

import pytest

from engagement.tests.sandbox_client import IMAGE

GRAPH = "/facebook/v26.0"


@pytest.fixture
def page(sandbox):
    return sandbox.account("facebook")


def error(answer):
    found = answer.body["error"]
    return answer.status, found["code"], found.get("error_subcode")


def test_text_post_gets_a_full_id(sandbox, page):
    answer = sandbox.ask("POST", f"{GRAPH}/{page.user_id}/feed", page, form={"message": "hello"})

    assert answer.body["id"].startswith(f"{page.user_id}_")


def test_photo_gives_both_ids_and_knows_no_insights_of_its_own(sandbox, page):
    made = sandbox.ask("POST", f"{GRAPH}/me/photos", page, form={"url": IMAGE, "message": "look"}).body

    insights = sandbox.ask("GET", f"{GRAPH}/{made['id']}/insights?metric=post_clicks", page)
    post = sandbox.ask("GET", f"{GRAPH}/{made['post_id']}?fields=message,status_type", page)

    assert "nonexisting field (insights)" in insights.body["error"]["message"]
    assert post.body == {"id": made["post_id"], "message": "look", "status_type": "added_photos"}


def test_several_photos_attach_to_one_post(sandbox, page):
    photos = [
        sandbox.ask("POST", f"{GRAPH}/me/photos", page, form={"url": IMAGE, "published": "false"}).body["id"]
        for _ in range(2)
    ]
    attached = json.dumps([{"media_fbid": photo} for photo in photos])

    answer = sandbox.ask("POST", f"{GRAPH}/me/feed", page, form={"message": "two", "attached_media": attached})

    assert sandbox.world.posts["facebook", answer.body["id"]].kind == "image"


@pytest.mark.parametrize(
    ("form", "code"),
    [
        pytest.param({}, 100, id="empty"),
        pytest.param({"message": "post 1"}, 506, id="duplicate"),
        pytest.param({"message": "x", "attached_media": "[{}]"}, 100, id="bad-attachment"),
        pytest.param({"message": "x", "scheduled_publish_time": "1"}, 100, id="scheduled"),
    ],
)
def test_post_is_refused(sandbox, page, form, code):
    sandbox.published(page, "post 1")

    answer = sandbox.ask("POST", f"{GRAPH}/me/feed", page, form=form)

    assert error(answer)[:2] == (400, code)


def test_posts_carry_summaries_and_insights(sandbox, page):
    post_id = sandbox.published(page)
    sandbox.wait(hours=60)
    fields = (
        "id,created_time,shares,reactions.summary(total_count).limit(0),comments.limit(0).summary(true),"
        "insights.metric(post_media_view,post_total_media_view_unique,post_reactions_by_type_total)"
    )

    found = sandbox.ask("GET", f"{GRAPH}/me/posts", page, query={"fields": fields, "limit": "50"}).body["data"][0]
    post, world = sandbox.world.posts["facebook", post_id], sandbox.world

    assert found["shares"] == {"count": world.count(post, "share")}
    assert found["reactions"] == {"data": [], "summary": {"total_count": world.count(post, "like")}}
    assert found["comments"]["summary"]["total_count"] == world.count(post, "comment")
    assert sum(found["insights"]["data"][2]["values"][0]["value"].values()) == world.count(post, "like")


def test_shares_are_absent_while_there_are_none(sandbox, page):
    post_id = sandbox.published(page)

    answer = sandbox.ask("GET", f"{GRAPH}/{post_id}?fields=id,shares", page)

    assert answer.body == {"id": post_id}


def test_comments_come_newest_first_with_summary(sandbox, page):
    post_id = sandbox.published(page)
    sandbox.wait(hours=60)
    query = {
        "filter": "stream",
        "order": "reverse_chronological",
        "summary": "true",
        "limit": "100",
        "fields": "id,message,created_time,from,parent{id},like_count,comment_count,permalink_url",
    }

    answer = sandbox.ask("GET", f"{GRAPH}/{post_id}/comments", page, query=query).body
    times = [one["created_time"] for one in answer["data"]]

    assert times == sorted(times, reverse=True)
    assert answer["summary"]["total_count"] == len(times)
    assert set(answer["data"][0]["from"]) == {"id", "name"}


@pytest.mark.parametrize("metric", ["post_impressions", "post_engaged_users", "nonsense"])
def test_removed_metric_fails_the_call(sandbox, page, metric):
    post_id = sandbox.published(page)

    answer = sandbox.ask("GET", f"{GRAPH}/{post_id}/insights?metric=post_media_view,{metric}", page)

    assert error(answer) == (400, 100, None)
    assert "must be a valid insights metric" in answer.body["error"]["message"]


def test_deleted_post_is_gone(sandbox, page):
    post_id = sandbox.published(page)
    deleted = sandbox.ask("DELETE", f"{GRAPH}/{post_id}", page)

    answer = sandbox.ask("GET", f"{GRAPH}/{post_id}", page)

    assert deleted.body == {"success": True}
    assert error(answer) == (400, 100, 33)


def test_page_of_another_is_not_readable(sandbox, page):
    other = sandbox.account("facebook", "theo")

    assert error(sandbox.ask("GET", f"{GRAPH}/{other.user_id}/posts", page)) == (400, 100, 33)
