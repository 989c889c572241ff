"""When a token is due for renewal."""

from datetime import timedelta

import pytest

from acd.tests.factories import NOW
from engagement.platforms import ADAPTERS, PlatformAdapter, adapter_name
from engagement.rules import RENEWALS, is_due, lead

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)


@pytest.mark.parametrize(
    ("life", "expected"),
    [
        pytest.param(2 * HOUR, 40 * MINUTE, id="X and TikTok"),
        pytest.param(DAY, 8 * HOUR, id="TikTok Business"),
        pytest.param(60 * DAY, 20 * DAY, id="Instagram"),
        pytest.param(365 * DAY, 20 * DAY, id="a year"),
        pytest.param(15 * MINUTE, 10 * MINUTE, id="minutes"),
        pytest.param(-HOUR, 10 * MINUTE, id="ended before it was ours"),
    ],
)
def test_lead_is_a_third_of_the_life_within_bounds(life, expected):
    assert lead(life) == expected


@pytest.mark.parametrize(
    ("left", "due"), [(40 * MINUTE + timedelta(seconds=1), False), (40 * MINUTE, True), (-DAY, True)], ids=str
)
def test_token_is_due_from_its_lead_on_and_after_its_end(left, due):
    ends_at = NOW + left

    assert is_due(ends_at, since=ends_at - 2 * HOUR, now=NOW) is due


def test_what_the_table_calls_renewable_is_what_adapters_renew():
    table = {adapter_name(platform, flavour) for platform, flavour in RENEWALS}
    able = {name for name, adapter in ADAPTERS.items() if adapter.refresh is not PlatformAdapter.refresh}

    assert able == table
