"""How posts went, from publication to now, out of their snapshots."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from engagement.bursts import Moment
from engagement.models import MetricSnapshot, SocialMediaPost


class Snapshot(NamedTuple):
    """What a snapshot tells of how a post went."""

    at: datetime
    likes: int | None
    comments: int | None
    reach: int | None
    views: int | None


def timelines_of(posts: Collection[SocialMediaPost]) -> dict[int, list[Moment]]:
    """The moments of posts, by key, of which the first is publication, when nothing was there. One query."""
    snapshots: dict[int, list[Snapshot]] = defaultdict(list)
    rows = MetricSnapshot.objects.filter(post__in=[post.pk for post in posts]).order_by("observed_at")
    for pk, *seen in rows.values_list("post", "observed_at", "likes", "comments", "reach", "views"):
        snapshots[pk].append(Snapshot._make(seen))
    return {post.pk: _moments(post.published_at, snapshots[post.pk]) for post in posts}


def _moments(published_at: datetime | None, snapshots: Sequence[Snapshot]) -> list[Moment]:
    """By reach, or by views where the platform tells only these."""
    has_reach = any(one.reach is not None for one in snapshots)
    counted = [_moment(one, one.reach if has_reach else one.views) for one in snapshots]
    if published_at is None or not counted or published_at >= counted[0].at:
        return counted
    return [Moment(at=published_at, likes=0, comments=0, reach=0), *counted]


def _moment(one: Snapshot, reach: int | None) -> Moment:
    # Whoever liked was reached: none means that it was not counted yet.
    return Moment(at=one.at, likes=one.likes, comments=one.comments, reach=None if one.likes and not reach else reach)
