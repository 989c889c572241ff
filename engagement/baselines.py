"""How a post compares with what its account's earlier posts lead to expect.

Posts are compared once they are a week old, when their numbers hardly move: a young post beside old ones would always
look weak.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from django.db.models import F

from engagement.keys import these
from engagement.metrics import USUAL_POSTS, difference_from_average, expected, percentile
from engagement.models import SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet

MATURE = timedelta(days=7)
COMPARED = ("lift", "vs_average", "average_n", "percentile")

# What makes posts comparable; the names are the columns.
GROUP = ("persona_id", "account_id", "platform", "media_kind", "basis")
READ = ("engagement_rate", "genuine_engagement")


class Numbers(NamedTuple):
    """What others are compared with of a post."""

    rate: float | None
    log: float


@dataclass(frozen=True)
class Past:
    """The numbers of a group's posts, oldest first: `older` before any that is compared, then those at `moments`."""

    numbers: list[Numbers]
    older: int
    moments: list[datetime]

    def before(self, moment: datetime | None) -> list[Numbers]:
        """The last of them before a moment."""
        end = self.older + (bisect_left(self.moments, moment) if moment else 0)
        return self.numbers[max(0, end - USUAL_POSTS) : end]


def compare(posts: Collection[SocialMediaPost]) -> None:
    """Put lift, difference from average and percentile on posts; None where one is young or has too few before it.

    Nothing is written: the posts given may hold numbers that are not stored yet, and are compared by those.
    """
    for post in posts:
        _clear(post)
    groups: dict[tuple[Any, ...], list[SocialMediaPost]] = defaultdict(list)
    for post in filter(_is_mature, posts):
        groups[tuple(getattr(post, name) for name in GROUP)].append(post)
    # Those given may have left the group, or their numbers may have changed: what is stored of them is left out.
    others = SocialMediaPost.objects.exclude(pk__in=these([post.pk for post in posts]))
    for group, members in groups.items():
        past = _past(members, others.filter(**dict(zip(GROUP, group, strict=True))))
        for post in members:
            _compare(post, past.before(post.published_at))


def _past(members: Sequence[SocialMediaPost], others: SocialMediaPostQuerySet) -> Past:
    """What the members of a group are compared with: others of it as they are stored, and each other as given."""
    mature = others.measured().filter(last_synced_at__gte=F("published_at") + MATURE)
    moments = [post.published_at for post in members if post.published_at]
    before, *between = mature.leading_to(moments, USUAL_POSTS)
    # Of those before all members the order is enough: times are dear to read.
    older = [_numbers(*row) for row in before.values_list(*READ)]
    rows = [row for those in between for row in those.values_list("published_at", "pk", *READ)]
    rows += [tuple(getattr(post, name) for name in ("published_at", "pk", *READ)) for post in members]
    rows.sort(key=lambda row: row[:2])
    return Past([*older[::-1], *(_numbers(*row[2:]) for row in rows)], len(older), [row[0] for row in rows])


def _numbers(rate: float | None, genuine: float) -> Numbers:
    return Numbers(rate, math.log1p(genuine))


def _is_mature(post: SocialMediaPost) -> bool:
    if post.published_at is None or post.last_synced_at is None or post.genuine_engagement is None:
        return False
    return post.last_synced_at - post.published_at >= MATURE


def _clear(post: SocialMediaPost) -> None:
    post.lift = post.vs_average = post.average_n = post.percentile = None


def _compare(post: SocialMediaPost, before: Sequence[Numbers]) -> None:
    # In order, since both the usual and the rank would sort them, and what is sorted already costs next to nothing.
    logs = sorted(earlier.log for earlier in before)
    usual = expected(logs)
    if usual is None or post.genuine_engagement is None:
        return
    log = math.log1p(post.genuine_engagement)
    post.lift, post.average_n = log - usual, len(before)
    if post.engagement_rate is None:
        # Without a basis the log of the count is compared; its difference is told in percent as well.
        post.vs_average, post.percentile = 100 * math.expm1(post.lift), percentile(log, logs)
        return
    rates = sorted(earlier.rate for earlier in before if earlier.rate is not None)
    post.vs_average = difference_from_average(post.engagement_rate, expected(rates))
    post.percentile = percentile(post.engagement_rate, rates)
