"""Where events go: the callback address of each platform and what is still to be sent there.

Only keeps the list; what events look like is each platform's own, how they travel is in `push.py`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from engagement.sandbox.messages import Json

MAX_WAITING = 1000


@dataclass
class Callback:
    """A registered address; events up to `until` have been collected, `waiting` holds what nobody took yet."""

    platform: str
    address: str
    secret: str
    verify_token: str
    until: datetime
    waiting: list[Json] = field(default_factory=list)

    def collect(self, payloads: list[Json], until: datetime) -> None:
        """The oldest go first; beyond the bound the oldest are lost, as after the hours a platform retries."""
        self.waiting = [*self.waiting, *payloads][-MAX_WAITING:]
        self.until = until
