"""What the page of failures shows: what fails, who fails more than the others, what came back; and marks of fixes."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.html import format_html

from acd.admin_links import list_url
from acd.figures import UNKNOWN, interval, number, percent, q_value, short
from acd.models import ACDContext
from acd.theme import Admin, action, display, when
from patterns.admin_answers import parts
from patterns.admin_insights import address
from patterns.enums import FailureGroup
from patterns.failure_answers import FailingGroup, FailurePattern, Failures, Recurrence
from patterns.models import FailureFix

# Of groups that are not claimed, so many lines; the API and the file list all.
LINES = 30
# Title, and what each is held against.
TITLES = {
    FailureGroup.PHASE: ("Phases", "each beside all other phases"),
    FailureGroup.MODEL: ("Models", "each beside the others in the same phases"),
    FailureGroup.PROVIDER: ("Providers", "each beside the others in the same phases"),
    FailureGroup.APPROACH: ("Approaches", "each beside the others with the same phase and model"),
    FailureGroup.PROMPT: (
        "Prompts",
        f"used at least {settings.PATTERN_MIN_POSTS} times, each beside the others with the same phase and model",
    ),
}


@action(description="Failures", url_path="failures", permissions=["view"], icon="error")
def failures_page(_admin: ModelAdmin, _request: HttpRequest) -> HttpResponse:
    """Leads from the runs to what they teach of failures."""
    return HttpResponseRedirect(address("failure-patterns"))


@parts.register
def _(answer: Failures) -> dict[str, Any]:
    groups = (answer.phases, answer.models, answer.providers, answer.approaches, answer.prompts)
    return {
        "failures": {
            "kinds": [_kind(one) for one in answer.failures],
            "groups": [_table(kind, found) for kind, found in zip(FailureGroup, groups, strict=True)],
            "recurrences": [_back(one) for one in answer.recurrences],
            "rate": percent(100 * settings.FALSE_DISCOVERY_RATE, 0),
        }
    }


def _kind(kind: FailurePattern) -> dict[str, Any]:
    return {
        "failure": kind.failure,
        "url": _runs_url(kind.contexts),
        "phase": _spoken(kind.phase),
        "part": round(100 * kind.share),
        "share": _share(kind.share, kind.share_low, kind.share_high),
        "n": f"{number(kind.n)} of {number(kind.runs)}",
        "message": short(kind.message, 200),
        "advice": kind.advice,
        "fix": _fix_url(kind.phase, kind.failure),
    }


def _table(kind: FailureGroup, found: Sequence[FailingGroup]) -> dict[str, Any]:
    title, beside = TITLES[kind]
    lines = [one for at, one in enumerate(found) if one.claim or at < LINES]
    return {
        "title": title,
        "beside": beside,
        "what": kind.label,
        "long": kind == FailureGroup.PROMPT,
        "lines": [_line(one) for one in lines],
        "left_out": len(found) - len(lines),
    }


def _line(group: FailingGroup) -> dict[str, Any]:
    return {
        "name": _spoken(group.subject) if group.kind == FailureGroup.PHASE else short(group.subject, 120),
        "url": _runs_url(group.contexts),
        "n": f"{number(group.failures)} of {number(group.n)}",
        "part": round(100 * group.share),
        "share": _share(group.share, group.share_low, group.share_high),
        "others": percent(None if group.others is None else 100 * group.others, 0),
        "shrunk": _share(group.shrunk, group.shrunk_low, group.shrunk_high),
        "q": q_value(group.q),
        "claimed": bool(group.claim),
        "advice": group.advice,
    }


def _back(one: Recurrence) -> dict[str, Any]:
    return {
        "failure": one.failure,
        "url": _runs_url(one.contexts),
        "phase": _spoken(one.phase),
        "text": one.text,
        "q": q_value(one.q),
        "advice": one.advice,
        "fix": _fix_url(one.phase, one.failure),
    }


def _spoken(phase: str) -> str:
    return phase.replace("_", " ").capitalize()


def _share(value: float, low: float, high: float) -> str:
    return interval(100 * value, 100 * low, 100 * high, unit="%")


def _runs_url(contexts: Sequence[str]) -> str:
    """The list of these runs; empty where there are none."""
    return list_url(ACDContext, id__in=",".join(contexts)) if contexts else ""


def _fix_url(phase: str, failure: str) -> str:
    """The form that marks a kind of failure as fixed, filled in."""
    return f"{reverse('admin:patterns_failurefix_add')}?{urlencode({'phase': phase, 'failure': failure})}"


@admin.register(FailureFix)
class FailureFixAdmin(Admin):
    """Staff's word that a kind of failure is fixed, with who and when: what fails so later has come back."""

    deletable = True
    list_display = ("__str__", "note", "by", "marked", "runs")
    list_select_related = ("fixed_by",)
    search_fields = ("failure", "phase")
    fields = ("phase", "failure", "note", "fixed_at")
    readonly_fields = ("fixed_at",)

    def has_change_permission(self, _request: HttpRequest, _obj: Model | None = None) -> bool:
        # What was said stays said: a later mark replaces it.
        return False

    def save_model(self, request: HttpRequest, obj: FailureFix, form: Any, change: bool) -> None:
        """Note who says so."""
        obj.fixed_by_id = request.user.pk
        super().save_model(request, obj, form, change)

    @display(description="by", ordering="fixed_by__username")
    def by(self, row: FailureFix) -> str:
        return str(row.fixed_by or UNKNOWN)

    @display(description="marked", ordering="fixed_at")
    def marked(self, row: FailureFix) -> str:
        return when(row.fixed_at)

    @display(description="runs")
    def runs(self, row: FailureFix) -> str:
        return format_html('<a class="text-link" href="{}">Contexts</a>', list_url(ACDContext, q=row.failure))
