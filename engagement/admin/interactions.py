"""Visible interactions in the admin: the filter's verdict with its reasons, and a person's word above it."""

from typing import Any, ClassVar, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from acd.admin_actions import Refused, each, tell
from acd.admin_links import link
from acd.figures import UNKNOWN, number, short
from acd.theme import Admin, ChoicesDropdownFilter, Questions, ReadOnly, badge, display, when
from engagement.admin.erasures import Erasing
from engagement.decisions import NothingToDecide, decide, measure
from engagement.enums import Verdict
from engagement.models import Interaction

VERDICT_COLOURS = {
    Verdict.GENUINE: "success",
    Verdict.BOT: "danger",
    Verdict.PERSONA: "warning",
    Verdict.UNSURE: "info",
}
# Characters of a keyed hash that tell two authors of a post apart without giving the key away.
KEY_SHOWN = 8


class VerdictFilter(Questions):
    """What counts for an interaction."""

    title = "verdict"
    parameter_name = "verdict"
    questions = {
        "genuine": ("Genuine", lambda seen, _: seen.filter(final_verdict=Verdict.GENUINE)),
        "bot": ("Bot", lambda seen, _: seen.filter(final_verdict=Verdict.BOT)),
        "persona": ("AI persona", lambda seen, _: seen.filter(final_verdict=Verdict.PERSONA)),
        "unsure": ("Not sure, for review", lambda seen, _: seen.to_review()),
        "unassessed": ("Not assessed yet", lambda seen, _: seen.unassessed()),
        "overridden": ("Decided by a person", lambda seen, _: seen.exclude(override="")),
    }


@admin.register(Interaction)
class InteractionAdmin(Erasing, ReadOnly, Admin):
    """Who stands behind what was seen, and why the filter thinks so."""

    list_display: ClassVar = ("words", "kind_name", "decided", "evidence", "author", "post_link", "seen")
    list_filter = (VerdictFilter, ("kind", ChoicesDropdownFilter))
    list_select_related = ("post",)
    search_fields = ("text", "=platform_id")
    actions = ("mark_genuine", "mark_bot", "mark_persona", "follow_filter")
    actions_detail = ("erase_author_here",)
    readonly_fields = ("decided", "evidence_list", "author")
    fieldsets = (
        (None, {"fields": (("kind", "occurred_at", "first_seen_at"), "text", "post", "author")}),
        ("Verdict", {"fields": ("decided", ("verdict", "score", "model_version"), "evidence_list")}),
        ("A person's word", {"fields": (("override", "overridden_by"),)}),
        ("Platform", {"fields": (("platform_id", "fingerprint", "text_purged_at"),)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).select_related("post", "overridden_by")

    @display(description="text")
    def words(self, row: Interaction) -> str:
        text = short(row.text, 90) or ("(text removed)" if row.text_purged_at else "(no text)")
        return format_html('<span class="gator-wrap">{}</span>', text)

    @display(description="kind", ordering="kind")
    def kind_name(self, row: Interaction) -> str:
        return row.get_kind_display()

    @display(description="verdict", ordering="final_verdict")
    def decided(self, row: Interaction) -> str:
        """What counts, who decided it, and how strong the evidence was."""
        if not row.final_verdict:
            return badge("Not assessed")
        verdict = Verdict(row.final_verdict)
        shown = badge(verdict.label, VERDICT_COLOURS[verdict])
        source = "by a person" if row.override else f"score {number(row.score, 2)}"
        return format_html('{}<br><span class="gator-muted gator-number">{}</span>', shown, source)

    @display(description="reasons")
    def evidence(self, row: Interaction) -> str:
        reasons = [wording(reason) for reason in row.reasons]
        if not reasons:
            return UNKNOWN
        return format_html('<span class="gator-wrap" title="{}">{}</span>', "; ".join(reasons), short(reasons[0], 70))

    @display(description="reasons")
    def evidence_list(self, row: Interaction) -> str:
        if not row.reasons:
            return "Nothing spoke against it."
        items = format_html_join("", "<li>{}</li>", ((wording(reason),) for reason in row.reasons))
        return format_html('<ul class="gator-list">{}</ul>', items)

    @display(description="author")
    def author(self, row: Interaction) -> str:
        return f"{row.author_key[:KEY_SHOWN]}…" if row.author_key else UNKNOWN

    @display(description="post")
    def post_link(self, row: Interaction) -> str:
        return link(row.post)

    @display(description="when", ordering="occurred_at")
    def seen(self, row: Interaction) -> str:
        return when(row.occurred_at or row.first_seen_at)

    @admin.action(description="Mark as genuine", permissions=["act"])
    def mark_genuine(self, request: HttpRequest, rows: QuerySet[Interaction]) -> None:
        self.override(request, rows, Verdict.GENUINE, "Marked as genuine")

    @admin.action(description="Mark as bot", permissions=["act"])
    def mark_bot(self, request: HttpRequest, rows: QuerySet[Interaction]) -> None:
        self.override(request, rows, Verdict.BOT, "Marked as bot")

    @admin.action(description="Mark as AI persona", permissions=["act"])
    def mark_persona(self, request: HttpRequest, rows: QuerySet[Interaction]) -> None:
        self.override(request, rows, Verdict.PERSONA, "Marked as AI persona")

    @admin.action(description="Follow the filter again", permissions=["act"])
    def follow_filter(self, request: HttpRequest, rows: QuerySet[Interaction]) -> None:
        self.override(request, rows, "", "Given back to the filter")

    def override(self, request: HttpRequest, rows: QuerySet[Interaction], verdict: str, done: str) -> None:
        """Put a person's word above the filter's, then compute the touched posts again."""
        now = timezone.now()

        def set_one(row: Interaction) -> None:
            try:
                decide(row, verdict, by=cast("User", request.user), now=now)
            except NothingToDecide as nothing:
                raise Refused(str(nothing)) from None

        tally = each(rows, set_one)
        measure(tally.done, now=now)
        tell(self, request, tally, done)


def wording(reason: dict[str, Any]) -> str:
    """One layer's evidence: its sentence, and how much it weighs."""
    return f"{reason.get('detail') or reason.get('name', '')} (weight {number(reason.get('weight'), 2)})"
