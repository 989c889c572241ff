"""Facebook's posts by kind: albums, videos, reels, scheduled posts, and their numbers, comments and reactions."""

import json

import pytest

from engagement.tests.sandbox_client import IMAGE

GRAPH = "/facebook/v26.0"
VIDEO = "https://media.example/a.mp4"
UNREACHABLE = "https://media.invalid/a.jpg"


@pytest.fixture
def page(sandbox):
    return sandbox.account("facebook")


def post(sandbox, page, edge, **form):
    return sandbox.ask("POST", f"{GRAPH}/me/{edge}", page, form=form)


def get(sandbox, page, path, **query):
    return sandbox.ask("GET", f"{GRAPH}/{path}", page, query=query)


def error(answer):
    found = answer.body["error"]
    return answer.status, found["code"], found.get("error_subcode")


def in_future(sandbox, **duration):
    return str(
        int(sandbox.world.time().timestamp()) + sum({"minutes": 60, "days": 86400}[k] * v for k, v in duration.items())
    )


# Posts


def test_album_keeps_every_photo(sandbox, page):
    photos = [post(sandbox, page, "photos", url=IMAGE, published="false").body["id"] for _ in range(3)]
    attached = json.dumps([{"media_fbid": photo} for photo in photos])

    made = post(sandbox, page, "feed", message="three", attached_media=attached).body["id"]

    (album,) = get(sandbox, page, made, fields="attachments").body["attachments"]["data"]
    assert album["media_type"] == "album"
    assert [one["target"]["id"] for one in album["subattachments"]["data"]] == photos


def test_photos_attach_one_by_one_as_forms_spell_them(sandbox, page):
    photos = [post(sandbox, page, "photos", url=IMAGE, published="false").body["id"] for _ in range(2)]
    fields = {f"attached_media[{index}]": json.dumps({"media_fbid": photo}) for index, photo in enumerate(photos)}

    made = post(sandbox, page, "feed", message="two", **fields).body["id"]

    assert sandbox.world.posts["facebook", made].extra["photos"] == photos


def test_unpublished_photo_is_no_post_and_can_be_deleted(sandbox, page):
    photo = post(sandbox, page, "photos", url=IMAGE, published="false", alt_text_custom="figs").body["id"]

    told = get(sandbox, page, photo, fields="alt_text_custom").body
    deleted = sandbox.ask("DELETE", f"{GRAPH}/{photo}", page).body

    assert told == {"id": photo, "alt_text_custom": "figs"}
    assert deleted == {"success": True}
    assert sandbox.world.posts == {}
    assert error(get(sandbox, page, photo)) == (400, 100, 33)


def test_link_that_cannot_be_scraped_is_refused(sandbox, page):
    assert error(post(sandbox, page, "feed", message="see", link=UNREACHABLE))[:2] == (400, 1609005)


def test_create_calls_count_live_posts_and_not_photos(sandbox, page):
    photo = post(sandbox, page, "photos", url=IMAGE, published="false").body["id"]
    attached = json.dumps([{"media_fbid": photo}])
    post(sandbox, page, "feed", message="one", attached_media=attached)
    post(sandbox, page, "photos", url=IMAGE, message="two")
    post(sandbox, page, "videos", file_url=VIDEO, description="three")

    (mine,) = [one for one in sandbox.ask("GET", "/sandbox/ledger").body if one["user_id"] == page.user_id]

    assert (mine["create_calls"], [one["kind"] for one in mine["posts"]]) == (3, ["image", "image", "video"])


# At a set time


def test_scheduled_post_goes_live_when_the_clock_gets_there(sandbox, page):
    time = in_future(sandbox, minutes=30)
    made = post(sandbox, page, "feed", message="later", published="false", scheduled_publish_time=time).body["id"]

    waiting = get(sandbox, page, made, fields="is_published,scheduled_publish_time").body
    edges = [get(sandbox, page, f"me/{edge}").body["data"] for edge in ("posts", "scheduled_posts")]
    sandbox.wait(minutes=30)

    assert waiting == {"id": made, "is_published": False, "scheduled_publish_time": int(time)}
    assert [[one["id"] for one in data] for data in edges] == [[], [made]]
    assert [one["id"] for one in get(sandbox, page, "me/posts").body["data"]] == [made]
    assert get(sandbox, page, made, fields="is_published").body["is_published"] is True


def test_scheduled_post_can_be_deleted_before(sandbox, page):
    time = in_future(sandbox, minutes=30)
    made = post(sandbox, page, "feed", message="later", published="false", scheduled_publish_time=time).body["id"]

    sandbox.ask("DELETE", f"{GRAPH}/{made}", page)
    sandbox.wait(minutes=31)

    assert get(sandbox, page, "me/posts").body["data"] == []


@pytest.mark.parametrize(
    ("duration", "published"),
    [
        pytest.param({"minutes": 9}, "false", id="too-soon"),
        pytest.param({"days": 31}, "false", id="too-late"),
        pytest.param({"minutes": 30}, "true", id="published-too"),
    ],
)
def test_schedule_is_refused(sandbox, page, duration, published):
    time = in_future(sandbox, **duration)

    answer = post(sandbox, page, "feed", message="x", published=published, scheduled_publish_time=time)

    assert error(answer) == (400, 100, None)
    assert sandbox.world.posts == {}


# Videos and reels


def test_video_shows_its_post_once_processed(sandbox, page):
    video = post(sandbox, page, "videos", file_url=VIDEO, description="moving", title="A title").body["id"]
    fields = "post_id,permalink_url,status,title"

    first, second = (get(sandbox, page, video, fields=fields).body for _ in range(2))

    assert (first["status"]["video_status"], "post_id" in first) == ("processing", False)
    assert second["status"]["video_status"] == "ready"
    assert sandbox.world.posts["facebook", second["post_id"]].kind == "video"
    assert second["permalink_url"] == f"/{page.user_id}/videos/{video}/"


def test_video_without_a_file_is_refused(sandbox, page):
    assert error(post(sandbox, page, "videos", description="x"))[:2] == (400, 389)


def start(sandbox, page):
    return post(sandbox, page, "video_reels", upload_phase="start").body


def upload(sandbox, page, url, **options):
    headers = {"Authorization": f"OAuth {sandbox.token(page)}", **options.pop("headers", {})}
    return sandbox.ask("POST", url.removeprefix(sandbox.base), headers=headers, **options)


def finish(sandbox, page, video_id, **form):
    form = {"upload_phase": "finish", "video_id": video_id, "video_state": "PUBLISHED", "description": "short"} | form
    return post(sandbox, page, "video_reels", **form)


@pytest.mark.parametrize(
    "options",
    [
        pytest.param({"headers": {"file_url": VIDEO}}, id="by-address"),
        pytest.param({"headers": {"offset": "0", "file_size": "4"}, "body": b"reel"}, id="by-file"),
    ],
)
def test_reel_goes_out_in_three_steps(sandbox, page, options):
    made = start(sandbox, page)
    early = finish(sandbox, page, made["video_id"])

    uploaded = upload(sandbox, page, made["upload_url"], **options)
    done = finish(sandbox, page, made["video_id"]).body

    assert error(early)[:2] == (400, 100)
    assert (uploaded.body, done["success"]) == ({"success": True}, True)
    assert get(sandbox, page, done["post_id"], fields="message").body["message"] == "short"
    assert error(finish(sandbox, page, made["video_id"])) == (400, 100, 33)


def test_scheduled_reel_waits_for_its_time(sandbox, page):
    made = start(sandbox, page)
    upload(sandbox, page, made["upload_url"], headers={"file_url": VIDEO})
    time = in_future(sandbox, minutes=30)

    done = finish(sandbox, page, made["video_id"], video_state="SCHEDULED", scheduled_publish_time=time).body
    before = get(sandbox, page, "me/posts").body["data"]
    sandbox.wait(minutes=30)

    assert before == []
    assert [one["id"] for one in get(sandbox, page, "me/posts").body["data"]] == [done["post_id"]]


def test_reel_tells_its_phases(sandbox, page):
    made = start(sandbox, page)

    def status():
        return get(sandbox, page, made["video_id"], fields="status").body["status"]["video_status"]

    states = [status()]
    upload(sandbox, page, made["upload_url"], headers={"file_url": VIDEO})
    states.append(status())
    finish(sandbox, page, made["video_id"])

    assert [*states, status()] == ["upload_pending", "upload_complete", "ready"]


@pytest.mark.parametrize("headers", [{"offset": "0", "file_size": "9"}, {"offset": "x", "file_size": "4"}, {}], ids=str)
def test_reel_of_a_wrong_size_is_refused(sandbox, page, headers):
    made = start(sandbox, page)

    answer = upload(sandbox, page, made["upload_url"], headers=headers, body=b"reel")

    assert error(answer)[:2] == (400, 100)


def test_only_thirty_reels_go_out_in_a_day(sandbox, page):
    answers = []
    for number in range(31):
        made = start(sandbox, page)
        upload(sandbox, page, made["upload_url"], headers={"file_url": VIDEO})
        answers.append(finish(sandbox, page, made["video_id"], description=f"reel {number}"))

    assert [one.status for one in answers] == [200] * 30 + [400]
    assert error(answers[-1])[:2] == (400, 613)


# Numbers


def video_insights(sandbox, page, video_id, metric):
    answer = get(sandbox, page, f"{video_id}/video_insights", metric=metric)
    return {one["name"]: one["values"][0]["value"] for one in answer.body["data"]}


REEL_METRICS = (
    "blue_reels_play_count,fb_reels_total_plays,post_video_avg_time_watched,post_video_view_time,post_video_followers,"
    "post_video_social_actions,post_video_likes_by_reaction_type,post_video_retention_graph"
)


def test_reel_has_every_documented_number(sandbox, page):
    made = start(sandbox, page)
    upload(sandbox, page, made["upload_url"], headers={"file_url": VIDEO})
    finish(sandbox, page, made["video_id"])
    sandbox.wait(days=2)

    told = video_insights(sandbox, page, made["video_id"], REEL_METRICS)

    assert set(told) == set(REEL_METRICS.split(","))
    assert told["post_video_view_time"] == told["fb_reels_total_plays"] * told["post_video_avg_time_watched"] > 0
    assert set(told["post_video_social_actions"]) == {"COMMENT", "SHARE"}


def test_video_counts_no_plays_of_reels(sandbox, page):
    video = post(sandbox, page, "videos", file_url=VIDEO, description="moving").body["id"]
    sandbox.wait(days=2)

    assert "post_video_avg_time_watched" in video_insights(sandbox, page, video, "post_video_avg_time_watched")
    assert error(get(sandbox, page, f"{video}/video_insights", metric="fb_reels_total_plays")) == (400, 100, None)
    assert error(get(sandbox, page, f"{video}/insights", metric="post_media_view")) == (400, 100, None)


def test_post_knows_every_metric_that_works_and_none_that_was_removed(sandbox, page):
    post_id = sandbox.published(page)
    sandbox.wait(days=2)
    working = (
        "post_media_view,post_total_media_view_unique,post_clicks,post_clicks_by_type,post_reactions_by_type_total,"
        "post_reactions_like_total,post_activity_by_action_type,post_video_views"
    )
    removed = ("post_impressions", "post_impressions_unique", "post_engaged_users", "post_negative_feedback")

    told = get(sandbox, page, f"{post_id}/insights", metric=working)
    gone = [get(sandbox, page, f"{post_id}/insights", metric=name) for name in removed]

    assert {one["name"] for one in told.body["data"]} == set(working.split(","))
    assert [error(one) for one in gone] == [(400, 100, None)] * 4


def test_page_with_few_likes_has_no_insights(sandbox, page):
    post_id = sandbox.published(page)
    sandbox.ask("POST", "/sandbox/accounts", json={"account": page.user_id, "followers": 99})

    assert get(sandbox, page, f"{post_id}/insights", metric="post_media_view").body == {"data": []}


def test_page_insights_come_day_by_day(sandbox, page):
    post_id = sandbox.published(page)
    sandbox.wait(days=3)
    now = int(sandbox.world.time().timestamp())

    answer = get(
        sandbox,
        page,
        "me/insights",
        metric="page_media_view,page_follows",
        period="day",
        since=now - 3 * 86400,
        until=now,
    )

    views, follows = answer.body["data"]
    assert sum(day["value"] for day in views["values"]) == sandbox.world.views(sandbox.world.posts["facebook", post_id])
    assert [day["value"] for day in follows["values"]] == [page.followers] * 3


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"metric": "page_impressions_unique"}, id="removed"),
        pytest.param({"metric": "page_fans_city"}, id="gone"),
        pytest.param({"metric": "page_follows", "period": "year"}, id="period"),
        pytest.param({"metric": "page_follows", "since": "1", "until": "9999999"}, id="too-long"),
        pytest.param({"metric": "page_follows", "since": "yesterday"}, id="no-time"),
    ],
)
def test_page_insights_refuse(sandbox, page, query):
    assert error(get(sandbox, page, "me/insights", **query))[:2] == (400, 100)


# Comments and reactions


@pytest.fixture
def discussed(sandbox, page):
    """A post with a comment, an answer to it, and another comment."""
    post_id = sandbox.published(page)

    def comment(text, **fields):
        return sandbox.ask("POST", "/sandbox/comments", json={"post": post_id, "text": text, **fields}).body["comment"]

    first = comment("first")
    return post_id, first, comment("answer", parent=first), comment("second")


def ids(answer):
    return {one["id"] for one in answer.body["data"]}


def test_stream_holds_replies_and_toplevel_does_not(sandbox, page, discussed):
    post_id, first, answer, second = discussed

    edges = [
        get(sandbox, page, f"{post_id}/comments", summary="true", **query)
        for query in ({}, {"filter": "toplevel"}, {"filter": "stream"})
    ]

    assert [ids(one) for one in edges] == [{first, second}, {first, second}, {first, answer, second}]
    assert {one.body["summary"]["total_count"] for one in edges} == {3}


def test_reply_names_its_parent_and_the_parent_its_replies(sandbox, page, discussed):
    post_id, first, answer, _ = discussed
    fields = "parent{id},comment_count,comments{message}"

    stream = get(sandbox, page, f"{post_id}/comments", filter="stream", fields=fields).body["data"]

    found = {one["id"]: one for one in stream}
    assert found[answer]["parent"] == {"id": first}
    assert found[first]["comment_count"] == 1
    assert found[first]["comments"]["data"] == [{"id": answer, "message": "answer"}]
    assert ids(get(sandbox, page, f"{first}/comments")) == {answer}


def test_comment_is_hidden_and_deleted_by_the_page(sandbox, page, discussed):
    _, first, answer, _ = discussed

    sandbox.ask("POST", f"{GRAPH}/{first}", page, form={"is_hidden": "true"})
    hidden = get(sandbox, page, first, fields="is_hidden").body
    sandbox.ask("DELETE", f"{GRAPH}/{first}", page)

    assert hidden["is_hidden"] is True
    assert [error(get(sandbox, page, one)) for one in (first, answer)] == [(400, 100, 33)] * 2


def test_some_comments_come_without_from(sandbox, page):
    for _ in range(6):
        sandbox.published(page)
    sandbox.wait(days=3)

    posts = get(sandbox, page, "me/posts", fields="comments.filter(stream).limit(100){from,message}").body["data"]

    comments = [one for post in posts for one in post["comments"]["data"]]
    assert 0 < sum("from" not in one for one in comments) < len(comments) / 4


def test_reactions_list_some_people_and_count_all(sandbox, page):
    post_id = sandbox.published(page)
    sandbox.wait(days=3)

    answer = get(sandbox, page, f"{post_id}/reactions", fields="id,name,type", limit="100", summary="total_count").body

    assert 0 < len(answer["data"]) < answer["summary"]["total_count"]
    assert set(answer["data"][0]) == {"id", "name", "type"}
