"""What changed from one look to the next: on the page of an extraction, and of a whole platform since last week."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join

from acd.admin_links import link
from acd.figures import effect, number, stacked
from patterns.admin_answers import parts
from patterns.change_answers import ChangedAdvice, Changes
from patterns.changes import OBSERVED
from patterns.effect_plot import Axis, Line
from patterns.enums import PatternKind
from patterns.history import explain, one_before, told_by
from patterns.models import Extraction
from patterns.wording import label

MOST = 50
CHANGES = '<p>{}</p><table class="gator-table"><tbody>{}</tbody></table>{}'
# What became of a piece of advice, by what it was and what it is: words, and the colour of its label.
BECAME = {
    ("", "repeat"): ("New: repeat", "success"),
    ("", "avoid"): ("New: avoid", "warning"),
    ("repeat", ""): ("No longer repeat", ""),
    ("avoid", ""): ("No longer avoid", ""),
    ("repeat", "avoid"): ("Turned: avoid", "warning"),
    ("avoid", "repeat"): ("Turned: repeat", "success"),
    ("repeat", "repeat"): ("Still repeat", "success"),
    ("avoid", "avoid"): ("Still avoid", "warning"),
}
TONES = {"repeat": "gain", "avoid": "loss", "": ""}


def changed(row: Extraction) -> str:
    """Every alarm and advice that is new, gone, turned or rests on other numbers, and what that comes from."""
    before = one_before(row)
    if before is None:
        return "There was no look before it."
    explained = explain(told_by(before), told_by(row))
    head = format_html("Against {}. {}", link(before), explained.causes.words())
    told = [*explained.alarms, *(one.words for one in explained.changes)]
    if not told:
        return format_html("<p>{}</p><p>No advice and no alarm changed.</p>", head)
    lines = format_html_join("", "<tr><td>{}</td></tr>", ((words,) for words in told[:MOST]))
    more = len(told) - MOST
    rest = format_html("<p>And {} more.</p>", more) if more > 0 else ""
    return format_html(CHANGES, head, lines, rest)


@parts.register
def _(answer: Changes) -> dict[str, Any]:
    found = answer.changes
    axis = Axis.reaching(end for one in found for ends in (_now(one), _before(one)) for end in ends)
    looks = [(one.persona, _look_url(one.look), f"{one.as_of:%Y-%m-%d %H:%M} UTC", one.text) for one in answer.looks]
    return {
        "meaning": answer.meaning,
        "signal": ("Changed", "info") if found else ("Unchanged", ""),
        "changes": {"ticks": axis.ticks, "rows": [_row(one, axis) for one in found], "looks": looks},
    }


def _row(one: ChangedAdvice, axis: Axis) -> dict[str, Any]:
    became, colour = BECAME[one.advice_before, one.advice]
    return {
        "name": _name(one.kind, one.subject),
        "persona": one.persona,
        "url": reverse("admin:patterns_pattern_change", args=[one.pattern]) if one.pattern else "",
        "became": became,
        "colour": colour,
        "tone": TONES[one.advice],
        "now": _line(axis, *_now(one)),
        "before": _line(axis, *_before(one)),
        "effect": stacked(effect(*_now(one))),
        "effect_before": stacked(effect(*_before(one))),
        "n": number(one.n),
        "n_before": number(one.n_before),
        "text": one.text,
    }


def _name(kind: str, subject: str) -> str:
    """What was tested stands for itself; what was only observed is named by machines."""
    if kind not in OBSERVED:
        return label(kind, subject)
    words = (word.lower() if word.isupper() else word for word in subject.split())
    return f"{PatternKind(kind).label}: {' '.join(words).replace('_', ' ')}"


def _now(one: ChangedAdvice) -> tuple[float | None, float | None, float | None]:
    return one.effect, one.effect_low, one.effect_high


def _before(one: ChangedAdvice) -> tuple[float | None, float | None, float | None]:
    return one.effect_before, one.effect_before_low, one.effect_before_high


def _line(axis: Axis, middle: float | None, low: float | None, high: float | None) -> Line | None:
    if middle is None or low is None or high is None:
        return None
    return Line(axis.x(middle), axis.x(low), axis.x(high), None, None)


def _look_url(look: int) -> str:
    return reverse("admin:patterns_extraction_change", args=[look])
