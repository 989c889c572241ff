"""Layer: the same text again, or nearly. Campaigns paste one from many accounts, lone spammers theirs many times.

Innocent explanation: song lyrics, slogans, chain jokes, a comment sent twice by a bad connection.
"""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TypeVar

from engagement.filtering import near
from engagement.filtering.scene import Evidence, Findings, Scene
from engagement.filtering.stack import DUPLICATES

Mark = TypeVar("Mark", int, str)

Steps = tuple[tuple[int, float], ...]
# By id, how many authors, copies or posts tell against one.
Numbers = dict[int | str, int]
Told = Iterator[tuple[int | str, Evidence]]

UNKNOWN = ""

# (at least so many distinct authors of one text, weight)
AUTHOR_STEPS = ((5, 0.65), (3, 0.55), (2, 0.45))
# The same for texts that are nearly the same: two people may well say much the same.
NEAR_STEPS = ((5, 0.6), (3, 0.5), (2, 0.3))
# More than so many make no difference.
MANY_AUTHORS = max(AUTHOR_STEPS[0][0], NEAR_STEPS[0][0])
# (at least so many copies by one author, weight): twice is often a bad connection.
COPY_STEPS = ((5, 0.65), (3, 0.55), (2, 0.35))
# (on at least so many other posts the author left this text, weight)
ELSEWHERE_STEPS = ((5, 0.65), (2, 0.55), (1, 0.4))


def repetition(scene: Scene) -> Findings:
    """Texts that several authors wrote, here or on earlier posts, and authors who repeat themselves."""
    found: Findings = defaultdict(list)
    for key, one in chain(_by_many(scene), _by_one(scene), _elsewhere(scene), _nearly(scene)):
        found[key].append(one)
    return {key: [max(pieces, key=lambda one: one.weight)] for key, pieces in found.items()}


def _by_many(scene: Scene) -> Told:
    marks = {key: (mark,) for key, mark in scene.fingerprints.items()}
    authors = _authors(scene, marks, scene.history.fingerprints)
    return _told("many_authors", authors, AUTHOR_STEPS, "The same text came from at least {} authors.")


def _by_one(scene: Scene) -> Told:
    """Copies without a known author count as one author's: the weaker of the two explanations."""
    by = {seen.id: (scene.fingerprints.get(seen.id), seen.author_key) for seen in scene.interactions}
    copies = Counter(by.values())
    again = {key: one for key, one in by.items() if one[0] and copies[one] > 1}
    known = {key: copies[one] for key, one in again.items() if one[1] != UNKNOWN}
    unknown = {key: copies[one] for key, one in again.items() if one[1] == UNKNOWN}
    yield from _told("same_author", known, COPY_STEPS, "The author posted this text {} times here.")
    yield from _told("repeated", unknown, COPY_STEPS, "The same text stands here {} times.")


def _elsewhere(scene: Scene) -> Told:
    records, marks = scene.history.authors, scene.fingerprints
    posts = {
        seen.id: record.texts.get(marks.get(seen.id, ""), 0)
        for seen in scene.interactions
        if seen.author_key != UNKNOWN and (record := records.get(seen.author_key))
    }
    return _told("same_author_elsewhere", posts, ELSEWHERE_STEPS, "The author left this text on {} other posts.")


def _nearly(scene: Scene) -> Told:
    earlier, runs = scene.history.near, scene.runs
    # Earlier posts can only be compared by marks; within the post a cheaper look comes first.
    hashed = runs if earlier else {key: runs[key] for key in near.doubtful(runs)}
    authors = _authors(scene, near.marks(hashed), earlier)
    return _told("near_copies", authors, NEAR_STEPS, "Nearly the same text came from at least {} authors.")


def _authors(scene: Scene, marks: Mapping[int | str, tuple[Mark, ...]], earlier: Mapping[Mark, int]) -> Numbers:
    """Of how many authors each text is at least, by its marks: unknown ones may be anybody, earlier ones the same.

    A text that shares no mark is left out.
    """
    holders = Counter(chain.from_iterable(marks.values()))
    shared = {mark for mark, number in holders.items() if number > 1 or mark in earlier}
    held = {key: common for key, own in marks.items() if (common := shared.intersection(own))}
    named: dict[Mark, set[str]] = defaultdict(set)
    for seen in scene.interactions:
        for mark in held.get(seen.id, ()):
            named[mark].add(seen.author_key)
    number = {mark: max(len(keys - {UNKNOWN}), earlier.get(mark, 0)) for mark, keys in named.items()}
    return {key: max(number[mark] for mark in common) for key, common in held.items()}


def _told(name: str, numbers: Numbers, steps: Steps, detail: str) -> Told:
    """What the highest step says that each number reaches; nothing of one below all of them."""
    for key, number in numbers.items():
        weight = next((weight for least, weight in steps if number >= least), None)
        if weight is not None:
            yield key, Evidence(DUPLICATES, name, weight, detail.format(number))
