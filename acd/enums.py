"""The vocabularies of an ACD context. A leaf: it imports nothing of ours."""

from django.db import models


class Phase(models.TextChoices):
    """What kind of work a run does. Open: any other upper-case word is accepted as well."""

    IMAGE_GENERATION = "IMAGE_GENERATION", "Image generation"
    TEXT_GENERATION = "TEXT_GENERATION", "Text generation"
    VIDEO_GENERATION = "VIDEO_GENERATION", "Video generation"
    AUDIO_GENERATION = "AUDIO_GENERATION", "Audio generation"
    CAPTION_GENERATION = "CAPTION_GENERATION", "Caption generation"
    DESCRIPTION_GENERATION = "DESCRIPTION_GENERATION", "Description generation"
    CONTENT_GENERATION = "CONTENT_GENERATION", "Content generation"
    SOCIAL_MEDIA_CONTENT = "SOCIAL_MEDIA_CONTENT", "Social media content"


class Status(models.TextChoices):
    """Standing of the piece of work that a context describes."""

    IMPLEMENTED = "IMPLEMENTED", "Implemented"
    PARTIAL = "PARTIAL", "Partial"
    NOT_STARTED = "NOT_STARTED", "Not started"
    FIXED = "FIXED", "Fixed"
    DEPRECATED = "DEPRECATED", "Deprecated"
    EXPERIMENTAL = "EXPERIMENTAL", "Experimental"


class State(models.TextChoices):
    """Where a run is right now; `acd.transitions` holds the legal moves."""

    READY = "READY", "Ready"
    PROCESSING = "PROCESSING", "Processing"
    DONE = "DONE", "Done"
    BLOCKED = "BLOCKED", "Blocked"
    PAUSED = "PAUSED", "Paused"
    FAILED = "FAILED", "Failed"
    CANCELLED = "CANCELLED", "Cancelled"


class Complexity(models.TextChoices):
    """How demanding a run is."""

    LOW = "LOW", "Low"
    MEDIUM = "MEDIUM", "Medium"
    HIGH = "HIGH", "High"
    CRITICAL = "CRITICAL", "Critical"


class Confidence(models.TextChoices):
    """How sure the evidence makes us of a run's strategy."""

    HYPOTHESIS = "HYPOTHESIS", "Hypothesis"
    EXPERIMENTAL = "EXPERIMENTAL", "Experimental"
    UNCERTAIN = "UNCERTAIN", "Uncertain"
    CONFIDENT = "CONFIDENT", "Confident"
    VALIDATED = "VALIDATED", "Validated"


class Validation(models.TextChoices):
    """What people, or real engagement, said of a run."""

    PENDING = "PENDING", "Pending"
    ANALYZED = "ANALYZED", "Analyzed"
    CONDITIONALLY_APPROVED = "CONDITIONALLY_APPROVED", "Conditionally approved"
    APPROVED = "APPROVED", "Approved"
    REJECTED = "REJECTED", "Rejected"


class QueuePriority(models.TextChoices):
    """How soon a run should be looked at."""

    CRITICAL = "CRITICAL", "Critical"
    HIGH = "HIGH", "High"
    NORMAL = "NORMAL", "Normal"
    LOW = "LOW", "Low"
    DEFERRED = "DEFERRED", "Deferred"


class QueueStatus(models.TextChoices):
    """Where a run stands in the queue of work."""

    QUEUED = "QUEUED", "Queued"
    ASSIGNED = "ASSIGNED", "Assigned"
    IN_PROGRESS = "IN_PROGRESS", "In progress"
    REVIEW_PENDING = "REVIEW_PENDING", "Review pending"
    REVIEW_IN_PROGRESS = "REVIEW_IN_PROGRESS", "Review in progress"
    APPROVED = "APPROVED", "Approved"
    REJECTED = "REJECTED", "Rejected"
    COMPLETED = "COMPLETED", "Completed"
    ABANDONED = "ABANDONED", "Abandoned"


class Grade(models.IntegerChoices):
    """The five grades that human ratings and engagement share, and WEAK, which only engagement gives."""

    WEAK = 0, "Weak engagement"
    UNACCEPTABLE = 1, "Unacceptable"
    POOR = 2, "Poor"
    ACCEPTABLE = 3, "Acceptable"
    GOOD = 4, "Good"
    EXCELLENT = 5, "Excellent"


class OutcomeSource(models.TextChoices):
    """Who spoke: a person's word outranks what clicks say."""

    HUMAN = "HUMAN", "Human"
    ENGAGEMENT = "ENGAGEMENT", "Engagement"
