"""How old evidence loses weight.

Evidence counts half as much after each half-life, as if there were only half as many posts: the interval around the
effect widens by the root of that. So an old pattern has to be a strong one, and what rests on little goes first.
"""

from datetime import datetime, timedelta
from math import expm1, log1p, sqrt

from django.conf import settings
from scipy.special import ndtri

from patterns.enums import Advice
from patterns.models import Pattern

# An effect in percent with its 95 % interval.
Ends = tuple[float, float, float]
# Nothing loses everything: in logs that would be without end. What no double can hold is cut off.
LEAST_PERCENT, MOST_LOG = -99.9999, 700.0
# Evidence of several years counts as little as this, and never nothing.
LEAST_WEIGHT = 1e-6


def weight(evidence_at: datetime, now: datetime, half_life_days: float) -> float:
    """What evidence of this moment counts at `now`, from 1 down to 0."""
    age = max(timedelta(0), now - evidence_at)
    return float(0.5 ** (age / timedelta(days=half_life_days)))


def bound(ends: Ends, *, side: int, weight: float, share: float = 1.0) -> float:
    """How far, in logs, an effect lies at least on a side (1 is more, -1 less) with `weight` times as many posts.

    Standard errors grow as the root of n falls; in logs, where effects are estimated. With a `share` only so much of
    the way from the middle to the end of the interval.
    """
    middle, low, high = (log1p(max(end, LEAST_PERCENT) / 100) * side for end in ends)
    near = low if side > 0 else high
    return middle - share * (middle - near) / sqrt(max(weight, LEAST_WEIGHT))


def widened(ends: Ends, weight: float) -> tuple[float, float]:
    """The ends of the interval of an effect in percent, with `weight` times as many posts behind it."""
    low, high = bound(ends, side=1, weight=weight), -bound(ends, side=-1, weight=weight)
    return 100 * expm1(low), 100 * expm1(min(MOST_LOG, high))


def confidence(pattern: Pattern, now: datetime) -> float:
    """What the evidence of a pattern counts at `now`, 0 to 1."""
    return weight(pattern.evidence_at or pattern.window_end, now, settings.PATTERN_HALF_LIFE_DAYS)


def faded(pattern: Pattern, now: datetime) -> tuple[float, float] | None:
    """The interval of a pattern's effect in percent at `now`, shrunk where it is; None where none was tested."""
    ends = _shrunk(pattern) or _tested(pattern)
    return widened(ends, confidence(pattern, now)) if ends else None


def certain(pattern: Pattern, now: datetime) -> float | None:
    """How far, in logs, that interval lies on the side of the advice: below 0 it reaches beyond nothing."""
    ends = _shrunk(pattern) or _tested(pattern)
    return bound(ends, side=_side(pattern), weight=confidence(pattern, now)) if ends else None


def holds(pattern: Pattern, now: datetime) -> bool:
    """Whether the evidence, for what it counts at `now`, still tells the effect from nothing.

    The effect is held against the rate of error at which it was claimed, so every claim holds while its evidence is
    new. What was observed without a test holds for as long as it is active.
    """
    ends = _tested(pattern)
    if ends is None:
        return True
    share = float(ndtri(1 - settings.FALSE_DISCOVERY_RATE) / ndtri(0.975))
    return bound(ends, side=_side(pattern), weight=confidence(pattern, now), share=share) > 0


def _side(pattern: Pattern) -> int:
    return 1 if pattern.advice == Advice.REPEAT else -1


def _tested(pattern: Pattern) -> Ends | None:
    return _known(pattern.effect, pattern.effect_low, pattern.effect_high)


def _shrunk(pattern: Pattern) -> Ends | None:
    return _known(pattern.shrunk, pattern.shrunk_low, pattern.shrunk_high)


def _known(middle: float | None, low: float | None, high: float | None) -> Ends | None:
    return None if middle is None or low is None or high is None else (middle, low, high)
