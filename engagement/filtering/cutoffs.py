"""Where a probability becomes a verdict: cut-offs set by how many genuine people may be accused wrongly."""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import ceil

# At most this share of the genuine may be left in doubt or accused.
MOST_DOUBTED = 0.10
# Below this probability nobody is left in doubt, however few are: of so many bots as in training it is two in five, and
# where one in ten is a bot, one in twelve.
LEAST_DOUBTED = 0.40
# Decisions by staff weigh beside this many people of the training data, and nothing is changed for fewer than LEAST.
TRAINING_WORTH = 200
LEAST_DECISIONS = 30


@dataclass(frozen=True)
class CutOffs:
    """From `bot` on a bot, below `genuine` a person, and between them not sure."""

    bot: float
    genuine: float


def cut_offs(genuine_scores: Sequence[float], most_accused: float) -> CutOffs:
    """The cut-offs that keep the share of genuine scores called a bot's within `most_accused` (0 to 1).

    Raises ValueError for a share that is none, or without scores.
    """
    if not 0 <= most_accused < 1:
        raise ValueError(f"{most_accused!r} is not a share: MAX_WRONGLY_ACCUSED is a number from 0 to below 1.")
    if not genuine_scores:
        raise ValueError("Without scores of genuine interactions there is no cut-off.")
    ordered = sorted(genuine_scores)
    bot = _exceeded_by(ordered, most_accused)
    doubted = max(LEAST_DOUBTED, _exceeded_by(ordered, max(MOST_DOUBTED, most_accused)))
    return CutOffs(bot=bot, genuine=min(bot, doubted))


def recalibrated(
    genuine_scores: Sequence[float], decisions: Iterable[tuple[float, bool]], most_accused: float
) -> CutOffs:
    """Cut-offs for one installation, from the training's genuine scores and staff's decisions (score, is a bot).

    Give every decision, also those that agreed with the filter: people look at doubtful ones, and corrections alone
    would tell of nothing else. With few decisions the training's scores stand.
    """
    decided = [score for score, is_bot in decisions if not is_bot]
    if len(decided) < LEAST_DECISIONS:
        return cut_offs(genuine_scores, most_accused)
    return cut_offs([*_spread(sorted(genuine_scores), TRAINING_WORTH), *decided], most_accused)


def _spread(ordered: Sequence[float], number: int) -> list[float]:
    """So many of the scores, evenly over their order."""
    return [ordered[(2 * at + 1) * len(ordered) // (2 * number)] for at in range(number)]


def _exceeded_by(ordered: Sequence[float], share: float) -> float:
    """The lowest cut-off that at most this share of the scores reach, just above one of them."""
    allowed = int(share * len(ordered) + 1e-9)
    highest_spared = ordered[len(ordered) - allowed - 1]
    return min(1.0, ceil(highest_spared * 10_000 + 1) / 10_000)


def share_reaching(scores: Sequence[float], cut_off: float) -> float:
    """The share of the scores that reach a cut-off."""
    ordered = sorted(scores)
    return (len(ordered) - bisect_left(ordered, cut_off)) / len(ordered)
