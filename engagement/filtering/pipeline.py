"""The filter: layers look at a post's interactions one after another, and their evidence makes a verdict.

Layers that could not look (no text, no author, no time) say nothing. One weak sign never convicts: it takes two layers,
or one of those that `STRONG` names, whose error rates are measured.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache

from engagement.enums import Verdict
from engagement.filtering import (
    accounts,
    authors,
    coengagement,
    content,
    crowds,
    disguise,
    duplicates,
    pace,
    personas,
    wording,
)
from engagement.filtering.cutoffs import CutOffs
from engagement.filtering.model import Model, load_model
from engagement.filtering.scene import NOTHING_KNOWN, Evidence, Findings, History, Scene, Seen
from engagement.filtering.stack import ACCOUNT, AUTHOR, COENGAGEMENT, PHRASES, SIGNED, TEXT, said

DEFAULT = load_model()
# Stored with every verdict; another name for every change of a layer, a weight, a phrase or the trained numbers.
MODEL_VERSION = DEFAULT.version

# At most this share of genuine people may be called bots.
MAX_WRONGLY_ACCUSED = 0.02

# From this weight on a layer may convict alone: the text model was measured on labelled comments, co-engagement on
# shifted clocks. A text needs so many words besides, since what a few words say, people say in jest. As low
# as the cut-off lets it be: hardly any of those who use the words of bots innocently (innocent/) is above both, while
# at 0.98, where it stood for a model that had not read such people, far fewer bots above the cut-off were called bots.
STRONG = {TEXT: 0.8, COENGAGEMENT: 0.7}
FEWEST_WORDS = 5
# From here on so few are enough: of the comments the model had not seen, none of a person's was as sure in fewer.
SURE, FEWEST_SURE = 0.99, 3

# In the order in which reasons are read. A layer is a function from a scene to findings by id. Crowds come after all:
# they ask whom the others convict.
LAYERS: tuple[Callable[[Scene], Findings], ...] = (
    content.phrases,
    content.contacts,
    disguise.disguised,
    duplicates.repetition,
    pace.tempo,
    authors.record,
    coengagement.coengaged,
)
# These weigh by what training found.
TRAINED: tuple[Callable[[Scene, Model], Findings], ...] = (wording.wording, accounts.completeness)


@dataclass(frozen=True)
class Assessment:
    """A verdict with the probability of a bot (0 to 1), the reasons for it, weightiest first, and all evidence."""

    verdict: Verdict
    score: float
    reasons: tuple[Evidence, ...]
    evidence: tuple[Evidence, ...] = ()


def assess(
    interactions: Sequence[Seen],
    *,
    known_personas: frozenset[str],
    history: History = NOTHING_KNOWN,
    cut_offs: CutOffs | None = None,
    model: Model = DEFAULT,
) -> dict[int | str, Assessment]:
    """Judge every interaction of one post, by id; the cut-offs are the model's own if none are given.

    The evidence never depends on who is a persona: more personas can only take from the genuine, and one that
    behaves like a bot counts once, as persona.
    """
    scene = Scene(tuple({seen.id: seen for seen in interactions}.values()), history)
    bounds = cut_offs or usual_cut_offs(model)
    findings = evidence(scene, model)
    registered = personas.known(scene.interactions, known_personas)
    return {
        seen.id: _assessment(seen, findings.get(seen.id, []), registered.get(seen.id), scene, bounds, model)
        for seen in scene.interactions
    }


@cache
def usual_cut_offs(model: Model) -> CutOffs:
    """The cut-offs at the usual share of wrongly accused."""
    return model.cut_offs(MAX_WRONGLY_ACCUSED)


def evidence(scene: Scene, model: Model = DEFAULT) -> Findings:
    """What every layer says, by id."""
    found: Findings = defaultdict(list)
    for findings in [layer(scene) for layer in LAYERS] + [layer(scene, model) for layer in TRAINED]:
        _add(found, findings)
    if crowds.may_be(scene):
        suspects = {key for key, pieces in found.items() if may_convict(pieces, _words(scene, key))}
        _add(found, crowds.crowds(scene, suspects))
    return found


def _add(found: Findings, findings: Findings) -> None:
    for key, pieces in findings.items():
        found[key].extend(pieces)


def _words(scene: Scene, key: int | str) -> int:
    return sum(map(str.isalnum, scene.tokens.get(key, ())))


def _assessment(
    seen: Seen, pieces: list[Evidence], persona: Evidence | None, scene: Scene, bounds: CutOffs, model: Model
) -> Assessment:
    score = round(model.stack.probability(said(pieces)), 4)
    reasons = tuple(sorted(filter(_is_told, pieces), key=lambda one: -one.weight))
    if persona is not None:
        return Assessment(Verdict.PERSONA, score, (persona, *reasons), tuple(pieces))
    return Assessment(verdict(score, pieces, _words(scene, seen.id), bounds), score, reasons, tuple(pieces))


def verdict(score: float, pieces: Sequence[Evidence], words: int, bounds: CutOffs) -> Verdict:
    """What a probability and its evidence come to; `words` is how many the text has."""
    if score < bounds.genuine:
        return Verdict.GENUINE
    is_bot = score >= bounds.bot and may_convict(pieces, words)
    return Verdict.BOT if is_bot else Verdict.UNSURE


def may_convict(pieces: Sequence[Evidence], words: int) -> bool:
    """Whether the evidence against somebody is more than one weak sign; `words` is how many the text has.

    Of somebody with a good record it takes one sign more, and no words alone are enough.
    """
    against = [one for one in pieces if _is_against(one) and one.name != wording.BY_CONTACT]
    is_vouched_for = any(one.layer == AUTHOR and one.weight < 0.5 for one in pieces)
    # The text model and the phrases read the same words.
    if len({TEXT if one.layer == PHRASES else one.layer for one in against}) > 1 + is_vouched_for:
        return True
    strong = {one.layer: one.weight for one in against if one.weight >= STRONG.get(one.layer, 1.0)}
    is_said = words >= (FEWEST_SURE if strong.get(TEXT, 0.0) >= SURE else FEWEST_WORDS)
    return COENGAGEMENT in strong or (TEXT in strong and is_said and not is_vouched_for)


def _is_against(one: Evidence) -> bool:
    return one.weight > 0.5 if one.layer in SIGNED else one.weight > 0


def _is_told(one: Evidence) -> bool:
    """Whether staff are told: that something looks ordinary is no reason."""
    return one.layer not in {TEXT, ACCOUNT} or _is_against(one)
