"""The table of moves, and the UPDATE that makes one."""

from itertools import product

import pytest

from acd.enums import QueueStatus, State
from acd.models import ACDContext
from acd.tests.factories import make_context
from acd.transitions import InvalidTransition, move, require_legal

LEGAL = {
    ("READY", "PROCESSING"),
    ("PROCESSING", "DONE"),
    ("PROCESSING", "FAILED"),
    ("PROCESSING", "CANCELLED"),
    ("PROCESSING", "PAUSED"),
    ("PROCESSING", "BLOCKED"),
    ("PAUSED", "PROCESSING"),
    ("BLOCKED", "PROCESSING"),
    ("FAILED", "READY"),
}
PAIRS = list(product(State.values, State.values))


@pytest.mark.parametrize(("before", "after"), PAIRS, ids=[f"{one}-{two}" for one, two in PAIRS])
def test_require_legal_every_pair(before, after):
    try:
        require_legal(before, after)
        legal = True
    except InvalidTransition:
        legal = False

    assert legal == ((before, after) in LEGAL)


@pytest.mark.django_db
def test_move_legal_writes_state_and_changes(django_assert_num_queries):
    context = make_context()

    with django_assert_num_queries(1):
        move(context, State.PROCESSING, queue_status=QueueStatus.IN_PROGRESS)

    stored = ACDContext.objects.get()
    assert (context.state, context.queue_status) == (State.PROCESSING, QueueStatus.IN_PROGRESS)
    assert (stored.state, stored.queue_status) == (State.PROCESSING, QueueStatus.IN_PROGRESS)


@pytest.mark.django_db
def test_move_illegal_changes_nothing():
    context = make_context(state=State.DONE)

    with pytest.raises(InvalidTransition) as raised:
        move(context, State.PROCESSING, note="no")

    assert str(raised.value) == ("A context cannot move from DONE to PROCESSING. From DONE it may move to: none.")
    assert ACDContext.objects.values_list("state", "note").get() == (State.DONE, "")


@pytest.mark.django_db
def test_move_row_moved_meanwhile_changes_nothing():
    context = make_context(state=State.PROCESSING)
    ACDContext.objects.update(state=State.CANCELLED)

    with pytest.raises(InvalidTransition) as raised:
        move(context, State.DONE)

    assert str(raised.value) == ("The context is CANCELLED by now, not PROCESSING: read it again before moving it.")
    assert context.state == State.PROCESSING
    assert ACDContext.objects.get().state == State.CANCELLED


@pytest.mark.django_db
def test_move_row_gone_says_so():
    context = make_context()
    ACDContext.objects.all().delete()

    with pytest.raises(ACDContext.DoesNotExist):
        move(context, State.PROCESSING)
