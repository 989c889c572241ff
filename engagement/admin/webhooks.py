"""What platforms pushed, in the admin: what became of each event, and which ones Gator does not know."""

import json
from typing import ClassVar

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html

from acd.admin_actions import Refused, each, on_page, tell
from acd.figures import UNKNOWN, short
from acd.theme import Admin, ChoicesDropdownFilter, ReadOnly, badge, display, when
from engagement.enums import DeliveryState
from engagement.models import WebhookDelivery
from engagement.webhooks.inbox import try_again

STATE_COLOURS = {
    DeliveryState.RECEIVED: "info",
    DeliveryState.DONE: "success",
    DeliveryState.UNKNOWN: "warning",
    DeliveryState.FAILED: "danger",
}


@admin.register(WebhookDelivery)
class DeliveryAdmin(ReadOnly, Admin):
    """Pushed events, newest first."""

    list_display: ClassVar = ("event", "state_badge", "why", "attempts", "received")
    list_filter = (("state", ChoicesDropdownFilter), ("platform", ChoicesDropdownFilter))
    list_defer = ("body",)
    search_fields = ("kind", "=subject")
    search_help_text = "Search kinds of events, or give the platform's id of a comment."
    actions = ("try_again",)
    actions_detail = ("try_again_here",)
    readonly_fields = ("body_text",)
    fieldsets = (
        (None, {"fields": (("platform", "kind", "state"), "reason", ("attempts", "subject"))}),
        ("When", {"fields": (("happened_at", "received_at", "ended_at"),)}),
        ("The event", {"fields": ("body_text",)}),
    )

    try_again_here = on_page("try_again", "Try again", "The event is worked on once more within a minute.", "replay")

    @display(description="event", ordering="kind")
    def event(self, row: WebhookDelivery) -> str:
        return format_html(
            '<span class="gator-platform gator-{}">{}</span> {}',
            row.platform,
            row.get_platform_display(),
            row.kind or "event",
        )

    @display(description="state", ordering="state")
    def state_badge(self, row: WebhookDelivery) -> str:
        return badge(row.get_state_display(), STATE_COLOURS.get(DeliveryState(row.state), ""))

    @display(description="reason")
    def why(self, row: WebhookDelivery) -> str:
        return format_html('<span class="gator-wrap">{}</span>', short(row.reason, 120)) if row.reason else UNKNOWN

    @display(description="received", ordering="received_at")
    def received(self, row: WebhookDelivery) -> str:
        return when(row.received_at)

    @display(description="body")
    def body_text(self, row: WebhookDelivery) -> str:
        if not row.body:
            return "Not kept: there was nothing more to do with it."
        return format_html('<pre class="gator-pre">{}</pre>', json.dumps(json.loads(row.body), indent=2))

    @admin.action(description="Try again", permissions=["act"])
    def try_again(self, request: HttpRequest, rows: QuerySet[WebhookDelivery]) -> None:
        tell(self, request, each(rows, again), "Put back")


def again(row: WebhookDelivery) -> None:
    """Have the next sweep work on an event once more."""
    if not try_again(row):
        raise Refused(f"it is {row.get_state_display().lower()}: only what is unknown or failed is tried again")
