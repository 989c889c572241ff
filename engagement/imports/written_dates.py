"""A date as an export writes it, from text to its parts: digits in either order, months in words, no year.

Pure, and never a guess: what has no year has none here, and which of two numbers is the day is told from outside.
"""

import re
from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from engagement.imports.calendar_words import BETWEEN, MONTH_OF, WEEKDAY_NAMES, folded

MONTH_FIRST, DAY_FIRST = "mdy", "dmy"

YEAR_FIRST = re.compile(r"(\d{4})([/.-])(\d{1,2})\2(\d{1,2})(?:[ T,]+(.+))?", re.ASCII)
TWO_NUMBERS = re.compile(r"(\d{1,2})([/.-])(\d{1,2})(?:\2(\d{4})|\.)?(?:,? (.+))?", re.ASCII)
CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d))?(?: ?([ap])m)?", re.ASCII)
HALF_OF_DAY = re.compile(r"\b([ap])\. ?m\b\.?", re.IGNORECASE)
TOKEN = re.compile(r"\d{1,2}:\d\d(?::\d\d)?|\d+|[^\W\d_]+(?:-[^\W\d_]+)*")


class Written(NamedTuple):
    """The parts of a date. The year is None where none is written, the clock where only a day is."""

    year: int | None
    month: int
    day: int
    clock: tuple[int, int, int] | None = None


class TwoReadings(ValueError):
    """A date whose day and month cannot be told apart without being told the order."""


def written(text: str, order: str = "") -> Written | None:
    """The parts of a date; None for anything else. Raises `TwoReadings`.

    `order` is `mdy` or `dmy`. Without one, slashes are read month first, the way Meta writes them everywhere, and so is
    07-14 without a year, the end of an ISO date; dots and dashes before a year are used for either.
    """
    plain = HALF_OF_DAY.sub(r"\1m", " ".join(text.split())).casefold()
    if found := YEAR_FIRST.fullmatch(plain):
        return _timed(int(found[1]), int(found[3]), int(found[4]), found[5])
    if numbers := TWO_NUMBERS.fullmatch(plain):
        return _ordered(numbers, order)
    return _in_words(plain)


def _ordered(numbers: re.Match[str], order: str) -> Written | None:
    first, second = int(numbers[1]), int(numbers[3])
    year = int(numbers[4]) if numbers[4] else None
    if not order and numbers[2] != "/" and (year or numbers[2] == "."):
        raise TwoReadings
    month, day = (second, first) if order == DAY_FIRST else (first, second)
    return _timed(year, month, day, numbers[5])


def _timed(year: int | None, month: int, day: int, time: str | None) -> Written | None:
    clock = _clock(time) if time else None
    if time and clock is None:
        return None
    return _real(Written(year, month, day, clock))


def _clock(text: str) -> tuple[int, int, int] | None:
    found = CLOCK.fullmatch(text)
    if found is None:
        return None
    hour, minute, second, half = int(found[1]), int(found[2]), int(found[3] or 0), found[4]
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    return (hour, minute, second) if hour < 24 and minute < 60 and second < 60 else None


def _real(parts: Written) -> Written | None:
    try:
        # A leap year stands in for one that is not known.
        date(parts.year or 2024, parts.month, parts.day)
    except ValueError:
        return None
    return parts


def _in_words(text: str) -> Written | None:
    if TOKEN.sub("", text).strip(" ,.'"):
        return None
    tokens = [folded(token) for token in TOKEN.findall(text)]
    if len(tokens) > 1 and tokens[0] in WEEKDAY_NAMES and any(token in MONTH_OF for token in tokens[1:]):
        tokens = tokens[1:]
    numbers = [token for token in tokens if token.isdecimal()]
    times = [token for token in tokens if ":" in token]
    words = [token for token in tokens if token not in BETWEEN and token not in numbers and token not in times]
    half = words.pop() if words and words[-1] in {"am", "pm"} else ""
    if len(words) != 1 or words[0] not in MONTH_OF or len(times) > 1 or (half and not times):
        return None
    return _from_numbers(numbers, MONTH_OF[words[0]], f"{times[0]}{half}" if times else None)


def _from_numbers(numbers: list[str], month: int, time: str | None) -> Written | None:
    # The day stands before the year whatever the language: Jul 14, 2026 and 14. Juli 2026.
    if not numbers or len(numbers) > 2 or len(numbers[0]) > 2 or (len(numbers) == 2 and len(numbers[1]) != 4):
        return None
    year = int(numbers[1]) if len(numbers) == 2 else None
    return _timed(year, month, int(numbers[0]), time)


def proofs_of_order(texts: Iterable[str]) -> dict[str, str]:
    """By order, the first of these dates that can only be read in it: a number above 12 is no month."""
    found: dict[str, str] = {}
    for text in texts:
        numbers = TWO_NUMBERS.fullmatch(" ".join(text.split()))
        if numbers is None:
            continue
        first, second = int(numbers[1]), int(numbers[3])
        if first > 12 >= second:
            found.setdefault(DAY_FIRST, text)
        elif second > 12 >= first:
            found.setdefault(MONTH_FIRST, text)
    return found
