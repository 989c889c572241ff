"""Who was seen on a post, and who asked to be forgotten."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone

from acd.constraints import legal
from engagement.enums import DECISIONS, InteractionKind, Verdict
from engagement.models.posts import SocialMediaPost
from engagement.querysets import DecisionQuerySet, ErasureReceiptQuerySet, InteractionQuerySet

DECIDED = [(verdict.value, verdict.label) for verdict in DECISIONS]


class Interaction(models.Model):
    """One visible comment, reply, like or share: its text for a limited time, its verdict for good, no name ever."""

    post = models.ForeignKey(SocialMediaPost, models.CASCADE, related_name="interactions")
    platform_id = models.CharField(max_length=200)
    kind = models.CharField(max_length=10, choices=InteractionKind.choices)
    occurred_at = models.DateTimeField(null=True, blank=True)
    author_key = models.CharField(
        max_length=64, blank=True, help_text="Keyed hash of platform and author; empty: unknown."
    )
    text = models.TextField(blank=True)
    fingerprint = models.CharField(
        max_length=32, blank=True, help_text="Hash of the normalised text, to find repetition."
    )
    likes = models.PositiveBigIntegerField(null=True, blank=True, help_text="Likes of the comment itself.")
    author_signals = models.JSONField(
        default=dict, blank=True, help_text="What the platform shows of the author, without names."
    )
    edited_at = models.DateTimeField(null=True, blank=True, help_text="When another text was first seen.")
    deleted_at = models.DateTimeField(null=True, blank=True, help_text="When it was found to be gone there.")
    verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    score = models.FloatField(
        null=True, blank=True, help_text="Probability-like weight of the evidence for a bot, 0 to 1."
    )
    reasons = models.JSONField(default=list, blank=True)
    model_version = models.CharField(max_length=50, blank=True)
    override = models.CharField(max_length=10, choices=DECIDED, blank=True, help_text="A person's verdict.")
    overridden_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.SET_NULL, null=True, blank=True, related_name="+"
    )
    first_seen_at = models.DateTimeField(default=timezone.now)
    text_purged_at = models.DateTimeField(null=True, blank=True)

    # What counts: a person's word where there is one, else the filter's.
    final_verdict = models.GeneratedField(
        expression=models.Case(models.When(~Q(override=""), then=F("override")), default=F("verdict")),
        output_field=models.CharField(max_length=10, choices=Verdict.choices, blank=True),
        db_persist=True,
    )

    objects = InteractionQuerySet.as_manager()

    class Meta:
        ordering = ("-occurred_at", "-id")
        indexes = (
            models.Index(fields=["author_key"], name="interaction_author"),
            models.Index(fields=["fingerprint"], name="interaction_fingerprint"),
            models.Index(fields=["-first_seen_at", "-id"], name="interaction_newest"),
            # `to_review()`
            models.Index(
                fields=["-first_seen_at", "-id"],
                name="interaction_unsure",
                condition=Q(verdict=Verdict.UNSURE, override="", deleted_at=None),
            ),
        )
        constraints = (
            models.UniqueConstraint(fields=["post", "platform_id"], name="interaction_once_per_post"),
            legal("interaction", "kind", InteractionKind),
            models.CheckConstraint(condition=Q(score__range=(0, 1)) | Q(score=None), name="interaction_score_share"),
            models.CheckConstraint(condition=Q(verdict__in=["", *Verdict.values]), name="interaction_verdict_legal"),
            models.CheckConstraint(condition=Q(override__in=["", *DECISIONS]), name="interaction_override_legal"),
        )

    def __str__(self) -> str:
        # Not by the platform's id: names of rows go into logs, which outlive the row.
        return f"{self.get_kind_display()} {self.pk}"


class NearMark(models.Model):
    """A hash of parts of a text, by which texts are found that are nearly the same. It goes with its interaction."""

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="near_marks")
    mark = models.BigIntegerField(db_index=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=["interaction", "mark"], name="nearmark_once_per_interaction"),)

    def __str__(self) -> str:
        return f"Mark {self.mark}"


class Decision(models.Model):
    """What a person said of an interaction, and what the filter had said. Append-only: the newest counts.

    A label to train and to calibrate with; it goes with the interaction.
    """

    interaction = models.ForeignKey(Interaction, models.CASCADE, related_name="decisions")
    verdict = models.CharField(max_length=10, choices=DECIDED, blank=True, help_text="Empty: given back to the filter.")
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.SET_NULL, null=True, related_name="+")
    decided_at = models.DateTimeField(default=timezone.now)
    filter_verdict = models.CharField(max_length=10, choices=Verdict.choices, blank=True)
    score = models.FloatField(null=True)
    model_version = models.CharField(max_length=50, blank=True)

    objects = DecisionQuerySet.as_manager()

    class Meta:
        ordering = ("-decided_at", "-id")
        constraints = (
            models.CheckConstraint(condition=Q(verdict__in=["", *DECISIONS]), name="decision_verdict_legal"),
        )

    def __str__(self) -> str:
        return self.get_verdict_display() if self.verdict else "given back to the filter"


class ErasedAuthor(models.Model):
    """A person who asked to be forgotten. Their keyed hash stays, so that nothing of theirs is stored again."""

    author_key = models.CharField(max_length=64, unique=True)
    key_mark = models.CharField(
        max_length=16, blank=True, help_text="Which PSEUDONYM_KEY the hash was made with; empty: not known."
    )
    erased_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ("-erased_at",)
        permissions = (("erase_author", "Can erase a person for good"),)

    def __str__(self) -> str:
        return f"{self.author_key[:12]}…"


class ErasureReceipt(models.Model):
    """That a person was forgotten, when, and how much went. It holds nothing of the person, the hash included."""

    erased_at = models.DateTimeField(default=timezone.now)
    interactions = models.PositiveIntegerField(default=0, help_text="Deleted.")
    events = models.PositiveIntegerField(default=0, help_text="Pushed events that named the person, deleted.")
    payloads = models.PositiveIntegerField(default=0, help_text="Refused payloads that named the person, deleted.")
    log_entries = models.PositiveIntegerField(
        default=0, help_text="Lines of the admin's log about those interactions, deleted."
    )
    posts = models.PositiveIntegerField(default=0, help_text="Posts the person was seen on.")
    remeasured = models.PositiveIntegerField(default=0, help_text="Posts whose numbers were made anew.")
    numbers_moved = models.PositiveIntegerField(default=0, help_text="Posts whose numbers changed by that.")
    relearned_at = models.DateTimeField(
        null=True, blank=True, help_text="When grades and patterns were made anew; empty: within minutes."
    )
    posts_graded = models.PositiveIntegerField(null=True, blank=True, help_text="Posts that were graded anew.")
    patterns_changed = models.PositiveIntegerField(
        null=True, blank=True, help_text="Patterns that were learned anew or retired."
    )

    objects = ErasureReceiptQuerySet.as_manager()

    class Meta:
        ordering = ("-erased_at", "-id")

    def __str__(self) -> str:
        return f"Erasure of {self.erased_at:%Y-%m-%d %H:%M} UTC"
