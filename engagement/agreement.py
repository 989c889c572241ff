"""How the filter's verdicts and scores stand beside what people decided. Pure, over counts that the database grouped.

People look at what the filter doubts more than at the rest, so these are figures of what was looked at, not of all.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import fsum
from typing import Any

from engagement.enums import Verdict
from engagement.intervals import Interval, wilson

SLOTS = 10
# Of fewer decisions an interval holds nearly everything, and that it holds the score says nothing.
FEWEST = 5

# One group: `slot`, `verdict` (a person's), `filter_verdict`, `model_version`, `n`, `mean` (score).
Group = Mapping[str, Any]


@dataclass(frozen=True)
class Slot:
    """The decisions on one range of scores: how many, how many called bots, the mean score."""

    low: float
    high: float
    n: int
    bots: int
    mean: float

    @property
    def interval(self) -> Interval | None:
        """The share of bots by people's word, 95 %."""
        return wilson(self.bots, self.n)

    @property
    def fits(self) -> bool | None:
        """Whether the scores lie within what people said; None where too few were decided to tell."""
        ends = self.interval
        return None if ends is None or self.n < FEWEST else self.mean in ends


@dataclass(frozen=True)
class Share:
    """A part of a whole that people looked at."""

    part: int
    n: int

    @property
    def interval(self) -> Interval | None:
        """Its 95 % interval; None where nobody looked at any."""
        return wilson(self.part, self.n)


def calibration(groups: Iterable[Group]) -> list[Slot]:
    """By range of scores, how many of them people called bots. Personas are neither bots nor people and left out."""
    found: dict[int, list[Group]] = defaultdict(list)
    for group in groups:
        if group["verdict"] in (Verdict.GENUINE, Verdict.BOT):
            found[group["slot"]].append(group)
    return [_slot(slot, found[slot]) for slot in sorted(found)]


def _slot(slot: int, groups: list[Group]) -> Slot:
    n = sum(group["n"] for group in groups)
    bots = sum(group["n"] for group in groups if group["verdict"] == Verdict.BOT)
    mean = fsum(group["n"] * group["mean"] for group in groups) / n
    return Slot(slot / SLOTS, (slot + 1) / SLOTS, n, bots, mean)


def agreed(groups: Iterable[Group]) -> Share:
    """How often people said what the filter had said, where it had said anything clear."""
    clear = [group for group in groups if group["filter_verdict"] not in ("", Verdict.UNSURE)]
    return Share(_sum(one for one in clear if one["verdict"] == one["filter_verdict"]), _sum(clear))


def wrongly_accused(groups: Iterable[Group]) -> Share:
    """Of those people called genuine, how many the filter had called bots."""
    genuine = [group for group in groups if group["verdict"] == Verdict.GENUINE]
    return Share(_sum(one for one in genuine if one["filter_verdict"] == Verdict.BOT), _sum(genuine))


def per_model(groups: Iterable[Group]) -> list[tuple[str, int]]:
    """How many decisions were made on what each model had scored, the most first."""
    counts: Counter[str] = Counter()
    for group in groups:
        counts[group["model_version"]] += group["n"]
    return counts.most_common()


def _sum(groups: Iterable[Group]) -> int:
    return sum(group["n"] for group in groups)
