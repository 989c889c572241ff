"""Vocabularies of learned patterns. A leaf: it imports nothing of ours."""

from django.db import models


class PatternKind(models.TextChoices):
    """What a pattern is about."""

    HASHTAG = "hashtag", "Hashtag"
    POSTING_HOUR = "posting_hour", "Posting hour"
    POSTING_WEEKDAY = "posting_weekday", "Posting weekday"
    MEDIA_KIND = "media_kind", "Media kind"
    STRATEGY = "strategy", "Strategy"
    FAILURE = "failure", "Failure"


class Advice(models.TextChoices):
    """What a pattern tells the next generation to do."""

    REPEAT = "repeat", "Repeat"
    AVOID = "avoid", "Avoid"


class PatternStatus(models.TextChoices):
    """Whether a pattern still informs generations."""

    ACTIVE = "active", "Active"
    # A person said no; extraction leaves the row alone and guidance never uses it.
    REJECTED = "rejected", "Rejected"
    # A newer version took its place.
    SUPERSEDED = "superseded", "Superseded"
    # New data no longer support it.
    RETIRED = "retired", "Retired"


class Signal(models.TextChoices):
    """How far an answer can be trusted at a glance."""

    NONE = "none", "None"
    THIN = "thin", "Thin"
    OK = "ok", "OK"


class AlarmState(models.TextChoices):
    """What a check says of a loop that may feed on itself."""

    ALARM = "alarm", "Alarm"
    QUIET = "quiet", "Quiet"
    UNKNOWN = "unknown", "Too little is known"


class FailureGroup(models.TextChoices):
    """What runs are grouped by to see which groups fail more than the others."""

    PHASE = "phase", "Phase"
    MODEL = "model", "Model"
    PROVIDER = "provider", "Provider"
    # How a piece is made, whatever it is about; and the same words again.
    APPROACH = "approach", "Approach"
    PROMPT = "prompt", "Prompt"


# Kinds of failure that have no class of error.
UNKNOWN_ERROR = "Unknown error"
REJECTED = "Rejected by a person"
