"""Layer: the text reads like what bots write, by a model trained on labelled comments.

Innocent explanation: people ask for a subscription as a joke, recommend a shop, or write about money under a post about
money. The model knows the English of two platforms; where it knows too few of the words, it says nothing.
"""

from collections.abc import Sequence

from engagement.filtering.model import Model
from engagement.filtering.ngrams import HANDLES, LINK, LINKS
from engagement.filtering.scene import Evidence, Findings, Scene
from engagement.filtering.stack import TEXT, probability

CONTACTS = LINKS | HANDLES
# The name of evidence that is no second sign beside a link or a handle: these were read here, too.
BY_CONTACT = "like_bots_by_contact"
# Below this the words beside a link or a handle are a person's, and the link or the handle alone reads like a bot's.
OWN_LEAST = 0.1
# Who leaves fewer words beside a link leaves the link, and says nothing as a person would.
FEWEST_BESIDE = 3
_LIKE_BOTS = "It reads like comments that people marked as promotion or fraud."
_LIKE_BOTS_BY_CONTACT = (
    "It reads like comments that people marked as promotion or fraud, but only by whom or what it names."
)
_LIKE_PEOPLE = "It reads like what people write."


def wording(scene: Scene, model: Model) -> Findings:
    """How each text reads; nothing of a text the model cannot read."""
    found = {key: _chance(said, model) for key, said in scene.tokens.items()}
    return {key: [_read(chance, scene.tokens[key], model)] for key, chance in found.items() if chance is not None}


def _chance(said: Sequence[str], model: Model) -> float | None:
    odds = model.text.log_odds_of(said)
    return None if odds is None else round(probability(model.calibrated(odds)), 4)


def _read(chance: float, said: Sequence[str], model: Model) -> Evidence:
    if chance < 0.5:
        return Evidence(TEXT, "like_people", chance, _LIKE_PEOPLE)
    if CONTACTS.isdisjoint(said) or _speaks_for_itself(said, model):
        return Evidence(TEXT, "like_bots", chance, _LIKE_BOTS)
    return Evidence(TEXT, BY_CONTACT, chance, _LIKE_BOTS_BY_CONTACT)


def _speaks_for_itself(said: Sequence[str], model: Model) -> bool:
    """Whether the words may be a bot's without whom and what they name, or are hardly any beside a link."""
    own = [token for token in said if token not in CONTACTS]
    if LINK in said and sum(map(str.isalnum, own)) < FEWEST_BESIDE:
        return True
    return (_chance(own, model) or 0.0) >= OWN_LEAST
