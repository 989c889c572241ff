"""The share of bots behind so many who were called bots, given how often the filter is wrong; for many posts at once.

The correction of Rogan and Gladen 1978 (American Journal of Epidemiology 107: 71-76) as a posterior on a fixed grid.
"""

from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray
from scipy.special import betaln, ndtri

Numbers = NDArray[np.float64]

# Cells of equal angle, the scale on which a share is known equally well everywhere: narrow towards 0 and 1.
CELLS = 128
ANGLES: Numbers = np.linspace(0, np.pi / 2, CELLS + 1)
EDGES: Numbers = np.sin(ANGLES) ** 2
SHARES: Numbers = np.sin((ANGLES[1:] + ANGLES[:-1]) / 2) ** 2
VARIANCES: Numbers = SHARES * (1 - SHARES)
# What is believed before anything is known: Beta(3/4, 3/4), between Jeffreys' and the even one. With few seen the
# intervals of the one hold common bots too seldom, those of the other take rare ones for common.
LOG_PRIOR: Numbers = np.log(VARIANCES) / 4
# How much of what an interval leaves out lies below it: of these intervals the shortest is taken.
SPLITS: Numbers = np.linspace(0, 1, 11)


@dataclass(frozen=True, kw_only=True)
class ErrorRates:
    """How often the filter was wrong where the truth was known: (times, of so many) for people accused, bots found.

    Counted as estimates count: whoever the filter is unsure of by the probability that it gives, so that times need
    not be whole. Raises ValueError for counts that cannot be, and for a filter that accuses people as often as bots.
    """

    false_accusations: tuple[float, float]
    recall: tuple[float, float]

    def __post_init__(self) -> None:
        for times, of in (self.false_accusations, self.recall):
            if not 0 <= times <= of:
                raise ValueError(f"{times} of {of} cannot be: give 0 to {of} times.")
        if _moments(*self.false_accusations)[0] >= _moments(*self.recall)[0]:
            raise ValueError("This filter accuses people as often as bots: its verdicts say nothing. Train it anew.")


@dataclass(frozen=True)
class Called:
    """At each share of the grid, how likely one is called a bot: mean, variance, and the two counts of a Beta.

    `slope` is how much likelier a bot is called one than a person.
    """

    slope: float
    mean: Numbers
    variance: Numbers
    bot: Numbers
    genuine: Numbers


def _moments(times: float, of: float) -> tuple[float, float]:
    """Mean and variance of the Beta that these counts leave of the prior of Jeffreys."""
    mean = (times + 0.5) / (of + 1)
    return mean, mean * (1 - mean) / (of + 2)


@lru_cache(maxsize=32)
def called_at(rates: ErrorRates) -> Called:
    """How likely one is called a bot at each share: found if a bot, accused if not.

    The two rates are not known exactly. The mixture of their Betas is taken as the Beta of equal mean and variance,
    which it is at either end.
    """
    (accused, accused_variance), (found, found_variance) = _moments(*rates.false_accusations), _moments(*rates.recall)
    mean = accused + SHARES * (found - accused)
    variance = (1 - SHARES) ** 2 * accused_variance + SHARES**2 * found_variance
    weight = mean * (1 - mean) / variance - 1
    return Called(found - accused, mean, variance, weight * mean, weight * (1 - mean))


@dataclass(frozen=True)
class BotShare:
    """What is believed of the share of bots under each of many posts: the mass of each share, mean, deviation, ends."""

    mass: Numbers
    mean: Numbers
    deviation: Numbers
    low: Numbers
    high: Numbers

    def among_hidden(self, hidden: Numbers, spread: float) -> tuple[Numbers, Numbers]:
        """The interval of the share of bots among so many others whose log odds differ by `spread`."""
        drawn = self.mass @ VARIANCES / np.maximum(hidden, 1)
        variance = self.deviation**2 + spread**2 * (self.mass @ VARIANCES**2) + drawn
        return self._stretched(self.mean, np.sqrt(variance), np.ones_like(hidden))

    def among_all(
        self, bots: Numbers, seen: Numbers, hidden: Numbers, spread: float, rates: ErrorRates
    ) -> tuple[Numbers, Numbers]:
        """The interval of the number of bots among those seen, of whom so many were called bots, and the hidden."""
        at, n = called_at(rates), seen[:, None]
        # How many bots are among the seen and how many were called bots vary together, given the share.
        slope = VARIANCES * at.slope / (at.mean * (1 - at.mean) + np.maximum(n - 1, 0) * at.variance)
        expected = np.clip(n * SHARES + (bots[:, None] - n * at.mean) * slope, 0, n) + hidden[:, None] * SHARES
        drawn = n * VARIANCES * (1 - at.slope * slope) + hidden[:, None] * VARIANCES
        unlike = (hidden[:, None] * spread * VARIANCES) ** 2
        mean = (self.mass * expected).sum(axis=1)
        variance = (self.mass * (expected**2 + drawn + unlike)).sum(axis=1) - mean**2
        return self._stretched(mean, np.sqrt(np.maximum(0, variance)), seen + hidden)

    def _stretched(self, mean: Numbers, deviation: Numbers, most: Numbers) -> tuple[Numbers, Numbers]:
        """The interval around another mean, with another deviation, in the shape of the belief."""
        scale = deviation / self.deviation
        low, high = mean - (self.mean - self.low) * scale, mean + (self.high - self.mean) * scale
        return np.clip(low, 0, most), np.clip(high, 0, most)


def bot_share(
    bots: Numbers, seen: Numbers, past_bots: Numbers, past_seen: Numbers, rates: ErrorRates, level: float
) -> BotShare:
    """The share of bots after so many were called bots of so many seen, here and on earlier posts; fractions may be."""
    likelihood = _likelihood(bots + past_bots, seen + past_seen, rates)
    # The less was known before, the more the belief without knowledge counts.
    mass = np.exp(likelihood + LOG_PRIOR / (1 + past_seen[:, None]))
    mass /= mass.sum(axis=1, keepdims=True)
    low, high = _shortest(mass, level)
    # Nothing contradicts a share that the one-sided likelihood-ratio test keeps; the grid ends just short of 0 and 1.
    kept = -(float(ndtri(level)) ** 2) / 2
    low[likelihood[:, 0] >= kept], high[likelihood[:, -1] >= kept] = 0, 1
    mean = mass @ SHARES
    # Within a cell a share may lie anywhere.
    variance = np.maximum(0, mass @ SHARES**2 - mean**2) + mass @ (np.diff(EDGES) ** 2 / 12)
    # A very lopsided belief can have its mean outside its shortest interval.
    return BotShare(mass, mean, np.sqrt(variance), np.minimum(low, mean), np.maximum(high, mean))


def _likelihood(bots: Numbers, seen: Numbers, rates: ErrorRates) -> Numbers:
    """The log likelihood of each share of the grid, a row a post, against that of the likeliest.

    The number called bots is beta-binomial given the share, which integrates what is not known of the error rates.
    """
    at = called_at(rates)
    found: Numbers = betaln(bots[:, None] + at.bot, (seen - bots)[:, None] + at.genuine) - betaln(at.bot, at.genuine)
    return found - found.max(axis=1, keepdims=True)


def _shortest(mass: Numbers, level: float) -> tuple[Numbers, Numbers]:
    """The interval that holds this much of each row and is the shortest in angle.

    Equal tails would leave out the shares near 0 and 1 where they are the likeliest.
    """
    rows = 2.0 * np.arange(len(mass))[:, None]
    below = np.concatenate((np.zeros((len(mass), 1)), np.minimum(1, mass.cumsum(axis=1))), axis=1)
    # Rows lie one above the other, so that one interpolation serves all.
    heights, angles = (below + rows).ravel(), np.tile(ANGLES, len(mass))
    tails = (1 - level) * SPLITS
    low, high = np.interp(tails + rows, heights, angles), np.interp(level + tails + rows, heights, angles)
    low[:, 0], high[:, -1] = ANGLES[0], ANGLES[-1]
    best = (high - low).argmin(axis=1)[:, None]
    low, high = np.take_along_axis(low, best, 1)[:, 0], np.take_along_axis(high, best, 1)[:, 0]
    return np.sin(low) ** 2, np.sin(high) ** 2
