"""Metrics and interactions that other programs push, and what is read back of them."""

import json

import pytest
from django.utils import timezone
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from acd.tests.clients import client_with, complaints
from engagement.models import ErasedAuthor, Interaction, MetricSnapshot
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_interaction, make_post, make_snapshot

pytestmark = pytest.mark.django_db
MOMENT = "2026-11-20T12:00:00Z"
COMMENT = {"platform_id": "c1", "kind": "comment", "occurred_at": MOMENT, "author_id": "ada-1815", "text": "Lovely"}


@pytest.fixture
def collector():
    models = ("metricsnapshot", "interaction")
    return client_with(*(f"engagement.{verb}_{name}" for verb in ("view", "add") for name in models))


def push(client, post, what, body):
    return client.post(f"/api/v1/posts/{post.pk}/{what}/", body, format="json")


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("what", ["snapshots", "interactions"])
def test_list_of_a_post_costs_two_queries(collector, django_assert_num_queries, what, rows):
    post = make_post()
    for _ in range(rows):
        make_snapshot(post, observed_at=timezone.now())
        make_interaction(post)
    make_interaction(make_post())

    with django_assert_num_queries(2):
        response = collector.get(f"/api/v1/posts/{post.pk}/{what}/")

    assert len(response.json()["results"]) == rows


@pytest.mark.parametrize("what", ["snapshots", "interactions"])
def test_list_of_an_unknown_post_is_not_found(collector, what):
    response = collector.get(f"/api/v1/posts/99/{what}/")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


def test_interaction_shows_verdict_and_no_author(collector):
    post = make_post()
    make_interaction(post, verdict="bot", override="genuine", score=0.9, reasons=["repeated"])

    (shown,) = collector.get(f"/api/v1/posts/{post.pk}/interactions/").json()["results"]

    assert (shown["verdict"], shown["final_verdict"], shown["score"]) == ("bot", "genuine", 0.9)
    assert [name for name in shown if "author" in name or "name" in name or name == "fingerprint"] == []


def test_interactions_filtered_by_what_counts(collector):
    post = make_post()
    wanted = make_interaction(post, verdict="bot", override="genuine")
    make_interaction(post, verdict="bot")

    response = collector.get(f"/api/v1/posts/{post.pk}/interactions/", {"verdict": "genuine"})

    assert [row["id"] for row in response.json()["results"]] == [wanted.pk]


def test_metrics_pushed_stand_on_the_post(collector):
    post = make_post()

    response = push(collector, post, "metrics", {"observed_at": MOMENT, "likes": 12, "reach": 400, "saves": None})

    post.refresh_from_db()
    assert (response.status_code, response.json()["likes"], response.json()["shares"]) == (201, 12, None)
    assert (post.likes, post.reach, post.saves, post.source) == (12, 400, None, "push")
    assert post.measured_at is not None


def test_metrics_pushed_twice_are_known(collector):
    post = make_post()
    body = {"observed_at": MOMENT, "likes": 12}
    first = push(collector, post, "metrics", body)

    again = push(collector, post, "metrics", body | {"observed_at": "2026-11-20T13:00:00+01:00"})

    assert (first.status_code, again.status_code, first.json()) == (201, 200, again.json())
    assert MetricSnapshot.objects.count() == 1


def test_metrics_of_a_known_moment_with_other_numbers_conflict(collector):
    post = make_post()
    push(collector, post, "metrics", {"observed_at": MOMENT, "likes": 12})

    response = push(collector, post, "metrics", {"observed_at": MOMENT, "likes": 13})

    post.refresh_from_db()
    assert (response.status_code, response.json()["error"]["code"], post.likes) == (409, "conflict", 12)


BAD_METRICS = {
    "negative": ({"likes": -1}, "likes"),
    "beyond 64 bits": ({"likes": 2**63}, "likes"),
    "huge": ({"likes": 10**400}, "likes"),
    "abbreviated": ({"likes": "12K"}, "likes"),
    "text": ({"likes": "12"}, "likes"),
    "flag": ({"likes": True}, "likes"),
    "fraction": ({"likes": 1.5}, "likes"),
    "list": ({"likes": [1]}, "likes"),
    "rate above 100": ({"click_through_rate": 100.5}, "click_through_rate"),
    "no zone": ({"observed_at": "2026-11-20T12:00:00"}, "observed_at"),
    "date only": ({"observed_at": "2026-11-20"}, "observed_at"),
    "future": ({"observed_at": "2999-01-01T00:00:00Z"}, "observed_at"),
    "before the post": ({"observed_at": "2020-01-01T00:00:00Z"}, "observed_at"),
    "beyond the calendar": ({"observed_at": "0001-01-01T00:00:00+23:00"}, "observed_at"),
    "moment a number": ({"observed_at": 1_763_640_000}, "observed_at"),
    "nothing measured": ({"likes": None}, "non_field_errors"),
    "unknown field": ({"engagement_rate": 9.9}, "engagement_rate"),
}


@pytest.mark.parametrize(("change", "field"), BAD_METRICS.values(), ids=BAD_METRICS)
def test_metrics_that_cannot_be_true_are_refused_by_name(collector, change, field):
    post = make_post()

    response = push(collector, post, "metrics", {"observed_at": MOMENT, "likes": 12} | change)

    assert (response.status_code, list(complaints(response))) == (400, [field])
    assert MetricSnapshot.objects.count() == 0


def test_metrics_at_the_limit_are_stored(collector):
    post = make_post()

    response = push(collector, post, "metrics", {"observed_at": MOMENT, "views": 2**63 - 1})

    assert (response.status_code, MetricSnapshot.objects.get().views) == (201, 2**63 - 1)


def test_metrics_whose_sum_passes_the_limit_are_stored_and_assessed(collector):
    post = make_post()

    response = push(collector, post, "metrics", {"observed_at": MOMENT, "likes": 2**63 - 1, "comments": 2**63 - 1})

    post.refresh_from_db()
    assert (response.status_code, post.total_engagement) == (201, 2**63 - 1)


def test_interactions_pushed_are_assessed_and_their_author_forgotten(collector):
    post = make_post()

    response = push(collector, post, "interactions", {"interactions": [COMMENT]})

    row = Interaction.objects.get()
    post.refresh_from_db()
    assert (response.status_code, response.json()) == (200, {"new": 1, "known": 0})
    assert (row.text, row.author_key) == ("Lovely", author_key(post.platform, "ada-1815"))
    assert (row.verdict != "", post.observed_count) == (True, 1)
    assert "ada-1815" not in response.content.decode() + json.dumps(list(Interaction.objects.values()), default=str)


def test_interactions_pushed_again_are_known(collector):
    post = make_post()
    push(collector, post, "interactions", {"interactions": [COMMENT]})

    response = push(collector, post, "interactions", {"interactions": [COMMENT, COMMENT | {"platform_id": "c2"}]})

    assert (response.json(), Interaction.objects.count()) == ({"new": 1, "known": 1}, 2)


def test_interactions_of_an_erased_author_are_not_kept(collector):
    post = make_post()
    ErasedAuthor.objects.create(author_key=author_key(post.platform, "ada-1815"))

    response = push(collector, post, "interactions", {"interactions": [COMMENT]})

    assert (response.json(), Interaction.objects.count()) == ({"new": 0, "known": 1}, 0)


BAD_ITEMS = {
    "no id": ({"platform_id": ""}, "platform_id"),
    "id null": ({"platform_id": None}, "platform_id"),
    "kind unknown": ({"kind": "poke"}, "kind"),
    "no zone": ({"occurred_at": "2026-11-20"}, "occurred_at"),
    "text too long": ({"text": "a" * 100_000}, "text"),
    "NUL": ({"text": "a\x00b"}, "text"),
    "lone surrogate": ({"text": "\ud800"}, "text"),
    "surrogate in kind": ({"kind": "\udfff"}, "kind"),
    "author a record": ({"author_id": {"id": 1}}, "author_id"),
    "verdict": ({"verdict": "genuine"}, "verdict"),
    "author name": ({"author_name": "Ada"}, "author_name"),
}


@pytest.mark.parametrize(("change", "field"), BAD_ITEMS.values(), ids=BAD_ITEMS)
def test_interactions_with_one_bad_item_store_nothing_and_name_it(collector, change, field):
    post = make_post()

    response = push(
        collector, post, "interactions", {"interactions": [COMMENT, COMMENT | {"platform_id": "c2"} | change]}
    )

    assert (response.status_code, list(complaints(response))) == (400, [f"interactions.1.{field}"])
    assert Interaction.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"interactions": []}, "interactions"),
        ({"interactions": [COMMENT] * 501}, "interactions"),
        ({"interactions": COMMENT}, "interactions"),
        ({"interactions": ["c1"]}, "interactions.0.non_field_errors"),
        ({}, "interactions"),
        ([COMMENT], "non_field_errors"),
    ],
    ids=["empty", "too many", "no list", "no record", "missing", "bare list"],
)
def test_interactions_body_of_another_form_is_refused(collector, body, field):
    response = push(collector, make_post(), "interactions", body)

    assert (response.status_code, list(complaints(response))) == (400, [field])


@pytest.mark.parametrize("what", ["metrics", "interactions"])
def test_pushing_needs_the_permission_to_add(what):
    viewer = client_with("engagement.view_metricsnapshot", "engagement.view_interaction")

    response = push(viewer, make_post(), what, {})

    assert response.status_code == 403


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ITEM = st.fixed_dictionaries(
    {},
    optional={
        "platform_id": st.text(st.characters(codec=None), max_size=5) | JSON,
        "kind": st.sampled_from(["comment", "like"]) | JSON,
        "occurred_at": st.sampled_from([MOMENT, "2026-11-20"]) | JSON,
        "author_id": st.text(max_size=3) | JSON,
        "text": st.text(st.characters(codec=None)) | JSON,
    },
)


@given(body=st.fixed_dictionaries({"interactions": st.lists(ITEM, max_size=3)}) | JSON)
@hypothesis_settings(max_examples=60)
def test_interactions_of_any_json_never_fail(collector, body):
    post = make_post()

    response = push(collector, post, "interactions", body)

    assert response.status_code in (200, 400)
    assert post.interactions.count() == (response.json()["new"] if response.status_code == 200 else 0)


@given(
    body=st.fixed_dictionaries(
        {},
        optional={"observed_at": st.just(MOMENT) | JSON, "likes": st.integers() | JSON, "video_completion_rate": JSON},
    )
    | JSON
)
@hypothesis_settings(max_examples=60)
def test_metrics_of_any_json_never_fail(collector, body):
    post = make_post()

    response = push(collector, post, "metrics", body)

    assert response.status_code in (201, 400)
    assert post.snapshots.count() == (response.status_code == 201)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("metrics", {"observed_at": MOMENT, "likes": 1}),
        ("interactions", {"interactions": [{"platform_id": "1", "kind": "like"}]}),
    ],
)
def test_ingestion_of_a_post_that_is_not_live_is_refused(collector, path, body):
    post = make_post(status="scheduled", published_at=None, platform_post_id=None)

    response = push(collector, post, path, body)

    assert response.status_code == 400
    assert list(response.json()["error"]["fields"]) == ["post"]


def test_interaction_of_the_future_is_refused(collector):
    item = {"platform_id": "1", "kind": "like", "occurred_at": "2999-01-01T00:00:00Z"}

    response = push(collector, make_post(), "interactions", {"interactions": [item]})

    assert response.status_code == 400
    assert "lies in the future" in str(response.json()["error"])
