"""The numbers of the week at the top of the start page, each with what stands behind it and a list to look further."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Count, F, Q, Sum
from django.db.models.functions import Greatest
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
    posts = week_of_posts(now)
    return [published(posts), genuine(posts), generated(now), at_risk(now), late(posts), to_review()]


def published(posts: dict[str, Any]) -> Card:
    """How many posts went out."""
    url = list_url(SocialMediaPost, published="week")
    return Card("Posts this week", number(posts["published"]), f"{posts['before']:,} the week before", url)


def genuine(posts: dict[str, Any]) -> Card:
    """What people did with the week's posts."""
    url, around = list_url(SocialMediaPost, published="week"), band(posts["low"], posts["high"])
    return Card("Genuine this week", number(posts["genuine"]), filtered_note(posts), url, "good", around)


def generated(now: datetime) -> Card:
    """How many runs there were, and of how many something came."""
    runs = week_of_runs(now)
    failed, note = runs["failed"], f"{runs['failed']:,} failed, {runs['running']:,} under way"
    url = list_url(ACDContext, run="failed" if failed else "running")
    return Card("Runs this week", number(runs["total"]), note, url, "bad" if failed else "")


def at_risk(now: datetime) -> Card:
    """Accounts that a person has to look after."""
    expiring, broken = account_counts(now)
    note = f"{expiring:,} about to expire, {broken:,} cut off"
    url = list_url(SocialAccount, attention="expiring") if expiring else list_url(SocialAccount)
    return Card("Accounts at risk", number(expiring + broken), note, url, "bad" if expiring or broken else "")


def late(posts: dict[str, Any]) -> Card:
    """Posts whose numbers are older than they should be."""
    overdue, failed = posts["overdue"], posts["failed"]
    url, tone = list_url(SocialMediaPost, sync="overdue"), "bad" if overdue or failed else ""
    return Card("Posts late", number(overdue), f"{failed:,} whose last sync failed", url, tone)


def to_review() -> Card:
    """What waits for somebody to decide."""
    n, url = Interaction.objects.to_review().count(), reverse("admin:engagement_interaction_review")
    return Card("To review", number(n), "whom the filter is not sure of", url)


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
        # Where more people were seen than the platform counted, nothing was filtered out.
        filtered=Sum(
            Greatest(F("total_engagement") - F("genuine_engagement"), 0.0), filter=Q(filter_state=FilterState.FILTERED)
        ),
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


def account_counts(now: datetime) -> tuple[int, int]:
    """How many accounts have a token that is about to end, and how many the platform no longer lets in."""
    soon = SocialAccount.objects.expiring(now).exclude(state__in=[*BROKEN, AccountState.PAUSED])
    return soon.count(), SocialAccount.objects.filter(state__in=BROKEN).count()
