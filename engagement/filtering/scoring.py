"""How good the filter's verdicts are where the truth is known."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from math import sqrt
from typing import Any

from engagement.intervals import Interval, wilson


@dataclass(frozen=True)
class Score:
    """Verdicts against the truth, counted: bots found, genuine blamed, bots missed, genuine left alone."""

    found: int
    blamed: int
    missed: int
    cleared: int

    @classmethod
    def of(cls, outcomes: Iterable[tuple[bool, bool]]) -> "Score":
        """Count pairs of (is a bot, was called a bot)."""
        counts = Counter(outcomes)
        return cls(counts[True, True], counts[False, True], counts[True, False], counts[False, False])

    @property
    def precision(self) -> float | None:
        """Share of those called bots that are bots; None if nobody was."""
        return _share(self.found, self.found + self.blamed)

    @property
    def recall(self) -> float | None:
        """Share of the bots that were called bots; None without bots."""
        return _share(self.found, self.found + self.missed)

    @property
    def false_alarm_ratio(self) -> float | None:
        """Share of the genuine that were called bots; None without genuine ones."""
        return _share(self.blamed, self.blamed + self.cleared)

    @property
    def f1(self) -> float | None:
        """The harmonic mean of precision and recall; None without bots and without any called one."""
        return _share(2 * self.found, 2 * self.found + self.blamed + self.missed)

    @property
    def mcc(self) -> float | None:
        """Matthews' correlation, -1 to 1 (Matthews 1975); None where one side of truth or verdict is empty."""
        called, spared = self.found + self.blamed, self.missed + self.cleared
        bots, people = self.found + self.missed, self.blamed + self.cleared
        product = self.found * self.cleared - self.blamed * self.missed
        return product / sqrt(called * spared * bots * people) if called and spared and bots and people else None

    def intervals(self) -> dict[str, Interval | None]:
        """Wilson's 95 % intervals of the three shares."""
        return {
            "precision": wilson(self.found, self.found + self.blamed),
            "recall": wilson(self.found, self.found + self.missed),
            "false_alarm_ratio": wilson(self.blamed, self.blamed + self.cleared),
        }

    def precision_at(self, prevalence: float) -> float | None:
        """The precision to expect where bots are this share of all (0 to 1), by Bayes' theorem; None if unknown."""
        if self.recall is None or self.false_alarm_ratio is None:
            return None
        right, wrong = self.recall * prevalence, self.false_alarm_ratio * (1 - prevalence)
        return right / (right + wrong) if right + wrong else None

    def to_json(self, prevalences: Iterable[float] = ()) -> dict[str, Any]:
        """Counts, shares with their intervals, and the precision at each prevalence."""
        shares = {
            name: {"value": getattr(self, name), "interval": asdict(around) if around else None}
            for name, around in self.intervals().items()
        }
        at = {f"{prevalence:g}": self.precision_at(prevalence) for prevalence in prevalences}
        return {**asdict(self), **shares, "f1": self.f1, "mcc": self.mcc, "precision_at_prevalence": at}


def _share(part: int, whole: int) -> float | None:
    return part / whole if whole else None
