"""How often what is said of failures, and the alarms of a loop that feeds on itself, are right where truth is known.

Failures: worlds in which everybody fails alike, worlds with one group that fails three times as often, worlds with a
hard phase in which a ranking by plain shares blames the wrong model, and failures that stop for a while or never do.
Alarms: worlds in which nothing changes, and loops that collapse to one set of hashtags. Numbers on the command line are
seeds.
"""

import sys
from collections.abc import Callable

import numpy as np
from _common import Law, judge, step

from patterns.failures import FailureRate
from patterns.silences import Day, longest_silence
from patterns.tests.choosing_worlds import collapsed, rings, steady
from patterns.tests.failing_worlds import (
    FALSE_DISCOVERY_RATE,
    claims,
    differing,
    hard_phase,
    highest,
    null_worlds,
    one_bad,
    rates,
)
from patterns.tests.silent_worlds import steady_failure, stopped_failure

SEEDS = [int(word) for word in sys.argv[1:] if word.isdigit()] or list(range(1, 41))
WORLDS = 25


def percent(found: list[bool]) -> float:
    """How many of these hold, in percent."""
    return 100 * float(np.mean(found))


def over(worlds: Callable[[int, int], object], ask: Callable[..., bool]) -> float:
    """In how many of the worlds of every seed something holds, in percent."""
    return percent([ask(world) for seed in SEEDS for world in worlds(seed, WORLDS)])  # type: ignore[attr-defined]


def shrunk_coverage() -> tuple[float, float]:
    """How often the shrunk intervals hold the truth: of all groups, and of the claimed ones."""
    every, claimed = list[bool](), list[bool]()
    for seed in SEEDS:
        for world, truths in differing(seed, WORLDS):
            for one in rates(world):
                every.append(_holds(one, truths[one.subject]))
                if one.q is not None and one.q <= FALSE_DISCOVERY_RATE:
                    claimed.append(every[-1])
    return percent(every), percent(claimed)


def _holds(one: FailureRate, truth: float) -> bool:
    return one.shrunk_low <= truth <= one.shrunk_high


def is_back(days: list[Day]) -> bool:
    """Whether a failure by itself is said to have stopped and come back."""
    found = longest_silence(days)
    return found is not None and found.p <= FALSE_DISCOVERY_RATE


def power(size: int) -> float:
    """How often the group that fails three times as often is found among twelve of `size` runs each, in percent."""
    return percent(["bad" in claims(world) for seed in SEEDS for world in one_bad(seed, WORLDS, size=size)])


def failures() -> list[Law]:
    """The laws of failures."""
    hard = [(claims(world), highest(world)) for seed in SEEDS for world in hard_phase(seed, WORLDS)]
    every, claimed = shrunk_coverage()
    sizes = {size: power(size) for size in (20, 50, 100, 200)}
    print(
        "  a group that fails 3 times as often is found: ", {f"{size} runs": f"{p:.0f} %" for size, p in sizes.items()}
    )
    print(f"  a hard phase: plain shares blame the innocent in {percent([top == 'innocent' for _, top in hard]):.1f} %")
    return [
        Law("worlds where all fail alike with any claim", over(null_worlds, lambda w: bool(claims(w))), 12.0, "%"),
        Law("a group of 100 runs that fails 3 times as often is found", sizes[100], 80.0, "%", at_least=True),
        Law("a hard phase: the innocent model is blamed", percent(["innocent" in c for c, _ in hard]), 10.0, "%"),
        Law("a hard phase: the bad model is found", percent(["bad" in c for c, _ in hard]), 75.0, "%", at_least=True),
        Law("shrunk intervals hold the truth, all groups", every, 93.0, "%", at_least=True),
        Law("shrunk intervals hold the truth, claimed groups", claimed, 90.0, "%", at_least=True),
        Law("a steady failure is said to be back", over(steady_failure, is_back), 10.0, "%"),
        Law(
            "a failure that stopped for 35 days is said to be back",
            over(stopped_failure, is_back),
            80.0,
            "%",
            at_least=True,
        ),
    ]


def alarms() -> list[Law]:
    """The laws of alarms."""
    return [
        Law("steady loops with any alarm", over(steady, lambda world: bool(rings(*world))), 5.0, "%"),
        Law(
            "a collapse to one set of hashtags rings",
            over(collapsed, lambda w: "hashtags" in rings(*w)),
            80.0,
            "%",
            at_least=True,
        ),
    ]


if __name__ == "__main__":
    print(f"Seeds {SEEDS}; {len(SEEDS) * WORLDS:,} worlds of each kind.")
    with step("failures"):
        laws = failures()
    with step("alarms"):
        laws += alarms()
    judge(laws)
