"""Effects and patterns as sentences that carry their numbers. Pure."""

import calendar
import math

from engagement.enums import Basis
from patterns.answers import FailurePattern
from patterns.effects import Effect
from patterns.enums import PatternKind

UNITS = {
    Basis.REACH: "% of reach",
    Basis.VIEWS: "% of views",
    Basis.FOLLOWERS: "% of followers",
}


def item(kind: str, subject: str) -> str:
    """The item of an effect, as it reads inside a sentence."""
    names = {
        PatternKind.HASHTAG: f"#{subject}",
        PatternKind.POSTING_HOUR: f"posting at {subject}:00",
        PatternKind.MEDIA_KIND: f"the format {subject}",
        PatternKind.STRATEGY: f"the approach “{subject}”",
    }
    if kind == PatternKind.POSTING_WEEKDAY:
        return f"posting on {calendar.day_name[int(subject)]}"
    return names[PatternKind(kind)]


def strategy(effect: Effect, basis: str, where: str) -> str:
    """A claimed effect as one sentence with mean, interval, n and q-value."""
    name = item(effect.kind, effect.subject)
    return f"{name[0].upper()}{name[1:]} on {where}: {numbers(effect, basis)}."


def numbers(effect: Effect, basis: str) -> str:
    """The figures of an effect in the unit of its basis; log engagement is told as percent more or less."""
    difference, low, high = effect.effect, effect.effect_low, effect.effect_high
    if difference is None or low is None or high is None:
        raise ValueError(f"{effect.subject} was not tested, so there are no numbers to tell.")
    sure = f"(n = {effect.n}, {discovery_rate(effect.q)})"
    if basis == Basis.COUNT:
        around = f"(95 % interval {percent(low)} to {percent(high)})"
        return f"{percent(difference)} engagement, all else equal {around} {sure}"
    unit = UNITS[Basis(basis)]
    points = f"all else equal {difference:+.2f} points (95 % interval {low:+.2f} to {high:+.2f})"
    return f"mean {effect.mean:.2f} {unit} against {effect.baseline:.2f} without it, {points} {sure}"


def failure(found: FailurePattern) -> str:
    """A kind of failure as one sentence with n and interval, and what to do about it."""
    where = found.phase.replace("_", " ").lower()
    around = f"95 % interval {100 * found.share_low:.0f} to {100 * found.share_high:.0f} in a hundred"
    return f"{found.failure} in {where}: {found.n} of {found.runs} runs ({around}). {found.advice}"


def percent(log_difference: float) -> str:
    """A difference of logs as percent: 0.69 is +100 %."""
    return f"{100 * math.expm1(log_difference):+.0f} %"


def discovery_rate(q: float | None) -> str:
    """The q-value of a claim; never as zero, which no test can show."""
    if q is None:
        raise ValueError("Only a tested item has a q-value.")
    return "q < 0.001" if q < 0.001 else f"q = {q:.3f}"
