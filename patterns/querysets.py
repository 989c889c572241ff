"""The second vocabulary of posts and contexts: grouping for analysis. Only the last call returns plain values."""

from bisect import bisect_left
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, Exists, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, When, Window
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, Length, NullIf, RowNumber, TruncDay

from acd.enums import State, Validation
from acd.querysets import ACDContextQuerySet
from engagement.enums import Basis, FilterState
from engagement.querysets import SocialMediaPostQuerySet
from patterns.enums import REJECTED, UNKNOWN_ERROR, FailureGroup, PatternStatus, Reason


class PostPerformanceQuerySet(SocialMediaPostQuerySet):
    """Posts as evidence: only measured and settled ones teach."""

    def in_window(self, start: datetime, end: datetime) -> Self:
        """Posts of a window that may teach something."""
        return self.between(start, end).measured().settled()

    def of_busiest(self, personas: int) -> Self:
        """Those of so many personas, the ones with most of these posts."""
        busiest = self.order_by().values("persona").annotate(n=Count("pk")).order_by("-n", "persona")
        return self.filter(persona__in=busiest.values("persona")[:personas])

    def main_basis(self) -> str:
        """The basis most of these posts are measured by; empty if there is none. Bases are never mixed."""
        return commonest(self.per_basis())

    def per_basis(self) -> dict[str, int]:
        """How many of these posts are measured by each basis."""
        return dict(self.order_by().values_list("basis").annotate(n=Count("pk")))

    def with_value(self, basis: str) -> Self:
        """Posts of one basis with the `value` that is compared: the rate, or the lift where there is no basis.

        With the `caption_length`, too, in classes: nobody keeps to a number of characters.
        """
        column = "lift" if basis == Basis.COUNT else "engagement_rate"
        posts = self.filter(basis=basis, **{f"{column}__isnull": False}).alias(letters=Length("caption"))
        return posts.annotate(value=F(column), caption_length=CAPTION_LENGTH)

    def per_standing(self) -> QuerySet[Any, dict[str, Any]]:
        """`n` posts of each `basis` and `standing`: empty where a post may teach something, else why it may not.

        `wide` are those whose interval reaches from less than half its upper end: they weigh less in a comparison.
        """
        unsettled = Q(last_synced_at__lt=F("published_at") + timedelta(hours=settings.SETTLE_HOURS))
        has_lift, has_rate = (Q(basis=Basis.COUNT, lift__isnull=False), Q(engagement_rate__isnull=False))
        standing = Case(
            When(Q(last_synced_at=None) | unsettled, then=Value(Reason.PROVISIONAL)),
            When(filter_state=FilterState.UNFILTERED, then=Value(Reason.UNFILTERED)),
            When(genuine_engagement=None, then=Value(Reason.UNMEASURED)),
            When(basis="", then=Value(Reason.WITHOUT_BASIS)),
            When(has_lift | (~Q(basis=Basis.COUNT) & has_rate), then=Value("")),
            default=Value(Reason.WITHOUT_VALUE),
        )
        rows = self.order_by().annotate(standing=standing).values("basis", "standing")
        wide = Count("pk", filter=Q(genuine_high__gt=WIDE * F("genuine_low")))
        return rows.annotate(n=Count("pk"), wide=wide).order_by("basis", "standing")

    def sums(self) -> dict[str, Any]:
        """Count, sum and sum of squares of `value` over all of these posts."""
        return self.aggregate(**SUMS)

    def high_performing(self, min_engagement_rate: float) -> Self:
        """Posts whose rate is above `min_engagement_rate` percent even at the lower bound, best first."""
        return self.filter(rate_low__gt=min_engagement_rate).order_by("-rate_low", "pk")

    def awaiting_extraction(self, extractions: QuerySet[Any]) -> Self:
        """Settled posts whose numbers are newer than the newest of `extractions` of their persona and platform."""
        newest = extractions.filter(persona=OuterRef("persona"), platform=OuterRef("platform")).order_by("-as_of")
        posts = self.measured().settled().annotate(last_look=Subquery(newest.values("as_of")[:1]))
        return posts.filter(Q(last_look=None) | Q(measured_at__gt=F("last_look")))


# Classes of captions by their most characters. Instagram shows about 125 before “more”, X takes 280.
CAPTIONS = {0: "0", 50: "1-50", 125: "51-125", 280: "126-280"}
LONGEST = "281+"
LIMITS, CLASSES = tuple(CAPTIONS), (*CAPTIONS.values(), LONGEST)
CAPTION_LENGTH = Case(
    *(When(letters__lte=most, then=Value(name)) for most, name in CAPTIONS.items()), default=Value(LONGEST)
)


def caption_length(caption: str) -> str:
    """The class of a caption, as `CAPTION_LENGTH` names it in a query."""
    return CLASSES[bisect_left(LIMITS, len(caption))]


# From here on an interval says little: its upper end is more than this many times the lower.
WIDE = 2.0


def commonest(bases: Mapping[str, int]) -> str:
    """The basis of most posts; empty if there is none."""
    return min((basis for basis in bases if basis), key=lambda basis: (-bases[basis], basis), default="")


SUMS = {"n": Count("pk"), "total": Sum("value"), "squares": Sum(F("value") * F("value"))}


def _first_known(*texts: Any) -> Coalesce:
    """The first of these texts that is not empty; empty where all are."""
    return Coalesce(*(NullIf(text, Value("")) for text in texts), Value(""), output_field=models.TextField())


# What runs are grouped by: what the run says of itself, then what its content says.
GROUPS: dict[str, Any] = {
    FailureGroup.PHASE: F("phase"),
    FailureGroup.MODEL: _first_known("model", "content__model"),
    FailureGroup.PROVIDER: _first_known("provider", "content__provider"),
    FailureGroup.APPROACH: _first_known("content__approach", KT("metadata__approach")),
    FailureGroup.PROMPT: _first_known("content__prompt", KT("initial_context__prompt")),
}
# Among which runs a group is compared: a model within the phases it is used in, a prompt within its models, too.
STRATA: dict[str, tuple[str, ...]] = {
    FailureGroup.PHASE: (),
    FailureGroup.MODEL: (FailureGroup.PHASE,),
    FailureGroup.PROVIDER: (FailureGroup.PHASE,),
    FailureGroup.APPROACH: (FailureGroup.PHASE, FailureGroup.MODEL),
    FailureGroup.PROMPT: (FailureGroup.PHASE, FailureGroup.MODEL),
}
UNSUCCESSFUL = Q(state=State.FAILED) | Q(validation=Validation.REJECTED)
TALLY = {"n": Count("pk"), "failures": Count("pk", filter=UNSUCCESSFUL)}
DAY = TruncDay("created_at", tzinfo=UTC)
# Plain rows of what the database grouped.
Rows = QuerySet[Any, tuple[Any, ...]]


class GenerationOutcomeQuerySet(ACDContextQuerySet):
    """Contexts as evidence."""

    def created_in(self, start: datetime, end: datetime, persona: Model | None = None) -> Self:
        """Runs created from `start` to `end`; where a persona is given, those that generated content for it."""
        runs = self.since(start).filter(created_at__lte=end)
        # A content is made within its run, never before it: so those of the window are found by their own index.
        return runs.filter(content__persona=persona, content__created_at__gte=start) if persona else runs

    def ended(self) -> Self:
        """Runs of which it is known how they ended: one under way or cancelled is no success."""
        return self.filter(Q(state=State.DONE) | UNSUCCESSFUL)

    def in_window(self, start: datetime, end: datetime, persona: Model | None = None) -> Self:
        """Runs of a window that ended, of one persona where one is given."""
        return self.created_in(start, end, persona).ended()

    def with_failure(self) -> Self:
        """Unsuccessful runs with what went wrong."""
        return self.unsuccessful().with_failure_name()

    def with_failure_name(self) -> Self:
        """What went wrong where a run is unsuccessful: the class of the error, or the word of a person."""
        silent = When(state=State.FAILED, then=Value(UNKNOWN_ERROR))
        return self.annotate(
            failure=Case(When(~Q(error_class=""), then=F("error_class")), silent, default=Value(REJECTED))
        )

    def per_failure(self) -> QuerySet[Any, dict[str, Any]]:
        """How often each kind of failure occurred in each phase."""
        rows = self.with_failure().order_by().values("phase", "failure")
        return rows.annotate(n=Count("pk")).order_by("-n", "phase", "failure")

    def per_phase(self) -> QuerySet[Any, dict[str, Any]]:
        """Runs and failures of each phase."""
        return self.order_by().values("phase").annotate(**TALLY).order_by("-failures", "phase")

    def per_day(self) -> Rows:
        """Phase, day (UTC) and the number of runs."""
        return self._per_day(self.order_by(), "phase")

    def failures_per_day(self) -> Rows:
        """Phase, failure, day (UTC) and the number of runs that failed so."""
        return self._per_day(self.with_failure().order_by(), "phase", "failure")

    def per_group(self, group: str, *, least: int = 1) -> Rows:
        """Name of each group of at least `least` runs, stratum, runs and failures there."""
        runs = self.with_group(group)
        large = runs.values("subject").annotate(size=Count("pk")).filter(size__gte=least).values("subject")
        return self._per(runs.filter(subject__in=large), "subject", *_within(group))

    def per_stratum(self, group: str) -> Iterable[tuple[Any, ...]]:
        """Stratum, runs and failures of all runs whose group is known."""
        runs = self.with_group(group)
        # Without strata there is nothing to group by: one row.
        return self._per(runs, *_within(group)) if STRATA[group] else [tuple(runs.aggregate(**TALLY).values())]

    def with_group(self, group: str) -> Self:
        """Runs with their group as `subject`, and the strata it is compared in; those without one are left out."""
        strata = dict(zip(_within(group), (GROUPS[name] for name in STRATA[group]), strict=True))
        return self.order_by().annotate(subject=GROUPS[group], **strata).exclude(subject="")

    def newest_of_each(self, *names: str, number: int) -> Self:
        """The newest `number` runs of each combination of `names`, the newest first."""
        newest_first = [F("created_at").desc(), F("pk").desc()]
        place = Window(RowNumber(), partition_by=[F(name) for name in names], order_by=newest_first)
        return self.annotate(place=place).filter(place__lte=number).order_by(*names, "place")

    @staticmethod
    def _per_day(runs: Any, *names: str) -> Rows:
        return runs.values_list(*names, DAY).annotate(n=Count("pk")).order_by(*names, DAY)

    @staticmethod
    def _per(runs: Any, *names: str) -> Rows:
        return runs.values_list(*names).annotate(**TALLY).order_by(*names)


def _within(group: str) -> list[str]:
    return [f"within_{name}" for name in STRATA[group]]


class ExtractionQuerySet(models.QuerySet):
    """Questions about looks at posts."""

    def ringing(self, since: datetime) -> Self:
        """The newest look of each persona and platform since a moment, where it found an alarm."""
        return self._last_of(self.model._default_manager.all()).filter(as_of__gt=since).exclude(alarms=[])

    def newest_by(self, moment: datetime) -> Self:
        """The last look at each persona and platform by a moment."""
        return self._last_of(self.model._default_manager.filter(as_of__lte=moment)).filter(as_of__lte=moment)

    def _last_of(self, looks: models.QuerySet[Any]) -> Self:
        """Those that none of these looks at the same persona and platform follows."""
        later = looks.filter(
            Q(as_of__gt=OuterRef("as_of")) | Q(as_of=OuterRef("as_of"), pk__gt=OuterRef("pk")),
            persona=OuterRef("persona"),
            platform=OuterRef("platform"),
        )
        return self.filter(~Exists(later)).order_by("-as_of", "-pk")


class PatternQuerySet(models.QuerySet):
    """Questions about learned patterns."""

    def active(self) -> Self:
        """Patterns that inform generations."""
        return self.filter(status=PatternStatus.ACTIVE)

    def current(self) -> Self:
        """Patterns that hold a key: active ones, and those a person rejected for good."""
        return self.filter(status__in=[PatternStatus.ACTIVE, PatternStatus.REJECTED])

    def tested(self) -> Self:
        """Patterns that rest on a test: not what was observed alone, as failures are."""
        return self.exclude(effect=None)

    def for_persona(self, persona: Model) -> Self:
        """Patterns of one persona."""
        return self.filter(persona=persona)

    def on(self, platform: str) -> Self:
        """Patterns of one platform; failures belong to none."""
        return self.filter(platform=platform)

    def standing_before(self, moment: datetime) -> Self:
        """Patterns that informed generations until a look at a moment, but for those that a person rejected since."""
        stood = self.filter(Q(retired_at=None) | Q(retired_at__gte=moment), learned_at__lt=moment)
        return stood.exclude(status=PatternStatus.REJECTED)

    def with_engagement(self) -> Self:
        """Patterns that rest on posts, with all engagement of these and how much of it people made at most."""
        known = Q(posts__total_engagement__isnull=False, posts__genuine_high__isnull=False)
        return self.filter(posts__isnull=False).annotate(
            all_engagement=Sum("posts__total_engagement", filter=known),
            of_people=Sum("posts__genuine_high", filter=known),
        )

    def learned_since(self, moment: datetime) -> Self:
        """Patterns whose current version was learned at or after `moment`."""
        return self.filter(learned_at__gte=moment)
