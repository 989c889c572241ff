"""Answers of X in the less usual of their documented forms."""

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.replies import Answer, answering
from engagement.values import Credentials, Draft, Metrics

ME = Credentials(platform_user_id="111", handle="me", access_token="token-of-a-test")
# Made in 2021, so nothing of it is the owner's any more.
OLD = "1445880548472328192"
PROBLEMS = "https://api.x.com/2/problems/"
LIMITS = {"x-rate-limit-limit": "300", "x-rate-limit-remaining": "0"}


def x(asked):
    return ADAPTERS["twitter"](ME, asked.address)


def failure_of(answer):
    with answering(answer) as asked:
        try:
            return x(asked).fetch_metrics([OLD])[OLD]
        except errors.PlatformError as error:
            return error


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({"errors": [{"resource_id": OLD, "type": f"{PROBLEMS}resource-not-found"}]}, errors.NotFound),
        ({"errors": [{"value": OLD, "title": "Not Found Error", "detail": "Could not find tweet"}]}, errors.NotFound),
        ({"data": []}, errors.NotFound),
        ({"meta": {"result_count": 0}}, errors.NotFound),
        ({"data": None, "includes": None, "errors": None}, errors.InvalidResponse),
        ({}, errors.InvalidResponse),
        ({"errors": [{"resource_id": int(OLD), "type": f"{PROBLEMS}resource-not-found"}]}, errors.NotFound),
    ],
)
def test_post_is_not_found_where_the_answer_tells_of_posts_and_not_of_it(body, kind):
    assert type(failure_of(Answer(body))) is kind


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer(b"Too Many Requests", 429), errors.RateLimited),
        (Answer({"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, 429), errors.RateLimited),
        (Answer(b"", 503), errors.TemporaryFailure),
        (Answer(b"<html>Over capacity</html>", 502), errors.TemporaryFailure),
        (Answer({"title": "Unauthorized", "type": "about:blank", "status": 401, "detail": "Unauthorized"}, 401),
         errors.AuthenticationFailed),
        (Answer({"title": "CreditsDepleted", "detail": "No credits", "type": f"{PROBLEMS}credits"}, 402),
         errors.AccessDenied),
        (Answer(b"<html>hello</html>"), errors.InvalidResponse),
        (Answer(b'\xef\xbb\xbf{"data": []}'), errors.NotFound),
    ],
)  # fmt: skip
def test_answer_of_any_form_has_its_kind(answer, kind):
    assert type(failure_of(answer)) is kind


@pytest.mark.parametrize(
    ("header", "seconds"),
    [("120", 120.0), ("1.5", 1.5), (" 30 ", 30.0), ("soon", 900.0), ("", 900.0)],
)
def test_retry_after_is_obeyed_in_whatever_form(header, seconds):
    assert failure_of(Answer({}, 429, {"Retry-After": header})).retry_after == seconds


def test_numbers_that_are_null_or_missing_are_unknown_and_text_doubles_are_ignored():
    numbers = {"like_count": None, "reply_count": 12, "quote_count": 5, "like_count_str": "234"}
    body = {"data": [{"id": int(OLD), "text": "Hi", "public_metrics": numbers, "attachments": None}]}
    metrics = failure_of(Answer(body))

    assert isinstance(metrics, Metrics)
    assert (metrics.likes, metrics.comments, metrics.shares, metrics.views) == (None, 12, 5, None)


def test_post_whose_id_tells_no_moment_is_published_all_the_same():
    with answering(Answer({"data": {"id": 10**30}}, 201)) as asked:
        published = x(asked).publish(Draft(media_kind="text", caption="Hi"))

    assert (published.platform_post_id, published.published_at) == (str(10**30), None)


@pytest.mark.parametrize("keys", [[["13_9"]], [{}], [None], "13_9", {"13_9": 1}])
def test_media_keys_of_another_form_name_no_media(keys):
    post = {"id": OLD, "public_metrics": {"like_count": 2}, "attachments": {"media_keys": keys}}
    media = [{"media_key": "13_9", "type": "video", "public_metrics": {"view_count": 12543}}]
    with answering(Answer({"data": [post], "includes": {"media": media}})) as asked:
        metrics = x(asked).fetch_metrics([OLD])[OLD]

    assert (metrics.likes, metrics.video_views) == (2, None)


def test_media_that_is_shared_by_two_posts_counts_for_both():
    other = str(int(OLD) + 1)
    posts = [{"id": one, "public_metrics": {}, "attachments": {"media_keys": ["13_9"]}} for one in (OLD, other)]
    media = [{"media_key": "13_9", "type": "video", "public_metrics": {"view_count": 12543}}]
    with answering(Answer({"data": posts, "includes": {"media": media}})) as asked:
        got = x(asked).fetch_metrics([OLD, other])

    assert [one.video_views for one in got.values()] == [12543, 12543]


def test_replies_with_a_cursor_behind_an_empty_page_go_on():
    empty = {"meta": {"result_count": 0, "next_token": "b26v"}}
    reply = {"data": [{"id": "9", "text": "nice", "author_id": "77"}], "meta": {"result_count": 1}}
    with answering(Answer(empty), Answer(reply), Answer({"meta": {"result_count": 0}})) as asked:
        seen = x(asked).fetch_interactions(OLD, frozenset()).interactions

    assert [one.platform_id for one in seen] == ["9"]
    assert asked.queries[1]["next_token"] == "b26v"


def test_author_that_is_suspended_is_known_by_id_alone():
    page = {
        "data": [{"id": "9", "text": "nice", "author_id": "77"}],
        "includes": {"users": []},
        "errors": [{"resource_id": "77", "resource_type": "user", "type": f"{PROBLEMS}resource-not-found"}],
    }
    with answering(Answer(page), Answer({"meta": {"result_count": 0}})) as asked:
        (seen,) = x(asked).fetch_interactions(OLD, frozenset()).interactions

    assert (seen.author_id, seen.signals) == ("77", None)
