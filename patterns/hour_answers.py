"""What is answered about hours: blocks that stand out, the curves of working days and of weekends, and the whole week.

In percent more or less genuine engagement.
"""

from dataclasses import dataclass
from typing import Self

from patterns.cycles import Block, Cycle
from patterns.effects import percent
from patterns.weeks import HourOfWeek


@dataclass(frozen=True, kw_only=True)
class HourBlock:
    """Neighbouring hours that stand out from those in no block: from `start`:00 until `end`:00, in percent.

    `p` is how often chance alone makes some block stand out as much; `shrunk` is the better guess of the two effects,
    since the block was chosen for being large.
    """

    start: int
    end: int
    hours: tuple[int, ...]
    n: int
    effect: float
    effect_low: float
    effect_high: float
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    p: float

    @classmethod
    def of(cls, cycle: Cycle, block: Block) -> Self:
        """A sure block of a day as a value to show."""
        hours, one, around = block.places, block.estimate, cycle.smoothed(block.places)
        return cls(
            start=hours[0],
            end=(hours[-1] + 1) % len(cycle.counts),
            hours=hours,
            n=sum(cycle.counts[hour] for hour in hours),
            effect=percent(one.effect),
            effect_low=percent(one.effect - one.half),
            effect_high=percent(one.effect + one.half),
            shrunk=percent(around.mean),
            shrunk_low=percent(around.low),
            shrunk_high=percent(around.high),
            p=block.p,
        )


def blocks_of(cycle: Cycle) -> tuple[HourBlock | None, HourBlock | None]:
    """Of the sure blocks those that gain and that lose most."""
    blocks = [HourBlock.of(cycle, block) for block in cycle.blocks]
    best = max((one for one in blocks if one.effect > 0), key=lambda one: one.shrunk_low, default=None)
    return best, min((one for one in blocks if one.effect < 0), key=lambda one: one.shrunk_high, default=None)


@dataclass(frozen=True, kw_only=True)
class HourOfCurve:
    """One hour of a curve: how many posts it has, and what it does in the light of its neighbours."""

    hour: int
    n: int
    shrunk: float
    shrunk_low: float
    shrunk_high: float


@dataclass(frozen=True, kw_only=True)
class HalfWeek:
    """The hours of working days, or of weekends, against each other; `hours` are those with posts.

    `curve_p` is how often a flat curve would look so uneven by chance alone.
    """

    posts_n: int
    curve_p: float
    best: HourBlock | None
    worst: HourBlock | None
    hours: tuple[HourOfCurve, ...]

    @classmethod
    def of(cls, cycle: Cycle) -> Self:
        """The cycle of the hours of some weekdays as a value to show."""
        best, worst = blocks_of(cycle)
        used = [hour for hour, count in enumerate(cycle.counts) if count]
        hours = tuple(_hour_of_curve(cycle, hour) for hour in used)
        return cls(posts_n=sum(cycle.counts), curve_p=cycle.p, best=best, worst=worst, hours=hours)


def _hour_of_curve(cycle: Cycle, hour: int) -> HourOfCurve:
    around = cycle.smoothed([hour])
    ends = percent(around.low), percent(around.high)
    return HourOfCurve(
        hour=hour, n=cycle.counts[hour], shrunk=percent(around.mean), shrunk_low=ends[0], shrunk_high=ends[1]
    )


@dataclass(frozen=True, kw_only=True)
class HourOfWeekday:
    """An hour of a weekday (0 is Monday) with posts, against the mean of all posts, in the light of those around it.

    `likely` is how likely it is, 0 to 1, that posts do better there than the mean.
    """

    weekday: int
    hour: int
    n: int
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    likely: float

    @classmethod
    def of(cls, one: HourOfWeek) -> Self:
        """An hour of the week as a value to show."""
        (weekday, hour), around = one.place, one.around
        low, high = percent(around.low), percent(around.high)
        return cls(
            weekday=weekday,
            hour=hour,
            n=one.n,
            shrunk=percent(around.mean),
            shrunk_low=low,
            shrunk_high=high,
            likely=around.above,
        )
