"""How evidence fades: weights and bounds against values worked out by hand, and what may never happen."""

from datetime import timedelta
from math import expm1, log, log1p, sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from patterns.decay import bound, certain, confidence, faded, holds, weight, widened
from patterns.enums import Advice
from patterns.models import Pattern

percents = st.floats(-99, 1000)


def pattern(ends, *, age=0, advice=Advice.REPEAT, shrunk=(None, None, None)):
    moment = NOW - timedelta(days=age)
    numbers = dict(zip(("effect", "effect_low", "effect_high"), ends, strict=True))
    numbers |= dict(zip(("shrunk", "shrunk_low", "shrunk_high"), shrunk, strict=True))
    return Pattern(advice=advice, evidence_at=moment, window_end=NOW, **numbers)


@pytest.mark.parametrize(
    ("days", "expected"), [(0, 1.0), (45, 0.5**0.5), (90, 0.5), (180, 0.25), (-3, 1.0)], ids=lambda one: f"{one:.4g}"
)
def test_evidence_counts_half_after_each_half_life(days, expected):
    assert weight(NOW - timedelta(days=days), NOW, 90) == pytest.approx(expected)


def test_bound_of_a_quarter_of_the_posts_lies_twice_as_far_away():
    # In logs 0.5 with a half width of 0.1: twice that with a quarter of the posts.
    ends = (100 * expm1(0.5), 100 * expm1(0.4), 100 * expm1(0.6))

    low, high = widened(ends, 0.25)

    assert (log1p(low / 100), log1p(high / 100)) == pytest.approx((0.3, 0.7))
    assert bound(ends, side=1, weight=0.25) == pytest.approx(0.3)
    assert bound(ends, side=-1, weight=0.25) == pytest.approx(-0.7)


@given(st.tuples(percents, percents, percents).map(sorted), st.floats(1e-9, 1))
def test_interval_never_narrows_with_age(ends, weight):
    low, middle, high = ends

    wider = widened((middle, low, high), weight)

    assert wider[0] <= low + 1e-6 * (1 + abs(low))
    assert wider[1] >= high - 1e-6 * (1 + abs(high))


@given(st.tuples(percents, percents, percents).map(sorted))
def test_new_evidence_counts_in_full(ends):
    low, middle, high = ends

    assert widened((middle, low, high), 1.0) == pytest.approx((low, high))


@pytest.mark.parametrize(
    ("days", "expected"),
    # The half width of 0.2 in logs grows to 0.2 * 0.654 * 2^(age / 180); it passes the effect of 0.18 at 83 days.
    [(0, True), (80, True), (90, False)],
    ids=["new", "just before", "after"],
)
def test_claim_holds_until_its_evidence_is_too_old(days, expected):
    ends = tuple(100 * expm1(one) for one in (0.18, -0.02, 0.38))

    assert holds(pattern(ends, age=days), NOW) is expected
    mirrored = tuple(100 * expm1(-one) for one in (0.18, 0.38, -0.02))
    assert holds(pattern(mirrored, age=days, advice=Advice.AVOID), NOW) is expected


def test_strong_pattern_outlives_a_weak_one():
    strong, weak = pattern((50, 30, 70), age=300), pattern((20, 2, 40), age=300)

    assert (holds(strong, NOW), holds(weak, NOW)) == (True, False)


def test_what_was_not_tested_holds_and_has_no_bound():
    observed = pattern((None, None, None), age=80)

    assert (holds(observed, NOW), certain(observed, NOW), faded(observed, NOW)) == (True, None, None)
    assert confidence(observed, NOW) == pytest.approx(0.5 ** (80 / 90))


def test_shrunk_interval_is_shown_where_there_is_one():
    one = pattern((50, 30, 70), shrunk=(40, 20, 60))

    assert faded(one, NOW) == pytest.approx((20, 60))
    assert certain(one, NOW) == pytest.approx(log(1.2))


def test_half_life_is_a_setting(settings):
    settings.PATTERN_HALF_LIFE_DAYS = 30

    assert confidence(pattern((50, 30, 70), age=60), NOW) == pytest.approx(0.25)
    assert sqrt(confidence(pattern((50, 30, 70), age=30), NOW)) == pytest.approx(sqrt(0.5))
