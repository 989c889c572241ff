"""What is not kept for good: the text of comments, and payloads that were refused."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from engagement.models import Interaction, RefusedPayload

# Long enough to look into a platform's mistake; payloads may hold strangers' words.
REFUSED_PAYLOAD_DAYS = 30
BATCH = 1000


@dataclass(frozen=True)
class Purged:
    """How many texts were blanked and how many refused payloads deleted."""

    texts: int
    payloads: int


def purge_expired(now: datetime, *, batch: int = BATCH) -> Purged:
    """Blank texts and delete refused payloads that are past their time; verdicts and reasons stay.

    Every batch is a transaction of its own, so a killed run loses nothing and the next one goes on.
    """
    return Purged(_blank_texts(now, batch), _delete_payloads(now, batch))


def _blank_texts(now: datetime, batch: int) -> int:
    due = Interaction.objects.text_due_for_purge(now - timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS))
    total = 0
    while ids := list(due.order_by("pk").values_list("pk", flat=True)[:batch]):
        total += Interaction.objects.filter(pk__in=ids).update(text="", text_purged_at=now)
    return total


def _delete_payloads(now: datetime, batch: int) -> int:
    old = RefusedPayload.objects.filter(created_at__lt=now - timedelta(days=REFUSED_PAYLOAD_DAYS))
    total = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:batch]):
        total += RefusedPayload.objects.filter(pk__in=ids).delete()[0]
    return total
