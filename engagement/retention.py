"""What is not kept for good: texts of comments, refused payloads, pushed events, uploads, and what was spent."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet, Sum
from django.db.models.functions import TruncDay

from engagement.erasure import erase_stragglers
from engagement.imports import uploads
from engagement.models import BilledRead, Interaction, RefusedPayload, Spending, WebhookDelivery

# Long enough to look into a platform's mistake; payloads may hold strangers' words.
REFUSED_PAYLOAD_DAYS = 30
# The same for events that Gator did not know or failed on. No platform repeats one after so long.
DELIVERY_DAYS = 30
# A month of what was spent can always be told.
SPENDING_DAYS = 35
# After the longest window slots count no more; what they held is kept as the sum of their day.
SLOT_DAYS = 3
# What was paid for matters on its own day.
BILLED_DAYS = 2
BATCH = 1000


@dataclass(frozen=True)
class Purged:
    """How many texts were blanked, and how many refused payloads and pushed events, rows of spending, and interactions
    of people who asked to be forgotten, deleted; and files that were uploaded and not imported in time, removed.
    """

    texts: int
    payloads: int
    spendings: int = 0
    erased: int = 0
    uploads: int = 0


def purge_expired(now: datetime, *, batch: int = BATCH) -> Purged:
    """Blank texts and profiles, and delete payloads and events past their time; verdicts and reasons stay.

    Every batch is a transaction of its own, so a killed run loses nothing and the next one goes on. What is due is a
    question to the rows, not to the clock: a run after weeks without one does the work of all of them.
    """
    payloads = RefusedPayload.objects.filter(created_at__lt=now - timedelta(days=REFUSED_PAYLOAD_DAYS))
    events = WebhookDelivery.objects.filter(received_at__lt=now - timedelta(days=DELIVERY_DAYS))
    return Purged(
        texts=_blank_texts(now, batch),
        payloads=_deleted(payloads, batch) + _deleted(events, batch),
        spendings=_spendings(now, batch),
        erased=erase_stragglers(now),
        uploads=uploads.sweep(now),
    )


def _blank_texts(now: datetime, batch: int) -> int:
    due = Interaction.objects.due_for_purge(now - timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS))
    total, last = 0, 0
    # Each batch begins behind the one before: what is not due, however much, is passed once.
    while ids := list(due.filter(pk__gt=last).order_by("pk").values_list("pk", flat=True)[:batch]):
        last = ids[-1]
        total += Interaction.objects.filter(pk__in=ids).update(text="", author_signals={}, text_purged_at=now)
    return total


def _deleted(old: QuerySet[Any], batch: int) -> int:
    total = 0
    while ids := list(old.order_by("pk").values_list("pk", flat=True)[:batch]):
        total += old.model._default_manager.filter(pk__in=ids).delete()[0]
    return total


def _spendings(now: datetime, batch: int) -> int:
    """Slots become one row a day, and go with the reads paid for when their time is over."""
    spent = Spending.objects.filter(slot_at__lt=now - timedelta(days=SPENDING_DAYS))
    billed = BilledRead.objects.filter(day__lt=(now - timedelta(days=BILLED_DAYS)).date())
    return _deleted(spent, batch) + _deleted(billed, batch) + _fold_slots(now)


def _fold_slots(now: datetime) -> int:
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    over = Spending.objects.filter(slot_at__lt=today - timedelta(days=SLOT_DAYS), counts_until__lte=now)
    days = over.annotate(day=TruncDay("slot_at")).order_by().values("budget", "day")
    sums = days.annotate(n=Count("pk"), total=Sum("amount"), until=Max("counts_until")).filter(n__gt=1)
    return sum([_fold_day(*row) for row in list(sums.values_list("budget", "day", "total", "until", "n"))])


@transaction.atomic
def _fold_day(budget: int, day: datetime, total: int, until: datetime, rows: int) -> int:
    slots = Spending.objects.filter(budget=budget, slot_at__gte=day, slot_at__lt=day + timedelta(days=1))
    slots.filter(counts_until__lte=until).delete()
    Spending.objects.create(budget_id=budget, slot_at=day, counts_until=until, amount=total)
    return rows - 1
