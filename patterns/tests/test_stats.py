"""Statistics against published tables, against scipy.stats, and on data without any effect."""

# mypy: disable-error-code="union-attr, operator"
# The values under test may be None, and a test that meets None fails.

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from patterns.stats import Sample, benjamini_hochberg, interval, welch

VALUES = st.lists(st.floats(-1000, 1000), min_size=2, max_size=30)
WHOLE = st.lists(st.integers(-1000, 1000), max_size=30)
# Benjamini and Hochberg 1995, section 4.1: fifteen p-values of a trial, of which four are rejected at 0.05.
PUBLISHED = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528, 0.7590, 1.0
]  # fmt: skip


def test_sample_of_known_values():
    sample = Sample.of([2, 4, 4, 4, 5, 5, 7, 9])

    assert sample == Sample(8, 40.0, 232.0)
    assert sample.mean == 5.0
    assert sample.variance == pytest.approx(32 / 7)


def test_sample_of_nothing_knows_nothing():
    assert (Sample().mean, Sample().variance, Sample.of([3]).variance) == (None, None, None)


@given(WHOLE, WHOLE)
def test_samples_of_whole_numbers_add_and_subtract_exactly(one, other):
    assert Sample.of(one) + Sample.of(other) == Sample.of(one + other)
    assert Sample.of(one + other) - Sample.of(other) == Sample.of(one)


def test_sample_refuses_to_lose_more_than_it_has():
    with pytest.raises(ValueError, match="Cannot take 2 values from a sample of 1"):
        Sample.of([1]) - Sample.of([1, 2])


@given(st.floats(-1e6, 1e6), st.integers(2, 50))
def test_variance_of_equal_values_is_zero(value, n):
    assert Sample.of([value] * n).variance == 0.0


@given(VALUES)
def test_variance_is_never_negative(values):
    assert Sample.of(values).variance >= 0.0


@pytest.mark.parametrize(
    ("freedom", "critical"),
    # Two-sided 95 % critical values of Student's t, NIST/SEMATECH e-Handbook of Statistical Methods, 1.3.6.7.2.
    [(1, 12.706), (2, 4.303), (4, 2.776), (9, 2.262), (30, 2.042), (100, 1.984)],
)
def test_interval_uses_the_published_critical_values(freedom, critical):
    n = freedom + 1
    unit = Sample(n, 0.0, float(n - 1))  # mean 0 and variance 1

    found = interval(unit)

    assert round(found.high * n**0.5, 3) == critical
    assert found.low == -found.high


def test_interval_below_two_values_is_unknown():
    assert (interval(Sample()), interval(Sample.of([4.2]))) == (None, None)


@given(VALUES, st.integers(2, 4))
def test_interval_holds_the_mean_and_shrinks_with_n(values, times):
    sample = Sample.of(values)
    assume(sample.variance > 1e-6)

    found, larger = interval(sample), interval(Sample.of(values * times))

    assert sample.mean in found
    assert larger.width < found.width


@given(one=VALUES, other=VALUES)
def test_welch_agrees_with_scipy(one, other):
    a, b = Sample.of(one), Sample.of(other)
    assume(a.variance > 1e-3 and b.variance > 1e-3)

    found = welch(a, b)

    known = stats.ttest_ind(one, other, equal_var=False)
    around = known.confidence_interval(0.95)
    assert found.p == pytest.approx(known.pvalue, rel=1e-6, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((around.low, around.high), rel=1e-6, abs=1e-6)


@pytest.mark.parametrize(
    ("one", "other"), [([1.0], [1.0, 2.0]), ([1.0, 2.0], []), ([2.0, 2.0], [3.0, 3.0]), ([0.1] * 3, [0.2] * 3)]
)
def test_comparison_without_spread_is_unknown(one, other):
    assert welch(Sample.of(one), Sample.of(other)) is None


def test_benjamini_hochberg_rejects_the_published_four():
    q = benjamini_hochberg(PUBLISHED)

    assert [p for p, value in zip(PUBLISHED, q, strict=True) if value <= 0.05] == [0.0001, 0.0004, 0.0019, 0.0095]


@given(st.lists(st.floats(0, 1), max_size=30))
def test_benjamini_hochberg_agrees_with_scipy(p_values):
    q = benjamini_hochberg(p_values)

    assert q == pytest.approx(list(stats.false_discovery_control(p_values)) if p_values else [])
    assert [pair for pair in zip(p_values, q, strict=True) if pair[1] < pair[0] - 1e-12] == []
