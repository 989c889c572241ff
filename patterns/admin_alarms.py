"""What the page of alarms shows, and the alarms of one look as a list."""

from typing import Any

from django.utils.html import format_html, format_html_join

from acd.admin_links import list_url
from acd.figures import interval, number
from patterns.admin_answers import parts
from patterns.alarm_answers import Alarm, Alarms
from patterns.enums import AlarmState
from patterns.models import Pattern, PostPerformance

STATES = {
    AlarmState.ALARM: ("Alarm", "danger"),
    AlarmState.QUIET: ("Quiet", "success"),
    AlarmState.UNKNOWN: ("Unknown", ""),
}
# What the figure of a kind of check is, how it is written, and what its change is.
FIGURES: dict[str, tuple[str, dict[str, Any], float, dict[str, Any]]] = {
    "variety": ("effective number", {"digits": 1}, 1.0, {"digits": 2, "unit": "times"}),
    "repeats": ("share of posts", {"unit": "%"}, 100.0, {"unit": "points"}),
    "audience": ("share of what was seen", {"unit": "%"}, 100.0, {"unit": "points"}),
    "patterns": ("share of active ones", {"unit": "%"}, 100.0, {"unit": "points"}),
}


@parts.register
def _(answer: Alarms) -> dict[str, Any]:
    states = [AlarmState(one.state) for one in answer.checks]
    worst = next(state for state in STATES if state in states)
    return {
        "meaning": answer.meaning,
        "signal": STATES[worst],
        "checks": [_check(answer, one) for one in answer.checks],
    }


def _check(answer: Alarms, one: Alarm) -> dict[str, Any]:
    figure, style, times, change = FIGURES[one.kind]
    state = AlarmState(one.state)
    return {
        "name": one.subject.capitalize(),
        "url": _evidence_url(answer, one),
        "figure": figure,
        "state": STATES[state],
        "now": interval(*_scaled(times, one.value, one.low, one.high), **style),
        "before": interval(*_scaled(times, one.before, one.before_low, one.before_high), **style),
        "change": interval(*_scaled(times, one.change, one.change_low, one.change_high), **change),
        "n": number(one.n) if one.kind == "patterns" else f"{number(one.n)} and {number(one.n_before)}",
        "advice": one.text if state == AlarmState.UNKNOWN else one.advice,
    }


def _scaled(times: float, *values: float | None) -> list[float | None]:
    return [None if value is None else times * value for value in values]


def _evidence_url(answer: Alarms, one: Alarm) -> str:
    """The patterns that ring, or the posts of the window that have been measured."""
    if one.patterns:
        return list_url(Pattern, id__in=",".join(map(str, one.patterns)))
    if one.kind == "patterns" or not one.n:
        return ""
    whose = {"persona__slug": answer.persona} if answer.persona else {}
    since = {"published_at__gt": answer.window.start.isoformat()}
    return list_url(PostPerformance, platform__exact=answer.platform, **since, **whose)


def alarm_list(alarms: list[dict[str, Any]]) -> str:
    """The alarms of a look, each with what to do."""
    if not alarms:
        return "None was told."
    lines = format_html_join("", "<li>{}<br>{}</li>", ((one["text"], one["advice"]) for one in alarms))
    return format_html('<ul class="gator-list">{}</ul>', lines)
