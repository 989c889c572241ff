"""The one door to the admin theme, and what every list and page of Gator has in common."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django import forms
from django.contrib import admin
from django.core.paginator import Paginator
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.html import format_html
from unfold.admin import ModelAdmin, TabularInline
from unfold.contrib.filters.admin import AutocompleteSelectFilter, ChoicesDropdownFilter, DropdownFilter
from unfold.decorators import action, display
from unfold.paginator import InfinitePaginator
from unfold.widgets import (
    UnfoldAdminFileFieldWidget,
    UnfoldAdminPasswordWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from acd.admin_links import lineage, narrowed_by
from acd.figures import UNKNOWN, ago

__all__ = [
    "Admin",
    "AutocompleteSelectFilter",
    "ChoicesDropdownFilter",
    "Questions",
    "ReadOnly",
    "SmallAdmin",
    "TabularInline",
    "UnfoldAdminFileFieldWidget",
    "UnfoldAdminPasswordWidget",
    "UnfoldAdminSelectWidget",
    "UnfoldAdminTextInputWidget",
    "UnfoldAdminTextareaWidget",
    "WordsField",
    "action",
    "badge",
    "display",
    "when",
]

Question = Callable[[Any, datetime], Any]


class Admin(ModelAdmin):
    """A list without a count, a page with links along the lineage; rows are deleted only where declared."""

    list_per_page = 50
    paginator = InfinitePaginator
    show_full_result_count = False
    show_facets = admin.ShowFacets.NEVER
    list_filter_submit = True
    # Across a table without a count nobody knows how much "all" would be.
    list_disable_select_all = True
    list_before_template = "admin/narrowed.html"
    change_form_outer_before_template = "admin/lineage.html"
    warn_unsaved_form = True
    empty_value_display = UNKNOWN

    deletable = False
    # Wide columns that a list never shows.
    list_defer: tuple[str, ...] = ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return self.deletable and super().has_delete_permission(request, obj)

    def has_act_permission(self, request: HttpRequest, _object_id: object = None) -> bool:
        """Whether this person may run the actions: the permission to change, kept on read-only pages."""
        return request.user.has_perm(f"{self.opts.app_label}.change_{self.opts.model_name}")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Model]:
        rows = super().get_queryset(request)
        match = request.resolver_match
        is_list = match is not None and (match.url_name or "").endswith("_changelist")
        return rows.defer(*self.list_defer) if is_list and self.list_defer else rows

    def changelist_view(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        extra = {"narrowed_by": narrowed_by(self.model, request.GET)}
        return super().changelist_view(request, extra | (extra_context or {}))

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], *args: Any, **kwargs: Any
    ) -> HttpResponse:
        row = kwargs.get("obj")
        if row is not None and row.pk is not None:
            context["lineage"] = lineage(row, request)
        return super().render_change_form(request, context, *args, **kwargs)


class SmallAdmin(Admin):
    """For tables that stay small, where a count is cheap and useful."""

    paginator = Paginator
    show_full_result_count = True
    list_disable_select_all = False


class ReadOnly:
    """For rows that mirror a platform or are observed facts: everybody may look, nobody may write here."""

    def has_add_permission(self, _request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        return False


class WordsField(forms.CharField):
    """A list of words or phrases, written with commas or on lines of their own."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(map(str, value)) if isinstance(value, list) else value

    def to_python(self, value: Any) -> list[str]:  # type: ignore[override]
        words = (word.strip() for word in str(value or "").replace("\n", ",").split(","))
        return [word for word in words if word]


class Questions(DropdownFilter):
    """A filter with fixed choices: each is a question that the querysets answer, under the same name."""

    # name in the address -> (label, question)
    questions: dict[str, tuple[str, Question]] = {}

    def lookups(self, _request: HttpRequest, _page: ModelAdmin) -> list[tuple[str, str]]:
        return [(name, label) for name, (label, _) in self.questions.items()]

    def queryset(self, _request: HttpRequest, rows: QuerySet[Model]) -> QuerySet[Model]:
        name = self.value()
        if name not in self.questions:
            return rows
        return self.questions[name][1](rows, timezone.now())


def badge(text: str, kind: str = "", title: str = "") -> str:
    """A coloured label. Kinds: success, warning, danger, info, primary; anything else is grey."""
    if not text:
        return UNKNOWN
    return render_to_string("unfold/helpers/label.html", {"text": text, "type": kind, "label_title": title})


def when(moment: datetime | None) -> str:
    """A moment as its age, with the exact time in UTC behind it."""
    if moment is None:
        return UNKNOWN
    exact = f"{moment:%Y-%m-%d %H:%M} UTC"
    return format_html('<span class="whitespace-nowrap" title="{}">{}</span>', exact, ago(moment, timezone.now()))
