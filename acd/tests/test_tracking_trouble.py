"""A database that refuses, rows that vanish, processes that are killed: the run goes on."""

import logging
from contextlib import contextmanager
from datetime import timedelta

import pytest
from django.db import connection, transaction

from acd.enums import Phase, QueueStatus, State
from acd.models import ACDContext, TraceArtifact
from acd.tests.factories import NOW, make_context
from acd.tracking import ACDContextManager, sweep_abandoned

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
    caplog.set_level(logging.WARNING)

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
