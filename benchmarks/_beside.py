"""What a user would do instead of asking Gator: the posts as a table in pandas or DuckDB, and plain means by hashtag.

Both are extras (requirements-bench.in). They count and average the same posts, so these figures must be equal; what
Gator tells beyond them (all else equal, corrected for how many are tested, shrunk) they do not compute.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import sqrt
from time import perf_counter
from typing import Any

from _common import Law, timed
from scipy.stats import t

from engagement.enums import FilterState
from engagement.models import SocialMediaPost
from gator.studio.models import Persona
from patterns.analyzer import PatternAnalyzer
from patterns.answers import Findings

try:
    import duckdb
    import pandas as pd
except ImportError:  # extras: see requirements-bench.in
    duckdb = pd = None

# Numbers are 48 hours old before they teach, and a test takes five posts with an item and five without.
SETTLED, LEAST = timedelta(hours=48), 5
# What the rounding of sums of doubles may leave between two programs, in percent of the basis.
SAME = 1e-9
POSTS = ("id", "persona_id", "platform", "published_at", "last_synced_at", "filter_state", "basis", "engagement_rate")
# A hashtag: its posts, their mean, the ends of its 95 % interval, and the mean of the posts without it.
Told = dict[str, tuple[int, float, float, float, float]]


@dataclass(frozen=True)
class Asked:
    """Whose posts of which days are asked about."""

    persona: int
    platform: str
    since: datetime
    until: datetime
    basis: str


class Tables:
    """All posts and their hashtags, as frames of pandas and as tables of an in-memory DuckDB."""

    def __init__(self) -> None:
        links = SocialMediaPost.hashtags.through.objects.values_list("socialmediapost_id", "hashtag__name")
        posts = SocialMediaPost.objects.order_by("pk").values_list(*POSTS)
        self.posts = pd.DataFrame.from_records(posts.iterator(), columns=POSTS)
        self.tags = pd.DataFrame.from_records(links.iterator(), columns=("id", "tag"))

    def stored(self) -> Any:
        """The same in DuckDB."""
        database = duckdb.connect()
        for name, frame in (("posts", self.posts), ("tags", self.tags)):
            database.register("frame", frame)
            database.execute(f"CREATE TABLE {name} AS SELECT * FROM frame")  # noqa: S608
        return database


def by_pandas(tables: Tables, asked: Asked) -> Told:
    """Hashtags by the mean rate of their posts."""
    rows = tables.posts
    rows = rows[(rows.persona_id == asked.persona) & (rows.platform == asked.platform) & (rows.basis == asked.basis)]
    rows = rows[(rows.published_at > asked.since) & (rows.published_at <= asked.until)]
    rows = rows[(rows.filter_state != FilterState.UNFILTERED) & (rows.last_synced_at >= rows.published_at + SETTLED)]
    tagged = rows.merge(tables.tags, on="id").groupby("tag").engagement_rate
    found = tagged.agg(["count", "mean", "std", "sum"]).itertuples()
    return dict(_described(found, len(rows), rows.engagement_rate.sum()))


QUESTION = """
WITH mine AS (
    SELECT id, engagement_rate FROM posts
    WHERE persona_id = ? AND platform = ? AND published_at > ? AND published_at <= ?
    AND basis = ? AND filter_state <> ? AND last_synced_at >= published_at + INTERVAL 48 HOURS
)
SELECT tag, count(*), avg(engagement_rate), stddev_samp(engagement_rate), sum(engagement_rate),
    (SELECT count(*) FROM mine), (SELECT sum(engagement_rate) FROM mine)
FROM mine JOIN tags USING (id) GROUP BY tag
"""


def by_duckdb(database: Any, asked: Asked) -> Told:
    """The same in SQL."""
    given = [asked.persona, asked.platform, asked.since, asked.until, asked.basis, FilterState.UNFILTERED.value]
    rows = database.execute(QUESTION, given).fetchall()
    return dict(_described((row[:5] for row in rows), *rows[0][5:])) if rows else {}


def by_gator(found: Findings) -> Told:
    """What the others compute as well of what Gator answers."""
    described = [one for one in found.items if one.mean is not None]
    return {one.subject: (one.n, one.mean, one.low, one.high, one.baseline) for one in described}  # type: ignore[misc]


def _described(rows: Any, posts: int, total: float) -> Iterator[tuple[str, tuple[int, float, float, float, float]]]:
    for tag, n, mean, deviation, own in rows:
        if LEAST <= n <= posts - LEAST:
            half = float(t.ppf(0.975, n - 1)) * deviation / sqrt(n)
            yield tag, (n, mean, mean - half, mean + half, (total - own) / (posts - n))


def difference(one: Told, other: Told) -> float:
    """The largest difference between any two figures; infinite where not the same hashtags are told."""
    if one.keys() != other.keys():
        return float("inf")
    return max(abs(a - b) for tag in one for a, b in zip(one[tag], other[tag], strict=True))


def beside(persona: Persona, analyzer: PatternAnalyzer) -> list[Law]:
    """Print what loading and asking cost in pandas and DuckDB, and judge whether their figures are Gator's."""
    if pd is None:
        print("           pandas and DuckDB are not installed: nothing is compared with them")
        return []
    found = analyzer.effective_hashtags()
    asked = Asked(persona.pk, analyzer.platform, found.window.start, found.window.end, found.basis)
    began = perf_counter()
    tables = Tables()
    loaded = perf_counter()
    database = tables.stored()
    stored = perf_counter()
    ways: dict[str, tuple[float, Callable[[], Told]]] = {
        "pandas": (loaded - began, lambda: by_pandas(tables, asked)),
        "DuckDB": (stored - began, lambda: by_duckdb(database, asked)),
    }
    for name, (load, ask) in ways.items():
        print(f"           means of hashtags in {name}: {load:.2f} s to load, {1000 * timed(ask):.2f} ms to ask")
    ours = by_gator(found)
    print(f"           {len(ours)} hashtags described alike, of which Gator tests each, all else equal")
    return [
        Law(f"hashtags: figures unlike those of {n}", difference(ours, ask()), SAME, "%")
        for n, (_, ask) in ways.items()
    ]
