"""Layer: the same text again. Campaigns paste one from many accounts, lone spammers theirs many times.

Innocent explanation: song lyrics, slogans, chain jokes, a comment sent twice by a bad connection.
"""

from collections import Counter, defaultdict

from engagement.filtering.scene import Evidence, Findings, Scene, Seen

LAYER = "duplicates"
UNKNOWN = ""

# (at least so many distinct authors of one text, weight)
AUTHOR_STEPS = ((5, 0.65), (3, 0.55), (2, 0.45))
# (at least so many copies by one author, weight): twice is often a bad connection.
COPY_STEPS = ((5, 0.65), (3, 0.55), (2, 0.35))


def repetition(scene: Scene) -> Findings:
    """Texts that several authors wrote, here or on earlier posts, and authors who repeat themselves."""
    repeated = [(seen, mark) for seen in scene.interactions if (mark := scene.fingerprints.get(seen.id))]
    authors = _authors(repeated, scene)
    copies = Counter((mark, seen.author_key) for seen, mark in repeated)
    found: Findings = {}
    for seen, mark in repeated:
        evidence = max(_by_many(authors[mark]), _by_one(seen, copies[mark, seen.author_key]), key=_weight)
        if evidence.weight:
            found[seen.id] = [evidence]
    return found


def _authors(repeated: list[tuple[Seen, str]], scene: Scene) -> dict[str, int]:
    """Distinct authors per text, at least: unknown ones may be anybody, earlier ones the same people."""
    named: dict[str, set[str]] = defaultdict(set)
    for seen, mark in repeated:
        named[mark] |= {seen.author_key} - {UNKNOWN}
    earlier = scene.history.fingerprints
    return {mark: max(len(keys), earlier[mark].authors if mark in earlier else 0) for mark, keys in named.items()}


def _by_many(authors: int) -> Evidence:
    detail = f"The same text came from at least {authors} authors."
    return Evidence(LAYER, "many_authors", _step(authors, AUTHOR_STEPS), detail)


def _by_one(seen: Seen, copies: int) -> Evidence:
    """Copies without a known author count as one author's: the weaker of the two explanations."""
    if seen.author_key == UNKNOWN:
        detail = f"The same text stands here {copies} times."
        return Evidence(LAYER, "repeated", _step(copies, COPY_STEPS), detail)
    detail = f"The author posted this text {copies} times here."
    return Evidence(LAYER, "same_author", _step(copies, COPY_STEPS), detail)


def _weight(evidence: Evidence) -> float:
    return evidence.weight


def _step(number: int, steps: tuple[tuple[int, float], ...]) -> float:
    return next((weight for least, weight in steps if number >= least), 0.0)
