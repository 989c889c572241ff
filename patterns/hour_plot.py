"""Where the curves of hours lie in their drawing: each effect with its 95 % interval, on one axis of factors. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from acd.figures import effect, number, q_value
from patterns.effect_plot import Axis
from patterns.hour_answers import HalfWeek, HourOfCurve

# Units of the drawing: an hour is so wide, and the axis of effects, which lies down in a forest plot, stands upright.
HOUR, HEIGHT = 20.0, 240.0


@dataclass(frozen=True)
class Dot:
    """An hour with its interval, the list of its posts, and the same in words."""

    x: float
    at: float
    low: float
    high: float
    url: str
    words: str


@dataclass(frozen=True)
class DrawnCurve:
    """One curve: its dots with their intervals, and the same as lines of a table."""

    title: str
    note: str
    ticks: list[tuple[float, str]]
    dots: list[Dot]
    rows: list[tuple[str, str, str]]


def drawn(halves: Sequence[tuple[str, HalfWeek, Callable[[int], str]]]) -> list[DrawnCurve]:
    """Every curve by its title, on one axis, so that they can be compared; each leads to the posts of an hour."""
    ends = [end for _, half, _ in halves for one in half.hours for end in (one.shrunk_low, one.shrunk_high)]
    axis = Axis.reaching(ends)
    return [_drawn(title, half, axis, url) for title, half, url in halves]


def _drawn(title: str, half: HalfWeek, axis: Axis, url: Callable[[int], str]) -> DrawnCurve:
    note = f"{number(half.posts_n)} posts; equal hours would look as uneven by chance: p {q_value(half.curve_p)}"
    ticks = [(HEIGHT - at, text) for at, text in axis.ticks]
    return DrawnCurve(
        title, note, ticks, [_dot(one, axis, url(one.hour)) for one in half.hours], [_row(one) for one in half.hours]
    )


def _dot(one: HourOfCurve, axis: Axis, url: str) -> Dot:
    at, low, high = (HEIGHT - axis.x(end) for end in (one.shrunk, one.shrunk_low, one.shrunk_high))
    hour, n, told = _row(one)
    return Dot(x=HOUR * (one.hour + 0.5), at=at, low=low, high=high, url=url, words=f"{hour}: {told}, n = {n}")


def _row(one: HourOfCurve) -> tuple[str, str, str]:
    return f"{one.hour}:00", number(one.n), effect(one.shrunk, one.shrunk_low, one.shrunk_high)
