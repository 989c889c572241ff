"""How a post compares with what its account's earlier posts lead to expect.

Posts are compared once they are a week old, when their numbers hardly move: a young post beside old ones would always
look weak.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F

from engagement.metrics import USUAL_POSTS, difference_from_average, expected, percentile
from engagement.models import SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet

MATURE = timedelta(days=7)
COMPARED = ("lift", "vs_average", "average_n", "percentile")

# What makes posts comparable; the names are the columns.
GROUP = ("persona_id", "account_id", "platform", "media_kind", "basis")


# What is read of an earlier post.
READ = ("published_at", "pk", "engagement_rate", "genuine_engagement")


class Earlier(NamedTuple):
    """A post that others are compared with. They sort by time."""

    published_at: datetime
    pk: int
    rate: float | None
    log: float


Past = list[Earlier]


def compare(posts: Collection[SocialMediaPost]) -> None:
    """Put lift, difference from average and percentile on posts; None where one is young or has too few before it.

    Nothing is written: the posts given may hold numbers that are not stored yet, and are compared by those.
    """
    for post in posts:
        _clear(post)
    groups: dict[tuple[Any, ...], list[SocialMediaPost]] = defaultdict(list)
    for post in filter(_is_mature, posts):
        groups[tuple(getattr(post, name) for name in GROUP)].append(post)
    others = SocialMediaPost.objects.exclude(pk__in=[post.pk for post in posts])
    for group, members in groups.items():
        past = _past(members, others.filter(**dict(zip(GROUP, group, strict=True))))
        for post in members:
            _compare(post, _before(post, past))


def _past(members: Sequence[SocialMediaPost], others: SocialMediaPostQuerySet) -> Past:
    """What the members of a group are compared with: others of it as they are stored, and each other as given."""
    mature = others.measured().filter(last_synced_at__gte=F("published_at") + MATURE)
    moments = [post.published_at for post in members if post.published_at]
    rows = [row for past in mature.leading_to(moments, USUAL_POSTS) for row in past.values_list(*READ)]
    rows += [tuple(getattr(post, name) for name in READ) for post in members]
    return sorted(Earlier(moment, pk, rate, math.log1p(genuine)) for moment, pk, rate, genuine in rows)


def _is_mature(post: SocialMediaPost) -> bool:
    if post.published_at is None or post.last_synced_at is None or post.genuine_engagement is None:
        return False
    return post.last_synced_at - post.published_at >= MATURE


def _before(post: SocialMediaPost, past: Past) -> Past:
    end = bisect_left(past, post.published_at, key=lambda earlier: earlier.published_at)
    return past[max(0, end - USUAL_POSTS) : end]


def _clear(post: SocialMediaPost) -> None:
    post.lift = post.vs_average = post.average_n = post.percentile = None


def _compare(post: SocialMediaPost, before: Past) -> None:
    logs = [earlier.log for earlier in before]
    usual = expected(logs)
    if usual is None or post.genuine_engagement is None:
        return
    log = math.log1p(post.genuine_engagement)
    post.lift, post.average_n = log - usual, len(before)
    if post.engagement_rate is None:
        # Without a basis the log of the count is compared; its difference is told in percent as well.
        post.vs_average, post.percentile = 100 * math.expm1(post.lift), percentile(log, logs)
        return
    rates = [earlier.rate for earlier in before if earlier.rate is not None]
    post.vs_average = difference_from_average(post.engagement_rate, expected(rates))
    post.percentile = percentile(post.engagement_rate, rates)
