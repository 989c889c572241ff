"""What changed from one look to the next, on the page of an extraction."""

from django.utils.html import format_html, format_html_join

from acd.admin_links import link
from patterns.history import explain, one_before, told_by
from patterns.models import Extraction

MOST = 50
CHANGES = '<p>{}</p><table class="gator-table"><tbody>{}</tbody></table>{}'


def changed(row: Extraction) -> str:
    """Every advice that is new, gone, turned or rests on other numbers, and what that comes from."""
    before = one_before(row)
    if before is None:
        return "There was no look before it."
    explained = explain(told_by(before), told_by(row))
    head = format_html("Against {}. {}", link(before), explained.causes.words())
    if not explained.changes:
        return format_html("<p>{}</p><p>No advice changed.</p>", head)
    lines = format_html_join("", "<tr><td>{}</td></tr>", ((one.words,) for one in explained.changes[:MOST]))
    more = len(explained.changes) - MOST
    rest = format_html("<p>And {} more.</p>", more) if more > 0 else ""
    return format_html(CHANGES, head, lines, rest)
