"""Which items go with better or worse posts: every item of a window tested against the posts without it.

The posts of a window are read once; what is said of their items, the test and its correction are pure. All
items of a window are one family: the false discovery rate is controlled over every hashtag, hour, weekday, format and
approach.
"""

from dataclasses import dataclass, replace
from math import expm1

from django.conf import settings

from engagement.enums import Basis
from patterns.adjustment import Key, Tested, adjusted
from patterns.enums import Advice, PatternKind, Signal
from patterns.querysets import PostPerformanceQuerySet
from patterns.stats import Sample, interval
from patterns.windows import COLUMNS, rows_of

# How the posts of one item are found again: the filter that holds its subject.
FILTERS = {PatternKind.HASHTAG: "hashtags__name"} | COLUMNS


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One tested item. Numbers are None where there are too few posts with it, or without it, to say anything.

    `mean`, `low`, `high` and `baseline` (the mean without it) are in percent of the basis, or in log engagement where
    the basis is `count`. `effect` is the difference all else equal, in the same unit: not `mean` - `baseline`.
    """

    kind: PatternKind
    subject: str
    n: int
    mean: float | None = None
    low: float | None = None
    high: float | None = None
    baseline: float | None = None
    effect: float | None = None
    effect_low: float | None = None
    effect_high: float | None = None
    p: float | None = None
    q: float | None = None

    @property
    def claimed(self) -> bool:
        """Whether the effect passes the false discovery rate of the installation."""
        return self.q is not None and self.q <= settings.FALSE_DISCOVERY_RATE

    @property
    def signal(self) -> Signal:
        """How far the item can be trusted at a glance."""
        if self.effect is None:
            return Signal.NONE
        return Signal.OK if self.claimed else Signal.THIN

    @property
    def advice(self) -> Advice | None:
        """What a claimed effect tells to do."""
        if not self.claimed or self.effect is None:
            return None
        return Advice.REPEAT if self.effect > 0 else Advice.AVOID


def effects(posts: PostPerformanceQuerySet, basis: str) -> list[Effect]:
    """Every item of these posts (`with_value()` of one basis), tested; by the effect's lower bound, untested last."""
    rows = rows_of(posts)
    everything = rows.sample()
    found = [_described(item, rows.sample(item), everything) for item in rows.places]
    keys = [(str(one.kind), one.subject) for one in found if one.mean is not None]
    tested = adjusted(rows.window(keys), rate=settings.FALSE_DISCOVERY_RATE) if keys else {}
    return sorted((_with_effect(one, tested.get((one.kind, one.subject)), basis) for one in found), key=_rank)


def sample(posts: PostPerformanceQuerySet) -> Sample:
    """The sufficient statistics of these posts' `value`."""
    row = posts.sums()
    return Sample(row["n"], row["total"] or 0.0, row["squares"] or 0.0)


def _rank(effect: Effect) -> tuple[float, str, str]:
    low = float("-inf") if effect.effect_low is None else effect.effect_low
    return (-low, effect.kind, effect.subject)


def _described(item: Key, own: Sample, everything: Sample) -> Effect:
    """An item with the plain means of the posts with and without it, where there are enough of both."""
    kind, subject = item
    known = Effect(kind=PatternKind(kind), subject=subject, n=own.n)
    rest, around = everything - own, interval(own)
    if min(own.n, rest.n) < settings.PATTERN_MIN_POSTS or around is None:
        return known
    return replace(known, mean=own.mean, low=around.low, high=around.high, baseline=rest.mean)


def _with_effect(effect: Effect, tested: Tested | None, basis: str) -> Effect:
    """The item with its test; a factor on rates is told as points more or less than the posts without it have."""
    if tested is None or effect.baseline is None:
        return effect
    logs = (tested.comparison.effect, tested.comparison.low, tested.comparison.high)
    points = logs if basis == Basis.COUNT else [effect.baseline * expm1(one) for one in logs]
    if points[0] == 0:
        # Where the posts without it have nothing, a factor says nothing in points.
        return effect
    effect = replace(effect, p=tested.comparison.p, q=tested.q)
    return replace(effect, effect=points[0], effect_low=points[1], effect_high=points[2])


def evidence(posts: PostPerformanceQuerySet, effect: Effect) -> list[int]:
    """The ids of the posts an effect rests on, oldest first."""
    rows = posts.filter(**{FILTERS[effect.kind]: effect.subject})
    return list(rows.order_by("published_at", "pk").values_list("pk", flat=True))
