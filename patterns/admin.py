"""What was learned: patterns with their numbers, the looks they came from, and posts and runs as evidence."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from acd.admin import error, state, verdict
from acd.admin_actions import Refused, each, on_page, tell
from acd.admin_links import link, one_to_one_users
from acd.figures import UNKNOWN, decimals, effect, interval, number, percent, q_value, short, stacked
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
from engagement.admin import columns
from engagement.enums import Platform
from patterns.admin_alarms import alarm_list
from patterns.admin_changes import changed
from patterns.admin_failures import failures_page
from patterns.admin_insights import Insights
from patterns.admin_uplift import uplift_page
from patterns.decay import confidence, faded, holds
from patterns.effects import FILTERS
from patterns.enums import Advice, PatternKind, PatternStatus
from patterns.models import Extraction, GenerationOutcome, Pattern, PostPerformance

STATUS_COLOURS = {PatternStatus.ACTIVE: "success", PatternStatus.REJECTED: "danger"}

TESTED_TABLE = (
    '<div class="gator-scroll"><table class="gator-table gator-narrow"><thead><tr><th>Kind</th><th>Item</th><th>n</th>'
    "<th>Mean (95 %)</th><th>Effect (95 %)</th><th>q</th></tr></thead><tbody>{}</tbody></table></div>"
)
TESTED_LINE = (
    '<tr><td>{}</td><td>{}</td><td class="gator-number">{}</td><td class="gator-number gator-around">{}</td>'
    '<td class="gator-number gator-around">{}</td><td class="gator-number">{}</td></tr>'
)
EVIDENCE = (
    "genuine_engagement",
    "genuine_low",
    "genuine_high",
    "engagement_rate",
    "rate_low",
    "rate_high",
    "lift",
    "vs_average",
    "percentile",
)


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


@admin.register(Extraction)
class ExtractionAdmin(ReadOnly, Admin):
    """Every look at a persona's posts: what was tested, claimed or not."""

    list_display = ("__str__", "days", "posts_n", "tested_n", "claimed_n", "made")
    list_filter = (("platform", ChoicesDropdownFilter), ("persona", AutocompleteSelectFilter))
    list_select_related = ("persona",)
    fieldsets = (
        (None, {"fields": (("persona", "platform"), ("as_of", "created_at"), ("days", "posts_n"), "digest")}),
        ("What changed", {"fields": ("changes_text",)}),
        ("Alarms", {"fields": ("alarms_text",)}),
        ("Tested", {"fields": ("tested_table",)}),
    )
    readonly_fields = ("changes_text", "alarms_text", "tested_table")

    @display(description="since the look before")
    def changes_text(self, row: Extraction) -> str:
        return changed(row)

    @display(description="signs that the loop feeds on itself")
    def alarms_text(self, row: Extraction) -> str:
        return alarm_list(row.alarms)

    @display(description="every item, claimed or not")
    def tested_table(self, row: Extraction) -> str:
        if not row.tested:
            return "Nothing had enough posts to be tested."
        lines = format_html_join("", TESTED_LINE, (tested_cells(item) for item in row.tested))
        return format_html(TESTED_TABLE, lines)

    @display(description="tested")
    def tested_n(self, row: Extraction) -> str:
        return number(len(row.tested))

    @display(description="claimed")
    def claimed_n(self, row: Extraction) -> str:
        return number(sum(bool(item.get("claimed")) for item in row.tested))

    @display(description="made", ordering="created_at")
    def made(self, row: Extraction) -> str:
        return when(row.created_at)


def told_in_percent(middle: float | None, low: float | None, high: float | None) -> str:
    """An effect and its interval as percent more or less."""
    return format_html('<span class="gator-number">{}</span>', effect(middle, low, high))


def tested_cells(item: dict[str, Any]) -> tuple[str, ...]:
    """One tested item as the cells of its line."""
    kind = PatternKind(item["kind"]).label if item.get("kind") in PatternKind.values else str(item.get("kind"))
    return (
        kind,
        format_html("{} {}", item.get("subject"), badge("Claimed", "success") if item.get("claimed") else ""),
        number(item.get("n")),
        stacked(interval(item.get("mean"), item.get("low"), item.get("high"), digits=2)),
        stacked(effect(item.get("effect"), item.get("effect_low"), item.get("effect_high"))),
        q_value(item.get("q")),
    )


@admin.register(PostPerformance)
class PerformanceAdmin(ReadOnly, Admin):
    """Measured posts as evidence, those furthest above what their accounts lead to expect first."""

    list_display: ClassVar = (
        columns.caption,
        columns.persona,
        columns.age,
        columns.genuine,
        columns.rate,
        columns.versus,
        "beats",
        columns.grade,
    )
    list_filter = (
        ("platform", ChoicesDropdownFilter),
        # Rates of different bases are never ranked together: choose one.
        ("basis", ChoicesDropdownFilter),
        ("media_kind", ChoicesDropdownFilter),
        ("grade", ChoicesDropdownFilter),
        ("content__arm", ChoicesDropdownFilter),
        ("persona", AutocompleteSelectFilter),
    )
    list_select_related = ("persona",)
    actions_list = ("uplift_page",)
    readonly_preprocess_fields = dict.fromkeys(EVIDENCE, decimals)
    ordering = ("-lift", "-pk")
    search_fields = ("caption",)
    fieldsets = (
        (
            None,
            {"fields": (("platform", "media_kind", "persona"), "caption", ("published_at", "local_hour"))},
        ),
        (
            "Evidence",
            {
                "fields": (
                    ("genuine_engagement", "genuine_low", "genuine_high"),
                    ("engagement_rate", "rate_low", "rate_high"),
                    ("basis", "lift", "vs_average"),
                    ("average_n", "percentile", "grade"),
                )
            },
        ),
    )

    uplift_page = uplift_page

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).measured()  # type: ignore[attr-defined]

    def lookup_allowed(self, lookup: str, value: str, request: HttpRequest) -> bool:
        # Insights link to the posts of an item.
        return lookup in {*FILTERS.values(), "persona__slug"} or super().lookup_allowed(lookup, value, request)

    @display(description="beats", ordering="percentile")
    def beats(self, row: PostPerformance) -> str:
        return UNKNOWN if row.percentile is None else f"{row.percentile:.0f} % of its peers"


@admin.register(GenerationOutcome)
class GenerationAdmin(ReadOnly, Admin):
    """Runs as evidence: what tends to fail, and with which model."""

    list_display: ClassVar = ("phase", state, error, verdict, "pattern", "model", "made")
    list_filter = (
        ("state", ChoicesDropdownFilter),
        ("validation", ChoicesDropdownFilter),
        ("confidence", ChoicesDropdownFilter),
    )
    list_defer = ("initial_context", "metadata", "fix_reason")
    search_fields = ("error_class", "pattern", "model")
    actions_list = ("failures_page",)
    fieldsets = (
        (None, {"fields": (("phase", "state", "validation"), ("confidence", "pattern"), "strategy")}),
        ("Why", {"fields": ("error_class", "error_message", ("model", "provider"))}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        # The page lists what hangs on the run; loading it here saves a query per relation.
        return super().get_queryset(request).select_related(*one_to_one_users(GenerationOutcome))

    failures_page = failures_page

    @display(description="created", ordering="created_at")
    def made(self, row: GenerationOutcome) -> str:
        return when(row.created_at)
