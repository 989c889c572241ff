"""Visible interactions in the admin: the filter's verdict with its reasons, and a person's word above it."""

from typing import ClassVar, cast

from django.contrib import admin
from django.contrib.auth.models import User
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html

from acd.admin_actions import Refused, each, on_page, tell
from acd.admin_links import link
from acd.figures import UNKNOWN, number, short
from acd.theme import Admin, ChoicesDropdownFilter, Questions, ReadOnly, badge, display, when
from engagement.admin.erasures import Erasing
from engagement.admin.health import filter_health
from engagement.admin.review import review
from engagement.admin.why import VERDICT_COLOURS, cut_offs_in_force, explained, reasons_of, wording
from engagement.decisions import NothingToDecide, decide, deciding, measure
from engagement.enums import Verdict
from engagement.models import Interaction

# Characters of a keyed hash that tell two authors of a post apart without giving the key away.
KEY_SHOWN = 8
DECIDING = "Your word stands above the filter's until somebody decides anew; the numbers of the post are made anew."
GIVING_BACK = "The filter's verdict counts again; what people said stays in the history."


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
    actions_list = ("review", "filter_health")
    actions_detail = (
        "mark_genuine_here",
        "mark_bot_here",
        "mark_persona_here",
        "follow_filter_here",
        "erase_author_here",
    )
    readonly_fields = ("said", "decided", "evidence_list", "author", "history")
    fieldsets = (
        (None, {"fields": (("kind", "occurred_at", "first_seen_at"), "said", "post", "author")}),
        ("Verdict", {"fields": ("decided", ("verdict", "score", "model_version"), "evidence_list")}),
        ("What people said", {"fields": (("override", "overridden_by"), "history")}),
        ("Platform", {"fields": (("platform_id", "fingerprint", "text_purged_at"),)}),
    )

    review = review
    filter_health = filter_health
    mark_genuine_here = on_page("mark_genuine", "Genuine", DECIDING, "person")
    mark_bot_here = on_page("mark_bot", "Bot", DECIDING, "smart_toy")
    mark_persona_here = on_page("mark_persona", "AI persona", DECIDING, "face")
    follow_filter_here = on_page("follow_filter", "Follow the filter", GIVING_BACK, "undo")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        return super().get_queryset(request).select_related("post", "overridden_by")

    @display(description="text")
    def words(self, row: Interaction) -> str:
        text = short(row.text, 90) or ("(text removed)" if row.text_purged_at else "(no text)")
        return format_html('<bdi class="gator-wrap" dir="auto">{}</bdi>', text)

    @display(description="text")
    def said(self, row: Interaction) -> str:
        return render_to_string("gator/stranger.html", {"row": row})

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
        """The filter's verdict in words, then each reason with its weight."""
        words = explained(row, cut_offs_in_force())
        return format_html("<p>{}</p>{}", words, render_to_string("gator/why.html", {"reasons": reasons_of(row)}))

    @display(description="history")
    def history(self, row: Interaction) -> str:
        """Who decided what and when, and what the filter had said; to appeal is to have it decided anew."""
        decisions = row.decisions.select_related("decided_by")
        return render_to_string("gator/decisions.html", {"decisions": decisions})

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

    def override(
        self,
        request: HttpRequest,
        rows: QuerySet[Interaction],
        verdict: str,
        done: str,
        *,
        instead_of: str | None = None,
    ) -> None:
        """Put a person's word above the filter's, then compute the touched posts again."""
        now = timezone.now()

        def set_one(row: Interaction) -> None:
            try:
                decide(row, verdict, by=cast("User", request.user), now=now, instead_of=instead_of)
            except NothingToDecide as nothing:
                raise Refused(str(nothing)) from None

        chosen = list(rows)
        with deciding(chosen):
            tally = each(chosen, set_one)
            measure(tally.done, now=now)
        tell(self, request, tally, done)
