"""Who was found as one of a group: by the words of many, by company on post after post, by a crowd that came at once.

They tell of themselves. How many bots there are among those who only like they do not tell: an operator sends so many
to comment, however many people like.
"""

from collections.abc import Iterable, Mapping
from math import ceil
from typing import Any

from engagement.filtering.stack import COENGAGEMENT, DUPLICATES, PACE

# What can only be seen in several at once, by layer and name of the evidence.
SHARED = frozenset(
    {
        (DUPLICATES, "many_authors"),
        (DUPLICATES, "near_copies"),
        (PACE, "burst"),
        (COENGAGEMENT, "together"),
        (COENGAGEMENT, "at_once"),
        (COENGAGEMENT, "young_crowd"),
    }
)
# Two who say the same may have it from the same place. And where next to none of those in company are called bots, it
# is a slogan that people repeat.
GROUP_LEAST, CALLED_LEAST = 3, 0.25


def is_one_of_many(reasons: Iterable[Mapping[str, Any]]) -> bool:
    """Whether any of the reasons, as they are stored, is company."""
    return any((one["layer"], one["name"]) in SHARED for one in reasons)


def is_group(called: int, unsure: int) -> bool:
    """Whether so many in company who are called bots, and so many the filter is unsure of, are a group."""
    members = called + unsure
    return members >= GROUP_LEAST and called >= CALLED_LEAST * members


def short_of_group(called: int, unsure: int) -> int:
    """The most of so many called bots that would be no group together with so many unsure."""
    slogan = ceil(CALLED_LEAST * unsure / (1 - CALLED_LEAST)) - 1
    return min(called, max(0, GROUP_LEAST - 1 - unsure, slogan))
