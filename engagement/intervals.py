"""Intervals that both the filter's evaluation and the patterns need."""

from dataclasses import dataclass
from math import sqrt

from scipy.special import ndtri


@dataclass(frozen=True)
class Interval:
    """Two ends, the lower first."""

    low: float
    high: float

    def __contains__(self, value: float) -> bool:
        return self.low <= value <= self.high

    @property
    def width(self) -> float:
        """The distance between the ends."""
        return self.high - self.low


def wilson(successes: int, n: int, level: float = 0.95) -> Interval | None:
    """The score interval of a proportion, 0 to 1; None without trials.

    Wilson 1927, JASA 22: 209-212. Unlike p +- z * se it stays within 0 and 1 and is not empty at 0 or n successes.
    """
    if not 0 <= successes <= n:
        raise ValueError(f"{successes} successes of {n} cannot be: give 0 to {n} successes.")
    if n == 0:
        return None
    z = float(ndtri((1 + level) / 2))
    share, spread = successes / n, z * z / n
    centre = (share + spread / 2) / (1 + spread)
    half = z * sqrt(share * (1 - share) / n + spread / (4 * n)) / (1 + spread)
    # The ends are exact at 0 and n successes, where rounding would leave a trace.
    return Interval(0.0 if successes == 0 else centre - half, 1.0 if successes == n else centre + half)


def known(interval: Interval | None) -> Interval:
    """The interval of something that was tried at least once."""
    if interval is None:
        raise ValueError("There is no interval of nothing: ask only where there is at least one trial.")
    return interval
