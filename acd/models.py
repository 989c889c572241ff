"""One tracked AI run, the trace of its failure, and the history of how it was judged."""

import uuid

from django.conf import settings
from django.core.validators import MinValueValidator, RegexValidator
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from uuid6 import uuid7

from acd.constraints import legal
from acd.enums import (
    Complexity,
    Confidence,
    Grade,
    OutcomeSource,
    QueuePriority,
    QueueStatus,
    State,
    Status,
    Validation,
)
from acd.querysets import ACDContextQuerySet

PHASE_PATTERN = r"^[A-Z][A-Z0-9_]{0,99}$"


def new_id() -> uuid.UUID:
    """A UUIDv7: ordered by time, so that inserts stay at the end of the index."""
    return uuid.UUID(int=uuid7().int)


class ACDContext(models.Model):
    """One AI run: what it tried, how it went, how it was judged."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    phase = models.CharField(max_length=100, validators=[RegexValidator(PHASE_PATTERN, "Use upper-case words.")])
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.IMPLEMENTED)
    state = models.CharField(max_length=20, choices=State.choices, default=State.READY)
    complexity = models.CharField(max_length=20, choices=Complexity.choices, default=Complexity.MEDIUM)
    confidence = models.CharField(max_length=20, choices=Confidence.choices, default=Confidence.HYPOTHESIS)
    validation = models.CharField(max_length=30, choices=Validation.choices, default=Validation.PENDING)
    queue_priority = models.CharField(max_length=20, choices=QueuePriority.choices, default=QueuePriority.NORMAL)
    queue_status = models.CharField(max_length=20, choices=QueueStatus.choices, default=QueueStatus.QUEUED)
    note = models.TextField(blank=True)
    initial_context = models.JSONField(default=dict, blank=True)
    metadata = models.JSONField(default=dict, blank=True)
    pattern = models.CharField(max_length=200, blank=True, help_text="Name of the strategy this run is an example of.")
    strategy = models.TextField(blank=True, help_text="The strategy in words, with the numbers it rests on.")
    parent = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="children")
    assigned_to = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="assigned_contexts"
    )
    fix_reason = models.TextField(blank=True)
    human_override = models.BooleanField(
        default=False, help_text="A person gave the verdict; engagement no longer changes it."
    )
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)
    duration = models.DurationField(null=True, blank=True)
    error_class = models.CharField(max_length=200, blank=True)
    error_message = models.TextField(blank=True)
    model = models.CharField(max_length=200, blank=True, help_text="The generating model.")
    provider = models.CharField(max_length=200, blank=True)
    tokens = models.PositiveBigIntegerField(null=True, blank=True)
    cost = models.DecimalField(
        max_digits=12,
        decimal_places=6,
        null=True,
        blank=True,
        validators=[MinValueValidator(0)],
        help_text="US dollars.",
    )

    objects = ACDContextQuerySet.as_manager()

    class Meta:
        verbose_name = "ACD context"
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="acdcontext_newest"),
            # `abandoned()` looks for old runs among the few that are under way.
            models.Index(fields=["started_at"], name="acdcontext_running", condition=Q(state=State.PROCESSING)),
            models.Index(fields=["state", "-created_at"], name="acdcontext_state"),
        )
        constraints = (
            legal("acdcontext", "status", Status),
            legal("acdcontext", "state", State),
            legal("acdcontext", "complexity", Complexity),
            legal("acdcontext", "confidence", Confidence),
            legal("acdcontext", "validation", Validation),
            legal("acdcontext", "queue_priority", QueuePriority),
            legal("acdcontext", "queue_status", QueueStatus),
            models.CheckConstraint(condition=Q(phase__regex=PHASE_PATTERN), name="acdcontext_phase_upper_case"),
            models.CheckConstraint(condition=Q(cost__gte=0) | Q(cost=None), name="acdcontext_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(finished_at=None) | Q(finished_at__gte=F("started_at")),
                name="acdcontext_ends_after_start",
            ),
        )

    def __str__(self) -> str:
        return f"{self.phase.replace('_', ' ').capitalize()} {str(self.pk)[-6:]}"


class TraceArtifact(models.Model):
    """Diagnostics of one failure, with secrets removed and sizes capped."""

    context = models.ForeignKey(ACDContext, models.CASCADE, related_name="traces")
    event_type = models.CharField(max_length=50, default="EXCEPTION")
    error_class = models.CharField(max_length=200)
    message = models.TextField(blank=True)
    file = models.CharField(max_length=500, blank=True)
    line = models.PositiveIntegerField(null=True, blank=True)
    function = models.CharField(max_length=200, blank=True)
    stack = models.TextField(blank=True)
    environment = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (models.Index(fields=["-created_at", "-id"], name="traceartifact_newest"),)

    def __str__(self) -> str:
        return f"{self.error_class} in {self.function or 'unknown'}"


class OutcomeEvent(models.Model):
    """One change of a context's verdict: before, after, who said so and on what evidence."""

    context = models.ForeignKey(ACDContext, models.CASCADE, related_name="outcomes")
    source = models.CharField(max_length=20, choices=OutcomeSource.choices)
    grade = models.PositiveSmallIntegerField(choices=Grade.choices)
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")
    validation_before = models.CharField(max_length=30, choices=Validation.choices)
    validation_after = models.CharField(max_length=30, choices=Validation.choices)
    confidence_before = models.CharField(max_length=20, choices=Confidence.choices)
    confidence_after = models.CharField(max_length=20, choices=Confidence.choices)
    evidence_key = models.CharField(max_length=100, help_text="Names the evidence: the same evidence makes one event.")
    evidence = models.JSONField(default=dict, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-created_at", "-id")
        constraints = (
            models.UniqueConstraint(
                fields=["context", "source", "evidence_key"], name="outcomeevent_once_per_evidence"
            ),
            models.CheckConstraint(condition=Q(grade__in=Grade.values), name="outcomeevent_grade_legal"),
            legal("outcomeevent", "source", OutcomeSource),
            legal("outcomeevent", "validation_before", Validation),
            legal("outcomeevent", "validation_after", Validation),
            legal("outcomeevent", "confidence_before", Confidence),
            legal("outcomeevent", "confidence_after", Confidence),
        )

    def __str__(self) -> str:
        return f"{self.validation_before} to {self.validation_after}"
