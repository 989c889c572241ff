"""Interactions without names, texts of strangers, and what was refused."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import InteractionKind, Platform
from engagement.interactions import ID_LIMIT, TEXT_LIMIT, record_interactions, storable
from engagement.models import ErasedAuthor, Interaction, RefusedPayload
from engagement.pseudonyms import author_key
from engagement.recording import PAYLOAD_LIMIT, record_metrics, refuse
from engagement.tests.factories import make_account, make_interaction, make_post, make_snapshot
from engagement.values import Metrics, SeenInteraction

HOUR = timedelta(hours=1)


def comment(number: int = 1, **changes: Any) -> SeenInteraction:
    defaults = {"platform_id": f"c{number}", "kind": InteractionKind.COMMENT, "author_id": f"a{number}", "text": "Nice"}
    return SeenInteraction(**defaults | changes)


# Interactions


@pytest.mark.django_db
def test_interaction_leaves_only_a_keyed_hash_of_its_author():
    post = make_post()

    stored = record_interactions(post, [comment(1, text="What a view", occurred_at=NOW)], now=NOW + HOUR)

    row = Interaction.objects.get()
    assert stored == 1
    assert row.author_key == author_key(Platform.INSTAGRAM, "a1")
    assert (row.text, row.occurred_at, row.first_seen_at, row.verdict) == ("What a view", NOW, NOW + HOUR, "")


@pytest.mark.parametrize("author_id", [None, ""])
@pytest.mark.django_db
def test_interaction_of_an_unknown_author_has_no_key(author_id):
    post = make_post()

    record_interactions(post, [comment(author_id=author_id)], now=NOW)

    assert Interaction.objects.get().author_key == ""


@pytest.mark.django_db
def test_known_interactions_stay_as_they_are():
    post = make_post()
    record_interactions(post, [comment(1), comment(2)], now=NOW)
    Interaction.objects.update(verdict="bot", text="")

    stored = record_interactions(post, [comment(2), comment(3), comment(3)], now=NOW + HOUR)

    assert stored == 1
    rows = Interaction.objects.order_by("platform_id").values_list("platform_id", "verdict", "text")
    assert list(rows) == [("c1", "bot", ""), ("c2", "bot", ""), ("c3", "", "Nice")]


@pytest.mark.django_db
def test_same_id_on_another_post_is_another_interaction():
    account = make_account()
    first, second = make_post(account=account), make_post(account=account)

    stored = [record_interactions(post, [comment(1)], now=NOW) for post in (first, second)]

    assert stored == [1, 1]


@pytest.mark.django_db
def test_erased_author_is_refused_on_that_platform_alone():
    ErasedAuthor.objects.create(author_key=author_key(Platform.INSTAGRAM, "a1"))
    instagram, facebook = make_post(), make_post(account=make_account(platform=Platform.FACEBOOK))

    stored = [record_interactions(post, [comment(1), comment(2)], now=NOW) for post in (instagram, facebook)]

    assert stored == [1, 2]


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_record_interactions_costs_the_same_for_one_and_for_three(number, django_assert_num_queries):
    post = make_post()

    # Erased authors, known ids, the rows.
    with django_assert_num_queries(3):
        record_interactions(post, [comment(one) for one in range(number)], now=NOW)


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        pytest.param("a\x00b", "a\ufffdb", id="nul"),
        pytest.param("a\ud800b\udc00", "a\ufffdb\ufffd", id="lone-surrogates"),
        pytest.param("\ud83d\ude00", "\U0001f600", id="pair"),
        pytest.param("\ufeffa", "\ufeffa", id="byte-order-mark"),
        pytest.param("x" * 100_000, "x" * TEXT_LIMIT, id="long"),
        pytest.param("<b>\u202ehi</b>", "<b>\u202ehi</b>", id="markup-and-bidi-are-data"),
        pytest.param("", "", id="empty"),
    ],
)
@pytest.mark.django_db
def test_text_of_strangers_is_stored_by_rule(text, kept):
    post = make_post()

    record_interactions(post, [comment(text=text)], now=NOW)

    assert Interaction.objects.get().text == kept


@given(st.text(st.characters(), max_size=50))
def test_storable_text_stays_as_it_is_once_it_is_storable(text):
    once = storable(text)

    assert storable(once) == once
    assert "\x00" not in once
    assert once.encode().decode() == once


@pytest.mark.parametrize("platform_id", ["a\x00b", "\ud800", "9" * 1000], ids=["nul", "surrogate", "long"])
@pytest.mark.django_db
def test_interaction_with_a_strange_id_is_stored_once(platform_id):
    post = make_post()

    stored = [record_interactions(post, [comment(platform_id=platform_id)], now=NOW) for _ in range(2)]

    assert stored == [1, 0]
    assert len(Interaction.objects.get().platform_id) <= ID_LIMIT


# Refusals


@pytest.mark.django_db
def test_refused_payload_is_kept_up_to_its_limit():
    post = make_post()

    refuse("likes: -1 cannot be stored.", {"text": "\x00\ud800" + "x" * 20_000}, post=post, now=NOW)

    row = RefusedPayload.objects.get()
    assert (row.post, row.reason, row.created_at) == (post, "likes: -1 cannot be stored.", NOW)
    assert (row.payload[:21], len(row.payload)) == ("{'text': '\\x00\\ud800x", PAYLOAD_LIMIT)


@pytest.mark.django_db
def test_snapshots_and_interactions_of_factories_count_as_known():
    post = make_post()
    make_snapshot(post, likes=10)
    make_interaction(post, platform_id="c1")

    assert not record_metrics(post, Metrics(likes=10), observed_at=NOW)
    assert record_interactions(post, [comment(1)], now=NOW) == 0
