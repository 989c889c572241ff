"""The posts of a window as rows of a test: logs of their values, how sure these are, and which items each post has."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime, timedelta
from math import log, log1p
from typing import NamedTuple

import numpy as np

from engagement.baselines import MATURE
from engagement.enums import Basis
from patterns.adjustment import Floats, Key, Window
from patterns.enums import PatternKind
from patterns.querysets import PostPerformanceQuerySet

# A 95 % interval is this many standard errors wide.
ERRORS_WIDE = 2 * 1.96


class Post(NamedTuple):
    """What is read of a post to compare it with others; the names are the columns."""

    pk: int
    basis: str
    value: float
    rate_low: float | None
    rate_high: float | None
    genuine_low: float | None
    genuine_high: float | None
    published_at: datetime
    last_synced_at: datetime
    account: int | None
    local_hour: int | None
    local_weekday: int | None
    media_kind: str
    content__approach: str | None


# Items that a post has one of, by the column that names it; hashtags are a table of their own.
COLUMNS = {
    PatternKind.POSTING_HOUR: "local_hour",
    PatternKind.POSTING_WEEKDAY: "local_weekday",
    PatternKind.MEDIA_KIND: "media_kind",
    PatternKind.STRATEGY: "content__approach",
}


def window_of(posts: PostPerformanceQuerySet, items: Sequence[Key]) -> Window:
    """These posts of one basis, which carry a `value`, as rows with a column for each of `items`. Two queries."""
    rows = [Post(*row) for row in posts.order_by("published_at", "pk").values_list(*Post._fields)]
    values, noise = _logs(rows)
    return Window(np.array(values), np.array(noise), _constants(rows), _columns(posts, rows, items))


def _logs(rows: Sequence[Post]) -> tuple[list[float], list[float]]:
    """The value of each post as a logarithm, and its standard error; a post without an interval is taken as exact."""
    if rows and rows[0].basis == Basis.COUNT:
        return [row.value for row in rows], [_error(row.genuine_low, row.genuine_high, 1.0) for row in rows]
    # Nothing has no logarithm: a rate of zero stands half way below the smallest rate there is.
    least = min((row.value for row in rows if row.value > 0), default=1.0) / 2
    values = [log(max(row.value, least)) for row in rows]
    return values, [_error(row.rate_low, row.rate_high, least) for row in rows]


def _error(low: float | None, high: float | None, offset: float) -> float:
    if low is None or high is None:
        return 0.0
    return (log1p(high / offset) - log1p(low / offset)) / ERRORS_WIDE


def _constants(rows: Sequence[Post]) -> Floats:
    """What is always held constant: the level of each account, the trend, and whether the numbers still grow."""
    accounts = sorted({row.account or 0 for row in rows})
    levels = [[float((row.account or 0) == account) for row in rows] for account in accounts]
    young = [float(row.last_synced_at - row.published_at < MATURE) for row in rows]
    trend = [(row.published_at - rows[0].published_at) / timedelta(days=1) for row in rows]
    return np.array([*levels, young, trend]).T


def _columns(posts: PostPerformanceQuerySet, rows: Sequence[Post], items: Sequence[Key]) -> dict[Key, Floats]:
    at = {row.pk: place for place, row in enumerate(rows)}
    places: dict[Key, list[int]] = defaultdict(list)
    for row in rows:
        for kind, name in COLUMNS.items():
            places[kind, str(getattr(row, name))].append(at[row.pk])
    for pk, tag in posts.exclude(hashtags=None).order_by().values_list("pk", "hashtags__name"):
        if pk in at:
            places[PatternKind.HASHTAG, tag].append(at[pk])
    columns = {key: np.zeros(len(rows)) for key in items}
    for key, column in columns.items():
        column[places[key]] = 1.0
    return columns
