"""How a post compares with what its account's earlier posts lead to expect.

Posts are compared once they are a week old, when their numbers hardly move: a young post beside old ones would always
look weak.
"""

import math
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from django.db.models import F

from engagement.metrics import USUAL_POSTS, difference_from_average, expected, percentile
from engagement.models import SocialMediaPost

MATURE = timedelta(days=7)
COMPARED = ("lift", "vs_average", "average_n", "percentile")

# (published_at, rate in percent or None, log of 1 + genuine engagement), oldest first.
Past = list[tuple[datetime, float | None, float]]


def compare(posts: Collection[SocialMediaPost]) -> None:
    """Put lift, difference from average and percentile on posts; None where one is young or has too few before it.

    Nothing is written: the posts given may hold numbers that are not stored yet, and are compared by those.
    """
    past = _pasts(posts)
    for post in posts:
        _clear(post)
        if _is_mature(post):
            _compare(post, _before(post, past.get(_group(post), [])))


def _group(post: SocialMediaPost) -> tuple[Any, ...]:
    return (post.persona_id, post.account_id, post.platform, post.media_kind, post.basis)


def _pasts(posts: Collection[SocialMediaPost]) -> dict[tuple[Any, ...], Past]:
    """The mature posts of every account that occurs, by account, format and basis: one query an account."""
    pasts: dict[tuple[Any, ...], Past] = defaultdict(list)
    for persona, account, platform in {(p.persona_id, p.account_id, p.platform) for p in posts}:
        rows = SocialMediaPost.objects.filter(persona=persona, account=account, platform=platform).measured()
        mature = rows.filter(last_synced_at__gte=F("published_at") + MATURE).exclude(pk__in=[p.pk for p in posts])
        names = ("media_kind", "basis", "published_at", "engagement_rate", "genuine_engagement")
        for kind, basis, moment, rate, genuine in mature.order_by().values_list(*names):
            pasts[persona, account, platform, kind, basis].append((moment, rate, math.log1p(genuine)))
    for post in filter(_is_mature, posts):
        genuine = post.genuine_engagement or 0.0
        pasts[_group(post)].append((post.published_at, post.engagement_rate, math.log1p(genuine)))  # type: ignore[arg-type]  # a mature post has a time
    return {group: sorted(past, key=lambda one: one[0]) for group, past in pasts.items()}


def _is_mature(post: SocialMediaPost) -> bool:
    if post.published_at is None or post.last_synced_at is None or post.genuine_engagement is None:
        return False
    return post.last_synced_at - post.published_at >= MATURE


def _before(post: SocialMediaPost, past: Past) -> Past:
    end = bisect_left(past, post.published_at, key=lambda earlier: earlier[0])
    return past[max(0, end - USUAL_POSTS) : end]


def _clear(post: SocialMediaPost) -> None:
    post.lift = post.vs_average = post.average_n = post.percentile = None


def _compare(post: SocialMediaPost, before: Past) -> None:
    logs = [value for _, _, value in before]
    usual = expected(logs)
    if usual is None or post.genuine_engagement is None:
        return
    log = math.log1p(post.genuine_engagement)
    post.lift, post.average_n = log - usual, len(before)
    if post.engagement_rate is None:
        # Without a basis the log of the count is compared; its difference is told in percent as well.
        post.vs_average, post.percentile = 100 * math.expm1(post.lift), percentile(log, logs)
        return
    rates = [value for _, value, _ in before if value is not None]
    post.vs_average = difference_from_average(post.engagement_rate, expected(rates))
    post.percentile = percentile(post.engagement_rate, rates)
