"""What answers claim of every kind, hashtag to approach, where nothing matters; and whether intervals of formats hold.

Made-up accounts (patterns/tests/worlds.py) are asked as answers are: hours and weekdays as cycles, captions of any
length, four approaches. A law of a row is missed only where chance cannot be why: the 95 % interval of what was
counted lies beyond its limit. A number on the command line is how many worlds a row has, 400 if none is given; those
of 3,000 posts are a quarter as many. Two processes share them.
"""

import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from statistics import fmean
from typing import Any

from _common import Law, judge, step
from honesty import FEW_TAGS, HELD, SEED, mean, of_intervals
from numpy.random import default_rng
from rich.console import Console
from rich.progress import track
from scipy.stats import binomtest

from patterns.enums import PatternKind
from patterns.tests.world_rows import told_as_answered
from patterns.tests.worlds import Laws, Score, draw, scored

WORLDS = next((int(word) for word in sys.argv[1:] if word.isdigit()), 400)
NOTHING: dict[str, Any] = {"helpful": 0, "hours": 0.0, "weekdays": 0.0, "formats": 0.0}
NULLS = [(3000, 12), (1000, 12), (1000, 1), (300, 1), (120, 1), (60, 1), (30, 1), (19, 1)]
# Where formats differ, by factors of about two.
DIFFERING = {
    "12 personas, 1,000 posts": Laws(1000),
    "one persona, 1,000 posts": Laws(1000, personas=1),
    "100 tags, at most 5, 1,000": FEW_TAGS,
    "one persona, 300 posts": Laws(300, personas=1),
}
# At most this share of runs without an effect may claim a gain.
GAINS = 0.12
KINDS = {
    PatternKind.HASHTAG: "tags",
    PatternKind.POSTING_HOUR: "hours",
    PatternKind.POSTING_WEEKDAY: "days",
    PatternKind.MEDIA_KIND: "formats",
    PatternKind.CAPTION_LENGTH: "lengths",
    PatternKind.STRATEGY: "ways",
}
NULL_HEAD = f"""
without any effect: share of runs with a claimed gain of a kind, of any (its 95 % interval), with a loss, with either of
the two; then how often plain intervals of hashtags and those of formats hold the truth
{"":27}{"".join(f"{name:>8}" for name in [*KINDS.values(), "any"])}{"":17}\
{"".join(f"{name:>8}" for name in ["loss", "either", "plain", "formats", "runs"])}"""


def answered(laws: Laws, seed: int) -> Score:
    """One world by these laws, asked as answers are."""
    world = draw(default_rng([SEED, seed]), laws)
    return scored(world, told_as_answered(world))


def scores(laws: Laws) -> list[Score]:
    """What came of all worlds of these laws, the same in every run."""
    n = max(2, WORLDS // 4 if laws.posts > 1000 else WORLDS)
    console = Console(stderr=True)
    with ProcessPoolExecutor(2) as pool:
        found = pool.map(partial(answered, laws), range(n), chunksize=5)
        return list(track(found, "worlds", n, console=console, transient=True, disable=not console.is_terminal))


def interval(happened: Sequence[bool]) -> tuple[float, float]:
    """The exact 95 % interval of a share (Clopper and Pearson 1934)."""
    low, high = binomtest(sum(happened), len(happened)).proportion_ci()
    return float(low), float(high)


def null_row(world: Laws, scores: list[Score]) -> list[Law]:
    """Print how often anything is claimed in these worlds without effects, with what must hold of it."""
    name = f"{world.personas} persona{'s' * (world.personas > 1)}, {world.posts:,} posts"
    gains, losses = [bool(one.gaining) for one in scores], [bool(one.losing) for one in scores]
    either = [gain or loss for gain, loss in zip(gains, losses, strict=True)]
    low, high = interval(gains)
    of_kinds = [fmean(kind in one.gaining for one in scores) for kind in KINDS]
    rest = [*map(fmean, (losses, either)), mean(scores, "plain_coverage"), mean(scores, "formats_coverage")]
    print(
        f"{name:27}{_row([*of_kinds, fmean(gains)])} ({low:.3f} to {high:.3f}){_row(rest)}{len(scores):8}", flush=True
    )
    return [
        Law(f"{name}, no effects: runs with a gain of any kind, the lower end", low, GAINS, ""),
        Law(f"{name}, no effects: runs with a loss of any kind, the lower end", interval(losses)[0], GAINS, ""),
    ]


def _row(shares: Sequence[float]) -> str:
    return "".join(f"{share:8.3f}" for share in shares)


def nulls() -> list[Law]:
    """How often anything is claimed where nothing matters."""
    print(NULL_HEAD)
    laws, gains = list[Law](), list[bool]()
    for posts, personas in NULLS:
        world = Laws(posts, personas=personas, **NOTHING)
        found = scores(world)
        laws += null_row(world, found)
        gains += [bool(one.gaining) for one in found]
    return [*laws, Law("no effects, all sizes together: runs with a gain of any kind", fmean(gains), GAINS, "")]


def formats() -> list[Law]:
    """How often intervals of formats hold the truth where formats differ."""
    print("\nwith effects: share of the intervals of formats that hold the truth, its standard error, runs")
    laws = []
    for name, world in DIFFERING.items():
        found = scores(world)
        share, error = of_intervals(found)
        print(f"{name:27}{share:8.3f} ± {error:.3f}{len(found):8}", flush=True)
        laws.append(Law(f"{name}: intervals of formats, the upper end", share + 2 * error, HELD, "", at_least=True))
    return laws


if __name__ == "__main__":
    print(f"Seeds [{SEED}, 0] to [{SEED}, {WORLDS - 1}] of each row, of 3,000 posts a quarter of them.")
    with step("simulated"):
        found = [*nulls(), *formats()]
    judge(found)
