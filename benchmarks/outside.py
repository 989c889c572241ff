"""The honesty of benchmarks/honesty.py, checked from outside: worlds are imported as CSV files and the API is asked.

Every persona of a world has an export of its own, brought by `import_posts`; the REST API is asked with a token about
all personas at once (gator/tests/brought_worlds.py). Nobody can be seen in an export, so the genuine part of every post
is a guess with a wide interval, equally wide for all. How many saw each post, and the chance in its counts, are drawn
anew for each world. Below each row stands what the model says of the same worlds without that. Numbers on the command
line: worlds of 3,000 posts in each cell, and of 1,000 without effects; of smaller ones there are three times as many,
since chance moves these more and they take less.
"""

import sys
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryDirectory

from _common import Law, empty, empty_database, judge, step
from django.conf import settings
from honesty import CELLS, HEAD, SEED, laws_of, mean, row, shown, worlds
from kinds import NOTHING, NULL_HEAD, null_row
from numpy.random import default_rng

from gator.tests.brought_worlds import FEW_SEE, MANY_SEE, bring, caller, told_by
from patterns.tests.worlds import Laws, Score, World, score, scored

# Every world has a login of its own: a slow hash of its password would take longer than small worlds do, and more than
# ten in a minute would be refused.
settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
settings.REST_FRAMEWORK["DEFAULT_THROTTLE_RATES"]["login"] = None
NUMBERS = [int(word) for word in sys.argv[1:] if word.isdigit()]
WORLDS, NULLS = (NUMBERS + [8, 40][len(NUMBERS) :])[:2]
# Few people see a post: forty interactions at the usual post, so that counts are noisy themselves.
SMALL = "1,000, forty likes", Laws(1000)
EMPTY = [Laws(1000, **NOTHING), Laws(300, personas=1, **NOTHING), Laws(60, personas=1, **NOTHING)]


def from_outside(drawn: list[World], reach: int = MANY_SEE) -> list[Score]:
    """Bring each world into the empty database, ask, judge, and empty the database again."""
    scores = []
    for seed, world in enumerate(drawn):
        with TemporaryDirectory() as folder:
            # A stream beside that of [SEED, seed], which the world itself is drawn from.
            bring(world, Path(folder), default_rng([SEED, seed, 1]), reach=reach)
        scores.append(scored(world, told_by(caller("127.0.0.1"))))
        empty()
    return scores


def pairs(name: str, drawn: list[World], reach: int = MANY_SEE) -> tuple[list[Score], list[Score]]:
    """What is said of these worlds from inside and from outside, printed."""
    inside, outside = [score(one) for one in drawn], from_outside(drawn, reach)
    row(name, outside)
    row("  from inside", inside)
    return inside, outside


def of_others(found: Iterable[Score]) -> float:
    """The share of claims of hours, weekdays, formats and caption lengths that are on the wrong side."""
    told = [(one.others_false, one.others) for one in found]
    return sum(false for false, _ in told) / max(1, sum(claims for _, claims in told))


def with_effects() -> list[Law]:
    """The worlds of the table of honesty.py with its limits, and one whose posts few see."""
    print(f"\n{HEAD}")
    told = dict[str, list[Score]]()
    laws = list[Law]()
    for name, world, *_ in CELLS:
        inside, told[name] = pairs(name, worlds(world, WORLDS * (1 if world.posts > 1000 else 3)))
        laws += [
            Law(f"{name}: false share above that from inside", _above(told[name], inside, "false_share"), 0.05, ""),
            Law(f"{name}: power below that from inside", _above(inside, told[name], "power"), 0.05, ""),
        ]
    name, world = SMALL
    _, few = pairs(name, worlds(world, 3 * WORLDS), reach=FEW_SEE)
    everything = [*few, *(one for scores in told.values() for one in scores)]
    return [
        *laws_of(told),
        *laws,
        Law(f"{name}: false share", mean(few, "false_share"), 0.10, ""),
        Law(f"{name}: plain intervals hold the truth", mean(few, "plain_coverage"), 0.93, "", at_least=True),
        Law(f"{name}: shrunk intervals of claims", shown(few), 0.90, "", at_least=True),
        Law("claims of other kinds on the wrong side", of_others(everything), 0.10, ""),
    ]


def _above(more: list[Score], less: list[Score], name: str) -> float:
    return mean(more, name) - mean(less, name)


def without_effects() -> list[Law]:
    """How often a gain is claimed where nothing matters."""
    print(NULL_HEAD)
    laws = list[Law]()
    for world in EMPTY:
        drawn = worlds(world, NULLS * (1 if world.posts >= 1000 else 3))
        laws += null_row(world, from_outside(drawn))
    return laws


if __name__ == "__main__":
    print(f"Seeds from [{SEED}, 0] on: {WORLDS} worlds of 3,000 posts, {3 * WORLDS} of fewer; {NULLS} without effects.")
    with empty_database(), step("imported and asked"):
        found = [*without_effects(), *with_effects()]
    judge(found)
