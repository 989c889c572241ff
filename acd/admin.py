"""Runs in the admin: which failed and why, how each was judged, and the traces of failures."""

from datetime import datetime
from functools import partial
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from acd.admin_actions import each, on_page, tell
from acd.admin_links import link, one_to_one_users
from acd.enums import Confidence, Grade, OutcomeSource, Phase, State, Validation
from acd.figures import UNKNOWN, duration, short
from acd.models import ACDContext, OutcomeEvent, TraceArtifact
from acd.outcomes import grade
from acd.theme import Admin, ChoicesDropdownFilter, Questions, ReadOnly, badge, display, when

STATE_COLOURS = {
    State.DONE: "success",
    State.FAILED: "danger",
    State.PROCESSING: "info",
    State.BLOCKED: "warning",
    State.PAUSED: "warning",
}
VALIDATION_COLOURS = {
    Validation.APPROVED: "success",
    Validation.CONDITIONALLY_APPROVED: "primary",
    Validation.REJECTED: "danger",
    Validation.ANALYZED: "info",
}
# What a staff member's approval or rejection is worth on the scale that ratings share.
GRADES = {True: Grade.GOOD, False: Grade.POOR}


class RunFilter(Questions):
    """Which runs need a look."""

    title = "run"
    parameter_name = "run"
    questions = {
        "running": ("Under way", lambda runs, _: runs.running()),
        "failed": ("Failed", lambda runs, _: runs.failed()),
        "unsuccessful": ("Failed or rejected", lambda runs, _: runs.unsuccessful()),
        "approved": ("Approved", lambda runs, _: runs.approved()),
    }


class PhaseFilter(Questions):
    """Runs of one of the usual phases."""

    title = "phase"
    parameter_name = "phase"

    def lookups(self, _request: HttpRequest, _page: Any) -> list[tuple[str, str]]:
        return [(str(value), str(label)) for value, label in Phase.choices]

    def queryset(self, _request: HttpRequest, rows: QuerySet[Model]) -> QuerySet[Model]:
        return rows.in_phase(self.value()) if self.value() else rows  # type: ignore[attr-defined]


@display(description="state", ordering="state")
def state(row: ACDContext) -> str:
    """The state of a run, coloured."""
    return badge(row.get_state_display(), STATE_COLOURS.get(State(row.state), ""))


@display(description="verdict", ordering="validation")
def verdict(row: ACDContext) -> str:
    """What people or engagement said of a run, and how sure that makes us."""
    colour = VALIDATION_COLOURS.get(Validation(row.validation), "")
    who = "A person's word" if row.human_override else ""
    sure = Confidence(row.confidence).label.lower()
    return format_html('{} <span class="gator-muted">{}</span>', badge(row.get_validation_display(), colour, who), sure)


@display(description="what went wrong", ordering="error_class")
def error(row: ACDContext) -> str:
    """Class and message of the error that ended a run."""
    if not row.error_class:
        return UNKNOWN
    message = short(row.error_message, 90)
    return format_html(
        '<span class="gator-wrap" title="{}"><b>{}</b> {}</span>', row.error_message, row.error_class, message
    )


@admin.register(ACDContext)
class ContextAdmin(ReadOnly, Admin):
    """Which runs failed and why."""

    list_display: ClassVar = ("name", state, error, "took", "made_for", verdict, "created")
    list_filter = (
        RunFilter,
        PhaseFilter,
        ("state", ChoicesDropdownFilter),
        ("validation", ChoicesDropdownFilter),
        ("confidence", ChoicesDropdownFilter),
        ("complexity", ChoicesDropdownFilter),
    )
    list_select_related = tuple(one_to_one_users(ACDContext))
    list_defer = ("initial_context", "metadata", "strategy", "fix_reason")
    search_fields = ("=id", "error_class", "error_message", "pattern", "note")
    search_help_text = "Search by id, error, pattern or note."
    actions = ("approve", "reject")
    actions_detail = ("approve_here", "reject_here")
    fieldsets = (
        (
            None,
            {
                "fields": (
                    ("phase", "state"),
                    ("validation", "confidence"),
                    ("complexity", "human_override"),
                    ("started_at", "finished_at", "duration"),
                    "note",
                )
            },
        ),
        ("What went wrong", {"fields": ("error_class", "error_message", "fix_reason")}),
        ("What it tried", {"fields": ("pattern", "strategy", "initial_context", "metadata")}),
        ("Model", {"fields": (("model", "provider"), ("tokens", "cost"))}),
        ("Queue", {"fields": (("status", "queue_status", "queue_priority"), ("assigned_to", "parent"))}),
    )

    approve_here = on_page(
        "approve", "Approve", "A person's word outranks engagement: clicks no longer change it.", "thumb_up"
    )
    reject_here = on_page(
        "reject", "Reject", "What it tried is avoided from now on; clicks no longer change it.", "thumb_down"
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).select_related("parent", *self.list_select_related)

    @display(description="run", ordering="phase")
    def name(self, row: ACDContext) -> str:
        return str(row)

    @display(description="took", ordering="duration")
    def took(self, row: ACDContext) -> str:
        return format_html('<span class="gator-number">{}</span>', duration(row.duration))

    @display(description="made for")
    def made_for(self, row: ACDContext) -> str:
        """Whoever the rows made by this run belong to."""
        for path in self.list_select_related:
            owner = follow(row, path) if "__" in path else None
            if owner is not None:
                return link(owner)
        return UNKNOWN

    @display(description="created", ordering="created_at")
    def created(self, row: ACDContext) -> str:
        return when(row.created_at)

    @admin.action(description="Approve", permissions=["act"])
    def approve(self, request: HttpRequest, runs: QuerySet[ACDContext]) -> None:
        self.decide_all(request, runs, approved=True)

    @admin.action(description="Reject", permissions=["act"])
    def reject(self, request: HttpRequest, runs: QuerySet[ACDContext]) -> None:
        self.decide_all(request, runs, approved=False)

    def decide_all(self, request: HttpRequest, runs: QuerySet[ACDContext], *, approved: bool) -> None:
        """Give every run a person's verdict."""
        act = partial(self.decide, approved=approved, actor=request.user, now=timezone.now())
        tell(self, request, each(runs, act, ValueError), "Approved" if approved else "Rejected")

    def decide(self, run: ACDContext, *, approved: bool, actor: Any, now: datetime) -> None:
        """Give one run a person's verdict."""
        evidence = {"approved": approved, "by": actor.pk}
        key = f"admin:{actor.pk}:{now.isoformat()}"
        grade(
            run,
            GRADES[approved],
            source=OutcomeSource.HUMAN,
            evidence_key=key,
            evidence=evidence,
            actor=actor,
            now=now,
        )


def follow(row: Model, path: str) -> Model | None:
    """The row at the end of a path of relations; None where a step leads nowhere."""
    target: Any = row
    for step in path.split("__"):
        target = getattr(target, step, None)
        if target is None:
            return None
    return target


@admin.register(TraceArtifact)
class TraceAdmin(ReadOnly, Admin):
    """Where and how runs failed."""

    list_display = ("error_class", "text", "place", "run", "created")
    list_select_related = ("context",)
    list_defer = ("stack", "environment")
    search_fields = ("error_class", "message", "function", "file")
    fieldsets = (
        (None, {"fields": (("error_class", "event_type", "created_at"), "message", "context")}),
        ("Where", {"fields": (("file", "line", "function"), "stack_text")}),
        ("Environment", {"fields": ("environment",)}),
    )
    readonly_fields = ("stack_text",)

    @display(description="message")
    def text(self, row: TraceArtifact) -> str:
        return format_html('<span class="gator-wrap">{}</span>', short(row.message, 120))

    @display(description="where")
    def place(self, row: TraceArtifact) -> str:
        if not row.file:
            return UNKNOWN
        return f"{row.function} ({row.file.rsplit('/', 1)[-1]}:{row.line})"

    @display(description="run")
    def run(self, row: TraceArtifact) -> str:
        return link(row.context)

    @display(description="when", ordering="created_at")
    def created(self, row: TraceArtifact) -> str:
        return when(row.created_at)

    @display(description="stack")
    def stack_text(self, row: TraceArtifact) -> str:
        return format_html('<pre class="gator-pre">{}</pre>', row.stack) if row.stack else UNKNOWN


@admin.register(OutcomeEvent)
class OutcomeAdmin(ReadOnly, Admin):
    """How verdicts on runs changed, who said so and on what evidence."""

    list_display = ("change", "run", "grade", "source", "actor", "created")
    list_filter = (("source", ChoicesDropdownFilter), ("grade", ChoicesDropdownFilter))
    list_select_related = ("context", "actor")
    fieldsets = (
        (None, {"fields": (("source", "grade", "actor"), "context", "created_at")}),
        (
            "Change",
            {
                "fields": (
                    ("validation_before", "validation_after"),
                    ("confidence_before", "confidence_after"),
                )
            },
        ),
        ("Evidence", {"fields": ("evidence_key", "evidence")}),
    )

    @display(description="change")
    def change(self, row: OutcomeEvent) -> str:
        colour = VALIDATION_COLOURS.get(Validation(row.validation_after), "")
        before = Validation(row.validation_before).label
        return format_html("{} → {}", before, badge(Validation(row.validation_after).label, colour))

    @display(description="run")
    def run(self, row: OutcomeEvent) -> str:
        return link(row.context)

    @display(description="when", ordering="created_at")
    def created(self, row: OutcomeEvent) -> str:
        return when(row.created_at)
