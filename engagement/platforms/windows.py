"""How a budget's window is cut into slots, and how long what was spent in a slot counts. Pure.

A slot counts until its end has left the window, so never more than the amount is spent in any span of that length.
The platform counts a call when it arrives, so it counts here a little longer. Where a platform told when its own fixed
window begins anew, slots start with that window and count until then.
"""

from datetime import UTC, datetime, timedelta
from typing import NamedTuple

SLOTS = 15
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)
# A call may be so long on its way; in a window of seconds one slot longer is enough.
ON_THE_WAY = timedelta(seconds=1)


class Slot(NamedTuple):
    """When a slot begins, and until when what was spent in it counts."""

    at: datetime
    counts_until: datetime


def slot_of(now: datetime, window: timedelta, resets_at: datetime | None = None) -> Slot:
    """The slot that `now` falls in."""
    length = window / SLOTS
    base = EPOCH if resets_at is None else resets_at
    at = base + (now - base) // length * length
    if resets_at is not None and now < resets_at:
        return Slot(at, resets_at)
    return Slot(at, at + length + window + way_of(window))


def way_of(window: timedelta) -> timedelta:
    """How long after it was counted a call may arrive and still be counted long enough."""
    return min(window / SLOTS, ON_THE_WAY)


def day_of(now: datetime) -> Slot:
    """The day (UTC) that `now` falls in: what is paid counts by the day."""
    at = EPOCH + (now - EPOCH) // DAY * DAY
    return Slot(at, at + DAY)
