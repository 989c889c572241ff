"""Columns of many rows, written at once: what arrives, and what stays as it was."""

import uuid
from datetime import UTC, datetime, timedelta, timezone

import pytest
from django.db import DataError, IntegrityError, connection, transaction

from acd.tests.factories import NOW
from engagement.models import Budget, Interaction, MetricSnapshot, SocialMediaPost, Spending
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.values import MAX_COUNT, METRIC_FIELDS
from engagement.writing import add_amounts, add_rows, write_columns
from gator.studio.tests.factories import make_content

pytestmark = pytest.mark.django_db
CLAIM = uuid.UUID(int=7)
WORDS = 'it\'s "100 %" ‘okay’ 😀 \\ %s; --\n' + "ü" * 50


def stored(*names: str) -> list[tuple[object, ...]]:
    return list(SocialMediaPost.objects.order_by("pk").values_list(*names))


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("likes", [0, MAX_COUNT, None]),
        ("grade", [0, 4, None]),
        ("lift", [-0.1, 1.7976931348623157e308, 5e-324, 1e-9 / 3, 3.0, -0.0, None]),
        ("caption", ["", WORDS, "NULL"]),
        ("api_version", ["", "v26.0", "😀'"]),
        ("url", ["", "https://example.com/?a=%s&b='"]),
        ("platform_post_id", ["x'", None]),
        ("measured_at", [NOW, datetime(1999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC), None]),
        ("claim", [CLAIM, None]),
    ],
)
def test_values_arrive_as_they_are_beside_others_and_alone(name, values):
    account = make_account()
    posts = [make_post(account=account, status="draft") for _ in values]
    for post, value in zip(posts, values, strict=True):
        setattr(post, name, value)

    write_columns(posts, [name])

    assert stored(name) == [(value,) for value in values]

    for value in values:
        setattr(posts[0], name, value)
        write_columns(posts[:1], [name])

        assert stored(name)[0] == (value,)


def test_moment_of_another_zone_is_the_same_moment():
    post = make_post()
    post.measured_at = NOW.astimezone(timezone(timedelta(hours=5, minutes=30)))

    write_columns([post], ["measured_at"])

    assert stored("measured_at") == [(NOW,)]


def test_references_and_json_are_written():
    account = make_account()
    row = make_interaction(make_post(account=account))
    row.post.content = make_content(persona=account.persona)
    row.reasons, row.score, row.verdict = [{"detail": WORDS, "weight": 0.1}, None], 0.1, "bot"

    write_columns([row.post], ["content"])
    write_columns([row], ["reasons", "score", "verdict"])

    assert stored("content") == [(row.post.content.pk,)]
    found = Interaction.objects.get()
    assert (found.reasons, found.score, found.final_verdict) == (row.reasons, 0.1, "bot")


@pytest.mark.parametrize("number", [1, 5])
def test_every_row_gets_its_own_values_by_one_statement(number, django_assert_num_queries):
    account = make_account()
    posts = [make_post(account=account) for _ in range(number)]
    for likes, post in enumerate(posts):
        post.likes, post.url = likes, f"https://example.com/{likes}"

    with transaction.atomic(), django_assert_num_queries(1):
        write_columns(posts, ["likes", "url"])

    assert stored("likes", "url") == [(n, f"https://example.com/{n}") for n in range(number)]


def test_what_is_the_same_in_all_rows_arrives_beside_what_differs():
    account = make_account()
    posts = [make_post(account=account) for _ in range(3)]
    same = {"caption": WORDS, "claim": CLAIM, "measured_at": NOW, "likes": 7, "lift": 0.1, "average_n": None}
    for number, post in enumerate(posts):
        post.shares, post.audience = number, {"country": {"PT": 10}}
        for name, value in same.items():
            setattr(post, name, value)

    write_columns(posts, [*same, "audience", "shares"])

    assert stored(*same, "audience", "shares") == [(*same.values(), posts[0].audience, number) for number in range(3)]


@pytest.mark.parametrize("raw", ["words", 5, True, [], {}, {"a": None}])
def test_the_same_json_in_all_rows_arrives(raw):
    post = make_post()
    rows = [
        dict.fromkeys(METRIC_FIELDS)
        | {
            "post_id": post.pk,
            "observed_at": NOW + timedelta(hours=hour),
            "raw": raw,
            "api_version": "",
            "source": "api",
        }
        for hour in range(2)
    ]

    assert add_rows(MetricSnapshot, rows) == 2
    assert [one.raw for one in MetricSnapshot.objects.all()] == [raw, raw]


def test_rows_that_are_the_same_are_added_once():
    budget = Budget.objects.create(platform="tiktok", name="Calls", seconds=60)

    assert add_rows(Spending, [slot(budget, 0), slot(budget, 0)]) == 1


def test_other_columns_and_other_rows_stay_as_they_are():
    stale, other = make_post(likes=1), make_post(likes=2)
    SocialMediaPost.objects.filter(pk=stale.pk).update(caption="After", comments=4)
    stale.likes = 7

    write_columns([stale], ["likes"])

    assert stored("caption", "comments", "likes") == [("After", 4, 7), (other.caption, None, 2)]


def test_deleted_row_stays_deleted():
    gone, here = make_post(), make_post()
    SocialMediaPost.objects.filter(pk=gone.pk).delete()
    gone.likes = here.likes = 7

    write_columns([gone, here], ["likes"])

    assert stored("pk", "likes") == [(here.pk, 7)]


@pytest.mark.parametrize(
    ("name", "value"), [("status", "nonsense"), ("observed_count", 5), ("rate_low", -1.0), ("likes", -1)]
)
def test_the_database_refuses_what_is_illegal(name, value):
    post = make_post()
    setattr(post, name, value)

    with pytest.raises(IntegrityError):
        write_columns([post], [name])


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite knows no length")
def test_text_that_is_too_long_is_refused_and_not_cut():
    post = make_post()
    post.api_version = "v" * 21

    with pytest.raises(DataError):
        write_columns([post], ["api_version"])


def test_nothing_to_write_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        write_columns([], ["likes"])


# Adding


def slot(budget: Budget, hour: int, **changes: object) -> dict[str, object]:
    at = NOW + timedelta(hours=hour)
    return {"budget_id": budget.pk, "slot_at": at, "counts_until": at, "amount": hour + 1} | changes


def slots() -> list[tuple[object, ...]]:
    return list(Spending.objects.order_by("slot_at").values_list("slot_at", "counts_until", "amount"))


def test_rows_are_added_once_and_those_that_are_there_stay():
    budget = Budget.objects.create(platform="tiktok", name="Calls", seconds=60)

    numbers = [add_rows(Spending, [slot(budget, 0), slot(budget, 1)]), add_rows(Spending, [slot(budget, 1, amount=9)])]

    assert numbers == [2, 0]
    assert [amount for *_, amount in slots()] == [1, 2]


def test_amounts_are_added_to_what_is_there_and_the_rest_is_renewed():
    budget = Budget.objects.create(platform="tiktok", name="Calls", seconds=60)
    add_rows(Spending, [slot(budget, 0)])

    add_amounts(Spending, [slot(budget, 0, amount=4, counts_until=NOW), slot(budget, 1)], key=("budget_id", "slot_at"))

    assert slots() == [(NOW, NOW, 5), (NOW + timedelta(hours=1), NOW + timedelta(hours=1), 2)]


def test_json_of_an_added_row_arrives():
    post = make_post()
    row = {"post_id": post.pk, "observed_at": NOW, "raw": {"words": WORDS}, "api_version": "v1", "source": "api"}

    add_rows(MetricSnapshot, [dict.fromkeys(METRIC_FIELDS) | row])

    assert [(one.raw, one.likes) for one in MetricSnapshot.objects.all()] == [({"words": WORDS}, None)]


def test_adding_nothing_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        add_rows(Spending, [])
        add_amounts(Spending, [], key=("budget_id", "slot_at"))
