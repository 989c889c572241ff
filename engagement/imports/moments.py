"""When something happened, from the cell of an export to a moment in UTC: the zone, and the year where none is written.

A date without a year is the last such day of the span that the file is about; where two days fit, nobody guesses.
"""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from engagement.imports.cells import UNKNOWN, CellError, shown
from engagement.imports.written_dates import TwoReadings, Written, written
from engagement.values import MAX_COUNT

ISO_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(Z|UTC|[+-]\d\d:?\d\d)?)?", re.ASCII | re.IGNORECASE
)
# X before version 2 of its API: Wed Oct 10 20:19:24 +0000 2018.
OLD_X = "%a %b %d %H:%M:%S %z %Y"
UNIX_DIGITS = {9: 1, 10: 1, 12: 1000, 13: 1000}
# Facebook, the oldest of the four, opened in February 2004.
FIRST_POST = datetime(2004, 2, 1, tzinfo=UTC)
# The clock of the one who exported may be ahead, and a zone may be off by less than a day.
CLOCK_SKEW = timedelta(days=1)
YEAR = timedelta(days=366)

# X: milliseconds since 2010-11-04, above the 22 low bits; older ids were counted one by one.
X_EPOCH_MS = 1_288_834_974_657
FIRST_TIMED_X_ID = 29_700_859_247


@dataclass(frozen=True)
class Moment:
    """A point in time, in UTC, and whether the hour was given or only the day."""

    at: datetime
    has_time: bool = True


@dataclass(frozen=True, kw_only=True)
class Span:
    """Where to look for dates without a year: in `year` if it is given, else from `since` to `until`.

    Without `since` they lie in the twelve months before `until`.
    """

    until: date
    since: date | None = None
    year: int | None = None


def moment(text: str, zone: ZoneInfo, now: datetime, *, order: str = "", span: Span | None = None) -> Moment | None:
    """When something happened, in UTC; None for an empty cell. `order` is `mdy`, `dmy` or not known.

    A time without a zone is read in `zone`: one that the clocks showed twice is the first of the two, one that they
    skipped is moved on by what they skipped. Raises `CellError` for years before the platforms and for the future, and
    for a date without a year if there is no `span`.
    """
    plain = " ".join(text.split())
    if plain.casefold() in UNKNOWN:
        return None
    try:
        found = _unix(plain) or _iso(plain, zone) or _old_x(plain) or _written(plain, zone, order, span)
    except TwoReadings:
        raise CellError(
            f"{shown(text)} could be two days. Say with --date-order what stands first, day or month."
        ) from None
    except CellError:
        raise
    except (ValueError, OverflowError):
        found = None
    if found is None:
        raise CellError(f"{shown(text)} is not a date with its year. Write it like 2026-07-14 18:30.")
    return plausible(found, text, now)


def plausible(found: Moment, text: str, now: datetime) -> Moment:
    """The same moment. Raises `CellError` if no post can have been made then."""
    if found.at < FIRST_POST:
        raise CellError(f"{shown(text)} is older than the platforms. Check the year.")
    if found.at > now + CLOCK_SKEW:
        raise CellError(f"{shown(text)} lies in the future. Check the date and --timezone.")
    return found


def _unix(text: str) -> Moment | None:
    if not (text.isascii() and text.isdigit() and len(text) in UNIX_DIGITS):
        return None
    return Moment(datetime.fromtimestamp(int(text) / UNIX_DIGITS[len(text)], UTC))


def _iso(text: str, zone: ZoneInfo) -> Moment | None:
    found = ISO_MOMENT.fullmatch(text)
    if found is None:
        return None
    day, time, offset = found.groups(default="")
    offset = "+00:00" if offset.upper() in {"Z", "UTC"} else offset
    return _placed(datetime.fromisoformat(f"{day}T{time or '00:00'}{offset}"), zone, has_time=bool(time))


def _old_x(text: str) -> Moment | None:
    try:
        return Moment(datetime.strptime(text, OLD_X).astimezone(UTC))
    except ValueError:
        return None


def _written(text: str, zone: ZoneInfo, order: str, span: Span | None) -> Moment | None:
    parts = written(text, order)
    if parts is None:
        return None
    year = parts.year if parts.year is not None or span is None else year_of(parts, span, text)
    if year is None:
        return None
    value = datetime(year, parts.month, parts.day, *(parts.clock or (0, 0)))  # noqa: DTZ001 - placed below
    return _placed(value, zone, has_time=parts.clock is not None)


def year_of(parts: Written, span: Span, text: str) -> int:
    """The year of a date that is written without one. Raises `CellError` if none or two fit."""
    if span.year is not None:
        return span.year
    since = span.since or span.until
    first = min(since, span.until - YEAR)
    # Newest first.
    days = [day for year in range(span.until.year, first.year - 1, -1) if (day := _day(year, parts))]
    inside = [day for day in days if since <= day <= span.until]
    if len(inside) > 1:
        years = " and ".join(str(day.year) for day in reversed(inside))
        raise CellError(f"{shown(text)} has no year, and {years} fit the days the file is about. Give --year.")
    recent = [day for day in days if span.until - YEAR < day <= span.until]
    if not (inside or recent):
        raise CellError(f"{shown(text)} has no year, and is no day of the year before {span.until}. Give --year.")
    return (inside or recent)[0].year


def _day(year: int, parts: Written) -> date | None:
    try:
        return date(year, parts.month, parts.day)
    except ValueError:
        return None


def _placed(value: datetime, zone: ZoneInfo, *, has_time: bool) -> Moment:
    aware = value.replace(tzinfo=zone, fold=0) if value.tzinfo is None else value
    return Moment(aware.astimezone(UTC), has_time)


def x_moment(post_id: str) -> datetime | None:
    """When a post on X was made, which its id tells; None for ids from before November 2010 and for other words."""
    if not (post_id.isascii() and post_id.isdigit() and len(post_id) <= 19):
        return None
    number = int(post_id)
    if not FIRST_TIMED_X_ID <= number <= MAX_COUNT:
        return None
    return datetime.fromtimestamp(((number >> 22) + X_EPOCH_MS) / 1000, UTC)
