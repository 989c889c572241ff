"""A pattern as computed, before it is compared with what is known already; and the hash that equal ones share."""

import hashlib
import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any


def digest(value: object) -> str:
    """A hash that equal values share, whatever process computes it."""
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


def mean_moment(moments: list[datetime]) -> datetime | None:
    """When something happened on average; None of nothing."""
    if not moments:
        return None
    first = min(moments)
    return first + sum((moment - first for moment in moments), timedelta()) / len(moments)


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What rows teach: about what, with which numbers, and from which posts and runs."""

    kind: str
    subject: str
    platform: str
    basis: str
    advice: str
    strategy: str
    numbers: dict[str, Any]
    posts: tuple[int, ...] = ()
    contexts: tuple[Any, ...] = ()
    evidence_at: datetime | None = field(default=None, compare=False)

    @property
    def key(self) -> tuple[str, str, str]:
        """What makes it the same pattern as an earlier one."""
        return (self.kind, self.subject, self.basis)

    @property
    def digest(self) -> str:
        """Hash of the evidence and the numbers."""
        return digest([self.key, self.numbers, self.posts, [str(pk) for pk in self.contexts]])

    def columns(self, as_of: datetime, days: int) -> dict[str, Any]:
        """The columns of the pattern that a look of `days` which ended at `as_of` makes of it: nothing of today."""
        return {
            "kind": self.kind,
            "subject": self.subject,
            "platform": self.platform,
            "basis": self.basis,
            "advice": self.advice,
            "strategy": self.strategy,
            **self.numbers,
            "window_start": as_of - timedelta(days=days),
            "window_end": as_of,
            "learned_at": as_of,
            "evidence_at": self.evidence_at,
            "digest": self.digest,
        }

    def to_json(self, as_of: datetime, days: int) -> dict[str, Any]:
        """The pattern as plain values, with the posts and runs it rests on."""
        columns = self.columns(as_of, days) | {"posts": self.posts, "contexts": self.contexts}
        plain: dict[str, Any] = json.loads(json.dumps(columns, default=str))
        return plain
