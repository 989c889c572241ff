"""The layers' evidence combined: a logistic regression over what each layer says, with terms for what is missing.

Two rows of coefficients stand in the model: one for interactions whose text was read, one for all others. What is
missing adds nothing: an account nobody shows, an author nobody knows, a time nobody gives is no evidence.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import exp, log, prod
from typing import Any

from engagement.filtering.scene import Evidence

# Layers that can speak for a person too: their weight is a probability, one half says nothing, and its log-odds count.
TEXT, ACCOUNT, AUTHOR = "text", "account", "author"
SIGNED = frozenset({TEXT, ACCOUNT, AUTHOR})
# Layers that only know suspicion: no evidence is 0.
PHRASES, CONTACTS, DISGUISE, DUPLICATES = "phrases", "contacts", "disguise", "duplicates"
PACE, COENGAGEMENT = "pace", "coengagement"
LAYERS = (TEXT, PHRASES, CONTACTS, DISGUISE, DUPLICATES, PACE, AUTHOR, ACCOUNT, COENGAGEMENT)

# At most this much from one layer that only knows suspicion: a fan who writes "check my profile" stays a fan.
LAYER_CAP = 0.75
# At most this much from a layer that knows both.
MOST_LOG_ODDS = {TEXT: 6.0, ACCOUNT: 4.0, AUTHOR: 2.0}

# What is believed of an interaction of which nothing is known: the share of bots among ordinary comments.
ORDINARY_SHARE = 0.05

# Layers that no public data label have weights by judgement, chosen so that one of them alone leaves a person genuine
# or in doubt, and two of them convict: words in disguise that several write, too. (Of 1,625 labelled bots' texts 13 are
# disguised, of 5,180 by people 2.)
BY_JUDGEMENT = {DISGUISE: 6.0, PACE: 3.5, AUTHOR: 1.0, ACCOUNT: 0.3, COENGAGEMENT: 8.0}


@dataclass(frozen=True)
class Row:
    """The intercept and the weight of each layer."""

    intercept: float
    weights: Mapping[str, float]

    def log_odds(self, said: Mapping[str, float]) -> float:
        """The log-odds of a bot, from what each layer that spoke said."""
        return self.intercept + sum(self.weights[layer] * value for layer, value in said.items())


@dataclass(frozen=True)
class Stack:
    """Coefficients for interactions whose text the model read, and for all others."""

    read: Row
    unread: Row

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Stack":
        """The coefficients as `train_comment_model` wrote them."""
        return cls(*(Row(stored[name]["intercept"], stored[name]["weights"]) for name in ("read", "unread")))

    def probability(self, said: Mapping[str, float]) -> float:
        """The probability of a bot, from what each layer that spoke said (`said`)."""
        return probability((self.read if TEXT in said else self.unread).log_odds(said))


def said(evidence: Sequence[Evidence]) -> dict[str, float]:
    """What each layer that spoke says of one interaction: one number, whatever its pieces were."""
    pieces: dict[str, list[float]] = {}
    for one in evidence:
        pieces.setdefault(one.layer, []).append(one.weight)
    return {layer: _voice(layer, weights) for layer, weights in pieces.items()}


def _voice(layer: str, weights: Sequence[float]) -> float:
    if layer not in SIGNED:
        return min(LAYER_CAP, combined(weights))
    return bounded(layer, sum(log_odds(weight) for weight in weights))


def bounded(layer: str, odds: float) -> float:
    """Log-odds within what the layer may say."""
    most = MOST_LOG_ODDS[layer]
    return max(-most, min(most, odds))


def combined(weights: Sequence[float]) -> float:
    """Noisy-or: the chance that one of several independent causes holds (Pearl 1988, section 4.3.2)."""
    # Rounded so that 1 - 0.4 * 0.5 is the 0.8 it should be.
    return round(1 - prod(1 - weight for weight in weights), 6)


def probability(odds: float) -> float:
    """A probability from its log-odds."""
    return 1 / (1 + exp(-odds)) if odds >= 0 else exp(odds) / (1 + exp(odds))


def at_prevalence(chance: float, trained: float, expected: float) -> float:
    """What a probability becomes where the share of bots is `expected` and not that of the training (Saerens 2002)."""
    return probability(log_odds(chance) - log_odds(trained) + log_odds(expected))


def log_odds(share: float) -> float:
    """The log-odds of a probability; 0 and 1 are moved inside by a thousandth."""
    inside = min(0.999, max(0.001, share))
    return log(inside / (1 - inside))
