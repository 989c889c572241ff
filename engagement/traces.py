"""What a person leaves beside their interactions: pushed events, refused payloads, lines of the admin's log."""

from collections.abc import Collection, Iterable, Iterator
from typing import Any, NamedTuple, TypeVar

from django.contrib.admin.models import LogEntry
from django.contrib.contenttypes.models import ContentType
from django.db.models import F, QuerySet

from engagement.enums import DeliveryState
from engagement.models import Interaction, RefusedPayload, WebhookDelivery
from engagement.webhooks.people import is_of_another, names_anybody, opened

T = TypeVar("T")
BATCH = 500


class Traces(NamedTuple):
    """How many rows went."""

    events: int
    payloads: int
    log_entries: int


def forget_traces(theirs: QuerySet[Interaction], keys: Collection[str]) -> Traces:
    """Delete what is kept of the people behind these keyed hashes beside their interactions, which are `theirs`."""
    return Traces(_events(theirs, keys), _payloads(keys), _log_entries(theirs))


def _events(theirs: QuerySet[Interaction], keys: Collection[str]) -> int:
    """Events about their comments, whatever became of them, and events that name them."""
    about = [
        WebhookDelivery.objects.filter(platform=platform, subject__in=part)
        for platform in theirs.values_list("post__platform", flat=True).distinct()
        for part in _parts(theirs.filter(post__platform=platform).values_list("platform_id", flat=True))
    ]
    naming = [row.pk for row in _naming(keys) if _is_theirs(row, keys)]
    rows = [*about, *(WebhookDelivery.objects.filter(pk__in=part) for part in _parts(naming))]
    return sum(found.delete()[0] for found in rows)


def events_naming(keys: Collection[str]) -> QuerySet[WebhookDelivery]:
    """Stored events that name one of the people behind these keyed hashes."""
    return WebhookDelivery.objects.filter(pk__in=[row.pk for row in _naming(keys)])


def _naming(keys: Collection[str]) -> Iterator[WebhookDelivery]:
    kept = WebhookDelivery.objects.exclude(body="").order_by().only("platform", "body", "reason", "state")
    for row in kept.iterator():
        # Apart from each other: only JSON by itself can be read as JSON.
        if any(names_anybody(row.platform, text, keys) for text in (row.body, row.reason)):
            yield row


def _is_theirs(row: WebhookDelivery, keys: Collection[str]) -> bool:
    """Whether an event goes with them. One of somebody else that still waits is worked on, and loses its body then."""
    return row.state != DeliveryState.RECEIVED or not is_of_another(row.platform, opened(row.body), keys)


def _payloads(keys: Collection[str]) -> int:
    rows = RefusedPayload.objects.annotate(platform=F("post__platform")).order_by()
    told = rows.values_list("pk", "platform", "reason", "payload").iterator()
    naming = [pk for pk, platform, *texts in told if names_anybody(platform, " ".join(texts), keys)]
    return sum(RefusedPayload.objects.filter(pk__in=part).delete()[0] for part in _parts(naming))


def _log_entries(theirs: QuerySet[Interaction]) -> int:
    """What staff did to their interactions: the rows it was done to are gone."""
    kind = ContentType.objects.get_for_model(Interaction)
    entries = LogEntry.objects.filter(content_type=kind)
    ids = map(str, theirs.values_list("pk", flat=True))
    return sum(entries.filter(object_id__in=part).delete()[0] for part in _parts(ids))


def _parts(values: Iterable[T]) -> Iterator[list[T]]:
    """The values in parts that one statement takes."""
    every: list[Any] = list(values)
    return (every[start : start + BATCH] for start in range(0, len(every), BATCH))
