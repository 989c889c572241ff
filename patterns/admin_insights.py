"""A page for every question: whom and which days it is asked of, the answer in words, plots and tables.

Pages only show: what is asked and how it is answered are those of the API and the command.
"""

from collections.abc import Iterator
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.http import urlencode

from acd.tables import csv_file
from acd.theme import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget
from engagement.enums import Platform
from engagement.models import SocialMediaPost
from gator.studio.api import NO_PERSONA, SlugChoiceField
from gator.studio.models import Persona
from patterns.admin_answers import shown
from patterns.analyzer import PatternAnalyzer
from patterns.api_questions import MAX_DAYS, written
from patterns.questions import QUESTIONS


class InsightForm(forms.Form):
    """Whom and which days a question is asked of."""

    persona = SlugChoiceField(
        Persona.objects.order_by("name"),
        to_field_name="slug",
        required=False,
        empty_label="All personas",
        error_messages={"invalid_choice": NO_PERSONA},
        widget=UnfoldAdminSelectWidget,
    )
    platform = forms.ChoiceField(choices=Platform.choices, widget=UnfoldAdminSelectWidget)
    days = forms.IntegerField(
        required=False,
        min_value=1,
        max_value=MAX_DAYS,
        widget=UnfoldAdminTextInputWidget(attrs={"inputmode": "numeric", "placeholder": "usual"}),
    )

    def analyzer(self) -> PatternAnalyzer:
        """The analyzer for what was chosen."""
        chosen = self.cleaned_data
        return PatternAnalyzer(chosen["persona"], chosen["platform"], days=chosen["days"], now=timezone.now())


class Insights:
    """Mixin of the patterns' admin: the pages of the questions."""

    def get_urls(self) -> list[URLPattern]:
        """The page of each question, and one that leads to the first of them."""
        view = self.admin_site.admin_view  # type: ignore[attr-defined]
        pages = [
            path(f"insights/{name}/", view(partial(insight, self, name)), name=f"patterns_pattern_insights_{name}")
            for name in QUESTIONS
        ]
        first = path("insights/", view(partial(start, self)), name="patterns_pattern_insights")
        return [first, *pages, *super().get_urls()]  # type: ignore[misc]


def start(_admin: Any, _request: HttpRequest) -> HttpResponse:
    """Leads to the first question."""
    return HttpResponseRedirect(address(next(iter(QUESTIONS))))


def address(question: str) -> str:
    """Address of the page of a question."""
    return reverse(f"admin:patterns_pattern_insights_{question}")


def insight(admin: Any, question: str, request: HttpRequest) -> HttpResponse:
    """The page of one question."""
    if not admin.has_view_permission(request):
        raise PermissionDenied
    asked = request.GET.dict()
    if not asked.get("platform"):
        asked["platform"] = newest_platform()
    form = InsightForm(asked)
    query = urlencode({name: value for name, value in asked.items() if name in form.fields and value})
    context = {
        "title": QUESTIONS[question].title,
        "line": QUESTIONS[question].line,
        "form": form,
        "pages": [(one.title, f"{address(name)}?{query}", name == question) for name, one in QUESTIONS.items()],
    }
    if form.is_valid():
        answer = QUESTIONS[question].ask(form.analyzer())
        if asked.get("format") == "csv":
            return csv_file(question, table(written(question, answer)))
        context |= shown(answer) | {"csv": f"?{query}&format=csv"}
    return TemplateResponse(request, "admin/insight.html", admin.admin_site.each_context(request) | context)


def table(told: dict[str, Any]) -> list[dict[str, Any]]:
    """The rows of an answer for a file: its items, or the figures themselves where it has none.

    Of an answer with several lists each row names its list, and leaves empty what only other lists have.
    """
    lists = [(name, part) for name, part in _lists(told) if all(isinstance(one, dict) for one in part)]
    rows = [(name, one) for name, part in lists for one in part]
    if not rows:
        return [{name: value for name, value in told.items() if not isinstance(value, dict)}]
    columns = dict.fromkeys(column for _, one in rows for column in one)
    every = [{"list": name} | {column: one.get(column) for column in columns} for name, one in rows]
    return every if len(lists) > 1 else [one for _, one in rows]


def _lists(told: dict[str, Any]) -> Iterator[tuple[str, list[Any]]]:
    """The lists of an answer, those of its values under the name of the value."""
    for name, part in told.items():
        if isinstance(part, list):
            yield name, part
        elif isinstance(part, dict):
            yield from ((name, inner) for inner in part.values() if isinstance(inner, list))


def newest_platform() -> str:
    """Where somebody posted last: what is shown until a platform is chosen."""
    newest = SocialMediaPost.objects.exclude(published_at=None).order_by("-published_at", "-pk")
    return newest.values_list("platform", flat=True).first() or Platform.INSTAGRAM
