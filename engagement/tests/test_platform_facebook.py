"""What the adapter of Facebook Pages asks for and what it makes of the answers: numbers, comments, the Page, tokens."""

import json
from dataclasses import replace
from urllib.parse import parse_qs

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.replies import Answer, answering, sample
from engagement.values import App, Credentials, Metrics, Tokens

ME = Credentials(platform_user_id="1784", handle="Me", access_token="token-of-a-test")
COUNTERS = "id,created_time,permalink_url,shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
ATTACHED = "attachments{media_type,target{id}}"
METRICS = "post_video_views,post_media_view,post_clicks,post_reactions_by_type_total,post_total_media_view_unique"
COMMENT_FIELDS = "id,message,created_time,from,parent{id},like_count,comment_count,permalink_url"
FIELDS = f"{COUNTERS},{ATTACHED},insights.metric({METRICS})"


def adapter_at(asked, **changes):
    return ADAPTERS["facebook"](replace(ME, **changes), asked.address)


def measured(metrics):
    return {name: value for name, value in metrics.counts().items() if value is not None}


def post(number, **more):
    return {"id": f"1_{number}", "reactions": {"data": [], "summary": {"total_count": number}}, **more}


def item(body, code=200):
    return {"code": code, "body": json.dumps(body)}


def refusal(message):
    return {"error": {"message": message, "code": 100}}


def items_of(request):
    return [one["relative_url"] for one in json.loads(parse_qs(request[3].decode())["batch"][0])]


# Numbers


def test_post_is_read_with_its_summaries_and_insights():
    with answering(sample("facebook_post")) as asked:
        metrics = adapter_at(asked).fetch_metrics(["1_2"])["1_2"]

    assert measured(metrics) == {"likes": 9, "comments": 5, "shares": 7, "views": 54, "reach": 42}
    told = sample("facebook_post").body
    assert (metrics.api_version, metrics.raw["insights"]) == ("v26.0", told["insights"])
    assert metrics.raw["comments"] == {"summary": told["comments"]["summary"]}
    assert (asked.lines, asked.queries) == (["GET /v26.0/1_2"], [{"fields": FIELDS}])


@pytest.mark.parametrize(
    ("told", "shares"), [({"comments": {"summary": {"total_count": 5}}}, 0), ({"created_time": None}, None), ({}, None)]
)
def test_shares_that_are_left_out_are_none_only_where_counters_are_told(told, shares):
    with answering(Answer({"id": "1_2", **told})) as asked:
        assert adapter_at(asked).fetch_metrics(["1_2"])["1_2"].shares == shares


def test_new_posts_are_read_from_the_list_of_the_page():
    with answering(Answer({"data": [post(1), post(2), post(3), post(4)]})) as asked:
        answers = adapter_at(asked).fetch_metrics(["1_1", "1_2", "1_3"])

    assert (asked.lines, asked.queries) == (["GET /v26.0/1784/posts"], [{"fields": FIELDS, "limit": "50"}])
    assert [answers[one].likes for one in ("1_1", "1_2", "1_3")] == [1, 2, 3]


def test_batch_answers_item_by_item_and_asks_again_for_what_timed_out():
    replies = (Answer({"data": []}), sample("facebook_batch"), sample("facebook_post"))
    with answering(*replies) as asked:
        answers = adapter_at(asked).fetch_metrics(["1_2", "1_3", "1_4"])

    assert asked.lines == ["GET /v26.0/1784/posts", "POST /v26.0/", "GET /v26.0/1_4"]
    assert items_of(asked.requests[1]) == [f"v26.0/1_{one}?fields={FIELDS}" for one in (2, 3, 4)]
    assert measured(answers["1_2"]) == {"likes": 9, "comments": 5, "shares": 0}
    assert isinstance(answers["1_3"], errors.NotFound)
    assert isinstance(answers["1_4"], Metrics)


def test_batch_with_a_closed_window_is_not_asked_again():
    limited = item({"error": {"message": "(#80001) Too many calls", "code": 80001}}, 400)
    with answering(Answer([item(post(1)), limited, None])) as asked:
        answers = adapter_at(asked).fetch_metrics(["1_1", "1_2", "1_3"], recent=False)

    assert len(asked.requests) == 1
    kinds = [Metrics, errors.RateLimited, errors.TemporaryFailure]
    assert [type(one) for one in answers.values()] == kinds


def test_batch_that_is_too_large_is_asked_in_halves():
    too_much = Answer({"error": {"message": "Please reduce the amount of data", "code": 1}}, 500)
    halves = (Answer([item(post(1))]), Answer([item(post(2)), item(post(3))]))
    with answering(too_much, *halves) as asked:
        answers = adapter_at(asked).fetch_metrics(["1_1", "1_2", "1_3"], recent=False)

    assert [len(items_of(request)) for request in asked.requests] == [3, 1, 2]
    assert [one.likes for one in answers.values()] == [1, 2, 3]


@pytest.mark.parametrize(
    "body",
    [[], [{"code": 200}], {"data": []}, [{"code": "x", "body": "{}"}, {"code": 200, "body": "{"}, 7]],
    ids=["empty", "short", "no-list", "broken-items"],
)
def test_batch_that_is_not_answered_as_documented_is_invalid(body):
    with answering(Answer(body)) as asked:
        answers = adapter_at(asked).fetch_metrics(["1_1", "1_2", "1_3"], recent=False)

    assert {type(one) for one in answers.values()} == {errors.InvalidResponse}


def test_token_in_an_item_of_a_batch_is_redacted_and_the_item_still_readable():
    paging = {"next": "https://graph.facebook.com/v26.0/1_1/insights?limit=5&access_token=EAABsecret"}
    body = post(1, insights={"data": [], "paging": paging})
    with answering(Answer([item(body), item(post(2))])) as asked:
        answers = adapter_at(asked).fetch_metrics(["1_1", "1_2"], recent=False)

    assert [one.likes for one in answers.values()] == [1, 2]
    assert "EAABsecret" not in str(answers["1_1"].raw)


def test_refusal_without_a_name_drops_the_least_dependable_metric_first():
    with answering(sample("facebook_metric_refused"), sample("facebook_post")) as asked:
        adapter = adapter_at(asked)
        answer = adapter.fetch_metrics(["1_2"])["1_2"]

    assert isinstance(answer, Metrics)
    assert ["post_video_views" in query["fields"] for query in asked.queries] == [True, False]
    assert adapter.refused == {("post", "post_video_views")}


def test_field_that_is_refused_within_a_batch_is_left_out_of_the_next():
    no = item(refusal("(#100) Tried accessing nonexisting field (attachments) on node type (Post)"), 400)
    with answering(Answer([no, no]), Answer([item(post(1)), item(post(2))])) as asked:
        adapter = adapter_at(asked)
        adapter.fetch_metrics(["1_1", "1_2"], recent=False)

    assert items_of(asked.requests[1])[0] == f"v26.0/1_1?fields={COUNTERS},insights.metric({METRICS})"
    assert adapter.refused == {("post", "attachments")}


def test_object_that_has_no_insights_is_read_without_them_and_nothing_is_remembered():
    no = Answer(refusal("(#100) Tried accessing nonexisting field (insights) on node type (Photo)"), 400)
    with answering(no, Answer(post(7))) as asked:
        adapter = adapter_at(asked)
        answer = adapter.fetch_metrics(["1_7"])["1_7"]

    assert (answer.likes, adapter.refused) == (7, set())
    assert asked.queries[1] == {"fields": COUNTERS}


def test_reel_is_read_with_the_insights_of_its_video():
    with answering(sample("facebook_video_post"), sample("facebook_video_insights")) as asked:
        metrics = adapter_at(asked).fetch_metrics(["1784_2"])["1784_2"]

    assert asked.lines == ["GET /v26.0/1784_2", "GET /v26.0/55/video_insights"]
    assert asked.queries[1]["metric"].split(",") == [
        "fb_reels_total_plays", "blue_reels_play_count", "post_video_retention_graph", "post_video_followers",
        "post_video_avg_time_watched", "post_video_view_time",
    ]  # fmt: skip
    assert measured(metrics) == {
        "likes": 9, "comments": 5, "shares": 7, "views": 54, "link_clicks": 3, "video_views": 40, "follows": 2,
        "average_watch_seconds": 6.4, "total_watch_seconds": 256.0,
    }  # fmt: skip
    assert "EAABsecret" not in str(metrics.raw)


@pytest.mark.parametrize(
    ("attached", "views"), [({"media_type": "video", "target": {"id": "56"}}, 31), ({"media_type": "photo"}, None)]
)
def test_views_of_three_seconds_count_for_a_video_without_plays_and_for_nothing_else(attached, views):
    told = {"data": [{"name": "post_video_views", "period": "lifetime", "values": [{"value": 31}]}]}
    video = post(2, attachments={"data": [attached]}, insights=told)
    with answering(Answer(video), Answer({"data": []})) as asked:
        metrics = adapter_at(asked).fetch_metrics(["1_2"])["1_2"]

    assert metrics.video_views == views


def test_video_that_has_no_plays_keeps_its_times_and_costs_reels_nothing():
    video = post(2, attachments={"data": [{"media_type": "video", "target": {"id": "56"}}]})
    no = Answer(refusal("(#100) The value must be a valid insights metric: fb_reels_total_plays"), 400)
    with answering(Answer(video), no, sample("facebook_video_insights")) as asked:
        adapter = adapter_at(asked)
        metrics = adapter.fetch_metrics(["1_2"])["1_2"]

    assert metrics.total_watch_seconds == 256.0
    assert adapter.refused == {("video", "fb_reels_total_plays")}


# By whole seconds the share that still watches, of those seen in the first; whoever starts again goes on.
WATCHING = {str(second): round(1 - second / 20, 2) for second in range(13)}


@pytest.mark.parametrize(
    ("graph", "length", "percent"),
    [
        (WATCHING, 8.4, 60.0),
        (WATCHING, 8, 60.0),
        (WATCHING, 13.9, 40.0),
        ({second: 50 * share for second, share in WATCHING.items()}, 8.4, 60.0),
        (WATCHING, 14.5, None),
        (WATCHING, None, None),
        (WATCHING, "eight", None),
        ({"0": 0, "8": 0}, 8.4, None),
        ({"8": 0.6}, 8.4, None),
        ({"0": 0.5, "8": 0.6}, 8.4, None),
        ({"0": 1, "8": "many"}, 8.4, None),
    ],
)
def test_completion_is_the_share_that_still_watches_in_the_last_second(graph, length, percent):
    told = {"data": [{"name": "post_video_retention_graph", "period": "lifetime", "values": [{"value": graph}]}]}
    with answering(sample("facebook_video_post"), Answer(told), Answer({"length": length})) as asked:
        metrics = adapter_at(asked).fetch_metrics(["1784_2"])["1784_2"]

    assert (asked.lines[2], asked.queries[2]) == ("GET /v26.0/55", {"fields": "length"})
    assert (metrics.video_completion_rate, metrics.likes) == (percent, 9)


@pytest.mark.parametrize("graph", [{}, None, 7])
def test_length_is_asked_only_where_there_is_a_graph(graph):
    told = {"data": [{"name": "post_video_retention_graph", "period": "lifetime", "values": [{"value": graph}]}]}
    with answering(sample("facebook_video_post"), Answer(told)) as asked:
        metrics = adapter_at(asked).fetch_metrics(["1784_2"])["1784_2"]

    assert (len(asked.lines), metrics.video_completion_rate) == (2, None)


def test_length_that_cannot_be_read_costs_no_other_number():
    told = {"data": [{"name": "post_video_retention_graph", "period": "lifetime", "values": [{"value": WATCHING}]}]}
    with answering(sample("facebook_video_post"), Answer(told), Answer(b"", 404)) as asked:
        metrics = adapter_at(asked).fetch_metrics(["1784_2"])["1784_2"]

    assert (metrics.video_completion_rate, metrics.likes) == (None, 9)


@pytest.mark.parametrize(
    ("more", "likes"),
    [
        ({"reactions": {"data": []}}, 6),
        ({"reactions": {"data": [], "summary": {"total_count": 0}}}, 0),
    ],
    ids=["without-a-summary", "none"],
)
def test_reactions_by_type_stand_in_for_a_missing_summary(more, likes):
    by_type = {"name": "post_reactions_by_type_total", "values": [{"value": {"like": 3, "love": 2, "wow": 1}}]}
    with answering(Answer(post(1, insights={"data": [by_type]}, **more))) as asked:
        metrics = adapter_at(asked).fetch_metrics(["1_1"])["1_1"]

    assert metrics.likes == likes


# Comments


def test_comments_of_people_who_are_not_named_have_no_author():
    with answering(sample("facebook_comments")) as asked:
        visible = adapter_at(asked).fetch_interactions("1_2", frozenset())

    seen = visible.interactions
    assert [(one.platform_id, one.kind, one.author_id, one.text) for one in seen] == [
        ("2_4", "reply", None, "I agree"), ("2_3", "comment", "777", "Great post")
    ]  # fmt: skip
    assert [one.signals and one.signals.has_name for one in seen] == [None, True]
    assert visible.whole == {"comment", "reply"}
    assert asked.queries == [
        {
            "fields": COMMENT_FIELDS.replace("from", "from{id,name,picture{is_silhouette}}"),
            "filter": "stream",
            "order": "reverse_chronological",
            "summary": "true",
            "limit": "100",
        }
    ]


@pytest.mark.parametrize(("total", "whole"), [(2, {"comment", "reply"}), (9, set())], ids=["all", "cut-short"])
def test_long_thread_is_whole_only_if_as_much_was_seen_as_is_counted(total, whole):
    first = {"data": [{"id": "1"}], "paging": {"cursors": {"after": "a"}, "next": "https://graph.example/"}}
    last = {"data": [{"id": "2"}], "summary": {"total_count": total}}
    with answering(Answer(first), Answer(last)) as asked:
        visible = adapter_at(asked).fetch_interactions("1_2", frozenset())

    assert (len(visible.interactions), visible.whole) == (2, whole)


@pytest.mark.parametrize(
    ("picture", "has_picture"),
    [
        ({"data": {"is_silhouette": False, "url": "https://scontent.example/7.jpg"}}, True),
        ({"data": {"is_silhouette": True}}, False),
        ({"data": {}}, None),
        (None, None),
    ],
)
def test_silhouette_stands_for_a_picture_that_is_missing(picture, has_picture):
    person = {"id": "777", "name": "Sam Rivera", "picture": picture}
    with answering(Answer({"data": [{"id": "1", "message": "Hi", "from": person}]})) as asked:
        (seen,) = adapter_at(asked).fetch_interactions("1_2", frozenset()).interactions

    assert (seen.signals.has_picture, seen.signals.has_name) == (has_picture, True)


def test_picture_that_an_app_is_not_told_is_left_out_from_then_on():
    denied = Answer({"error": {"message": "(#10) Needs a permission", "code": 10}}, 403)
    with answering(denied, sample("facebook_comments"), sample("facebook_comments")) as asked:
        adapter = adapter_at(asked)
        seen = [len(adapter.fetch_interactions("1_2", frozenset()).interactions) for _ in range(2)]

    assert seen == [2, 2]
    assert ["picture" in query["fields"] for query in asked.queries] == [True, False, False]
    assert adapter.refused == {("comments", "picture")}


def test_own_comment_has_the_id_of_the_page():
    with answering(Answer({"data": [{"id": "1", "from": {"id": "1784", "name": "Me"}}]})) as asked:
        seen = adapter_at(asked).fetch_interactions("1_2", frozenset()).interactions

    assert seen[0].author_id == "1784"


# The Page and its token


@pytest.mark.parametrize(
    ("counts", "followers"), [({"followers_count": 7, "fan_count": 5}, 7), ({"fan_count": 5}, 5), ({}, None)], ids=str
)
def test_page_is_read_with_its_followers(counts, followers):
    with answering(Answer({"id": "1784", "name": "Me", **counts}), Answer({"data": []})) as asked:
        facts = adapter_at(asked).fetch_account()

    assert (facts.followers, facts.handle, facts.audience) == (followers, "Me", {})
    assert asked.lines == ["GET /v26.0/1784", "GET /v26.0/1784/insights"]
    assert asked.queries == [
        {"fields": "id,name,followers_count,fan_count"},
        {"metric": "page_follows_city,page_follows_country", "period": "day"},
    ]


PAGE = Answer({"id": "1784", "name": "Me", "followers_count": 300})
UNKNOWN_METRIC = "(#100) The value must be a valid insights metric"


def by_place(name, *days):
    return {"name": name, "period": "day", "values": [{"value": day, "end_time": "t"} for day in days]}


def test_followers_are_told_by_the_newest_day_that_has_places():
    told = [
        by_place("page_follows_country", {"PT": 80}, {"PT": 90, "ES": 12}, {}),
        by_place("page_follows_city", {"Lisbon, Portugal": "40"}, None),
        by_place("page_follows", 300),
        None,
    ]
    with answering(PAGE, Answer({"data": told})) as asked:
        facts = adapter_at(asked).fetch_account()

    assert facts.audience == {"country": {"PT": 90, "ES": 12}, "city": {"Lisbon, Portugal": 40}}


def test_place_that_a_page_does_not_know_is_left_out_from_then_on():
    refused = Answer(refusal(f"{UNKNOWN_METRIC}: page_follows_city"), 400)
    told = Answer({"data": [by_place("page_follows_country", {"PT": 80})]})
    with answering(PAGE, refused, told, PAGE, told) as asked:
        adapter = adapter_at(asked)
        found = [adapter.fetch_account().audience for _ in range(2)]

    assert found == [{"country": {"PT": 80}}] * 2
    assert [query.get("metric") for query in asked.queries if "metric" in query] == [
        "page_follows_city,page_follows_country", "page_follows_country", "page_follows_country"
    ]  # fmt: skip
    assert adapter.refused == {("page", "page_follows_city")}


@pytest.mark.parametrize(
    "answer",
    [
        Answer(refusal(UNKNOWN_METRIC), 400),
        Answer({"error": {"message": "(#200) Missing read_insights", "code": 200}}, 403),
        Answer({"data": None}),
        Answer([]),
        Answer(b"<html></html>"),
    ],
    ids=["unknown", "denied", "nothing", "list", "page"],
)
def test_followers_are_known_where_their_places_are_not(answer):
    with answering(PAGE, answer) as asked:
        facts = adapter_at(asked).fetch_account()

    assert (facts.followers, facts.audience) == (300, {})


@pytest.mark.parametrize("end", [{}, {"expires_in": 0}], ids=["unsaid", "zero"])
def test_token_without_an_end_is_not_renewed(end):
    with answering(Answer({"access_token": ME.access_token, **end})) as asked:
        adapter = adapter_at(asked, app=App(id="9", secret="secret-of-the-app"))

        with pytest.raises(errors.UnsupportedFeature, match="no end"):
            adapter.refresh()


def test_token_with_an_end_is_exchanged():
    with answering(Answer({"access_token": "EAABnew"})) as asked:
        tokens = adapter_at(asked, app=App(id="9", secret="secret-of-the-app")).refresh()

    assert tokens == Tokens(access_token="EAABnew")
    assert asked.lines == ["GET /v26.0/oauth/access_token"]
