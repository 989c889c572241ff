"""What a post's timeline tells of likes nobody can see: likes that came at once, and likes that went again. Pure.

It doubts, it never convicts: an estimate takes suspect likes for bought or not, and says so by a wider interval.
Whoever sends a group to comment may buy likes as well, so where one came less is enough to doubt.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from math import sqrt
from operator import sub
from typing import NamedTuple

# A post with fewer likes in all its other steps has no usual number of likes for what it was shown or said under it.
USUAL_LEAST = 20
# A step is suspect from so many likes on, if they are this many times what its reach or its comments lead to expect.
BURST_LEAST = 20
BURST_FACTOR = 3.0
# Where none came, up to three were to be expected (the rule of three, Hanley and Lippman-Hand 1983, JAMA 249: 1743).
BY_CHANCE = 3
# People change their mind: only a fall by this many likes, and by this part of all, is a purge.
PURGE_LEAST = 5
PURGE_PART = 0.02
# A step that adds less to what was there changes no estimate enough to be worth reading the whole timeline.
JUMP_PART = 0.2
# From so many comments on they tell within a third how large the crowd was.
MANY_COMMENTS = 30
# Of twenty times that as many are to be expected, nineteen times no fewer come than so many deviations below.
SPREAD = 1.645
# What is bought for a visit of a group comes at most so long before or after it.
AROUND_VISIT = timedelta(minutes=15)
# A count that is back within this many snapshots was a recount.
RECOUNT_SNAPSHOTS = 2


@dataclass(frozen=True, kw_only=True)
class Moment:
    """What a platform counted of a post at one moment; None is unknown.

    `reach` may be the views all along, where a platform tells only these.
    """

    at: datetime
    likes: int | None
    comments: int | None = None
    reach: int | None = None


@dataclass(frozen=True)
class Timeline:
    """Likes that may have been bought and are still there, and likes that the platform took away.

    `beside` are other likes that came while a group did, unusual or not.
    """

    suspect: float
    purged: float
    beside: float = 0.0


def may_tell(before: int | None, after: int | None) -> bool:
    """Whether the likes moved so far between two snapshots that the timeline is worth a look: a leap, or a fall."""
    if before is None or after is None:
        return False
    return after - before >= max(BURST_LEAST, JUMP_PART * before) or before - after >= max(
        PURGE_LEAST, PURGE_PART * before
    )


def timeline_evidence(moments: Sequence[Moment], visits: Sequence[datetime] = ()) -> Timeline:
    """What the snapshots of a post, in any order, tell of its likes; nothing where too little is known.

    `visits` are when those of a group commented. Innocent explanations: a post that goes viral draws comments and reach
    as well, and is not suspect while it does; a page that embeds it may bring likes alone. A platform may recount, or
    an account may close for other reasons.
    """
    ordered = sorted((one for one in moments if one.likes is not None), key=lambda one: one.at)
    purged = _purged([one.likes or 0 for one in ordered])
    suspect, beside = _suspect(_steps(ordered, visits))
    return Timeline(max(0.0, suspect - purged), purged, beside)


@dataclass(frozen=True)
class _Step:
    """What came between two moments; None is unknown. `visits` are comments of a group."""

    likes: int
    comments: int | None
    reach: int | None
    visits: int


def _steps(ordered: Sequence[Moment], visits: Sequence[datetime]) -> list[_Step]:
    """What came from moment to moment; the comments without the group's."""
    came = sorted(visits)
    return [
        _Step(
            max(0, (after.likes or 0) - (before.likes or 0)),
            _gain(before.comments, after.comments, _between(before.at, after.at, came)),
            _gain(before.reach, after.reach),
            _between(before.at - AROUND_VISIT, after.at + AROUND_VISIT, came),
        )
        for before, after in pairwise(ordered)
    ]


def _between(begin: datetime, end: datetime, ordered: Sequence[datetime]) -> int:
    """How many came after `begin`, and no later than `end`."""
    return bisect_right(ordered, end) - bisect_right(ordered, begin)


def _gain(before: int | None, after: int | None, less: int = 0) -> int | None:
    return None if before is None or after is None else max(0, after - before - less)


class _Sums(NamedTuple):
    """What came in some steps: likes and reach where the reach is known, likes and comments where those are."""

    likes_reached: int
    reach: int
    likes_commented: int
    comments: int


def _sums(steps: Sequence[_Step]) -> _Sums:
    return _Sums(
        sum(one.likes for one in steps if one.reach is not None),
        sum(one.reach or 0 for one in steps),
        sum(one.likes for one in steps if one.comments is not None),
        sum(one.comments or 0 for one in steps),
    )


def _suspect(steps: list[_Step]) -> tuple[float, float]:
    """Likes far above what is to be expected of a step, and the others that came while a group did.

    Where a group came, all that is above the fewest that the calm steps lead to expect is suspect. A few may have
    brought likes that do not show beside a crowd's.
    """
    every = _sums(steps)
    usual = {at: _usual(step, _without(step, every)) for at, step in enumerate(steps) if not step.visits}
    leaps = {at: steps[at].likes - one for at, one in usual.items() if one is not None and _is_leap(steps[at], one)}
    calm = _sums([step for at, step in enumerate(steps) if not step.visits and at not in leaps])
    visited = [(step.likes, _usual(step, calm)) for step in steps if step.visits]
    brought = sum(max(0.0, likes - max(0.0, one - SPREAD * sqrt(one))) for likes, one in visited if one is not None)
    return sum(leaps.values()) + brought, sum(likes for likes, _ in visited) - brought


def _without(step: _Step, every: _Sums) -> _Sums:
    return _Sums(*map(sub, every, _sums([step])))


def _is_leap(step: _Step, usual: float) -> bool:
    return step.likes >= max(BURST_LEAST, BURST_FACTOR * usual)


def _usual(step: _Step, others: _Sums) -> float | None:
    """The likes that the other steps lead to expect; None where they do not tell."""
    by_reach = _expected(step.reach, others.likes_reached, others.reach)
    by_comments = _expected(step.comments, others.likes_commented, others.comments)
    # Whoever likes was reached, so reach tells more than a few comments do. It may lag behind; many comments do not.
    if by_reach is not None and by_comments is not None:
        return max(by_reach, by_comments if (step.comments or 0) >= MANY_COMMENTS else 0.0)
    return by_comments if by_reach is None else by_reach


def _expected(here: int | None, usual: int, size: int) -> float | None:
    """The likes to expect by what grew beside them here, as in the other steps; None where that is unknown."""
    if here is None or usual < USUAL_LEAST or not size:
        return None
    return usual / size * (here + BY_CHANCE)


def _purged(likes: Sequence[int]) -> float:
    """Likes that went and did not come back at once, over all falls too deep for people who changed their mind."""
    falls = (
        before - max(likes[at : at + RECOUNT_SNAPSHOTS])
        for at, (before, after) in enumerate(pairwise(likes), start=1)
        if after < before
    )
    least = max(PURGE_LEAST, PURGE_PART * max(likes, default=0))
    return float(sum(fall for fall in falls if fall >= least))
