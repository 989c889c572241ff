"""How varied choices are, how often captions repeat and who answers: estimates with intervals over posts. Pure.

The post is what is counted: hashtags of one post hang together, and so do the bots under it, so every interval comes
from how posts differ.
"""

from collections import Counter, deque
from collections.abc import Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from math import exp, fsum, hypot, log, sqrt

import numpy as np
from scipy.special import stdtrit

from engagement.filtering.near import runs
from engagement.filtering.ngrams import tokens
from engagement.filtering.text import collapsed, visible
from engagement.intervals import Interval, known, wilson

LEVEL = 0.95
# The options that a post chose, each once: names, or hours.
Choice = Collection[Hashable]
# With so many earlier posts a caption is compared: readers of a feed do not remember more.
LOOKED_BACK = 30
# From so large a part of their pairs of words in common two captions are the same one with a word changed.
ALIKE = 0.8


@dataclass(frozen=True)
class Estimate:
    """A figure with its 95 % interval and the number of posts behind it."""

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class Compared:
    """A figure now and before, and the change between: a ratio of effective numbers, or a difference of shares."""

    now: Estimate
    before: Estimate
    change: float
    low: float
    high: float


@dataclass(frozen=True)
class _Spread:
    """A mean over posts, its standard error and the number of posts."""

    mean: float
    error: float
    n: int

    def around(self) -> tuple[float, float]:
        half = _critical(self.n) * self.error
        return self.mean - half, self.mean + half


def _critical(n: int) -> float:
    return float(stdtrit(n - 1, (1 + LEVEL) / 2))


def variety(now: Sequence[Choice], before: Sequence[Choice]) -> Compared:
    """The effective number of options that posts chose among, now and before, and the ratio of the two.

    The exponential of Shannon's entropy (Hill 1973, Ecology 54: 427-432): as many options, used equally often, would be
    as varied. Entropy is underestimated from few posts, so both are corrected by the jackknife over posts (Zahl 1977,
    Ecology 58: 907-913), and the larger sample is thinned evenly to the size of the smaller: what is left of the error
    is then the same on both sides. Needs two posts with a choice on each side.
    """
    own, other = _entropy(now), _entropy(before)
    size = min(own.n, other.n)
    late, early = (
        whole if whole.n == size else _entropy(_thinned(chosen, size))
        for whole, chosen in ((own, now), (other, before))
    )
    change = late.mean - early.mean
    half = _critical(size) * hypot(late.error, early.error)
    return Compared(_effective(own), _effective(other), exp(change), exp(change - half), exp(change + half))


def _thinned(chosen: Sequence[Choice], size: int) -> list[Choice]:
    return [chosen[at * len(chosen) // size] for at in range(size)]


def _effective(entropy: _Spread) -> Estimate:
    low, high = entropy.around()
    value, low, high = (exp(max(0.0, one)) for one in (entropy.mean, low, high))
    return Estimate(value, low, high, entropy.n)


def _entropy(chosen: Sequence[Choice]) -> _Spread:
    """The entropy of the options by the jackknife: each post is left out once."""
    totals = Counter(name for one in chosen for name in one)
    n, size, weight = len(chosen), totals.total(), fsum(map(_weight, totals.values()))
    # Without a post each of its options counts once less.
    less = {name: _weight(times - 1) - _weight(times) for name, times in totals.items()}
    left = [_shannon(size - len(one), weight + fsum(less[name] for name in one)) for one in chosen]
    pseudo = n * _shannon(size, weight) - (n - 1) * np.array(left)
    return _Spread(float(pseudo.mean()), float(pseudo.std(ddof=1)) / sqrt(n), n)


def _shannon(size: int, weight: float) -> float:
    """Shannon's entropy in nats of `size` choices, whose options have this sum of n log n."""
    return log(size) - weight / size if size else 0.0


def _weight(n: int) -> float:
    return n * log(n) if n else 0.0


Part = tuple[int, int]


def share(now: Sequence[Part], before: Sequence[Part]) -> Compared:
    """The share of a part of a whole, given post by post as (part, whole), now and before, and the difference.

    A ratio of sums, whose error comes from how posts differ (Cochran 1977, Sampling Techniques, 6.3). Needs two posts
    with something on each side.
    """
    late, early = _ratio(now), _ratio(before)
    half = _critical(min(late.n, early.n)) * hypot(late.error, early.error)
    change = late.mean - early.mean
    return Compared(_clipped(late), _clipped(early), change, change - half, change + half)


def _ratio(parts: Sequence[Part]) -> _Spread:
    part, whole = (np.array(column, dtype=np.float64) for column in zip(*parts, strict=True))
    n, ratio = len(parts), float(part.sum() / whole.sum())
    squares = float(((part - ratio * whole) ** 2).sum())
    return _Spread(ratio, sqrt(n / (n - 1) * squares) / float(whole.sum()), n)


def _clipped(spread: _Spread) -> Estimate:
    low, high = spread.around()
    return Estimate(spread.mean, max(0.0, low), min(1.0, high), spread.n)


def repeats(now: Sequence[bool], before: Sequence[bool]) -> Compared:
    """The share of posts that repeat an earlier caption, now and before, and the difference.

    Wilson's intervals, and from them that of the difference (Newcombe 1998, Statistics in Medicine 17: 873-890).
    """
    late, early = _counted(now), _counted(before)
    change = late.value - early.value
    low = change - hypot(late.value - late.low, early.high - early.value)
    high = change + hypot(late.high - late.value, early.value - early.low)
    return Compared(late, early, change, low, high)


def _counted(found: Sequence[bool]) -> Estimate:
    around: Interval = known(wilson(sum(found), len(found), LEVEL))
    return Estimate(sum(found) / len(found), around.low, around.high, len(found))


def repeated(captions: Sequence[str]) -> list[bool]:
    """For each caption, in order of time, whether one before it said nearly the same. Hashtags do not count."""
    shown = [visible(_without_hashtags(caption)) for caption in captions]
    plain, pairs = [collapsed(text) for text in shown], [runs(tokens(text)) for text in shown]
    counts = Counter(chain.from_iterable(pairs))
    # Where each pair of words stood last. Two texts with none in common need not be compared.
    holders = {pair: deque[int](maxlen=LOOKED_BACK) for pair, n in counts.items() if n > 1}
    # Where each text, and each set of pairs, stood last.
    last: dict[Hashable, int] = {}
    told = list[bool]()
    for at, (text, own) in enumerate(zip(plain, pairs, strict=True)):
        since = max(0, at - LOOKED_BACK)
        same = last.get(text, -1) >= since or (bool(own) and last.get(own, -1) >= since)
        told.append(same or _resembles(own, since, pairs, holders))
        last[text] = last[own] = at
        for pair in own & holders.keys():
            holders[pair].append(at)
    return told


def _without_hashtags(caption: str) -> str:
    return " ".join(word for word in caption.split() if not word.startswith("#")) if "#" in caption else caption


def _resembles(
    own: frozenset[str], since: int, pairs: Sequence[frozenset[str]], holders: Mapping[str, Collection[int]]
) -> bool:
    """Whether a text shares most of its pairs with one since some place. Short texts have none."""
    shared = Counter(then for pair in own for then in holders.get(pair, ()) if then >= since)
    return any(n >= ALIKE * (len(own) + len(pairs[then]) - n) for then, n in shared.items())
