"""Layer: many who come as one. A crowd that is there within two minutes and gone, or made of accounts of a few weeks.

It says what co-engagement says, of one post. Innocent explanation: a class or a stream whose host says "now"; a country
in which the platform has just opened. A crowd that somebody with reach sends comes for hours, and so does one that a
notification calls: where others come shortly before or after, nobody is named. Regulars are never.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from engagement.filtering.pace import BURST_FACTOR, BURST_SECONDS, REGULAR_POSTS
from engagement.filtering.scene import WRITTEN, Evidence, Findings, Scene, Seen
from engagement.filtering.stack import COENGAGEMENT

# So many who come independently of each other within two minutes, with next to nobody around them, do not occur: where
# one comes every eight minutes, ten in two are less likely than one in 10^12.
CROWD_LEAST = 10
# For so long before and after there are at most this share as many.
AROUND_SECONDS, AROUND_MOST = 600.0, 0.25
_AT_ONCE = Evidence(
    COENGAGEMENT, "at_once", 0.7, "Many who are no regulars came within two minutes, and hardly anybody around them."
)

# An account is young for a month. Of those who act under ordinary posts few are: so many, and this share, are a crowd.
YOUNG_DAYS = 30.0
YOUNG_LEAST, YOUNG_SHARE = 10, 0.3
_YOUNG = Evidence(COENGAGEMENT, "young_crowd", 0.6, "Unusually many here have accounts of a few weeks, as this one.")


def crowds(scene: Scene) -> Findings:
    """Whoever is part of a crowd that came at once, or of one of young accounts."""
    found: Findings = {}
    for seen in _at_once(scene):
        found.setdefault(seen.id, []).append(_AT_ONCE)
    for seen in _young(scene):
        found.setdefault(seen.id, []).append(_YOUNG)
    return found


def _at_once(scene: Scene) -> list[Seen]:
    usual, regulars = scene.history.typical_pace, scene.history.author_posts
    if usual is None:
        return []
    known = (
        (seen.occurred_at.timestamp(), seen)
        for seen in scene.interactions
        if seen.kind in WRITTEN and seen.occurred_at is not None and seen.author_key
    )
    timed = sorted(known, key=lambda one: (one[0], one[1].author_key))
    return [
        seen
        for start, end in _alone([moment for moment, _ in timed], max(CROWD_LEAST, BURST_FACTOR * usual))
        if len({seen.author_key for _, seen in timed[start:end]}) >= CROWD_LEAST
        for _, seen in timed[start:end]
        if regulars.get(seen.author_key, 0) < REGULAR_POSTS
    ]


def _alone(times: Sequence[float], least: float) -> list[tuple[int, int]]:
    """The parts of ordered times that lie within two minutes, hold so many, and have next to none around them."""
    parts, done = [], 0
    for start, moment in enumerate(times):
        end = bisect_right(times, moment + BURST_SECONDS)
        if start < done or end - start < least:
            continue
        first = bisect_left(times, moment - AROUND_SECONDS)
        last = bisect_right(times, moment + BURST_SECONDS + AROUND_SECONDS)
        if (last - end) + (start - first) <= AROUND_MOST * (end - start):
            parts.append((start, end))
            done = end
    return parts


def _young(scene: Scene) -> list[Seen]:
    aged = [seen for seen in scene.interactions if seen.account is not None and seen.account.age_days is not None]
    young = [seen for seen in aged if (seen.account.age_days or 0.0) < YOUNG_DAYS]  # type: ignore[union-attr]  # above
    authors = {seen.author_key for seen in young} - {""}
    is_crowd = len(authors) >= YOUNG_LEAST and len(young) >= YOUNG_SHARE * len(aged)
    return young if is_crowd else []
