"""What staff do to rows in the admin: actions say how many rows they changed and why they left some alone."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from django.contrib import messages
from django.contrib.admin.models import CHANGE, LogEntry
from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import unquote
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import reverse

from acd.figures import short
from acd.theme import action

# Names of rows told per reason; more would bury the reason.
NAMED = 3


class Refused(Exception):
    """An action leaves a row alone; the message says why, as the end of a sentence."""


@dataclass
class Tally:
    """The rows an action changed and, by reason, the rows it left alone."""

    done: list[Any] = field(default_factory=list)
    refused: dict[str, list[object]] = field(default_factory=dict)

    def refuse(self, row: object, reason: str) -> None:
        """Note that `row` was left alone."""
        self.refused.setdefault(reason.rstrip("."), []).append(row)


def each(rows: Iterable[Model], act: Callable[[Any], object], *refusals: type[Exception]) -> Tally:
    """Act on every row by itself; `Refused` and the given errors are told, any other error goes up."""
    tally = Tally()
    known: tuple[type[Exception], ...] = (Refused, *refusals)
    for row in rows:
        try:
            act(row)
        except known as reason:
            tally.refuse(row, str(reason))
        else:
            tally.done.append(row)
    return tally


def tell(admin: ModelAdmin, request: HttpRequest, tally: Tally, done: str) -> None:
    """Log `done` on every changed row, and say what happened to all of them."""
    if tally.done:
        LogEntry.objects.log_actions(request.user.pk or 0, tally.done, CHANGE, change_message=f"{done}.")
        admin.message_user(request, f"{done}: {amount(admin, len(tally.done))}.", messages.SUCCESS)
    for reason, rows in tally.refused.items():
        text = f"Not {done[0].lower()}{done[1:]}: {amount(admin, len(rows))} ({names(rows)}). Reason: {reason}."
        admin.message_user(request, text, messages.WARNING)
    if not tally.done and not tally.refused:
        admin.message_user(request, f"Nothing to do: no {admin.opts.verbose_name} was chosen.", messages.INFO)


def amount(admin: ModelAdmin, n: int) -> str:
    """A number of rows in words: 1 post, 3 posts."""
    return f"{n} {admin.opts.verbose_name if n == 1 else admin.opts.verbose_name_plural}"


def names(rows: list[object]) -> str:
    """The first few rows by name, and how many more there are."""
    shown = ", ".join(short(str(row), 40) for row in rows[:NAMED])
    return shown if len(rows) <= NAMED else f"{shown} and {len(rows) - NAMED} more"


def on_page(
    bulk: str, title: str, explanation: str, icon: str, *, permission: str = "act"
) -> Callable[..., HttpResponse]:
    """A button on the page of one row that asks first, then runs the list's action `bulk` on that row."""

    def run(admin: Any, request: HttpRequest, _form: object, object_id: str) -> HttpResponse:
        chosen: QuerySet[Model] = admin.get_queryset(request).filter(pk=unquote(object_id))
        getattr(admin, bulk)(request, chosen)
        name = f"admin:{admin.opts.app_label}_{admin.opts.model_name}"
        page = reverse(f"{name}_change", args=[object_id]) if chosen.exists() else reverse(f"{name}_changelist")
        return HttpResponse(headers={"HX-Redirect": page})

    # The theme finds the button's permission by the name of the function.
    run.__name__ = f"{bulk}_here"
    dialog = {"title": title, "description": explanation, "form_class": None, "form_submit_text": title}
    button = action(description=title, permissions=[permission], icon=icon, url_path=bulk, dialog=dialog)
    return button(run)
