"""What platforms pushed to us."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from acd.constraints import legal
from engagement.enums import DeliveryState, Platform
from engagement.querysets import STUCK, WebhookDeliveryQuerySet


class WebhookDelivery(models.Model):
    """One event that a platform pushed, stored before it is worked on. The same event again is the same row."""

    platform = models.CharField(max_length=10, choices=Platform.choices)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of platform and event.")
    kind = models.CharField(max_length=100, blank=True)
    subject = models.CharField(
        max_length=200, blank=True, help_text="The comment whose newest state it tells: a later event overtakes it."
    )
    happened_at = models.DateTimeField(help_text="As the platform tells it, else when it was received.")
    body = models.TextField(
        blank=True,
        help_text=(
            "The event as the platform sent it, which may hold names and words of strangers: blanked once there is "
            "nothing more to do, and deleted with the whole row 30 days after it was received."
        ),
    )
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.RECEIVED)
    reason = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)
    claim = models.UUIDField(null=True, blank=True, editable=False)
    claimed_until = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="Until then a worker has it, or it waits for its next attempt."
    )

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name = "pushed event"
        ordering = ("-received_at", "-id")
        indexes = (
            models.Index(fields=["-received_at", "-id"], name="delivery_newest"),
            models.Index(fields=["received_at"], name="delivery_waiting", condition=Q(state=DeliveryState.RECEIVED)),
            # `needing_attention()`
            models.Index(fields=["state", "received_at"], name="delivery_attention", condition=Q(state__in=STUCK)),
            models.Index(fields=["subject", "happened_at"], name="delivery_subject", condition=~Q(subject="")),
        )
        constraints = (
            legal("delivery", "platform", Platform),
            legal("delivery", "state", DeliveryState),
        )

    def __str__(self) -> str:
        return f"{self.get_platform_display()}: {self.kind or 'event'}"
