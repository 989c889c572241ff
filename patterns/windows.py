"""The posts of a window as rows of a test: logs of their values, how sure these are, and which items each post has.

The same rows are the evidence of what the test says.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from math import fsum, log
from typing import Any, NamedTuple

import numpy as np

from engagement.baselines import MATURE
from engagement.enums import Basis
from engagement.keys import these
from engagement.models import SocialMediaPost
from patterns.adjustment import Key, Window
from patterns.enums import PatternKind
from patterns.mixed import Floats, Integers
from patterns.querysets import PostPerformanceQuerySet
from patterns.stats import Sample

# Hashtags of posts: the key of a post and a name, in any order.
Tags = Iterable[tuple[int, str]]
# A 95 % interval is this many standard errors wide.
ERRORS_WIDE = 2 * 1.96


class Post(NamedTuple):
    """What is read of a post to compare it with others and as evidence; the names are the columns."""

    pk: int
    basis: str
    rate_low: float | None
    rate_high: float | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    published_at: datetime
    last_synced_at: datetime
    account: int | None
    local_hour: int | None
    local_weekday: int | None
    media_kind: str
    content__approach: str | None
    vs_average: float | None
    observed_count: int
    bot_count: int
    persona_count: int
    context: Any
    value: float
    caption_length: str

    def marks(self) -> list[float]:
        """What tells that a post counts otherwise: its value, how many were seen under it, and how many no people."""
        return [round(self.value, 6), self.observed_count, self.bot_count + self.persona_count]


# Items that a post has one of, by the column that names it; hashtags are a table of their own.
COLUMNS = {
    PatternKind.POSTING_HOUR: "local_hour",
    PatternKind.POSTING_WEEKDAY: "local_weekday",
    PatternKind.MEDIA_KIND: "media_kind",
    PatternKind.CAPTION_LENGTH: "caption_length",
    PatternKind.STRATEGY: "content__approach",
}
UNKNOWN = (None, "")
# An account with fewer posts has the trend of all.
POSTS_OF_A_TREND = 20


@dataclass(frozen=True)
class Rows:
    """The posts of a window, and for each item the places of those that have it."""

    posts: Sequence[Post]
    places: Mapping[Key, Sequence[int]]

    def having(self, item: Key) -> list[Post]:
        """The posts with an item, in the order in which they were read."""
        return [self.posts[place] for place in sorted(self.places.get(item, ()))]

    @cached_property
    def _values(self) -> list[float]:
        return [post.value for post in self.posts]

    @cached_property
    def _squares(self) -> list[float]:
        return [value * value for value in self._values]

    def sample(self, item: Key | None = None) -> Sample:
        """The sufficient statistics of the values of all posts, or of those with an item."""
        places = range(len(self.posts)) if item is None else self.places[item]
        total, squares = (fsum(map(some.__getitem__, places)) for some in (self._values, self._squares))
        return Sample(len(places), total, squares)

    def window(self, items: Sequence[Key]) -> Window:
        """The posts as rows of a test, with a column for each of `items`."""
        values, noise = _logs(self.posts)
        accounts, columns = _accounts(self.posts), np.zeros((len(items), len(self.posts)))
        for item, column in zip(items, columns, strict=True):
            column[self.places[item]] = 1.0
        found = dict(zip(items, columns, strict=True))
        return Window(np.array(values), np.array(noise), accounts, _constants(self.posts, accounts), found)


def rows_of(posts: PostPerformanceQuerySet) -> Rows:
    """Read these posts of one basis, which carry a `value`, oldest first. Two queries."""
    rows = [Post(*row) for row in posts.order_by("published_at", "pk").values_list(*Post._fields)]
    return Rows(rows, places_of(rows, tags_of(rows)))


def tags_of(rows: Iterable[Post]) -> Tags:
    """The hashtags of these posts. One query."""
    # By the keys: what was asked of the posts is not asked again, which takes longer.
    links = SocialMediaPost.hashtags.through.objects.filter(socialmediapost__in=these([row.pk for row in rows]))
    return links.order_by().values_list("socialmediapost", "hashtag__name")


def _logs(rows: Sequence[Post]) -> tuple[list[float], list[float]]:
    """The value of each post as a logarithm, and its standard error; a post without an interval is taken as exact."""
    if rows and rows[0].basis == Basis.COUNT:
        counts = [1 + (row.genuine_engagement or 0.0) for row in rows]
        errors = [_error(row.genuine_low, row.genuine_high, n) for row, n in zip(rows, counts, strict=True)]
        return [row.value for row in rows], errors
    # Nothing has no logarithm: a rate of zero stands half way below the smallest rate there is.
    least = min((row.value for row in rows if row.value > 0), default=1.0) / 2
    rates = [max(row.value, least) for row in rows]
    errors = [_error(row.rate_low, row.rate_high, rate) for row, rate in zip(rows, rates, strict=True)]
    return [log(rate) for rate in rates], errors


def _error(low: float | None, high: float | None, value: float) -> float:
    """The standard error of the logarithm, by the width of the interval against the value (delta method)."""
    return 0.0 if low is None or high is None else (high - low) / ERRORS_WIDE / value


def _accounts(rows: Sequence[Post]) -> Integers:
    return np.unique([row.account or 0 for row in rows], return_inverse=True)[1]


def _constants(rows: Sequence[Post], accounts: Integers) -> Floats:
    """What is always held constant: the level and the trend of each account, and whether the numbers still grow."""
    levels = (accounts[:, None] == np.unique(accounts)).astype(float)
    young = [float(row.last_synced_at - row.published_at < MATURE) for row in rows]
    days = np.array([(row.published_at - rows[0].published_at) / timedelta(days=1) for row in rows])
    slopes = (levels * (days - days.mean())[:, None])[:, levels.sum(axis=0) >= POSTS_OF_A_TREND]
    return np.column_stack([levels, young, days, slopes])


def places_of(rows: Sequence[Post], tags: Tags) -> dict[Key, list[int]]:
    """For each item the places of the posts that have it; hashtags may be those of other posts as well."""
    places: dict[Key, list[int]] = defaultdict(list)
    columns = [(kind, Post._fields.index(name)) for kind, name in COLUMNS.items()]
    for place, row in enumerate(rows):
        for kind, column in columns:
            if (subject := row[column]) not in UNKNOWN:
                places[kind, str(subject)].append(place)
    at = {row.pk: place for place, row in enumerate(rows)}
    tagged: dict[str, list[int]] = defaultdict(list)
    for pk, tag in tags:
        if (found := at.get(pk)) is not None:
            tagged[tag].append(found)
    # In an order of our own: databases differ in how they sort words, and digits differ with the order of columns.
    return places | {(PatternKind.HASHTAG, tag): tagged[tag] for tag in sorted(tagged)}
