"""Frozen values of the webhooks: an event as it came, and what it asks for. No models, no clock."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from engagement.values import SeenInteraction


@dataclass(frozen=True, kw_only=True)
class Event:
    """One thing that happened on a platform, cut out of what it pushed.

    `identity` is what makes the same event the same when it is delivered again, in whatever company. `subject` is the
    id of the comment whose newest state the event tells, empty for events of which none can overtake another.
    """

    platform: str
    kind: str
    identity: Any
    body: Any = field(repr=False)
    subject: str = ""
    happened_at: datetime | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over the platform and the identity."""
        return hashlib.sha256(as_text([self.platform, self.identity]).encode()).hexdigest()


# What an event asks for.


@dataclass(frozen=True, kw_only=True)
class Seen:
    """Somebody did something under a post. `is_own`: the account itself did, whatever id the platform wrote there."""

    post_id: str
    interaction: SeenInteraction
    is_own: bool = False


@dataclass(frozen=True, kw_only=True)
class Gone:
    """An interaction was taken back. Without `post_id` it may be under any post of the account, or be a post of it."""

    platform_id: str
    post_id: str = ""
    account_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Moved:
    """Something about a post changed that is better read than told."""

    post_id: str


@dataclass(frozen=True, kw_only=True)
class Commented:
    """A comment was written whose text has to be fetched."""

    post_id: str
    comment_id: str


@dataclass(frozen=True, kw_only=True)
class Processed:
    """The platform has finished, or given up, what it was still processing."""

    publish_id: str


@dataclass(frozen=True, kw_only=True)
class Revoked:
    """An account took the app's access away."""

    account_id: str
    reason: str


Effect = Seen | Gone | Moved | Commented | Processed | Revoked


class UnknownEvent(Exception):
    """Gator has no rule for an event of this kind."""


def as_text(value: Any) -> str:
    """JSON in one form for equal values, in ASCII: every database takes it, whatever strangers wrote."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def moment_of(value: Any) -> datetime | None:
    """A moment in seconds, milliseconds or ISO form; None for what is none."""
    if isinstance(value, bool):
        return None
    try:
        if isinstance(value, str) and not value.isdigit():
            moment = datetime.fromisoformat(value)
            return moment.astimezone(UTC) if moment.tzinfo else None
        seconds = int(value)
        # Messenger's events carry milliseconds where the others carry seconds.
        return datetime.fromtimestamp(seconds / 1000 if seconds > 10**11 else seconds, UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        return None


def dicts(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, or the one object; whatever else stands there is passed over."""
    found = value if isinstance(value, list) else [value]
    return [one for one in found if isinstance(one, dict)]


def words(*parts: Any) -> str:
    """The parts that are words, with dots between: the name of a kind of event."""
    return ".".join(part for part in parts if isinstance(part, str) and part)
