"""Layer: the author is one of our AI personas. This is knowledge, not suspicion, so there is no innocent explanation."""

from collections.abc import Sequence

from engagement.filtering.scene import Evidence, Seen

LAYER = "personas"


def known(interactions: Sequence[Seen], known_personas: frozenset[str]) -> dict[int | str, Evidence]:
    """Which interactions come from an author in the persona registry."""
    evidence = Evidence(LAYER, "known_persona", 1.0, "The author is a registered AI persona.")
    return {
        seen.id: evidence for seen in interactions if seen.author_key and seen.author_key in known_personas
    }
