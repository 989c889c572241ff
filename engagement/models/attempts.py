"""What was tried with posts and came to nothing, or not yet: attempts to publish, and numbers that cannot be true."""

from django.db import models
from django.utils import timezone

from acd.constraints import legal
from engagement.enums import AttemptOutcome
from engagement.models.posts import SocialMediaPost


class PublishAttempt(models.Model):
    """One attempt to put a post on its platform: how far a process came, also one that died. No row is ever deleted."""

    post = models.ForeignKey(SocialMediaPost, models.CASCADE, related_name="attempts")
    number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    sent_at = models.DateTimeField(
        null=True, blank=True, help_text="When the call that may make it live left; empty: it never did."
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=10, choices=AttemptOutcome.choices, default=AttemptOutcome.STARTED)
    handle = models.CharField(
        max_length=200, blank=True, help_text="What the platform gave before anything went live, to ask with."
    )
    pieces = models.TextField(
        blank=True, help_text="What was made for the post before it and is seen by nobody, by the platform's ids."
    )
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ("post", "number")
        constraints = (
            models.UniqueConstraint(fields=["post", "number"], name="attempt_once_per_number"),
            legal("attempt", "outcome", AttemptOutcome),
        )

    def __str__(self) -> str:
        return f"attempt {self.number}: {self.get_outcome_display().lower()}"


class RefusedPayload(models.Model):
    """What a platform said of a post that could not be true, kept for inspection."""

    post = models.ForeignKey(SocialMediaPost, models.CASCADE, related_name="refused_payloads")
    reason = models.TextField()
    payload = models.TextField(blank=True, help_text="The first 10,000 characters.")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-created_at", "-id")

    def __str__(self) -> str:
        return self.reason[:80]
