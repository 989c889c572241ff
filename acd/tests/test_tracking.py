"""The life of a tracked run: clean, failed, nested, awaited, and with a database that refuses."""

import asyncio
import logging
from contextlib import contextmanager
from datetime import timedelta

import pytest
from asgiref.sync import async_to_sync
from django.db import connection, transaction

from acd.enums import Complexity, Confidence, Phase, QueueStatus, State, Validation
from acd.models import ACDContext, TraceArtifact
from acd.rules import complexity_for, phase_for
from acd.tasks import sweep_abandoned as sweep_task
from acd.tests.factories import NOW, make_context
from acd.tracking import ACDContextManager, sweep_abandoned
from acd.transitions import InvalidTransition

pytestmark = pytest.mark.django_db
PHASE = Phase.IMAGE_GENERATION


@contextmanager
def broken(table: str):
    """Every write to `table` becomes a statement that the database really refuses."""

    def refuse(execute, sql, params, many, context):
        writes = sql.startswith(("INSERT", "UPDATE")) and f'"{table}"' in sql
        return execute(
            "SELECT no_such_column FROM no_such_table" if writes else sql, () if writes else params, many, context
        )

    with connection.execute_wrapper(refuse):
        yield


def stored() -> ACDContext:
    return ACDContext.objects.get()


def test_enter_records_a_run_in_progress():
    with ACDContextManager(
        PHASE, "Trying", complexity=Complexity.HIGH, initial_context={"prompt": "sea"}, now=NOW
    ) as run:
        row = stored()

    assert (row.pk, row.state, row.queue_status) == (run.context_id, State.PROCESSING, QueueStatus.IN_PROGRESS)
    assert (row.phase, row.note, row.complexity) == (PHASE, "Trying", Complexity.HIGH)
    assert (row.initial_context, row.started_at, row.created_at) == ({"prompt": "sea"}, NOW, NOW)


def test_clean_exit_records_what_was_said_and_how_long_it_took():
    with ACDContextManager(PHASE, "First", now=NOW) as run:
        run.set_confidence(Confidence.CONFIDENT)
        run.set_validation(Validation.ANALYZED)
        run.set_metadata({"a": 1, "b": 1})
        run.set_metadata(b=2)
        run.add_note("Second")
        run.set_model("m", "p", tokens=3)

    row = stored()
    assert (row.state, row.queue_status) == (State.DONE, QueueStatus.COMPLETED)
    assert (row.confidence, row.validation) == (Confidence.CONFIDENT, Validation.ANALYZED)
    assert (row.metadata, row.note) == ({"a": 1, "b": 2}, "First\nSecond")
    assert (row.model, row.provider, row.tokens, row.cost) == ("m", "p", 3, None)
    assert timedelta(0) < row.duration < timedelta(seconds=10)
    assert row.finished_at == NOW + row.duration
    assert TraceArtifact.objects.count() == 0


def test_clean_run_costs_two_writes(django_assert_num_queries):
    # Each write stands between SAVEPOINT and RELEASE, because the test is a transaction.
    with django_assert_num_queries(6), ACDContextManager(PHASE) as run:
        run.set_metadata(a=1)
        run.add_note("more")


@pytest.mark.parametrize(
    "error",
    [ValueError("no sea"), KeyboardInterrupt("stop"), asyncio.CancelledError(), SystemExit(3)],
    ids=lambda error: type(error).__name__,
)
def test_exception_is_recorded_and_goes_on(error):
    run = ACDContextManager(PHASE, now=NOW)
    run.set_metadata(tried=True)

    with pytest.raises(type(error)) as raised, run:
        raise error

    row, trace = stored(), TraceArtifact.objects.get()
    assert raised.value is error
    assert (row.state, row.queue_status) == (State.FAILED, QueueStatus.ABANDONED)
    assert (row.error_class, row.error_message) == (type(error).__name__, str(error))
    assert (row.metadata, row.finished_at) == ({"tried": True}, NOW + row.duration)
    assert (trace.context_id, trace.event_type) == (row.pk, "EXCEPTION")
    assert (trace.error_class, trace.message) == (row.error_class, row.error_message)


def fail_deep_inside():
    return int("many")


def test_trace_names_our_innermost_line_and_the_environment():
    with pytest.raises(ValueError, match="many"), ACDContextManager(PHASE):
        fail_deep_inside()

    trace = TraceArtifact.objects.get()
    assert (trace.file, trace.function) == ("acd/tests/test_tracking.py", "fail_deep_inside")
    assert trace.line == fail_deep_inside.__code__.co_firstlineno + 1
    assert 'return int("many")' in trace.stack
    assert sorted(trace.environment) == ["platform", "python", "versions"]


def test_trace_holds_no_secret_and_is_capped():
    message = "access_token=EAAsecretsecretsecretsecret " + "x" * 100_000

    with pytest.raises(RuntimeError), ACDContextManager(PHASE, "password=hunter22"):
        raise RuntimeError(message)

    row, trace = stored(), TraceArtifact.objects.get()
    kept = [row.note, row.error_message, trace.message, trace.stack]
    assert [text for text in kept if "EAAsecret" in text or "hunter22" in text] == []
    assert (len(row.error_message), len(trace.stack)) == (2_000, 16_000)


def test_trace_of_an_error_that_cannot_be_printed():
    class Unprintable(Exception):
        def __str__(self):
            raise RuntimeError

    with pytest.raises(Unprintable), ACDContextManager(PHASE):
        raise Unprintable

    assert TraceArtifact.objects.get().error_class == "Unprintable"
    assert stored().state == State.FAILED


@pytest.mark.parametrize(
    ("state", "queue_status", "has_ended"),
    [
        (State.CANCELLED, QueueStatus.ABANDONED, True),
        (State.PAUSED, QueueStatus.IN_PROGRESS, False),
        (State.BLOCKED, QueueStatus.IN_PROGRESS, False),
        (State.FAILED, QueueStatus.ABANDONED, True),
        (State.DONE, QueueStatus.COMPLETED, True),
    ],
)
def test_explicit_state_is_written_at_once_and_stays(state, queue_status, has_ended):
    with ACDContextManager(PHASE, now=NOW) as run:
        run.set_state(state)
        inside = stored().state

    row = stored()
    assert (inside, row.state, row.queue_status) == (state, state, queue_status)
    assert (row.finished_at is not None, row.duration is not None) == (has_ended, True)


@pytest.mark.parametrize(
    ("state", "at_end"),
    [(State.PAUSED, State.FAILED), (State.BLOCKED, State.FAILED), (State.CANCELLED, State.CANCELLED)],
)
def test_exception_after_an_explicit_state(state, at_end):
    def work(run):
        run.set_state(state)
        raise RuntimeError

    with pytest.raises(RuntimeError), ACDContextManager(PHASE) as run:
        work(run)

    assert (stored().state, TraceArtifact.objects.count()) == (at_end, 1)


def test_illegal_state_raises_and_changes_nothing():
    with ACDContextManager(PHASE) as run:
        with pytest.raises(InvalidTransition):
            run.set_state(State.READY)
        inside = stored().state

    assert (inside, stored().state) == (State.PROCESSING, State.DONE)


@pytest.mark.parametrize("phase", ["", "image", "IMAGE GENERATION", "IMAGE\n", "1ST", "A" * 101])
def test_phase_that_is_no_upper_case_word_is_refused(phase):
    with pytest.raises(ValueError, match="is not a phase"):
        ACDContextManager(phase)


def test_phase_of_ones_own_is_accepted():
    with ACDContextManager("MOOD_BOARD_2"):
        pass

    assert stored().phase == "MOOD_BOARD_2"


@pytest.mark.parametrize("setter", ["set_confidence", "set_validation", "set_state"])
def test_word_outside_the_vocabulary_is_refused(setter):
    run = ACDContextManager(PHASE)

    with pytest.raises(ValueError, match="use one of"):
        getattr(run, setter)("SURE")


def test_nested_runs_know_their_parent():
    with ACDContextManager(PHASE) as outer:
        with ACDContextManager(PHASE) as inner, ACDContextManager(PHASE) as innermost:
            pass
        with ACDContextManager(PHASE) as second:
            pass
    with ACDContextManager(PHASE) as alone, ACDContextManager(PHASE, parent=outer.context) as given:
        pass

    parents = dict(ACDContext.objects.values_list("pk", "parent"))
    assert parents == {
        outer.context_id: None,
        inner.context_id: outer.context_id,
        innermost.context_id: inner.context_id,
        second.context_id: outer.context_id,
        alone.context_id: None,
        given.context_id: outer.context_id,
    }


def test_nested_failure_that_is_caught_leaves_the_outer_run_clean():
    with ACDContextManager(PHASE) as outer:
        with pytest.raises(RuntimeError), ACDContextManager(PHASE):
            raise RuntimeError
        with ACDContextManager(PHASE) as after:
            pass

    assert ACDContext.objects.counts("state") == {State.DONE: 2, State.FAILED: 1}
    assert after.context.parent_id == outer.context_id


def test_async_run_has_the_same_names_awaited():
    async def work():
        async with ACDContextManager(PHASE, "First", now=NOW) as acd:
            await acd.set_confidence(Confidence.CONFIDENT)
            await acd.set_validation(Validation.ANALYZED)
            await acd.set_metadata({"a": 1})
            await acd.add_note("Second")
            await acd.set_model("m", "p", tokens=1)
            return acd.context_id, acd.context.pk

    ids = async_to_sync(work)()

    row = stored()
    assert ids == (row.pk, row.pk)
    assert (row.state, row.confidence, row.validation) == (State.DONE, "CONFIDENT", "ANALYZED")
    assert (row.metadata, row.note, row.model, row.tokens) == ({"a": 1}, "First\nSecond", "m", 1)


def test_async_cancellation_is_recorded_and_goes_on():
    async def work():
        async with ACDContextManager(PHASE) as acd:
            await acd.set_metadata(begun=True)
            await asyncio.sleep(60)

    async def cancel_it():
        task = asyncio.create_task(work())
        while not await ACDContext.objects.filter(state=State.PROCESSING).aexists():
            await asyncio.sleep(0)
        await asyncio.sleep(0.02)
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        return task.cancelled()

    was_cancelled = async_to_sync(cancel_it)()

    row = stored()
    assert (was_cancelled, row.state, row.error_class) == (True, State.FAILED, "CancelledError")
    assert row.metadata == {"begun": True}


def test_async_tasks_at_once_share_the_parent_and_nothing_else():
    async def child(name):
        async with ACDContextManager(PHASE, name):
            await asyncio.sleep(0)

    async def work():
        async with ACDContextManager(PHASE, "parent") as acd:
            await asyncio.gather(child("one"), child("two"))
            await acd.set_state(State.CANCELLED)
        return acd.context_id

    parent = async_to_sync(work)()

    rows = dict(ACDContext.objects.values_list("note", "parent"))
    assert rows == {"parent": None, "one": parent, "two": parent}
    assert ACDContext.objects.get(note="parent").state == State.CANCELLED


def test_trouble_at_enter_is_logged_and_the_run_goes_on(caplog):
    with broken("acd_acdcontext"), ACDContextManager(PHASE) as run:
        run.set_metadata(a=1)
        run.set_state(State.PAUSED)
        result = "generated"

    assert (result, run.context, ACDContext.objects.count()) == ("generated", None, 0)
    assert [record.levelno for record in caplog.records] == [logging.ERROR]


def test_trouble_at_exit_hides_no_exception(caplog):
    with pytest.raises(ZeroDivisionError), ACDContextManager(PHASE), broken("acd_acdcontext"):
        raise ZeroDivisionError
    with broken("acd_acdcontext"), pytest.raises(ZeroDivisionError), ACDContextManager(PHASE):
        raise ZeroDivisionError

    assert ACDContext.objects.count() == 1


def test_trouble_inside_a_transaction_leaves_it_usable(caplog):
    with transaction.atomic():
        before = make_context()
        with broken("acd_acdcontext"), ACDContextManager(PHASE):
            pass
        run = ACDContextManager(PHASE)
        with run:
            pass
        with broken("acd_traceartifact"), pytest.raises(ValueError, match="no"), ACDContextManager(PHASE) as third:
            raise ValueError("no")

    states = dict(ACDContext.objects.values_list("pk", "state"))
    assert states == {before.pk: State.READY, run.context_id: State.DONE, third.context_id: State.FAILED}
    assert len(caplog.records) == 2


def test_row_deleted_underneath_is_logged(caplog):
    def work():
        ACDContext.objects.all().delete()
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"), ACDContextManager(PHASE):
        work()

    assert (ACDContext.objects.count(), TraceArtifact.objects.count()) == (0, 0)
    assert {record.name for record in caplog.records} == {"acd.tracking"}


def test_row_moved_underneath_stays_and_keeps_what_was_said(caplog):
    with ACDContextManager(PHASE) as run:
        run.set_metadata(a=1)
        ACDContext.objects.update(state=State.CANCELLED, queue_status=QueueStatus.ABANDONED)

    row = stored()
    assert (row.state, row.queue_status, row.metadata) == (State.CANCELLED, QueueStatus.ABANDONED, {"a": 1})
    assert row.finished_at is None
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


def test_value_the_database_refuses_does_not_cost_the_run_its_end(caplog):
    with ACDContextManager(PHASE) as run:
        run.set_model("m", tokens=-1)

    row = stored()
    assert (row.state, row.queue_status, row.tokens) == (State.DONE, QueueStatus.COMPLETED, None)
    assert row.duration is not None


@pytest.mark.parametrize(
    ("kind", "phase"),
    [
        ("image", "IMAGE_GENERATION"),
        ("carousel", "IMAGE_GENERATION"),
        ("text", "TEXT_GENERATION"),
        ("video", "VIDEO_GENERATION"),
        ("audio", "AUDIO_GENERATION"),
        ("hologram", "CONTENT_GENERATION"),
    ],
)
def test_phase_for_every_kind(kind, phase):
    assert phase_for(kind) == phase


@pytest.mark.parametrize(
    ("quality", "complexity"),
    [("draft", "LOW"), ("standard", "MEDIUM"), ("high", "HIGH"), ("premium", "CRITICAL"), ("odd", "MEDIUM")],
)
def test_complexity_for_every_quality(quality, complexity):
    assert complexity_for(quality) == complexity


def test_sweep_abandoned_fails_only_old_runs_and_only_once(settings):
    old = NOW - timedelta(hours=settings.CONTEXT_TIMEOUT_HOURS, seconds=1)
    killed = make_context(state=State.PROCESSING, started_at=old)
    make_context(state=State.PROCESSING, started_at=NOW, note="young")
    make_context(state=State.DONE, started_at=old, note="ended")

    swept = [sweep_abandoned(NOW), sweep_abandoned(NOW)]

    killed.refresh_from_db()
    trace = TraceArtifact.objects.get()
    assert swept == [1, 0]
    assert (killed.state, killed.queue_status) == (State.FAILED, QueueStatus.ABANDONED)
    assert (killed.error_class, killed.duration, killed.finished_at) == ("Abandoned", None, None)
    assert "its process was killed" in killed.error_message
    assert (trace.context_id, trace.event_type, trace.created_at) == (killed.pk, "ABANDONED", NOW)
    assert ACDContext.objects.counts("state") == {State.FAILED: 1, State.PROCESSING: 1, State.DONE: 1}


def test_sweep_abandoned_costs_the_same_for_one_and_three(django_assert_num_queries):
    counts = []
    for many in (1, 3):
        for _ in range(many):
            make_context(state=State.PROCESSING, started_at=NOW - timedelta(days=1))
        with django_assert_num_queries(5):
            counts.append(sweep_abandoned(NOW))

    assert counts == [1, 3]


def test_sweep_task_runs_and_says_how_many(caplog):
    make_context(state=State.PROCESSING, started_at=NOW - timedelta(days=1))

    assert sweep_task.name == "acd.tasks.sweep_abandoned"
    assert sweep_task.delay().get() == 1
