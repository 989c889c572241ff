"""Effects after empirical Bayes: what an estimate is worth once it is known how the others of its kind turned out.

The true effects of a kind are taken to be a mixture of nothing at all and of normal laws of several widths around it,
whose shares are found from all estimates of the kind at once (Stephens 2017, Biostatistics 18: 275-294). The largest of
many estimates is mostly luck; this takes the luck out, and says how likely an effect is on the side it seems to be.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

Floats = NDArray[np.float64]

# Each width is so many times the one before.
STEP = 2.0
# The share of no effect counts as if so many estimates without one had been seen beside (Stephens 2017, section 3.1).
NULL_WEIGHT = 10.0
ROUNDS, SETTLED = 300, 1e-4
LEVELS = (0.025, 0.975)
# A quantile is halved in on so often: to a billionth of the width of what is possible.
HALVINGS = 32


@dataclass(frozen=True)
class Shrunk:
    """The mean and 95 % interval of what an effect may be, and how likely it is above and below nothing."""

    mean: float
    low: float
    high: float
    above: float
    below: float


def shrunk(effects: Sequence[float], errors: Sequence[float]) -> list[Shrunk]:
    """Each of these estimates of one kind, with normal standard errors above 0, in the light of all of them."""
    if not effects:
        return []
    effect, error = np.array(effects)[:, None], np.array(errors)[:, None]
    widths = _widths(effect, error)
    spread = np.hypot(widths, error)
    likelihood = np.exp(-0.5 * (effect / spread) ** 2) / spread
    shares = _weighed(likelihood, _shares(likelihood / likelihood.max(axis=1, keepdims=True)))
    # Of each width the estimate keeps this part, and so much of its error.
    part = (widths / spread) ** 2
    means, errors_left = part * effect, np.sqrt(part) * error
    below = (shares[:, 1:] * ndtr(-means[:, 1:] / errors_left[:, 1:])).sum(axis=1)
    above = shares[:, 1:].sum(axis=1) - below
    low, high = (_quantile(level, shares, means, errors_left, below) for level in LEVELS)
    columns = ((shares * means).sum(axis=1), low, high, above, below)
    return [Shrunk(*map(float, row)) for row in zip(*columns, strict=True)]


def _widths(effect: Floats, error: Floats) -> Floats:
    """Nothing, then widths from a tenth of the smallest error to twice what the largest estimates leave for effects."""
    least = float(error.min()) / 10
    most = 2 * np.sqrt(max(float((effect**2 - error**2).max()), (2 * least) ** 2))
    steps = int(np.ceil(np.log(most / least) / np.log(STEP)))
    return np.concatenate([[0.0], least * STEP ** np.arange(steps + 1)])


def _shares(likelihood: Floats) -> Floats:
    """The share of each width, by expectation and maximisation."""
    shares = np.full(likelihood.shape[1], 1 / likelihood.shape[1])
    prior = np.zeros(len(shares))
    prior[0] = NULL_WEIGHT
    for _ in range(ROUNDS):
        counts = _weighed(likelihood, shares).sum(axis=0) + prior
        before, shares = shares, counts / counts.sum()
        if np.abs(shares - before).max() < SETTLED:
            break
    return shares


def _weighed(likelihood: Floats, shares: Floats) -> Floats:
    weights = likelihood * shares
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _quantile(level: float, shares: Floats, means: Floats, errors: Floats, below: Floats) -> Floats:
    """Where so much of each mixture lies at or below; nothing at all where the share of no effect spans it."""
    found, nothing = np.zeros(len(shares)), shares[:, 0]
    sought = (below > level) | (below + nothing < level)
    shares, means, errors, nothing = shares[sought, 1:], means[sought, 1:], errors[sought, 1:], nothing[sought]
    ends = np.abs(means).max(axis=1, initial=0.0) + 10 * errors.max(axis=1, initial=0.0)
    low, high = -ends, ends
    for _ in range(HALVINGS if len(ends) else 0):
        middle = (low + high) / 2
        mass = (shares * ndtr((middle[:, None] - means) / errors)).sum(axis=1) + nothing * (middle >= 0)
        low, high = np.where(mass < level, middle, low), np.where(mass < level, high, middle)
    found[sought] = (low + high) / 2
    return found
