"""A meter with a clock that tests move, and the rows behind it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from acd.tests.factories import NOW
from engagement.enums import Origin, Purpose
from engagement.models import Budget, SocialAccount
from engagement.platforms import errors
from engagement.platforms.budgets import DatabaseMeter, MeteredCall
from engagement.platforms.replies import Reply

SEARCH = ("GET", "/2/tweets/search/recent")
CREATE = ("POST", "/2/tweets")


class Clock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def move(self, **span: float) -> None:
        """Let time pass."""
        self.now += timedelta(**span)


class Metered:
    """Calls of one account, counted without waiting."""

    def __init__(self, account: SocialAccount, clock: Callable[[], datetime]) -> None:
        self.account, self.clock = account, clock

    def call(
        self, method: str, path: str, *, purpose: Purpose = Purpose.PUBLISH, patience: float = 0.0, **request: Any
    ) -> MeteredCall:
        """Pay for one call."""
        meter = DatabaseMeter(self.account, purpose, self.clock, patience)
        return meter.spend(method, path, request)

    def granted(self, line: Sequence[str], times: int, **options: Any) -> int:
        """How many of so many calls are let through."""
        return sum(self.refusal(*line, **options) is None for _ in range(times))

    def refusal(self, method: str, path: str, **options: Any) -> errors.BudgetSpent | None:
        """Why a call is not let through."""
        try:
            self.call(method, path, **options)
        except errors.BudgetSpent as refusal:
            return refusal
        return None

    def answered(self, line: Sequence[str], status: int = 200, body: Any = None, **headers: str) -> None:
        """A call and its answer; in names of headers `_` stands for `-`."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.call(*line).hear(Reply(self.account.platform, status, named, body))


def budget_of(account: SocialAccount, name: str) -> Budget:
    """An account's budget with what is spent."""
    return Budget.objects.with_spent(NOW).get(account=account, name=name)


def budget_of_app(name: str) -> Budget:
    """An app's budget with what is spent."""
    return Budget.objects.with_spent(NOW).get(account=None, name=name)


def limited(account: SocialAccount | None, name: str, amount: int, **changes: Any) -> None:
    """Set the amount of a budget, as staff do."""
    Budget.objects.filter(account=account, name=name).update(amount=amount, origin=Origin.STAFF, **changes)
