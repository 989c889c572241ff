"""Every question asked of contexts, as chainable queryset methods."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Avg, Count, Q

from acd.enums import State, Validation


class ACDContextQuerySet(models.QuerySet):
    """Questions about runs: which are under way, which failed, what became of them."""

    def running(self) -> Self:
        """Runs that are under way now."""
        return self.filter(state=State.PROCESSING)

    def failed(self) -> Self:
        """Runs that ended in an error."""
        return self.filter(state=State.FAILED)

    def since(self, moment: datetime) -> Self:
        """Runs created at or after `moment`."""
        return self.filter(created_at__gte=moment)

    def in_phase(self, phase: str) -> Self:
        """Runs of one phase."""
        return self.filter(phase=phase)

    def approved(self) -> Self:
        """Runs that a person or real engagement approved, with or without conditions."""
        return self.filter(validation__in=[Validation.APPROVED, Validation.CONDITIONALLY_APPROVED])

    def unsuccessful(self) -> Self:
        """Runs that failed, or that a person rejected."""
        return self.filter(Q(state=State.FAILED) | Q(validation=Validation.REJECTED))

    def abandoned(self, before: datetime) -> Self:
        """Runs still under way though they began before `before`: their process was killed."""
        return self.running().filter(started_at__lt=before)

    def counts(self, field: str) -> dict[str, int]:
        """How many runs there are for each value of `field`."""
        rows = self.order_by().values_list(field).annotate(n=Count("pk"))
        return dict(rows)

    def statistics(self) -> dict[str, object]:
        """Counts by phase, state, confidence and validation; active, completed, failed; mean duration or None."""
        totals = self.aggregate(
            total=Count("pk"),
            active=Count("pk", filter=Q(state=State.PROCESSING)),
            completed=Count("pk", filter=Q(state=State.DONE)),
            failed=Count("pk", filter=Q(state=State.FAILED)),
            mean_duration=Avg("duration"),
        )
        return totals | {f"by_{name}": self.counts(name) for name in ("phase", "state", "confidence", "validation")}
