"""Tracked runs in `async with`: awaited setters, cancellation, tasks at once."""

import asyncio

import pytest
from asgiref.sync import async_to_sync

from acd.enums import Confidence, Phase, State, Validation
from acd.models import ACDContext
from acd.tests.factories import NOW
from acd.tracking import ACDContextManager

pytestmark = pytest.mark.django_db
PHASE = Phase.IMAGE_GENERATION


def stored() -> ACDContext:
    return ACDContext.objects.get()


def test_async_run_has_the_same_names_awaited():
    async def work():
        async with ACDContextManager(PHASE, "First", now=NOW) as acd:
            await acd.set_confidence(Confidence.CONFIDENT)
            await acd.set_validation(Validation.ANALYZED)
            await acd.set_metadata({"a": 1})
            await acd.add_note("Second")
            await acd.set_model("m", "p", tokens=1)
            return acd.context_id, acd.context

    ids = async_to_sync(work)()

    row = stored()
    assert ids == (row.pk, row)
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
