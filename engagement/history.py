"""What the other posts of an account teach the filter, gathered in a fixed number of queries."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from statistics import median

from django.db.models import Exists, OuterRef, QuerySet

from engagement.enums import Verdict
from engagement.filtering.pace import BURST_LEAST, busiest
from engagement.filtering.scene import WRITTEN, History, Repeats
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.pseudonyms import author_key

# Campaigns repeat a text within weeks, and who has not come for a season is no regular any more. Without this bound
# every look would read all that an account has ever drawn.
REMEMBERED = timedelta(days=90)
# An account's pace is that of its last posts: older ones belong to another audience, and under five show nothing.
PACE_POSTS = 20
PACE_LEAST = 5
PACE_REACH = timedelta(days=365)

# By (account, text), the (post, author) pairs that hold it.
Texts = dict[tuple[int, str], set[tuple[int, str]]]
# By (account, author), the (moment, post) pairs where the author was found genuine.
Visits = dict[tuple[int, str], set[tuple[datetime, int]]]


def known_personas() -> frozenset[str]:
    """The author keys of every account that Gator runs."""
    rows = SocialAccount.objects.order_by().values_list("platform", "platform_user_id")
    return frozenset(author_key(platform, user_id) for platform, user_id in rows)


def histories(
    posts: Sequence[SocialMediaPost], by_post: dict[int, list[Interaction]]
) -> Iterator[tuple[SocialMediaPost, History]]:
    """Each post with what its account's other posts show of the texts and authors seen on it, and the usual pace.

    Pace and regulars tell a raid from a usual crowd: where no crowd came at once, they are not looked up.

    Made one by one: whoever judges the posts in this order, oldest first, lets each learn from the verdicts that were
    just given to earlier ones.
    """
    paces = _paces([post for post in posts if _is_crowded(by_post.get(post.pk, ()))])
    texts, visits = _texts(posts), _visits(posts, [post for post in posts if post.pk in paces])
    for post in posts:
        rows = by_post.get(post.pk, [])
        yield (
            post,
            History(
                fingerprints=_repeats(post, {row.fingerprint for row in rows}, texts),
                author_posts=_regulars(post, {row.author_key for row in rows}, visits) if post.pk in paces else {},
                typical_pace=paces.get(post.pk),
            ),
        )
        _note(post, rows, visits)


def _is_crowded(rows: Sequence[Interaction]) -> bool:
    """Whether so many comments came at once that the layer of pace may see a burst."""
    times = [row.occurred_at.timestamp() for row in rows if row.kind in WRITTEN and row.occurred_at]
    return busiest(times) >= BURST_LEAST


def _remembered(posts: Sequence[SocialMediaPost]) -> QuerySet[Interaction]:
    """All interactions on these accounts, from some time before the oldest of these posts up to the newest."""
    accounts = {post.account_id for post in posts if post.account_id}
    moments = [post.published_at for post in posts if post.published_at]
    if not (accounts and moments):
        return Interaction.objects.none()
    known = {"post__published_at__gt": min(moments) - REMEMBERED, "post__published_at__lte": max(moments)}
    return Interaction.objects.filter(post__account__in=accounts, **known).order_by()


def _sharing(column: str, posts: Sequence[SocialMediaPost]) -> QuerySet[Interaction]:
    """Those of the remembered interactions whose text or author occurs on these posts."""
    # A subquery, since a batch may hold more values than a statement may have parameters.
    here = Interaction.objects.filter(post__in=[post.pk for post in posts]).exclude(**{column: ""}).order_by()
    return _remembered(posts).filter(**{f"{column}__in": here.values(column)})


def _texts(posts: Sequence[SocialMediaPost]) -> Texts:
    rows = _sharing("fingerprint", posts).values_list("post__account", "fingerprint", "post", "author_key")
    found: Texts = defaultdict(set)
    for account, mark, post, author in rows.distinct():
        found[account, mark].add((post, author))
    return found


def _repeats(post: SocialMediaPost, marks: set[str], texts: Texts) -> dict[str, Repeats]:
    elsewhere = {mark: [p for p in texts.get((post.account_id or 0, mark), ()) if p[0] != post.pk] for mark in marks}
    return {
        mark: Repeats(len({author for _, author in places}), len({pk for pk, _ in places}))
        for mark, places in elsewhere.items()
        if places
    }


def _visits(judged: Sequence[SocialMediaPost], crowded: Sequence[SocialMediaPost]) -> Visits:
    """Where the authors on crowded posts were found genuine, but for the posts about to be judged."""
    found: Visits = defaultdict(set)
    genuine = _sharing("author_key", crowded).filter(final_verdict=Verdict.GENUINE)
    rows = genuine.exclude(post__in=[post.pk for post in judged])
    for account, author, moment, pk in rows.values_list("post__account", "author_key", "post__published_at", "post"):
        found[account, author].add((moment, pk))  # type: ignore[arg-type]  # a moment is asked for
    return found


def _note(post: SocialMediaPost, rows: Sequence[Interaction], visits: Visits) -> None:
    """Add who was just found genuine on a post."""
    for row in rows:
        if post.account_id and post.published_at and (row.override or row.verdict) == Verdict.GENUINE:
            visits[post.account_id, row.author_key].add((post.published_at, post.pk))


def _regulars(post: SocialMediaPost, keys: set[str], visits: Visits) -> dict[str, int]:
    """On how many earlier posts each author was found genuine."""
    if not post.published_at:
        return {}
    seen = {key: visits.get((post.account_id or 0, key), ()) for key in keys if key}
    earlier = {key: sum(moment < post.published_at for moment, _ in places) for key, places in seen.items()}
    return {key: number for key, number in earlier.items() if number}


def _paces(posts: Sequence[SocialMediaPost]) -> dict[int, float]:
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


def _busiest(posts: set[int]) -> dict[int, int]:
    times: dict[int, list[float]] = defaultdict(list)
    for pk, moment in _timed().filter(post__in=posts).values_list("post", "occurred_at"):
        times[pk].append(moment.timestamp())  # type: ignore[union-attr]  # filtered above
    return {pk: busiest(moments) for pk, moments in times.items()}


def _before(post: SocialMediaPost, watched: list[tuple[datetime, int]]) -> list[int]:
    end = bisect_left(watched, (post.published_at, 0)) if post.published_at else 0
    return [pk for _, pk in watched[max(0, end - PACE_POSTS) : end]]
