"""Runs as they stood at a moment. For a private copy: the rows are changed."""

from collections import defaultdict
from datetime import datetime
from uuid import UUID

from django.db.models import Exists, OuterRef

from acd.enums import OutcomeSource, State
from acd.models import ACDContext, OutcomeEvent


def rewind_runs(moment: datetime) -> None:
    """Give runs the verdict that they had at `moment`, and take back how they ended where that came later."""
    later = OutcomeEvent.objects.filter(created_at__gt=moment).order_by("-created_at", "-pk")
    # The first change after the moment tells what stood before it.
    first = {event.context_id: event for event in later.only("context_id", "validation_before", "confidence_before")}
    alike = defaultdict[tuple[str, str], list[UUID]](list)
    for pk, event in first.items():
        alike[event.validation_before, event.confidence_before].append(pk)
    for (validation, confidence), ids in alike.items():
        ACDContext.objects.filter(pk__in=ids).update(validation=validation, confidence=confidence)
    by_people = OutcomeEvent.objects.filter(context=OuterRef("pk"), source=OutcomeSource.HUMAN, created_at__lte=moment)
    ACDContext.objects.filter(~Exists(by_people), pk__in=first).update(human_override=False)
    ended = ACDContext.objects.filter(finished_at__gt=moment)
    ended.update(state=State.PROCESSING, finished_at=None, error_class="", error_message="")
