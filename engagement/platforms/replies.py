"""An answer of a platform as a value, and the waits its headers name."""

import re
import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from typing import Any

from engagement.platforms import errors
from engagement.platforms.nodes import Node

MAX_WAIT_SECONDS = 24 * 3600.0
# For the end of a month that is known by the calendar, and by no header.
MONTH_SECONDS = 31 * MAX_WAIT_SECONDS
_SECONDS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


@dataclass(frozen=True)
class Reply:
    """A platform's answer: `body` is decoded JSON."""

    platform: str
    status: int
    headers: Mapping[str, str]
    body: Any

    @property
    def node(self) -> Node:
        """The body as an object."""
        if not isinstance(self.body, dict):
            raise errors.InvalidResponse("The answer is not a JSON object", platform=self.platform, status=self.status)
        return Node(self.platform, self.body)

    @property
    def answered_at(self) -> float:
        """When it was given, as a unix time, by the platform's own clock (the Date header)."""
        return _answered_at(self.headers)

    def seconds_until(self, moment: float, *, at_most: float = MAX_WAIT_SECONDS) -> float | None:
        """Seconds from the platform's own clock to a unix time, at most a day; None when it is past."""
        wait = moment - self.answered_at
        return min(wait, at_most) if wait > 0 else None

    @property
    def retry_after(self) -> float | None:
        """The Retry-After header in seconds, in either of its forms, at most a day; 0 when it names no later time."""
        given = self.headers.get("Retry-After", "").strip()
        if _SECONDS.fullmatch(given):
            return min(max(float(given[:12]), 0.0), MAX_WAIT_SECONDS)
        try:
            return self.seconds_until(parsedate_to_datetime(given).timestamp()) or 0.0
        except (ValueError, TypeError):
            return None


def _answered_at(headers: Mapping[str, str]) -> float:
    try:
        return parsedate_to_datetime(headers.get("Date", "")).timestamp()
    except (ValueError, TypeError):
        return time.time()
