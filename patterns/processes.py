"""Gaussian processes over places: neighbours lend each other strength as far as the posts show them to be alike. Pure.

How far values spread and how far they reach is never known; so what every prior says is averaged, each by how likely it
makes the posts, which is wider where several explain them equally well (Rasmussen and Williams 2006, chapters 2.2 and
5.4).
"""

import numpy as np
from scipy.special import ndtr

from patterns.adjustment import MIN_FREEDOM
from patterns.claims import NORMAL
from patterns.mixed import ROUNDING, Floats, Integers, Moments
from patterns.shrinkage import Shrunk


def averaged(evidence: Moments, sums: Floats, priors: Floats) -> list[Shrunk]:
    """Weighted sums (places by sums) of what the places do, averaged over priors (priors by places by places)."""
    scatter = _scatter(evidence)
    systems = np.eye(len(evidence.shared)) + evidence.gram @ priors / scatter
    after = priors @ np.linalg.inv(systems)
    score = evidence.shared / scatter
    likelihood = 0.5 * np.vecdot(score @ after, score) - 0.5 * np.linalg.slogdet(systems)[1]
    chances = np.exp(likelihood - likelihood.max())
    chances /= chances.sum()
    means, variances = sums.T @ after @ score, np.einsum("ij,kij->kj", sums, after @ sums)
    mean = chances @ means
    spread = np.sqrt(np.maximum(chances @ (variances + means**2) - mean**2, 0.0))
    return [_normal(float(one), float(wide)) for one, wide in zip(mean, spread, strict=True)]


def rank_of(evidence: Moments) -> int:
    """How many of the places can be told apart from each other."""
    return int(np.linalg.matrix_rank(evidence.gram, tol=ROUNDING * float(np.trace(evidence.gram)), hermitian=True))


def _scatter(evidence: Moments) -> float:
    """The squared scatter of a post, by what the places leave unexplained; by all of it where that is too little."""
    rank = rank_of(evidence)
    if evidence.freedom - rank < MIN_FREEDOM:
        return evidence.total / evidence.freedom
    found = np.linalg.pinv(evidence.gram, rcond=ROUNDING, hermitian=True) @ evidence.shared
    return (evidence.total - float(evidence.shared @ found)) / (evidence.freedom - rank)


def _normal(mean: float, spread: float) -> Shrunk:
    above = float(ndtr(mean / spread)) if spread else float(mean > 0)
    return Shrunk(mean, mean - NORMAL * spread, mean + NORMAL * spread, above, 1 - above)


def chords(places: Integers, size: int) -> Floats:
    """The straight distances between places on a circle of so many."""
    return np.asarray(size / np.pi * np.sin(np.pi * (places[:, None] - places) / size))
