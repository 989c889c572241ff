"""The second vocabulary of posts and contexts: grouping for analysis. Only the last call returns plain values."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Case, Count, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, When
from django.db.models.functions import Length

from acd.enums import State
from acd.querysets import ACDContextQuerySet
from engagement.enums import Basis, FilterState
from engagement.querysets import SocialMediaPostQuerySet
from patterns.enums import PatternStatus, Reason


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
CAPTION_LENGTH = Case(
    *(When(letters__lte=most, then=Value(name)) for most, name in CAPTIONS.items()), default=Value(LONGEST)
)


def caption_length(caption: str) -> str:
    """The class of a caption, as `CAPTION_LENGTH` names it in a query."""
    return next((name for most, name in CAPTIONS.items() if len(caption) <= most), LONGEST)


# From here on an interval says little: its upper end is more than this many times the lower.
WIDE = 2.0


def commonest(bases: Mapping[str, int]) -> str:
    """The basis of most posts; empty if there is none."""
    return min((basis for basis in bases if basis), key=lambda basis: (-bases[basis], basis), default="")


SUMS = {"n": Count("pk"), "total": Sum("value"), "squares": Sum(F("value") * F("value"))}


class GenerationOutcomeQuerySet(ACDContextQuerySet):
    """Contexts as evidence."""

    def for_persona(self, persona: Model | None) -> Self:
        """Runs that generated content for one persona, or for any (None)."""
        return self.filter(content__persona=persona) if persona else self.filter(content__isnull=False)

    def with_failure(self) -> Self:
        """Unsuccessful runs with what went wrong: the class of the error, or the word of a person."""
        silent = When(state=State.FAILED, then=Value("Unknown error"))
        named = Case(When(~Q(error_class=""), then=F("error_class")), silent, default=Value("Rejected by a person"))
        return self.unsuccessful().annotate(failure=named)

    def per_failure(self) -> QuerySet[Any, dict[str, Any]]:
        """How often each kind of failure occurred in each phase."""
        rows = self.with_failure().order_by().values("phase", "failure")
        return rows.annotate(n=Count("pk")).order_by("-n", "phase", "failure")

    def per_phase(self) -> QuerySet[Any, dict[str, Any]]:
        """Runs and failures of each phase."""
        failed = Count("pk", filter=Q(pk__in=self.unsuccessful().values("pk")))
        return self.order_by().values("phase").annotate(n=Count("pk"), failures=failed).order_by("-failures", "phase")


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

    def learned_since(self, moment: datetime) -> Self:
        """Patterns whose current version was learned at or after `moment`."""
        return self.filter(learned_at__gte=moment)
