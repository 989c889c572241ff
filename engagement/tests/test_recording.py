"""Snapshots, the newest numbers on the post, and interactions without names."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import InteractionKind, MetricSource, Platform
from engagement.models import ErasedAuthor, Interaction, MetricSnapshot, RefusedPayload, SocialMediaPost
from engagement.pseudonyms import author_key
from engagement.recording import (
    ID_LIMIT,
    PAYLOAD_LIMIT,
    TEXT_LIMIT,
    ConflictingSnapshot,
    InvalidMetric,
    Observation,
    record_interactions,
    record_many,
    record_metrics,
    refuse,
    storable,
    validate,
    write_posts,
)
from engagement.tests.factories import make_account, make_interaction, make_post, make_snapshot
from engagement.values import MAX_COUNT, Metrics, SeenInteraction

HOUR = timedelta(hours=1)


def observed(post: SocialMediaPost, hours: int, **numbers: Any) -> Observation:
    return Observation(post, Metrics(**numbers), NOW + hours * HOUR)


def comment(number: int = 1, **changes: Any) -> SeenInteraction:
    defaults = {"platform_id": f"c{number}", "kind": InteractionKind.COMMENT, "author_id": f"a{number}", "text": "Nice"}
    return SeenInteraction(**defaults | changes)


def standing(post: SocialMediaPost) -> tuple[object, ...]:
    post.refresh_from_db()
    return (post.likes, post.comments, post.reach, post.source, post.last_synced_at)


# Which numbers can be true


@pytest.mark.parametrize(
    ("name", "value"),
    [
        pytest.param("likes", -1, id="negative"),
        pytest.param("likes", MAX_COUNT + 1, id="beyond-64-bits"),
        pytest.param("reach", True, id="flag"),
        pytest.param("comments", "12", id="text"),
        pytest.param("views", 1.5, id="fraction"),
        pytest.param("saves", float("nan"), id="count-not-a-number"),
        pytest.param("click_through_rate", float("nan"), id="rate-not-a-number"),
        pytest.param("click_through_rate", float("inf"), id="rate-infinite"),
        pytest.param("click_through_rate", 100.1, id="rate-above-100"),
        pytest.param("video_completion_rate", -0.1, id="rate-negative"),
        pytest.param("video_completion_rate", True, id="rate-flag"),
        pytest.param("video_completion_rate", "50", id="rate-text"),
    ],
)
@pytest.mark.django_db
def test_number_that_cannot_be_true_is_refused_and_nothing_stored(name, value):
    post = make_post()

    with pytest.raises(InvalidMetric) as refused:
        record_metrics(post, Metrics(**{name: value}), observed_at=NOW)

    assert (refused.value.field, MetricSnapshot.objects.count()) == (name, 0)
    assert "leave it out if it is unknown" in str(refused.value)


@pytest.mark.parametrize(
    "numbers",
    [
        pytest.param({"likes": 0}, id="zero"),
        pytest.param({"likes": MAX_COUNT}, id="largest"),
        pytest.param({"likes": None, "click_through_rate": None}, id="unknown"),
        pytest.param({"click_through_rate": 0, "video_completion_rate": 100.0}, id="ends-of-a-rate"),
    ],
)
def test_number_at_the_edge_is_accepted(numbers):
    validate(Metrics(**numbers))


@pytest.mark.django_db
def test_largest_count_comes_back_as_it_went():
    post = make_post()

    record_metrics(post, Metrics(likes=MAX_COUNT), observed_at=NOW)

    assert standing(post)[0] == MAX_COUNT


@pytest.mark.django_db
def test_one_invalid_observation_keeps_the_others_out():
    post, other = make_post(), make_post()

    with pytest.raises(InvalidMetric):
        record_many([observed(post, 0, likes=1), observed(other, 0, likes=-1)])

    assert MetricSnapshot.objects.count() == 0


# One post, one moment


@pytest.mark.django_db
def test_numbers_stand_on_the_post_with_their_source():
    post = make_post()

    is_new = record_metrics(
        post, Metrics(likes=5, reach=90, api_version="v9"), observed_at=NOW, source=MetricSource.PUSH
    )

    assert is_new
    assert standing(post) == (5, None, 90, MetricSource.PUSH, NOW)
    assert MetricSnapshot.objects.values_list("likes", "reach", "api_version", "source").get() == (5, 90, "v9", "push")


@pytest.mark.django_db
def test_same_moment_twice_changes_nothing():
    post = make_post()
    record_metrics(post, Metrics(likes=5), observed_at=NOW)

    is_new = record_metrics(post, Metrics(likes=5), observed_at=NOW, source=MetricSource.IMPORT)

    assert not is_new
    assert MetricSnapshot.objects.values_list("likes", "source").get() == (5, MetricSource.API)


@pytest.mark.django_db
def test_same_moment_with_other_numbers_is_a_conflict_that_names_them():
    post = make_post(caption="Figs")
    record_metrics(post, Metrics(likes=5, reach=9), observed_at=NOW)

    with pytest.raises(ConflictingSnapshot) as conflict:
        record_metrics(post, Metrics(likes=6, reach=9), observed_at=NOW)

    assert conflict.value.fields == ("likes",)
    assert str(conflict.value).startswith("Instagram: Figs was already observed at 2026-11-20T12:00:00+00:00")
    assert standing(post)[0] == 5


@pytest.mark.django_db
def test_number_that_became_unknown_is_a_conflict_too():
    post = make_post()
    record_metrics(post, Metrics(likes=0), observed_at=NOW)

    with pytest.raises(ConflictingSnapshot):
        record_metrics(post, Metrics(comments=1), observed_at=NOW)


@pytest.mark.django_db
def test_counts_may_go_down_and_become_unknown():
    post = make_post()

    record_metrics(post, Metrics(likes=5, reach=90), observed_at=NOW)
    record_metrics(post, Metrics(likes=3), observed_at=NOW + HOUR)

    assert standing(post) == (3, None, None, MetricSource.API, NOW + HOUR)


@pytest.mark.django_db
def test_older_numbers_are_kept_but_do_not_stand():
    post = make_post()

    record_metrics(post, Metrics(likes=5), observed_at=NOW)
    is_new = record_metrics(post, Metrics(likes=1), observed_at=NOW - HOUR)

    assert is_new
    assert standing(post)[0] == 5
    assert list(post.snapshots.values_list("likes", flat=True)) == [5, 1]


@pytest.mark.django_db
def test_object_given_gets_what_stands_even_if_it_was_stale():
    post = make_post()
    stale = SocialMediaPost.objects.get(pk=post.pk)
    record_metrics(post, Metrics(likes=5), observed_at=NOW)

    record_metrics(stale, Metrics(likes=1), observed_at=NOW - HOUR)

    assert (stale.likes, stale.last_synced_at) == (5, NOW)


@pytest.mark.django_db
def test_recording_leaves_other_columns_of_the_row_alone():
    post = make_post(caption="Before")
    SocialMediaPost.objects.filter(pk=post.pk).update(caption="After", genuine_engagement=4)

    record_metrics(post, Metrics(likes=5), observed_at=NOW)

    post.refresh_from_db()
    assert (post.caption, post.genuine_engagement) == ("After", 4)


@pytest.mark.django_db
def test_post_that_is_gone_is_left_out_and_not_made_again():
    gone, post = make_post(), make_post()
    stale = SocialMediaPost.objects.get(pk=gone.pk)
    gone.delete()

    stored = record_many([observed(stale, 0, likes=1), observed(post, 0, likes=2)])

    assert stored == 1
    assert list(SocialMediaPost.objects.values_list("likes", flat=True)) == [2]


# Many


@pytest.mark.django_db
def test_first_numbers_of_a_moment_stay_within_one_list():
    post = make_post()

    stored = record_many([observed(post, 0, likes=1), observed(post, 0, likes=2)])

    assert (stored, standing(post)[0]) == (1, 1)


HISTORY = st.dictionaries(
    st.integers(-4, 4),
    st.tuples(st.none() | st.integers(0, 9), st.none() | st.integers(0, 9)),
    min_size=1,
    max_size=5,
)


@pytest.mark.django_db
@settings(max_examples=25)
@given(history=HISTORY, data=st.data())
def test_order_and_repetition_of_observations_do_not_matter(history, data):
    post = make_post(account=None, platform_post_id=None, status="draft")
    observations = [observed(post, hour, likes=likes, reach=reach) for hour, (likes, reach) in history.items()]
    shuffled = data.draw(st.permutations(observations + data.draw(st.lists(st.sampled_from(observations), max_size=3))))
    cut = data.draw(st.integers(0, len(shuffled)))

    stored = record_many(shuffled[:cut]) + record_many(shuffled[cut:])

    newest = max(history)
    likes, reach = history[newest]
    assert stored == len(history)
    assert standing(post) == (likes, None, reach, MetricSource.API, NOW + newest * HOUR)
    snapshots = post.snapshots.values_list("observed_at", "likes", "reach")
    assert set(snapshots) == {(NOW + hour * HOUR, *numbers) for hour, numbers in history.items()}


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_record_many_costs_the_same_for_one_post_and_for_three(number, django_assert_num_queries):
    account = make_account()
    posts = [make_post(account=account) for _ in range(number)]

    # A savepoint and its release; lock, known moments, snapshots, posts.
    with django_assert_num_queries(6):
        record_many([observed(post, 0, likes=1) for post in posts])


@pytest.mark.django_db
def test_write_posts_with_stale_objects_writes_the_named_columns_alone():
    post = make_post()
    stale = SocialMediaPost.objects.get(pk=post.pk)
    SocialMediaPost.objects.filter(pk=post.pk).update(caption="After", likes=4)
    stale.shares = 7

    write_posts([stale], ["shares"])

    assert SocialMediaPost.objects.values_list("caption", "likes", "shares").get() == ("After", 4, 7)


@pytest.mark.django_db
def test_write_posts_of_none_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        write_posts([], ["likes"])


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time by itself")
@pytest.mark.django_db(transaction=True)
def test_two_writers_at_once_end_with_the_newest():
    post = make_post()
    moments = [NOW + hour * HOUR for hour in range(10)]
    barrier = threading.Barrier(2)

    def write(own: list[datetime]) -> None:
        barrier.wait()
        for moment in own:
            record_metrics(post, Metrics(likes=moment.hour), observed_at=moment)

    in_threads(lambda: write(moments[::2]), lambda: write(moments[:0:-2]))

    assert standing(post)[0] == moments[-1].hour
    assert post.snapshots.count() == 10


def in_threads(*work: Callable[[], object]) -> None:
    """Run each in a thread of its own, with its own connection, and raise what one of them raised."""
    failures: list[BaseException] = []

    def run(one: Callable[[], object]) -> None:
        try:
            one()
        except BaseException as error:
            failures.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(one,)) for one in work]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    close_old_connections()
    if failures:
        raise failures[0]


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
