"""What a piece of work over many items came to: one line per item, in words that staff can act on."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class Outcome(StrEnum):
    """How the work on one item ended."""

    SYNCED = "synced"
    PUBLISHED = "published"
    RENEWED = "renewed"
    # The platform accepted it and still works on it; the next run asks again.
    PENDING = "pending"
    SKIPPED = "skipped"
    THROTTLED = "throttled"
    FAILED = "failed"
    # The platform no longer shows it: its last numbers stay and are no longer refreshed.
    STALE = "stale"


@dataclass(frozen=True)
class Item:
    """One thing that was worked on, and how that ended."""

    name: str
    outcome: Outcome
    reason: str = ""


@dataclass
class Report:
    """The items of one piece of work."""

    items: list[Item] = field(default_factory=list)

    def add(self, name: object, outcome: Outcome, reason: str = "") -> None:
        """Note how the work on `name` ended."""
        self.items.append(Item(str(name), outcome, reason))

    def extend(self, items: Iterable[Item]) -> None:
        """Take over the items of another report."""
        self.items.extend(items)

    def count(self, outcome: Outcome) -> int:
        """How many items ended so."""
        return sum(item.outcome == outcome for item in self.items)

    @property
    def failed(self) -> bool:
        """Whether anything failed."""
        return self.count(Outcome.FAILED) > 0

    def counts(self) -> dict[str, int]:
        """How many items ended in each way; every way that occurred is a key."""
        return {outcome.value: n for outcome, n in Counter(item.outcome for item in self.items).items()}

    def to_json(self) -> dict[str, Any]:
        """The report for machines."""
        items = [{"name": i.name, "outcome": i.outcome.value, "reason": i.reason} for i in self.items]
        return {"counts": self.counts(), "failed": self.failed, "items": items}
