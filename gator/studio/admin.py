"""Personas, content and ratings in the admin; and runs again: a verdict on a run is one on its content."""

from datetime import datetime
from functools import partial
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Count, Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from acd.admin import ContextAdmin
from acd.admin_actions import each, on_page, tell
from acd.admin_links import anchor, link, list_url
from acd.figures import UNKNOWN, number, short
from acd.models import ACDContext
from acd.theme import (
    Admin,
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    Questions,
    ReadOnly,
    SmallAdmin,
    WordsField,
    badge,
    display,
    when,
)
from gator.studio.enums import Arm, ContentStatus, PersonaStatus, Rating
from gator.studio.feedback import decide
from gator.studio.models import Content, Feedback, Persona

STATUS_COLOURS = {
    ContentStatus.READY: "info",
    ContentStatus.APPROVED: "success",
    ContentStatus.REJECTED: "danger",
    ContentStatus.FAILED: "danger",
    ContentStatus.GENERATING: "warning",
}
RATING_COLOURS = {
    Rating.EXCELLENT: "success",
    Rating.GOOD: "success",
    Rating.ACCEPTABLE: "info",
    Rating.POOR: "warning",
    Rating.UNACCEPTABLE: "danger",
}


class PersonaForm(forms.ModelForm):
    """A persona whose lists are written as plain words."""

    themes = WordsField(required=False, help_text="What the persona talks about, with commas between.")
    hashtags = WordsField(required=False, help_text="Hashtags to choose from, without '#', with commas between.")

    class Meta:
        model = Persona
        fields = ("name", "slug", "biography", "voice", "style", "themes", "hashtags", "timezone", "status")

    def clean_hashtags(self) -> list[str]:
        return [tag.removeprefix("#") for tag in self.cleaned_data["hashtags"]]


@admin.register(Persona)
class PersonaAdmin(SmallAdmin):
    """Who Gator works for."""

    form = PersonaForm
    list_display = ("name", "state", "lives_in", "themes_text", "contents_n", "created")
    list_filter = (("status", ChoicesDropdownFilter),)
    search_fields = ("name", "slug")
    prepopulated_fields = {"slug": ("name",)}
    actions = ("pause", "resume")
    fieldsets = (
        (None, {"fields": (("name", "slug"), ("status", "timezone"), "biography")}),
        ("How it speaks and looks", {"fields": ("voice", "style", "themes", "hashtags")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).annotate(contents_total=Count("contents"))

    @display(description="status", ordering="status")
    def state(self, row: Persona) -> str:
        return badge(row.get_status_display(), "success" if row.status == PersonaStatus.ACTIVE else "")

    @display(description="lives in", ordering="timezone")
    def lives_in(self, row: Persona) -> str:
        return str(row.timezone)

    @display(description="themes")
    def themes_text(self, row: Persona) -> str:
        return short(", ".join(map(str, row.themes))) or UNKNOWN

    @display(description="contents", ordering="contents_total")
    def contents_n(self, row: Persona) -> str:
        address = list_url(Content, persona__id__exact=row.pk)
        return anchor(address, number(row.contents_total))  # type: ignore[attr-defined]

    @display(description="since", ordering="created_at")
    def created(self, row: Persona) -> str:
        return when(row.created_at)

    @admin.action(description="Pause", permissions=["act"])
    def pause(self, request: HttpRequest, personas: QuerySet[Persona]) -> None:
        self.move(request, personas, PersonaStatus.PAUSED, "Paused")

    @admin.action(description="Resume", permissions=["act"])
    def resume(self, request: HttpRequest, personas: QuerySet[Persona]) -> None:
        self.move(request, personas, PersonaStatus.ACTIVE, "Resumed")

    def move(self, request: HttpRequest, personas: QuerySet[Persona], status: str, done: str) -> None:
        """Set the status of every persona."""
        tell(
            self,
            request,
            each(personas, lambda p: Persona.objects.filter(pk=p.pk).update(status=status)),
            done,
        )


class StandingFilter(Questions):
    """Which content may go out."""

    title = "standing"
    parameter_name = "standing"
    questions = {"publishable": ("May be published", lambda contents, _: contents.publishable())}


@admin.register(Content)
class ContentAdmin(ReadOnly, Admin):
    """What was generated, for whom, and what became of it."""

    list_display = ("piece", "persona_link", "kind", "state", "approach", "advised", "run", "created")
    list_filter = (
        ("status", ChoicesDropdownFilter),
        StandingFilter,
        ("persona", AutocompleteSelectFilter),
        ("media_kind", ChoicesDropdownFilter),
        ("quality", ChoicesDropdownFilter),
        "guided",
        ("arm", ChoicesDropdownFilter),
    )
    list_select_related = ("persona", "context")
    list_defer = ("prompt", "parameters", "guidance")
    search_fields = ("caption", "approach", "model")
    actions = ("approve", "reject")
    actions_detail = ("approve_here", "reject_here")
    fieldsets = (
        (None, {"fields": (("persona", "media_kind", "status"), "caption", "hashtags", "media")}),
        (
            "How it was made",
            {
                "fields": (
                    ("approach", "guided"),
                    ("arm", "propensity", "had_advice"),
                    "prompt",
                    "parameters",
                    "guidance",
                )
            },
        ),
        ("Model", {"fields": (("model", "provider"), ("quality", "seed"), ("context", "created_at"))}),
    )

    approve_here = on_page(
        "approve", "Approve", "It may be published, and its run counts as good from now on.", "thumb_up"
    )
    reject_here = on_page("reject", "Reject", "It is not published, and what it tried is avoided.", "thumb_down")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @display(description="content", ordering="caption")
    def piece(self, row: Content) -> str:
        text = short(row.caption, 70) or f"{row.get_media_kind_display()} without a caption"
        return format_html('<span class="gator-wrap">{}</span>', text)

    @display(description="persona", ordering="persona__name")
    def persona_link(self, row: Content) -> str:
        return link(row.persona)

    @display(description="kind", ordering="media_kind")
    def kind(self, row: Content) -> str:
        return row.get_media_kind_display()

    @display(description="status", ordering="status")
    def state(self, row: Content) -> str:
        return badge(row.get_status_display(), STATUS_COLOURS.get(ContentStatus(row.status), ""))

    @display(description="guided", ordering="guided")
    def advised(self, row: Content) -> str:
        if row.guided:
            return badge("Guided", "primary")
        # Where there was no advice nothing was kept from it.
        return badge("Control", "info") if row.arm == Arm.CONTROL and row.had_advice else badge("Unguided")

    @display(description="run")
    def run(self, row: Content) -> str:
        return link(row.context)

    @display(description="made", ordering="created_at")
    def created(self, row: Content) -> str:
        return when(row.created_at)

    @admin.action(description="Approve", permissions=["act"])
    def approve(self, request: HttpRequest, contents: QuerySet[Content]) -> None:
        self.decide_all(request, contents, approved=True)

    @admin.action(description="Reject", permissions=["act"])
    def reject(self, request: HttpRequest, contents: QuerySet[Content]) -> None:
        self.decide_all(request, contents, approved=False)

    def decide_all(self, request: HttpRequest, contents: QuerySet[Content], *, approved: bool) -> None:
        """Record a person's decision on every content."""
        actor: Any = request.user
        act = partial(decide, approved=approved, actor=actor, now=timezone.now())
        tell(self, request, each(contents, act, ValueError), "Approved" if approved else "Rejected")


class CountedFilter(Questions):
    """A rater's newest rating counts; older ones are history."""

    title = "counting"
    parameter_name = "counting"
    questions = {"counted": ("Newest of each rater", lambda ratings, _: ratings.counted())}


@admin.register(Feedback)
class FeedbackAdmin(ReadOnly, Admin):
    """What people think of the content."""

    list_display = ("stars", "piece", "rater", "remark", "created")
    list_filter = (("rating", ChoicesDropdownFilter), CountedFilter)
    list_select_related = ("content__persona", "rater")
    fieldsets = ((None, {"fields": (("rating", "rater", "created_at"), "content", "text", "issues")}),)

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).select_related(*self.list_select_related)

    @display(description="rating", ordering="rating")
    def stars(self, row: Feedback) -> str:
        return badge(row.get_rating_display(), RATING_COLOURS[Rating(row.rating)])

    @display(description="content")
    def piece(self, row: Feedback) -> str:
        return link(row.content)

    @display(description="text")
    def remark(self, row: Feedback) -> str:
        return format_html('<span class="gator-wrap">{}</span>', short(row.text, 100)) if row.text else UNKNOWN

    @display(description="when", ordering="created_at")
    def created(self, row: Feedback) -> str:
        return when(row.created_at)


admin.site.unregister(ACDContext)


@admin.register(ACDContext)
class RunAdmin(ContextAdmin):
    """Runs, where a decision on a run that made content is a decision on that content."""

    def decide(self, run: ACDContext, *, approved: bool, actor: Any, now: datetime) -> None:
        content = getattr(run, "content", None)
        if content is None:
            super().decide(run, approved=approved, actor=actor, now=now)
            return
        decide(content, approved=approved, actor=actor, now=now)
