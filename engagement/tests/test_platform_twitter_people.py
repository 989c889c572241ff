"""X: replies, likers, reposters and quotes, and which of them were read completely."""

from datetime import UTC, datetime

import pytest

from engagement.platforms.errors import (
    AccessDenied,
    NotFound,
    RateLimited,
)
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_objects import signals_of
from engagement.tests.replies import Answer, answering, sample
from engagement.tests.twitter_client import NOTHING, TYPES, id_of_age, twitter
from engagement.values import AuthorSignals

WITHHELD = Answer({"title": "Forbidden", "detail": "Not in your plan", "type": f"{TYPES}client-forbidden"}, 403)


def test_replies_show_their_authors_and_the_newest_version_of_an_edited_one():
    answers = (sample("twitter_replies_authors"), sample("twitter_likers"), NOTHING, sample("twitter_quotes"))
    with answering(*answers) as asked:
        visible = twitter(asked).fetch_interactions("123", frozenset())

    assert asked.lines == [
        "GET /2/tweets/search/recent",
        "GET /2/tweets/123/liking_users",
        "GET /2/tweets/123/retweeted_by",
        "GET /2/tweets/123/quote_tweets",
    ]
    seen = {one.platform_id: one for one in visible.interactions}
    assert [(one.platform_id, one.kind, one.author_id, one.text, one.likes) for one in visible.interactions[:3]] == [
        ("9", "comment", "77", "nice, edited", 4),
        ("10", "reply", "1784", "thank you", None),
        ("8", "comment", "79", "buy", None),
    ]
    sam = AuthorSignals(
        joined_at=datetime(2026, 8, 1, tzinfo=UTC),
        followers=3,
        following=1800,
        posts=9000,
        has_biography=False,
        has_picture=True,
        has_name=True,
        handle_digits=4,
        verified=False,
        protected=False,
    )
    me = seen["10"].signals
    assert seen["9"].signals == sam
    assert (me.has_picture, me.has_biography, me.verified, me.handle_digits) == (False, True, True, 0)
    assert seen["8"].signals is None
    assert (visible.interactions[3].kind, visible.interactions[3].signals) == ("like", sam)
    quote = visible.interactions[4]
    assert (quote.platform_id, quote.kind, quote.author_id, quote.text, quote.likes) == (
        "50", "share", "80", "So true https://t.co/a", 2
    )  # fmt: skip


def test_whether_x_has_checked_who_people_are_is_asked_for_until_it_is_refused():
    refusal = Answer({"title": "Invalid Request", "type": f"{TYPES}invalid-request"}, 400)
    with answering(refusal, NOTHING, sample("twitter_likers"), NOTHING, NOTHING) as asked:
        adapter = twitter(asked)
        visible = adapter.fetch_interactions("123", frozenset())

    fields = [query["user.fields"].endswith(",is_identity_verified") for query in asked.queries]
    assert fields == [True, False, False, False, False]
    assert adapter.refused == {("people", "is_identity_verified")}
    assert len(visible.interactions) == 1


@pytest.mark.parametrize(("given", "checked"), [({"is_identity_verified": True}, True), ({}, None)])
def test_a_checked_identity_is_told_apart_from_a_mark(given, checked):
    person = signals_of(Node("twitter", {"id": "1", "username": "a", "verified": False} | given))

    assert person is not None
    assert (person.verified, person.identity_verified) == (False, checked)


def test_people_are_asked_for_with_their_profiles():
    with answering(NOTHING) as asked:
        twitter(asked).fetch_interactions("123", frozenset())

    search, likers, _, quotes = asked.queries
    people = (
        "created_at,description,profile_image_url,protected,public_metrics,verified,verified_type,is_identity_verified"
    )
    posts = {
        "tweet.fields": "author_id,created_at,public_metrics,referenced_tweets",
        "expansions": "author_id",
        "user.fields": people,
        "max_results": "100",
    }
    assert search == posts | {"query": "conversation_id:123"}
    assert likers == {"user.fields": people, "max_results": "100"}
    assert quotes == posts


@pytest.mark.parametrize(
    ("user", "signals"),
    [
        ({"id": "1"}, AuthorSignals()),
        ({"id": "1", "verified_type": "blue"}, AuthorSignals(verified=True)),
        ({"id": "1", "public_metrics": {"post_count": 4}}, AuthorSignals(posts=4)),
        ({"id": "1", "created_at": "yesterday"}, None),
    ],
    ids=["nothing", "type-alone", "new-spelling", "nonsense"],
)
def test_what_a_profile_does_not_show_is_unknown(user, signals):
    with answering(NOTHING, Answer({"data": [user]}), NOTHING) as asked:
        visible = twitter(asked).fetch_interactions("123", frozenset())

    assert [one.signals for one in visible.interactions] == [signals]


ALL_KINDS = {"comment", "reply", "like", "share"}


@pytest.mark.parametrize(
    ("age", "known", "everything", "whole"),
    [
        ({"days": 6}, frozenset(), False, ALL_KINDS),
        ({"days": 8}, frozenset(), False, {"like", "share"}),
        ({"days": 6}, frozenset({id_of_age(days=1)}), False, {"like", "share"}),
        ({"days": 6}, frozenset({id_of_age(days=1)}), True, ALL_KINDS),
        ({"days": 8}, frozenset(), True, {"like", "share"}),
    ],
    ids=["young", "old", "increment", "everything", "everything-of-an-old-one"],
)
def test_replies_are_whole_only_within_the_window_and_without_since_id(age, known, everything, whole):
    with answering(NOTHING) as asked:
        visible = twitter(asked).fetch_interactions(id_of_age(**age), known, everything=everything)

    assert visible.whole == whole
    assert ["since_id" in one for one in asked.queries] == [
        bool(known) and not everything, False, False, False
    ]  # fmt: skip


def test_since_id_from_before_the_window_is_not_sent():
    with answering(NOTHING) as asked:
        twitter(asked).fetch_interactions(id_of_age(days=20), frozenset({id_of_age(days=8)}))

    assert "since_id" not in asked.queries[0]


def page(node, cursor=""):
    return Answer({"data": [node], "meta": {"result_count": 1} | ({"next_token": cursor} if cursor else {})})


def test_nothing_is_whole_where_the_bound_was_hit():
    pages = [page({"id": str(number), "author_id": "7"}, cursor=f"c{number}") for number in range(21, 0, -1)]
    with answering(*pages[:20], NOTHING) as asked:
        visible = twitter(asked).fetch_interactions(id_of_age(days=1), frozenset())

    assert len(asked.requests) == 23
    assert visible.whole == {"like", "share"}


def test_reposters_are_read_no_further_than_a_page_of_known_ones():
    with answering(NOTHING, NOTHING, page({"id": "77"}, "more"), NOTHING, NOTHING) as asked:
        adapter = twitter(asked)
        first = adapter.fetch_interactions(id_of_age(days=1), frozenset())
    with answering(NOTHING, NOTHING, page({"id": "77"}, "more"), NOTHING) as asked:
        known = frozenset(one.platform_id for one in first.interactions)
        again = twitter(asked).fetch_interactions(id_of_age(days=1), known)

    assert len(asked.requests) == 4
    assert again.whole == ALL_KINDS - {"share"}


def test_hundred_likers_may_be_more():
    people = [{"id": str(number)} for number in range(100)]
    with answering(NOTHING, Answer({"data": people, "meta": {"next_token": "more"}}), NOTHING) as asked:
        visible = twitter(asked).fetch_interactions(id_of_age(days=1), frozenset())

    assert (len(visible.interactions), len(asked.requests)) == (100, 4)
    assert visible.whole == ALL_KINDS - {"like"}


def test_lists_that_the_plan_withholds_cost_no_others_and_are_not_asked_for_again():
    with answering(WITHHELD, WITHHELD, page({"id": "77"}), WITHHELD, NOTHING) as asked:
        adapter = twitter(asked)
        visible = adapter.fetch_interactions("123", frozenset())
        adapter.fetch_interactions("123", frozenset())

    assert [one.kind for one in visible.interactions] == ["share"]
    assert visible.whole == frozenset()
    assert adapter.refused == {("list", "search"), ("list", "liking_users"), ("list", "quote_tweets")}
    assert adapter.notices == [
        f"X withholds {name}: Not in your plan" for name in ("search", "liking_users", "quote_tweets")
    ]
    assert asked.lines[4:] == ["GET /2/tweets/123/retweeted_by"]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"title": "CreditsDepleted"}, 402), AccessDenied),
        (Answer({"title": "Not Found Error", "type": f"{TYPES}resource-not-found"}, 404), NotFound),
        (Answer({"errors": [{"title": "Not Found Error", "type": f"{TYPES}resource-not-found"}]}), NotFound),
        (Answer(b"Too Many Requests", 429), RateLimited),
    ],
    ids=["no-credits", "gone", "gone-in-a-200", "limited"],
)
def test_refusal_that_concerns_more_than_one_list_is_raised(answer, kind):
    with answering(NOTHING, answer) as asked, pytest.raises(kind):
        twitter(asked).fetch_interactions("123", frozenset())
