"""Vocabularies of learned patterns. A leaf: it imports nothing of ours."""

from django.db import models


class PatternKind(models.TextChoices):
    """What a pattern is about."""

    HASHTAG = "hashtag", "Hashtag"
    POSTING_HOUR = "posting_hour", "Posting hour"
    POSTING_WEEKDAY = "posting_weekday", "Posting weekday"
    MEDIA_KIND = "media_kind", "Media kind"
    CAPTION_LENGTH = "caption_length", "Caption length"
    STRATEGY = "strategy", "Strategy"
    FAILURE = "failure", "Failure"
    # Observed and not tested: what posts that did well, and runs that people liked, have in common.
    HIGH_ENGAGEMENT = "high_engagement", "High engagement"
    WELL_RATED = "well_rated", "Well rated"


class Claim(models.TextChoices):
    """What an item is claimed to go with, all else equal."""

    GAIN = "gain", "Gain"
    LOSS = "loss", "Loss"


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


class RetiredReason(models.TextChoices):
    """Why a version of a pattern no longer informs generations."""

    SUPERSEDED = "superseded", "A newer version with other numbers took its place"
    OUTDATED = "outdated", "The window no longer holds enough of its evidence"
    CONTRADICTED = "contradicted", "New data point the other way"
    NOT_SIGNIFICANT = "not_significant", "New data no longer tell it from chance"
    REMOVED = "removed", "Posts, people or verdicts it rested on were taken away"
    OTHER_BASIS = "other_basis", "Most posts are measured by another basis now"


class Signal(models.TextChoices):
    """How far an answer can be trusted at a glance."""

    NONE = "none", "None"
    THIN = "thin", "Thin"
    OK = "ok", "OK"


class Reason(models.TextChoices):
    """Why a question leaves a post of its window out. The first that holds counts; the label says it of posts."""

    PROVISIONAL = "provisional", "numbers have not settled yet"
    UNFILTERED = "unfiltered", "the filter has not judged them"
    UNMEASURED = "unmeasured", "engagement is not known"
    WITHOUT_BASIS = "without_basis", "neither reach, views nor followers are known"
    OTHER_BASIS = "other_basis", "measured by another basis"
    WITHOUT_VALUE = "without_value", "no rate could be computed"


class Scope(models.TextChoices):
    """Whose posts an answer about a persona rests on."""

    PERSONA = "persona", "Its own posts"
    PLATFORM = "platform", "The posts of several accounts of the platform"


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
