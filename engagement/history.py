"""What the earlier posts of an account teach the filter and the estimate, gathered in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from django.db.models import Sum

from engagement.enums import Verdict
from engagement.estimation import Prior, prior_of
from engagement.filtering.scene import History, Repeats
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.pseudonyms import author_key


def known_personas() -> frozenset[str]:
    """The author keys of every account that Gator runs."""
    rows = SocialAccount.objects.order_by().values_list("platform", "platform_user_id")
    return frozenset(author_key(platform, user_id) for platform, user_id in rows)


def histories(posts: Sequence[SocialMediaPost], by_post: dict[int, list[Interaction]]) -> dict[int, History]:
    """For each post, what the account's *other* posts show of the texts and authors that were seen on it."""
    accounts = {post.account_id for post in posts if post.account_id}
    seen = [row for rows in by_post.values() for row in rows]
    texts = _places("fingerprint", {row.fingerprint for row in seen}, accounts)
    authors = _places("author_key", {row.author_key for row in seen}, accounts)
    return {post.pk: _history(post, by_post.get(post.pk, []), texts, authors) for post in posts}


Places = dict[tuple[int, str], list[tuple[int, str, str]]]


def _places(column: str, values: set[str], accounts: set[int]) -> Places:
    """Where each value occurs: by (account, value) post, author and verdict of every interaction that carries it."""
    rows = Interaction.objects.filter(post__account__in=accounts, **{f"{column}__in": values - {""}})
    found: Places = defaultdict(list)
    for account, value, *place in rows.values_list("post__account", column, "post", "author_key", "final_verdict"):
        found[account, value].append(tuple(place))
    return found


def _history(post: SocialMediaPost, rows: list[Interaction], texts: Places, authors: Places) -> History:
    return History(
        fingerprints={
            row.fingerprint: Repeats(len({author for _, author, _ in elsewhere}), len({p for p, _, _ in elsewhere}))
            for row in rows
            if (elsewhere := _elsewhere(texts, post, row.fingerprint))
        },
        author_posts={
            row.author_key: len({p for p, _, verdict in elsewhere if verdict == Verdict.GENUINE})
            for row in rows
            if (elsewhere := _elsewhere(authors, post, row.author_key))
        },
    )


def _elsewhere(places: Places, post: SocialMediaPost, value: str) -> list[tuple[int, str, str]]:
    return [place for place in places.get((post.account_id or 0, value), []) if place[0] != post.pk]


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
