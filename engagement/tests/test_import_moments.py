from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.imports import moments
from engagement.imports.calendar_words import MONTHS
from engagement.imports.cells import CellError
from engagement.imports.moments import Moment, Span
from engagement.imports.written_dates import written

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


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, Jul 14, 2026 6:30 PM", (7, 14, 17, 30)),
        ("July 14, 2026 at 6:30 p.m.", (7, 14, 17, 30)),
        ("14 July 2026, 12:05 am", (7, 13, 23, 5)),
        ("Di., 14. Juli 2026 um 18:30", (7, 14, 17, 30)),
        ("5. März 2026, 18:30", (3, 5, 18, 30)),
        ("mar, 14 de julio de 2026, 18:30", (7, 14, 17, 30)),
        ("14 sept 2026 18:30:59", (9, 14, 17, 30)),
        ("mar. 14 juil. 2026 à 18:30", (7, 14, 17, 30)),
        ("1 août 2026 18:30", (8, 1, 17, 30)),
        ("1 AOUT 2026 18:30", (8, 1, 17, 30)),
        ("terça-feira, 14 de julho de 2026 às 18:30", (7, 14, 17, 30)),
        ("1 de out. de 2026 18:30", (10, 1, 17, 30)),
    ],
)
def test_moment_in_words_of_five_languages(text, expected):
    result = moments.moment(text, LISBON, NOW)

    assert result
    assert (result.at.month, result.at.day, result.at.hour, result.at.minute) == expected


@pytest.mark.parametrize(("language", "words"), MONTHS.items(), ids=MONTHS)
def test_month_has_one_number_in_every_language(language, words):
    dates = [written(f"14 {word} 2025") for names in words for word in names.split()]

    assert [found and found.month for found in dates] == [*range(1, 13)] * 2


@pytest.mark.parametrize(
    "text",
    [
        "July 2026",
        "14 2026",
        "Jul Aug 14, 2026",
        "July 14, 26",
        "July 32, 2026",
        "30 February 2026",
        "Jul 14, 2026 25:00",
        "Jul 14, 2026 13:00 pm",
        "Jul 14, 2026 pm",
        "someday, Jul 14, 2026",
        "Jul 14 & 15, 2026",
        "07/14/2026 10:00 at home",
        "14. Juli 2026 + 1",
    ],
)
def test_moment_in_other_words_is_refused(text):
    with pytest.raises(CellError):
        moments.moment(text, LISBON, NOW)


@pytest.mark.parametrize(
    ("text", "span", "year"),
    [
        ("July 14", Span(until=date(2026, 7, 14)), 2026),
        ("July 15", Span(until=date(2026, 7, 14)), 2025),
        ("07-14", Span(until=date(2026, 12, 31)), 2026),
        ("7/14 10:00", Span(until=date(2026, 12, 31)), 2026),
        ("14 juillet", Span(until=date(2026, 1, 1)), 2025),
        ("July 14", Span(since=date(2024, 1, 1), until=date(2024, 12, 31)), 2024),
        ("December 30", Span(since=date(2024, 12, 1), until=date(2025, 1, 31)), 2024),
        ("November 30", Span(since=date(2024, 12, 1), until=date(2025, 1, 31)), 2024),
        ("July 14", Span(until=date(2026, 12, 31), year=2019), 2019),
        ("February 29", Span(until=date(2025, 1, 1)), 2024),
    ],
)
def test_moment_without_a_year_takes_that_of_the_span(text, span, year):
    result = moments.moment(text, ZoneInfo("UTC"), NOW, span=span)

    assert result
    assert result.at.year == year


@given(st.dates(date(2010, 1, 1), date(2026, 11, 19)), st.sampled_from(["mdy", "dmy"]), st.sampled_from("/.-"))
def test_moment_of_any_day_in_a_told_order_is_that_day(day, order, mark):
    text = f"%m{mark}%d{mark}%Y" if order == "mdy" else f"%d{mark}%m{mark}%Y"

    result = moments.moment(day.strftime(text), ZoneInfo("UTC"), NOW, order=order)

    assert result == Moment(datetime(day.year, day.month, day.day, tzinfo=UTC), has_time=False)


@given(st.dates(date(2010, 1, 1), date(2026, 11, 19)), st.data())
def test_moment_without_its_year_is_found_again_within_a_year(day, data):
    until = data.draw(st.dates(day, day.fromordinal(day.toordinal() + 364)))

    result = moments.moment(f"{day:%B} {day.day}", ZoneInfo("UTC"), NOW, span=Span(until=until))

    assert result
    assert result.at.date() == day


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
