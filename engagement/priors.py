"""What an account's and a platform's other posts lead to expect of the genuine share under a post, before looking.

What is read follows from the posts asked about, not from how many there ever were.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from math import fsum

from engagement.estimation import PRIOR_STRENGTH, Past, Prior, prior_of
from engagement.models import SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet

# The newest posts tell whom an account draws today, and so many of a platform tell its share of bots well enough.
ACCOUNT_POSTS, PLATFORM_POSTS = 200, 1_000
# Posts differ: fewer of them do not tell how much.
FEWEST_POSTS = 5

# By post, how many were found genuine and bots under it, groups left out: they tell nothing of other posts.
Found = dict[int, tuple[int, int]]


@dataclass(frozen=True)
class Group:
    """The posts of an account or a platform, and their sums as in `Past`."""

    found: Found
    total: Past
    # What is left without a post under which so many were found: many posts are alike in that.
    lesser: dict[tuple[int, int], Past] = field(default_factory=dict)

    def without(self, post: int) -> Past:
        """The sums over the other posts: a post's own interactions are not counted twice."""
        own = self.found.get(post, (0, 0))
        if own not in self.lesser:
            self.lesser[own] = _less(self.total, past_of([own]))
        return self.lesser[own]


NOBODY = Group({}, Past(genuine=0, bot=0, posts=0, squared_seen=0, squared_bots=0))


def priors(posts: Collection[SocialMediaPost]) -> dict[int, Prior]:
    """For each post, the genuine share to expect before looking: its account's history, then its platform's.

    The posts given may hold counts that are not stored yet: theirs are taken from them, those of all others from the
    database.
    """
    given = {post.pk: (post.genuine_count, post.bot_count - post.grouped_count) for post in posts}
    ids = sorted({post.account_id for post in posts if post.account_id})
    accounts = {account: _group(newest_of(account), given) for account in ids}
    own = {post.pk: accounts.get(post.account_id or 0, NOBODY).without(post.pk) for post in posts}
    weak = [post for post in posts if is_weak(own[post.pk])]
    names = sorted({post.platform for post in weak})
    platforms = {platform: _group(newest_on(platform), given) for platform in names}
    others = {post.pk: [platforms[post.platform].without(post.pk)] for post in weak}
    return {pk: prior_of(past, *others.get(pk, ())) for pk, past in own.items()}


def newest_of(account: int) -> SocialMediaPostQuerySet:
    """The posts that tell of an account."""
    return _newest(SocialMediaPost.objects.filter(account=account), ACCOUNT_POSTS)


def newest_on(platform: str) -> SocialMediaPostQuerySet:
    """The posts that tell of a platform."""
    return _newest(SocialMediaPost.objects.on(platform), PLATFORM_POSTS)


def _newest(posts: SocialMediaPostQuerySet, number: int) -> SocialMediaPostQuerySet:
    return posts.exclude(published_at=None).order_by("-published_at", "-pk")[:number]


def found_under(posts: SocialMediaPostQuerySet) -> Found:
    """How many were found under each post."""
    rows = posts.values_list("pk", "genuine_count", "bot_count", "grouped_count")
    return {pk: (genuine, bots - grouped) for pk, genuine, bots, grouped in rows}


def is_weak(past: Past) -> bool:
    """Whether an account's history needs the platform's beside it: few people were seen, or under few posts."""
    return past.genuine + past.bot < PRIOR_STRENGTH or past.posts < FEWEST_POSTS


def past_of(found: Iterable[tuple[int, int]]) -> Past:
    """The sums over posts; one under which nobody was seen tells nothing."""
    told = [(genuine + bots, bots) for genuine, bots in found if genuine + bots]
    seen, bots = sum(n for n, _ in told), sum(k for _, k in told)
    return Past(
        genuine=seen - bots,
        bot=bots,
        posts=len(told),
        squared_seen=sum(n * n for n, _ in told),
        squared_bots=fsum(k * k / n for n, k in told),
    )


def _less(total: Past, own: Past) -> Past:
    return Past(
        genuine=total.genuine - own.genuine,
        bot=total.bot - own.bot,
        posts=total.posts - own.posts,
        squared_seen=total.squared_seen - own.squared_seen,
        squared_bots=total.squared_bots - own.squared_bots,
    )


def _group(posts: SocialMediaPostQuerySet, given: Mapping[int, tuple[int, int]]) -> Group:
    found = {pk: given.get(pk, stored) for pk, stored in found_under(posts).items()}
    return Group(found, past_of(found.values()))
