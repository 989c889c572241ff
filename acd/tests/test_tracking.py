"""The life of a tracked run: clean, failed, nested, with a state of its own."""

import asyncio
from datetime import timedelta

import pytest

from acd.enums import Complexity, Confidence, Phase, QueueStatus, State, Validation
from acd.models import ACDContext, TraceArtifact
from acd.tests.factories import NOW
from acd.tracking import ACDContextManager
from acd.transitions import InvalidTransition

pytestmark = pytest.mark.django_db
PHASE = Phase.IMAGE_GENERATION


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
    assert row.duration is not None
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
    assert row.metadata == {"tried": True}
    assert row.finished_at is not None
    assert row.finished_at - NOW == row.duration
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
    assert ACDContext.objects.get(pk=after.context_id).parent_id == outer.context_id
