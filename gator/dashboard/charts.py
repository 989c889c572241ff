"""The charts of the start page, as the theme's Chart.js reads them."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Greatest, TruncDate

from acd.charts import chart
from acd.enums import State
from acd.figures import interval
from acd.models import ACDContext
from engagement.enums import FilterState, Platform
from engagement.models import SocialMediaPost

DAYS = 30
STATE_COLOURS = {
    State.DONE: "--gator-genuine",
    State.FAILED: "--gator-bad",
    State.PROCESSING: "--gator-info",
    State.READY: "--color-base-300",
    State.PAUSED: "--gator-filtered",
    State.BLOCKED: "--gator-filtered",
    State.CANCELLED: "--color-base-400",
}


def engagement_chart(now: datetime) -> str:
    """Genuine and filtered engagement by the day a post went out, with the band of the genuine part."""
    days = [now.date() - timedelta(days=back) for back in reversed(range(DAYS))]
    found = engagement_per_day(now)

    def series(name: str) -> list[float | None]:
        return [rounded(found[day][name]) if day in found else None for day in days]

    band = {"pointRadius": 0, "borderWidth": 0, "tension": 0.3, "spanGaps": True}
    line = {"tension": 0.3, "borderWidth": 2, "pointRadius": 2, "spanGaps": True}
    return chart(
        [f"{day:%d %b}" for day in days],
        {"label": "Genuine, at least", "data": series("low"), **band},
        {
            "label": "Genuine, at most",
            "data": series("high"),
            "fill": "-1",
            "backgroundColor": "var(--gator-band)",
            **band,
        },
        {"label": "Genuine", "data": series("genuine"), "borderColor": "var(--gator-genuine)", **line},
        {
            "label": "Filtered out",
            "data": series("filtered"),
            "borderColor": "var(--gator-filtered)",
            "borderDash": [5, 4],
            **line,
        },
    )


def engagement_per_day(now: datetime) -> dict[date, dict[str, Any]]:
    """Sums of the measured posts of each day of the window."""
    posts = SocialMediaPost.objects.measured().between(now - timedelta(days=DAYS), now)
    rows = posts.order_by().annotate(day=TruncDate("published_at")).values("day")
    summed = rows.annotate(
        genuine=Sum("genuine_engagement"),
        low=Sum("genuine_low"),
        high=Sum("genuine_high"),
        # Post by post: where more people were seen than the platform counted, nothing was filtered out. Nor was it
        # where nobody can be seen: there the genuine part is not known.
        filtered=Sum(
            Greatest(F("total_engagement") - F("genuine_engagement"), 0.0), filter=Q(filter_state=FilterState.FILTERED)
        ),
    )
    return {row["day"]: dict(row) for row in summed}


def state_chart(now: datetime) -> dict[str, Any]:
    """Runs of the window by their state."""
    counts = ACDContext.objects.since(now - timedelta(days=DAYS)).counts("state")
    known = [(state, counts[state]) for state in State if counts.get(state)]
    colours = [f"var({STATE_COLOURS[state]})" for state, _ in known]
    data = {"data": [n for _, n in known], "backgroundColor": colours}
    return {
        "data": chart([state.label for state, _ in known], data),
        "legend": [(state.label, n, STATE_COLOURS[state]) for state, n in known],
    }


def platform_chart(now: datetime) -> dict[str, Any]:
    """Published posts of the window by platform, with the part of the engagement that is genuine."""
    posts = SocialMediaPost.objects.published().between(now - timedelta(days=DAYS), now)
    rows = (
        posts.order_by()
        .values("platform")
        .annotate(
            n=Count("pk"),
            genuine=Sum("genuine_engagement"),
            low=Sum("genuine_low"),
            high=Sum("genuine_high"),
            total=Sum("total_engagement", filter=~Q(genuine_engagement=None)),
        )
    )
    found = {row["platform"]: row for row in rows}
    shown = [platform for platform in Platform if platform in found]
    colours = [f"var(--gator-{platform})" for platform in shown]
    bars = {"data": [found[p]["n"] for p in shown], "backgroundColor": colours, "maxBarThickness": 44}
    return {
        "data": chart([p.label for p in shown], bars | {"displayYAxis": True}),
        "legend": [(p.label, found[p]["n"], genuine_share(found[p]), f"--gator-{p}") for p in shown],
    }


def genuine_share(row: Mapping[str, Any]) -> str:
    """The genuine part of the engagement in percent, with its interval: wide where nobody can be seen."""
    total = row["total"]
    ends = [min(100.0, 100 * row[name] / total) if total else None for name in ("genuine", "low", "high")]
    return interval(*ends, unit="%", whole=100)


def rounded(value: float | None) -> float | None:
    """A whole number for the axis; unknown stays unknown."""
    return None if value is None else round(value)
