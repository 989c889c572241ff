"""Layer: many who come as one. A crowd that is there within two minutes and gone, or made of accounts of a few weeks.

It says what co-engagement says, of one post. Innocent explanation: a class or a stream whose host says "now"; a country
in which the platform has just opened. A crowd that somebody with reach sends comes for hours, and so does one that a
notification calls: where others come shortly before or after, nobody is named. Regulars are never, and make no crowd.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Set

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


Ids = frozenset[int | str]


def may_be(scene: Scene) -> bool:
    """Whether a crowd could be seen at all: enough came, and the usual pace or somebody's account is known."""
    are_known = scene.history.typical_pace is not None or any(seen.account for seen in scene.interactions)
    return are_known and len(scene.interactions) >= min(CROWD_LEAST, YOUNG_LEAST)


def crowds(scene: Scene, suspects: Set[int | str] = frozenset()) -> Findings:
    """Whoever is part of a crowd that came at once, or of one of young accounts.

    `suspects` are those whom other layers convict. Neither they nor whoever is named here stand around a crowd, or
    another bot would hide one: so it is looked again until nobody else is named.
    """
    regulars = scene.history.author_posts
    strangers = [seen for seen in scene.interactions if regulars.get(seen.author_key, 0) < REGULAR_POSTS]
    at_once = young = Ids()
    while True:
        others = [seen for seen in scene.interactions if seen.id not in suspects | at_once | young]
        found = _at_once(strangers, others, scene.history.typical_pace), _young(strangers, others)
        if found == (at_once, young):
            return _told(at_once, young)
        at_once, young = found


def _told(at_once: Ids, young: Ids) -> Findings:
    return {
        key: [one for named, one in ((at_once, _AT_ONCE), (young, _YOUNG)) if key in named] for key in at_once | young
    }


def _at_once(strangers: Iterable[Seen], others: Iterable[Seen], usual: float | None) -> Ids:
    """The strangers within two minutes that hold so many of them, and have next to none of the others around."""
    if usual is None:
        return Ids()
    timed = sorted(_timed(strangers), key=lambda one: one[0])
    times, around = [moment for moment, _ in timed], sorted(moment for moment, _ in _timed(others))
    least, found = max(CROWD_LEAST, BURST_FACTOR * usual), set[int | str]()
    for start, moment in enumerate(times):
        end = bisect_right(times, moment + BURST_SECONDS)
        if end - start >= least and _around(around, moment) <= AROUND_MOST * (end - start):
            crowd = [seen for _, seen in timed[start:end]]
            if len({seen.author_key for seen in crowd}) >= CROWD_LEAST:
                found.update(seen.id for seen in crowd)
    return Ids(found)


def _timed(given: Iterable[Seen]) -> list[tuple[float, Seen]]:
    return [
        (seen.occurred_at.timestamp(), seen)
        for seen in given
        if seen.kind in WRITTEN and seen.occurred_at is not None and seen.author_key
    ]


def _around(times: list[float], moment: float) -> int:
    """How many of these ordered times lie shortly before or after the two minutes that begin at this moment."""
    end = moment + BURST_SECONDS
    before = bisect_left(times, moment) - bisect_left(times, moment - AROUND_SECONDS)
    return before + bisect_right(times, end + AROUND_SECONDS) - bisect_right(times, end)


def _young(strangers: Iterable[Seen], others: Iterable[Seen]) -> Ids:
    """The strangers with young accounts, where they are many, and no small part beside the others' older ones."""
    young = [seen for seen in strangers if (days := _age(seen)) is not None and days < YOUNG_DAYS]
    old = sum((days := _age(seen)) is not None and days >= YOUNG_DAYS for seen in others)
    authors = {seen.author_key for seen in young} - {""}
    is_crowd = len(authors) >= YOUNG_LEAST and len(young) >= YOUNG_SHARE * (len(young) + old)
    return Ids(seen.id for seen in young) if is_crowd else Ids()


def _age(seen: Seen) -> float | None:
    return seen.account.age_days if seen.account is not None else None
