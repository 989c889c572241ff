"""The legal moves of a context's state, and the one function that makes them."""

from typing import Any

from acd.enums import State
from acd.models import ACDContext

ALLOWED: dict[str, frozenset[str]] = {
    State.READY: frozenset({State.PROCESSING}),
    State.PROCESSING: frozenset({State.DONE, State.FAILED, State.CANCELLED, State.PAUSED, State.BLOCKED}),
    State.PAUSED: frozenset({State.PROCESSING}),
    State.BLOCKED: frozenset({State.PROCESSING}),
    # A failed run may be put back in line for a retry.
    State.FAILED: frozenset({State.READY}),
    State.DONE: frozenset(),
    State.CANCELLED: frozenset(),
}


class InvalidTransition(ValueError):
    """The asked-for move is not in the table, or the context has moved meanwhile; nothing was changed."""

    def __init__(self, before: str, after: str, *, expected: str = "") -> None:
        legal = ", ".join(sorted(ALLOWED.get(before, frozenset()))) or "none"
        message = f"A context cannot move from {before} to {after}. From {before} it may move to: {legal}."
        if expected:
            message = f"The context is {before} by now, not {expected}: read it again before moving it."
        super().__init__(message)
        self.before, self.after = before, after


def require_legal(before: str, after: str) -> None:
    """Raise `InvalidTransition` unless `before` may move to `after`."""
    if after not in ALLOWED.get(before, frozenset()):
        raise InvalidTransition(before, after)


def move(context: ACDContext, state: str, **changes: Any) -> None:
    """Move `context` to `state` and make `changes` with it, in one UPDATE that expects the state it had.

    Raises `InvalidTransition` if the move is illegal or somebody else moved the row meanwhile, and
    `ACDContext.DoesNotExist` if the row is gone.
    """
    require_legal(context.state, state)
    changes |= {"state": state}
    if not ACDContext.objects.filter(pk=context.pk, state=context.state).update(**changes):
        found = ACDContext.objects.values_list("state", flat=True).get(pk=context.pk)
        raise InvalidTransition(found, state, expected=context.state)
    for name, value in changes.items():
        setattr(context, name, value)
