"""How old evidence loses weight. Pure, but for the pattern that is asked about.

Evidence counts half as much after each half-life, as if there were only half as many posts: the interval around the
effect widens by the root of that. So an old pattern has to be a strong one, and what rests on little goes first.
"""

from datetime import datetime, timedelta
from math import expm1, log1p, sqrt

from django.conf import settings

from patterns.enums import Advice
from patterns.models import Pattern

# Nothing loses everything: in logs that would be without end.
LEAST_PERCENT = -99.9999


def weight(evidence_at: datetime, now: datetime, half_life_days: float) -> float:
    """What evidence of this moment counts at `now`, from 1 down to 0."""
    age = max(timedelta(0), now - evidence_at)
    return float(0.5 ** (age / timedelta(days=half_life_days)))


def widened(middle: float, low: float, high: float, weight: float) -> tuple[float, float]:
    """The ends of an interval in percent more or less, with `weight` times as many posts behind it.

    Intervals narrow with the root of n; in logs, where effects are estimated.
    """
    if weight <= 0:
        return -100.0, float("inf")
    centre, below, above = (log1p(max(end, LEAST_PERCENT) / 100) for end in (middle, low, high))
    stretch = 1 / sqrt(weight)
    # Old evidence may be so weak that the upper end passes what a float can hold.
    return (
        100 * expm1(centre - (centre - below) * stretch),
        100 * expm1(min(700.0, centre + (above - centre) * stretch)),
    )


def confidence(pattern: Pattern, now: datetime) -> float:
    """What the evidence of a pattern counts at `now`, 0 to 1."""
    return weight(pattern.evidence_at or pattern.window_end, now, settings.PATTERN_HALF_LIFE_DAYS)


def faded(pattern: Pattern, now: datetime) -> tuple[float, float] | None:
    """The interval of a pattern's effect in percent at `now`, shrunk where it is; None where none was tested."""
    ends = (pattern.shrunk, pattern.shrunk_low, pattern.shrunk_high)
    if None in ends:
        ends = (pattern.effect, pattern.effect_low, pattern.effect_high)
    middle, low, high = ends
    if middle is None or low is None or high is None:
        return None
    return widened(middle, low, high, confidence(pattern, now))


def certain(pattern: Pattern, now: datetime) -> float | None:
    """How far, in logs, the effect lies at least on the side of the advice at `now`; None where none was tested.

    Zero or less: the evidence is too old to tell it from nothing.
    """
    ends = faded(pattern, now)
    if ends is None:
        return None
    low, high = (log1p(max(end, LEAST_PERCENT) / 100) for end in ends)
    return low if pattern.advice == Advice.REPEAT else -high
