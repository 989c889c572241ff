"""The page of failures: what fails, who fails more than the others, and what came back; alarms as a list."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import admin
from django.contrib.admin.options import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html, format_html_join

from acd.admin_links import list_url
from acd.figures import UNKNOWN, interval, number, percent, short
from acd.models import ACDContext
from acd.theme import Admin, action, display, when
from patterns.answers import FailingGroup, FailurePattern, Recurrence
from patterns.enums import FailureGroup
from patterns.failure_questions import failing_groups, failure_kinds
from patterns.models import FailureFix, GenerationOutcome
from patterns.recurrences import recurrences

DAYS, RECURRENCE_DAYS = 30, 90
# Of groups that are not claimed, so many lines; the API lists all.
LINES = 30
TITLES = {
    FailureGroup.PHASE: "Phases",
    FailureGroup.MODEL: "Models",
    FailureGroup.PROVIDER: "Providers",
    FailureGroup.APPROACH: "Approaches",
    FailureGroup.PROMPT: "Prompts",
}
BESIDE = {
    FailureGroup.PHASE: "each beside all other phases",
    FailureGroup.MODEL: "each beside the others in the same phases",
    FailureGroup.PROVIDER: "each beside the others in the same phases",
    FailureGroup.APPROACH: "each beside the others with the same phase and model",
    FailureGroup.PROMPT: "used at least {least} times, each beside the others with the same phase and model",
}


@action(description="Failures", url_path="failures", permissions=["view"], icon="error")
def failures(model_admin: ModelAdmin, request: HttpRequest) -> HttpResponse:
    """What fails, who fails more than the others, and what came back after a fix. All personas."""
    site = model_admin.admin_site.each_context(request) | {"opts": model_admin.opts}
    may_fix = request.user.has_perm("patterns.add_failurefix")
    shown = {"title": "Failures", "may_fix": may_fix, **failures_page(timezone.now())}
    return TemplateResponse(request, "admin/failures.html", site | shown)


def failures_page(now: datetime) -> dict[str, Any]:
    """Everything the page shows, from a fixed number of queries for a fixed number of claims."""
    runs = GenerationOutcome.objects.in_window(now - timedelta(days=DAYS), now)
    back = recurrences(GenerationOutcome.objects.all(), now=now, days=RECURRENCE_DAYS)
    return {
        "days": DAYS,
        "recurrence_days": RECURRENCE_DAYS,
        "kinds": [_kind_line(kind) for kind in failure_kinds(runs)],
        "groups": [_group_table(kind, failing_groups(runs, kind)) for kind in FailureGroup],
        "recurrences": [_recurrence_line(one) for one in back],
        "rate": percent(100 * settings.FALSE_DISCOVERY_RATE, 0),
    }


def _kind_line(kind: FailurePattern) -> dict[str, Any]:
    return {
        "failure": kind.failure,
        "phase": _spoken(kind.phase),
        "part": round(100 * kind.share),
        "share": _share(kind.share, kind.share_low, kind.share_high),
        "n": f"{number(kind.n)} of {number(kind.runs)}",
        "message": short(kind.message, 200),
        "advice": kind.advice,
        "examples": _examples(kind.contexts),
        "fix": _fix_url(kind.phase, kind.failure),
    }


def _group_table(kind: FailureGroup, found: list[FailingGroup]) -> dict[str, Any]:
    shown = [one for at, one in enumerate(found) if one.claim or at < LINES]
    return {
        "title": TITLES[kind],
        "what": kind.label,
        "beside": BESIDE[kind].format(least=settings.PATTERN_MIN_POSTS),
        "lines": [_group_line(one) for one in shown],
        "left_out": len(found) - len(shown),
    }


def _group_line(group: FailingGroup) -> dict[str, Any]:
    return {
        "name": short(_spoken(group.subject) if group.kind == FailureGroup.PHASE else group.subject, 120),
        "n": f"{number(group.failures)} of {number(group.n)}",
        "part": round(100 * group.share),
        "share": _share(group.share, group.share_low, group.share_high),
        "shrunk": _share(group.shrunk, group.shrunk_low, group.shrunk_high),
        "others": percent(None if group.others is None else 100 * group.others, 0),
        "q": _rate(group.q),
        "claimed": bool(group.claim),
        "advice": group.advice,
        "examples": _examples(group.contexts),
    }


def _recurrence_line(one: Recurrence) -> dict[str, Any]:
    return {
        "failure": one.failure,
        "phase": _spoken(one.phase),
        "text": one.text,
        "q": _rate(one.q),
        "advice": one.advice,
        "examples": _examples(one.contexts),
        "fix": _fix_url(one.phase, one.failure),
    }


def _spoken(phase: str) -> str:
    return phase.replace("_", " ").capitalize()


def _rate(q: float | None) -> str:
    # Never as zero, which no test can show.
    return "< 0.001" if q is not None and q < 0.001 else number(q, 3)


def _share(value: float, low: float, high: float) -> str:
    return interval(100 * value, 100 * low, 100 * high, unit="%")


def _examples(contexts: Iterable[str]) -> list[tuple[str, str]]:
    """Address and short name of the newest runs."""
    return [(reverse("admin:acd_acdcontext_change", args=[pk]), pk[-6:]) for pk in contexts]


def _fix_url(phase: str, failure: str) -> str:
    """The form that marks a kind of failure as fixed, filled in."""
    return f"{reverse('admin:patterns_failurefix_add')}?{urlencode({'phase': phase, 'failure': failure})}"


def alarm_list(alarms: list[dict[str, Any]]) -> str:
    """The alarms of a look, each with what to do."""
    if not alarms:
        return UNKNOWN
    lines = format_html_join("", "<li>{} <b>{}</b></li>", ((one["text"], one["advice"]) for one in alarms))
    return format_html('<ul class="gator-concerns">{}</ul>', lines)


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
