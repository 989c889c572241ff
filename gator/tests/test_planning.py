"""Slots on the wall clock of the persona, whatever the clocks do; and hours that go on being tried."""

from datetime import UTC, datetime, timedelta
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gator.planning import USUAL_HOURS, hours_to_try, next_slot
from gator.studio.guidance import Guidance

ZONES = (
    "America/New_York",
    "Europe/London",
    "Asia/Kolkata",
    "Asia/Kathmandu",
    # Its clocks change by half an hour.
    "Australia/Lord_Howe",
    "Pacific/Apia",
)
MOMENTS = st.datetimes(datetime(2024, 1, 1), datetime(2030, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - as hypothesis asks
HOURS = st.lists(st.integers(0, 23), max_size=4, unique=True).map(tuple)


def advice(**parts):
    return Guidance(persona="maya", platform="instagram", **parts)


def exists(hour, zone, moment):
    """Whether that full hour occurs on that day: going to UTC and back changes nothing."""
    local = moment.astimezone(zone).replace(hour=hour, minute=0, second=0, microsecond=0, fold=0)
    return local.astimezone(UTC).astimezone(zone).replace(tzinfo=None) == local.replace(tzinfo=None)


@given(st.sampled_from(ZONES), MOMENTS, HOURS, HOURS, st.integers(0, 1000))
# New York loses 2:00 on 8 March 2026 and repeats 1:00 on 1 November; Lord Howe loses 2:00 on 4 October.
@example("America/New_York", datetime(2026, 3, 7, 8, tzinfo=UTC), (2,), (), 0)
@example("America/New_York", datetime(2026, 3, 8, 6, 59, tzinfo=UTC), (2,), (), 0)
@example("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), (1,), (), 0)
@example("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), (1,), (), 0)
@example("Australia/Lord_Howe", datetime(2026, 10, 3, 15, 20, tzinfo=UTC), (2,), (), 0)
@example("Europe/London", datetime(2026, 10, 25, 0, 0, tzinfo=UTC), (1,), (), 0)
def test_slot_is_the_next_such_hour_of_the_persona(name, now, hours, avoid, seed):
    zone, guidance = ZoneInfo(name), advice(hours=hours, avoid_hours=avoid)

    slot = next_slot(zone, guidance, now, Random(seed))

    # A day has 25 hours when the clocks go back.
    assert timedelta(0) < slot - now <= timedelta(hours=25)
    assert slot.tzinfo == UTC
    allowed = set(hours) | set(hours_to_try(guidance, explore=True))
    local = slot.astimezone(zone)
    assert local.hour in allowed or not all(exists(hour, zone, slot) for hour in allowed)
    assert (local.second, local.microsecond) == (0, 0)


@pytest.mark.parametrize(
    ("now", "hour", "expected"),
    [
        ("2026-03-07T20:00-05:00", 21, "2026-03-07T21:00-05:00"),
        ("2026-03-07T21:00-05:00", 21, "2026-03-08T21:00-04:00"),
        ("2026-03-07T03:00-05:00", 2, "2026-03-08T03:00-04:00"),
        ("2026-10-31T09:00-04:00", 8, "2026-11-01T08:00-05:00"),
    ],
    ids=["today", "a day of 23 hours", "an hour that does not exist", "a day of 25 hours"],
)
def test_slot_keeps_the_hour_when_clocks_change(now, hour, expected):
    rng = Random(1)

    slots = {
        next_slot(ZoneInfo("America/New_York"), advice(hours=(hour,), avoid_hours=USUAL_HOURS), moment, rng)
        for moment in [datetime.fromisoformat(now)] * 30
    }

    assert datetime.fromisoformat(expected) in slots


@pytest.mark.parametrize(
    ("parts", "explore", "expected"),
    [
        ({}, False, USUAL_HOURS),
        ({"hours": (9, 20)}, False, (9, 20)),
        ({"hours": (9, 20)}, True, USUAL_HOURS),
        ({"avoid_hours": (8, 21)}, False, (12, 18)),
        ({"hours": (9,), "avoid_hours": (8, 21)}, True, (12, 18)),
        ({"avoid_hours": USUAL_HOURS}, False, USUAL_HOURS),
    ],
    ids=["nothing known", "known", "exploring", "some to avoid", "exploring elsewhere", "all to avoid"],
)
def test_hours_to_try(parts, explore, expected):
    assert hours_to_try(advice(**parts), explore=explore) == expected


def test_some_posts_explore():
    rng = Random(3)
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    hours = [next_slot(ZoneInfo("UTC"), advice(hours=(9,)), now, rng).hour for _ in range(400)]

    assert 0.6 < hours.count(9) / 400 < 0.8
    assert set(hours) == {9, *USUAL_HOURS}


def test_equal_seeds_give_equal_slots():
    now = datetime(2026, 11, 20, 12, tzinfo=UTC)

    first, second = (next_slot(ZoneInfo("Asia/Kolkata"), advice(), now, Random(5)) for _ in range(2))

    assert first == second
