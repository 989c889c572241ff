"""How far the scores of today lie from those of training: the population stability index. Pure.

With words for what it means, and beside it how large chance alone would make it.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import fsum, log

from scipy.special import chdtri

BINS = 10
# Fewer would tell more of chance than of change.
FEWEST = 100
# The usual reading: below 0.1 no change that matters, from 0.25 on another population (Siddiqi 2006, Credit Risk
# Scorecards).
SMALL, CLEAR = 0.10, 0.25
# A bin in which nobody stands counts as half a person, so that its logarithm exists.
HALF = 0.5

AS_IN_TRAINING = "The scores lie as in training: the difference is no more than chance."
OF_NO_CONSEQUENCE = "A small shift, too small to matter."
MODERATE = "A moderate shift. Look through the review queue: people may write of other things than in training."
DIFFERENT = (
    "A clear shift: what people write here is unlike the training data, so its error rates need not hold here. "
    "Decide more comments, then train and calibrate with them."
)


@dataclass(frozen=True)
class Drift:
    """The index, the size that chance alone reaches in one case of twenty, and how many were compared."""

    n: int
    index: float | None
    by_chance: float | None
    words: str


def edges(reference: Sequence[float], below: float, bins: int = BINS) -> list[float]:
    """Edges of bins that hold equal parts of the reference scores under `below`, first 0 and last `below`.

    Fewer bins where many scores are equal.
    """
    ordered = sorted(score for score in reference if score < below)
    inner = {ordered[at * len(ordered) // bins] for at in range(1, bins)} if ordered else set()
    return [0.0, *sorted(edge for edge in inner if 0 < edge < below), below]


def held(reference: Sequence[float], between: Sequence[float]) -> list[int]:
    """How many of the scores stand in each bin; an edge belongs to the bin it begins."""
    ordered = sorted(reference)
    return [bisect_left(ordered, high) - bisect_left(ordered, low) for low, high in pairwise(between)]


def drift(expected: Sequence[int], found: Sequence[int]) -> Drift:
    """Compare how many stand in each bin with how many stood there in training."""
    n, trained = sum(found), sum(expected)
    if n < FEWEST or not trained:
        return Drift(n, None, None, f"Too few to compare: {n:,} comments, of {FEWEST} that are needed.")
    index = _index(expected, found)
    # The index over 1/n + 1/m is about chi-squared where nothing changed (Yurdakul 2018).
    by_chance = float(chdtri(len(found) - 1, 0.05)) * (1 / n + 1 / trained)
    return Drift(n, index, by_chance, _words(index, by_chance))


def _index(expected: Sequence[int], found: Sequence[int]) -> float:
    was, now = _shares(expected), _shares(found)
    return fsum((after - before) * log(after / before) for before, after in zip(was, now, strict=True))


def _shares(counts: Sequence[int]) -> list[float]:
    total = sum(counts) + HALF * len(counts)
    return [(n + HALF) / total for n in counts]


def _words(index: float, by_chance: float) -> str:
    if index <= by_chance:
        return AS_IN_TRAINING
    readings = (OF_NO_CONSEQUENCE, MODERATE, DIFFERENT)
    return readings[bisect_right((SMALL, CLEAR), index)]
