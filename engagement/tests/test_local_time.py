"""Hours and weekdays follow the persona when it moves."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from engagement.local_time import refresh_local_times
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account, make_post

pytestmark = pytest.mark.django_db

# A Friday evening in Lisbon, and already Saturday in Kolkata.
EVENING = datetime(2026, 11, 20, 20, tzinfo=UTC)


def place(post: SocialMediaPost) -> tuple[int | None, int | None]:
    post.refresh_from_db()
    return post.local_hour, post.local_weekday


def test_posts_follow_a_persona_that_moves():
    post = make_post(account=make_account(), published_at=EVENING, local_hour=20, local_weekday=4)

    changed = [refresh_local_times(SocialMediaPost.objects.all(), ZoneInfo("Asia/Kolkata")) for _ in range(2)]

    assert changed == [1, 0]
    assert place(post) == (1, 5)


def test_post_of_which_only_the_date_is_known_keeps_no_hour():
    post = make_post(account=make_account(), published_at=EVENING, local_hour=None, local_weekday=4)

    assert refresh_local_times(SocialMediaPost.objects.all(), ZoneInfo("Asia/Kolkata")) == 0
    assert place(post) == (None, 4)


def test_refreshing_costs_one_query_when_nobody_moved(django_assert_num_queries):
    account = make_account()
    for _ in range(3):
        make_post(account=account, published_at=EVENING, local_hour=20, local_weekday=4)

    with django_assert_num_queries(1):
        refresh_local_times(SocialMediaPost.objects.all(), ZoneInfo("Europe/Lisbon"))
