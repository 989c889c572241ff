"""What TikTok's two programmes have in common in how they describe a post."""

import unicodedata
from collections.abc import Iterable
from datetime import datetime, timedelta

from engagement.platforms.nodes import Node
from engagement.values import Draft

# TikTok's clock and ours may differ by this much.
CLOCKS = timedelta(minutes=5)
# Titles and descriptions are cut after 150 characters ("Video Object"); which kind of characters is not said.
CUT = 140


def first_id(data: Node, name: str) -> str:
    """The public id of a post: a list of integers, seen as strings and as a bare value, too."""
    found = data.value.get(name)
    first = next(iter(found), None) if isinstance(found, list) else found
    return str(first) if first else ""


def made_since(video: Node, since: datetime) -> bool:
    """Whether it was made since then, by clocks that differ a little."""
    made = video.moment("create_time")
    return made is not None and made >= since - CLOCKS


def is_of(draft: Draft, given: Iterable[str]) -> bool:
    """Whether one of the texts given is the draft's caption, or its beginning where it was cut."""
    ours = _comparable(draft.caption)
    return any(theirs == ours or (len(theirs) >= CUT and ours.startswith(theirs)) for theirs in _told(given))


def _told(given: Iterable[str]) -> list[str]:
    """An empty text stands for one that is not given, unless every one is empty."""
    texts = [_comparable(one) for one in given]
    return [one for one in texts if one] or texts[:1]


def _comparable(text: str) -> str:
    return " ".join(unicodedata.normalize("NFC", text).split())
