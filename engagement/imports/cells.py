"""One cell of an export, from text to a value: counts, percentages, moments, ids. Pure.

Empty cells and the signs exports write for "no number" are None: unknown, which is never zero.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from engagement.values import MAX_COUNT

UNKNOWN = frozenset({"", "-", "--", "\u2013", "\u2014", "undefined", "n/a", "null", "none"})
MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
# Spaces of every width and apostrophes group digits in some countries.
GROUPING = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3}(?!\d))")
NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(e\+?\d{1,6})?\s*([kmb]?)", re.ASCII)
DECIMAL_COMMA = re.compile(r"(\d+),(\d{1,2})\s*([kmb])", re.ASCII)
CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)", re.ASCII)
MANGLED = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)

ISO_MOMENT = re.compile(
    r"(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:[.,]\d+)?)?) ?(Z|UTC|[+-]\d\d:?\d\d)?)?", re.ASCII | re.IGNORECASE
)
# Slashes are read as month/day/year, the way Meta writes them everywhere.
TIMED_FORMATS = (
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%Y-%m-%d %H:%M",
    "%a %b %d %H:%M:%S %z %Y",
)
DAY_FORMATS = ("%a, %b %d, %Y", "%b %d, %Y", "%m/%d/%Y")
UNIX_DIGITS = {9: 1, 10: 1, 12: 1000, 13: 1000}
# Facebook, the oldest of the four, opened in February 2004.
FIRST_POST = datetime(2004, 2, 1, tzinfo=UTC)
# The clock of the one who exported may be ahead, and a zone may be off by less than a day.
CLOCK_SKEW = timedelta(days=1)

# X: milliseconds since 2010-11-04, above the 22 low bits; older ids were counted one by one.
X_EPOCH_MS = 1_288_834_974_657
FIRST_TIMED_X_ID = 29_700_859_247


class CellError(ValueError):
    """A cell that cannot be what its column says; the message says why and what to do."""


@dataclass(frozen=True)
class Moment:
    """A point in time, in UTC, and whether the hour was given or only the day."""

    at: datetime
    has_time: bool = True


def shown(value: str) -> str:
    """A cell as it may stand in a message: short, and with control characters made visible."""
    return ascii(value) if not value.isprintable() and len(value) <= 40 else repr(value[:40] + "…" * (len(value) > 40))


def count(text: str) -> int | None:
    """A whole number from 0 to 2^63-1, as people and platforms write it: 12400, 12,400, 12 400, 1.2K."""
    value = _number(text)
    if value is None:
        return None
    if value > MAX_COUNT:
        raise CellError(f"{shown(text)} is more than {MAX_COUNT}. Correct it, or leave it empty if it is unknown.")
    if value != value.to_integral_value():
        raise CellError(f"{shown(text)} is not a whole number. Write it without separators, for example 12400.")
    return int(value)


def rate(text: str) -> float | None:
    """A percentage from 0 to 100, with or without its sign."""
    value = _number(text.strip().removesuffix("%"))
    if value is not None and value > 100:
        raise CellError(f"{shown(text)} is not a percentage. Give a number from 0 to 100, or leave it empty.")
    return None if value is None else float(value)


def seconds(text: str) -> float | None:
    """A length of time in seconds: 6.1, 6.1s, 1:02, 1:02:03."""
    if parts := CLOCK.fullmatch(text.strip()):
        hours, minutes, rest = int(parts[1] or 0), int(parts[2]), float(parts[3])
        return hours * 3600 + minutes * 60 + rest
    value = _number(text.strip().removesuffix("s"))
    return None if value is None else float(value)


def _number(text: str) -> Decimal | None:
    plain = GROUPING.sub("", " ".join(text.split())).casefold()
    if plain in UNKNOWN:
        return None
    if len(plain) > 400:
        raise CellError(f"{shown(text)} is not a number. Give digits, or leave it empty if it is unknown.")
    if comma := DECIMAL_COMMA.fullmatch(plain):
        return Decimal(f"{comma[1]}.{comma[2]}") * MULTIPLES[comma[3]]
    if found := NUMBER.fullmatch(plain):
        return Decimal(found[1].replace(",", "") + (found[2] or "") + (found[3] or "")) * MULTIPLES[found[4]]
    if plain.startswith(("-", "\u2212")) and NUMBER.fullmatch(plain[1:]):
        raise CellError(f"{shown(text)} is below zero. Correct it, or leave it empty if it is unknown.")
    raise CellError(
        f"{shown(text)} is not a number. Give digits, for example 12400, or leave it empty if it is unknown."
    )


def moment(text: str, zone: ZoneInfo, now: datetime) -> Moment | None:
    """When something happened, in UTC; None for an empty cell.

    A time without a zone is read in `zone`: one that the clocks showed twice is the first of the two, one that they
    skipped is moved on by what they skipped. Raises `CellError` for years before the platforms and for the future.
    """
    plain = " ".join(text.split())
    if plain.casefold() in UNKNOWN:
        return None
    try:
        found = _unix(plain) or _iso(plain, zone) or _in_words(plain, zone)
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


def _in_words(text: str, zone: ZoneInfo) -> Moment | None:
    for pattern in TIMED_FORMATS + DAY_FORMATS:
        try:
            return _placed(datetime.strptime(text, pattern), zone, has_time=pattern in TIMED_FORMATS)  # noqa: DTZ007 - placed
        except ValueError:
            continue
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


def text(value: str, limit: int) -> str:
    """Text as it stands. Raises `CellError` for what no database takes, and for more than `limit` characters."""
    if len(value) > limit:
        raise CellError(f"it has {len(value):,} characters. Shorten it to {limit:,}.")
    if "\x00" in value or not _encodable(value):
        raise CellError("it holds a NUL or half a character. Remove it, or export the file again as UTF-8.")
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def identity(value: str, limit: int = 200) -> str | None:
    """An id of a platform; None for an empty cell. Raises `CellError` for what a spreadsheet made of it."""
    plain = value.strip()
    if not plain or plain.casefold() in UNKNOWN:
        return None
    if MANGLED.fullmatch(plain):
        raise CellError(
            f"{shown(plain)} is an id that a spreadsheet rounded. Use the file as it was downloaded, "
            "or open it with the id column as text."
        )
    if len(plain) > limit or not plain.isprintable() or len(plain.split()) > 1:
        raise CellError(
            f"{shown(plain)} is not an id. Give the platform's id, at most {limit} characters without spaces."
        )
    return plain


def address(value: str) -> str | None:
    """A web address; None for an empty cell. Raises `CellError` for anything that is no http address."""
    plain = value.strip()
    if plain.casefold() in UNKNOWN:
        return None
    web = plain.casefold().startswith(("https://", "http://"))
    if not web or len(plain) > 500 or not plain.isprintable() or " " in plain:
        raise CellError(
            f"{shown(plain)} is not a web address of at most 500 characters. Give one that starts with https://."
        )
    return plain
