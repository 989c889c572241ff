"""Which block of neighbours on a cycle stands out most, and what stands out most by chance. Pure.

A scan statistic: the most that any block explains of the scatter is held against the most that some block would explain
were the curve flat, on the same posts (Kulldorff 1997, Communications in Statistics 26: 1481-1496; on a circle, block
after block: Olshen et al. 2004, Biostatistics 5: 557-572).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import product
from math import ceil
from typing import Any

import numpy as np

from patterns.adjustment import MIN_FREEDOM, Estimate
from patterns.mixed import ROUNDING, Floats, Moments

# How often a flat curve may be taken for one that is not.
FLAT_NAMED = 0.05
# The longest block, as a share of the cycle: six hours, two days.
LONGEST = 1 / 4
# Flat curves that are drawn to know what chance does, always the same ones.
DRAWS, SEED = 2000, 20040401


@dataclass(frozen=True)
class Scan:
    """The run that stands out most, and how often chance alone shows as much.

    `critical` is the value of Student's t above which a run would be sure.
    """

    run: tuple[int, ...]
    p: float
    critical: float


def runs_of(counts: Sequence[int], floor: int) -> list[tuple[int, ...]]:
    """Every run of neighbours with enough posts that begins and ends with a post, of at most half of the used places.

    Runs with the same posts are one, the shortest.
    """
    used = [place for place, count in enumerate(counts) if count]
    most = ceil(LONGEST * len(counts))
    found: dict[frozenset[int], tuple[int, ...]] = {}
    for length, start in product(range(1, most + 1), used):
        run = tuple((start + step) % len(counts) for step in range(length))
        own = frozenset(place for place in run if counts[place])
        posts = sum(counts[place] for place in own)
        if run[-1] in own and 2 * len(own) <= len(used) and floor <= posts <= sum(counts) - floor:
            found.setdefault(own, run)
    return list(found.values())


def scanned(evidence: Moments, runs: Sequence[tuple[int, ...]]) -> Scan | None:
    """The run that stands out most, and what chance alone does to the one that stands out most."""
    columns = np.column_stack([column_of(run, len(evidence.shared)) for run in runs])
    own = np.einsum("ij,ij->j", columns, evidence.gram @ columns)
    told = np.flatnonzero(own > np.sqrt(ROUNDING) * np.trace(evidence.gram))
    if not told.size:
        return None
    columns = columns[:, told] / np.sqrt(own[told])
    scores = columns.T @ evidence.shared / np.sqrt(evidence.total)
    chance = _chance(evidence, columns)
    critical = float(np.quantile(chance, 1 - FLAT_NAMED))
    # Where gains are sure, a gain is named: that the others are worse says the same and helps less.
    gains = np.where(scores > np.sqrt(critical), scores, 0.0)
    best = int(np.argmax(gains if gains.any() else np.abs(scores)))
    return Scan(
        runs[told[best]],
        (1 + int((chance >= scores[best] ** 2).sum())) / (DRAWS + 1),
        float(np.sqrt(critical / (1 - critical) * (evidence.freedom - 1))),
    )


def _chance(evidence: Moments, columns: Floats) -> Floats:
    """The largest share of the scatter that a run explains, in draws of a flat curve with the same posts."""
    sizes, turn = np.linalg.eigh(evidence.gram)
    kept = sizes > ROUNDING * sizes[-1]
    root = turn[:, kept] * np.sqrt(sizes[kept])
    rank = root.shape[1]
    normal, total, state = _drawn(rank)
    if rest := evidence.freedom - rank:
        draw = np.random.default_rng(SEED)
        draw.bit_generator.state = state
        total = total + draw.chisquare(rest, DRAWS)
    return np.asarray(((normal @ (root.T @ columns)) ** 2).max(axis=1) / total)


@lru_cache(maxsize=32)
def _drawn(rank: int) -> tuple[Floats, Floats, Any]:
    """What flat curves give at so many places that can be told apart, 24 at most; its scatter; where draws go on."""
    draw = np.random.default_rng(SEED)
    normal = draw.standard_normal((DRAWS, rank))
    return normal, (normal**2).sum(axis=1), draw.bit_generator.state


def compared(evidence: Moments, column: Floats, held: Sequence[Floats] = ()) -> Estimate | None:
    """The effect of a set of places beside others that are held constant; None where these determine it."""
    if held:
        evidence = beside(evidence, np.column_stack(held))
    score, own = float(column @ evidence.shared), float(column @ evidence.gram @ column)
    freedom = evidence.freedom - 1
    if own <= ROUNDING * float(np.trace(evidence.gram)) or freedom < MIN_FREEDOM:
        return None
    spread = evidence.total - score * score / own
    return Estimate(score / own, float(np.sqrt(max(spread, ROUNDING * evidence.total) / freedom / own)), freedom)


def beside(evidence: Moments, columns: Floats) -> Moments:
    """The moments with these combinations of places in the model, which may determine each other."""
    across = evidence.gram @ columns
    inner = np.linalg.pinv(columns.T @ across, rcond=ROUNDING, hermitian=True)
    explained = inner @ (columns.T @ evidence.shared)
    return Moments(
        evidence.gram - across @ inner @ across.T,
        evidence.shared - across @ explained,
        float(evidence.total - evidence.shared @ columns @ explained),
        evidence.freedom - int(np.linalg.matrix_rank(inner, tol=ROUNDING, hermitian=True)),
    )


def column_of(places: Iterable[int], size: int) -> Floats:
    """The sum of these places as a column: 1 at each of them, 0 elsewhere."""
    column = np.zeros(size)
    column[list(places)] = 1.0
    return column
