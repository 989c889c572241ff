"""Records AI runs: `ACDContextManager` opens a context, notes success or failure and keeps the trace.

Open it outside and `atomic()` inside, so that a rollback never erases the record of a failure. Trouble in
the record itself is logged and never reaches the run that is recorded.
"""

import logging
import re
import time
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from datetime import datetime, timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import models, transaction
from django.utils import timezone

from acd import transitions
from acd.enums import Complexity, Confidence, QueueStatus, State, Validation
from acd.models import PHASE_PATTERN, ACDContext, TraceArtifact
from acd.redaction import redacted, redacted_json
from acd.traces import environment, error_fields, trace_fields

logger = logging.getLogger(__name__)

# Only these states end a run; a paused or blocked one stays in progress.
QUEUE_AT_END: dict[str, QueueStatus] = {
    State.DONE: QueueStatus.COMPLETED,
    State.FAILED: QueueStatus.ABANDONED,
    State.CANCELLED: QueueStatus.ABANDONED,
}
MAX_NOTE = 20_000

# The run that is open around the code that runs now: the parent of the next one.
_current: ContextVar[ACDContext | None] = ContextVar("current_acd_context", default=None)


def require_phase(phase: str) -> str:
    """`phase`, or a ValueError if it is not an upper-case word."""
    if not re.fullmatch(PHASE_PATTERN, phase):
        raise ValueError(
            f"{phase!r} is not a phase: use upper-case letters, digits and underscores,"
            " at most 100 of them, as in CONTENT_GENERATION."
        )
    return phase


def require_member(vocabulary: type[models.TextChoices], value: str) -> str:
    """`value`, or a ValueError that lists the vocabulary."""
    if value not in vocabulary.values:
        raise ValueError(f"{value!r} is not a {vocabulary.__name__}: use one of {', '.join(vocabulary.values)}.")
    return value


def attempt(what: str, write: Callable[[], None]) -> bool:
    """Write in a savepoint of its own and say whether it worked; trouble is logged and goes no further."""
    try:
        # Without it, a refused statement would leave the caller's transaction unusable.
        with transaction.atomic():
            write()
    except Exception:  # Whatever it is, the run is worth more than its record.
        logger.exception("Could not record the %s of an ACD context.", what)
        return False
    return True


class ACDContextManager:
    """One tracked run, as `with ACDContextManager("IMAGE_GENERATION") as run` or `async with`.

    `now` is when the run starts, by default the clock; its duration is always measured. What setters say is
    written at the end, in one UPDATE; only `set_state` writes at once. `context` is None where the start could
    not be recorded.
    """

    def __init__(
        self,
        phase: str,
        note: str = "",
        *,
        complexity: str = Complexity.MEDIUM,
        initial_context: Mapping[str, Any] | None = None,
        parent: ACDContext | None = None,
        now: datetime | None = None,
    ) -> None:
        self.context: ACDContext | None = None
        self._row = ACDContext(
            phase=require_phase(phase),
            note=redacted(note, MAX_NOTE),
            complexity=require_member(Complexity, complexity),
            initial_context=redacted_json(initial_context or {}),
            state=State.PROCESSING,
            queue_status=QueueStatus.IN_PROGRESS,
        )
        self._parent = parent
        self._started_at = now or timezone.now()
        self._outer: ACDContext | None = None
        self._changes: dict[str, Any] = {}
        self._clock = 0.0

    @property
    def context_id(self) -> UUID:
        """The id of the context, known from the beginning."""
        return self._row.pk

    def set_confidence(self, confidence: str) -> None:
        """Say how sure the evidence makes us of what the run tries."""
        self._change(confidence=require_member(Confidence, confidence))

    def set_validation(self, validation: str) -> None:
        """Say what is thought of the result."""
        self._change(validation=require_member(Validation, validation))

    def set_metadata(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Merge `values` into the metadata; a name that is known already gets its new value."""
        self._change(metadata=self._row.metadata | redacted_json({**(values or {}), **named}))

    def add_note(self, note: str) -> None:
        """Append a line to the note."""
        self._change(note=redacted(f"{self._row.note}\n{note}".strip(), MAX_NOTE))

    def set_model(
        self, model: str, provider: str = "", *, tokens: int | None = None, cost: Decimal | None = None
    ) -> None:
        """Name what generated, with its tokens and its cost in US dollars where they are known."""
        self._change(model=model[:200], provider=provider[:200], tokens=tokens, cost=cost)

    def set_state(self, state: str) -> None:
        """Move the run to `state` at once; it stays there when the block ends. Raises `InvalidTransition`."""
        transitions.require_legal(self._row.state, require_member(State, state))
        if self.context is not None:
            attempt("state", lambda: transitions.move(self._row, state))

    def __enter__(self) -> Self:
        self._start()
        self._open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        self._finish(error)

    async def __aenter__(self) -> "AwaitedRun":
        await sync_to_async(self._start)()
        self._open()
        return AwaitedRun(self)

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._close()
        await sync_to_async(self._finish)(error)

    def _change(self, **changes: Any) -> None:
        self._changes |= changes
        for name, value in changes.items():
            setattr(self._row, name, value)

    def _start(self) -> None:
        self._outer = _current.get()
        self._row.created_at = self._row.started_at = self._started_at
        self._row.parent = self._parent or self._outer
        if attempt("start", lambda: self._row.save(force_insert=True)):
            self.context = self._row
        self._clock = time.monotonic()

    def _open(self) -> None:
        _current.set(self.context or self._outer)

    def _close(self) -> None:
        # Not reset by token: a generator may be closed in another context than the one it was opened in.
        _current.set(self._outer)

    def _finish(self, error: BaseException | None) -> None:
        if self.context is None:
            return
        changes = self._changes | {"duration": timedelta(seconds=time.monotonic() - self._clock)}
        if error is not None:
            changes |= error_fields(error)
        # A value that the database refuses must not cost the run its end.
        ended = attempt("end", lambda: self._end(changes, failed=error is not None)) or attempt(
            "bare end", lambda: self._end({"duration": changes["duration"]}, failed=error is not None)
        )
        if ended and error is not None:
            attempt("trace", lambda: self._keep_trace(error))

    def _end(self, changes: dict[str, Any], *, failed: bool) -> None:
        state = self._state_at_end(failed=failed)
        if state in QUEUE_AT_END:
            finished_at = self._started_at + changes["duration"]
            changes = changes | {"queue_status": QUEUE_AT_END[state], "finished_at": finished_at}
        if state == self._row.state:
            self._update(changes)
            return
        try:
            transitions.move(self._row, state, **changes)
        except transitions.InvalidTransition as moved:
            logger.warning("ACD context %s was moved while it ran: %s", self._row.pk, moved)
            self._update({name: changes[name] for name in changes if name in self._changes or name == "duration"})

    def _state_at_end(self, *, failed: bool) -> str:
        if failed and self._row.state in {State.PAUSED, State.BLOCKED}:
            # There is no way from here to FAILED: a held run that raises was evidently running again.
            transitions.move(self._row, State.PROCESSING)
        if self._row.state != State.PROCESSING:
            return self._row.state
        return State.FAILED if failed else State.DONE

    def _update(self, changes: dict[str, Any]) -> None:
        ACDContext.objects.filter(pk=self._row.pk).update(**changes)
        for name, value in changes.items():
            setattr(self._row, name, value)

    def _keep_trace(self, error: BaseException) -> None:
        TraceArtifact.objects.create(
            context=self._row, created_at=self._row.finished_at or self._started_at, **trace_fields(error)
        )


class AwaitedRun:
    """What `async with` gives: the names of `ACDContextManager`, awaited."""

    def __init__(self, run: ACDContextManager) -> None:
        self._run = run

    @property
    def context(self) -> ACDContext | None:
        """The context, or None where the start could not be recorded."""
        return self._run.context

    @property
    def context_id(self) -> UUID:
        """The id of the context, known from the beginning."""
        return self._run.context_id

    async def set_confidence(self, confidence: str) -> None:
        """Say how sure the evidence makes us of what the run tries."""
        self._run.set_confidence(confidence)

    async def set_validation(self, validation: str) -> None:
        """Say what is thought of the result."""
        self._run.set_validation(validation)

    async def set_metadata(self, values: Mapping[str, Any] | None = None, /, **named: Any) -> None:
        """Merge `values` into the metadata."""
        self._run.set_metadata(values, **named)

    async def add_note(self, note: str) -> None:
        """Append a line to the note."""
        self._run.add_note(note)

    async def set_model(
        self, model: str, provider: str = "", *, tokens: int | None = None, cost: Decimal | None = None
    ) -> None:
        """Name what generated, with its tokens and its cost in US dollars where they are known."""
        self._run.set_model(model, provider, tokens=tokens, cost=cost)

    async def set_state(self, state: str) -> None:
        """Move the run to `state` at once; it stays there when the block ends. Raises `InvalidTransition`."""
        await sync_to_async(self._run.set_state)(state)


def sweep_abandoned(now: datetime) -> int:
    """Fail the runs whose process was killed, with a trace each, and return how many there were."""
    hours = settings.CONTEXT_TIMEOUT_HOURS
    message = f"Still under way after {hours} hours: its process was killed. Start it again."
    with transaction.atomic():
        # The lock gives each row to one of two sweeps; its end and its duration stay unknown.
        rows = ACDContext.objects.abandoned(now - timedelta(hours=hours)).select_for_update(skip_locked=True)
        ids = list(rows.values_list("pk", flat=True))
        swept = ACDContext.objects.running().filter(pk__in=ids)
        count = swept.update(
            state=State.FAILED,
            queue_status=QueueStatus.ABANDONED,
            error_class="Abandoned",
            error_message=message,
        )
        TraceArtifact.objects.bulk_create(_abandoned_trace(pk, message, now) for pk in ids)
    return count


def _abandoned_trace(pk: UUID, message: str, now: datetime) -> TraceArtifact:
    return TraceArtifact(
        context_id=pk,
        event_type="ABANDONED",
        error_class="Abandoned",
        message=message,
        environment=environment(),
        created_at=now,
    )
