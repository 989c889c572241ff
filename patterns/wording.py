"""Effects and patterns as sentences that carry their numbers. Pure."""

import calendar

from engagement.enums import Basis
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
    """The figures of an effect: the plain means in the unit of the basis, and percent more or less all else equal."""
    middle, low, high = effect.effect, effect.effect_low, effect.effect_high
    if middle is None or low is None or high is None:
        raise ValueError(f"{effect.subject} was not tested, so there are no numbers to tell.")
    sure = f"(n = {effect.n}, {discovery_rate(effect.q)})"
    told = f"{percent(middle)} engagement, all else equal (95 % interval {percent(low)} to {percent(high)}) {sure}"
    if basis == Basis.COUNT:
        return told
    return f"mean {effect.mean:.2f} {UNITS[Basis(basis)]} against {effect.baseline:.2f} without it, {told}"


def percent(difference: float) -> str:
    """A difference in percent, with its sign."""
    return f"{difference:+.0f} %"


def discovery_rate(q: float | None) -> str:
    """The q-value of a claim; never as zero, which no test can show."""
    if q is None:
        raise ValueError("Only a tested item has a q-value.")
    return "q < 0.001" if q < 0.001 else f"q = {q:.3f}"
