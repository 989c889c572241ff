"""The second vocabulary of posts and contexts: grouping for analysis. Only the last call returns plain values."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models import Case, Count, F, Model, OuterRef, Q, QuerySet, Subquery, Sum, Value, When

from acd.enums import State
from acd.querysets import ACDContextQuerySet
from engagement.enums import Basis
from engagement.querysets import SocialMediaPostQuerySet
from patterns.enums import PatternStatus


class PostPerformanceQuerySet(SocialMediaPostQuerySet):
    """Posts as evidence: only measured and settled ones teach."""

    def in_window(self, start: datetime, end: datetime) -> Self:
        """Posts of a window that may teach something."""
        return self.between(start, end).measured().settled()

    def main_basis(self) -> str:
        """The basis most of these posts are measured by; empty if there is none. Bases are never mixed."""
        return commonest(self.per_basis())

    def per_basis(self) -> dict[str, int]:
        """How many of these posts are measured by each basis."""
        return dict(self.order_by().values_list("basis").annotate(n=Count("pk")))

    def with_value(self, basis: str) -> Self:
        """Posts of one basis with the `value` that is compared: the rate, or the lift where there is no basis."""
        column = "lift" if basis == Basis.COUNT else "engagement_rate"
        return self.filter(basis=basis, **{f"{column}__isnull": False}).annotate(value=F(column))

    def per(self, field: str) -> QuerySet[Any, dict[str, Any]]:
        """Count, sum and sum of squares of `value` for each value of `field`: all that intervals need."""
        return self.order_by().values(subject=F(field)).annotate(**SUMS)

    def per_hour(self) -> QuerySet[Any, dict[str, Any]]:
        """`per()` local hour."""
        return self.exclude(local_hour=None).per("local_hour")

    def per_weekday(self) -> QuerySet[Any, dict[str, Any]]:
        """`per()` local weekday, 0 is Monday."""
        return self.exclude(local_weekday=None).per("local_weekday")

    def per_hashtag(self) -> QuerySet[Any, dict[str, Any]]:
        """`per()` hashtag; a post counts once for each of its hashtags."""
        return self.filter(hashtags__isnull=False).per("hashtags__name")

    def per_format(self) -> QuerySet[Any, dict[str, Any]]:
        """`per()` media kind."""
        return self.per("media_kind")

    def per_approach(self) -> QuerySet[Any, dict[str, Any]]:
        """`per()` approach of the content, where we made it."""
        return self.exclude(content=None).exclude(content__approach="").per("content__approach")

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


def commonest(bases: Mapping[str, int]) -> str:
    """The basis of most posts; empty if there is none."""
    return min((basis for basis in bases if basis), key=lambda basis: (-bases[basis], basis), default="")


SUMS = {"n": Count("pk"), "total": Sum("value"), "squares": Sum(F("value") * F("value"))}


class GenerationOutcomeQuerySet(ACDContextQuerySet):
    """Contexts as evidence."""

    def for_persona(self, persona: Model) -> Self:
        """Runs that generated content for one persona."""
        return self.filter(content__persona=persona)

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
