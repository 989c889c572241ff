"""Personas, the content generated for them, and what people think of it."""

import re

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.db.models.fields.files import FieldFile
from django.utils.timezone import now
from timezone_field import TimeZoneField

from acd.constraints import legal
from acd.models import ACDContext
from gator.studio.enums import Arm, ContentStatus, MediaKind, PersonaStatus, Quality, Rating
from gator.studio.querysets import ContentQuerySet, FeedbackQuerySet, PersonaQuerySet

HASHTAG = re.compile(r"\w{1,100}")


def validate_hashtags(value: object) -> None:
    """Refuse anything but a list of words without `#`, saying which entry is wrong."""
    if not isinstance(value, list):
        raise ValidationError("Give hashtags as a list of words.")
    for tag in value:
        if not isinstance(tag, str) or not HASHTAG.fullmatch(tag):
            raise ValidationError(f"{tag!r} is not a hashtag: use letters, digits and underscores, without '#'.")


class Persona(models.Model):
    """An AI personality that posts on social platforms."""

    name = models.CharField(max_length=100)
    slug = models.SlugField(unique=True)
    biography = models.TextField(blank=True)
    voice = models.TextField(blank=True, help_text="How the persona speaks.")
    style = models.TextField(blank=True, help_text="How the persona's pictures look.")
    themes = models.JSONField(default=list, blank=True, help_text="What the persona talks about, as a list.")
    hashtags = models.JSONField(
        default=list,
        blank=True,
        validators=[validate_hashtags],
        help_text="Hashtags to choose from, without '#'.",
    )
    timezone = TimeZoneField(default="UTC", help_text="Where the persona lives; posting hours are told in it.")
    status = models.CharField(max_length=10, choices=PersonaStatus.choices, default=PersonaStatus.ACTIVE)
    created_at = models.DateTimeField(default=now, editable=False)

    objects = PersonaQuerySet.as_manager()

    class Meta:
        ordering = ("name", "id")
        constraints = (legal("persona", "status", PersonaStatus),)

    def __str__(self) -> str:
        return self.name


class Content(models.Model):
    """One generated piece. The row is made before generation starts, so a failed one still belongs to a persona."""

    # The index of its window begins with it; a second one would only mislead the planner.
    persona = models.ForeignKey(Persona, models.PROTECT, db_index=False, related_name="contents")
    context = models.OneToOneField(ACDContext, models.SET_NULL, null=True, blank=True, related_name="content")
    media_kind = models.CharField(max_length=10, choices=MediaKind.choices)
    status = models.CharField(max_length=10, choices=ContentStatus.choices, default=ContentStatus.GENERATING)
    prompt = models.TextField(blank=True)
    caption = models.TextField(blank=True)
    hashtags = models.JSONField(default=list, blank=True, validators=[validate_hashtags])
    media = models.FileField(upload_to="content/%Y/%m/", blank=True)
    approach = models.CharField(max_length=50, blank=True, help_text="The strategy the piece tries, as one word.")
    model = models.CharField(max_length=200, blank=True)
    provider = models.CharField(max_length=200, blank=True)
    parameters = models.JSONField(default=dict, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    quality = models.CharField(max_length=10, choices=Quality.choices, default=Quality.STANDARD)
    guidance = models.JSONField(
        default=dict, blank=True, help_text="The guidance it was given, with the patterns used."
    )
    guided = models.BooleanField(default=False, help_text="Whether it was made with any advice at all.")
    arm = models.CharField(
        max_length=10,
        choices=Arm.choices,
        blank=True,
        help_text="What chance decided; empty: somebody chose, or nobody noted it.",
    )
    propensity = models.FloatField(
        null=True, blank=True, help_text="Probability, 0 to 1, with which chance decided for guidance."
    )
    had_advice = models.BooleanField(
        null=True, help_text="Whether there was advice when chance decided, given or withheld."
    )
    created_at = models.DateTimeField(default=now)

    objects = ContentQuerySet.as_manager()

    class Meta:
        ordering = ("-created_at", "-id")
        indexes = (
            models.Index(fields=["-created_at", "-id"], name="content_newest"),
            models.Index(fields=["persona", "created_at"], name="content_window"),
        )
        constraints = (
            legal("content", "media_kind", MediaKind),
            legal("content", "status", ContentStatus),
            legal("content", "quality", Quality),
            models.CheckConstraint(
                condition=Q(arm="", propensity=None, had_advice=None)
                # A comparison with NULL would pass the check.
                | Q(arm__in=Arm.values, propensity__isnull=False, propensity__range=(0, 1), had_advice__isnull=False),
                name="content_arm_has_its_probability",
            ),
        )

    def __str__(self) -> str:
        return f"{self.get_media_kind_display()} for {self.persona}: {self.caption[:40]}".rstrip(": ")

    def files(self) -> list[FieldFile]:
        """Its media in order: the first, and the pages after it."""
        first = [self.media] if self.media else []
        return [*first, *(one.file for one in self.pages.all())]


class CarouselPage(models.Model):
    """One more picture or video of a carousel, after `Content.media`."""

    content = models.ForeignKey(Content, models.CASCADE, related_name="pages")
    position = models.PositiveSmallIntegerField()
    file = models.FileField(upload_to="content/%Y/%m/")

    class Meta:
        ordering = ("content", "position")
        constraints = (models.UniqueConstraint(fields=["content", "position"], name="page_once_per_position"),)

    def __str__(self) -> str:
        return f"{self.position}: {self.file.name}"


class Feedback(models.Model):
    """A person's rating. Append-only: rating again adds a row, and a rater's newest row counts."""

    content = models.ForeignKey(Content, models.CASCADE, related_name="feedback")
    rater = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="feedback")
    rating = models.CharField(max_length=12, choices=Rating.choices)
    text = models.TextField(blank=True)
    issues = models.JSONField(default=list, blank=True)
    created_at = models.DateTimeField(default=now)

    objects = FeedbackQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "feedback"
        ordering = ("-created_at", "-id")
        constraints = (legal("feedback", "rating", Rating),)

    def __str__(self) -> str:
        return f"{self.get_rating_display()} by {self.rater}"
