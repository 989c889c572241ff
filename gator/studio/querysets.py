"""Every question asked of personas, content and ratings."""

from typing import Self

from django.db import models
from django.db.models import OuterRef, Q, Subquery

from gator.studio.enums import ContentStatus, PersonaStatus


def randomised(content: str = "") -> Q:
    """Which content chance could have put into either arm while there was advice; `content` is the path to it.

    Without advice the arms do not differ, and a share of nobody or of everybody leaves nothing to chance.
    """
    drawn = {"had_advice": True, "propensity__gt": 0, "propensity__lt": 1}
    return Q(**{f"{content}{name}": value for name, value in drawn.items()})


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
