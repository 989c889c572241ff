"""Which items go with better or worse posts: every item of a window tested against the posts without it.

The posts of a window are read once; what is said of their items, the test and its correction are pure. The items of
one kind are one family: the false discovery rate is controlled for each kind, and for gains apart from losses.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from math import expm1

from django.conf import settings

from patterns.adjustment import Key, Tested, adjusted
from patterns.enums import Advice, Claim, PatternKind, Signal
from patterns.querysets import PostPerformanceQuerySet
from patterns.stats import Sample, benjamini_hochberg, interval
from patterns.windows import COLUMNS, rows_of

# How the posts of one item are found again: the filter that holds its subject.
FILTERS = {PatternKind.HASHTAG: "hashtags__name"} | COLUMNS
ADVICE = {Claim.GAIN: Advice.REPEAT, Claim.LOSS: Advice.AVOID}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One tested item. Numbers are None where there are too few posts with it, or without it, to say anything.

    `mean`, `low`, `high` and `baseline` (the mean without it) are in percent of the basis, or in log engagement where
    the basis is `count`. `effect` and what follows it are in percent more or less genuine engagement, all else equal,
    whatever the basis: not `mean` - `baseline`. `shrunk` is the effect after empirical Bayes within its kind.
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
    shrunk: float | None = None
    shrunk_low: float | None = None
    shrunk_high: float | None = None
    p_gain: float | None = None
    q_gain: float | None = None
    p_loss: float | None = None
    q_loss: float | None = None
    detectable: float | None = None
    more_posts: int | None = None
    claim: str = ""

    @property
    def q(self) -> float | None:
        """The false discovery rate at which the effect would be claimed in the direction that it has."""
        if self.effect is None:
            return None
        return self.q_gain if self.effect > 0 else self.q_loss

    @property
    def claimed(self) -> bool:
        """Whether the effect passes the false discovery rate of the installation."""
        return bool(self.claim)

    @property
    def signal(self) -> Signal:
        """How far the item can be trusted at a glance."""
        if self.effect is None:
            return Signal.NONE
        return Signal.OK if self.claimed else Signal.THIN

    @property
    def advice(self) -> Advice | None:
        """What a claimed effect tells to do."""
        return ADVICE[Claim(self.claim)] if self.claim else None


def effects(posts: PostPerformanceQuerySet, basis: str) -> list[Effect]:
    """Every item of these posts (`with_value()` of one basis), tested; by the shrunk lower bound, untested last.

    The posts may be of one persona or of many personas of one platform.
    """
    rows = rows_of(posts)
    everything = rows.sample()
    found = [_described(item, rows.sample(item), everything) for item in rows.places]
    keys = [(str(one.kind), one.subject) for one in found if one.mean is not None]
    tested = adjusted(rows.window(keys), rate=settings.FALSE_DISCOVERY_RATE) if keys else {}
    told = [_with_effect(one, tested.get((one.kind, one.subject))) for one in found]
    return sorted((one for kind in PatternKind for one in _judged(kind, told)), key=_rank)


def sample(posts: PostPerformanceQuerySet) -> Sample:
    """The sufficient statistics of these posts' `value`."""
    row = posts.sums()
    return Sample(row["n"], row["total"] or 0.0, row["squares"] or 0.0)


def _rank(effect: Effect) -> tuple[float, str, str]:
    low = effect.effect_low if effect.shrunk_low is None else effect.shrunk_low
    low = float("-inf") if low is None else low
    return (-low, effect.kind, effect.subject)


def _described(item: Key, own: Sample, everything: Sample) -> Effect:
    """An item with the plain means of the posts with and without it, where there are enough of both."""
    kind, subject = item
    known = Effect(kind=PatternKind(kind), subject=subject, n=own.n)
    rest, around = everything - own, interval(own)
    if min(own.n, rest.n) < settings.PATTERN_MIN_POSTS or around is None:
        return known
    return replace(known, mean=own.mean, low=around.low, high=around.high, baseline=rest.mean)


def _with_effect(effect: Effect, tested: Tested | None) -> Effect:
    """The item with its test; differences of logs are told as percent more or less."""
    if tested is None:
        return effect
    found = tested.comparison
    low, middle, high = (100 * expm1(one) for one in (found.low, found.effect, found.high))
    above, below = (found.p / 2, 1 - found.p / 2) if found.effect > 0 else (1 - found.p / 2, found.p / 2)
    return replace(effect, effect=middle, effect_low=low, effect_high=high, p_gain=above, p_loss=below)


def _judged(kind: PatternKind, told: Sequence[Effect]) -> Iterator[Effect]:
    """The items of one kind with their q-values and claims: one family for gains, and one for losses."""
    family = [one for one in told if one.kind == kind]
    gains, losses = ([getattr(one, side) for one in family if one.effect is not None] for side in ("p_gain", "p_loss"))
    q_values = iter(zip(benjamini_hochberg(gains), benjamini_hochberg(losses), strict=True))
    for one in family:
        if one.effect is None:
            yield one
        else:
            gain, loss = next(q_values)
            yield replace(one, q_gain=gain, q_loss=loss, claim=_claim(gain, loss))


def _claim(gain: float, loss: float) -> str:
    if min(gain, loss) > settings.FALSE_DISCOVERY_RATE:
        return ""
    return Claim.GAIN if gain < loss else Claim.LOSS


def evidence(posts: PostPerformanceQuerySet, effect: Effect) -> list[int]:
    """The ids of the posts an effect rests on, oldest first."""
    rows = posts.filter(**{FILTERS[effect.kind]: effect.subject})
    return list(rows.order_by("published_at", "pk").values_list("pk", flat=True))


def evidence_of(posts: PostPerformanceQuerySet, kind: PatternKind, subjects: Sequence[str]) -> dict[str, list[int]]:
    """The ids of the posts that several items of one kind rest on, by their subject, oldest first. One query."""
    column, found = FILTERS[kind], {subject: list[int]() for subject in subjects}
    rows = posts.filter(**{f"{column}__in": subjects}).order_by("published_at", "pk")
    for subject, pk in rows.values_list(column, "pk"):
        found[str(subject)].append(pk)
    return found
