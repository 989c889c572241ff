"""Working on stored events: claim, carry out, assess, settle.

Events are claimed by a conditional update that expires, so two workers never do the same work and a dead one loses
nothing. One that fails is tried again and does not stop the others. A body is kept no longer than it is needed.
"""

import json
import logging
import uuid
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import F

from engagement.assessment import assess_posts
from engagement.enums import DeliveryState, Platform
from engagement.interactions import storable
from engagement.models import SocialMediaPost, WebhookDelivery
from engagement.platforms import errors
from engagement.platforms.budgets import clock_from
from engagement.querysets import STUCK
from engagement.webhooks.effects import Ignored, carry_out
from engagement.webhooks.people import names_forgotten
from engagement.webhooks.reading import read
from engagement.webhooks.values import Effect, UnknownEvent

logger = logging.getLogger(__name__)

# Events that are claimed together: few enough to be done long before their claim runs out. Of a platform that has to be
# asked for each, where an answer may take as long as a call may, one at a time.
BATCH, ASKED_BATCH = 100, 1
# One sweep takes no more; the next one goes on.
SWEPT = 1000
# With the waits between them, some half an hour.
MAX_ATTEMPTS = 5
REASON_LIMIT = 500
# Platforms that have to be asked for what their events do not say: one that hangs fills its own queue alone.
ASKED = (Platform.TIKTOK,)
USUAL_QUEUE = "celery"
UNKNOWN = "Gator has no rule for this kind of event."
DIED = "Every process that worked on it died."
NOT_FILTERED = "The filter failed on its post; the log holds the reason."


class Unreadable(Exception):
    """An event lacks what its kind has; the message says what."""


@dataclass(frozen=True)
class Ending:
    """How the work on one event ended, and the posts that are to be assessed for it. RECEIVED: it is tried again."""

    state: DeliveryState
    reason: str = ""
    posts: frozenset[int] = frozenset()


def waiting(now: datetime) -> dict[str, list[int]]:
    """By platform, the ids of events whose task was lost, or whose next attempt is due; the oldest first."""
    rows = WebhookDelivery.objects.waiting(now).order_by("received_at", "pk").values_list("platform", "pk")
    found: dict[str, list[int]] = defaultdict(list)
    for platform, pk in rows[:SWEPT]:
        found[platform].append(pk)
    return dict(found)


def queue_of(platform: str) -> str:
    """The queue for the work on a platform's events."""
    return platform if platform in ASKED else USUAL_QUEUE


def process(ids: Sequence[int], *, now: datetime) -> Counter[str]:
    """Work on those of these events that wait for it; how many ended in each state."""
    ended, clock = Counter[str](), clock_from(now)
    asked = WebhookDelivery.objects.filter(pk__in=ids, platform__in=ASKED).exists()
    size = ASKED_BATCH if asked else BATCH
    moment = now
    for start in range(0, len(ids), size):
        ended.update(_batch(ids[start : start + size], moment))
        # The next claim counts from when it is made: what came before it may have taken long.
        moment = clock()
    return ended


def _batch(ids: Sequence[int], now: datetime) -> Iterable[str]:
    mine = _claimed(ids, now)
    endings = {one: _worked_on(one, now) for one in mine}
    unfiltered = _unfiltered({pk for ending in endings.values() for pk in ending.posts}, now)
    for delivery, ending in endings.items():
        if not unfiltered.isdisjoint(ending.posts):
            ending = _failed(delivery, NOT_FILTERED)
        _settle(delivery, ending, now)
        yield ending.state.value


def _claimed(ids: Sequence[int], now: datetime) -> list[WebhookDelivery]:
    """Claim the waiting ones of these events, in the order in which they happened."""
    mine, until = uuid.uuid4(), now + timedelta(seconds=settings.CLAIM_SECONDS)
    free = WebhookDelivery.objects.waiting(now).filter(pk__in=ids)
    free.update(claim=mine, claimed_until=until, attempts=F("attempts") + 1)
    return list(WebhookDelivery.objects.filter(claim=mine).order_by("happened_at", "received_at", "pk"))


def _worked_on(delivery: WebhookDelivery, now: datetime) -> Ending:
    if delivery.attempts > MAX_ATTEMPTS:
        return Ending(DeliveryState.FAILED, DIED)
    try:
        return Ending(DeliveryState.DONE, posts=frozenset(carry_out(_read(delivery), delivery, now=now)))
    except UnknownEvent:
        return Ending(DeliveryState.UNKNOWN, UNKNOWN)
    except Unreadable as reason:
        # What it lacks now it will lack next time.
        return Ending(DeliveryState.FAILED, str(reason))
    except Ignored as reason:
        return Ending(DeliveryState.IGNORED, str(reason))
    except errors.PlatformError as error:
        return _failed(delivery, error.for_staff)
    except Exception as error:  # strangers' words may break anything, and the other events are worked on all the same
        logger.exception("The event %s failed", delivery.pk)
        return _failed(delivery, f"{type(error).__name__}: {error}")


def _read(delivery: WebhookDelivery) -> Effect | None:
    try:
        return read(delivery.platform, json.loads(delivery.body))
    except errors.InvalidResponse as error:
        raise Unreadable(error.message) from None


def _failed(delivery: WebhookDelivery, reason: str) -> Ending:
    state = DeliveryState.FAILED if delivery.attempts >= MAX_ATTEMPTS else DeliveryState.RECEIVED
    return Ending(state, reason)


def _unfiltered(ids: Collection[int], now: datetime) -> set[int]:
    """Assess the touched posts, one by one if that fails; those on which the filter failed."""
    try:
        posts = SocialMediaPost.objects.filter(pk__in=ids).select_related("account", "persona")
        assess_posts(posts, now=now, only_new=True)
    except Exception:  # strangers' words may break a layer in any way; the other posts are assessed all the same
        if len(ids) > 1:
            return {pk for one in ids for pk in _unfiltered([one], now)}
        logger.exception("The filter failed on the posts %s", sorted(ids))
        return set(ids)
    return set()


def _settle(delivery: WebhookDelivery, ending: Ending, now: datetime) -> None:
    """Write how the work ended. What another worker has claimed since is that worker's."""
    changes: dict[str, Any] = {"state": ending.state, "reason": storable(ending.reason)[:REASON_LIMIT], "claim": None}
    if ending.state == DeliveryState.RECEIVED:
        changes["claimed_until"] = now + timedelta(minutes=2 ** (delivery.attempts - 1))
    else:
        changes |= {"claimed_until": None, "ended_at": now}
    is_over = ending.state in (DeliveryState.DONE, DeliveryState.IGNORED)
    if is_over or (ending.state in STUCK and names_forgotten(delivery.platform, delivery.body)):
        changes["body"] = ""
    WebhookDelivery.objects.filter(pk=delivery.pk, claim=delivery.claim).update(**changes)
