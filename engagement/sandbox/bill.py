"""What X would charge: resources counted once per UTC day and account, and what they cost.

Only keeps the counts; what an endpoint charges for is decided by the endpoint.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date

# Micro-dollars (millionths of a dollar) for each item of the price list of 2026.
PRICES = {
    "posts_read": 5_000,
    "users_read": 10_000,
    "likes_read": 1_000,
    "owned_reads": 1_000,
    "creates": 15_000,
    "creates_with_url": 200_000,
}


@dataclass
class Bill:
    """The ids charged for, by account, UTC day and item of the price list; forgotten when the sandbox ends."""

    charged: dict[tuple[str, date, str], set[str]] = field(default_factory=dict)

    def charge(self, account: str, on: date, item: str, resources: Iterable[str]) -> None:
        self.charged.setdefault((account, on, item), set()).update(resources)

    def counts(self, account: str, on: date | None = None) -> dict[str, int]:
        """How many of each item were charged, on one day or in all, and the sum in micro-dollars."""
        counts = {item: self._count(account, item, on) for item in PRICES}
        return {**counts, "micro_dollars": sum(PRICES[item] * count for item, count in counts.items())}

    def days(self, account: str, item: str) -> dict[date, int]:
        return {day: len(ids) for (who, day, what), ids in self.charged.items() if (who, what) == (account, item)}

    def _count(self, account: str, item: str, on: date | None) -> int:
        return sum(count for day, count in self.days(account, item).items() if on in (None, day))
