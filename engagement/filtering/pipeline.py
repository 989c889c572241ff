"""The filter: layers look at a post's interactions one after another, and their evidence makes a verdict.

No layer convicts alone. Layers that could not look (no text, no author, no time) say nothing.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import prod

from engagement.enums import Verdict
from engagement.filtering import content, duplicates, pace, personas
from engagement.filtering.scene import NOTHING_KNOWN, Evidence, Findings, History, Scene, Seen

# Stored with every verdict; raised whenever a layer, a weight or a phrase changes.
MODEL_VERSION = "layers-1"

# Evidence from here on is enough for `bot`.
THRESHOLD = 0.8
# At most this much from one layer, so that it takes two: a fan who writes "check my profile" stays a fan.
LAYER_CAP = 0.75
MIN_LAYERS = 2

# In the order in which reasons are read. A layer is a function from a scene to findings by id.
LAYERS: tuple[Callable[[Scene], Findings], ...] = (
    content.phrases,
    content.contacts,
    duplicates.repetition,
    pace.tempo,
)


@dataclass(frozen=True)
class Assessment:
    """A verdict with the weight of evidence for a bot (0 to 1) and the reasons, strongest layer first."""

    verdict: Verdict
    score: float
    reasons: tuple[Evidence, ...]


NOTHING_FOUND = Assessment(Verdict.GENUINE, 0.0, ())


def assess(
    interactions: Sequence[Seen],
    *,
    known_personas: frozenset[str],
    history: History = NOTHING_KNOWN,
    threshold: float = THRESHOLD,
) -> dict[int | str, Assessment]:
    """Judge every interaction of one post, by id.

    The evidence never depends on who is a persona: more personas can only take from the genuine, and one that
    behaves like a bot counts once, as persona.
    """
    findings = _findings(Scene(interactions, history))
    registered = personas.known(interactions, known_personas)
    return {
        seen.id: _assessment(findings.get(seen.id, []), registered.get(seen.id), threshold=threshold)
        for seen in interactions
    }


def _findings(scene: Scene) -> Findings:
    found: Findings = defaultdict(list)
    for layer in LAYERS:
        for key, evidence in layer(scene).items():
            found[key].extend(evidence)
    return found


def _assessment(evidence: list[Evidence], persona: Evidence | None, *, threshold: float) -> Assessment:
    if not evidence and persona is None:
        return NOTHING_FOUND
    layers = _by_layer(evidence)
    score = combined(list(layers.values()))
    reasons = tuple(sorted(evidence, key=lambda one: -layers[one.layer]))
    if persona is not None:
        return Assessment(Verdict.PERSONA, score, (persona, *reasons))
    is_bot = len(layers) >= MIN_LAYERS and score >= threshold
    return Assessment(Verdict.BOT if is_bot else Verdict.GENUINE, score, reasons)


def _by_layer(evidence: Sequence[Evidence]) -> dict[str, float]:
    """The weight of each layer that spoke: its pieces combined, up to the cap."""
    pieces: dict[str, list[float]] = defaultdict(list)
    for one in evidence:
        pieces[one.layer].append(one.weight)
    return {layer: min(LAYER_CAP, combined(weights)) for layer, weights in pieces.items()}


def combined(weights: Sequence[float]) -> float:
    """Noisy-or: the chance that one of several independent causes holds (Pearl 1988, section 4.3.2)."""
    # Rounded so that 1 - 0.4 * 0.5 is the 0.8 it should be.
    return round(1 - prod(1 - weight for weight in weights), 6)
