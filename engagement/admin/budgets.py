"""Budgets in the admin: what is left of each, until when it is closed, and what it cost."""

from datetime import timedelta
from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import Model, QuerySet, Sum
from django.db.models.functions import TruncDate
from django.forms import ModelForm
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html

from acd.admin_actions import Refused, each, tell
from acd.admin_links import link
from acd.figures import UNKNOWN, number, percent
from acd.theme import Admin, ChoicesDropdownFilter, Questions, badge, display, when
from engagement.enums import Origin
from engagement.models import Budget
from engagement.platforms.limits import MONEY
from engagement.platforms.prices import MICRO
from engagement.platforms.usage import SLOW_FROM, STOP_AT
from engagement.reopening import reopen
from engagement.retention import SPENDING_DAYS

WINDOWS = {1: "second", 60: "minute", 900: "15 min", 3600: "hour", 86400: "24 h", 31 * 86400: "31 days"}
# From this share of its amount on a budget is shown in colour.
NEARLY = 0.75


class LeftFilter(Questions):
    """What is left."""

    title = "left"
    parameter_name = "left"
    questions = {
        "nothing": ("Used up or closed", lambda budgets, now: budgets.used_up(now)),
        "costing": ("Costs money", lambda budgets, _: budgets.filter(unit=MONEY)),
    }


@admin.register(Budget)
class BudgetAdmin(Admin):
    """How much of every limit is used. Only the amount is for staff to set."""

    list_display: ClassVar = ("what", "owner", "used_of", "left", "spent", "closed", "said")
    list_filter = (LeftFilter, ("platform", ChoicesDropdownFilter), ("origin", ChoicesDropdownFilter))
    list_select_related = ("account",)
    list_fullwidth = True
    search_fields = ("name", "account__handle")
    actions = ("open_again", "follow_documents")
    fieldsets = (
        (None, {"fields": (("platform", "account"), ("name", "unit"), ("amount", "window"), "said")}),
        ("Now", {"fields": (("used_of", "left"), ("spent_today", "spent_month"), ("closed", "reason"), "reported")}),
        ("Spent per day", {"fields": ("history",)}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows: Any = super().get_queryset(request)
        spent: QuerySet[Model] = rows.with_spent(timezone.now())
        return spent

    def get_readonly_fields(self, _request: HttpRequest, _obj: Model | None = None) -> tuple[str, ...]:
        """Everything but the amount is counted, documented or reported."""
        shown = [name for _, part in self.fieldsets for row in part["fields"] for name in _names(row)]
        return tuple(name for name in shown if name != "amount")

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Budget, form: ModelForm, change: bool) -> None:
        """What staff set stays until they go back to the documents. What they raise is asked of again at once."""
        if form.changed_data:
            obj.origin, obj.source = Origin.STAFF, f"Set by {request.user}"
            obj.stated_on = timezone.now().date()
        obj.save(update_fields=["amount", "origin", "source", "stated_on"])
        if form.changed_data and is_raised(form.initial["amount"], obj.amount):
            reopen(obj, timezone.now())

    @admin.action(description="Open again", permissions=["act"])
    def open_again(self, request: HttpRequest, budgets: QuerySet[Budget]) -> None:
        tell(self, request, each(budgets, open_again), "Open again")

    @admin.action(description="Follow the documents again", permissions=["act"])
    def follow_documents(self, request: HttpRequest, budgets: QuerySet[Budget]) -> None:
        tell(self, request, each(budgets, follow_documents), "From the next call on documented again")

    @display(description="budget", ordering="name")
    def what(self, budget: Budget) -> str:
        platform = budget.get_platform_display()
        return format_html(
            '<span class="gator-wrap"><span class="gator-platform gator-{}">{}</span> {}</span>',
            budget.platform,
            platform,
            budget.name,
        )

    @display(description="account", ordering="account")
    def owner(self, budget: Budget) -> str:
        return link(budget.account) if budget.account else "The whole app"

    @display(description="used")
    def used_of(self, budget: Any) -> str:
        part, words = _used(budget)
        if part is None:
            return format_html('<span class="gator-number">{}</span>', words)
        return format_html(
            '<progress class="gator-bar{}" max="100" value="{}"></progress> <span class="gator-number">{}</span>',
            " gator-bar-full" if part >= NEARLY else "",
            round(100 * min(part, 1.0)),
            words,
        )

    @display(description="left")
    def left(self, budget: Any) -> str:
        if budget.usage is not None:
            return percent(max(0.0, 100 - budget.usage), 0)
        return UNKNOWN if budget.amount is None else units(budget, max(0, budget.amount - budget.used))

    @display(description="today, month")
    def spent(self, budget: Any) -> str:
        today, month = units(budget, budget.today), units(budget, budget.month)
        return format_html(
            '<span class="gator-number">{}</span><br><span class="gator-muted gator-number">{}</span>', today, month
        )

    @display(description="today")
    def spent_today(self, budget: Any) -> str:
        return units(budget, budget.today)

    @display(description="this month")
    def spent_month(self, budget: Any) -> str:
        return units(budget, budget.month)

    @display(description="closed until", ordering="closed_until")
    def closed(self, budget: Budget) -> str:
        if budget.closed_until is None or budget.closed_until <= timezone.now():
            return UNKNOWN
        return badge(f"{budget.closed_until:%d %b %H:%M} UTC", "danger", budget.reason)

    @display(description="amount from", ordering="stated_on")
    def said(self, budget: Budget) -> str:
        said = budget.source or ("Only counted" if budget.amount is None else budget.get_origin_display())
        day = f"{budget.stated_on:%Y-%m-%d}" if budget.stated_on else ""
        return format_html(
            '<span class="gator-wrap">{} <span class="gator-muted whitespace-nowrap">{}</span></span>', said, day
        )

    @display(description="window")
    def window(self, budget: Budget) -> str:
        return window_words(budget)

    @display(description="last reported by the platform")
    def reported(self, budget: Budget) -> str:
        return when(budget.reported_at)

    @display(description="")
    def history(self, budget: Budget) -> str:
        since = timezone.now() - timedelta(days=SPENDING_DAYS)
        rows = budget.spendings.filter(slot_at__gte=since).order_by()
        days = rows.annotate(day=TruncDate("slot_at")).values("day").annotate(n=Sum("amount")).order_by("-day")
        found = [(row["day"], row["n"], units(budget, row["n"])) for row in days]
        return render_to_string(
            "gator/spending.html", {"days": found, "most": max((n for _, n, _ in found), default=0)}
        )


def _names(row: Any) -> tuple[str, ...]:
    return (row,) if isinstance(row, str) else tuple(row)


def _used(budget: Any) -> tuple[float | None, str]:
    """The share of a budget that is used, if it has an end, and the words for it."""
    used, window = units(budget, budget.used), window_words(budget)
    if budget.usage is not None:
        note = ", stopped" if budget.usage >= STOP_AT else ", slowed down" if budget.usage >= SLOW_FROM else ""
        return budget.usage / 100, f"{percent(budget.usage, 0)} as reported{note}; {used} in the {window}"
    if budget.amount is None:
        return None, f"{used} in the {window}"
    part = budget.used / budget.amount if budget.amount else 1.0
    return part, f"{used} of {units(budget, budget.amount)} in the {window}"


def units(budget: Budget, amount: int) -> str:
    """An amount of a budget as people write it: money in dollars."""
    return f"${amount / MICRO:,.2f}" if budget.unit == MONEY else f"{number(amount)}"


def window_words(budget: Budget) -> str:
    """The window of a budget in words."""
    return "day (UTC)" if budget.unit == MONEY else WINDOWS.get(budget.seconds, f"{budget.seconds:,} s")


def is_raised(before: int | None, after: int | None) -> bool:
    """Whether the new amount is more; none at all is without limit."""
    return after is None or (before is not None and after > before)


def open_again(budget: Budget) -> None:
    """Call again before the platform's time is over, as after buying more of it."""
    if budget.closed_until is None or budget.closed_until <= timezone.now():
        raise Refused("it is open")
    reopen(budget, timezone.now())


def follow_documents(budget: Budget) -> None:
    """Drop what staff set: the documents, and after them the platform's own word, count again."""
    if budget.origin != Origin.STAFF:
        raise Refused("staff did not set it")
    Budget.objects.filter(pk=budget.pk).update(origin=Origin.DOCUMENT)
