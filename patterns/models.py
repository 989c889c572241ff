"""What was learned, from which rows, and the two proxies that give posts and contexts a second vocabulary."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from acd.constraints import legal, not_negative, ordered
from acd.models import ACDContext
from engagement.enums import Basis, Platform
from engagement.models import SocialMediaPost
from gator.studio.models import Content, Persona
from patterns.enums import Advice, PatternKind, PatternStatus, RetiredReason
from patterns.querysets import ExtractionQuerySet, GenerationOutcomeQuerySet, PatternQuerySet, PostPerformanceQuerySet


class PostPerformance(SocialMediaPost):
    """A post, seen as evidence."""

    objects: ClassVar = PostPerformanceQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = "post performance"
        verbose_name_plural = "post performance"


class GenerationOutcome(ACDContext):
    """A context, seen as evidence."""

    objects: ClassVar = GenerationOutcomeQuerySet.as_manager()

    class Meta:
        proxy = True
        verbose_name = "generation outcome"


class FailureFix(models.Model):
    """Staff's word that a kind of failure is fixed: what fails so later has come back."""

    phase = models.CharField(max_length=100)
    failure = models.CharField(max_length=200, help_text="The class of the error, as the page of failures names it.")
    note = models.TextField(blank=True, help_text="What was done about it.")
    fixed_at = models.DateTimeField(default=timezone.now)
    fixed_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        verbose_name_plural = "failure fixes"
        ordering = ("-fixed_at", "-id")

    def __str__(self) -> str:
        return f"{self.failure} in {self.phase.replace('_', ' ').lower()}"


class Extraction(models.Model):
    """One look at a persona's posts on one platform: the window, and every item that was tested, claimed or not."""

    persona = models.ForeignKey(Persona, models.CASCADE, related_name="extractions")
    platform = models.CharField(max_length=10, choices=Platform.choices)
    as_of = models.DateTimeField(help_text="The window ends here.")
    days = models.PositiveSmallIntegerField()
    posts_n = models.PositiveIntegerField(help_text="Posts the window holds.")
    tested = models.JSONField(default=list, help_text="Every tested item with its n, effect, interval and q-value.")
    evidence = models.JSONField(
        default=dict,
        help_text="By post: its value, how many people were seen under it, and how many of them were no people.",
    )
    alarms = models.JSONField(default=list, help_text="Signs that the loop feeds on itself.")
    digest = models.CharField(max_length=64, help_text="Hash of what was found: equal rows give equal digests.")
    created_at = models.DateTimeField(default=timezone.now)

    objects = ExtractionQuerySet.as_manager()

    class Meta:
        ordering = ("-as_of", "-id")
        indexes = (models.Index(fields=["persona", "platform", "-as_of"], name="extraction_newest"),)
        constraints = (legal("extraction", "platform", Platform),)

    def __str__(self) -> str:
        return f"{self.persona} on {self.get_platform_display()}, {self.as_of:%Y-%m-%d}"


class Pattern(models.Model):
    """Something learned: what it is about, how strong it is, how sure, and the evidence it rests on.

    `mean`, `low`, `high` and `baseline` are in percent of the basis, or in log engagement where the basis is `count`;
    for failures they are counts per hundred runs. `effect` is in percent more or less genuine engagement, all
    else equal (see `adjustment.py`), and not `mean` - `baseline`.
    """

    kind = models.CharField(max_length=20, choices=PatternKind.choices)
    subject = models.CharField(max_length=200, help_text="The hashtag, hour, weekday, format, approach, error or name.")
    persona = models.ForeignKey(Persona, models.CASCADE, related_name="patterns")
    platform = models.CharField(max_length=10, choices=Platform.choices, blank=True, help_text="Empty for failures.")
    advice = models.CharField(max_length=10, choices=Advice.choices)
    status = models.CharField(max_length=12, choices=PatternStatus.choices, default=PatternStatus.ACTIVE)
    strategy = models.TextField(help_text="The pattern as a sentence that carries its numbers.")
    basis = models.CharField(max_length=10, choices=Basis.choices, blank=True)
    n = models.PositiveIntegerField()
    mean = models.FloatField()
    low = models.FloatField()
    high = models.FloatField()
    baseline = models.FloatField(null=True, blank=True, help_text="The mean of the posts without it.")
    effect = models.FloatField(null=True, blank=True)
    effect_low = models.FloatField(null=True, blank=True)
    effect_high = models.FloatField(null=True, blank=True)
    shrunk = models.FloatField(null=True, blank=True, help_text="The effect after empirical Bayes within its kind.")
    shrunk_low = models.FloatField(null=True, blank=True)
    shrunk_high = models.FloatField(null=True, blank=True)
    q_value = models.FloatField(null=True, blank=True, help_text="False discovery rate at which it is claimed.")
    q_gain = models.FloatField(null=True, blank=True)
    q_loss = models.FloatField(null=True, blank=True)
    version = models.PositiveIntegerField(default=1)
    supersedes = models.OneToOneField("self", models.SET_NULL, null=True, blank=True, related_name="superseded_by")
    extraction = models.ForeignKey(Extraction, models.CASCADE, null=True, blank=True, related_name="patterns")
    window_start = models.DateTimeField()
    window_end = models.DateTimeField()
    evidence_at = models.DateTimeField(
        null=True, blank=True, help_text="When its evidence was made, on average: from here on it fades."
    )
    learned_at = models.DateTimeField(default=timezone.now)
    retired_at = models.DateTimeField(null=True, blank=True)
    retired_reason = models.CharField(max_length=20, choices=RetiredReason.choices, blank=True)
    digest = models.CharField(max_length=64, help_text="Hash of the evidence and the numbers.")
    posts = models.ManyToManyField(SocialMediaPost, blank=True, related_name="patterns")
    contexts = models.ManyToManyField(ACDContext, blank=True, related_name="patterns")
    informed = models.ManyToManyField(Content, blank=True, related_name="patterns", help_text="Content made with it.")

    objects = PatternQuerySet.as_manager()

    class Meta:
        ordering = ("-learned_at", "-id")
        indexes = (
            models.Index(fields=["persona", "platform", "status"], name="pattern_of_persona"),
            models.Index(fields=["-learned_at", "-id"], name="pattern_newest"),
            models.Index(fields=["status", "platform"], name="pattern_standing"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=["persona", "platform", "kind", "subject", "basis"],
                condition=Q(status__in=["active", "rejected"]),
                name="pattern_one_current_version",
            ),
            legal("pattern", "kind", PatternKind),
            legal("pattern", "advice", Advice),
            legal("pattern", "status", PatternStatus),
            models.CheckConstraint(condition=Q(platform__in=["", *Platform.values]), name="pattern_platform_legal"),
            models.CheckConstraint(condition=Q(basis__in=["", *Basis.values]), name="pattern_basis_legal"),
            models.CheckConstraint(
                condition=Q(retired_reason__in=["", *RetiredReason.values]), name="pattern_retired_reason_legal"
            ),
            ordered("pattern", "low", "mean", "high"),
            *not_negative("pattern", "q_value"),
        )

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.subject}: {self.get_advice_display().lower()}"
