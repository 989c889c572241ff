"""Posts on platforms and what was measured of them."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import DEFERRED, F, Q
from django.utils import timezone

from acd.constraints import legal, not_negative, ordered, percent
from acd.enums import Grade
from acd.figures import short
from acd.models import ACDContext
from engagement.enums import (
    Basis,
    FilterState,
    Freshness,
    MetricSource,
    Platform,
    PostStatus,
    SyncStatus,
)
from engagement.models.accounts import SocialAccount
from engagement.querysets import SocialMediaPostQuerySet
from engagement.rules import is_settled
from engagement.values import METRIC_FIELDS, RATE_FIELDS, SECONDS_FIELDS
from gator.studio.enums import MediaKind
from gator.studio.models import Content, Persona

PLATFORM_NAMES = dict(Platform.choices)
# A sync that is due waits for its turn so long, and is not late yet.
LATE_AFTER = timedelta(hours=2)


class Hashtag(models.Model):
    """A hashtag in its normal form (NFKC, casefolded, without `#`): a table, so that SQL groups by it."""

    name = models.CharField(max_length=100, unique=True)

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return f"#{self.name}"


class Measured(models.Model):
    """The numbers a platform gives of a post. NULL means unknown and takes part in no mean."""

    likes = models.PositiveBigIntegerField(null=True, blank=True)
    comments = models.PositiveBigIntegerField(null=True, blank=True)
    shares = models.PositiveBigIntegerField(null=True, blank=True)
    saves = models.PositiveBigIntegerField(null=True, blank=True)
    impressions = models.PositiveBigIntegerField(null=True, blank=True)
    views = models.PositiveBigIntegerField(null=True, blank=True)
    reach = models.PositiveBigIntegerField(null=True, blank=True)
    video_views = models.PositiveBigIntegerField(null=True, blank=True)
    profile_visits = models.PositiveBigIntegerField(null=True, blank=True)
    video_completion_rate = models.FloatField(null=True, blank=True, help_text="Percent, 0 to 100.")
    click_through_rate = models.FloatField(null=True, blank=True, help_text="Percent, 0 to 100.")
    reposts = models.PositiveBigIntegerField(
        null=True, blank=True, help_text="Where the platform counts them apart from shares."
    )
    follows = models.PositiveBigIntegerField(null=True, blank=True, help_text="People who followed through the post.")
    link_clicks = models.PositiveBigIntegerField(null=True, blank=True)
    video_skip_rate = models.FloatField(
        null=True, blank=True, help_text="Percent who left within the first seconds, 0 to 100."
    )
    average_watch_seconds = models.FloatField(null=True, blank=True)
    total_watch_seconds = models.FloatField(null=True, blank=True)
    api_version = models.CharField(max_length=20, blank=True)
    source = models.CharField(max_length=10, choices=MetricSource.choices, default=MetricSource.API)

    class Meta:
        abstract = True

    def counts(self) -> dict[str, Any]:
        """The measured numbers alone, by field name."""
        return {name: getattr(self, name) for name in METRIC_FIELDS}


class SocialMediaPost(Measured):
    """A post on a platform: where it stands, its newest numbers and what they mean."""

    # The indexes of these three begin those below; a second one of their own would only mislead the planner.
    persona = models.ForeignKey(Persona, models.PROTECT, db_index=False, related_name="posts")
    account = models.ForeignKey(
        SocialAccount, models.PROTECT, null=True, blank=True, db_index=False, related_name="posts"
    )
    content = models.ForeignKey(Content, models.PROTECT, null=True, blank=True, db_index=False, related_name="posts")
    context = models.ForeignKey(ACDContext, models.SET_NULL, null=True, blank=True, related_name="posts")
    platform = models.CharField(max_length=10, choices=Platform.choices)
    media_kind = models.CharField(max_length=10, choices=MediaKind.choices)
    platform_post_id = models.CharField(max_length=200, null=True, blank=True)  # noqa: DJ001 - NULL keeps drafts unique
    publish_id = models.CharField(
        max_length=200, blank=True, help_text="What to ask the platform about while it processes."
    )
    url = models.URLField(max_length=500, blank=True)
    status = models.CharField(max_length=10, choices=PostStatus.choices, default=PostStatus.DRAFT)
    status_reason = models.TextField(
        blank=True, help_text="Why it failed, is unknown or was deleted, in words for staff."
    )
    caption = models.TextField(blank=True)
    hashtags = models.ManyToManyField(Hashtag, blank=True, related_name="posts")
    scheduled_at = models.DateTimeField(null=True, blank=True)
    published_at = models.DateTimeField(null=True, blank=True)
    local_hour = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Hour in the persona's zone.")
    local_weekday = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="0 is Monday, in the persona's zone."
    )
    ai_label_waived_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        help_text="Who decided that it goes out without the platform's AI label; nobody: it carries the label.",
    )
    ai_label_waived_at = models.DateTimeField(null=True, blank=True)
    lookups = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="How often a post of unknown outcome was looked for."
    )
    next_lookup_at = models.DateTimeField(null=True, blank=True, editable=False)
    attempts_before = models.PositiveSmallIntegerField(
        default=0, editable=False, help_text="Attempts made before a person planned it again: they no longer count."
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)

    last_synced_at = models.DateTimeField(null=True, blank=True, help_text="When the newest numbers were observed.")
    next_sync_at = models.DateTimeField(null=True, blank=True, help_text="NULL: no longer synced.")
    sync_status = models.CharField(max_length=10, choices=SyncStatus.choices, default=SyncStatus.NEVER)
    sync_error = models.TextField(blank=True)
    interactions_read_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When everything visible under it was last read."
    )
    missing_since = models.DateTimeField(
        null=True, blank=True, help_text="When the platform first did not find it; one miss alone deletes nothing."
    )
    audience = models.JSONField(default=dict, blank=True, help_text="People by group, only in groups of at least ten.")
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(null=True, blank=True, editable=False)

    filter_state = models.CharField(max_length=10, choices=FilterState.choices, default=FilterState.UNFILTERED)
    judged_by = models.CharField(
        max_length=100,
        blank=True,
        editable=False,
        help_text="The model and the cut-offs by which everything visible was last judged.",
    )
    observed_count = models.PositiveBigIntegerField(default=0)
    genuine_count = models.PositiveBigIntegerField(default=0)
    bot_count = models.PositiveBigIntegerField(default=0)
    persona_count = models.PositiveBigIntegerField(default=0)
    grouped_count = models.PositiveBigIntegerField(
        default=0, help_text="Of the bots, those who came as a group: they tell nothing of other posts."
    )
    suspect_likes = models.FloatField(
        default=0, help_text="Likes that came at once, without the reach or the comments that go with them."
    )
    purged_likes = models.FloatField(default=0, help_text="Likes that the platform took away.")
    unsure_count = models.PositiveBigIntegerField(
        default=0,
        help_text="Of those observed, whom the filter is not sure of: counted as genuine and bots by probability.",
    )
    total_engagement = models.PositiveBigIntegerField(null=True, blank=True)
    genuine_engagement = models.FloatField(null=True, blank=True)
    genuine_low = models.FloatField(null=True, blank=True)
    genuine_high = models.FloatField(null=True, blank=True)
    basis = models.CharField(max_length=10, choices=Basis.choices, blank=True)
    engagement_rate = models.FloatField(null=True, blank=True, help_text="Genuine engagement in percent of the basis.")
    rate_low = models.FloatField(null=True, blank=True)
    rate_high = models.FloatField(null=True, blank=True)
    raw_rate = models.FloatField(null=True, blank=True, help_text="Unfiltered engagement in percent of the basis.")
    lift = models.FloatField(
        null=True,
        blank=True,
        help_text="Log of 1 + genuine engagement, less what the account's earlier posts lead to expect.",
    )
    vs_average = models.FloatField(null=True, blank=True, help_text="Percent above the account's usual.")
    average_n = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Earlier posts behind the usual.")
    percentile = models.FloatField(null=True, blank=True, help_text="Share of those posts it beats, 0 to 100.")
    measured_at = models.DateTimeField(null=True, blank=True, help_text="When the numbers above were last computed.")
    grade = models.PositiveSmallIntegerField(choices=Grade.choices, null=True, blank=True)
    graded_at = models.DateTimeField(null=True, blank=True)

    objects = SocialMediaPostQuerySet.as_manager()

    class Meta:
        verbose_name = "post"
        permissions = (("waive_ai_label", "Can let a post go out without the AI label"),)
        ordering = ("-published_at", "-id")
        indexes = (
            # Every question about a persona's window: flat when the table grows (benchmarks/window.py).
            models.Index(fields=["persona", "platform", "published_at"], name="post_window"),
            # The same about all personas of a platform.
            models.Index(fields=["platform", "published_at"], name="post_window_of_platform"),
            models.Index(fields=["account", "published_at"], name="post_account_history"),
            models.Index(fields=["-published_at", "-id"], name="post_newest"),
            # `due_for_sync()`
            models.Index(fields=["next_sync_at"], name="post_due", condition=Q(next_sync_at__isnull=False)),
            # The same of one account, in the order in which they are claimed.
            models.Index(
                fields=["account", "next_sync_at"], name="post_due_of_account", condition=Q(next_sync_at__isnull=False)
            ),
            # `due_for_publishing()`
            models.Index(fields=["scheduled_at"], name="post_scheduled", condition=Q(status=PostStatus.SCHEDULED)),
        )
        constraints = (
            models.UniqueConstraint(fields=["platform", "platform_post_id"], name="post_once_per_platform"),
            models.UniqueConstraint(fields=["content", "account"], name="post_once_per_content_and_account"),
            models.CheckConstraint(
                condition=Q(observed_count=F("genuine_count") + F("bot_count") + F("persona_count")),
                name="post_verdicts_partition_observed",
            ),
            models.CheckConstraint(
                condition=~Q(status=PostStatus.PUBLISHED)
                | Q(platform_post_id__isnull=False, published_at__isnull=False),
                name="post_published_has_id_and_time",
            ),
            models.CheckConstraint(condition=Q(local_hour__lt=24) | Q(local_hour=None), name="post_local_hour_legal"),
            models.CheckConstraint(
                condition=Q(local_weekday__lt=7) | Q(local_weekday=None), name="post_local_weekday_legal"
            ),
            legal("post", "platform", Platform),
            legal("post", "media_kind", MediaKind),
            legal("post", "status", PostStatus),
            legal("post", "sync_status", SyncStatus),
            legal("post", "filter_state", FilterState),
            legal("post", "source", MetricSource),
            legal("post", "grade", Grade, null=True),
            models.CheckConstraint(condition=Q(basis__in=["", *Basis.values]), name="post_basis_legal"),
            *percent("post", *RATE_FIELDS),
            ordered("post", "genuine_low", "genuine_engagement", "genuine_high"),
            ordered("post", "rate_low", "engagement_rate", "rate_high"),
            *not_negative("post", "genuine_low", "rate_low", *SECONDS_FIELDS),
        )

    def __str__(self) -> str:
        caption = short(self.caption, 40) or self.platform_post_id or f"post {self.pk}"
        return f"{PLATFORM_NAMES.get(self.platform, self.platform)}: {caption}"

    @classmethod
    def from_db(
        cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any
    ) -> "SocialMediaPost":
        """As Django has it, which searches a list for each of seventy columns: that took longer than all the rest."""
        read = dict(zip(field_names, values, strict=True))
        columns = cls._meta.concrete_fields
        return super().from_db(db, field_names, [read.get(one.attname, DEFERRED) for one in columns], **more)

    @property
    def genuine_ratio(self) -> float | None:
        """Share of the engagement that is genuine, 0 to 1; None where nothing is known."""
        if not self.total_engagement or self.genuine_engagement is None:
            return None
        return min(1.0, self.genuine_engagement / self.total_engagement)

    def freshness(self, now: datetime) -> Freshness:
        """Whether the numbers are those that the ladder promises at `now`."""
        if self.last_synced_at is None:
            return Freshness.NEVER
        if self.sync_status == SyncStatus.FAILED and self.status == PostStatus.PUBLISHED:
            return Freshness.STALE
        if self.next_sync_at is None:
            return Freshness.FINAL
        return Freshness.LATE if self.next_sync_at < now - LATE_AFTER else Freshness.FRESH

    @property
    def is_provisional(self) -> bool:
        """Whether its newest numbers were observed before the platform's insights settle."""
        return not is_settled(self.published_at, self.last_synced_at, hours=settings.SETTLE_HOURS)


class MetricSnapshot(Measured):
    """What a platform said of a post at one moment. Append-only; the newest `observed_at` stands on the post."""

    post = models.ForeignKey(SocialMediaPost, models.CASCADE, related_name="snapshots")
    observed_at = models.DateTimeField()
    raw = models.JSONField(default=dict, blank=True, help_text="The platform's reply as it came.")

    class Meta:
        ordering = ("-observed_at",)
        constraints = (
            models.UniqueConstraint(fields=["post", "observed_at"], name="snapshot_once_per_moment"),
            legal("snapshot", "source", MetricSource),
            *percent("snapshot", *RATE_FIELDS),
            *not_negative("snapshot", *SECONDS_FIELDS),
        )

    def __str__(self) -> str:
        return f"{self.observed_at:%Y-%m-%d %H:%M} UTC"
