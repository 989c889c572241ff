"""Request limits on request: how many calls an account, or a whole app, may make in a rolling window.

Windows run by the world's clock, so a standing clock holds them still and moving it frees them. What a limit
looks like on the wire is each platform's own.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engagement.sandbox.messages import Request

ACCOUNT, APP = "account", "app"


@dataclass(frozen=True)
class Limit:
    """`amount` calls in `seconds`; empty `account` and `path` fit all. An app's accounts share one count."""

    platform: str
    amount: int
    seconds: float
    account: str = ""
    path: str = ""
    per: str = ACCOUNT


@dataclass(frozen=True)
class Usage:
    """What one caller has used of a limit by now, the present call included."""

    limit: Limit
    account: str
    used: int
    resets_in: float

    @property
    def is_exceeded(self) -> bool:
        return self.used > self.limit.amount

    @property
    def remaining(self) -> int:
        return max(0, self.limit.amount - self.used)

    @property
    def percent(self) -> int:
        return self.used * 100 // self.limit.amount


@dataclass
class Limits:
    active: list[Limit] = field(default_factory=list)
    calls: dict[tuple[Limit, str], deque[datetime]] = field(default_factory=dict)

    def add(self, limit: Limit) -> None:
        self.active.append(limit)

    def clear(self) -> None:
        self.active.clear()
        self.calls.clear()

    def count(self, request: Request, account: str, now: datetime, *, refused_count: bool) -> list[Usage]:
        """Count this call against every limit that fits; where one is exceeded, it counts only if refused ones do."""
        fitting = [limit for limit in self.active if _fits(limit, request, account)]
        usages = [self._usage(limit, account, now) for limit in fitting]
        if refused_count or not any(usage.is_exceeded for usage in usages):
            for limit in fitting:
                self._window(limit, account, now).append(now)
        return usages

    def _usage(self, limit: Limit, account: str, now: datetime) -> Usage:
        window = self._window(limit, account, now)
        used = len(window) + 1
        # A place comes free when so many of the oldest calls have left that one more fits.
        first = window[max(0, used - limit.amount - 1)] if window else now
        return Usage(limit, account, used, limit.seconds - (now - first).total_seconds())

    def _window(self, limit: Limit, account: str, now: datetime) -> deque[datetime]:
        window = self.calls.setdefault((limit, "" if limit.per == APP else account), deque())
        start = now - timedelta(seconds=limit.seconds)
        while window and window[0] <= start:
            window.popleft()
        return window


def _fits(limit: Limit, request: Request, account: str) -> bool:
    return limit.platform == request.platform and limit.account in ("", account) and limit.path in request.path
