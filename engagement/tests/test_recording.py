"""Snapshots, and the newest numbers on the post."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acd.tests.factories import NOW
from engagement.enums import MetricSource
from engagement.models import MetricSnapshot, SocialMediaPost
from engagement.recording import ConflictingSnapshot, InvalidMetric, Observation, record_many, record_metrics, validate
from engagement.tests.factories import make_post
from engagement.values import MAX_COUNT, Metrics

HOUR = timedelta(hours=1)


def observed(post: SocialMediaPost, hours: int, **numbers: Any) -> Observation:
    return Observation(post, Metrics(**numbers), NOW + hours * HOUR)


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


# Likes that came at once, or went again


@pytest.mark.parametrize(
    ("likes", "suspect", "purged"),
    [
        pytest.param([60, 110, 150, 180, 195, 210], 0, 0, id="ordinary"),
        pytest.param([60, 110, 150, 480, 495, 510], 250, 0, id="leap"),
        pytest.param([60, 110, 150, 480, 495, 300], 108, 195, id="leap and fall"),
        pytest.param([60, 110, 150, 180, 195, 100], 0, 95, id="fall"),
    ],
)
@pytest.mark.django_db
def test_leaps_and_falls_of_likes_stand_on_the_post(likes, suspect, purged):
    post = make_post(published_at=NOW - timedelta(days=1))

    for hour, number in enumerate(likes):
        record_many([observed(post, hour, likes=number, reach=1000 + 500 * hour, comments=hour)])

    stored = SocialMediaPost.objects.get()
    assert stored.suspect_likes == pytest.approx(suspect, rel=0.35)
    assert stored.purged_likes == purged


@pytest.mark.django_db
def test_timelines_are_read_in_one_query_and_only_where_likes_moved_far():
    posts = [make_post() for _ in range(4)]
    record_many([observed(post, 0, likes=100) for post in posts])

    with CaptureQueriesContext(connection) as calm:
        record_many([observed(post, 1, likes=110) for post in posts])
    with CaptureQueriesContext(connection) as wild:
        record_many([observed(post, 2, likes=400) for post in posts])

    assert len(wild) == len(calm) + 1
