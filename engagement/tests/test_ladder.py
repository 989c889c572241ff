"""When numbers are due again."""

from datetime import timedelta

import pytest
from django.conf import settings

from acd.tests.factories import NOW
from engagement.ladder import next_sync

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        pytest.param(0 * HOUR, 1, id="new"),
        pytest.param(24 * HOUR - SECOND, 1, id="nearly-a-day"),
        pytest.param(24 * HOUR, 6, id="a-day"),
        pytest.param(7 * 24 * HOUR - SECOND, 6, id="nearly-a-week"),
        pytest.param(7 * 24 * HOUR, 24, id="a-week"),
        pytest.param(30 * 24 * HOUR - SECOND, 24, id="nearly-a-month"),
        pytest.param(30 * 24 * HOUR, 7 * 24, id="a-month"),
        pytest.param(90 * 24 * HOUR - SECOND, 7 * 24, id="nearly-90-days"),
        pytest.param(90 * 24 * HOUR, None, id="90-days"),
        pytest.param(-1 * HOUR, 1, id="clock-of-the-platform-ahead"),
    ],
)
def test_post_is_due_again_by_its_age(age, wait):
    due = next_sync(NOW - age, NOW, settings.SYNC_LADDER)

    assert due == (None if wait is None else NOW + wait * HOUR)


def test_empty_ladder_never_syncs():
    assert next_sync(NOW, NOW, []) is None
