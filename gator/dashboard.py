"""The start page: what happened, how sure it is and what needs somebody. The database does the grouping."""

import json
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate
from django.http import HttpRequest
from django.utils import timezone

from acd.admin_links import list_url, page_url
from acd.enums import State
from acd.figures import ago, interval, number, share, short
from acd.models import ACDContext
from engagement.enums import AccountState, Platform, PostStatus
from engagement.models import SocialAccount, SocialMediaPost
from gator.studio.models import Persona
from patterns.models import Pattern

DAYS = 30
WEEK = timedelta(days=7)
ROWS = 6
BROKEN = (AccountState.EXPIRED, AccountState.REVOKED)
ENDING = "Its token is about to end: set a new one."
REMEDIES = {
    AccountState.EXPIRED: "Its token has ended: set a new one.",
    AccountState.REVOKED: "The platform took its access away: connect it again.",
}
STATE_COLOURS = {
    State.DONE: "--gator-genuine",
    State.FAILED: "--gator-bad",
    State.PROCESSING: "--gator-info",
    State.READY: "--color-base-300",
    State.PAUSED: "--gator-filtered",
    State.BLOCKED: "--gator-filtered",
    State.CANCELLED: "--color-base-400",
}


@dataclass(frozen=True)
class Card:
    """One number of the top row, what stands behind it, and where to look further."""

    title: str
    value: str
    note: str
    url: str
    tone: str = ""
    band: str = ""


@dataclass(frozen=True)
class Concern:
    """One thing that needs somebody, and why."""

    kind: str
    name: str
    reason: str
    when: str
    url: str


def dashboard(_request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Everything the start page shows, added to its context."""
    now = timezone.now()
    is_empty = not Persona.objects.exists()
    extra = {"is_empty": True} if is_empty else {"is_empty": False, **figures(now)}
    return context | {"title": "Start"} | extra


def figures(now: datetime) -> dict[str, Any]:
    """The parts of the start page, from a fixed number of queries."""
    return {
        "cards": cards(now),
        "engagement": engagement_chart(now),
        "states": state_chart(now),
        "platforms": platform_chart(now),
        "patterns": newest_patterns(),
        "concerns": concerns(now),
        "days": DAYS,
    }


def cards(now: datetime) -> list[Card]:
    """The numbers of the week."""
    posts, runs, accounts = week_of_posts(now), week_of_runs(now), account_counts(now)
    failed, ill = runs["failed"], accounts["expiring"] + accounts["broken"]
    return [
        Card(
            "Posts this week",
            number(posts["published"]),
            f"{posts['before']:,} the week before",
            list_url(SocialMediaPost, published="week"),
        ),
        Card(
            "Genuine this week",
            number(posts["genuine"]),
            filtered_note(posts),
            list_url(SocialMediaPost, published="week"),
            "good",
            band(posts["low"], posts["high"]),
        ),
        Card(
            "Runs this week",
            number(runs["total"]),
            f"{failed:,} failed, {runs['running']:,} under way",
            list_url(ACDContext, run="failed" if failed else "running"),
            "bad" if failed else "",
        ),
        Card(
            "Accounts at risk",
            number(ill),
            f"{accounts['expiring']:,} about to expire, {accounts['broken']:,} cut off",
            list_url(SocialAccount, attention="expiring") if accounts["expiring"] else list_url(SocialAccount),
            "bad" if ill else "",
        ),
        Card(
            "Posts late",
            number(posts["overdue"]),
            f"{posts['failed']:,} whose last sync failed",
            list_url(SocialMediaPost, sync="overdue"),
            "bad" if posts["overdue"] or posts["failed"] else "",
        ),
    ]


def band(low: float | None, high: float | None) -> str:
    """The interval of a figure; empty where it is unknown."""
    return "" if low is None or high is None else f"{number(low)}–{number(high)}"


def filtered_note(posts: dict[str, Any]) -> str:
    """What share of the week's engagement was not people's."""
    if not posts["total"]:
        return "Nothing measured yet"
    return f"{share(posts['total'] - posts['genuine'], posts['total'])} of {posts['total']:,} filtered out"


def week_of_posts(now: datetime) -> dict[str, Any]:
    """Posts of this week and the last, their engagement, what is late. Bounds add up to the widest case."""
    posts = SocialMediaPost.objects.all()
    recent = posts.measured().between(now - WEEK, now)
    sums = recent.aggregate(
        genuine=Sum("genuine_engagement"),
        low=Sum("genuine_low"),
        high=Sum("genuine_high"),
        total=Sum("total_engagement"),
    )
    return sums | {
        "published": posts.published().between(now - WEEK, now).count(),
        "before": posts.published().between(now - 2 * WEEK, now - WEEK).count(),
        "overdue": posts.overdue(now).count(),
        "failed": posts.sync_failed().count(),
    }


def week_of_runs(now: datetime) -> dict[str, int]:
    """Runs of this week by what became of them."""
    runs = ACDContext.objects.since(now - WEEK)
    return runs.aggregate(
        total=Count("pk"),
        failed=Count("pk", filter=Q(state=State.FAILED)),
        running=Count("pk", filter=Q(state=State.PROCESSING)),
    )


def account_counts(now: datetime) -> dict[str, int]:
    """Accounts whose token is about to end, and those the platform no longer lets in."""
    soon = SocialAccount.objects.expiring(now).exclude(state__in=[*BROKEN, AccountState.PAUSED])
    return {"expiring": soon.count(), "broken": SocialAccount.objects.filter(state__in=BROKEN).count()}


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
        filtered=Sum("total_engagement") - Sum("genuine_engagement"),
    )
    return {row["day"]: row for row in summed}


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
            total=Sum("total_engagement", filter=~Q(genuine_engagement=None)),
        )
    )
    found = {row["platform"]: row for row in rows}
    shown = [platform for platform in Platform if platform in found]
    colours = [f"var(--gator-{platform})" for platform in shown]
    bars = {"data": [found[p]["n"] for p in shown], "backgroundColor": colours, "maxBarThickness": 44}
    return {
        "data": chart([p.label for p in shown], bars | {"displayYAxis": True}),
        "legend": [
            (p.label, found[p]["n"], share(found[p]["genuine"], found[p]["total"]), f"--gator-{p}") for p in shown
        ],
    }


def newest_patterns() -> list[dict[str, str]]:
    """What was learned last and still informs generations."""
    rows = Pattern.objects.active().select_related("persona").order_by("-learned_at", "-pk")[:ROWS]
    return [
        {
            "text": short(row.strategy, 170),
            "advice": row.get_advice_display(),
            "tone": row.advice,
            "persona": str(row.persona),
            "platform": Platform(row.platform).label if row.platform else "",
            "n": number(row.n),
            "interval": effect_of(row),
            "url": page_url(row),
        }
        for row in rows
    ]


def effect_of(row: Pattern) -> str:
    """The size of a pattern with its interval."""
    if row.effect is None:
        return interval(row.mean, row.low, row.high, digits=1)
    return interval(row.effect, row.effect_low, row.effect_high, digits=2)


def concerns(now: datetime) -> list[Concern]:
    """What needs somebody: accounts first, since everything else waits for them."""
    return [*account_concerns(now), *post_concerns(now), *run_concerns(now)]


def account_concerns(now: datetime) -> list[Concern]:
    """Accounts that are cut off or soon will be."""
    ill = Q(state__in=BROKEN) | Q(pk__in=SocialAccount.objects.expiring(now).values("pk"))
    rows = SocialAccount.objects.filter(ill).exclude(state=AccountState.PAUSED).defer("access_token", "refresh_token")
    return [
        Concern(
            account.get_state_display(),
            str(account),
            short(account.last_error, 110) or REMEDIES.get(account.state, ENDING),
            f"token ends {ago(account.token_expires_at, now)}" if account.token_expires_at else "",
            page_url(account),
        )
        for account in rows.order_by("token_expires_at", "pk")[:ROWS]
    ]


def post_concerns(now: datetime) -> list[Concern]:
    """Posts that could not be published or read."""
    stuck = Q(status__in=[PostStatus.UNKNOWN, PostStatus.FAILED])
    failed = Q(pk__in=SocialMediaPost.objects.sync_failed().values("pk"))
    rows = SocialMediaPost.objects.filter(stuck | failed).defer("raw").order_by("-created_at", "-pk")[:ROWS]
    return [
        Concern(
            f"Post {post.get_status_display().lower()}" if post.status != PostStatus.PUBLISHED else "Sync failed",
            short(str(post), 60),
            short(post.status_reason or post.sync_error, 110),
            ago(post.last_synced_at or post.created_at, now),
            page_url(post),
        )
        for post in rows
    ]


def run_concerns(now: datetime) -> list[Concern]:
    """Runs that failed this week."""
    rows = ACDContext.objects.failed().since(now - WEEK).defer("initial_context", "metadata")[:ROWS]
    return [
        Concern(
            "Run failed",
            str(run),
            short(f"{run.error_class}: {run.error_message}", 110),
            ago(run.created_at, now),
            page_url(run),
        )
        for run in rows
    ]


def chart(labels: list[str], *datasets: dict[str, Any]) -> str:
    """The data of a chart as the theme's script reads it."""
    return json.dumps({"labels": labels, "datasets": list(datasets)})


def rounded(value: float | None) -> float | None:
    """A whole number for the axis; unknown stays unknown."""
    return None if value is None else round(value)
