"""How good the filter's probabilities are where the truth is known, whatever the cut-off.

Every function takes pairs of (probability of a bot, is a bot).
"""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from scipy.stats import rankdata

from engagement.filtering.scoring import Score

Judged = Sequence[tuple[float, bool]]

# From this probability on a bot is the likelier answer.
EVEN = 0.5
BINS = 10


@dataclass(frozen=True)
class Bin:
    """Interactions of about one probability: how many, the mean probability, and the share that are bots."""

    number: int
    predicted: float
    observed: float


def auc(judged: Judged) -> float | None:
    """The chance that a bot's score is above a person's, ties half (Hanley and McNeil 1982); None without both."""
    bots = sum(is_bot for _, is_bot in judged)
    people = len(judged) - bots
    if not bots or not people:
        return None
    ranks = rankdata([score for score, _ in judged])
    total = sum(rank for rank, (_, is_bot) in zip(ranks, judged, strict=True) if is_bot)
    return float((total - bots * (bots + 1) / 2) / (bots * people))


def brier(judged: Judged) -> float | None:
    """The mean squared difference of probability and truth (Brier 1950), 0 is best; None of nothing."""
    return sum((score - is_bot) ** 2 for score, is_bot in judged) / len(judged) if judged else None


def recall_at(judged: Judged, false_positives: float) -> float | None:
    """The share of bots above the cut-off that spares all but this share of people (0 to 1); None without both."""
    bots = [score for score, is_bot in judged if is_bot]
    people = sorted((score for score, is_bot in judged if not is_bot), reverse=True)
    if not bots or not people:
        return None
    highest_spared = people[min(int(false_positives * len(people) + 1e-9), len(people) - 1)]
    return sum(score > highest_spared for score in bots) / len(bots)


def calibration(judged: Judged, bins: int = BINS) -> list[Bin]:
    """Probabilities against what came true, in bins of equal width; empty bins are left out."""
    by_bin: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for score, is_bot in judged:
        by_bin[min(int(score * bins), bins - 1)].append((score, is_bot))
    return [
        Bin(len(held), float(np.mean([s for s, _ in held])), float(np.mean([b for _, b in held])))
        for held in by_bin
        if held
    ]


def expected_calibration_error(judged: Judged, bins: int = BINS) -> float | None:
    """The mean distance of probability and truth over the bins (Naeini et al. 2015); None of nothing."""
    found = calibration(judged, bins)
    return sum(one.number * abs(one.predicted - one.observed) for one in found) / len(judged) if judged else None


def at_even_odds(judged: Judged) -> Score:
    """What is right if everybody is counted to the likelier side."""
    return Score.of((is_bot, score >= EVEN) for score, is_bot in judged)


def to_json(judged: Judged) -> dict[str, Any]:
    """All of it, for machines."""
    return {
        "auc": auc(judged),
        "brier": brier(judged),
        "recall_at_1_percent_false_positives": recall_at(judged, 0.01),
        "recall_at_2_percent_false_positives": recall_at(judged, 0.02),
        "expected_calibration_error": expected_calibration_error(judged),
        "calibration": [asdict(one) for one in calibration(judged)],
    }
