"""The hours of a week as a heat map: where each square lies, how large and how strong it is. Pure."""

from calendar import day_abbr, day_name
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log1p

from acd.figures import effect, number
from patterns.hour_answers import HourOfWeekday

# Units of the drawing: a cell, and the squares of what nobody knows and of what is as good as certain.
CELL, LEAST, MOST = 24.0, 5.0, 22.0
# The colour is full from so many percent more on, or as many times less.
FULL = 50.0


@dataclass(frozen=True)
class Square:
    """An hour of a weekday: its square with its strength (0 to 1), its posts, and the same in words."""

    x: float
    y: float
    side: float
    strength: float
    tone: str
    url: str
    words: str


@dataclass(frozen=True)
class WeekMap:
    """The squares of a week, its weekdays and hours with their places, and the same as lines of a table."""

    squares: list[Square]
    days: list[tuple[float, str]]
    hours: list[tuple[float, int]]
    rows: list[tuple[str, str, str, str]]


def drawn_week(week: Sequence[HourOfWeekday], url: Callable[[HourOfWeekday], str]) -> WeekMap | None:
    """The map of a week; None where nothing could be told. `url` leads to the posts of an hour."""
    if not week:
        return None
    return WeekMap(
        squares=[_square(one, url(one)) for one in week],
        days=[(CELL * (day + 0.5) + 4, day_abbr[day]) for day in range(7)],
        hours=[(CELL * (hour + 0.5), hour) for hour in range(0, 24, 3)],
        rows=[(_named(one), number(one.n), _around(one), f"{100 * one.likely:.0f} %") for one in week],
    )


def _square(one: HourOfWeekday, url: str) -> Square:
    sure = abs(2 * one.likely - 1)
    side = LEAST + (MOST - LEAST) * sure
    strength = min(1.0, abs(log1p(max(one.shrunk, -99.9) / 100)) / log1p(FULL / 100))
    return Square(
        x=round(CELL * (one.hour + 0.5) - side / 2, 1),
        y=round(CELL * (one.weekday + 0.5) - side / 2, 1),
        side=round(side, 1),
        strength=round(0.2 + 0.8 * strength, 2),
        tone="gain" if one.shrunk > 0 else "loss",
        url=url,
        words=f"{_named(one)}: {_around(one)}, {number(one.n)} {'post' if one.n == 1 else 'posts'}",
    )


def _named(one: HourOfWeekday) -> str:
    return f"{day_name[one.weekday]} {one.hour}:00"


def _around(one: HourOfWeekday) -> str:
    return effect(one.shrunk, one.shrunk_low, one.shrunk_high)
