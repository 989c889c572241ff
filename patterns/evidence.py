"""The posts of a window as evidence: read once, with the items each has, and found again by item."""

from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from patterns.adjustment import Key
from patterns.enums import PatternKind
from patterns.querysets import PostPerformanceQuerySet
from patterns.windows import COLUMNS


class Seen(NamedTuple):
    """What is read of a post as evidence; the names are the columns."""

    pk: int
    value: float
    rate_low: float | None
    rate_high: float | None
    vs_average: float | None
    observed_count: int
    bot_count: int
    persona_count: int
    published_at: datetime
    context: Any

    def marks(self) -> list[float]:
        """What tells that a post counts otherwise: its value, how many were seen under it, and how many no people."""
        return [round(self.value, 6), self.observed_count, self.bot_count + self.persona_count]


# Each post with the items that it has one of, in the order of COLUMNS.
Rows = Mapping[Seen, tuple[Any, ...]]


def seen(posts: PostPerformanceQuerySet) -> Rows:
    """These posts, which carry a `value`, oldest first. One query."""
    rows = posts.order_by("published_at", "pk").values_list(*Seen._fields, *COLUMNS.values())
    width = len(Seen._fields)
    return {Seen(*row[:width]): row[width:] for row in rows}


def places(rows: Rows, posts: PostPerformanceQuerySet, tags: Collection[str]) -> dict[Key, list[Seen]]:
    """Those of the rows that have an item, oldest first; of the hashtags only `tags` are looked up."""
    found = defaultdict[Key, list[Seen]](list)
    for row, items in rows.items():
        for kind, subject in zip(COLUMNS, items, strict=True):
            found[kind, str(subject)].append(row)
    by_key = {row.pk: row for row in rows}
    tagged = posts.filter(hashtags__name__in=tags).order_by("published_at", "pk") if tags else posts.none()
    for pk, tag in tagged.values_list("pk", "hashtags__name"):
        # A post that came between the two queries has no row.
        if pk in by_key:
            found[PatternKind.HASHTAG, tag].append(by_key[pk])
    return found
