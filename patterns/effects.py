"""Which items go with better or worse posts: every item of a window tested against the posts without it.

The posts of a window are read once; what is said of their items, the test and its correction are pure. The items of
one kind are one family: the false discovery rate is controlled for each kind, and for gains apart from losses.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from functools import partial
from math import ceil, expm1, sqrt
from statistics import median

from django.conf import settings

from engagement.enums import Basis
from patterns.adjustment import Estimate, Fit, Key, estimates, fitted
from patterns.claims import Verdict, judged, more_posts
from patterns.cycles import Cycle
from patterns.enums import Advice, Claim, PatternKind, Signal
from patterns.hours import CYCLES, cycle_of, hours_on
from patterns.querysets import PostPerformanceQuerySet
from patterns.scans import FLAT_NAMED
from patterns.stats import Sample, interval
from patterns.weeks import HourOfWeek, week_of
from patterns.windows import COLUMNS, Rows, rows_of

# So many hashtags are tested at most, those used most.
MOST_HASHTAGS = 500
# A factor of about a thousand: beyond it a figure says no more than that it is large.
MOST_LOG = 7.0
# How the posts of one item are found again: the filter that holds its subject.
FILTERS = {PatternKind.HASHTAG: "hashtags__name"} | COLUMNS
ADVICE = {Claim.GAIN: Advice.REPEAT, Claim.LOSS: Advice.AVOID}


@dataclass(frozen=True, kw_only=True)
class Effect:
    """One tested item. Numbers are None where there are too few posts with it, or without it, to say anything.

    `mean`, `low`, `high` and `baseline` (the mean without it) are in percent of the basis, or in log engagement where
    the basis is `count`. `effect` and what follows it are in percent more or less genuine engagement, all else equal,
    whatever the basis: not `mean` - `baseline`. `shrunk` is the effect after empirical Bayes within its kind, for hours
    and weekdays in the light of their neighbours; `curve_p` is how often chance alone makes these so uneven.
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
    curve_p: float | None = None
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
        if self.effect is None or (self.curve_p is not None and self.curve_p > FLAT_NAMED):
            return Signal.NONE
        return Signal.OK if self.claimed else Signal.THIN

    @property
    def advice(self) -> Advice | None:
        """What a claimed effect tells to do."""
        return ADVICE[Claim(self.claim)] if self.claim else None


@dataclass(frozen=True)
class Study:
    """What the posts of so many accounts say of all their items, and of their hours and weekdays as a whole; with the
    model that says so, where there is one.

    The effects stand by the shrunk lower bound, untested ones last.
    """

    effects: list[Effect]
    cycles: Mapping[PatternKind, Cycle]
    accounts_n: int
    rows: Rows
    fit: Fit | None = None

    def hours_on(self, weekdays: Set[int]) -> Cycle | None:
        """The hours as a cycle by the posts of some weekdays alone; None where nothing can be told."""
        if self.fit is None:
            return None
        floor, rate = settings.PATTERN_MIN_POSTS, settings.FALSE_DISCOVERY_RATE
        return hours_on(weekdays, self.fit, self.rows, floor=floor, rate=rate)

    def week(self) -> list[HourOfWeek]:
        """Every hour of the week with posts; none where nothing can be told."""
        return week_of(self.fit, self.rows) if self.fit else []


def studied(posts: PostPerformanceQuerySet) -> Study:
    """What these posts (`with_value()` of one basis) say: those of one persona, or of many personas of one platform."""
    return study_of(rows_of(posts))


def study_of(rows: Rows) -> Study:
    """What the posts of a window say, without a database."""
    if not rows.posts:
        return Study([], {}, 0, rows)
    everything = rows.sample()
    # A rate is never below nothing; what stands for one where there is no basis is a logarithm.
    least = float("-inf") if rows.posts[0].basis == Basis.COUNT else 0.0
    found = [_described(item, rows.sample(item), everything, least) for item in rows.places]
    limits = {"rate": settings.FALSE_DISCOVERY_RATE}
    fit = fitted(rows.window(_testable(found)), **limits)
    cycles = {}
    for kind in CYCLES:
        if fit and (one := cycle_of(kind, fit, rows, floor=settings.PATTERN_MIN_POSTS, **limits)):
            cycles[kind] = one
    tested = estimates(fit) if fit else {}
    told = list[Effect]()
    for kind in PatternKind:
        items = [one for one in found if one.kind == kind]
        if kind in cycles:
            items = [replace(one, curve_p=cycles[kind].p) for one in items]
        told += _family(items, _judged(kind, items, tested, cycles), everything.n)
    return Study(sorted(told, key=_rank), cycles, len({post.account for post in rows.posts}), rows, fit)


def sample(posts: PostPerformanceQuerySet) -> Sample:
    """The sufficient statistics of these posts' `value`."""
    row = posts.sums()
    return Sample(row["n"], row["total"] or 0.0, row["squares"] or 0.0)


def _rank(effect: Effect) -> tuple[float, str, str]:
    low = float("-inf") if effect.shrunk_low is None else effect.shrunk_low
    return (-low, effect.kind, effect.subject)


def _testable(found: Sequence[Effect]) -> list[Key]:
    """The items with enough posts, but of the hashtags only those used most."""
    known = [one for one in found if one.mean is not None]
    tags = sorted((one for one in known if one.kind == PatternKind.HASHTAG), key=lambda one: (-one.n, one.subject))
    dropped = {one.subject for one in tags[MOST_HASHTAGS:]}
    return [(one.kind, one.subject) for one in known if one.kind != PatternKind.HASHTAG or one.subject not in dropped]


def _described(item: Key, own: Sample, everything: Sample, least: float) -> Effect:
    """An item with the plain means of the posts with and without it, where there are enough of both.

    The interval of a mean ends at the `least` value there can be.
    """
    kind, subject = item
    named, rest = partial(Effect, kind=PatternKind(kind), subject=subject, n=own.n), everything - own
    if min(own.n, rest.n) < settings.PATTERN_MIN_POSTS or (around := interval(own)) is None:
        return named()
    return named(mean=own.mean, low=max(least, around.low), high=around.high, baseline=rest.mean)


def _judged(
    kind: PatternKind, found: Sequence[Effect], tested: Mapping[Key, Estimate], cycles: Mapping[PatternKind, Cycle]
) -> dict[str, tuple[Estimate, Verdict]]:
    """The tested items of one kind with what their family says of them; of a cycle, what their neighbours say."""
    if kind in CYCLES:
        places = cycles[kind].places if kind in cycles else {}
        return {str(place): one for place, one in places.items()}
    family = {one.subject: tested[kind, one.subject] for one in found if (kind, one.subject) in tested}
    verdicts = judged([*family.values()], rate=settings.FALSE_DISCOVERY_RATE)
    return {subject: (family[subject], verdict) for subject, verdict in zip(family, verdicts, strict=True)}


def _family(items: Sequence[Effect], known: Mapping[str, tuple[Estimate, Verdict]], n: int) -> Iterator[Effect]:
    """The items of one kind, those that were tested with what their family says of them."""
    # What an item would take that has too few posts yet: as much for each of its posts as those that were tested.
    posts = {one.subject: one.n for one in items}
    usual = median(verdict.detectable * sqrt(posts[one]) for one, (_, verdict) in known.items()) if known else None
    for one in items:
        if one.subject in known:
            yield _with_effect(one, *known[one.subject], n)
        elif usual is not None and one.mean is None and one.n < settings.PATTERN_MIN_POSTS:
            to_begin = ceil(n * (settings.PATTERN_MIN_POSTS / one.n - 1))
            yield replace(one, more_posts=max(to_begin, more_posts(usual / sqrt(one.n), n)))
        else:
            yield one


def _with_effect(effect: Effect, estimate: Estimate, verdict: Verdict, n: int) -> Effect:
    """The item with its test; differences of logs are told as percent more or less."""
    half = estimate.half
    return replace(
        effect,
        effect=percent(estimate.effect),
        effect_low=percent(estimate.effect - half),
        effect_high=percent(estimate.effect + half),
        shrunk=percent(verdict.shrunk.mean),
        shrunk_low=percent(verdict.shrunk.low),
        shrunk_high=percent(verdict.shrunk.high),
        p_gain=verdict.p_gain,
        q_gain=verdict.q_gain,
        p_loss=verdict.p_loss,
        q_loss=verdict.q_loss,
        detectable=percent(verdict.detectable),
        more_posts=more_posts(verdict.detectable, n),
        claim=verdict.claim,
    )


def percent(difference: float) -> float:
    """A difference of logs as percent more or less; what no double can hold is cut off."""
    return 100 * expm1(min(difference, MOST_LOG))


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
