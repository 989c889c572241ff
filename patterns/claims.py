"""What may be said of the items of one kind, given the estimates of all of them: the family of one question. Pure.

A gain is claimed where it passes the false discovery rate of its family and is more likely than not a gain at all,
given how the other estimates of its kind turned out. The second condition takes back what the correction lets through
by design, the weakest claims, which are wrong far more often than the rate says of all of them (Efron 2008, Statistical
Science 23: 1-22). Losses are a family of their own.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, log

from scipy.special import stdtrit

from patterns.adjustment import Estimate
from patterns.enums import Claim
from patterns.shrinkage import Shrunk, shrunk
from patterns.stats import benjamini_hochberg

# The smallest gain worth finding, as a share of what posts have without it, and how surely it should be found.
WORTH_FINDING, POWER = 0.25, 0.8
# An effect is claimed where it is likelier than this to lie on the side it seems to.
LIKELIER = 0.6
# The 97.5 % quantile of the normal law.
NORMAL = 1.959963984540054


@dataclass(frozen=True)
class Verdict:
    """What the family says of one of its items: tests and their q-values, the claim, and effects in logs."""

    p_gain: float
    q_gain: float
    p_loss: float
    q_loss: float
    shrunk: Shrunk
    claim: str
    detectable: float


def judged(family: Sequence[Estimate], *, rate: float) -> list[Verdict]:
    """The verdict on each estimate of one kind, in their order; `rate` is the false discovery rate."""
    gains, losses = [one.p_gain for one in family], [one.p_loss for one in family]
    sides = (benjamini_hochberg(gains), benjamini_hochberg(losses))
    # The errors that a normal law needs to have intervals as wide as Student's.
    beliefs = shrunk([one.effect for one in family], [one.half / NORMAL for one in family])
    rows = list(zip(gains, sides[0], losses, sides[1], beliefs, strict=True))
    claims = [_claim(row[1], row[3], belief, rate) for row, belief in zip(rows, beliefs, strict=True)]
    p_needed = min(0.5, rate * (claims.count(Claim.GAIN) + 1) / max(len(family), 1))
    return [
        Verdict(*row, claim=claim, detectable=detectable(one, p_needed))
        for one, row, claim in zip(family, rows, claims, strict=True)
    ]


def _claim(q_gain: float, q_loss: float, belief: Shrunk, rate: float) -> str:
    if q_gain <= rate and belief.above > LIKELIER:
        return Claim.GAIN
    if q_loss <= rate and belief.below > LIKELIER:
        return Claim.LOSS
    return ""


def detectable(estimate: Estimate, p_needed: float) -> float:
    """The smallest gain, in logs, that gets a p-value of `p_needed` with 80 % power at this standard error."""
    return estimate.error * _reach(estimate.freedom, p_needed)


@lru_cache(maxsize=1_000)
def _reach(freedom: int, p_needed: float) -> float:
    return float(stdtrit(freedom, 1 - p_needed) + stdtrit(freedom, POWER))


def more_posts(detectable: float, posts: int) -> int:
    """About how many posts beside these would show a gain of a quarter, each item used as often as it is now.

    Standard errors shrink with the root of the number of posts.
    """
    return max(0, ceil(posts * ((detectable / log(1 + WORTH_FINDING)) ** 2 - 1)))
