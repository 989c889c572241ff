"""Several requests in flight, one writer: sources take turns in a lane, work of each lane runs in threads, its results
come back to the caller.
"""

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from itertools import islice
from threading import Barrier
from typing import TypeVar

from django.db import connections

# Seconds after the first answer. What was sent at once comes back at once, and writing it together takes the caller
# half as long; meanwhile the threads read it undisturbed.
GATHER = 0.03

Job = TypeVar("Job")
Result = TypeVar("Result")


def flown(
    lanes: Sequence[Iterator[Job]], work: Callable[[Job], Result], *, flights: int
) -> Iterator[list[tuple[Job, Result]]]:
    """The results of `work` with their jobs, as they come; at most `flights` jobs of a lane are under way.

    A lane that hangs holds up no other one. Jobs are drawn in the caller's own thread, each when there is room for it.
    What landed while the caller was busy comes together. With one flight all runs in the caller's thread, lane by lane.
    """
    if flights == 1:
        for lane in lanes:
            for job in lane:
                yield [(job, work(job))]
        return
    with _pool(max(1, flights * len(lanes))) as pool:
        under_way: dict[Future[Result], tuple[Iterator[Job], Job]] = {}

        def launch(lane: Iterator[Job]) -> None:
            for job in lane:
                under_way[pool.submit(work, job)] = (lane, job)
                return

        for lane in lanes:
            for _ in range(flights):
                launch(lane)
        while under_way:
            landed = []
            wait(under_way, return_when=FIRST_COMPLETED)
            for future in wait(under_way, timeout=GATHER).done:
                lane, job = under_way.pop(future)
                landed.append((job, future))
                # First the next request, then the caller's writing: the platform's time is the scarcer one.
                launch(lane)
            yield [(job, future.result()) for job, future in landed]


def in_turn(sources: Iterable[Iterator[Job]], *, at_once: int) -> Iterator[Job]:
    """So many jobs of each source, then of the next, until all are done: a long one does not keep others waiting."""
    waiting = deque(sources)
    while waiting:
        source, drawn = waiting.popleft(), 0
        for job in islice(source, at_once):
            drawn += 1
            yield job
        if drawn == at_once:
            waiting.append(source)


@contextmanager
def _pool(size: int) -> Iterator[ThreadPoolExecutor]:
    """Threads that keep their connections to the database from job to job, and close them at the end."""
    with ThreadPoolExecutor(max_workers=size) as pool:
        try:
            yield pool
        finally:
            # A connection can be closed by its own thread alone: each takes one of these and waits for the others.
            everybody = Barrier(size)
            for _ in range(size):
                pool.submit(_leave, everybody)


def _leave(everybody: Barrier) -> None:
    everybody.wait()
    connections.close_all()
