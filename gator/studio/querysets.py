"""Every question asked of personas, content and ratings."""

from typing import Self

from django.db import models
from django.db.models import OuterRef, Subquery

from gator.studio.enums import ContentStatus, PersonaStatus


class PersonaQuerySet(models.QuerySet):
    """Questions about personas."""

    def active(self) -> Self:
        """Personas that Gator works for."""
        return self.filter(status=PersonaStatus.ACTIVE)


class ContentQuerySet(models.QuerySet):
    """Questions about content."""

    def publishable(self) -> Self:
        """Content that may be published: generated, and not rejected by a person."""
        return self.filter(status__in=[ContentStatus.READY, ContentStatus.APPROVED])

    def for_persona(self, persona: models.Model) -> Self:
        """Content of one persona."""
        return self.filter(persona=persona)


class FeedbackQuerySet(models.QuerySet):
    """Questions about ratings."""

    def counted(self) -> Self:
        """The newest rating of each rater for each content: the ones that count."""
        newest = self.model._default_manager.filter(content=OuterRef("content"), rater=OuterRef("rater"))
        return self.filter(pk=Subquery(newest.order_by("-created_at", "-pk").values("pk")[:1]))
