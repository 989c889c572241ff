"""Layer: the text reads like what bots write, by a model trained on labelled comments.

Innocent explanation: people ask for a subscription as a joke, recommend a shop, or write about money under a post about
money. The model knows the English of two platforms; where it knows too few of the words, it says nothing.
"""

from engagement.filtering.model import Model
from engagement.filtering.scene import Evidence, Findings, Scene
from engagement.filtering.stack import TEXT, probability

_LIKE_BOTS = "It reads like comments that people marked as promotion or fraud."
_LIKE_PEOPLE = "It reads like what people write."


def wording(scene: Scene, model: Model) -> Findings:
    """How each text reads; nothing of a text the model cannot read."""
    found = {key: model.text.log_odds_of(said) for key, said in scene.tokens.items()}
    return {key: [_read(model.calibrated(odds))] for key, odds in found.items() if odds is not None}


def _read(odds: float) -> Evidence:
    chance = round(probability(odds), 4)
    name, detail = ("like_bots", _LIKE_BOTS) if chance >= 0.5 else ("like_people", _LIKE_PEOPLE)
    return Evidence(TEXT, name, chance, detail)
