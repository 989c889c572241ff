"""Observations in sets: in any order, repeated, and by two writers at once."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import close_old_connections, connection
from hypothesis import given, settings
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import MetricSource
from engagement.models import SocialMediaPost
from engagement.recording import Observation, record_many, record_metrics
from engagement.tests.factories import make_account, make_post
from engagement.values import Metrics

HOUR = timedelta(hours=1)


def observed(post: SocialMediaPost, hours: int, **numbers: Any) -> Observation:
    return Observation(post, Metrics(**numbers), NOW + hours * HOUR)


def standing(post: SocialMediaPost) -> tuple[object, ...]:
    post.refresh_from_db()
    return (post.likes, post.comments, post.reach, post.source, post.last_synced_at)


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
    with django_assert_num_queries(5):
        record_many([observed(post, 0, likes=1) for post in posts])


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
