"""Where calls are counted: what a connection asks before it sends, and tells after it was answered."""

from collections.abc import Mapping
from typing import Any, Protocol

from engagement.platforms.replies import Reply


class Meter(Protocol):
    """Counts what calls cost. `request` holds `params`, `json` or `data` of the call, as they are sent."""

    def spend(self, method: str, path: str, request: Mapping[str, Any]) -> None:
        """Take the price of a call from its budgets. Raises `RateLimited` if one has not enough left."""
        ...

    def hear(self, method: str, path: str, reply: Reply) -> None:
        """Correct the budgets by what the platform reports, whatever it answered."""
        ...


class Unmetered:
    """Counts nothing: for calls that no budget covers."""

    def spend(self, method: str, path: str, request: Mapping[str, Any]) -> None:
        """Let it pass."""

    def hear(self, method: str, path: str, reply: Reply) -> None:
        """Ignore it."""


UNMETERED = Unmetered()
