"""Where the lines of a forest plot lie: effects with their intervals on one axis of factors. Pure.

The axis is logarithmic, so that a doubling and a halving lie as far from no effect.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import log1p

from patterns.effects import Effect

# Units of the drawing, which its page scales; marks stand at least so far apart.
WIDTH, MARGIN, APART = 240.0, 10.0, 24.0
# Percent more or less that may be marked, and how far the axis reaches at least and at most, as logs.
TICKS = (-90, -75, -50, -20, 0, 25, 100, 300, 900)
LEAST, MOST = log1p(0.3), log1p(9.5)
# A loss of all engagement has no logarithm.
LOWEST = -99.9


@dataclass(frozen=True)
class Line:
    """Where one item's effect stands, its plain 95 % interval, and the shrunk one if there is one."""

    at: float
    low: float
    high: float
    shrunk_low: float | None
    shrunk_high: float | None


@dataclass(frozen=True)
class Axis:
    """The common axis of a plot, `most` to either side of no effect, in logs."""

    most: float

    @classmethod
    def of(cls, effects: Iterable[Effect]) -> "Axis":
        """An axis that shows the point and both ends of every effect, within bounds."""
        return cls.reaching(end for one in effects for end in (one.effect, one.effect_low, one.effect_high))

    @classmethod
    def reaching(cls, percents: Iterable[float | None]) -> "Axis":
        """An axis that shows so many percent more or less, within bounds; unknown ones ask for nothing."""
        return cls(min(MOST, max([LEAST, *(abs(_log(end)) for end in percents if end is not None)])))

    def x(self, percent: float) -> float:
        """Where so many percent more or less lie; beyond the axis, at its end."""
        part = max(-1.0, min(1.0, _log(percent) / self.most))
        return round(WIDTH / 2 + part * (WIDTH / 2 - MARGIN), 1)

    @property
    def ticks(self) -> list[tuple[float, str]]:
        """The marks within the axis, as far apart as their words are wide: where, and what they say."""
        found = {0: self.x(0)}
        # From the middle outwards, so that no effect is always marked.
        for tick in sorted(TICKS, key=lambda tick: abs(_log(tick))):
            place = self.x(tick)
            if abs(_log(tick)) <= self.most and all(abs(place - other) >= APART for other in found.values()):
                found[tick] = place
        return [(place, f"{tick:+d} %" if tick else "0") for tick, place in sorted(found.items())]

    def line(self, effect: Effect) -> Line | None:
        """The line of an item; None where it was not tested."""
        if effect.effect is None or effect.effect_low is None or effect.effect_high is None:
            return None
        known = None not in (effect.shrunk_low, effect.shrunk_high)
        return Line(
            at=self.x(effect.effect),
            low=self.x(effect.effect_low),
            high=self.x(effect.effect_high),
            shrunk_low=self.x(effect.shrunk_low or 0.0) if known else None,
            shrunk_high=self.x(effect.shrunk_high or 0.0) if known else None,
        )


def _log(percent: float) -> float:
    return log1p(max(percent, LOWEST) / 100)
