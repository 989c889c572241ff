"""Answers of the Graph API in the less usual of their documented forms: batches, pages, codes, numbers."""

import json
from urllib.parse import parse_qs

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.platforms.meter import Unmetered
from engagement.tests.replies import Answer, answering
from engagement.values import Credentials, Metrics

ME = Credentials(platform_user_id="1784", handle="me", access_token="token-of-a-test")
BUSY = "X-Business-Use-Case-Usage"


def facebook(asked, **more):
    return ADAPTERS["facebook"](ME, asked.address, **more)


def instagram(asked):
    return ADAPTERS["instagram"](ME, asked.address)


def post(number, **more):
    return {"id": f"1_{number}", "reactions": {"data": [], "summary": {"total_count": number}}, **more}


def item(body, code=200, **headers):
    text = body if isinstance(body, str) else json.dumps(body)
    return {"code": code, "headers": [{"name": name, "value": one} for name, one in headers.items()], "body": text}


LIMITED = {"error": {"message": "(#80001) Too many calls to this Page.", "type": "OAuthException", "code": 80001}}


# Batches


def test_item_that_is_limited_waits_as_long_as_its_own_header_says():
    usage = {"1784": [{"type": "pages", "call_count": 100, "estimated_time_to_regain_access": 17}]}
    answers = (
        Answer({"data": []}),
        Answer([item(post(1)), item(post(2)), item(LIMITED, 400, **{BUSY: json.dumps(usage)})]),
    )
    with answering(*answers) as asked:
        got = facebook(asked).fetch_metrics(["1_1", "1_2", "1_3"])

    assert [type(one) for one in got.values()] == [Metrics, Metrics, errors.RateLimited]
    assert got["1_3"].retry_after == 17 * 60


def test_version_of_an_item_is_that_of_its_own_header():
    served = {"facebook-api-version": "v27.0"}
    with answering(Answer({"data": []}), Answer([item(post(one), **served) for one in (1, 2, 3)])) as asked:
        adapter = facebook(asked)
        got = adapter.fetch_metrics(["1_1", "1_2", "1_3"])

    assert {one.api_version for one in got.values()} == {"v27.0"}
    assert len(adapter.notices) == 1


def test_batch_asks_for_the_headers_of_its_items():
    with answering(Answer([item(post(1)), item(post(2))])) as asked:
        facebook(asked).fetch_metrics(["1_1", "1_2"], recent=False)

    assert set(parse_qs(asked.requests[0][3].decode())) == {"batch"}


@pytest.mark.parametrize("body", ["", "<html>Bad gateway</html>", None], ids=["nothing", "page", "null"])
def test_item_that_failed_without_a_readable_word_is_asked_again_alone(body):
    lost = {"code": 502, "body": body}
    with answering(Answer({"data": []}), Answer([item(post(1)), item(post(2)), lost]), Answer(post(3))) as asked:
        got = facebook(asked).fetch_metrics(["1_1", "1_2", "1_3"])

    assert asked.lines == ["GET /v26.0/1784/posts", "POST /v26.0/", "GET /v26.0/1_3"]
    assert [one.likes for one in got.values()] == [1, 2, 3]


class Heard(Unmetered):
    """Keeps what it is told of failures."""

    def __init__(self):
        self.failures = []

    def failed(self, error):
        self.failures.append(error)


def test_limit_within_a_batch_closes_its_budget():
    spent = {"error": {"message": "(#4) Application request limit reached", "code": 4}}
    meter = Heard()
    with answering(Answer({"data": []}), Answer([item(post(1)), item(spent, 400), item(spent, 400)])) as asked:
        facebook(asked, meter=meter).fetch_metrics(["1_1", "1_2", "1_3"])

    assert [(type(one), one.code) for one in meter.failures] == [(errors.RateLimited, "4")]


def test_token_that_is_refused_within_a_batch_is_the_accounts():
    ended = {"error": {"message": "Session has expired", "code": 190, "error_subcode": 463}}
    with answering(Answer([item(ended, 400)] * 2)) as asked, pytest.raises(errors.AuthenticationFailed):
        facebook(asked).fetch_metrics(["1_1", "1_2"])

    assert asked.lines == ["POST /v26.0/"]


# Pages


def test_page_whose_cursor_stands_only_in_the_next_address_is_followed():
    first = {
        "data": [comment(1)],
        "paging": {"next": "https://graph.facebook.com/v26.0/1_1/comments?limit=1&after=abc"},
    }
    with answering(Answer(first), Answer({"data": [comment(2)]})) as asked:
        seen = facebook(asked).fetch_interactions("1_1", frozenset())

    assert [one.get("after") for one in asked.queries] == [None, "abc"]
    assert [one.platform_id for one in seen.interactions] == ["1_1_1", "1_1_2"]
    assert seen.whole == {"comment", "reply"}


def test_next_page_without_any_cursor_leaves_the_thread_unread():
    first = {"data": [comment(1)], "paging": {"next": "https://graph.facebook.com/v26.0/1_1/comments?__paging_token=x"}}
    with answering(Answer(first)) as asked:
        seen = facebook(asked).fetch_interactions("1_1", frozenset())

    assert len(asked.lines) == 1
    assert seen.whole == frozenset()


@pytest.mark.parametrize("paging", [{}, {"paging": None}, {"paging": {}}, {"paging": {"cursors": {"after": "a"}}}])
def test_list_without_a_next_page_ends(paging):
    with answering(Answer({"data": [comment(1)], **paging})) as asked:
        seen = facebook(asked).fetch_interactions("1_1", frozenset())

    assert (len(asked.lines), seen.whole) == (1, {"comment", "reply"})


def comment(number, **more):
    return {"id": f"1_1_{number}", "message": "nice", "created_time": "2026-08-07T09:00:00+0000", **more}


def test_page_without_comments_is_not_the_last_where_there_is_a_next():
    more = {"cursors": {"after": "b"}, "next": "https://graph.facebook.com/x?after=b"}
    with answering(Answer({"data": [], "paging": more}), Answer({"data": [comment(1)]})) as asked:
        seen = facebook(asked).fetch_interactions("1_1", frozenset())

    assert [one.platform_id for one in seen.interactions] == ["1_1_1"]


def test_everything_about_a_person_may_be_null():
    bare = comment(1, **{"from": None, "parent": None, "like_count": None, "created_time": None, "message": None})
    with answering(Answer({"data": [bare], "summary": None})) as asked:
        (seen,) = facebook(asked).fetch_interactions("1_1", frozenset()).interactions

    assert (seen.author_id, seen.text, seen.likes, seen.occurred_at, seen.kind) == (None, "", None, None, "comment")


def test_replies_whose_cursor_is_not_told_are_read_from_the_beginning():
    reply = {"id": "12", "text": "yes"}
    told = {"data": [reply], "paging": {"next": "https://graph.instagram.com/v26.0/11/replies?__paging_token=x"}}
    thread = {"id": "11", "text": "Great!", "username": "ann", "replies": told}
    rest = {"data": [reply, {"id": "13", "text": "no"}]}
    with answering(Answer({"data": [thread]}), Answer(rest)) as asked:
        seen = instagram(asked).fetch_interactions("1", frozenset())

    assert asked.lines == ["GET /v26.0/1/comments", "GET /v26.0/11/replies"]
    assert [one.platform_id for one in seen.interactions] == ["11", "12", "13"]
    assert seen.whole == {"comment", "reply"}


# Codes


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        ({"code": "190", "error_subcode": "463"}, errors.AuthenticationFailed),
        ({"code": "80001"}, errors.RateLimited),
        ({"code": "100", "error_subcode": "33"}, errors.NotFound),
    ],
)
def test_code_that_is_written_as_text_is_a_code(error, kind):
    with answering(Answer({"error": {"message": "No", "type": "OAuthException", **error}}, 400)) as asked:
        adapter = facebook(asked)
        found = failure_of(adapter, "1_1")

    assert type(found) is kind


def failure_of(adapter, post_id):
    try:
        return adapter.fetch_metrics([post_id])[post_id]
    except errors.PlatformError as error:
        return error


# Numbers


@pytest.mark.parametrize("value", [{}, None])
def test_reactions_of_no_type_are_no_number(value):
    insights = {"data": [{"name": "post_reactions_by_type_total", "period": "lifetime", "values": [{"value": value}]}]}
    with answering(Answer({"id": "1_1", "insights": insights})) as asked:
        metrics = facebook(asked).fetch_metrics(["1_1"])["1_1"]

    assert metrics.likes is None


def test_whole_numbers_with_a_point_are_counts():
    body = {"id": "1_1", "shares": {"count": 7.0}, "reactions": {"summary": {"total_count": "12"}}}
    with answering(Answer(body)) as asked:
        metrics = facebook(asked).fetch_metrics(["1_1"])["1_1"]

    assert (metrics.shares, metrics.likes) == (7, 12)


def test_null_in_every_place_of_a_post_is_unknown():
    body = {
        "id": "1_1",
        "shares": None,
        "comments": None,
        "reactions": {"summary": None},
        "insights": None,
        "attachments": None,
    }
    with answering(Answer(body)) as asked:
        metrics = facebook(asked).fetch_metrics(["1_1"])["1_1"]

    assert {name for name, value in metrics.counts().items() if value is not None} == set()


def test_instagram_total_value_comes_before_values_and_an_empty_list_is_unknown():
    insights = {
        "data": [
            {"name": "views", "period": "lifetime", "values": [{"value": 1}], "total_value": {"value": 2385}},
            {"name": "reach", "period": "lifetime", "values": []},
            {"name": "shares", "period": "lifetime", "total_value": None, "values": [{"value": "3"}]},
            {"name": "saved", "period": "lifetime", "values": [{}]},
        ]
    }
    media = {"id": "1", "media_product_type": "FEED", "timestamp": "2026-08-01T10:00:00+0000", "comments_count": 2}
    with answering(Answer(media), Answer(insights)) as asked:
        metrics = instagram(asked).fetch_metrics(["1"])["1"]

    assert (metrics.views, metrics.reach, metrics.shares, metrics.saves, metrics.likes) == (2385, None, 3, None, None)
