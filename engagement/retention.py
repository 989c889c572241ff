"""What is not kept for good: the text of comments, payloads that were refused, and events that were pushed."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from engagement.models import Interaction, RefusedPayload, WebhookDelivery

# Long enough to look into a platform's mistake; payloads may hold strangers' words.
REFUSED_PAYLOAD_DAYS = 30
# The same for events that Gator did not know or failed on. No platform repeats one after so long.
DELIVERY_DAYS = 30
BATCH = 1000


@dataclass(frozen=True)
class Purged:
    """How many texts were blanked, and how many refused payloads and pushed events deleted."""

    texts: int
    payloads: int


def purge_expired(now: datetime, *, batch: int = BATCH) -> Purged:
    """Blank texts, and delete payloads and events that are past their time; verdicts and reasons stay.

    Every batch is a transaction of its own, so a killed run loses nothing and the next one goes on.
    """
    payloads = RefusedPayload.objects.filter(created_at__lt=now - timedelta(days=REFUSED_PAYLOAD_DAYS))
    events = WebhookDelivery.objects.filter(received_at__lt=now - timedelta(days=DELIVERY_DAYS))
    return Purged(_blank_texts(now, batch), _deleted(payloads, batch) + _deleted(events, batch))


def _blank_texts(now: datetime, batch: int) -> int:
    due = Interaction.objects.text_due_for_purge(now - timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS))
    total = 0
    while ids := list(due.order_by("pk").values_list("pk", flat=True)[:batch]):
        total += Interaction.objects.filter(pk__in=ids).update(text="", text_purged_at=now)
    return total


def _deleted(old: QuerySet[Any], batch: int) -> int:
    total = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:batch]):
        total += old.model._default_manager.filter(pk__in=ids).delete()[0]
    return total
