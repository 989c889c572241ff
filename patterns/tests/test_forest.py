"""Where the lines of a forest plot stand."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.forest import LABELS, PLOT, Estimate, forest

ENDS = st.floats(-100, 10_000)


def estimate(percent, low, high):
    return Estimate("Maya", percent, low, high, "says")


def drawn(*estimates):
    return forest(estimates)


def test_twice_and_half_are_equally_far_from_nothing():
    plot = drawn(estimate(100, -50, 300))

    (mark,) = plot.marks
    assert mark.x - plot.zero == pytest.approx(plot.zero - mark.left, abs=0.2)
    assert mark.right - plot.zero == pytest.approx(2 * (mark.x - plot.zero), abs=0.2)


@pytest.mark.parametrize(
    ("low", "high", "is_clear"), [(1, 9, True), (-9, -1, True), (-1, 9, False), (0, 9, False)], ids=str
)
def test_interval_without_zero_is_clear(low, high, is_clear):
    assert drawn(estimate(5, low, high)).marks[0].is_clear is is_clear


def test_line_without_an_interval_has_a_label_alone():
    plot = drawn(estimate(None, None, None), estimate(20, 10, 30))

    assert [(mark.label, mark.x is None) for mark in plot.marks] == [("Maya", True), ("Maya", False)]
    assert plot.marks[0].y < plot.marks[1].y < plot.bottom


@given(st.lists(st.tuples(ENDS, ENDS, ENDS).map(sorted), max_size=9))
def test_everything_stands_on_the_axis_in_order(rows):
    plot = drawn(*(estimate(middle, low, high) for low, middle, high in rows))

    for mark in plot.marks:
        assert LABELS <= mark.left <= mark.x <= mark.right <= LABELS + PLOT
    assert [x for x, _ in plot.ticks] == sorted(x for x, _ in plot.ticks)
    assert (plot.zero, "0") in plot.ticks
