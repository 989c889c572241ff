"""What the earlier posts of an account teach the filter and the estimate, gathered in a fixed number of queries."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from statistics import median
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef, QuerySet, Sum

from engagement.enums import Verdict
from engagement.estimation import Prior, prior_of
from engagement.filtering.pace import busiest
from engagement.filtering.scene import WRITTEN, History, Repeats
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.pseudonyms import author_key

# An account's pace is that of its last posts: older ones belong to another audience, and under five show nothing.
PACE_POSTS = 20
PACE_LEAST = 5


def known_personas() -> frozenset[str]:
    """The author keys of every account that Gator runs."""
    rows = SocialAccount.objects.order_by().values_list("platform", "platform_user_id")
    return frozenset(author_key(platform, user_id) for platform, user_id in rows)


class Place(NamedTuple):
    """Where a text or an author was seen."""

    interaction: int
    post: int
    published_at: datetime | None
    author_key: str
    verdict: str


Places = dict[tuple[int, str], list[Place]]


def histories(
    posts: Sequence[SocialMediaPost], by_post: dict[int, list[Interaction]]
) -> Iterator[tuple[SocialMediaPost, History]]:
    """Each post with what its account's other posts show of the texts and authors seen on it, and the usual pace.

    Made one by one: whoever judges the posts in this order, oldest first, lets each learn from the verdicts that were
    just given to earlier ones.
    """
    texts, authors, paces = _places("fingerprint", posts), _places("author_key", posts), _paces(posts)
    judged = {row.pk: row for rows in by_post.values() for row in rows}
    for post in posts:
        rows = by_post.get(post.pk, [])
        yield (
            post,
            History(
                fingerprints=_repeats(post, {row.fingerprint for row in rows}, texts),
                author_posts=_regulars(post, {row.author_key for row in rows}, authors, judged),
                typical_pace=paces.get(post.pk),
            ),
        )


def _places(column: str, posts: Sequence[SocialMediaPost]) -> Places:
    """By (account, value), every place on these accounts of the values that occur on these posts."""
    accounts = {post.account_id for post in posts if post.account_id}
    # A subquery, since a batch may hold more values than a statement may have parameters.
    here = Interaction.objects.filter(post__in=[post.pk for post in posts]).exclude(**{column: ""}).order_by()
    rows = Interaction.objects.filter(post__account__in=accounts, **{f"{column}__in": here.values(column)}).order_by()
    names = ("pk", "post", "post__published_at", "author_key", "final_verdict")
    found: Places = defaultdict(list)
    for account, value, *place in rows.values_list("post__account", column, *names):
        found[account, value].append(Place(*place))
    return found


def _repeats(post: SocialMediaPost, marks: set[str], texts: Places) -> dict[str, Repeats]:
    elsewhere = {mark: [p for p in texts.get((post.account_id or 0, mark), ()) if p.post != post.pk] for mark in marks}
    return {
        mark: Repeats(len({place.author_key for place in places}), len({place.post for place in places}))
        for mark, places in elsewhere.items()
        if places
    }


def _regulars(post: SocialMediaPost, keys: set[str], authors: Places, judged: dict[int, Interaction]) -> dict[str, int]:
    """On how many earlier posts each author was found genuine."""
    found = {
        key: {
            p.post for p in authors.get((post.account_id or 0, key), ()) if _is_earlier(p, post) and _genuine(p, judged)
        }
        for key in keys
    }
    return {key: len(places) for key, places in found.items() if places}


def _is_earlier(place: Place, post: SocialMediaPost) -> bool:
    return place.published_at is not None and post.published_at is not None and place.published_at < post.published_at


def _genuine(place: Place, judged: dict[int, Interaction]) -> bool:
    row = judged.get(place.interaction)
    return (place.verdict if row is None else row.override or row.verdict) == Verdict.GENUINE


def _paces(posts: Sequence[SocialMediaPost]) -> dict[int, float]:
    """For each post, the comments in the busiest two minutes of an ordinary earlier post; missing with too few."""
    watched = _watched({post.account_id for post in posts if post.account_id})
    earlier = {post.pk: _before(post, watched.get(post.account_id or 0, [])) for post in posts}
    busy = _busiest({pk for past in earlier.values() for pk in past})
    return {pk: median(busy[one] for one in past) for pk, past in earlier.items() if len(past) >= PACE_LEAST}


def _timed() -> QuerySet[Interaction]:
    return Interaction.objects.filter(kind__in=WRITTEN, occurred_at__isnull=False).order_by()


def _watched(accounts: set[int]) -> dict[int, list[tuple[datetime, int]]]:
    """By account, moment and id of the posts whose comments have times, oldest first."""
    posts = SocialMediaPost.objects.filter(account__in=accounts, published_at__isnull=False)
    rows = posts.filter(Exists(_timed().filter(post=OuterRef("pk")))).order_by("published_at", "pk")
    found: dict[int, list[tuple[datetime, int]]] = defaultdict(list)
    for account, published_at, pk in rows.values_list("account", "published_at", "pk"):
        found[account].append((published_at, pk))  # type: ignore[arg-type]  # filtered above
    return found


def _busiest(posts: set[int]) -> dict[int, int]:
    times: dict[int, list[float]] = defaultdict(list)
    for pk, moment in _timed().filter(post__in=posts).values_list("post", "occurred_at"):
        times[pk].append(moment.timestamp())  # type: ignore[union-attr]  # filtered above
    return {pk: busiest(moments) for pk, moments in times.items()}


def _before(post: SocialMediaPost, watched: list[tuple[datetime, int]]) -> list[int]:
    end = bisect_left(watched, (post.published_at, 0)) if post.published_at else 0
    return [pk for _, pk in watched[max(0, end - PACE_POSTS) : end]]


def priors(posts: Collection[SocialMediaPost]) -> dict[int, Prior]:
    """For each post, the genuine share to expect before looking: its account's history, then its platform's.

    The post's own interactions are left out of both, so that they are not counted twice. The posts given may hold
    counts that are not stored yet: theirs are taken from them, those of all others from the database.
    """
    accounts, platforms = _totals("account_id", posts), _totals("platform", posts)
    return {
        post.pk: prior_of(_others(accounts[post.account_id], post), _others(platforms[post.platform], post))
        for post in posts
    }


def _totals(column: str, posts: Collection[SocialMediaPost]) -> dict[Any, tuple[int, int]]:
    """Genuine and bot interactions by account or platform."""
    values = {getattr(post, column) for post in posts} - {None}
    rest = SocialMediaPost.objects.filter(observed_count__gt=0, **{f"{column}__in": values})
    rows = rest.exclude(pk__in=[post.pk for post in posts]).order_by().values(column)
    sums = rows.annotate(genuine=Sum("genuine_count"), bots=Sum("bot_count"))
    totals = defaultdict(lambda: (0, 0), {row[column]: (row["genuine"], row["bots"]) for row in sums})
    for post in posts:
        genuine, bots = totals[getattr(post, column)]
        totals[getattr(post, column)] = (genuine + post.genuine_count, bots + post.bot_count)
    return totals


def _others(total: tuple[int, int], post: SocialMediaPost) -> tuple[int, int]:
    return total[0] - post.genuine_count, total[1] - post.bot_count
