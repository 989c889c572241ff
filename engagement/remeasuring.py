"""Deleting interactions as if they had never been: everything that took something from them is made anew.

What one person's comments may have changed, from near to far: verdicts of others on the same posts and on other posts
of these accounts (texts that repeat, who acts together, what is known of authors, the usual pace); the numbers of all
posts of these accounts, whose history is the estimate's prior and which are compared with one another; and, through the
platform's history, numbers of accounts that have next to none of their own.
"""

import logging
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F, Min, Q, QuerySet

from engagement.assessment import assess_posts
from engagement.enums import FilterState
from engagement.estimation import PRIOR_STRENGTH
from engagement.models import Interaction, SocialMediaPost
from engagement.priors import FEWEST_POSTS, Found, found_under, newest_of, newest_on
from engagement.querysets import SocialMediaPostQuerySet
from engagement.remembered import REMEMBERED

logger = logging.getLogger(__name__)

# What engagement says of a post.
NUMBERS = (
    "observed_count",
    "genuine_count",
    "bot_count",
    "persona_count",
    "unsure_count",
    "genuine_engagement",
    "genuine_low",
    "genuine_high",
    "engagement_rate",
    "rate_low",
    "rate_high",
    "lift",
    "vs_average",
    "average_n",
    "percentile",
)

Posts = QuerySet[SocialMediaPost]
Numbers = dict[int, tuple[Any, ...]]


@dataclass(frozen=True)
class Moved:
    """A number of a post before and after; the post is ours, so it may be named."""

    post: int
    number: str
    before: float | None
    after: float | None


def measure_without(gone: QuerySet[Interaction], touched: Posts, now: datetime) -> tuple[list[Moved], int]:
    """Delete interactions and make anew what rested on them: the numbers that moved, and how many posts were measured.

    `touched` are the posts the interactions are on. A post whose numbers moved has no grade until it is graded again.
    """
    reach = _reach(touched)
    history = _history(reach.platforms)
    before = _numbers(reach.near())
    gone.delete()
    broken = _settle(reach, now)
    moved_on = {platform for platform, totals in _history(reach.platforms).items() if totals != history[platform]}
    return _far(reach, moved_on, before, broken, now)


def measure_around(touched: Posts, now: datetime, *, moved: Collection[int] = ()) -> tuple[list[Moved], int]:
    """The same where what `touched` rests on is gone or was decided otherwise already.

    `touched` are the posts themselves, or those beside one that is gone; `moved` are those whose own numbers are new
    already. How their platform's history was before nobody knows any more: it is taken to have moved.
    """
    _ungrade(set(moved))
    reach = _reach(touched)
    before = _numbers(reach.near())
    broken = _settle(reach, now)
    return _far(reach, reach.platforms, before, broken, now)


@dataclass(frozen=True)
class Reach:
    """How far something about posts goes: the posts, their accounts and since when, their platforms."""

    ids: list[int]
    accounts: set[int]
    platforms: set[str]
    since: dict[int, datetime]

    def near(self) -> SocialMediaPostQuerySet:
        """The posts of these accounts."""
        return _measured().filter(Q(account__in=self.accounts) | Q(pk__in=self.ids))


def _reach(touched: Posts) -> Reach:
    return Reach(
        ids=list(touched.values_list("pk", flat=True)),
        accounts=set(touched.exclude(account=None).order_by().values_list("account", flat=True)),
        platforms=set(touched.order_by().values_list("platform", flat=True)),
        since=_since(touched),
    )


def _settle(reach: Reach, now: datetime) -> set[int]:
    """Judge and measure anew what is near; the posts on which the filter failed."""
    broken = _assess(_judged_anew(reach), now)
    # Once more without judging: only now are the counts of all these posts settled, which are each other's prior.
    return broken | _assess(reach.near(), now, only_new=True)


def _far(
    reach: Reach, platforms: Iterable[str], before: Numbers, broken: set[int], now: datetime
) -> tuple[list[Moved], int]:
    far = _leaning(platforms).exclude(pk__in=reach.near().values("pk"))
    before |= _numbers(far)
    broken |= _assess(far, now, only_new=True)
    # Verdicts there may still rest on what is gone, so nothing learns from them.
    SocialMediaPost.objects.filter(pk__in=broken).update(filter_state=FilterState.UNFILTERED)
    moved = list(_moved(before))
    _ungrade({one.post for one in moved})
    return moved, len(before)


def _measured() -> SocialMediaPostQuerySet:
    """Posts that have numbers to be made anew; what waits for its first is measured without them anyway."""
    return SocialMediaPost.objects.exclude(measured_at=None)


def _assess(posts: Posts, now: datetime, *, only_new: bool = False) -> set[int]:
    """Assess posts; those on which the filter failed."""
    # Oldest first, as they are assessed: a part learns from those before it.
    every = list(posts.only("published_at").order_by(F("published_at").asc(nulls_last=True), "pk"))
    parts = [every[start : start + settings.ASSESS_BATCH] for start in range(0, len(every), settings.ASSESS_BATCH)]
    return {pk for part in parts for pk in _assess_part(part, now, only_new=only_new)}


def _assess_part(posts: Sequence[SocialMediaPost], now: datetime, *, only_new: bool) -> set[int]:
    try:
        assess_posts(posts, now=now, only_new=only_new)
    except Exception:  # strangers' words may break a layer in any way, and a person has a right to be forgotten
        if len(posts) > 1:
            return {pk for post in posts for pk in _assess_part([post], now, only_new=only_new)}
        logger.exception("The filter failed on %s", posts[0])
        return {posts[0].pk}
    return set()


def _numbers(posts: Posts) -> Numbers:
    return {pk: tuple(values) for pk, *values in posts.order_by().values_list("pk", *NUMBERS)}


def _since(touched: Posts) -> dict[int, datetime]:
    """By account, the moment of the oldest touched post."""
    rows = touched.exclude(account=None).exclude(published_at=None).order_by().values("account")
    return dict(rows.annotate(oldest=Min("published_at")).values_list("account", "oldest"))


def _judged_anew(reach: Reach) -> Posts:
    """The posts on which somebody's verdict may have rested on what is gone: texts and company are looked for in both
    directions, and an author's record and the pace in the posts after it, however far that leads.
    """
    found = Q(pk__in=reach.ids)
    for account in reach.accounts:
        if account in reach.since:
            found |= Q(account=account, published_at__gt=reach.since[account] - REMEMBERED)
    return _measured().filter(found)


def _history(platforms: Iterable[str]) -> dict[str, Found]:
    """What the newest posts of each platform teach the estimates of others."""
    return {platform: found_under(newest_on(platform)) for platform in platforms}


def _leaning(platforms: Iterable[str]) -> Posts:
    """Posts of accounts with so little history of their own that the platform's takes part in their estimates."""
    rows = _measured().filter(platform__in=platforms).order_by()
    accounts = rows.exclude(account=None).values_list("account", flat=True).distinct()
    weak = [account for account in list(accounts) if _may_lean(found_under(newest_of(account)))]
    return rows.filter(Q(account=None) | Q(account__in=weak))


def _may_lean(found: Found) -> bool:
    """Whether the others leave any one of these posts with too little."""
    seen = [genuine + bots for genuine, bots in found.values() if genuine + bots]
    return sum(seen) - max(seen, default=0) < PRIOR_STRENGTH or len(seen) <= FEWEST_POSTS


def _moved(before: Numbers) -> Iterable[Moved]:
    ids = sorted(before)
    for start in range(0, len(ids), settings.ASSESS_BATCH):
        after = _numbers(SocialMediaPost.objects.filter(pk__in=ids[start : start + settings.ASSESS_BATCH]))
        for pk, values in after.items():
            for name, old, new in zip(NUMBERS, before[pk], values, strict=True):
                if old != new:
                    yield Moved(pk, name, old, new)


def _ungrade(posts: set[int]) -> None:
    """A grade that rests on numbers that moved is none, whatever moment it bears."""
    ids = sorted(posts)
    for start in range(0, len(ids), settings.ASSESS_BATCH):
        SocialMediaPost.objects.filter(pk__in=ids[start : start + settings.ASSESS_BATCH]).update(
            grade=None, graded_at=None
        )
