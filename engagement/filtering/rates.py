"""How often verdicts were wrong on labelled comments that the model had not seen, and how unlike the files were."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from statistics import mean, variance
from typing import Any

# (times, of so many). Whoever is in doubt counts by the probability, so that times need not be whole.
Count = tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class FileRates:
    """One file: people accused and bots found; None where the file has no such ones."""

    false_accusations: Count | None
    recall: Count | None


@dataclass(frozen=True, kw_only=True)
class MeasuredRates:
    """People accused and bots found: as few counts as say how unlike the files are, and the counts of each file."""

    false_accusations: Count
    recall: Count
    files: Mapping[str, FileRates]

    @classmethod
    def of(cls, files: Mapping[str, FileRates]) -> "MeasuredRates":
        """From the counts of each file. Raises ValueError without people or without bots."""
        accused = [one.false_accusations for one in files.values() if one.false_accusations]
        found = [one.recall for one in files.values() if one.recall]
        return cls(false_accusations=spread(accused), recall=spread(found), files=files)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "MeasuredRates":
        """The rates as `to_json` wrote them."""
        files = {
            name: FileRates(false_accusations=_count(one["false_accusations"]), recall=_count(one["recall"]))
            for name, one in stored["files"].items()
        }
        accused, found = stored["false_accusations"], stored["recall"]
        return cls(false_accusations=(accused[0], accused[1]), recall=(found[0], found[1]), files=files)

    def to_json(self) -> dict[str, Any]:
        """All of it, for the model's file."""
        return asdict(self)


def _count(stored: Sequence[float] | None) -> Count | None:
    return (stored[0], stored[1]) if stored else None


def spread(counts: Sequence[Count]) -> Count:
    """The mean share of several files, as so many times of as many as would vary like it does between them.

    The moments of a Beta: a share m of n varies by m (1 - m) / (n + 1). At most all that were counted.
    """
    if not counts:
        raise ValueError("Without a file that has such comments there is no rate.")
    shares, counted = [times / of for times, of in counts], sum(of for _, of in counts)
    middle = mean(shares)
    between = variance(shares) if len(shares) > 1 else 0.0
    worth = min(counted, max(1.0, middle * (1 - middle) / between - 1)) if between else counted
    return round(middle * worth, 2), round(worth, 2)
