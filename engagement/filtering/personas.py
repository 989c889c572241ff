"""Layer: the author is one of our AI personas. Knowledge, not suspicion: it needs no second layer."""

from collections.abc import Sequence

from engagement.filtering.scene import Evidence, Seen

LAYER = "personas"


def known(interactions: Sequence[Seen], known_personas: frozenset[str]) -> dict[int | str, Evidence]:
    """Which interactions come from an author in the persona registry."""
    evidence = Evidence(LAYER, "known_persona", 1.0, "The author is a registered AI persona.")
    keys = known_personas - {""}  # unknown authors are nobody
    return {seen.id: evidence for seen in interactions if seen.author_key in keys}
