"""Where events go: the callback address of each platform and what is still to be sent there.

Only keeps the list; what events look like is each platform's own, how they travel is in `push.py`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass, field
from datetime import datetime

from engagement.sandbox.messages import Json

MAX_WAITING, MAX_TRIES = 1000, 5


@dataclass
class Waiting:
    payload: Json
    tries: int = 0


@dataclass
class Callback:
    """A registered address; events up to `until` have been collected, `waiting` holds what nobody took yet."""

    platform: str
    address: str
    secret: str
    verify_token: str
    until: datetime
    waiting: list[Waiting] = field(default_factory=list)
    sending: threading.Lock = field(default_factory=threading.Lock)

    def collect(self, payloads: list[Json], until: datetime) -> None:
        """Beyond the bound the oldest are lost, as after the hours a platform retries."""
        self.waiting = [*self.waiting, *map(Waiting, payloads)][-MAX_WAITING:]
        self.until = until
