"""Layers that read: phrases of promoters, and ways to be contacted. The lists are data, in `phrases.toml`.

Innocent explanation: fans say "follow me to that market", tag friends and link what they talk
about. So the two are separate layers that must agree, or be joined by one that looks at behaviour.
"""

import re
import tomllib
from collections import Counter
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

from engagement.filtering.ngrams import has_link, without_posts
from engagement.filtering.scene import Evidence, Findings, Scene
from engagement.filtering.stack import CONTACTS, PHRASES
from engagement.filtering.text import unmasked, visible, words

_LISTS = tomllib.loads(Path(__file__).with_name("phrases.toml").read_text(encoding="utf-8"))

# Each form is bounded or anchored, so that no text makes it slow. They run over the visible, casefolded text. The first
# begins with what it begins with in every case, since only then what is no beginning is passed over quickly.
_PHONE = re.compile(r"[+\d](?:(?<=\+)\d[\d\s().-]{6,18}\d|(?<=\d)(?<!\d\d)\d{2}[\s.-]\d{3}[\s.-]\d{4}(?!\d))")
_EMAIL = re.compile(r"\w@[a-z0-9-]{1,63}\.[a-z]{2}")
_WALLET = re.compile(r"\b(?:0x[0-9a-f]{30}|bc1[a-z0-9]{25})")
_HANDLE = re.compile(r"(?<![\w.@])@\w[\w.]{2}")
_TRADING_HANDLE = re.compile(r"(?<![\w.])@[\w.]{0,30}(?:fx|trad|invest|wealth|financ|crypto|btc|forex|profit)")

# None of them does without one of these, which most texts have none of.
_HINT = re.compile(r"[\d./@]")


def _phrase_table() -> dict[tuple[str, ...], str]:
    return {
        tuple(map(unmasked, words(visible(phrase)))): group
        for group, entry in _LISTS["phrases"].items()
        for phrase in entry["phrases"]
    }


_TABLE = _phrase_table()
# How long the phrases are that begin with two words, or are but one, longest first. Many of everybody's sentences begin
# with the first word of a phrase, few with both.
_LENGTHS = {
    opening: sorted({len(phrase) for phrase in _TABLE if phrase[:2] == opening}, reverse=True)
    for opening in {phrase[:2] for phrase in _TABLE}
}
_OPENINGS = _LENGTHS.keys()
_ALONE = {phrase[0] for phrase in _TABLE if len(phrase) == 1}


def phrases(scene: Scene) -> Findings:
    """Phrases of promoters: one piece of evidence per group, the heavier the more of its phrases there are."""
    found = {key: phrases_in(said) for key, said in scene.words.items()}
    return {key: [_spoken(*one) for one in Counter(groups).items()] for key, groups in found.items() if groups}


def contacts(scene: Scene) -> Findings:
    """Links, numbers, addresses and handles to follow."""
    found = {key: contacts_in(text) for key, text in scene.visible.items()}
    return {key: [_reachable(name) for name in names] for key, names in found.items() if names}


def phrases_in(said: Sequence[str]) -> list[str]:
    """The group of each different phrase among `words` of a text; of phrases that overlap, the first and longest."""
    spoken = said if all(map(str.isascii, said)) else list(map(unmasked, said))
    openings = list(pairwise([*spoken, ""]))
    if _OPENINGS.isdisjoint(openings) and _ALONE.isdisjoint(spoken):
        return []
    found: dict[tuple[str, ...], str] = {}
    end = 0
    for at, opening in enumerate(openings):
        is_opening = opening in _OPENINGS or opening[0] in _ALONE
        if at >= end and is_opening and (phrase := _phrase_at(spoken, at)):
            found[phrase] = _TABLE[phrase]
            end = at + len(phrase)
    return list(found.values())


def _phrase_at(spoken: Sequence[str], at: int) -> tuple[str, ...]:
    for length in (*_LENGTHS.get(tuple(spoken[at : at + 2]), ()), 1):
        if (phrase := tuple(spoken[at : at + length])) in _TABLE:
            return phrase
    return ()


def contacts_in(shown: str) -> list[str]:
    """The ways to be contacted that a visible text holds."""
    if not _HINT.search(shown):
        return []
    shown = without_posts(shown)
    has_at = "@" in shown
    ways = {
        "url": has_link(shown),
        "phone": _PHONE.search(shown),
        "email": has_at and _EMAIL.search(shown),
        "wallet": ("0x" in shown or "bc1" in shown) and _WALLET.search(shown),
        "handle": has_at and _HANDLE.search(shown),
        "trading_handle": has_at and _TRADING_HANDLE.search(shown),
    }
    return [name for name, is_there in ways.items() if is_there]


def _spoken(group: str, number: int) -> Evidence:
    """Evidence of so many phrases of a group, each an independent cause (noisy-or, as in the pipeline)."""
    entry = _LISTS[PHRASES][group]
    return Evidence(PHRASES, group, round(1 - (1 - entry["weight"]) ** number, 6), entry["detail"])


def _reachable(name: str) -> Evidence:
    entry = _LISTS[CONTACTS][name]
    return Evidence(CONTACTS, name, entry["weight"], entry["detail"])
