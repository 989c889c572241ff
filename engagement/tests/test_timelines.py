"""How posts went, as their snapshots tell."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.bursts import Moment
from engagement.recording import record_metrics
from engagement.tests.factories import make_post
from engagement.timelines import timelines_of
from engagement.values import Metrics

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def test_a_timeline_begins_with_nothing_at_publication():
    post = make_post(published_at=NOW - 3 * HOUR)
    record_metrics(post, Metrics(likes=9, comments=1, reach=90), observed_at=NOW)
    record_metrics(post, Metrics(likes=4, reach=50), observed_at=NOW - HOUR)

    found = timelines_of([post])

    assert found == {
        post.pk: [
            Moment(at=NOW - 3 * HOUR, likes=0, comments=0, reach=0),
            Moment(at=NOW - HOUR, likes=4, comments=None, reach=50),
            Moment(at=NOW, likes=9, comments=1, reach=90),
        ]
    }


def test_a_post_whose_publication_does_not_come_first_begins_with_its_first_snapshot():
    post = make_post(published_at=NOW + HOUR)
    record_metrics(post, Metrics(likes=9), observed_at=NOW)

    assert [one.likes for one in timelines_of([post])[post.pk]] == [9]


def test_views_stand_for_reach_only_where_there_is_none_at_all():
    viewed, reached = make_post(published_at=NOW + 2 * HOUR), make_post(published_at=NOW + 2 * HOUR)
    record_metrics(viewed, Metrics(likes=1, views=30), observed_at=NOW)
    record_metrics(reached, Metrics(likes=1, views=30), observed_at=NOW)
    record_metrics(reached, Metrics(likes=1, views=40, reach=20), observed_at=NOW + HOUR)

    found = timelines_of([viewed, reached])

    assert [[one.reach for one in found[post.pk]] for post in (viewed, reached)] == [[30], [None, 20]]


@pytest.mark.parametrize(("likes", "reach"), [(5, None), (0, 0)])
def test_nobody_reached_who_liked_means_that_nobody_counted_yet(likes, reach):
    post = make_post(published_at=NOW + 2 * HOUR)
    record_metrics(post, Metrics(likes=likes, reach=0), observed_at=NOW)

    assert [one.reach for one in timelines_of([post])[post.pk]] == [reach]


@pytest.mark.parametrize("number", [1, 3])
def test_timelines_take_one_query(number, django_assert_num_queries):
    posts = [make_post(published_at=NOW - HOUR) for _ in range(number)]
    for post in posts:
        record_metrics(post, Metrics(likes=9), observed_at=NOW)

    with django_assert_num_queries(1):
        timelines_of(posts)
