"""Several requests in flight, one writer: work of each lane runs in threads, its results come back to the caller."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from typing import TypeVar

from django.db import connections

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
    with ThreadPoolExecutor(max_workers=max(1, flights * len(lanes))) as pool:
        under_way: dict[Future[Result], tuple[Iterator[Job], Job]] = {}

        def launch(lane: Iterator[Job]) -> None:
            for job in lane:
                under_way[pool.submit(_alone, work, job)] = (lane, job)
                return

        for lane in lanes:
            for _ in range(flights):
                launch(lane)
        while under_way:
            landed = []
            for future in wait(under_way, return_when=FIRST_COMPLETED).done:
                lane, job = under_way.pop(future)
                landed.append((job, future))
                # First the next request, then the caller's writing: the platform's time is the scarcer one.
                launch(lane)
            yield [(job, future.result()) for job, future in landed]


def _alone(work: Callable[[Job], Result], job: Job) -> Result:
    try:
        return work(job)
    finally:
        # Connections belong to a thread; this one may not be seen again.
        connections.close_all()
