"""Layer: too fast. One author who writes without pause, or more comments at once than the account ever draws.

Innocent explanation: a chatty friend, a post that just went viral. A missing time is never evidence.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Sequence

from engagement.filtering.scene import WRITTEN, Evidence, Findings, Scene, Seen
from engagement.filtering.stack import PACE

# (so many by one author, within so many seconds, weight)
AUTHOR_STEPS = ((10, 600.0, 0.65), (6, 120.0, 0.65), (4, 60.0, 0.5))
FEWEST_BY_AUTHOR = min(least for least, _, _ in AUTHOR_STEPS)
BURST_SECONDS = 120.0
# A burst is at least this many comments and this many times the account's ordinary busiest two minutes.
BURST_LEAST = 6
BURST_FACTOR = 3.0
BURST_WEIGHT = 0.5
_BURST = Evidence(PACE, "burst", BURST_WEIGHT, "It came in a burst far above the account's usual pace.")
# With fewer timestamps a post has no pace.
MIN_TIMES = 6
# Found genuine on so many earlier posts, an author is a regular and not part of a raid.
REGULAR_POSTS = 2


def busiest(times: Sequence[float], seconds: float = BURST_SECONDS) -> int:
    """The largest number of `times` (in seconds, any order) within one window of that length."""
    ordered = sorted(times)
    return max((bisect_right(ordered, start + seconds) - at for at, start in enumerate(ordered)), default=0)


def tempo(scene: Scene) -> Findings:
    """Authors without pause, and comments that are part of a burst."""
    found: Findings = defaultdict(list)
    for group in _by_author(scene):
        for evidence in _restless(_seconds(group)):
            for seen in group:
                found[seen.id].append(evidence)
    for seen in _in_burst(scene):
        found[seen.id].append(_BURST)
    return found


def _by_author(scene: Scene) -> list[list[Seen]]:
    """Interactions per known author, words apart from clicks: to like and then to write is nobody's haste."""
    groups: dict[tuple[str, bool], list[Seen]] = defaultdict(list)
    for seen in scene.interactions:
        if seen.author_key and seen.occurred_at is not None:
            groups[seen.author_key, seen.kind in WRITTEN].append(seen)
    return list(groups.values())


def _restless(times: Sequence[float]) -> list[Evidence]:
    """Evidence against an author with these times: the heaviest step they pass, if any."""
    if len(times) < FEWEST_BY_AUTHOR:
        return []
    passed = [
        (weight, f"The author acted at least {least} times within {seconds:.0f} seconds.")
        for least, seconds, weight in AUTHOR_STEPS
        if busiest(times, seconds) >= least
    ]
    return [Evidence(PACE, "restless_author", *max(passed))] if passed else []


def _in_burst(scene: Scene) -> list[Seen]:
    """Comments of two minutes in which far more newcomers came than usually anybody; none while that is unknown."""
    usual, regulars = scene.history.typical_pace, scene.history.author_posts
    timed = [
        seen
        for seen in scene.interactions
        if seen.kind in WRITTEN and seen.occurred_at is not None and regulars.get(seen.author_key, 0) < REGULAR_POSTS
    ]
    if usual is None or len(timed) < MIN_TIMES:
        return []
    crowded = _crowded(_seconds(timed), max(BURST_LEAST, BURST_FACTOR * usual))
    return [seen for seen, is_crowded in zip(timed, crowded, strict=True) if is_crowded]


def _seconds(group: Sequence[Seen]) -> list[float]:
    return [seen.occurred_at.timestamp() for seen in group if seen.occurred_at is not None]


def _crowded(times: Sequence[float], least: float) -> list[bool]:
    """For each time, whether some window of two minutes that holds it holds at least so many."""
    ordered = sorted(times)
    ends = [bisect_right(ordered, start + BURST_SECONDS) for start in ordered]
    starts = [at for at, end in enumerate(ends) if end - at >= least]
    # The last full window that starts at or before a time is the one that reaches furthest.
    return [
        bool(nearest := bisect_right(starts, bisect_right(ordered, time) - 1))
        and bisect_left(ordered, time) < ends[starts[nearest - 1]]
        for time in times
    ]
