from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.imports import cells
from engagement.imports.cells import CellError, Moment
from engagement.values import MAX_COUNT

LISBON = ZoneInfo("Europe/Lisbon")
NEW_YORK = ZoneInfo("America/New_York")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        (" 12400 ", 12400),
        ("12,400", 12400),
        ("1,234,567", 1234567),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1\u202f234\u202f567", 1234567),
        ("12'400", 12400),
        ("1505.0", 1505),
        ("1.2K", 1200),
        ("1.2 k", 1200),
        ("1,2K", 1200),
        ("3M", 3_000_000),
        ("1e+05", 100_000),
        (str(2**31), 2**31),
        (str(2**53 + 1), 2**53 + 1),
        (str(MAX_COUNT), MAX_COUNT),
        ("", None),
        ("--", None),
        ("undefined", None),
        ("\u2013", None),
        ("N/A", None),
    ],
)
def test_count_of_what_people_write(text, expected):
    result = cells.count(text)

    assert result == expected


@pytest.mark.parametrize(
    "text",
    ["-1", "\u22125", "NaN", "inf", "1e400", "1e999999", str(2**63), "12.400", "12,40", "x", "1.2345K", "9" * 5000],
)
def test_count_of_nonsense_is_refused(text):
    with pytest.raises(CellError):
        cells.count(text)


@given(st.integers(0, MAX_COUNT))
def test_count_of_any_legal_number_is_exact(number):
    result = [cells.count(text) for text in (str(number), f"{number:,}", f"{number:,}".replace(",", " "))]

    assert result == [number] * 3


@given(st.text())
def test_count_of_any_text_is_a_legal_count_or_refused(text):
    try:
        result = cells.count(text)
    except CellError:
        return

    assert result is None or 0 <= result <= MAX_COUNT


@pytest.mark.parametrize(("text", "expected"), [("45%", 45.0), ("0.5", 0.5), ("100", 100.0), ("", None), ("--", None)])
def test_rate_is_percent(text, expected):
    result = cells.rate(text)

    assert result == expected


@pytest.mark.parametrize("text", ["101", "-1%", "NaN", "1e400"])
def test_rate_outside_percent_is_refused(text):
    with pytest.raises(CellError):
        cells.rate(text)


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
    result = cells.moment(text, LISBON, NOW)

    assert result == Moment(datetime.fromisoformat(expected))


@pytest.mark.parametrize("text", ["2026-07-14", "07/14/2026", "Tue, Jul 14, 2026", "Jul 14, 2026"])
def test_moment_of_a_day_alone_has_no_hour(text):
    result = cells.moment(text, LISBON, NOW)

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
    result = cells.moment(text, NEW_YORK, NOW)

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
        cells.moment(text, LISBON, NOW)


@given(st.text())
def test_moment_of_any_text_is_plausible_or_refused(text):
    try:
        result = cells.moment(text, LISBON, NOW)
    except CellError:
        return

    assert result is None or cells.FIRST_POST <= result.at <= NOW + cells.CLOCK_SKEW


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
    result = cells.x_moment(post_id)

    assert (result and result.replace(microsecond=0)) == expected


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b", "x" * 11])
def test_text_no_database_takes_is_refused(value):
    with pytest.raises(CellError):
        cells.text(value, 10)


def test_text_of_any_script_stays_as_it_is():
    value = "<b>👩‍👩‍👧 \u202eRTL</b> &amp; é\u0301\n"

    result = cells.text(value, 100)

    assert result == value


@pytest.mark.parametrize(("text", "expected"), [(" 17_2 ", "17_2"), ("", None), ("--", None)])
def test_identity_of_an_id(text, expected):
    result = cells.identity(text)

    assert result == expected


@pytest.mark.parametrize("text", ["1.22E+17", "1,22158E+17", "1e17", "two words", "a\x00", "x" * 201])
def test_identity_of_what_is_no_id_is_refused(text):
    with pytest.raises(CellError):
        cells.identity(text)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "example.org", "https://x y", "https://" + "x" * 500])
def test_address_that_is_no_web_address_is_refused(text):
    with pytest.raises(CellError):
        cells.address(text)
