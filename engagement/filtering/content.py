"""Layers that read: phrases of promoters, and ways to be contacted. The lists are data, in `phrases.toml`.

Innocent explanation: fans say "follow me to that market", tag friends and link what they talk about. So the two are
separate layers that must agree, or be joined by one that looks at behaviour.
"""

import re
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path

from engagement.filtering.scene import Evidence, Findings, Scene
from engagement.filtering.text import normalise, words

PHRASES, CONTACTS = "phrases", "contacts"

_LISTS = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))

# Each is bounded or anchored, so that no text makes it slow. They run over the visible, casefolded text.
_CONTACT_FORMS: dict[str, re.Pattern[str]] = {
    "url": re.compile(
        r"https?://|\bwww\.|(?<=[a-z0-9])\.(?:com|net|org|info|io|co|me|ly|tv|biz|xyz|shop|example)(?![\w.-]*@)(?:/|\b(?!\.?\w))"
    ),
    "phone": re.compile(r"\+\d[\d\s().-]{6,18}\d|(?<!\d)\d{3}[\s.-]\d{3}[\s.-]\d{4}(?!\d)"),
    "email": re.compile(r"\w@[a-z0-9-]{1,63}\.[a-z]{2,}"),
    "wallet": re.compile(r"\b0x[0-9a-f]{30,64}|\bbc1[a-z0-9]{25,60}"),
    # Some promoters write the handle as a hashtag with underscores at its ends, which platforms link alike.
    "handle": re.compile(r"(?<![\w.@])@\w[\w.]{2}|#\w{2,40}__"),
}


def _phrase_table() -> dict[tuple[str, ...], str]:
    return {
        tuple(words(normalise(phrase))): group
        for group, entry in _LISTS["phrases"].items()
        for phrase in entry["phrases"]
    }


_TABLE = _phrase_table()
_OPENINGS = frozenset(phrase[0] for phrase in _TABLE)
_LENGTHS = tuple(sorted({len(phrase) for phrase in _TABLE}))


def phrases(scene: Scene) -> Findings:
    """Phrases of promoters, once per group."""
    return _read(scene.normal, PHRASES, groups_in)


def contacts(scene: Scene) -> Findings:
    """Links, numbers, addresses and handles to follow."""
    return _read(scene.visible, CONTACTS, contacts_in)


def groups_in(normal: str) -> list[str]:
    """The phrase groups of which a normalised text holds a phrase."""
    spoken = words(normal)
    found = {
        group: None
        for at, word in enumerate(spoken)
        if word in _OPENINGS
        for length in _LENGTHS
        if (group := _TABLE.get(tuple(spoken[at : at + length])))
    }
    return list(found)


def contacts_in(shown: str) -> list[str]:
    """The ways to be contacted that a visible text holds."""
    return [name for name, form in _CONTACT_FORMS.items() if form.search(shown)]


def _read(texts: Mapping[int | str, str], layer: str, find: Callable[[str], list[str]]) -> Findings:
    found = {key: find(text) for key, text in texts.items()}
    return {key: [_evidence(layer, name) for name in names] for key, names in found.items() if names}


def _evidence(layer: str, name: str) -> Evidence:
    entry = _LISTS[layer][name]
    return Evidence(layer, name, entry["weight"], entry["detail"])
