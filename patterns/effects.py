"""Which items go with better or worse posts: every item of a window tested against the posts without it.

The database gives (n, sum, sum of squares) for each item; the test beside all others and its correction are pure. All items of a
window are one family: the false discovery rate is controlled over every hashtag, hour, weekday, format and approach.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import expm1, log, log1p
from typing import Any, NamedTuple

import numpy as np
from django.conf import settings

from engagement.enums import Basis
from patterns.adjustment import Key, Tested, Window, adjusted
from patterns.enums import Advice, PatternKind, Signal
from patterns.querysets import PostPerformanceQuerySet
from patterns.stats import Sample, interval

# A 95 % interval is this many standard errors wide.
ERRORS_WIDE = 2 * 1.96

# How the posts of one item are found again: the filter that holds its subject.
FILTERS = {
    PatternKind.HASHTAG: "hashtags__name",
    PatternKind.POSTING_HOUR: "local_hour",
    PatternKind.POSTING_WEEKDAY: "local_weekday",
    PatternKind.MEDIA_KIND: "media_kind",
    PatternKind.STRATEGY: "content__approach",
}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One tested item. Numbers are None where there are too few posts with it, or without it, to say anything.

    `mean`, `low`, `high` and `baseline` (the mean without it) are in percent of the basis, or in log engagement where the basis is
    `count`. `effect` is the difference it makes all else equal, in the same unit, with its 95 % interval: not `mean` - `baseline`.
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


class Post(NamedTuple):
    """What is read of a post to compare it with others; the names are the columns."""

    pk: int
    value: float
    published_at: datetime
    account: int | None
    basis: str
    rate_low: float | None
    rate_high: float | None
    genuine_low: float | None
    genuine_high: float | None
    local_hour: int | None
    local_weekday: int | None
    media_kind: str
    content__approach: str | None


def effects(posts: PostPerformanceQuerySet) -> list[Effect]:
    """Every item of these posts (which carry a `value`), tested; ordered by the lower bound of the effect, untested last."""
    everything = _sample(posts.sums())
    found = [
        _described(kind, row, everything)
        for kind, rows in (
            (PatternKind.HASHTAG, posts.per_hashtag()),
            (PatternKind.POSTING_HOUR, posts.per_hour()),
            (PatternKind.POSTING_WEEKDAY, posts.per_weekday()),
            (PatternKind.MEDIA_KIND, posts.per_format()),
            (PatternKind.STRATEGY, posts.per_approach()),
        )
        for row in rows
    ]
    comparable: list[Key] = [(effect.kind, effect.subject) for effect in found if effect.baseline]
    window = _window(posts, comparable) if comparable else None
    tested = adjusted(window, rate=settings.FALSE_DISCOVERY_RATE) if window else {}
    is_log = posts.filter(basis=Basis.COUNT).exists() if tested else False
    return sorted((_with_effect(one, tested.get((one.kind, one.subject)), is_log) for one in found), key=_rank)


def _rank(effect: Effect) -> tuple[float, str, str]:
    low = float("-inf") if effect.effect_low is None else effect.effect_low
    return (-low, effect.kind, effect.subject)


def _sample(row: dict[str, Any]) -> Sample:
    return Sample(row["n"], row["total"] or 0.0, row["squares"] or 0.0)


def _compared(kind: PatternKind, row: dict[str, Any], everything: Sample) -> Effect:
    item = _sample(row)
    known = Effect(kind=kind, subject=str(row["subject"]), n=item.n)
    rest = everything - item
    if min(item.n, rest.n) < settings.PATTERN_MIN_POSTS:
        return known
    around, comparison = interval(item), welch(item, rest)
    if around is None or comparison is None or item.mean is None:
        return known
    return replace(
        known,
        mean=item.mean,
        low=around.low,
        high=around.high,
        baseline=rest.mean,
        effect=comparison.effect,
        effect_low=comparison.low,
        effect_high=comparison.high,
        p=comparison.p,
    )


def _corrected(found: Iterable[Effect]) -> list[Effect]:
    tested = [effect for effect in found if effect.p is not None]
    untested = [effect for effect in found if effect.p is None]
    q_values = benjamini_hochberg([effect.p for effect in tested if effect.p is not None])
    return [replace(effect, q=q) for effect, q in zip(tested, q_values, strict=True)] + untested


def evidence(posts: PostPerformanceQuerySet, effect: Effect) -> list[int]:
    """The ids of the posts an effect rests on, oldest first."""
    rows = posts.filter(**{FILTERS[effect.kind]: effect.subject})
    return list(rows.order_by("published_at", "pk").values_list("pk", flat=True))
