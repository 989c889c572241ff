"""Every question asked of accounts, posts and interactions, as chainable queryset methods."""

from collections.abc import Collection, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import (
    Avg,
    BooleanField,
    Case,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    Subquery,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Abs, Cast, Coalesce, Floor, Least, TruncDay, TruncHour, TruncWeek

from engagement.enums import AccountState, DeliveryState, FilterState, PostStatus, SyncStatus, Verdict
from engagement.rules import MOST_LEAD, RENEWALS, WARNING_DAYS, Renewal
from engagement.values import App

WORKING = (AccountState.ACTIVE, AccountState.EXPIRING)
BROKEN = (AccountState.EXPIRED, AccountState.REVOKED)
# Pushed events that wait for a person.
STUCK = (DeliveryState.UNKNOWN, DeliveryState.FAILED)
# What the database grouped, as dictionaries.
Groups = models.QuerySet[Any, dict[str, Any]]
# A renewal that should have happened long before this is failing.
LATE = timedelta(days=7)


def renewable(now: datetime) -> Q:
    """Which accounts have a token that a program can renew at `now`, or once it is old enough."""
    found = Q(pk__in=[])
    for (platform, flavour), renewal in RENEWALS.items():
        if has_app(renewal):
            found |= Q(platform=platform, flavour=flavour) & _takes(renewal, now)
    return found & ~Q(access_token="") & ~Q(state=AccountState.REVOKED)


def has_app(renewal: Renewal) -> bool:
    """Whether the operator's app is set, if one is needed."""
    return not renewal.app or bool(settings.PLATFORM_APPS.get(renewal.app, App()).id)


def _takes(renewal: Renewal, now: datetime) -> Q:
    fits = Q()
    if renewal.needs_refresh_token:
        fits &= ~Q(refresh_token="") & (Q(refresh_expires_at=None) | Q(refresh_expires_at__gt=now))
    if not renewal.after_end:
        since = Coalesce("token_refreshed_at", "created_at", output_field=DateTimeField())
        is_alive = Q(token_expires_at__gt=now) & Q(token_expires_at__gt=since + renewal.least_age)
        fits &= Q(token_expires_at=None) | is_alive
    return fits


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

    def renewable(self, now: datetime) -> Self:
        """Accounts whose token a program can renew at `now`, or once it is old enough."""
        return self.filter(renewable(now))

    def near_renewal(self, now: datetime) -> Self:
        """Accounts that nobody renews at this moment and whose token may be due for it: `is_due()` says which are."""
        free = Q(refresh_claimed_until=None) | Q(refresh_claimed_until__lte=now)
        open_window = Q(throttled_until=None) | Q(throttled_until__lte=now)
        # One without a known end is renewed when the platform says that it has ended.
        near = Q(token_expires_at__lte=now + MOST_LEAD) | Q(token_expires_at=None, state=AccountState.EXPIRED)
        return self.renewable(now).filter(free, open_window, near)

    def with_access_end(self, now: datetime) -> Self:
        """`renews`: whether a program renews the token. `access_ends_at`: when access ends unless a person acts.

        NULL: not as far as is known. Where a program renews it is the end of the refresh token; where it is lost, now.
        """
        # Without a refresh token there is nothing left once it has ended, so a failing renewal must be seen before.
        failing = Q(refresh_token="", token_expires_at__lte=now + LATE) & ~Q(last_error="")
        renews = renewable(now) & ~failing
        return self.annotate(
            renews=Case(When(renews, then=Value(True)), default=Value(False), output_field=BooleanField()),
            access_ends_at=Case(
                When(state__in=BROKEN, then=Value(now)),
                When(renews, then=F("refresh_expires_at")),
                default=F("token_expires_at"),
                output_field=DateTimeField(),
            ),
        )

    def ending(self, now: datetime, days: int) -> Self:
        """Accounts to which access ends within `days` unless a person acts, or has ended."""
        return self.with_access_end(now).filter(access_ends_at__lte=now + timedelta(days=days))

    def expiring(self, now: datetime, days: int = 14) -> Self:
        """Accounts to which access ends within `days` unless a person acts, and has not ended yet."""
        return self.ending(now, days).filter(access_ends_at__gt=now)

    def with_risk(self, now: datetime) -> Self:
        """With `with_access_end()`: `token_warning`, the days within which access ends, and `posts_at_risk`.

        The days are 1, 7, 14 or NULL. At risk are the posts that are planned for when there is no access.
        """
        within = [When(access_ends_at__lte=now + timedelta(days=days), then=Value(days)) for days in WARNING_DAYS]
        posts = self.model._meta.get_field("posts").related_model._default_manager  # type: ignore[union-attr]
        lost = Q(scheduled_at__gte=OuterRef("access_ends_at")) | Q(account__state__in=BROKEN)
        planned = posts.filter(lost, account=OuterRef("pk"), status=PostStatus.SCHEDULED).order_by().values("account")
        at_risk = Coalesce(Subquery(planned.annotate(n=Count("pk")).values("n")), 0)
        warned = self.with_access_end(now).annotate(
            token_warning=Case(*within, default=None, output_field=models.IntegerField())
        )
        return warned.annotate(posts_at_risk=at_risk)

    def warned(self, now: datetime) -> Self:
        """With `with_risk()`: accounts of whose end staff are warned, the soonest first."""
        return self.with_risk(now).exclude(token_warning=None).order_by("access_ends_at", "-posts_at_risk", "pk")

    def at_risk(self, now: datetime) -> Self:
        """Accounts with posts that are planned for when there is no access."""
        return self.with_risk(now).filter(posts_at_risk__gt=0)

    def ended(self, now: datetime) -> Self:
        """Accounts whose token has ended and that no program renews."""
        return self.with_access_end(now).filter(renews=False, token_expires_at__lte=now)


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

    def not_judged_by(self, version: str, mark: str) -> Self:
        """Posts that were not wholly judged by the filter with this mark, or that hold what this model never judged."""
        rows: Any = self.model._meta.get_field("interactions").related_model._default_manager  # type: ignore[union-attr]
        fresh = rows.not_judged_by(version).filter(post=OuterRef("pk"))
        return self.filter(~Q(judged_by=mark) | Exists(fresh))

    def hold(self) -> list[int]:
        """Lock these posts until the transaction ends; their keys.

        Whoever writes of a post or of what is under it does this first, in this order: else two would wait for one
        another.
        """
        return list(self.select_for_update(of=("self",)).order_by("pk").values_list("pk", flat=True))

    def oldest_first(self) -> Self:
        """Posts in the order in which they are judged, so that each learns from those before it."""
        return self.order_by(F("published_at").asc(nulls_last=True), "pk")

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

    def judgeable(self) -> Self:
        """Visible interactions that can get another verdict: of a text that was purged, the verdict stands."""
        return self.visible().exclude(~Q(verdict=""), text="", text_purged_at__isnull=False)

    def not_judged_by(self, version: str) -> Self:
        """Interactions that another model of the filter has judged, or none yet, and that can be judged."""
        return self.judgeable().exclude(model_version=version)

    def moved(self, version: str, cut_offs: Iterable[tuple[float, float]]) -> Self:
        """Verdicts of this model whose score lies on another side of a cut-off, given as it was and as it is."""
        moved = Q(pk__in=())
        for before, after in cut_offs:
            moved |= Q(score__gte=min(before, after), score__lt=max(before, after))
        return self.filter(moved, model_version=version).exclude(verdict=Verdict.PERSONA)

    def unassessed(self) -> Self:
        """Interactions without a verdict."""
        return self.filter(final_verdict="")

    def to_review(self) -> Self:
        """What the filter is not sure of and no person has decided, the newest first."""
        return self.visible().filter(verdict=Verdict.UNSURE, override="").order_by("-first_seen_at", "-pk")

    def most_uncertain_first(self, middle: float) -> Self:
        """Those whose score is nearest to `middle` first; without a score last."""
        away = Abs(F("score") - middle, output_field=models.FloatField())
        return self.order_by(away.asc(nulls_last=True), "-first_seen_at", "-pk")

    def on(self, platform: str) -> Self:
        """Interactions with posts on one platform."""
        return self.filter(post__platform=platform)

    def seen_since(self, since: datetime) -> Self:
        """Interactions first seen at or after `since`."""
        return self.filter(first_seen_at__gte=since)

    def per_week(self) -> Groups:
        """`week` (begun, UTC), `platform`, `account`, `final_verdict` and how many (`n`) were first seen in it."""
        week = TruncWeek("first_seen_at", tzinfo=UTC)
        rows = self.order_by().annotate(week=week, platform=F("post__platform"), account=F("post__account"))
        return rows.values("week", "platform", "account", "final_verdict").annotate(n=Count("pk"))

    def arrivals(self, hours: bool) -> Groups:
        """`slot` (the hour or day it begins, UTC), `final_verdict` and how many (`n`) were made in it."""
        trunc = TruncHour if hours else TruncDay
        rows = self.exclude(occurred_at=None).order_by().annotate(slot=trunc("occurred_at", tzinfo=UTC))
        return rows.values("slot", "final_verdict").annotate(n=Count("pk")).order_by("slot")

    def due_for_purge(self, before: datetime) -> Self:
        """Interactions first seen before `before` of which more is kept than the verdict: words, or a profile."""
        return self.filter(~Q(text="") | ~Q(author_signals={}), first_seen_at__lt=before)

    def verdict_counts(self) -> dict[str, int]:
        """How many interactions carry each final verdict; every verdict is a key."""
        rows = self.order_by().values_list("final_verdict").annotate(n=Count("pk"))
        return dict.fromkeys(Verdict.values, 0) | dict(rows)


class DecisionQuerySet(models.QuerySet):
    """Questions about what people decided."""

    def newest(self) -> Self:
        """The last decision on each interaction, where it was not given back to the filter."""
        later = self.model._default_manager.filter(interaction=OuterRef("interaction"), pk__gt=OuterRef("pk"))
        return self.exclude(Exists(later)).exclude(verdict="")

    def of_model(self, version: str) -> Self:
        """Decisions on what this model of the filter had scored."""
        return self.filter(model_version=version, score__isnull=False)

    def made_since(self, since: datetime) -> Self:
        """Decisions made at or after `since`."""
        return self.filter(decided_at__gte=since)

    def per_score(self, bins: int) -> Groups:
        """`slot` of the score (0 to `bins` - 1), both verdicts and the model, how many (`n`), their `mean` score."""
        slot = Least(Cast(Floor(F("score") * bins), models.IntegerField()), Value(bins - 1))
        rows = self.exclude(score=None).order_by().annotate(slot=slot)
        grouped = rows.values("slot", "verdict", "filter_verdict", "model_version")
        return grouped.annotate(n=Count("pk"), mean=Avg("score"))


class ErasureReceiptQuerySet(models.QuerySet):
    """Questions about erasures."""

    def awaiting_relearning(self) -> Self:
        """Erasures after which grades and patterns were not made anew yet."""
        return self.filter(relearned_at=None)


class BudgetQuerySet(models.QuerySet):
    """Questions about budgets."""

    def on(self, platform: str) -> Self:
        """Budgets on one platform."""
        return self.filter(platform=platform)

    def with_spent(self, now: datetime) -> Self:
        """`used` within the present window, `today` and `month`: spent since the day and the month (UTC) began."""
        day = now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
        return self.annotate(
            used=self._spent(counts_until__gt=now),
            today=self._spent(slot_at__gte=day),
            month=self._spent(slot_at__gte=day.replace(day=1)),
        )

    def _spent(self, **when: datetime) -> Coalesce:
        spending: Any = self.model._meta.get_field("spendings").related_model
        sums = (
            spending.objects.filter(budget=OuterRef("pk"), **when).order_by().values("budget").annotate(n=Sum("amount"))
        )
        return Coalesce(Subquery(sums.values("n"), output_field=models.BigIntegerField()), Value(0))

    def used_up(self, now: datetime) -> Self:
        """Budgets of which nothing may be spent at `now`."""
        return self.with_spent(now).filter(Q(closed_until__gt=now) | Q(amount__lte=F("used")))


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
