"""Where the lines of a forest plot lie."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.effect_plot import WIDTH, Axis
from patterns.effects import Effect
from patterns.enums import PatternKind

PERCENTS = st.floats(-100, 100_000)


def make_effect(middle, low, high, **changes):
    known = {"kind": PatternKind.HASHTAG, "subject": "sea", "n": 9, "effect": middle, "effect_low": low}
    return Effect(**known | {"effect_high": high} | changes)


@pytest.mark.parametrize(
    ("low", "high", "ticks"),
    [
        (-1, 1, ["-20 %", "0", "+25 %"]),
        (-60, 110, ["-50 %", "-20 %", "0", "+25 %", "+100 %"]),
        (-100, 10**9, ["-90 %", "-75 %", "-50 %", "0", "+100 %", "+300 %", "+900 %"]),
    ],
    ids=["narrow", "double and half", "beyond"],
)
def test_ticks_lie_within_the_axis(low, high, ticks):
    axis = Axis.of([make_effect(0, low, high)])

    told = [text for _, text in axis.ticks]
    assert told == ticks


def test_doubling_and_halving_lie_as_far_from_the_middle():
    axis = Axis.of([make_effect(100, 50, 200)])

    assert axis.x(0) == WIDTH / 2
    assert axis.x(100) - axis.x(0) == pytest.approx(axis.x(0) - axis.x(-50), abs=0.1)


@given(st.lists(PERCENTS, min_size=3, max_size=3).map(sorted))
def test_every_line_lies_on_the_drawing_in_order(ends):
    effect = make_effect(ends[1], ends[0], ends[2])

    line = Axis.of([effect]).line(effect)

    assert line is not None
    assert 0 <= line.low <= line.at <= line.high <= WIDTH


def test_shrunk_interval_stands_beside_the_plain_one():
    effect = make_effect(50, 10, 100, shrunk=30, shrunk_low=0, shrunk_high=70)
    axis = Axis.of([effect])

    line = axis.line(effect)

    assert line is not None
    assert (line.at, line.shrunk_low, line.shrunk_high) == (axis.x(50), axis.x(0), axis.x(70))


def test_untested_item_has_no_line():
    untested = Effect(kind=PatternKind.HASHTAG, subject="sea", n=2)

    assert Axis.of([untested]).line(untested) is None
