"""What happens to a post after its life was drawn: comments added, edited, hidden or deleted, counts that fall.

A reading lays these changes over the drawn life; without any, it costs nothing.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from engagement.sandbox.audience import BOT, GENUINE, PERSONA, Comment
from engagement.sandbox.messages import Json

PostKey = tuple[str, str]  # platform and post id
# Whose likes a platform takes back first.
_REMOVED_FIRST = (BOT, GENUINE, PERSONA)
ADDED, EDITED, REMOVED, HIDDEN, SHOWN = "add", "edited", "remove", "hide", "unhide"


@dataclass(frozen=True)
class Event:
    """One change of a comment, as webhooks tell it."""

    at: datetime
    post: PostKey
    comment_id: str
    verb: str


@dataclass
class Changes:
    """`edits` holds what differs from the drawn comment, by comment id, under the key of its post."""

    added: dict[PostKey, list[Comment]] = field(default_factory=dict)
    edits: dict[PostKey, dict[str, Json]] = field(default_factory=dict)
    lowered: dict[tuple[PostKey, str], int] = field(default_factory=dict)
    hidden_likes: set[PostKey] = field(default_factory=set)
    events: list[Event] = field(default_factory=list)

    def add(self, post: PostKey, comment: Comment) -> None:
        self.added.setdefault(post, []).append(comment)

    def edit(self, post: PostKey, comment_id: str, edit: Json, at: datetime) -> None:
        """`edit` may hold text, likes, hidden and deleted."""
        self.edits.setdefault(post, {}).setdefault(comment_id, {}).update(edit)
        self.events += [Event(at, post, comment_id, verb) for verb in _verbs(edit)]

    def lower(self, post: PostKey, kind: str, by: int) -> None:
        self.lowered[post, kind] = self.lowered.get((post, kind), 0) + by

    def comments(self, post: PostKey, drawn: tuple[Comment, ...], age: float) -> tuple[Comment, ...]:
        """The comments that can be seen, oldest first; the answers to a deleted one are gone with it."""
        if post not in self.added and post not in self.edits:
            return drawn
        edits = self.edits.get(post, {})
        gone = {comment_id for comment_id, edit in edits.items() if edit.get("deleted")}
        own = [comment for comment in self.added.get(post, ()) if comment.after <= age]
        kept = [one for one in (*drawn, *own) if not gone & {one.comment_id, one.parent}]
        edited = [_edited(one, edits.get(one.comment_id, {})) for one in kept]
        return tuple(sorted(edited, key=lambda comment: comment.after))

    def left(self, post: PostKey, kind: str, counts: Mapping[str, int]) -> dict[str, int]:
        """The counts by truth less what was taken away."""
        rest, left = self.lowered.get((post, kind), 0), dict(counts)
        for truth in _REMOVED_FIRST:
            taken = min(rest, left.get(truth, 0))
            left[truth] = left.get(truth, 0) - taken
            rest -= taken
        return left


def _edited(comment: Comment, edit: Json) -> Comment:
    kept = {name: value for name, value in edit.items() if name in ("text", "likes", "hidden")}
    return replace(comment, **kept) if kept else comment


def _verbs(edit: Json) -> list[str]:
    if edit.get("deleted"):
        return [REMOVED]
    found = [EDITED] if "text" in edit else []
    return found + ([HIDDEN if edit["hidden"] else SHOWN] if "hidden" in edit else [])
