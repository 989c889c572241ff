"""Where this installation draws the line between people and bots."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone


class Calibration(models.Model):
    """The cut-offs of one model of the filter, from what staff of this installation decided."""

    model_version = models.CharField(max_length=50, unique=True)
    bot = models.FloatField(help_text="From this probability on a bot, 0 to 1.")
    genuine = models.FloatField(help_text="Below this probability a person; between the two not sure.")
    decisions = models.PositiveIntegerField(help_text="Decisions there were on what this model had scored.")
    people = models.PositiveIntegerField(help_text="Those that said genuine: only they move a cut-off.")
    share = models.FloatField(help_text="Of genuine people at most this share may be called bots, 0 to 1.")
    calibrated_at = models.DateTimeField(default=timezone.now)
    calibrated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )

    class Meta:
        ordering = ("-calibrated_at",)
        constraints = (
            models.CheckConstraint(
                condition=Q(genuine__gte=0, genuine__lte=F("bot"), bot__lte=1), name="calibration_ordered"
            ),
        )

    def __str__(self) -> str:
        return f"{self.model_version}: bots from {self.bot:.4f}, people below {self.genuine:.4f}"
