"""The legal moves of a context's state, and the one function that makes them."""

from acd.enums import State

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
    """The asked-for move is not in the table; nothing was changed."""

    def __init__(self, before: str, after: str) -> None:
        legal = ", ".join(sorted(ALLOWED.get(before, frozenset()))) or "none"
        super().__init__(
            f"A context cannot move from {before} to {after}. From {before} it may move to: {legal}."
        )
        self.before, self.after = before, after


def require_legal(before: str, after: str) -> None:
    """Raise `InvalidTransition` unless `before` may move to `after`."""
    if after not in ALLOWED.get(before, frozenset()):
        raise InvalidTransition(before, after)
