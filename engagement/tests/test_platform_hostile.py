"""Oddities of real platforms: one post's costs no other, unknown never becomes zero, and no crash gets out."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.hostile import COMMENTS, body_of, chunked, comments_of, ids_of, read, visible, zipped
from engagement.tests.replies import Answer
from engagement.values import Metrics, Visible

every = pytest.mark.parametrize("name", ADAPTERS)


def measured(metrics):
    return {field: value for field, value in metrics.counts().items() if value is not None}


def without(*keys):
    return lambda post: {key: one for key, one in post.items() if key not in keys}


def with_(**values):
    return lambda post: {**post, **values}


def each_number(odd):
    """Every number of a post, wherever it stands, in another form."""

    def change(value: Any, inside: str = "") -> Any:
        if isinstance(value, dict):
            return {key: change(one, key) for key, one in value.items()}
        if isinstance(value, list):
            return [change(one, inside) for one in value]
        return odd(value) if isinstance(value, int | float) else value

    return change


ENTRIES = {
    "null": lambda post: None,
    "a word": lambda post: "gone",
    "a list": lambda post: [post],
    "nothing in it": lambda post: {},
    "no id": without("id", "item_id"),
    "null as id": with_(id=None, item_id=None),
    "a list as id": with_(id=[1], item_id=[1]),
    "an object as id": with_(id={}, item_id={}),
    "numbers in words": each_number(lambda value: "many"),
    "numbers as objects": each_number(lambda value: {"value": value}),
    "numbers as lists": each_number(lambda value: [value]),
    "numbers as flags": each_number(lambda value: True),
    "dates nobody reads": with_(timestamp="yesterday", created_time="yesterday", create_time="yesterday"),
}


@every
@pytest.mark.parametrize("change", ENTRIES.values(), ids=ENTRIES)
def test_odd_post_costs_the_others_nothing_and_is_not_taken_for_gone(name, change):
    plain = read(name, Answer(body_of(name)))
    first, odd, third = ids_of(name)

    got = read(name, Answer(body_of(name, change)))

    assert (got[first], got[third]) == (plain[first], plain[third])
    assert isinstance(got[odd], Metrics | errors.InvalidResponse)
    assert not isinstance(got[odd], Metrics) or 0 not in measured(got[odd]).values()


SAME = {
    "numbers as text": each_number(str),
    "numbers with a point": each_number(lambda value: float(value) if value == int(value) else value),
    "fields nobody knows": with_(unheard_of={"deep": [1, None, {"id": 7}]}, like_count_str="7", post={"id": 3}),
    "nulls in fields nobody reads": with_(unheard_of=None, edit_history=None),
    "id as a number": lambda post: (
        post | {key: int(post[key]) for key in ("id", "item_id") if str(post.get(key)).isdigit()}
    ),
}


@every
@pytest.mark.parametrize("change", SAME.values(), ids=SAME)
def test_same_numbers_in_another_form_are_the_same(name, change):
    plain = read(name, Answer(body_of(name)))

    got = read(name, Answer(body_of(name, change)))

    assert {one: measured(metrics) for one, metrics in got.items()} == {
        one: measured(metrics) for one, metrics in plain.items()
    }


@every
@pytest.mark.parametrize("gone", ["null", "left out"])
def test_number_that_is_not_told_is_unknown(name, gone):
    def change(value):
        return (
            {
                key: change(one) if isinstance(one, dict | list) else None if isinstance(one, int | float) else one
                for key, one in value.items()
                if gone == "null" or not isinstance(one, int | float)
            }
            if isinstance(value, dict)
            else [change(one) for one in value]
        )

    got = read(name, Answer(body_of(name, change)))

    assert measured(got[ids_of(name)[1]]) == {}


@every
@pytest.mark.parametrize("number", [10**30, -1, 2**63])
def test_number_beyond_every_column_is_no_crash_and_no_zero(name, number):
    got = read(name, Answer(body_of(name, each_number(lambda value: number))))

    odd = got[ids_of(name)[1]]
    assert isinstance(odd, Metrics | errors.InvalidResponse)
    assert not isinstance(odd, Metrics) or 0 not in measured(odd).values()


# The answer as a whole

WAYS = {
    "gzip": zipped,
    "chunks": chunked,
    "byte order mark": lambda body: Answer(b"\xef\xbb\xbf" + json.dumps(body).encode()),
    "space around it": lambda body: Answer(b"\n \n" + json.dumps(body, indent=4).encode() + b"\r\n"),
    "half a character": lambda body: Answer(json.dumps({**body, "unheard_of": "\ud83d"}).encode()),
    "html as its type": lambda body: Answer(body, headers={"Content-Type": "text/html"}),
    "201": lambda body: Answer(body, 201),
}


@every
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS)
def test_answer_that_comes_another_way_says_the_same(name, way):
    plain = read(name, Answer(body_of(name)))

    assert read(name, way(body_of(name))) == plain


NO_ANSWERS = {
    "empty object": Answer({}),
    "null": Answer(b"null"),
    "list": Answer([]),
    "text": Answer(b'"ok"'),
    "number": Answer(b"7"),
    "nothing": Answer(b""),
    "204": Answer(b"", 204),
    "html": Answer(b"<html><body>Sign in to the network</body></html>"),
    "gateway's 404": Answer(b"<html><h1>404 Not Found</h1></html>", 404),
    "gateway's 404 in JSON": Answer({"message": "no Route matched with those values"}, 404),
    "not UTF-8": Answer('{"data": "é"}'.encode("latin-1")),
    "NaN": Answer(b'{"data": NaN}'),
    "redirect": Answer(b"<html>Moved</html>", 302, {"Location": "http://127.0.0.1:9/elsewhere"}),
    "redirect in JSON": Answer({}, 301, {"Location": "http://127.0.0.1:9/elsewhere"}),
    "null as data": Answer({"data": None}),
    "text as data": Answer({"data": "none", "code": 0, "error": {"code": "ok"}}),
    "error without words": Answer({"error": {}}),
    "error as text": Answer({"error": "Something went wrong"}),
    "errors without a post": Answer(
        {"errors": [{"title": "Service Unavailable", "detail": "Try again", "status": 503}]}
    ),
    "500 in JSON": Answer({"message": "Internal"}, 500),
    "deep": Answer(b"[" * 100_000),
}


@every
@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_answer_that_says_nothing_of_any_post_takes_none_for_gone(name, answer, settings):
    settings.HTTP_BACKOFF_SECONDS = 0

    got = read(name, answer)

    for one in got.values():
        assert isinstance(one, errors.PlatformError)
        assert not isinstance(one, errors.NotFound)
        assert one.for_staff


@every
def test_answer_that_is_cut_off_is_asked_for_again(name, settings):
    settings.HTTP_BACKOFF_SECONDS = 0
    half = json.dumps(body_of(name)).encode()[:-40]

    got = read(name, Answer(half, cut=True))

    assert {type(one) for one in got.values()} == {errors.TemporaryFailure}


# Comments

every_seeing = pytest.mark.parametrize("name", COMMENTS)
COMMENT_ENTRIES = {
    "null": lambda comment: None,
    "a word": lambda comment: "gone",
    "nothing in it": lambda comment: {},
    "no id": without("id", "comment_id"),
    "an object as id": with_(id={}, comment_id={}),
    "a date nobody reads": with_(
        timestamp="yesterday", created_time="yesterday", created_at="yesterday", create_time="x"
    ),
    "likes in words": with_(like_count="many", likes="many", public_metrics={"like_count": "many"}),
    "replies in words": with_(replies="many"),
    "words as an object": with_(text={}, message={}),
    "its person as a word": with_(**{"from": "Ann"}, author_id=["77"], unique_identifier={}),
}


@every_seeing
@pytest.mark.parametrize("change", COMMENT_ENTRIES.values(), ids=COMMENT_ENTRIES)
def test_odd_comment_costs_the_others_nothing_and_nothing_counts_as_deleted(name, change):
    plain = visible(name, *comments_of(name))

    seen = visible(name, *comments_of(name, change))

    assert isinstance(plain, Visible)
    assert isinstance(seen, Visible)
    expected = {one.platform_id: one for one in plain.interactions}
    assert len(expected) == 3
    got = {one.platform_id: one for one in seen.interactions}
    assert [got.get(one) for one in ("11", "13")] == [expected["11"], expected["13"]]
    assert seen.whole.isdisjoint({"comment", "reply"}) or "12" in got


@every_seeing
@pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)
def test_answer_that_says_nothing_of_comments_deletes_none(name, answer, settings):
    settings.HTTP_BACKOFF_SECONDS = 0

    seen = visible(name, answer)

    assert isinstance(seen, errors.PlatformError) or not seen.whole


DATES = {
    "offset": "2026-08-07T09:00:00+0000",
    "colon": "2026-08-07T09:00:00+00:00",
    "elsewhere": "2026-08-07T11:00:00+02:00",
    "Z": "2026-08-07T09:00:00Z",
    "milliseconds": "2026-08-07T09:00:00.000Z",
    "epoch": 1786093200,
    "epoch as text": "1786093200",
    "epoch in milliseconds": 1786093200000,
}


@every_seeing
@pytest.mark.parametrize("date", DATES.values(), ids=DATES)
def test_moment_in_any_form_is_the_same_moment(name, date):
    told = with_(timestamp=date, created_time=date, created_at=date, create_time=date)

    seen = visible(name, *comments_of(name, told))

    assert isinstance(seen, Visible)
    moments = {one.platform_id: one.occurred_at for one in seen.interactions}
    assert moments["12"] == datetime(2026, 8, 7, 9, tzinfo=UTC)


@every_seeing
def test_words_and_names_in_any_script_come_as_they_were_written(name):
    words = "Ünïcödé 🍐 \u202e𝓯𝓲𝓰𝓼 \u0000\ud83d end"
    person = {"id": "5", "username": "añn", "name": "Ann"}
    told = with_(text=words, message=words, **{"from": person})

    seen = visible(name, *comments_of(name, told))

    assert isinstance(seen, Visible)
    assert "Ünïcödé 🍐 \u202e𝓯𝓲𝓰𝓼 \ufffd end" in [one.text for one in seen.interactions]
