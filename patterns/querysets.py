"""The second vocabulary of posts and contexts: grouping and ranking for analysis."""

from django.db import models

from acd.querysets import ACDContextQuerySet
from engagement.querysets import SocialMediaPostQuerySet


class PostPerformanceQuerySet(SocialMediaPostQuerySet):
    """Posts as evidence."""


class GenerationOutcomeQuerySet(ACDContextQuerySet):
    """Contexts as evidence."""


class PatternQuerySet(models.QuerySet):  # type: ignore[type-arg]
    """Questions about learned patterns."""
