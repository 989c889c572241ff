"""What platforms pushed to us."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from acd.constraints import legal
from engagement.enums import DeliveryState, Platform


class WebhookDelivery(models.Model):
    """One event that a platform pushed, stored before it is worked on. The same event again is the same row."""

    platform = models.CharField(max_length=10, choices=Platform.choices)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of platform and event.")
    kind = models.CharField(max_length=100, blank=True)
    body = models.TextField(blank=True, help_text="The event; blanked once it is done, for it may hold names.")
    state = models.CharField(max_length=10, choices=DeliveryState.choices, default=DeliveryState.RECEIVED)
    reason = models.TextField(blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField(default=timezone.now)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ("-received_at", "-id")
        indexes = (
            models.Index(fields=["-received_at", "-id"], name="delivery_newest"),
            models.Index(fields=["received_at"], name="delivery_waiting", condition=Q(state=DeliveryState.RECEIVED)),
        )
        constraints = (
            legal("delivery", "platform", Platform),
            legal("delivery", "state", DeliveryState),
        )

    def __str__(self) -> str:
        return f"{self.get_platform_display()}: {self.kind or 'event'}"
