"""The page of one post: its timeline, when comments arrived by verdict, raw beside filtered, and everybody seen."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.contrib.admin.options import ModelAdmin
from django.contrib.admin.utils import unquote
from django.core.paginator import Paginator
from django.db.models import Count, Max, Min, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse

from acd.admin_links import page_url
from acd.charts import LINE, STACKED, chart, points
from acd.figures import UNKNOWN, interval, number, percent
from acd.theme import action
from engagement.admin.why import VERDICT_COLOURS, VERDICT_LINES, cut_offs_in_force, explained, reasons_of
from engagement.enums import Basis, FilterState, Verdict
from engagement.intervals import wilson
from engagement.models import Interaction, SocialMediaPost

SHOWN = 25
# The newest snapshots that are drawn; the ladder takes about a hundred in the life of a post.
MOST_SNAPSHOTS = 300
# Arrivals are counted by the hour where they lie within so many days, else by the day; slots that are drawn.
BY_HOUR = timedelta(days=3)
MOST_SLOTS = 400
COUNTED = {
    "likes": ("Likes", "--gator-genuine"),
    "comments": ("Comments", "--gator-info"),
    "shares": ("Shares", "--gator-filtered"),
    "reach": ("Reach", "--color-base-400"),
}
UNJUDGED = "Not assessed"


@action(description="Timeline and people", url_path="timeline", permissions=["view"], icon="monitoring")
def timeline(admin: ModelAdmin, request: HttpRequest, object_id: str) -> HttpResponse:
    """Everything that tells how a post did, with whom, and how sure that is."""
    post = admin.get_object(request, unquote(object_id))
    if not isinstance(post, SocialMediaPost):
        raise Http404
    context = {
        "title": f"Timeline: {post}",
        "post": post,
        "post_url": page_url(post),
        "snapshots": snapshots(post),
        "arrivals": arrivals(post),
        "figures": figures(post),
        **_people(admin, request, post),
    }
    return TemplateResponse(request, "admin/timeline.html", admin.admin_site.each_context(request) | context)


def snapshots(post: SocialMediaPost) -> dict[str, Any]:
    """What the platform counted over time, as lines and as a table; unknown numbers are gaps."""
    rows = post.snapshots.order_by("-observed_at").values("observed_at", *COUNTED)[:MOST_SNAPSHOTS]
    seen = list(rows)
    if not seen:
        return {}
    begin = post.published_at or seen[-1]["observed_at"]
    hours = [(row["observed_at"] - begin).total_seconds() / 3600 for row in reversed(seen)]
    unit, size = ("days", 24) if hours[-1] > 72 else ("hours", 1)
    known = [name for name in COUNTED if any(row[name] is not None for row in seen)]
    lines = [_line(name, [h / size for h in hours], [row[name] for row in reversed(seen)]) for name in known]
    table = [(f"{row['observed_at']:%Y-%m-%d %H:%M}", [number(row[name]) for name in COUNTED]) for row in seen]
    return {
        "data": chart([], *lines),
        "unit": unit,
        "legend": [COUNTED[name] for name in known],
        "unknown": [COUNTED[name][0].lower() for name in COUNTED if name not in known],
        "names": [label for label, _ in COUNTED.values()],
        "table": table,
    }


def _line(name: str, across: list[float], up: list[float | None]) -> dict[str, Any]:
    label, colour = COUNTED[name]
    axis = "reach" if name == "reach" else "y"
    return {"label": label, "data": points(across, up), "borderColor": f"var({colour})", "yAxisID": axis, **LINE}


def arrivals(post: SocialMediaPost) -> dict[str, Any]:
    """When what was seen had been made, by verdict: a wave of bots stands out."""
    visible = Interaction.objects.visible().filter(post=post)
    span = visible.aggregate(first=Min("occurred_at"), last=Max("occurred_at"), untimed=_untimed())
    if span["first"] is None:
        return {"untimed": span["untimed"]}
    by_hour = span["last"] - span["first"] <= BY_HOUR
    found = slots(visible.arrivals(by_hour))
    verdicts = [*Verdict.values, *([""] if any("" in counts for _, counts in found) else [])]
    return {
        "data": _stacked(found, by_hour),
        "by": "hour" if by_hour else "day",
        "verdicts": [(verdict.label, VERDICT_LINES[verdict]) for verdict in Verdict],
        "table": [(_slot_name(slot, by_hour), [counts.get(v, 0) for v in verdicts]) for slot, counts in found],
        "names": [Verdict(verdict).label if verdict else UNJUDGED for verdict in verdicts],
        "untimed": span["untimed"],
    }


def _untimed() -> Count:
    return Count("pk", filter=Q(occurred_at=None))


def slots(rows: Iterable[dict[str, Any]]) -> list[tuple[datetime, dict[str, int]]]:
    """The slots in which something was made, each with how many by verdict; the newest so many."""
    found: dict[datetime, dict[str, int]] = {}
    for row in rows:
        found.setdefault(row["slot"], {})[row["final_verdict"]] = row["n"]
    return sorted(found.items())[-MOST_SLOTS:]


def _stacked(found: Sequence[tuple[datetime, dict[str, int]]], by_hour: bool) -> str:
    bands = [(verdict.value, verdict.label, VERDICT_LINES[verdict]) for verdict in Verdict]
    bands.append(("", UNJUDGED, "--color-base-300"))
    labels = [_slot_name(slot, by_hour)[5:] for slot, _ in found]
    return chart(
        labels,
        *(
            {
                "label": label,
                "data": [counts.get(verdict, 0) for _, counts in found],
                "backgroundColor": f"var({colour})",
                **STACKED,
            }
            for verdict, label, colour in bands
        ),
    )


def _slot_name(slot: datetime, by_hour: bool) -> str:
    return f"{slot:%Y-%m-%d %H:%M}" if by_hour else f"{slot:%Y-%m-%d}"


def figures(post: SocialMediaPost) -> list[tuple[str, str, str]]:
    """What is measured, raw and filtered side by side. Unknown is said, never zero."""
    of = f" of {Basis(post.basis).label.lower()}" if post.basis and post.basis != Basis.COUNT else ""
    raw, raw_rate = post.total_engagement, post.raw_rate
    genuine = rate = UNKNOWN
    if post.filter_state != FilterState.UNFILTERED:
        genuine = interval(post.genuine_engagement, post.genuine_low, post.genuine_high, whole=raw)
        rate = interval(post.engagement_rate, post.rate_low, post.rate_high, digits=2, unit="%", whole=raw_rate)
    return [
        ("Engagement", _told(number(raw)), _told(genuine)),
        ("Rate", _told(percent(raw_rate, 2), of), _told(rate, of)),
        ("Seen one by one", _told(number(post.observed_count or None)), _told(_seen(post))),
    ]


def _told(text: str, after: str = "") -> str:
    return "unknown" if text == UNKNOWN else f"{text}{after}"


def _seen(post: SocialMediaPost) -> str:
    if not post.observed_count:
        return UNKNOWN
    share = wilson(post.genuine_count, post.observed_count)
    ends = (100 * share.low, 100 * share.high) if share else (None, None)
    part = interval(100 * post.genuine_count / post.observed_count, *ends, unit="%")
    return f"{post.genuine_count:,} genuine, {part}"


def _people(admin: ModelAdmin, request: HttpRequest, post: SocialMediaPost) -> dict[str, Any]:
    """Everybody who was seen, by verdict and paged, with the reasons."""
    visible = Interaction.objects.visible().filter(post=post)
    counts = visible.verdict_counts()
    asked = request.GET.get("verdict", "")
    chosen = visible.filter(final_verdict=asked) if asked in Verdict.values else visible
    page = Paginator(chosen.order_by("-occurred_at", "-pk"), SHOWN).get_page(request.GET.get("p"))
    return {
        "page": page,
        "items": _items(page),
        "query": f"verdict={asked}" if asked in Verdict.values else "",
        "asked": asked,
        "shares": _shares(counts),
        "seen": sum(counts.values()),
        "unsure": counts[Verdict.UNSURE],
        "review_url": f"{reverse('admin:engagement_interaction_review')}?post={post.pk}",
    }


def _items(rows: Iterable[Interaction]) -> list[dict[str, Any]]:
    bounds = cut_offs_in_force()
    return [
        {
            "row": row,
            "url": page_url(row),
            "verdict": Verdict(row.final_verdict).label if row.final_verdict else UNJUDGED,
            "colour": VERDICT_COLOURS.get(row.final_verdict, ""),
            "reasons": reasons_of(row),
            "explained": "A person decided it." if row.override else explained(row, bounds),
        }
        for row in rows
    ]


def _shares(counts: dict[str, int]) -> list[dict[str, Any]]:
    """Each verdict with its number and share of all that was seen."""
    total = sum(counts.values())
    named = [(value, Verdict(value).label if value else UNJUDGED, n) for value, n in counts.items() if n]
    return [
        {
            "value": value,
            "label": label,
            "n": n,
            "share": percent(100 * n / total, 0),
            "part": round(100 * n / total),
            "colour": VERDICT_LINES[Verdict(value)] if value else "--color-base-300",
        }
        for value, label, n in named
    ]
