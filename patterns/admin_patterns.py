"""What was learned: patterns with their numbers, and a person's veto."""

from datetime import timedelta
from typing import ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html

from acd.admin_actions import Refused, each, on_page, tell
from acd.admin_links import link
from acd.figures import decimals, effect, interval, percent, q_value, short
from acd.theme import (
    Admin,
    AutocompleteSelectFilter,
    ChoicesDropdownFilter,
    Questions,
    ReadOnly,
    badge,
    display,
    when,
)
from engagement.enums import Platform
from patterns.admin_insights import Insights
from patterns.decay import confidence, faded, holds
from patterns.enums import Advice, PatternStatus
from patterns.models import Pattern

STATUS_COLOURS = {PatternStatus.ACTIVE: "success", PatternStatus.REJECTED: "danger"}


class LearnedFilter(Questions):
    """When a pattern was learned."""

    title = "learned"
    parameter_name = "learned"
    questions = {
        "week": ("This week", lambda rows, now: rows.learned_since(now - timedelta(days=7))),
        "month": ("This month", lambda rows, now: rows.learned_since(now - timedelta(days=30))),
    }


@admin.register(Pattern)
class PatternAdmin(Insights, ReadOnly, Admin):
    """What was learned, how sure it is, and a person's veto."""

    list_display: ClassVar = (
        "sentence",
        "advised",
        "persona_link",
        "n",
        "effect_text",
        "sure",
        "evidence_today",
        "state",
        "learned",
    )
    list_filter = (
        LearnedFilter,
        ("status", ChoicesDropdownFilter),
        ("retired_reason", ChoicesDropdownFilter),
        ("kind", ChoicesDropdownFilter),
        ("advice", ChoicesDropdownFilter),
        ("platform", ChoicesDropdownFilter),
        ("persona", AutocompleteSelectFilter),
    )
    list_select_related = ("persona",)
    search_fields = ("subject", "strategy")
    actions = ("reject", "restore")
    actions_detail = ("reject_here", "restore_here")
    readonly_preprocess_fields = {"baseline": decimals}
    readonly_fields = ("mean_text", "effect_text", "shrunk_text", "sure", "evidence_today", "effect_today")
    fieldsets = (
        (None, {"fields": ("strategy", ("kind", "subject", "advice"), ("persona", "platform", "status"))}),
        (
            "Numbers",
            {"fields": (("n", "mean_text", "baseline"), ("effect_text", "sure", "basis"), ("shrunk_text",))},
        ),
        ("Today", {"fields": (("evidence_today", "effect_today", "evidence_at"), ("retired_at", "retired_reason"))}),
        (
            "Where it comes from",
            {
                "fields": (
                    ("window_start", "window_end", "extraction"),
                    ("version", "supersedes"),
                    ("learned_at", "digest"),
                )
            },
        ),
    )

    reject_here = on_page("reject", "Reject", "No later generation uses it, and no extraction brings it back.", "block")
    restore_here = on_page("restore", "Restore", "Later generations use it again.", "undo")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).select_related("persona", "supersedes", "extraction__persona")

    @display(description="pattern", ordering="subject")
    def sentence(self, row: Pattern) -> str:
        platform = ""
        if row.platform:
            label = Platform(row.platform).label
            platform = format_html('<span class="gator-platform gator-{}">{}</span> ', row.platform, label)
        return format_html('<span class="gator-wrap">{}{}</span>', platform, short(row.strategy, 160))

    @display(description="advice", ordering="advice")
    def advised(self, row: Pattern) -> str:
        return badge(row.get_advice_display(), "success" if row.advice == Advice.REPEAT else "warning")

    @display(description="persona", ordering="persona__name")
    def persona_link(self, row: Pattern) -> str:
        return link(row.persona)

    @display(description="mean (95 %)")
    def mean_text(self, row: Pattern) -> str:
        return interval(row.mean, row.low, row.high, digits=2)

    @display(description="effect (95 %)", ordering="effect")
    def effect_text(self, row: Pattern) -> str:
        if row.effect is None:
            text = interval(row.mean, row.low, row.high, digits=1)
            return format_html('<span class="gator-muted">not tested; {}</span>', text)
        return told_in_percent(row.effect, row.effect_low, row.effect_high)

    @display(description="after shrinkage (95 %)")
    def shrunk_text(self, row: Pattern) -> str:
        return told_in_percent(row.shrunk, row.shrunk_low, row.shrunk_high)

    @display(description="evidence counts")
    def evidence_today(self, row: Pattern) -> str:
        """What the evidence counts today; said plainly where it is too little."""
        now = timezone.now()
        text = percent(100 * confidence(row, now), 0)
        return text if holds(row, now) else format_html("{} {}", text, badge("Too old to tell", "warning"))

    @display(description="effect today (95 %)")
    def effect_today(self, row: Pattern) -> str:
        ends = faded(row, timezone.now())
        if ends is None:
            return "Observed, not tested."
        return told_in_percent(row.effect if row.shrunk is None else row.shrunk, *ends)

    @display(description="q", ordering="q_value")
    def sure(self, row: Pattern) -> str:
        return q_value(row.q_value)

    @display(description="status", ordering="status")
    def state(self, row: Pattern) -> str:
        return badge(row.get_status_display(), STATUS_COLOURS.get(PatternStatus(row.status), ""))

    @display(description="learned", ordering="learned_at")
    def learned(self, row: Pattern) -> str:
        return when(row.learned_at)

    @admin.action(description="Reject", permissions=["act"])
    def reject(self, request: HttpRequest, rows: QuerySet[Pattern]) -> None:
        self.move(request, rows, PatternStatus.ACTIVE, PatternStatus.REJECTED, "Rejected")

    @admin.action(description="Restore", permissions=["act"])
    def restore(self, request: HttpRequest, rows: QuerySet[Pattern]) -> None:
        self.move(request, rows, PatternStatus.REJECTED, PatternStatus.ACTIVE, "Restored")

    def move(self, request: HttpRequest, rows: QuerySet[Pattern], start: str, end: str, done: str) -> None:
        """Set the status of every pattern that stands at `start`."""

        def move_one(row: Pattern) -> None:
            # The condition holds in the database: an extraction may have moved the row meanwhile.
            if not Pattern.objects.filter(pk=row.pk, status=start).update(status=end):
                raise Refused(f"it is {row.get_status_display().lower()}, not {PatternStatus(start).label.lower()}")

        tell(self, request, each(rows, move_one), done)


def told_in_percent(middle: float | None, low: float | None, high: float | None) -> str:
    """An effect and its interval as percent more or less."""
    return format_html('<span class="gator-number">{}</span>', effect(middle, low, high))
