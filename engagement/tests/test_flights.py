"""Requests in flight: bounded for each lane, and no lane waits for another."""

import threading
import time
from collections.abc import Iterator

import pytest

import engagement.flights
from engagement.flights import flown, in_turn


@pytest.mark.parametrize("flights", [1, 3])
def test_every_job_is_done_once_and_comes_back_with_its_result(flights):
    lanes = [iter(range(5)), iter(range(10, 13))]

    found = sorted(pair for landed in flown(lanes, lambda job: job * 2, flights=flights) for pair in landed)

    assert found == [(job, job * 2) for job in (*range(5), *range(10, 13))]


def test_no_more_than_the_allowed_flights_are_under_way_in_a_lane():
    lock, under_way, most = threading.Lock(), 0, 0

    def work(job: int) -> int:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        time.sleep(0.01)
        with lock:
            under_way -= 1
        return job

    list(flown([iter(range(12))], work, flights=3))

    assert most == 3


def test_lane_that_hangs_holds_up_no_other_one():
    free = threading.Event()

    def work(job: str) -> str:
        if job == "hangs":
            assert free.wait(timeout=10)
        return job

    order = []
    for landed in flown([iter(["hangs"]), iter("abcdef")], work, flights=2):
        order += [job for job, _ in landed]
        if len(order) == len("abcdef"):
            free.set()

    assert sorted(order[:6]) == list("abcdef")
    assert order[6] == "hangs"


def test_what_lands_within_a_moment_comes_together(monkeypatch):
    monkeypatch.setattr(engagement.flights, "GATHER", 10.0)

    first = next(flown([iter([0.0, 0.05])], time.sleep, flights=2))

    assert sorted(job for job, _ in first) == [0.0, 0.05]


def test_jobs_are_drawn_when_there_is_room_and_not_before():
    drawn: list[int] = []

    def lane() -> Iterator[int]:
        for job in range(6):
            drawn.append(job)
            yield job

    results = flown([lane()], lambda job: job, flights=2)
    landed = next(results)

    # Two under way, and those that took the place of what landed.
    assert len(drawn) == 2 + len(landed)
    list(results)
    assert drawn == list(range(6))


def test_error_of_a_job_reaches_the_caller():
    def work(job: int) -> int:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        list(flown([iter([1, 2])], work, flights=2))


@pytest.mark.parametrize(
    ("sources", "at_once", "drawn"),
    [
        ([], 2, ""),
        (["abc", "xy"], 1, "axbyc"),
        (["abc", "xy"], 2, "abxyc"),
        (["abcde", "", "xy", "m"], 2, "abxymcde"),
        (["ab", "xy"], 5, "abxy"),
    ],
)
def test_sources_take_turns_until_all_are_done(sources, at_once, drawn):
    assert "".join(in_turn([iter(source) for source in sources], at_once=at_once)) == drawn


def test_source_is_not_drawn_from_before_its_turn():
    first, second = iter("abc"), iter("xyz")

    turns = in_turn([first, second], at_once=2)
    seen = [next(turns), next(turns)]

    assert (seen, list(first), list(second)) == (["a", "b"], ["c"], ["x", "y", "z"])
