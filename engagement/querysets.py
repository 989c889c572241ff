"""Every question asked of accounts, posts and interactions, as chainable queryset methods."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Count, F, Q

from engagement.enums import AccountState, DeliveryState, FilterState, PostStatus, SyncStatus, Verdict

WORKING = (AccountState.ACTIVE, AccountState.EXPIRING)
# Pushed events that wait for a person.
STUCK = (DeliveryState.UNKNOWN, DeliveryState.FAILED)


class SocialAccountQuerySet(models.QuerySet):
    """Questions about accounts."""

    def for_persona(self, persona: models.Model) -> Self:
        """Accounts of one persona."""
        return self.filter(persona=persona)

    def on(self, platform: str) -> Self:
        """Accounts on one platform."""
        return self.filter(platform=platform)

    def working(self, now: datetime) -> Self:
        """Accounts that may be called at `now`: a usable state, a token and an open window."""
        open_window = Q(throttled_until=None) | Q(throttled_until__lte=now)
        return self.filter(open_window, state__in=WORKING).exclude(access_token="")

    def facts_due(self, now: datetime) -> Self:
        """Accounts that may be called and whose followers and audience were not read within a day."""
        return self.working(now).filter(Q(facts_at=None) | Q(facts_at__lte=now - timedelta(days=1))).order_by("pk")

    def expiring(self, now: datetime, days: int = 14) -> Self:
        """Accounts whose token ends within `days`."""
        return self.filter(token_expires_at__gt=now, token_expires_at__lte=now + timedelta(days=days))


class SocialMediaPostQuerySet(models.QuerySet):
    """Questions about posts."""

    def published(self) -> Self:
        """Posts that are live, or were when last seen."""
        return self.filter(status=PostStatus.PUBLISHED)

    def recent(self, hours: int, now: datetime) -> Self:
        """Posts published in the `hours` before `now`."""
        return self.filter(published_at__gt=now - timedelta(hours=hours), published_at__lte=now)

    def between(self, start: datetime, end: datetime) -> Self:
        """Posts published after `start`, up to and including `end`."""
        return self.filter(published_at__gt=start, published_at__lte=end)

    def leading_to(self, moments: Collection[datetime], number: int) -> list[Self]:
        """The last `number` posts before each of `moments`, with those between the moments: one or two querysets.

        However many older posts there are, they are not read.
        """
        oldest, newest = min(moments), max(moments)
        between = self.filter(published_at__gte=oldest, published_at__lt=newest).order_by("published_at", "pk")
        before = self.filter(published_at__lt=oldest).order_by("-published_at", "-pk")[:number]
        return [before, between] if oldest < newest else [before]

    def for_persona(self, persona: models.Model) -> Self:
        """Posts of one persona."""
        return self.filter(persona=persona)

    def on(self, platform: str) -> Self:
        """Posts on one platform."""
        return self.filter(platform=platform)

    def due_for_sync(self, now: datetime) -> Self:
        """Live posts whose numbers are due, and that no worker has claimed."""
        unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.published().filter(unclaimed, next_sync_at__lte=now)

    def overdue(self, now: datetime, hours: int = 2) -> Self:
        """Live posts whose sync is more than `hours` late."""
        return self.published().filter(next_sync_at__lt=now - timedelta(hours=hours))

    def due_for_publishing(self, now: datetime) -> Self:
        """Posts to be sent, asked about or looked for: their time has come, or their outcome is open."""
        waiting = Q(status=PostStatus.SCHEDULED, scheduled_at__lte=now)
        processed = Q(status=PostStatus.PUBLISHING) & ~Q(publish_id="")
        sought = Q(status=PostStatus.UNKNOWN, next_lookup_at__lte=now)
        return self.filter(waiting | processed | sought)

    def lost_while_publishing(self, now: datetime) -> Self:
        """Posts whose process died before there was a handle to ask with."""
        unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.filter(unclaimed, status=PostStatus.PUBLISHING, publish_id="")

    def sync_failed(self) -> Self:
        """Posts whose last sync failed."""
        return self.filter(sync_status=SyncStatus.FAILED)

    def measured(self) -> Self:
        """Posts that may teach something: filtered, or honestly estimated where nothing can be seen."""
        return self.exclude(filter_state=FilterState.UNFILTERED).filter(genuine_engagement__isnull=False)

    def settled(self) -> Self:
        """Posts whose newest numbers were observed after the platform's insights settle."""
        return self.filter(last_synced_at__gte=F("published_at") + timedelta(hours=settings.SETTLE_HOURS))

    def provisional(self) -> Self:
        """Live posts whose newest numbers were observed before the platform's insights settle, or never."""
        is_settled = Q(last_synced_at__gte=F("published_at") + timedelta(hours=settings.SETTLE_HOURS))
        return self.published().filter(Q(last_synced_at=None) | ~is_settled)

    def unfiltered(self) -> Self:
        """Live posts whose engagement did not go through the filter: nothing learns from them."""
        return self.published().filter(filter_state=FilterState.UNFILTERED)

    def awaiting_grade(self) -> Self:
        """Settled, measured posts whose numbers are newer than their grade."""
        return self.measured().settled().filter(Q(graded_at=None) | Q(graded_at__lt=F("measured_at")))

    def bot_ridden(self, share: float = 0.3) -> Self:
        """Posts where bots make up at least `share` of what could be observed."""
        return self.filter(observed_count__gt=0, bot_count__gte=F("observed_count") * share)

    def unusual(self, percent: float = 50) -> Self:
        """Posts at least `percent` above or below the account's usual."""
        return self.filter(Q(vs_average__gte=percent) | Q(vs_average__lte=-percent))


class InteractionQuerySet(models.QuerySet):
    """Questions about interactions."""

    def visible(self) -> Self:
        """Interactions that the platform still shows, as far as is known."""
        return self.filter(deleted_at=None)

    def unassessed(self) -> Self:
        """Interactions without a verdict."""
        return self.filter(final_verdict="")

    def text_due_for_purge(self, before: datetime) -> Self:
        """Interactions first seen before `before` whose text is still kept."""
        return self.filter(first_seen_at__lt=before).exclude(text="")

    def verdict_counts(self) -> dict[str, int]:
        """How many interactions carry each final verdict; every verdict is a key."""
        rows = self.order_by().values_list("final_verdict").annotate(n=Count("pk"))
        return dict.fromkeys(Verdict.values, 0) | dict(rows)


class WebhookDeliveryQuerySet(models.QuerySet):
    """Questions about what platforms pushed."""

    def waiting(self, now: datetime) -> Self:
        """Events to be worked on that no worker has claimed, and that do not wait for their next attempt."""
        unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now)
        return self.filter(unclaimed, state=DeliveryState.RECEIVED)

    def needing_attention(self) -> Self:
        """Events that Gator does not know, or failed on."""
        return self.filter(state__in=STUCK)

    def overtaking(self, platform: str, subject: str, happened_at: datetime) -> Self:
        """Later events that tell the state of the same comment."""
        later = self.exclude(subject="").filter(platform=platform, subject=subject, happened_at__gt=happened_at)
        return later.exclude(state__in=STUCK)
