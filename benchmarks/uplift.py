"""How often the 95 % interval of what guidance gained holds the truth, and beside it the plain difference's.

The pieces are made up (patterns/tests/drawn_pieces.py): 1 or 12 personas on two platforms with bases of their own,
levels and spreads that differ, heavy tails, a wave and a growth that no straight line follows. Where the share of
controls was changed, the growth comes at that time, and the plain difference takes it for a gain. In the worlds that
improve, guidance gains nothing at first and twice the truth at the end. Numbers on the command line are seeds.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import log1p

import numpy as np
from _common import Law, judge, step

from patterns.stats import Sample, welch
from patterns.tests.drawn_pieces import World
from patterns.uplift import Difference, Piece, difference

SEEDS = [int(word) for word in sys.argv[1:] if word.isdigit()] or [1, 2]
RUNS = 100
LEAST_PIECES = 5
GAINS = (0.22, 0.0)
POSTS, PERSONAS, SPREADS = (300, 1000, 3000), (1, 12), (0.4, 1.0)
SHARES: tuple[tuple[float, ...], ...] = ((0.1,), (0.3,))
CHANGED: tuple[tuple[float, ...], ...] = ((0.5, 0.1), (0.1, 0.3))
# Issue: a true gain of 22 % is covered in 90 to 99 % of runs. What chance adds in the furthest of 64 cells of 200 runs
# whose intervals hold in 95 %: 95 +- 4.6 (three standard errors), so a cell below 90 is hardly an accident.
LEAST, MOST = 90.0, 99.0


@dataclass(frozen=True)
class Cell:
    """What became of the runs of one world, in percent of them."""

    held: float
    naive: float
    silent: float
    width: float
    bias: float

    def __str__(self) -> str:
        return f"{self.held:11.1f} {self.naive:6.1f} {self.silent:6.1f} {self.width:5.2f} {self.bias:6.3f}"


def cell(world: World) -> Cell:
    """Live a world `RUNS` times for each seed."""
    truth, runs = log1p(world.gain), list[Difference]()
    plain, asked = 0, RUNS * len(SEEDS)
    for seed in SEEDS:
        rng = np.random.default_rng(seed)
        for _ in range(RUNS):
            pieces = world.pieces(rng)
            low, high = naive(pieces)
            plain += low <= truth <= high
            if found := difference(pieces, least=LEAST_PIECES):
                runs.append(found)
    ends = [run.ends for run in runs]
    return Cell(
        held=100 * float(np.mean([low <= truth <= high for low, high in ends])),
        naive=100 * plain / asked,
        silent=100 * (1 - len(runs) / asked),
        width=float(np.mean([high - low for low, high in ends])),
        bias=float(np.mean([run.effect for run in runs])) - truth,
    )


def naive(pieces: Sequence[Piece]) -> tuple[float, float]:
    """Welch's interval of the plain difference of mean logs, as a dashboard would tell it."""
    guided, others = (Sample.of(one.value for one in pieces if one.guided is arm) for arm in (True, False))
    found = welch(guided, others)
    assert found is not None
    return found.low, found.high


def worlds() -> Iterator[World]:
    """Every world but for its gain."""
    for personas in PERSONAS:
        for posts in POSTS:
            for shares in SHARES:
                yield from (World(posts, shares, personas, spread=spread) for spread in SPREADS)
        for shares in CHANGED:
            yield from (World(1000, shares, personas, improves=improves) for improves in (False, True))


def told(world: World) -> str:
    """A world in few words."""
    shares = " then ".join(f"{share:.0%}" for share in world.control_shares)
    extra = ", improves" if world.improves else ""
    return f"{world.personas:2} personas, {world.posts:5,} posts, {shares} controls, sd {world.spread:g}{extra}"


if __name__ == "__main__":
    print(f"Seeds {SEEDS}; {RUNS * len(SEEDS)} runs a cell. Percent of runs; width and bias in logs.")
    print(f"{'':68}" + "".join(f"{f'gain of {gain:.0%}':>36}" for gain in GAINS))
    print(f"{'':68}" + f"{'held  plain silent width   bias':>36}" * len(GAINS))
    found: list[tuple[World, list[Cell]]] = []
    with step("simulated"):
        for world in worlds():
            cells = [cell(replace(world, gain=gain)) for gain in GAINS]
            found.append((world, cells))
            lines = "".join(map(str, cells))
            print(f"{told(world):68}{lines}", flush=True)
    gained, nothing = ([cells[at].held for _, cells in found] for at in range(len(GAINS)))
    grown = [cells[0].naive for world, cells in found if len(world.control_shares) > 1]
    judge(
        [
            Law("a gain of 22 %, the lowest cell", min(gained), LEAST, "%", at_least=True),
            Law("a gain of 22 %, the highest cell", max(gained), MOST, "%"),
            Law("no gain, the lowest cell", min(nothing), LEAST, "%", at_least=True),
            Law("no gain, the highest cell", max(nothing), MOST, "%"),
            # Were it otherwise the worlds would not tell the two apart.
            Law("the plain difference where the share was changed, the lowest cell", min(grown), 75.0, "%"),
        ]
    )
