"""How fast the earlier posts of an account drew comments, in a fixed number of queries."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Exists, OuterRef, QuerySet

from engagement.filtering.pace import busiest
from engagement.filtering.scene import WRITTEN
from engagement.models import Interaction, SocialMediaPost

# An account's pace is that of its last posts: older ones belong to another audience, and under five show nothing.
PACE_POSTS = 20
PACE_LEAST = 5
PACE_REACH = timedelta(days=365)


def usual_paces(posts: Sequence[SocialMediaPost]) -> dict[int, float]:
    """For each post, the comments in the busiest two minutes of an ordinary earlier post; missing with too few."""
    watched = {account: _watched(account, posts) for account in {post.account_id for post in posts if post.account_id}}
    earlier = {post.pk: _before(post, watched.get(post.account_id or 0, [])) for post in posts}
    busy = _busiest({pk for past in earlier.values() for pk in past})
    return {pk: median(busy[one] for one in past) for pk, past in earlier.items() if len(past) >= PACE_LEAST}


def _timed() -> QuerySet[Interaction]:
    return Interaction.objects.filter(kind__in=WRITTEN, occurred_at__isnull=False).order_by()


def _watched(account: int, posts: Sequence[SocialMediaPost]) -> list[tuple[datetime, int]]:
    """Moment and id of the account's posts before these whose comments have times, oldest first."""
    moments = [post.published_at for post in posts if post.account_id == account and post.published_at]
    if not moments:
        return []
    near = SocialMediaPost.objects.filter(account=account, published_at__gt=min(moments) - PACE_REACH)
    with_times = near.filter(Exists(_timed().filter(post=OuterRef("pk"))))
    rows = (past.values_list("published_at", "pk") for past in with_times.leading_to(moments, PACE_POSTS))
    return sorted(row for past in rows for row in past)  # type: ignore[misc]  # a moment is asked for


def _busiest(posts: Collection[int]) -> dict[int, int]:
    times: dict[int, list[float]] = defaultdict(list)
    for pk, moment in _timed().filter(post__in=posts).values_list("post", "occurred_at"):
        times[pk].append(moment.timestamp())  # type: ignore[union-attr]  # filtered above
    return {pk: busiest(moments) for pk, moments in times.items()}


def _before(post: SocialMediaPost, watched: list[tuple[datetime, int]]) -> list[int]:
    end = bisect_left(watched, (post.published_at, 0)) if post.published_at else 0
    return [pk for _, pk in watched[max(0, end - PACE_POSTS) : end]]
