"""A forest plot: estimates in percent with their intervals, one under another on one logarithmic axis. Pure geometry.

Twice as much and half as much lie equally far from nothing. What reaches beyond the axis ends at its border.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import log1p

# Percent at which lines may stand, and the furthest the axis reaches.
TICKS = (-90, -75, -50, -33, -20, 0, 25, 50, 100, 300, 900)
LABELS, PLOT, LINE, HEAD = 220, 460, 28, 24
# Between the middles of two words of the scale.
APART = 52
# Around the outermost end, as a share of the axis.
MARGIN = 0.05


@dataclass(frozen=True)
class Estimate:
    """One line to draw; without an interval only its label stands there."""

    label: str
    percent: float | None
    low: float | None
    high: float | None
    title: str


@dataclass(frozen=True)
class Mark:
    """One line as drawn, in units of the picture; x is None where nothing is known."""

    label: str
    title: str
    y: float
    x: float | None = None
    left: float | None = None
    right: float | None = None
    is_clear: bool = False


@dataclass(frozen=True)
class Forest:
    """The whole picture."""

    width: float
    height: float
    bottom: float
    ticks: tuple[tuple[float, str], ...]
    zero: float
    marks: tuple[Mark, ...]


def forest(estimates: Sequence[Estimate]) -> Forest:
    """Where everything stands."""
    reach = _reach(estimates)

    def across(percent: float) -> float:
        log = max(-reach, min(reach, log1p(max(percent, -99.9) / 100)))
        return round(LABELS + PLOT * (log / reach + 1) / 2, 1)

    marks = tuple(_mark(one, HEAD + LINE * (place + 0.5), across) for place, one in enumerate(estimates))
    bottom = HEAD + LINE * len(estimates)
    ticks = tuple((across(tick), f"{tick:+d} %" if tick else "0") for tick in _ticks(reach, across))
    return Forest(LABELS + PLOT + 20, bottom + 6, bottom, ticks, across(0), marks)


def _ticks(reach: float, across: Callable[[float], float]) -> list[int]:
    """From nothing outwards, those whose words do not touch."""
    shown = [0]
    for side in (-1, 1):
        last = 0
        for tick in sorted((tick for tick in TICKS if tick * side > 0), key=abs):
            if abs(log1p(tick / 100)) <= reach and abs(across(tick) - across(last)) >= APART:
                shown.append(tick)
                last = tick
    return sorted(shown)


def _reach(estimates: Sequence[Estimate]) -> float:
    """How far the axis reaches to either side, in logs."""
    ends = [abs(log1p(max(end, -99.9) / 100)) for one in estimates for end in (one.low, one.high) if end is not None]
    return min(log1p(TICKS[-1] / 100), max([log1p(0.25), *ends])) * (1 + MARGIN)


def _mark(one: Estimate, y: float, across: Callable[[float], float]) -> Mark:
    if one.percent is None or one.low is None or one.high is None:
        return Mark(one.label, one.title, y)
    is_clear = not one.low <= 0 <= one.high
    return Mark(one.label, one.title, y, across(one.percent), across(one.low), across(one.high), is_clear)
