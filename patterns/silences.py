"""Which failures had stopped and came back: a silence too long for chance, between two days with the failure. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import accumulate, pairwise
from math import exp
from typing import NamedTuple

from patterns.failures import Tally, log_choose


class Day(NamedTuple):
    """The runs of one day, and how many of them had the failure in question."""

    on: date
    n: int
    failures: int


@dataclass(frozen=True, kw_only=True)
class Silence:
    """The longest time without a failure that came back after it: runs and failures before, within and after."""

    stopped_on: date
    back_on: date
    quiet_runs: int
    before: Tally
    after: Tally
    p: float


def longest_silence(days: Sequence[Day]) -> Silence | None:
    """The longest stretch of runs without the failure, between two days with it; None below three such days.

    `p` is the probability that any stretch were as long had the failure never stopped. However many runs an outage
    took, its day counts once. The chance that a given stretch of g of N runs holds none of x days is C(N - g, x) / C(N,
    x), whatever the rate, and all stretches are looked at (Bonferroni). Before the stretch there were two such days at
    least: what happened once had not stopped.
    """
    struck = [place for place, day in enumerate(days) if day.failures]
    upto = [0, *accumulate(day.n for day in days)]
    gaps = [(upto[end] - upto[start + 1], start, end) for start, end in list(pairwise(struck))[1:]]
    if not gaps:
        return None
    quiet, start, end = max(gaps)
    n, x = upto[-1], len(struck)
    chance = exp(log_choose(n - quiet, x) - log_choose(n, x)) if n - quiet >= x else 0.0
    return Silence(
        stopped_on=days[start].on,
        back_on=days[end].on,
        quiet_runs=quiet,
        before=_total(days[: start + 1]),
        after=_total(days[end:]),
        p=min(1.0, len(gaps) * chance),
    )


def _total(days: Sequence[Day]) -> Tally:
    return Tally(sum(day.n for day in days), sum(day.failures for day in days))
