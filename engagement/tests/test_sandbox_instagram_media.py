"""Instagram's media by kind: carousels, reels, stories, their metrics, comments with replies and the audience."""

import json

import pytest

from engagement.tests.sandbox_client import IMAGE

GRAPH = "/instagram/v26.0"
VIDEO = "https://media.example/a.mp4"
UNREACHABLE = "https://media.invalid/a.jpg"


@pytest.fixture
def account(sandbox):
    return sandbox.account("instagram")


def container(sandbox, account, **form):
    return sandbox.ask("POST", f"{GRAPH}/me/media", account, form=form)


def publish(sandbox, account, creation_id):
    return sandbox.ask("POST", f"{GRAPH}/me/media_publish", account, form={"creation_id": creation_id})


def published(sandbox, account, **form):
    creation_id = container(sandbox, account, **form).body["id"]
    sandbox.ask("GET", f"{GRAPH}/{creation_id}?fields=status_code", account)
    return publish(sandbox, account, creation_id).body["id"]


def items(sandbox, account, *kinds):
    forms = {"image": {"image_url": IMAGE}, "video": {"media_type": "VIDEO", "video_url": VIDEO}}
    made = [container(sandbox, account, is_carousel_item="true", **forms[kind]) for kind in kinds]
    return ",".join(one.body["id"] for one in made)


def carousel(sandbox, account, *kinds, **form):
    return published(sandbox, account, media_type="CAROUSEL", children=items(sandbox, account, *kinds), **form)


def get(sandbox, account, path, **query):
    return sandbox.ask("GET", f"{GRAPH}/{path}", account, query=query)


def error(answer):
    found = answer.body["error"]
    return answer.status, found["code"], found.get("error_subcode")


def values(answer):
    return {one["name"]: one["values"][0]["value"] for one in answer.body["data"]}


# Kinds of media


def test_carousel_counts_once_and_shows_its_children(sandbox, account):
    media_id = carousel(sandbox, account, "image", "video", caption="two", is_ai_generated="true")

    fields = "caption,media_type,media_product_type,is_ai_generated,children{media_type}"
    media = get(sandbox, account, media_id, fields=fields).body
    usage = get(sandbox, account, "me/content_publishing_limit", fields="quota_usage").body

    assert (media["caption"], media["media_type"], media["media_product_type"]) == ("two", "CAROUSEL_ALBUM", "FEED")
    assert media["is_ai_generated"] is True
    assert [one["media_type"] for one in media["children"]["data"]] == ["IMAGE", "VIDEO"]
    assert usage == {"data": [{"quota_usage": 1}]}


def test_child_of_a_carousel_is_an_object_without_insights(sandbox, account):
    media_id = carousel(sandbox, account, "image", "image")
    child = get(sandbox, account, f"{media_id}/children", fields="id").body["data"][0]["id"]

    assert get(sandbox, account, child, fields="media_type").body == {"id": child, "media_type": "IMAGE"}
    assert error(get(sandbox, account, f"{child}/insights", metric="reach")) == (400, 100, None)


def test_carousel_with_a_video_is_not_ready_at_first(sandbox, account):
    children = items(sandbox, account, "image", "video")
    creation_id = container(sandbox, account, media_type="CAROUSEL", children=children).body["id"]

    states = [get(sandbox, account, creation_id, fields="status_code").body["status_code"] for _ in range(2)]

    assert states == ["IN_PROGRESS", "FINISHED"]


@pytest.mark.parametrize("count", [1, 11])
def test_carousel_of_too_few_or_too_many_is_refused(sandbox, account, count):
    children = items(sandbox, account, *["image"] * count)

    answer = container(sandbox, account, media_type="CAROUSEL", children=children)

    assert error(answer) == (400, 100, 2207028)


def test_carousel_takes_own_items_alone(sandbox, account):
    plain = [container(sandbox, account, image_url=IMAGE).body["id"] for _ in range(2)]
    foreign = items(sandbox, sandbox.account("instagram", "maya"), "image", "image")

    answers = [container(sandbox, account, media_type="CAROUSEL", children=one) for one in (",".join(plain), foreign)]

    assert [error(one)[2] for one in answers] == [2207028, 2207028]


def test_carousel_item_is_not_published_on_its_own(sandbox, account):
    assert error(publish(sandbox, account, items(sandbox, account, "image"))) == (400, 100, 2207028)


@pytest.mark.parametrize(
    ("form", "expected"),
    [
        pytest.param(
            {"image_url": IMAGE, "is_carousel_item": "true", "is_ai_generated": "true"}, (400, 100, None), id="ai-item"
        ),
        pytest.param({"media_type": "VIDEO", "video_url": VIDEO}, (400, 100, 2207023), id="single-video"),
        pytest.param({"media_type": "STORIES"}, (400, 100, None), id="story-without-media"),
        pytest.param({"media_type": "REELS", "upload_type": "resumable"}, (400, 100, None), id="resumable"),
        pytest.param({"image_url": IMAGE, "caption": "@ann " * 21}, (400, 100, None), id="too-many-mentions"),
    ],
)
def test_container_refuses(sandbox, account, form, expected):
    assert error(container(sandbox, account, **form)) == expected


def test_media_that_cannot_be_downloaded_ends_in_an_error(sandbox, account):
    creation_id = container(sandbox, account, image_url=UNREACHABLE).body["id"]

    status = get(sandbox, account, creation_id, fields="status_code,status").body

    assert status["status_code"] == "ERROR"
    assert "2207052" in status["status"]
    assert error(publish(sandbox, account, creation_id)) == (400, 9004, 2207052)
    assert sandbox.world.posts == {}


def test_create_calls_count_tries_and_the_ledger_live_posts(sandbox, account):
    creation_id = container(sandbox, account, image_url=IMAGE).body["id"]
    for _ in range(3):
        publish(sandbox, account, creation_id)

    (mine,) = [one for one in sandbox.ask("GET", "/sandbox/ledger").body if one["user_id"] == account.user_id]

    assert (mine["create_calls"], len(mine["posts"])) == (3, 1)


def test_story_lives_apart_from_the_media_for_a_day(sandbox, account):
    story = published(sandbox, account, media_type="STORIES", image_url=IMAGE)
    sandbox.wait(hours=23)

    def ids(edge):
        return [one["id"] for one in get(sandbox, account, f"me/{edge}").body["data"]]

    during = ids("stories"), ids("media")
    sandbox.wait(hours=2)

    assert during == ([story], [])
    assert ids("stories") == []
    assert error(get(sandbox, account, f"{story}/insights", metric="reach")) == (400, 100, 33)


def test_story_with_few_viewers_has_no_insights_yet(sandbox, account):
    story = published(sandbox, account, media_type="STORIES", image_url=IMAGE)

    answer = get(sandbox, account, f"{story}/insights", metric="reach")

    assert error(answer) == (400, 10, None)
    assert "Not enough viewers" in answer.body["error"]["message"]


# Metrics by product

COMMON = {"views", "reach", "shares", "total_interactions"}
POSTED = COMMON | {"likes", "comments", "saved", "reposts"}
PROFILE = {"follows", "profile_visits", "profile_activity"}
REEL = {"ig_reels_avg_watch_time", "ig_reels_video_view_total_time", "reels_skip_rate"}
STORY = {"replies", "navigation", "link_clicks"}
FORMS = {
    "FEED": {"image_url": IMAGE},
    "REELS": {"media_type": "REELS", "video_url": VIDEO},
    "STORY": {"media_type": "STORIES", "video_url": VIDEO},
}
KNOWN = {"FEED": POSTED | PROFILE, "REELS": POSTED | REEL, "STORY": COMMON | PROFILE | STORY}
EVERY = POSTED | PROFILE | REEL | STORY


@pytest.mark.parametrize("product", KNOWN)
def test_product_has_its_metrics_and_no_other(sandbox, account, product):
    media_id = published(sandbox, account, **FORMS[product])
    sandbox.wait(hours=12)

    known = get(sandbox, account, f"{media_id}/insights", metric=",".join(sorted(KNOWN[product])))
    others = {name: get(sandbox, account, f"{media_id}/insights", metric=f"reach,{name}") for name in EVERY}

    assert {one["name"] for one in known.body["data"]} == KNOWN[product]
    assert {name for name, answer in others.items() if answer.status == 200} == KNOWN[product]
    assert all(name in answer.body["error"]["message"] for name, answer in others.items() if answer.status == 400)


@pytest.mark.parametrize("metric", ["facebook_views", "crossposted_views", "plays", "video_views", "exits"])
def test_removed_and_crossposted_metrics_fail_the_call(sandbox, account, metric):
    media_id = published(sandbox, account, **FORMS["FEED"])

    assert error(get(sandbox, account, f"{media_id}/insights", metric=f"reach,{metric}")) == (400, 100, None)


def test_watch_times_of_a_reel_are_milliseconds(sandbox, account):
    media_id = published(sandbox, account, **FORMS["REELS"])
    sandbox.wait(hours=30)

    told = values(get(sandbox, account, f"{media_id}/insights", metric=f"views,{','.join(REEL)}"))

    assert 1000 < told["ig_reels_avg_watch_time"] < 60_000
    assert told["ig_reels_video_view_total_time"] == told["views"] * told["ig_reels_avg_watch_time"]
    assert 0 < told["reels_skip_rate"] < 100


@pytest.mark.parametrize(
    ("product", "metric", "dimension"),
    [
        pytest.param("FEED", "profile_activity", "action_type", id="profile-activity"),
        pytest.param("STORY", "navigation", "story_navigation_action_type", id="navigation"),
    ],
)
def test_breakdown_sums_to_its_total(sandbox, account, product, metric, dimension):
    media_id = published(sandbox, account, **FORMS[product])
    sandbox.wait(hours=20)

    (told,) = get(sandbox, account, f"{media_id}/insights", metric=metric).body["data"]

    (breakdown,) = told["total_value"]["breakdowns"]
    assert breakdown["dimension_keys"] == [dimension]
    assert sum(one["value"] for one in breakdown["results"]) == told["total_value"]["value"] > 0


# Comments


def test_replies_stand_below_their_comment_and_on_their_own_edge(sandbox, account):
    for _ in range(4):
        sandbox.published(account)
    sandbox.wait(days=3)
    fields = "id,parent_id,replies.limit(50){id,text,parent_id}"
    media = get(sandbox, account, "me/media", fields=f"id,comments_count,comments.limit(50){{{fields}}}").body["data"]

    for one in media:
        comments = one["comments"]["data"]
        replies = [(reply, top["id"]) for top in comments for reply in top.get("replies", {"data": []})["data"]]
        assert all("parent_id" not in top for top in comments)
        assert all(reply["parent_id"] == parent for reply, parent in replies)
        assert len(comments) + len(replies) == one["comments_count"]
    answered = next(top for one in media for top in one["comments"]["data"] if "replies" in top)
    edge = get(sandbox, account, f"{answered['id']}/replies", fields="id").body["data"]
    assert [one["id"] for one in edge] == [one["id"] for one in answered["replies"]["data"]]


def test_some_comments_come_without_from_but_with_a_name(sandbox, account):
    for _ in range(6):
        sandbox.published(account)
    sandbox.wait(days=3)

    media = get(sandbox, account, "me/media", fields="comments.limit(50){username,from{id,username}}").body["data"]

    comments = [one for post in media for one in post["comments"]["data"]]
    assert 0 < sum("from" not in one for one in comments) < len(comments) / 4
    assert all(one["username"] for one in comments)


def test_comment_is_hidden_and_deleted_by_its_owner(sandbox, account):
    media_id = sandbox.published(account)
    sandbox.wait(days=2)
    comment_id = get(sandbox, account, f"{media_id}/comments").body["data"][0]["id"]

    hidden = sandbox.ask("POST", f"{GRAPH}/{comment_id}", account, form={"hide": "true"}).body
    shown = get(sandbox, account, comment_id, fields="hidden").body
    sandbox.ask("DELETE", f"{GRAPH}/{comment_id}", account)

    assert (hidden, shown["hidden"]) == ({"success": True}, True)
    assert error(get(sandbox, account, comment_id)) == (400, 100, 33)


# The two logins


def facebook_login(sandbox, account, path, **query):
    token = sandbox.world.tokens_of(account, "instagram_facebook_login").access
    return sandbox.ask("GET", f"{GRAPH}/{path}", query={**query, "access_token": token})


def test_facebook_login_has_counts_of_its_own(sandbox, account):
    media_id = sandbox.published(account)
    sandbox.wait(days=1)
    fields = "saved_count,shares_count,reposts_count,total_like_count,total_comments_count,total_views_count"

    own = facebook_login(sandbox, account, media_id, fields=fields).body
    other = get(sandbox, account, media_id, fields=fields)
    total = facebook_login(sandbox, account, f"{media_id}/insights", metric="total_views")

    assert set(own) == {"id", *fields.split(",")}
    assert error(other) == (400, 100, None)
    assert values(total)["total_views"] == own["total_views_count"]


def test_business_discovery_finds_professionals_for_facebook_login_alone(sandbox, account):
    fields = "business_discovery.username(maya.wanders){username,followers_count,media_count,biography}"

    found = facebook_login(sandbox, account, "me", fields=fields).body["business_discovery"]

    assert (found["username"], found["followers_count"]) == ("maya.wanders", 18_400)
    assert error(get(sandbox, account, "me", fields=fields)) == (400, 100, None)


def test_business_discovery_of_anybody_else_is_no_data(sandbox, account):
    fields = "business_discovery.username(nobody){followers_count}"

    assert error(facebook_login(sandbox, account, "me", fields=fields)) == (400, 110, 2207013)


# The account and its audience


def account_insights(sandbox, account, **query):
    return get(sandbox, account, "me/insights", period="day", **query)


def test_account_totals_add_up_with_its_posts(sandbox, account):
    sandbox.published(account)
    sandbox.wait(hours=20)
    since = int((sandbox.world.time().timestamp()) - 86400)
    metrics = "reach,views,likes,comments,saves,shares,total_interactions,accounts_engaged,replies,reposts"

    answer = account_insights(sandbox, account, metric=metrics, metric_type="total_value", since=since)

    told = {one["name"]: one["total_value"]["value"] for one in answer.body["data"]}
    (post,) = sandbox.world.posts.values()
    assert set(told) == set(metrics.split(","))
    assert (told["reach"], told["likes"]) == (sandbox.world.reach(post), sandbox.world.count(post, "like"))


def test_reach_of_the_account_comes_day_by_day(sandbox, account):
    sandbox.published(account)
    sandbox.wait(days=3)
    now = int(sandbox.world.time().timestamp())

    (told,) = account_insights(sandbox, account, metric="reach", since=now - 3 * 86400, until=now).body["data"]

    (post,) = sandbox.world.posts.values()
    assert len(told["values"]) == 3
    assert sum(day["value"] for day in told["values"]) == sandbox.world.reach(post)


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"metric": "views"}, id="no-series"),
        pytest.param({"metric": "profile_views", "metric_type": "total_value"}, id="deprecated"),
        pytest.param({"metric": "follows_and_unfollows", "metric_type": "total_value"}, id="needs-breakdown"),
        pytest.param({"metric": "reach", "since": "1", "until": "9999999"}, id="too-long"),
        pytest.param({}, id="no-metric"),
    ],
)
def test_account_insights_refuse(sandbox, account, query):
    assert error(account_insights(sandbox, account, **query))[:2] == (400, 100)


def demographics(sandbox, account, **query):
    asked = {"metric": "follower_demographics", "period": "lifetime", "metric_type": "total_value"}
    return get(sandbox, account, "me/insights", **asked | {"timeframe": "this_month"} | query)


@pytest.mark.parametrize("breakdown", ["age,gender", "country", "city"])
def test_demographics_tell_the_top_45_below_the_number_of_followers(sandbox, account, breakdown):
    (told,) = demographics(sandbox, account, breakdown=breakdown).body["data"]

    (found,) = told["total_value"]["breakdowns"]
    assert found["dimension_keys"] == breakdown.split(",")
    assert {len(one["dimension_values"]) for one in found["results"]} == {len(found["dimension_keys"])}
    assert len(found["results"]) <= 45
    assert account.followers / 2 < sum(one["value"] for one in found["results"]) < account.followers


@pytest.mark.parametrize(("followers", "entries"), [(99, 0), (100, 1)])
def test_demographics_need_a_hundred_followers(sandbox, account, followers, entries):
    sandbox.ask("POST", "/sandbox/accounts", json={"account": account.user_id, "followers": followers})

    assert len(demographics(sandbox, account, breakdown="country").body["data"]) == entries


def test_demographics_of_the_engaged_need_a_hundred_engagements(sandbox, account):
    asked = {"metric": "engaged_audience_demographics", "breakdown": "age"}

    before = demographics(sandbox, account, **asked).body
    sandbox.published(account)
    sandbox.published(account)
    sandbox.wait(days=3)

    assert before == {"data": []}
    assert demographics(sandbox, account, **asked).body["data"][0]["name"] == "engaged_audience_demographics"


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({}, id="no-breakdown"),
        pytest.param({"breakdown": "shoe_size"}, id="unknown-breakdown"),
        pytest.param({"breakdown": "age", "period": "day"}, id="period"),
        pytest.param({"breakdown": "age", "timeframe": "last_90_days"}, id="withdrawn-timeframe"),
    ],
)
def test_demographics_refuse(sandbox, account, changes):
    assert error(demographics(sandbox, account, **changes)) == (400, 100, None)


def test_batch_reads_insights_of_many_and_fails_one_by_one(sandbox, account):
    reel, image = published(sandbox, account, **FORMS["REELS"]), published(sandbox, account, **FORMS["FEED"])
    calls = [{"method": "GET", "relative_url": f"v26.0/{one}/insights?metric=follows"} for one in (reel, image)]

    answer = sandbox.ask(
        "POST", f"{GRAPH}/", account, form={"batch": json.dumps(calls), "include_headers": "false"}
    ).body

    assert [one["code"] for one in answer] == [400, 200]
    assert all("headers" not in one for one in answer)
