"""X's analytics: the follows that young posts brought, asked for where the operator's plan has them."""

from datetime import UTC, datetime, timedelta

import pytest

from engagement.platforms import errors
from engagement.platforms.twitter import moment_of
from engagement.tests.replies import Answer, answering
from engagement.tests.twitter_client import TYPES, id_of_age, twitter
from engagement.values import Metrics

YOUNG, OLD = id_of_age(days=3), id_of_age(days=40)
FORBIDDEN = Answer({"title": "Client Forbidden", "type": f"{TYPES}client-forbidden", "detail": "Not in your plan"}, 403)


@pytest.fixture(autouse=True)
def _plan(settings):
    settings.X_ANALYTICS = True


def posts(*ids):
    return Answer({"data": [{"id": one, "public_metrics": {"like_count": 2}} for one in ids]})


@pytest.mark.parametrize(
    "told",
    [
        {"follows": 4},
        {"timestamped_metrics": [{"timestamp": "t", "metrics": {"follows": 1}}, {"metrics": {"follows": 3}}]},
    ],
    ids=["a sum", "a series"],
)
def test_follows_of_young_posts_are_read_in_one_call(told):
    with answering(posts(YOUNG), Answer({"data": [{"id": YOUNG, **told}]}), posts(OLD)) as asked:
        found = twitter(asked).fetch_metrics([YOUNG, OLD])

    assert asked.lines == ["GET /2/tweets", "GET /2/tweets/analytics", "GET /2/tweets"]
    assert (found[YOUNG].follows, found[OLD].follows) == (4, None)
    assert found[YOUNG].raw["analytics"] == {"id": YOUNG, **told}
    query = asked.queries[1]
    assert (query["ids"], query["granularity"], query["analytics.fields"]) == (YOUNG, "total", "id,follows,shares")
    made, now = moment_of(YOUNG), datetime.now(UTC)
    assert made
    assert made - timedelta(seconds=1) < datetime.fromisoformat(query["start_time"]) <= made
    assert made < datetime.fromisoformat(query["end_time"]) <= now


def test_plan_without_analytics_costs_no_number_and_is_not_asked_again():
    with answering(posts(YOUNG), FORBIDDEN, posts(YOUNG)) as asked:
        adapter = twitter(asked)
        found = [adapter.fetch_metrics([YOUNG])[YOUNG] for _ in range(2)]

    assert [(type(one), one.likes, one.follows) for one in found] == [(Metrics, 2, None)] * 2
    assert asked.lines == ["GET /2/tweets", "GET /2/tweets/analytics", "GET /2/tweets"]
    assert adapter.refused == {("analytics", "follows")}


@pytest.mark.parametrize(
    "answer",
    [
        Answer({}, 429),
        Answer(b"", 503),
        Answer({"title": "CreditsDepleted"}, 402),
        Answer({"data": [{"id": YOUNG, "follows": "many"}]}),
        Answer({"errors": [{"type": f"{TYPES}resource-not-found", "resource_id": YOUNG}]}),
        Answer({"data": None}),
    ],
    ids=["limit", "fault", "credits", "no number", "not found", "nothing"],
)
def test_analytics_that_fail_cost_no_number_and_are_asked_again(answer):
    with answering(posts(YOUNG), answer) as asked:
        adapter = twitter(asked)
        found = adapter.fetch_metrics([YOUNG])[YOUNG]

    assert (found.likes, found.follows, adapter.refused) == (2, None, set())


def test_token_that_ended_meanwhile_is_an_authentication_failure():
    with answering(posts(YOUNG), Answer({}, 401)) as asked, pytest.raises(errors.AuthenticationFailed):
        twitter(asked).fetch_metrics([YOUNG])


def test_nothing_is_asked_where_the_operator_has_no_such_plan(settings):
    settings.X_ANALYTICS = False
    with answering(posts(YOUNG)) as asked:
        found = twitter(asked).fetch_metrics([YOUNG])[YOUNG]

    assert (asked.lines, found.follows) == (["GET /2/tweets"], None)


# Videos

WATCHED = {"watch_time_ms": 98_500, "video_views": 30, "playback_start": 40, "playback_complete": "10"}


def posts_with_media(*keys, **owned):
    media = [{"media_key": key, "type": "photo" if key.startswith("3_") else "video", **owned} for key in keys]
    attached = {"id": YOUNG, "public_metrics": {"like_count": 2}, "attachments": {"media_keys": list(keys)}}
    return Answer({"data": [attached], "includes": {"media": media}})


@pytest.mark.parametrize(
    "told",
    [
        [{"media_key": "13_9", **WATCHED}],
        [{"media_key": "13_9", "timestamped_metrics": [{"timestamp": "t", "metrics": WATCHED}]}],
        [None, {"media_key": None}, {"media_key": "13_9", **WATCHED}],
    ],
    ids=["a sum", "a series", "among odd ones"],
)
def test_watch_time_and_completion_of_videos_are_read_in_one_call(told):
    with answering(posts_with_media("13_9", "3_8"), Answer({"data": []}), Answer({"data": told})) as asked:
        found = twitter(asked).fetch_metrics([YOUNG])[YOUNG]

    assert asked.lines == ["GET /2/tweets", "GET /2/tweets/analytics", "GET /2/media/analytics"]
    assert (found.total_watch_seconds, found.average_watch_seconds, found.video_completion_rate) == (98.5, None, 25.0)
    assert "watch_time_ms" in str(found.raw["media"][0]["analytics"])
    query = asked.queries[2]
    assert (query["media_keys"], query["granularity"]) == ("13_9", "total")
    assert {"media_key", *WATCHED} <= set(query["media_analytics.fields"].split(","))


def test_quartiles_of_the_owner_come_before_those_of_analytics():
    quartiles = {"playback_0_count": 10, "playback_100_count": 5}
    posted = posts_with_media("13_9", non_public_metrics=quartiles)
    with answering(posted, Answer({"data": []}), Answer({"data": [{"media_key": "13_9", **WATCHED}]})) as asked:
        found = twitter(asked).fetch_metrics([YOUNG])[YOUNG]

    assert found.video_completion_rate == 50.0


def test_keys_of_media_are_asked_for_a_hundred_at_a_time():
    keys = [f"13_{number}" for number in range(101)]
    with answering(posts_with_media(*keys), Answer({"data": []})) as asked:
        twitter(asked).fetch_metrics([YOUNG])

    assert [one["media_keys"].count(",") for one in asked.queries[2:]] == [99, 0]


def test_plan_without_analytics_of_media_keeps_those_of_posts():
    told = Answer({"data": [{"id": YOUNG, "follows": 4}]})
    with answering(posts_with_media("13_9"), told, FORBIDDEN, posts_with_media("13_9"), told) as asked:
        adapter = twitter(asked)
        found = [adapter.fetch_metrics([YOUNG])[YOUNG] for _ in range(2)]

    assert [(one.follows, one.likes, one.total_watch_seconds) for one in found] == [(4, 2, None)] * 2
    assert asked.lines.count("GET /2/media/analytics") == 1
    assert adapter.refused == {("analytics", "watch_time_ms")}


def test_analytics_are_read_where_the_fields_of_the_owner_are_refused():
    refusal = Answer({"title": "Invalid Request", "type": f"{TYPES}invalid-request"}, 400)
    told = Answer({"data": [{"id": YOUNG, "follows": 4}]})
    with answering(refusal, posts(YOUNG), told, posts(YOUNG), told) as asked:
        adapter = twitter(asked)
        found = [adapter.fetch_metrics([YOUNG])[YOUNG].follows for _ in range(2)]

    assert found == [4, 4]
