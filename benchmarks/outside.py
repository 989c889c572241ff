"""The honesty of benchmarks/honesty.py, checked from outside: worlds are imported as CSV files and the API is asked.

Every persona of a world has an export of its own, brought by `import_posts`; `extract_patterns` learns; the REST API is
asked with a token about all personas at once (gator/tests/brought_worlds.py). Nobody can be seen in an export, so the
genuine part of every post is a guess with a wide interval, equally wide for all. Below each row stands what the model
says of the same world without that. Numbers on the command line: worlds of each cell, and of each without effects.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from statistics import fmean
from tempfile import TemporaryDirectory

from _common import Law, empty, empty_database, judge, step
from honesty import CELLS, HEAD, NOTHING, SEED, mean, row, shown, worlds
from numpy.random import default_rng

from gator.tests.brought_worlds import FEW_SEE, MANY_SEE, bring, caller, told_by
from patterns.tests.worlds import Laws, Score, World, score, scored

NUMBERS = [int(word) for word in sys.argv[1:] if word.isdigit()]
WORLDS, NULLS = (NUMBERS + [10, 40][len(NUMBERS) :])[:2]
# Few people see a post: forty interactions at the usual post, so that counts are noisy themselves.
SMALL = "1,000, forty likes", worlds(Laws(1000), WORLDS)
EMPTY = [Laws(1000, **NOTHING), Laws(300, personas=1, **NOTHING), Laws(60, personas=1, **NOTHING)]


def from_outside(world: World, reach: int = MANY_SEE) -> Score:
    """Bring a world into the empty database, ask, judge, and empty the database again."""
    with TemporaryDirectory() as folder:
        bring(world, Path(folder), default_rng(SEED), reach=reach)
    found = scored(world, told_by(caller("127.0.0.1")))
    empty()
    return found


def pairs(name: str, drawn: list[World], reach: int = MANY_SEE) -> tuple[list[Score], list[Score]]:
    """What is said of these worlds from inside and from outside, printed."""
    inside, outside = [score(one) for one in drawn], [from_outside(one, reach) for one in drawn]
    row(name, outside)
    row("  from inside", inside)
    return inside, outside


def of_others(found: Iterable[Score]) -> float:
    """The share of claims of hours, weekdays, formats and caption lengths that are on the wrong side."""
    told = [(one.others_false, one.others) for one in found]
    return sum(false for false, _ in told) / max(1, sum(claims for _, claims in told))


def with_effects() -> list[Law]:
    """The worlds of the table of honesty.py, and one whose posts few see."""
    print(f"\n{HEAD}")
    laws, everything = list[Law](), list[Score]()
    for name, world, *_ in CELLS:
        inside, outside = pairs(name, worlds(world, WORLDS))
        everything += outside
        laws += [
            Law(f"{name}: false share above that from inside", _above(outside, inside, "false_share"), 0.05, ""),
            Law(f"{name}: power below that from inside", _above(inside, outside, "power"), 0.05, ""),
        ]
    _, few = pairs(*SMALL, reach=FEW_SEE)
    everything += few
    coverage = mean(everything, "plain_coverage")
    return [
        *laws,
        Law("false share, all cells", mean(everything, "false_share"), 0.10, ""),
        Law("plain intervals hold the truth", coverage, 0.93, "", at_least=True),
        Law("plain intervals hold the truth, not above", coverage, 0.97, ""),
        Law("shrunk intervals of claims", shown(everything), 0.90, "", at_least=True),
        Law("intervals of formats hold the truth", mean(everything, "formats_coverage"), 0.93, "", at_least=True),
        Law("claims of other kinds on the wrong side", of_others(everything), 0.10, ""),
    ]


def _above(more: list[Score], less: list[Score], name: str) -> float:
    return mean(more, name) - mean(less, name)


def without_effects() -> list[Law]:
    """How often a gain is claimed where nothing matters."""
    print("\nwithout any effect: share of runs with a claimed gain of a hashtag, of any kind, and plain coverage")
    laws = []
    for world in EMPTY:
        scores = [from_outside(one) for one in worlds(world, NULLS)]
        of_tags, of_any = (fmean(getattr(one, name) > 0 for one in scores) for name in ("gains", "gains_of_any_kind"))
        name = f"{world.personas} persona{'s' * (world.personas > 1)}, {world.posts:,} posts"
        print(f"{name:27}{of_tags:7.3f}{of_any:7.3f}{mean(scores, 'plain_coverage'):7.3f}", flush=True)
        laws.append(Law(f"{name}, no effects: runs with a gain of a hashtag", of_tags, 0.12, ""))
    return laws


if __name__ == "__main__":
    print(f"Seeds [{SEED}, 0] to [{SEED}, {WORLDS - 1}] of each cell, to {NULLS - 1} without effects.")
    with empty_database(), step("imported and asked"):
        found = [*with_effects(), *without_effects()]
    judge(found)
