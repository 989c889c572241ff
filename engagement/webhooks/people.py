"""Whom an event or a payload names, told without keeping any name: every word of it is hashed and compared.

That is how an erasure finds what a person left in bodies that Gator has no rule for.
"""

import json
import re
from collections.abc import Collection, Iterable, Iterator
from typing import Any

from engagement.models import ErasedAuthor
from engagement.pseudonyms import author_keys
from engagement.tombstones import erased_keys
from engagement.webhooks.reading import read
from engagement.webhooks.values import Event, Seen, as_text

# Ids, and handles with their dots and dashes, in whatever a payload was written as.
WORD = re.compile(r"[\w.\-]+")


def keys_in(platform: str, text: str) -> set[str]:
    """The keyed hashes of everybody whom a text may name: of each of its words, and of each value of its JSON."""
    words = {word.strip(".-") for word in WORD.findall(text)} | set(_leaves(opened(text)))
    spelt = {spelling for word in words - {""} for spelling in (word, f"username:{word}")}
    return {key for one in spelt for key in author_keys(platform, one)}


def opened(text: str) -> Any:
    """The JSON of a text; None for what is none."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _leaves(value: Any) -> Iterator[str]:
    """The texts and numbers of a JSON value, also of JSON inside a text."""
    waiting = [value]
    while waiting:
        one = waiting.pop()
        if isinstance(one, dict):
            waiting += one.values()
        elif isinstance(one, list):
            waiting += one
        elif isinstance(one, str):
            yield one
            waiting += [inner] if isinstance(inner := opened(one), dict | list) else []
        elif isinstance(one, int):
            yield str(one)


def names_anybody(platform: str, text: str, keys: Collection[str]) -> bool:
    """Whether a text names one of the people behind these keyed hashes."""
    return not keys_in(platform, text).isdisjoint(keys)


def names_forgotten(platform: str, text: str) -> bool:
    """Whether a text names somebody who asked to be forgotten."""
    return bool(text) and ErasedAuthor.objects.exists() and bool(erased_keys(keys_in(platform, text)))


def admitted(events: Iterable[Event]) -> list[Event]:
    """The events that may be stored: none by a person who asked to be forgotten, none that is kept only to be shown
    and names one.
    """
    arrived = list(events)
    if not arrived or not ErasedAuthor.objects.exists():
        return arrived
    named = [keys_in(event.platform, as_text(event.body)) for event in arrived]
    erased = erased_keys(set[str]().union(*named))
    return [
        event
        for event, keys in zip(arrived, named, strict=True)
        if keys.isdisjoint(erased) or is_of_another(event.platform, event.body, erased)
    ]


def is_of_another(platform: str, body: Any, keys: Collection[str]) -> bool:
    """Whether Gator has a rule for an event, and somebody else than these people is behind it."""
    try:
        effect = read(platform, body)
    except Exception:  # what breaks a reader now would break it later, and is not worth a person's name
        return False
    author = effect.interaction.author_id if isinstance(effect, Seen) else None
    return author is None or set(author_keys(platform, author)).isdisjoint(keys)
