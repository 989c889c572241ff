"""What a post's timeline tells of likes nobody can see: likes that came at once, and likes that went again. Pure.

It doubts, it never convicts: an estimate takes suspect likes for bought or not, and says so by a wider interval.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

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
    """Likes that may have been bought and are still there, and likes that the platform took away."""

    suspect: float
    purged: float


def may_tell(before: int | None, after: int | None) -> bool:
    """Whether the likes moved so far between two snapshots that the timeline is worth a look: a leap, or a fall."""
    if before is None or after is None:
        return False
    return after - before >= max(BURST_LEAST, JUMP_PART * before) or before - after >= max(
        PURGE_LEAST, PURGE_PART * before
    )


def timeline_evidence(moments: Sequence[Moment]) -> Timeline:
    """What the snapshots of a post, in any order, tell of its likes; nothing where too little is known.

    Innocent explanations: a post that goes viral draws comments and reach as well, and is not suspect while it does; a
    page that embeds it may bring likes alone. A platform may recount, or an account may close for other reasons.
    """
    ordered = sorted((one for one in moments if one.likes is not None), key=lambda one: one.at)
    purged = _purged([one.likes or 0 for one in ordered])
    return Timeline(max(0.0, _suspect(ordered) - purged), purged)


def _suspect(ordered: Sequence[Moment]) -> float:
    """Likes of steps far above what their reach, or else their comments, lead to expect by the post's other steps."""
    steps = list(pairwise(ordered))
    gains = [max(0, (after.likes or 0) - (before.likes or 0)) for before, after in steps]
    reach, comments = _gains(steps, "reach"), _gains(steps, "comments")
    found = 0.0
    for at, gain in enumerate(gains):
        # Whoever likes was reached, so reach tells more than the few comments do.
        by_reach = _expected(at, gains, reach)
        expected = _expected(at, gains, comments) if by_reach is None else by_reach
        if expected is not None and gain >= max(BURST_LEAST, BURST_FACTOR * expected):
            found += gain - expected
    return found


def _gains(steps: Sequence[tuple[Moment, Moment]], name: str) -> list[int | None]:
    """How much a number grew in each step; None where it is unknown at either end."""
    ends = [(getattr(before, name), getattr(after, name)) for before, after in steps]
    return [None if before is None or after is None else max(0, after - before) for before, after in ends]


def _expected(at: int, likes: Sequence[int], beside: Sequence[int | None]) -> float | None:
    """The likes to expect of a step by what grew beside them, as in the other steps; None where that is unknown."""
    here = beside[at]
    others = [(gain, grown) for step, (gain, grown) in enumerate(zip(likes, beside, strict=True)) if step != at]
    known = [(gain, grown) for gain, grown in others if grown is not None]
    usual, size = sum(gain for gain, _ in known), sum(grown for _, grown in known)
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
    return float(sum(fall for fall in falls if fall >= max(PURGE_LEAST, PURGE_PART * max(likes))))
