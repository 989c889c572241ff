"""Layer: the same text again, or nearly. Campaigns paste one from many accounts, lone spammers theirs many times.

Innocent explanation: song lyrics, slogans, chain jokes, a comment sent twice by a bad connection.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import TypeVar

from engagement.filtering import near
from engagement.filtering.scene import Evidence, Findings, Repeats, Scene, Seen
from engagement.filtering.stack import DUPLICATES

Mark = TypeVar("Mark", int, str)

Steps = tuple[tuple[int, float], ...]

UNKNOWN = ""
NEVER = Repeats(0, 0)

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
    repeated = [(seen, mark) for seen in scene.interactions if (mark := scene.fingerprints.get(seen.id))]
    authors = _authors(repeated, scene.history.fingerprints)
    copies = Counter((mark, seen.author_key) for seen, mark in repeated)
    resembled = _resembled(scene)
    found: Findings = {}
    for seen in scene.interactions:
        mark = scene.fingerprints.get(seen.id, "")
        told = (
            _by_many(authors.get(mark, 0)),
            _by_one(seen, copies[mark, seen.author_key]),
            _elsewhere(seen, mark, scene),
            _nearly(resembled.get(seen.id, 0)),
        )
        evidence = [one for one in told if one]
        if evidence:
            found[seen.id] = [max(evidence, key=lambda one: one.weight)]
    return found


def _resembled(scene: Scene) -> dict[int | str, int]:
    """Of how many authors each text is nearly the text, where that is more than one."""
    earlier = scene.history.near
    # Earlier posts can only be compared by marks; within the post a cheaper look comes first.
    hashed = scene.runs if earlier else {key: scene.runs[key] for key in near.doubtful(scene.runs)}
    marks = near.marks(hashed)
    pairs = [(seen, mark) for seen in scene.interactions for mark in marks.get(seen.id, ())]
    authors = _authors(pairs, earlier)
    return {key: max(authors[mark] for mark in own) for key, own in marks.items()}


def _authors(marked: Iterable[tuple[Seen, Mark]], earlier: Mapping[Mark, Repeats]) -> dict[Mark, int]:
    """Distinct authors per mark, at least: unknown ones may be anybody, earlier ones the same people."""
    named: dict[Mark, set[str]] = defaultdict(set)
    for seen, mark in marked:
        keys = named[mark]
        if seen.author_key != UNKNOWN:
            keys.add(seen.author_key)
    return {mark: max(len(keys), earlier.get(mark, NEVER).authors) for mark, keys in named.items()}


def _by_many(authors: int) -> Evidence | None:
    return _told("many_authors", authors, AUTHOR_STEPS, "The same text came from at least {} authors.")


def _by_one(seen: Seen, copies: int) -> Evidence | None:
    """Copies without a known author count as one author's: the weaker of the two explanations."""
    if seen.author_key == UNKNOWN:
        return _told("repeated", copies, COPY_STEPS, "The same text stands here {} times.")
    return _told("same_author", copies, COPY_STEPS, "The author posted this text {} times here.")


def _elsewhere(seen: Seen, mark: str, scene: Scene) -> Evidence | None:
    record = scene.history.authors.get(seen.author_key)
    posts = record.texts.get(mark, 0) if record and seen.author_key != UNKNOWN else 0
    return _told("same_author_elsewhere", posts, ELSEWHERE_STEPS, "The author left this text on {} other posts.")


def _nearly(authors: int) -> Evidence | None:
    return _told("near_copies", authors, NEAR_STEPS, "Nearly the same text came from at least {} authors.")


def _told(name: str, number: int, steps: Steps, detail: str) -> Evidence | None:
    """What the highest step says that the number reaches; nothing below all of them, as of most texts."""
    for least, weight in steps:
        if number >= least:
            return Evidence(DUPLICATES, name, weight, detail.format(number))
    return None
