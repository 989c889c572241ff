"""Vocabularies of personas and content. A leaf: it imports nothing of ours."""

from django.db import models


class MediaKind(models.TextChoices):
    """What a piece of content is made of."""

    IMAGE = "image", "Image"
    TEXT = "text", "Text"
    VIDEO = "video", "Video"
    CAROUSEL = "carousel", "Carousel"
    AUDIO = "audio", "Audio"


class Quality(models.TextChoices):
    """How much effort a generation may spend."""

    DRAFT = "draft", "Draft"
    STANDARD = "standard", "Standard"
    HIGH = "high", "High"
    PREMIUM = "premium", "Premium"


class ContentStatus(models.TextChoices):
    """The life of a piece of content, from before its generation to a person's decision."""

    GENERATING = "generating", "Generating"
    READY = "ready", "Ready"
    FAILED = "failed", "Failed"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"


class Arm(models.TextChoices):
    """What chance decided for a piece, whether or not there was any advice to give or to withhold."""

    GUIDED = "guided", "Guided"
    CONTROL = "control", "Control"


class PersonaStatus(models.TextChoices):
    """Whether Gator works for a persona."""

    ACTIVE = "active", "Active"
    PAUSED = "paused", "Paused"


class Rating(models.TextChoices):
    """A person's opinion of a piece of content, best first."""

    EXCELLENT = "excellent", "Excellent"
    GOOD = "good", "Good"
    ACCEPTABLE = "acceptable", "Acceptable"
    POOR = "poor", "Poor"
    UNACCEPTABLE = "unacceptable", "Unacceptable"
