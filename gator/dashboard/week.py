"""The numbers of the week at the top of the start page, each with what stands behind it and a list to look further."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.urls import reverse

from acd.admin_links import list_url
from acd.enums import State
from acd.figures import number, share
from acd.models import ACDContext
from engagement.enums import AccountState, FilterState
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.querysets import BROKEN

WEEK = timedelta(days=7)


@dataclass(frozen=True)
class Card:
    """One number of the top row, what stands behind it, and where to look further."""

    title: str
    value: str
    note: str
    url: str
    tone: str = ""
    band: str = ""


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
        Card(
            "To review",
            number(Interaction.objects.to_review().count()),
            "whom the filter is not sure of",
            reverse("admin:engagement_interaction_review"),
        ),
    ]


def band(low: float | None, high: float | None) -> str:
    """The interval of a figure; empty where it is unknown."""
    return "" if low is None or high is None else f"{number(low)}–{number(high)}"


def filtered_note(posts: dict[str, Any]) -> str:
    """What share of the week's engagement was not people's, and how much nobody can be filtered out of."""
    if not posts["total"]:
        return "Nothing measured yet"
    unseen = posts["unseen"] or 0
    filterable = posts["total"] - unseen
    told = [f"{share(posts['filtered'], filterable)} of {filterable:,} filtered out"] if filterable else []
    return ", ".join([*told, f"{unseen:,} where nobody can be seen"] if unseen else told)


def week_of_posts(now: datetime) -> dict[str, Any]:
    """Posts of this week and the last, their engagement, what is late. Bounds add up to the widest case."""
    posts = SocialMediaPost.objects.all()
    recent = posts.measured().between(now - WEEK, now)
    sums = recent.aggregate(
        genuine=Sum("genuine_engagement"),
        low=Sum("genuine_low"),
        high=Sum("genuine_high"),
        total=Sum("total_engagement"),
        unseen=Sum("total_engagement", filter=Q(filter_state=FilterState.UNOBSERVED)),
        filtered=Sum(F("total_engagement") - F("genuine_engagement"), filter=Q(filter_state=FilterState.FILTERED)),
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
