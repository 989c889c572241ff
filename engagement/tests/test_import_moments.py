from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.imports import moments
from engagement.imports.cells import CellError
from engagement.imports.moments import Moment, Span

LISBON = ZoneInfo("Europe/Lisbon")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-07-14T18:30", "2026-07-14T17:30:00+00:00"),
        ("2026-07-14 18:30:05", "2026-07-14T17:30:05+00:00"),
        ("2026-07-14T18:30:05.250000", "2026-07-14T17:30:05.250000+00:00"),
        ("2026-07-14T18:30Z", "2026-07-14T18:30:00+00:00"),
        ("2026-07-14 18:30 UTC", "2026-07-14T18:30:00+00:00"),
        ("2026-07-14 18:30 +0200", "2026-07-14T16:30:00+00:00"),
        ("2026-07-14T18:30:00-05:00", "2026-07-14T23:30:00+00:00"),
        ("07/14/2026 18:30", "2026-07-14T17:30:00+00:00"),
        ("07/14/2026 6:30 PM", "2026-07-14T17:30:00+00:00"),
        ("Wed Oct 10 20:19:24 +0000 2018", "2018-10-10T20:19:24+00:00"),
        ("1610870193", "2021-01-17T07:56:33+00:00"),
        ("1610870193000", "2021-01-17T07:56:33+00:00"),
    ],
)
def test_moment_with_a_time(text, expected):
    result = moments.moment(text, LISBON, NOW)

    assert result == Moment(datetime.fromisoformat(expected))


@pytest.mark.parametrize("text", ["2026-07-14", "07/14/2026", "Tue, Jul 14, 2026", "Jul 14, 2026"])
def test_moment_of_a_day_alone_has_no_hour(text):
    result = moments.moment(text, LISBON, NOW)

    assert result == Moment(datetime(2026, 7, 13, 23, tzinfo=UTC), has_time=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-11-02 01:30", datetime(2025, 11, 2, 5, 30, tzinfo=UTC)),
        ("2026-03-08 02:30", datetime(2026, 3, 8, 7, 30, tzinfo=UTC)),
    ],
    ids=["shown twice: the first", "skipped: moved on"],
)
def test_moment_when_the_clocks_change(text, expected):
    result = moments.moment(text, NEW_YORK, NOW)

    assert result == Moment(expected)


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "July 14",
        "14/07/2026 18:30",
        "2026-13-01",
        "2026-W29",
        "45000",
        "1999-01-01",
        "0001-01-01T00:00+14:00",
        "9999-12-31T23:59-14:00",
        "2026-11-22T12:01Z",
        "1" * 300,
        "2026-07-14T25:00",
        "2026-07-14T18:30+99:99",
    ],
)
def test_moment_of_nonsense_is_refused(text):
    with pytest.raises(CellError):
        moments.moment(text, LISBON, NOW)


@given(st.text())
def test_moment_of_any_text_is_plausible_or_refused(text):
    try:
        result = moments.moment(text, LISBON, NOW)
    except CellError:
        return

    assert result is None or moments.FIRST_POST <= result.at <= NOW + moments.CLOCK_SKEW


@pytest.mark.parametrize(
    ("post_id", "expected"),
    [
        ("1212092628029698048", datetime(2019, 12, 31, 19, 26, 16, tzinfo=UTC)),
        ("20", None),
        ("abc", None),
        (str(2**63), None),
    ],
)
def test_x_moment_is_told_by_the_id(post_id, expected):
    result = moments.x_moment(post_id)

    assert (result and result.replace(microsecond=0)) == expected
