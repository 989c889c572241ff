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
