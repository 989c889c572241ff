"""When a post's numbers are due again: often while it is young, seldom when it is old. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta

HOUR = timedelta(hours=1)


def next_sync(published_at: datetime, now: datetime, ladder: Sequence[tuple[int, int]]) -> datetime | None:
    """When a post that was synced at `now` is due again; None once it is older than the ladder.

    Each rung is (age below which it holds, time until the next sync), both in hours.
    """
    age = (now - published_at) // HOUR
    for below, interval in ladder:
        if age < below:
            return now + timedelta(hours=interval)
    return None
