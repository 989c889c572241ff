"""The looks that patterns come from: what each tested, claimed or not, what changed and what rang."""

from typing import Any

from django.contrib import admin
from django.utils.html import format_html, format_html_join

from acd.figures import effect, interval, number, q_value, stacked
from acd.theme import Admin, AutocompleteSelectFilter, ChoicesDropdownFilter, ReadOnly, badge, display, when
from patterns.admin_alarms import alarm_list
from patterns.admin_changes import changed
from patterns.enums import PatternKind
from patterns.models import Extraction

TESTED_TABLE = (
    '<div class="gator-scroll"><table class="gator-table gator-narrow"><thead><tr><th>Kind</th><th>Item</th><th>n</th>'
    "<th>Mean (95 %)</th><th>Effect (95 %)</th><th>q</th></tr></thead><tbody>{}</tbody></table></div>"
)
TESTED_LINE = (
    '<tr><td>{}</td><td>{}</td><td class="gator-number">{}</td><td class="gator-number gator-around">{}</td>'
    '<td class="gator-number gator-around">{}</td><td class="gator-number">{}</td></tr>'
)


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
