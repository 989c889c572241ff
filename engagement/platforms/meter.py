"""Where calls are counted: what a connection asks before it sends, and tells after it was answered."""

from collections.abc import Mapping
from contextlib import AbstractContextManager, nullcontext
from typing import Any, Protocol, Self

from engagement.platforms import errors
from engagement.platforms.replies import Reply


class Call(Protocol):
    """A call that was paid for, and may be told how it went."""

    def leaving(self) -> Self:
        """The call as it leaves, counted anew if that was too long ago. Raises `BudgetSpent`: then it is not sent."""
        ...

    def hear(self, reply: Reply) -> None:
        """Correct the budgets by what the platform reports, whatever it answered."""
        ...

    def failed(self, error: errors.PlatformError) -> None:
        """Close budgets that the platform says are spent, and count calls that nobody answered."""
        ...


class Meter(Protocol):
    """Counts what calls cost. `request` holds `params`, `json` or `data` of the call, as they are sent.

    `gate` is held while a request is under way, so that no more of them are than may be.
    """

    @property
    def gate(self) -> AbstractContextManager[Any]:
        """Entered as a request leaves, left when its answer is there."""
        ...

    def spend(self, method: str, path: str, request: Mapping[str, Any]) -> Call:
        """Take the price of a call from its budgets. Raises `BudgetSpent` if one has not enough left."""
        ...


class Unmetered:
    """Counts nothing: for calls that no budget covers."""

    gate = nullcontext()

    def spend(self, method: str, path: str, request: Mapping[str, Any]) -> Self:
        """Let it pass."""
        return self

    def leaving(self) -> Self:
        """Let it leave."""
        return self

    def hear(self, reply: Reply) -> None:
        """Ignore it."""

    def failed(self, error: errors.PlatformError) -> None:
        """Ignore it."""


UNMETERED = Unmetered()
