"""What Instagram's adapters ask for and what they make of the answers: numbers, comments, the account, tokens."""

import json
import logging
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import parse_qs

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.platforms.instagram import FEED_ONLY, PRODUCT_METRICS, REELS_ONLY
from engagement.tests.replies import Answer, answering, sample
from engagement.values import App, AuthorSignals, Credentials, Metrics, Tokens

ME = Credentials(platform_user_id="1784", handle="Me.99", access_token="token-of-a-test")
FIELDS = "id,media_type,media_product_type,timestamp,permalink,like_count,comments_count"
PERSON = "id,text,timestamp,username,from{id,username},like_count,hidden,parent_id"
ONE = "17920238422030506"


def measured(metrics):
    return {name: value for name, value in metrics.counts().items() if value is not None}


def told(seen):
    return [(one.platform_id, one.kind, one.author_id, one.text) for one in seen]


def by_login(address, **changes):
    return ADAPTERS["instagram"](replace(ME, **changes), address)


def by_facebook(address, **changes):
    return ADAPTERS["instagram_facebook_login"](replace(ME, **changes), address)


def media(number, product="FEED", **more):
    return {"id": f"m{number}", "media_product_type": product, "like_count": number, "comments_count": 0, **more}


def insights(**values):
    return {"data": [{"name": name, "period": "lifetime", "values": [{"value": one}]} for name, one in values.items()]}


def page(*items, after=""):
    cursors = {"cursors": {"after": after}, "next": f"https://graph.instagram.com/?access_token=secret&after={after}"}
    return Answer({"data": list(items), "paging": cursors if after else {}})


def refusal(message, code=100, **more):
    return Answer({"error": {"message": message, "type": "OAuthException", "code": code, **more}}, 400)


def unsupported(name):
    return refusal(f"(#100) The Media Insights API does not support the {name} metric for this media product type.")


def items_of(request):
    return [one["relative_url"] for one in json.loads(parse_qs(request[3].decode())["batch"][0])]


def metrics_of(query):
    return query["fields"].partition("insights.metric(")[2].partition(")")[0].split(",")


# Numbers


def test_list_gives_known_numbers_and_leaves_the_others_unknown():
    ids = [ONE, "17920238422030507", "17920238422030508"]
    with answering(sample("instagram_media_list")) as asked:
        answers = by_login(asked.address).fetch_metrics(ids)

    assert asked.lines == ["GET /v26.0/1784/media"]
    assert measured(answers[ids[0]]) == {
        "likes": 12, "comments": 3, "saves": 7, "views": 2385, "reach": 1900, "profile_visits": 12
    }  # fmt: skip
    assert measured(answers[ids[1]]) == {"comments": 0, "views": 50, "video_views": 50}
    spoilt = answers[ids[2]]
    assert isinstance(spoilt, errors.InvalidResponse)
    assert spoilt.message == "The field like_count is not a whole number but other text"


def test_list_is_asked_with_every_metric_at_once():
    with answering(sample("instagram_media_list")) as asked:
        by_login(asked.address).fetch_metrics([ONE, "2", "3"])

    assert asked.queries[0]["limit"] == "50"
    assert asked.queries[0]["fields"].startswith(f"{FIELDS},insights.metric(")
    assert set(metrics_of(asked.queries[0])) == {*PRODUCT_METRICS["FEED"], *PRODUCT_METRICS["REELS"]}


def test_list_of_mixed_types_is_asked_for_what_all_know_and_the_rest_is_read_beside_it():
    listed = page(media(1, insights=insights(views=5)), media(2, "REELS", insights=insights(views=6)), media(3))
    feed, reel = Answer(insights(follows=2)), Answer(insights(ig_reels_avg_watch_time=1500, reels_skip_rate=40.5))
    replies = (unsupported(REELS_ONLY[1]), unsupported("follows"), listed, feed, reel, feed)
    with answering(*replies) as asked:
        adapter = by_login(asked.address)
        answers = adapter.fetch_metrics(["m1", "m2", "m3"])

    assert asked.lines == ["GET /v26.0/1784/media"] * 3 + [f"GET /v26.0/m{one}/insights" for one in (1, 2, 3)]
    assert [query["metric"] for query in asked.queries[3:5]] == [",".join(FEED_ONLY), ",".join(REELS_ONLY)]
    assert adapter.refused == {("list", name) for name in (*FEED_ONLY, *REELS_ONLY)}
    assert measured(answers["m1"]) == {"likes": 1, "comments": 0, "views": 5, "follows": 2}
    assert measured(answers["m2"]) == {
        "likes": 2, "comments": 0, "views": 6, "video_views": 6, "average_watch_seconds": 1.5, "video_skip_rate": 40.5
    }  # fmt: skip


def test_what_was_refused_in_an_earlier_run_is_not_asked_for():
    refused = frozenset(("list", name) for name in REELS_ONLY)
    with answering(page(media(1), media(2), media(3))) as asked:
        ADAPTERS["instagram"](replace(ME, refused=refused), asked.address).fetch_metrics(["m1", "m2", "m3"])

    assert len(asked.requests) == 1
    assert set(metrics_of(asked.queries[0])) == set(PRODUCT_METRICS["FEED"])


def test_pages_of_the_list_are_read_while_they_bring_wanted_posts():
    pages = [page(*(media(10 * one + two) for two in range(5)), after=str(one)) for one in range(3)]
    with answering(*pages, page(media(99))) as asked:
        answers = by_login(asked.address).fetch_metrics([f"m{10 * one + two}" for one in range(3) for two in range(5)])

    assert asked.lines == ["GET /v26.0/1784/media"] * 3
    assert [query.get("after") for query in asked.queries] == [None, "0", "1"]
    assert {type(answer) for answer in answers.values()} == {Metrics}


def test_old_posts_are_read_in_one_batch_for_counters_and_one_for_insights():
    nodes = [{"code": 200, "body": json.dumps(media(one, saved_count=3))} for one in range(3)]
    numbers = [{"code": 200, "body": json.dumps(insights(views=one, saved=9))} for one in range(3)]
    with answering(Answer(nodes), Answer(numbers)) as asked:
        answers = by_facebook(asked.address).fetch_metrics(["m0", "m1", "m2"], recent=False)

    assert asked.lines == ["POST /v26.0/"] * 2
    assert items_of(asked.requests[0])[0] == f"v26.0/m0?fields={FIELDS},reposts_count,shares_count,saved_count"
    assert items_of(asked.requests[1])[2] == f"v26.0/m2/insights?metric={','.join(PRODUCT_METRICS['FEED'])}"
    assert measured(answers["m2"]) == {"likes": 2, "comments": 0, "saves": 3, "views": 2}


def test_metric_refused_within_a_batch_costs_only_what_it_was_asked_of():
    nodes = [{"code": 200, "body": json.dumps(media(one, "REELS" if one else "FEED"))} for one in range(3)]
    no = {"code": 400, "body": json.dumps(unsupported("reels_skip_rate").body)}
    numbers = [{"code": 200, "body": json.dumps(insights(views=1))}, no, no]
    again = [{"code": 200, "body": json.dumps(insights(views=2, ig_reels_avg_watch_time=900))}] * 2
    with answering(Answer(nodes), Answer(numbers), Answer(again)) as asked:
        adapter = by_facebook(asked.address)
        answers = adapter.fetch_metrics(["m0", "m1", "m2"], recent=False)

    left = ",".join(name for name in PRODUCT_METRICS["REELS"] if name != "reels_skip_rate")
    assert items_of(asked.requests[2]) == [f"v26.0/m{one}/insights?metric={left}" for one in (1, 2)]
    assert adapter.refused == {("REELS", "reels_skip_rate")}
    assert [answers[one].views for one in ("m0", "m1", "m2")] == [1, 2, 2]
    assert answers["m1"].average_watch_seconds == 0.9


def test_counters_that_an_app_has_not_are_left_out():
    no = refusal("(#100) Tried accessing nonexisting field (reposts_count) on node type (ShadowIGMedia)")
    with answering(no, Answer(media(1)), Answer(insights(reposts=4))) as asked:
        adapter = by_facebook(asked.address)
        answers = adapter.fetch_metrics(["m1"])

    assert adapter.refused == {("post", "reposts_count")}
    assert answers["m1"].reposts == 4


def test_reel_is_read_with_its_times_in_seconds():
    with answering(Answer(media(1, "REELS")), sample("instagram_reel_insights")) as asked:
        metrics = by_login(asked.address).fetch_metrics(["m1"])["m1"]

    assert asked.queries == [{"fields": FIELDS}, {"metric": ",".join(PRODUCT_METRICS["REELS"])}]
    assert measured(metrics) == {
        "likes": 1, "comments": 0, "shares": 4, "saves": 7, "views": 2385, "reach": 1900, "video_views": 2385,
        "reposts": 2, "video_skip_rate": 41.5, "average_watch_seconds": 6.4, "total_watch_seconds": 15264.0,
    }  # fmt: skip
    assert (metrics.api_version, metrics.raw["insights"]["data"][0]["name"]) == ("v26.0", "views")


def test_story_is_asked_for_what_stories_have():
    with answering(Answer(media(1, "STORY")), Answer(insights(link_clicks=3, follows=1))) as asked:
        metrics = by_login(asked.address).fetch_metrics(["m1"])["m1"]

    assert asked.queries[1] == {"metric": "link_clicks,follows,profile_visits,shares,reach,views"}
    assert (metrics.link_clicks, metrics.follows) == (3, 1)


def test_hidden_likes_are_taken_from_the_insights():
    hidden = {"id": "m1", "media_product_type": "FEED", "comments_count": 0}
    with answering(Answer(hidden), Answer(insights(likes=8))) as asked:
        metrics = by_login(asked.address).fetch_metrics(["m1"])["m1"]

    assert metrics.likes == 8


def test_metric_that_is_refused_does_not_lose_the_others_and_is_not_asked_again():
    number = Answer(insights(views=5))
    node = sample("instagram_media")
    with answering(node, sample("instagram_metric_refused"), number, node, number) as asked:
        adapter = by_login(asked.address)
        first, second = (adapter.fetch_metrics([ONE])[ONE] for _ in range(2))

    assert measured(first) == measured(second) == {"likes": 12, "comments": 3, "views": 5}
    asked_for = [query["metric"].split(",") for query in asked.queries if "metric" in query]
    assert ["profile_visits" in names for names in asked_for] == [True, False, False]
    assert adapter.refused == {("FEED", "profile_visits")}


def test_refusal_that_names_nothing_is_remembered_only_once_something_is_answered_without_it():
    vague = refusal("(#100) Invalid parameter")
    with answering(sample("instagram_media"), vague) as asked:
        adapter = by_login(asked.address)
        metrics = adapter.fetch_metrics([ONE])[ONE]

    assert measured(metrics) == {"likes": 12, "comments": 3}
    assert adapter.refused == set()


@pytest.mark.parametrize(
    "no",
    [
        refusal("Media Posted Before Business Account Conversion", error_subcode=2108006),
        refusal("(#10) Not enough viewers for the media to show insights", code=10),
    ],
    ids=["from-before-it-was-professional", "too-few-viewers"],
)
def test_media_without_insights_has_counters_only(no):
    with answering(sample("instagram_media"), no) as asked:
        adapter = by_login(asked.address)
        answer = adapter.fetch_metrics([ONE])[ONE]

    assert measured(answer) == {"likes": 12, "comments": 3}
    assert (len(asked.requests), adapter.refused) == (2, set())


def test_list_with_media_that_never_has_insights_is_read_without_them():
    old = refusal("Media Posted Before Business Account Conversion", error_subcode=2108006)
    with answering(old, page(media(1), media(2), media(3)), old, Answer(insights(views=1))) as asked:
        answers = by_login(asked.address).fetch_metrics(["m1", "m2", "m3"])

    assert asked.queries[1]["fields"] == FIELDS
    assert [answers[one].views for one in ("m1", "m2", "m3")] == [None, 1, 1]


def test_list_that_is_too_large_is_asked_in_halves():
    too_much = Answer({"error": {"message": "Please reduce the amount of data you're asking for", "code": 1}}, 500)
    with answering(too_much, too_much, page(media(1), media(2), media(3))) as asked:
        by_login(asked.address).fetch_metrics(["m1", "m2", "m3"])

    assert [query["limit"] for query in asked.queries] == ["50", "25", "12"]


def test_limit_beside_the_list_stops_the_reading_and_keeps_what_was_read():
    listed = page(media(1), media(2), media(3))
    refused = frozenset(("list", name) for name in FEED_ONLY)
    with answering(listed, Answer(insights(follows=1)), sample("instagram_limit")) as asked:
        adapter = ADAPTERS["instagram"](replace(ME, refused=refused), asked.address)
        answers = adapter.fetch_metrics(["m1", "m2", "m3"])

    assert len(asked.requests) == 3
    assert [type(answers[one]) for one in ("m1", "m2", "m3")] == [Metrics, errors.RateLimited, errors.RateLimited]


def test_version_that_answers_in_place_of_the_pinned_one_is_noticed_once():
    older = Answer(media(1), headers={"facebook-api-version": "v21.0"})
    with answering(older) as asked:
        adapter = by_login(asked.address)
        answers = adapter.fetch_metrics(["m1"])

    assert answers["m1"].api_version == "v21.0"
    assert len(adapter.notices) == 1
    assert "answered as v21.0, not v26.0" in adapter.notices[0]


# Comments


def test_comments_hold_replies_and_tell_people_apart_by_id_or_name():
    with answering(sample("instagram_comments"), Answer({"data": []})) as asked:
        visible = by_login(asked.address).fetch_interactions("1792", frozenset())

    seen = visible.interactions
    assert told(seen) == [
        ("178581", "comment", "5641", "Great!"),
        ("178582", "reply", None, "yes"),
        ("178580", "comment", "username:bob", "🔥"),
    ]
    assert (seen[0].occurred_at, seen[0].likes) == (datetime(2026, 8, 1, 10, 56, 52, tzinfo=UTC), 0)
    assert (seen[0].signals.handle_digits, seen[1].signals) == (0, None)
    assert visible.whole == {"comment", "reply"}
    assert asked.queries == [
        {"fields": f"{PERSON},replies.limit(50){{{PERSON}}}", "limit": "50"},
        {"fields": f"{PERSON},replies.limit(50){{{PERSON}}}", "limit": "50", "after": "a"},
    ]


@pytest.mark.parametrize(
    "mine",
    [
        {"from": {"id": "1784"}},
        {"from": {"id": "77", "self_ig_scoped_id": "78"}},
        {"username": "me.99"},
        {"from": {"id": "77", "username": "ME.99"}},
        {"user": {"id": "1784"}},
    ],
    ids=["by-id", "by-mark", "by-name", "by-name-inside", "by-user"],
)
def test_own_comment_is_known_as_ours(mine):
    with answering(page({"id": "1", "text": "Thanks", **mine})) as asked:
        seen = by_login(asked.address).fetch_interactions("1792", frozenset()).interactions

    assert told(seen) == [("1", "comment", "1784", "Thanks")]


@pytest.mark.parametrize(
    "no",
    [refusal("(#100) Tried accessing nonexisting field (from)"), refusal("(#10) No permission", code=10)],
    ids=["unknown", "denied"],
)
def test_comments_are_asked_for_without_from_when_it_is_refused(no):
    comments = page({"id": "1", "username": "ann7"})
    with answering(no, comments) as asked:
        adapter = by_login(asked.address)
        seen = [adapter.fetch_interactions("1792", frozenset()).interactions for _ in range(2)]

    assert told(seen[0]) == told(seen[1]) == [("1", "comment", "username:ann7", "")]
    assert seen[0][0].signals.handle_digits == 1
    assert ["from{" in query["fields"] for query in asked.queries] == [True, False, False]


def test_comments_that_are_refused_altogether_are_not_blamed_on_from():
    with answering(refusal("(#10) No permission", code=10)) as asked:
        adapter = by_login(asked.address)

        with pytest.raises(errors.AccessDenied):
            adapter.fetch_interactions("1792", frozenset())

    assert adapter.refused == set()


def test_replies_beyond_those_shown_are_read_page_by_page():
    more = {"data": [{"id": "r1"}], "paging": {"cursors": {"after": "x"}, "next": "https://graph.example/"}}
    pages = (page({"id": "c1", "replies": more}), page({"id": "r2"}, after="y"), page({"id": "r3"}))
    with answering(*pages) as asked:
        visible = by_login(asked.address).fetch_interactions("1792", frozenset())

    assert [(one.platform_id, one.kind) for one in visible.interactions] == [
        ("c1", "comment"), ("r1", "reply"), ("r2", "reply"), ("r3", "reply")
    ]  # fmt: skip
    assert asked.lines[1:] == ["GET /v26.0/c1/replies"] * 2
    assert [query["after"] for query in asked.queries[1:]] == ["x", "y"]
    assert visible.whole == {"comment", "reply"}


def test_replies_that_never_end_leave_only_the_comments_whole():
    more = {"data": [{"id": "r"}], "paging": {"cursors": {"after": "x"}, "next": "https://graph.example/"}}
    endless = (page({"id": f"r{number}"}, after=f"y{number}") for number in range(30))
    with answering(page({"id": "c1", "replies": more}), *endless) as asked:
        visible = by_login(asked.address).fetch_interactions("1792", frozenset())

    assert len(asked.requests) == 21
    assert visible.whole == {"comment"}


def test_pages_that_go_in_a_circle_end_and_are_not_whole():
    with answering(sample("instagram_comments")) as asked:
        visible = by_login(asked.address).fetch_interactions("1792", frozenset())

    assert (len(visible.interactions), len(asked.requests), visible.whole) == (3, 2, frozenset())


def test_pages_that_never_end_stop_after_twenty():
    with answering(*(page({"id": str(number)}, after=f"c{number}") for number in range(30))) as asked:
        visible = by_login(asked.address).fetch_interactions("1792", frozenset())

    assert (len(visible.interactions), len(asked.requests), visible.whole) == (20, 20, frozenset())


def test_reading_comments_stops_at_a_page_of_which_everything_is_known():
    known = frozenset(["178580", "178581", "178582"])
    with answering(sample("instagram_comments")) as asked:
        visible = by_login(asked.address).fetch_interactions("1792", known)

    assert (len(visible.interactions), len(asked.requests), visible.whole) == (3, 1, frozenset())


def test_reading_everything_goes_on_past_what_is_known():
    known = frozenset(["178580", "178581", "178582"])
    with answering(sample("instagram_comments"), page({"id": "1"})) as asked:
        visible = by_login(asked.address).fetch_interactions("1792", known, everything=True)

    assert (len(visible.interactions), visible.whole) == (4, {"comment", "reply"})


# Authors, with Facebook Login


DISCOVERED = {
    "business_discovery": {"id": "9", "name": "Ann", "biography": "Figs", "followers_count": 64976, "follows_count": 12,
                           "media_count": 436},
    "id": "1784",
}  # fmt: skip
PERSONAL = {"error": {"message": "(#110) Cannot find User", "code": 110, "error_subcode": 2207013}}


def test_new_authors_are_looked_up_in_one_batch():
    comments = page(
        {"id": "1", "username": "ann12"}, {"id": "2", "username": "bob"}, {"id": "3", "username": "ann12"},
        {"id": "4", "username": "known"}, {"id": "5", "username": "x){id}"}, {"id": "6", "username": "me.99"},
    )  # fmt: skip
    answers = [{"code": 200, "body": json.dumps(DISCOVERED)}, {"code": 400, "body": json.dumps(PERSONAL)}]
    with answering(comments, Answer(answers)) as asked:
        visible = by_facebook(asked.address).fetch_interactions("1792", frozenset({"4"}))

    profile = "name,biography,followers_count,follows_count,media_count,profile_picture_url"
    assert items_of(asked.requests[1]) == [
        f"v26.0/1784?fields=business_discovery.username({handle}){{{profile}}}" for handle in ("ann12", "bob")
    ]
    ann = AuthorSignals(
        followers=64976, following=12, posts=436, has_biography=True, has_picture=False, has_name=True, handle_digits=2
    )
    signals = {one.platform_id: one.signals for one in visible.interactions}
    assert (signals["1"], signals["3"]) == (ann, ann)
    assert (signals["2"], signals["4"]) == (AuthorSignals(handle_digits=0), None)


def test_authors_that_cannot_be_looked_up_cost_no_comment():
    denied = refusal("(#10) Needs instagram_basic", code=10)
    with answering(page({"id": "1", "username": "ann"}), denied) as asked:
        adapter = by_facebook(asked.address)
        visible = adapter.fetch_interactions("1792", frozenset())

    assert (len(visible.interactions), visible.whole) == (1, {"comment", "reply"})
    assert adapter.notices[0].startswith("Authors of comments cannot be looked up.")


def test_nobody_is_looked_up_with_instagram_login():
    with answering(page({"id": "1", "username": "ann"})) as asked:
        by_login(asked.address).fetch_interactions("1792", frozenset())

    assert len(asked.requests) == 1


# The account


def test_account_is_read_with_its_followers_in_groups():
    me = Answer({"id": "1784", "username": "me.99", "followers_count": 1200})
    with answering(me, refusal("(#100) Not enough users"), Answer({"data": []}), sample("instagram_demographics")) as a:
        facts = by_login(a.address).fetch_account()

    assert (facts.followers, facts.handle) == (1200, "me.99")
    assert facts.audience == {"age,gender": {"18-24,F": 10, "25-34,M": 4}}
    limit = "GET /v26.0/1784/content_publishing_limit"
    assert a.lines == ["GET /v26.0/1784", *["GET /v26.0/1784/insights"] * 3, limit]
    assert a.queries[4] == {"fields": "quota_usage,config"}
    assert a.queries[0] == {"fields": "id,username,followers_count"}
    assert a.queries[3] == {
        "metric": "follower_demographics", "period": "lifetime", "metric_type": "total_value",
        "timeframe": "this_month", "breakdown": "age,gender",
    }  # fmt: skip


def test_demographics_that_need_a_permission_are_told_to_staff():
    me = Answer({"id": "1784", "username": "me.99", "followers_count": 1200})
    with answering(me, refusal("(#10) Needs instagram_manage_insights", code=10)) as asked:
        adapter = by_login(asked.address)
        facts = adapter.fetch_account()

    assert (facts.followers, facts.audience) == (1200, {})
    assert "instagram_manage_insights" in adapter.notices[0]


# Tokens


def renewed(token, **more):
    return Answer({"access_token": token, "token_type": "bearer", **more})


@pytest.mark.parametrize("token", ["IGAAnew", ME.access_token], ids=["another", "the-same"])
def test_token_is_renewed_by_itself(token):
    with answering(renewed(token, expires_in=5184000, permissions="instagram_business_basic")) as asked:
        tokens = by_login(asked.address).refresh()

    assert tokens == Tokens(access_token=token, expires_in=5184000)
    assert asked.lines == ["GET /refresh_access_token"]
    assert asked.queries == [{"grant_type": "ig_refresh_token", "access_token": "token-of-a-test"}]
    assert "Authorization" not in asked.requests[0][2]


def test_token_of_facebook_login_is_exchanged_with_the_app():
    with answering(renewed("EAABnew", expires_in=5184000)) as asked:
        tokens = by_facebook(asked.address, app=App(id="9", secret="secret-of-the-app")).refresh()

    assert tokens == Tokens(access_token="EAABnew", expires_in=5184000)
    assert asked.lines == ["GET /v26.0/oauth/access_token"]
    assert asked.queries == [
        {
            "grant_type": "fb_exchange_token",
            "client_id": "9",
            "client_secret": "secret-of-the-app",
            "fb_exchange_token": "token-of-a-test",
        }
    ]


def test_token_that_has_ended_is_an_authentication_failure():
    with answering(refusal("Session has expired", code=190, error_subcode=463)) as asked:
        adapter = by_login(asked.address)

        with pytest.raises(errors.AuthenticationFailed):
            adapter.refresh()


def test_exchange_without_an_app_is_unsupported_and_asks_nothing():
    with answering(Answer()) as asked, pytest.raises(errors.UnsupportedFeature):
        by_facebook(asked.address).refresh()

    assert asked.requests == []


@pytest.mark.parametrize(
    "answer",
    [
        refusal("Bad secret-of-the-app for token-of-a-test", code=190),
        Answer(b"access_token=token-of-a-test&secret-of-the-app", 500),
        Answer(b'{"access_token": "IGAAnew', 200),
        Answer({}, 200, cut=True),
    ],
    ids=["refused", "a-page", "half-an-answer", "cut"],
)
@pytest.mark.parametrize("renew", [by_login, by_facebook], ids=["instagram", "facebook"])
def test_renewing_leaves_no_secret_in_errors_and_logs(answer, renew, caplog):
    caplog.set_level(logging.DEBUG)
    app = App(id="9", secret="secret-of-the-app")
    with answering(answer) as asked:
        adapter = renew(asked.address, app=app)

        with pytest.raises(errors.PlatformError) as failed:
            adapter.refresh()

    sinks = [caplog.text, str(vars(failed.value)), failed.value.for_staff, repr(adapter)]
    secrets = ("token-of-a-test", "secret-of-the-app", "IGAAnew")
    assert [(secret, sink) for sink in sinks for secret in secrets if secret in sink] == []


def test_comments_of_insights_stand_in_for_a_counter_that_is_missing():
    told = {"data": [{"name": "comments", "period": "lifetime", "values": [{"value": 5}]}]}
    with answering(Answer({"id": "1", "media_product_type": "FEED", "like_count": 3}), Answer(told)) as asked:
        metrics = ADAPTERS["instagram"](ME, asked.address).fetch_metrics(["1"])["1"]

    assert isinstance(metrics, Metrics)
    assert (metrics.comments, metrics.likes) == (5, 3)
