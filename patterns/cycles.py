"""What the places of a cycle (the hours of a day, the days of a week) do to posts, all else equal. Pure.

Of 24 means one is always the largest. So the whole curve is tested first: the block of neighbours that stands out most
is held against what would stand out most by chance, were the curve flat (scans.py). Places are named only inside a
block that passes, and only if their own posts say so too. What is shown of each place is smoothed: neighbours lend each
other strength as far as the posts show them to be alike.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import product

import numpy as np
from scipy.special import stdtrit

from patterns.adjustment import MIN_FREEDOM, Estimate
from patterns.claims import POWER, Verdict
from patterns.enums import Claim
from patterns.mixed import Floats, Moments
from patterns.processes import averaged, chords, rank_of
from patterns.scans import FLAT_NAMED, Scan, beside, column_of, compared, runs_of, scanned
from patterns.shrinkage import Shrunk
from patterns.stats import benjamini_hochberg

# How far curves are tried to spread, in logs, and how many places far neighbours to be alike.
SPREADS = (0.02, 0.04, 0.07, 0.11, 0.17, 0.26, 0.4, 0.6)
REACHES = (0.5, 1.0, 2.0, 4.0)
# How far sure blocks spread, in logs.
BLOCK_SPREAD = 0.3


@dataclass(frozen=True)
class Block:
    """Neighbouring places that stand out from those in no block, and how often chance alone would show as much."""

    places: tuple[int, ...]
    estimate: Estimate
    p: float

    @property
    def claim(self) -> Claim:
        """Whether posts do better or worse there."""
        return Claim.GAIN if self.estimate.effect > 0 else Claim.LOSS


@dataclass(frozen=True)
class Cycle:
    """What is known of a cycle: how often a flat curve looks like this one, sure blocks, and the places with posts.

    `critical` is the value of Student's t above which a block would be sure.
    """

    p: float
    critical: float
    blocks: tuple[Block, ...]
    places: dict[int, tuple[Estimate, Verdict]]
    evidence: Moments
    counts: tuple[int, ...]

    def smoothed(self, places: Iterable[int]) -> Shrunk:
        """The mean effect of some places in the light of their neighbours, against the others in no block."""
        return _smoothed(self.evidence, [self._weights(places)], _columns(self.blocks, len(self.counts)))[0]

    def detectable(self, places: Iterable[int]) -> float | None:
        """The smallest effect of these places, in logs, that would be sure with 80 % power."""
        found = compared(self.evidence, column_of(places, len(self.counts)))
        return _findable(found, self.critical) if found else None

    def _weights(self, places: Iterable[int]) -> Floats:
        return _against(set(places), self.blocks, np.array(self.counts, dtype=float))


def cycle(evidence: Moments, counts: Sequence[int], *, floor: int, rate: float) -> Cycle | None:
    """What posts say of the places of a cycle, given their moments beside all else; None where nothing can be told.

    `counts` are the posts of each place, `floor` is how many a place or block must have to be named, and `rate` the
    false discovery rate of the places.
    """
    runs = runs_of(counts, floor)
    if not runs or evidence.freedom <= max(MIN_FREEDOM, rank_of(evidence)):
        return None
    first = scanned(evidence, runs)
    if first is None:
        return None
    blocks = _blocks(evidence, runs, first)
    places = _places(evidence, counts, blocks, floor=floor, rate=rate, critical=first.critical)
    return Cycle(first.p, first.critical, blocks, places, evidence, tuple(counts))


def _blocks(evidence: Moments, runs: Sequence[tuple[int, ...]], first: Scan) -> tuple[Block, ...]:
    """The sure blocks, the surest first: each is held constant while the next is looked for beside it."""
    found = list[tuple[tuple[int, ...], float]]()
    left, size = evidence, len(evidence.shared)
    scan: Scan | None = first
    while scan and scan.p <= FLAT_NAMED / (len(found) + 1) and left.freedom - 1 >= MIN_FREEDOM:
        found.append((scan.run, scan.p))
        left = beside(left, column_of(scan.run, size)[:, None])
        runs = [run for run in runs if not set(run) & set(scan.run)]
        scan = scanned(left, runs) if runs else None
    told = ((run, p, compared(evidence, column_of(run, size), _held(found, run, size))) for run, p in found)
    return tuple(Block(run, estimate, p) for run, p, estimate in told if estimate)


def _held(found: Iterable[tuple[tuple[int, ...], float]], own: tuple[int, ...], size: int) -> list[Floats]:
    return [column_of(run, size) for run, _ in found if run != own]


def _places(
    evidence: Moments, counts: Sequence[int], blocks: Sequence[Block], *, floor: int, rate: float, critical: float
) -> dict[int, tuple[Estimate, Verdict]]:
    """Each place that has enough posts against the places in no block."""
    estimates, held = {}, _beside_all(evidence, blocks)
    for place, count in enumerate(counts):
        if count >= floor and (found := compared(held(place), column_of([place], len(counts)))):
            estimates[place] = found
    weights = [_against({place}, blocks, np.array(counts, dtype=float)) for place in estimates]
    smooth = _smoothed(evidence, weights, _columns(blocks, len(counts)))
    sides = [benjamini_hochberg([getattr(one, p) for one in estimates.values()]) for p in ("p_gain", "p_loss")]
    block_of = {place: block for block in blocks for place in block.places if _stands_out(place, block, evidence)}
    return {
        place: (one, _verdict(one, block_of.get(place), around, *q_values, rate=rate, critical=critical))
        for (place, one), around, *q_values in zip(estimates.items(), smooth, *sides, strict=True)
    }


def _beside_all(evidence: Moments, blocks: Sequence[Block]) -> Callable[[int], Moments]:
    """What stands beside all blocks but for a place; the same for every place that is in none."""
    taken, size = {place for block in blocks for place in block.places}, len(evidence.shared)

    @cache
    def held(place: int | None) -> Moments:
        rest = [column_of(set(block.places) - {place}, size) for block in blocks]
        columns = [one for one in rest if one.any()]
        return beside(evidence, np.column_stack(columns)) if columns else evidence

    return lambda place: held(place if place in taken else None)


def _stands_out(place: int, block: Block, evidence: Moments) -> bool:
    """Whether a place stands out from all others, those of its block among them, as this does from the rest.

    A block may join a place that is the best of all with one that merely beats the rest: few posts cannot part them.
    """
    alone = compared(evidence, column_of([place], len(evidence.shared)))
    return alone is not None and (alone.p_gain if block.claim == Claim.GAIN else alone.p_loss) <= FLAT_NAMED


def _verdict(
    one: Estimate, block: Block | None, around: Shrunk, q_gain: float, q_loss: float, *, rate: float, critical: float
) -> Verdict:
    claim = _claim(one, block, q_gain, q_loss, rate)
    return Verdict(one.p_gain, q_gain, one.p_loss, q_loss, around, claim, _findable(one, critical))


def _findable(estimate: Estimate, critical: float) -> float:
    """The smallest effect, in logs, that would be sure with 80 % power, were it a block."""
    return estimate.error * (critical + float(stdtrit(estimate.freedom, POWER)))


def _claim(estimate: Estimate, block: Block | None, q_gain: float, q_loss: float, rate: float) -> str:
    """What the block says, if the place's own posts say it too.

    A block that is found reaches beyond the true one by chance, so its places are tested again, as a family.
    """
    if block is None:
        return ""
    p, q = (estimate.p_gain, q_gain) if block.claim == Claim.GAIN else (estimate.p_loss, q_loss)
    return block.claim if q <= rate and p <= FLAT_NAMED / len(block.places) else ""


def _against(own: set[int], blocks: Iterable[Block], counts: Floats) -> Floats:
    """Weights of the places: the posts of some less those of the others in no block."""
    inside = own.union(*(block.places for block in blocks))
    here, there = counts.copy(), counts.copy()
    here[[place for place in range(len(counts)) if place not in own]] = 0
    there[list(inside)] = 0
    return np.asarray(here / here.sum() - (there / there.sum() if there.any() else 0))


def _smoothed(evidence: Moments, weights: Sequence[Floats], blocks: Sequence[Floats]) -> list[Shrunk]:
    """Weighted sums of the curve: a level of its own for each sure block, and a Gaussian process on the circle."""
    if not weights:
        return []
    size, used = len(evidence.shared), np.flatnonzero(evidence.gram.any(axis=1))
    together = sum((BLOCK_SPREAD**2 * np.outer(one, one) for one in blocks), np.zeros((size, size)))
    priors = (_curves(size) + together)[:, used[:, None], used]
    # Where there are no posts nothing is known but by the neighbours, and nothing weighs.
    return averaged(evidence.of(used), np.column_stack(weights)[used], priors)


@cache
def _curves(size: int) -> Floats:
    """The covariances of all curves that are tried."""
    apart = chords(np.arange(size), size)
    tried = [(1.0, 0.0), *product(REACHES, SPREADS)]
    return np.array([spread**2 * np.exp(-0.5 * (apart / reach) ** 2) for reach, spread in tried])


def _columns(blocks: Iterable[Block], size: int) -> list[Floats]:
    return [column_of(block.places, size) for block in blocks]
