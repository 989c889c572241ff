"""Events that platforms pushed, stored before anything is done with them: the same event again is the same row."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from engagement.enums import DeliveryState
from engagement.interactions import ID_LIMIT, storable
from engagement.models import WebhookDelivery
from engagement.webhooks.people import admitted
from engagement.webhooks.values import Event, as_text

KIND_LIMIT = 100


def take_in(events: Iterable[Event], *, now: datetime) -> list[int]:
    """Store events in sets; the ids of those of them that are still to be worked on.

    Those of people who asked to be forgotten are left out here, at the door.
    """
    # A microsecond apart, so that the order in which they came is kept.
    arrived = [_row(event, now + timedelta(microseconds=at)) for at, event in enumerate(admitted(events))]
    if not arrived:
        return []
    # Stored in one order, whoever brings them in whichever: two who store the same events wait, and do not deadlock.
    rows = sorted(arrived, key=lambda row: row.digest)
    WebhookDelivery.objects.bulk_create(rows, ignore_conflicts=True)
    waiting = WebhookDelivery.objects.waiting(now).filter(digest__in=[row.digest for row in rows])
    return list(waiting.order_by("received_at", "pk").values_list("pk", flat=True))


def _row(event: Event, now: datetime) -> WebhookDelivery:
    return WebhookDelivery(
        platform=event.platform,
        digest=event.digest,
        kind=storable(event.kind)[:KIND_LIMIT],
        subject=storable(event.subject)[:ID_LIMIT],
        happened_at=event.happened_at or now,
        body=as_text(event.body),
        received_at=now,
    )


def try_again(delivery: WebhookDelivery) -> bool:
    """Put an event that Gator did not know, or failed on, back among the waiting ones; False if it is none of these."""
    rows = WebhookDelivery.objects.needing_attention().filter(pk=delivery.pk)
    again = {"state": DeliveryState.RECEIVED, "reason": "", "attempts": 0, "ended_at": None}
    return rows.update(claim=None, claimed_until=None, **again) == 1
