"""Where the curves of hours lie in their drawing: each effect with its 95 % interval, on one axis of factors. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from acd.figures import effect, number, q_value
from patterns.effect_plot import Axis
from patterns.hour_answers import HalfWeek, HourOfCurve

# Units of the drawing: an hour is so wide, and the axis of effects, which lies down in a forest plot, stands upright.
HOUR, HEIGHT = 20.0, 240.0


@dataclass(frozen=True)
class DrawnCurve:
    """One curve: its dots with their intervals, and the same as lines of a table."""

    title: str
    note: str
    ticks: list[tuple[float, str]]
    dots: list[tuple[float, float, float, float]]
    rows: list[tuple[str, str, str]]


def drawn(halves: Mapping[str, HalfWeek | None]) -> list[DrawnCurve]:
    """Every curve that can be told, on one axis, so that they can be compared."""
    known = {title: half for title, half in halves.items() if half}
    ends = [end for half in known.values() for one in half.hours for end in (one.shrunk_low, one.shrunk_high)]
    axis = Axis.reaching(ends)
    return [_drawn(title, half, axis) for title, half in known.items()]


def _drawn(title: str, half: HalfWeek, axis: Axis) -> DrawnCurve:
    note = f"{number(half.posts_n)} posts; equal hours would look as uneven by chance: p {q_value(half.curve_p)}"
    ticks = [(HEIGHT - at, text) for at, text in axis.ticks]
    return DrawnCurve(title, note, ticks, [_dot(one, axis) for one in half.hours], [_row(one) for one in half.hours])


def _dot(one: HourOfCurve, axis: Axis) -> tuple[float, float, float, float]:
    at, low, high = (HEIGHT - axis.x(end) for end in (one.shrunk, one.shrunk_low, one.shrunk_high))
    return HOUR * (one.hour + 0.5), at, low, high


def _row(one: HourOfCurve) -> tuple[str, str, str]:
    return f"{one.hour}:00", number(one.n), effect(one.shrunk, one.shrunk_low, one.shrunk_high)
