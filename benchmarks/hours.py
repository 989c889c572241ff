"""How often posting times are named where there are none, and found where they were planted (patterns/tests/days.py).

An answer is right if its best block shares an hour with the planted one, no hour outside is claimed to gain and none
inside to lose; told beside is how many of the planted hours are claimed. Numbers on the command line: runs of each
world, then a seed.
"""

import sys
from collections import Counter
from statistics import fmean
from typing import Any

import numpy as np
from _common import Law, judge, step

from patterns.answers import Curve
from patterns.effects import study_of
from patterns.enums import Claim, PatternKind, Scope
from patterns.tests.days import AUTUMN, BERLIN, NEW_YORK, SPRING, Days, some_days

NUMBERS = [int(word) for word in sys.argv[1:] if word.isdigit()]
RUNS, SEED = (NUMBERS + [100, 1][len(NUMBERS) :])[:2]
NOISE = [(30, 1, 0.6), (100, 1, 0.4), (100, 1, 1.0), (300, 1, 0.6), (1000, 1, 0.6), (1000, 12, 0.6), (3000, 12, 0.8)]
# What is judged, and further down what is reported only: smaller gains, more noise.
PLANTED: list[tuple[str, dict[str, Any]]] = [
    ("Berlin, spring", {"sd": 0.4, "gain": 0.3, "zone": BERLIN, "start": SPRING}),
    ("New York, spring", {"sd": 0.4, "gain": 0.4, "zone": NEW_YORK, "start": SPRING}),
    ("Berlin, autumn", {"sd": 0.5, "gain": 0.4, "zone": BERLIN, "start": AUTUMN}),
    ("12 personas", {"sd": 0.5, "gain": 0.4, "personas": 12}),
]
HARDER = [(sd, gain) for sd in (0.6, 0.8, 1.0) for gain in (0.25, 0.4)]


def outcome(days: Days) -> tuple[str, bool, float]:
    """The signal of a window, whether what it names is right, and how much of the planted block is claimed, 0 to 1."""
    study = study_of(days.rows)
    hours = {int(one.subject): one for one in study.effects if one.kind == PatternKind.POSTING_HOUR}
    cycle = study.cycles.get(PatternKind.POSTING_HOUR)
    curve = Curve.drawn(cycle, scope=Scope.PERSONA, accounts_n=study.accounts_n, posts_n=len(days.rows.posts))
    signals = {one.signal for one in hours.values()}
    signal = next((name for name in ("ok", "thin") if name in signals), "none")
    false = [hour for hour, one in hours.items() if one.claim == (Claim.LOSS if hour in days.block else Claim.GAIN)]
    claimed = sum(hour in hours and hours[hour].claim == Claim.GAIN for hour in days.block) / len(days.block)
    return signal, bool(curve.best and days.block & set(curve.best.hours) and not false), claimed


def world(name: str, posts: int, **changes: Any) -> tuple[float, float, float]:
    """Percent of runs with the signal none, with ok, and of those the right ones."""
    # Of its whole name, so that no two worlds draw the same posts.
    rng = np.random.default_rng([SEED, posts, *name.encode()])
    outcomes = [outcome(some_days(rng, posts, **changes)) for _ in range(RUNS)]
    signals = Counter(signal for signal, *_ in outcomes)
    none, thin, sure = (100 * signals[one] / RUNS for one in ("none", "thin", "ok"))
    right = 100 * sum(right for signal, right, _ in outcomes if signal == "ok") / max(1, signals["ok"])
    print(
        f"{none:6.1f} none {thin:6.1f} thin {sure:6.1f} ok {right:6.1f} right of these"
        f" {100 * fmean(claimed for *_, claimed in outcomes):6.1f} of the block  {name}, {posts} posts",
        flush=True,
    )
    return none, sure, right


def main() -> None:
    print(f"seed {SEED}, {RUNS} runs of each world, in percent", flush=True)
    laws = []
    with step("noise"):
        for posts, personas, sd in NOISE:
            name = f"noise, sd {sd}, personas {personas}"
            none, _, _ = world(name, posts, personas=personas, sd=sd)
            laws.append(Law(f"{name}, {posts} posts: none", none, 90, "%", at_least=True))
    with step("planted"):
        for name, changes in PLANTED:
            _, sure, right = world(name, 1000, **changes)
            laws += [
                Law(f"{name}: ok", sure, 85, "%", at_least=True),
                Law(f"{name}: right", right, 90, "%", at_least=True),
            ]
    with step("harder, not judged"):
        for sd, gain in HARDER:
            world(f"gain {gain}, sd {sd}", 1000, sd=sd, gain=gain)
    judge(laws)


if __name__ == "__main__":
    main()
