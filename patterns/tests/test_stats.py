"""Statistics against published tables, against scipy.stats, and on data without any effect."""

# mypy: disable-error-code="union-attr, operator"
# The values under test may be None, and a test that meets None fails.

import random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from patterns.stats import Sample, benjamini_hochberg, compare, interval, student, welch

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


@pytest.mark.parametrize(("test", "equal_var"), [(welch, False), (student, True)], ids=["welch", "student"])
@given(one=VALUES, other=VALUES)
def test_comparison_agrees_with_scipy(test, equal_var, one, other):
    a, b = Sample.of(one), Sample.of(other)
    assume(a.variance > 1e-3 and b.variance > 1e-3)

    found = test(a, b)

    known = stats.ttest_ind(one, other, equal_var=equal_var)
    around = known.confidence_interval(0.95)
    assert found.p == pytest.approx(known.pvalue, rel=1e-6, abs=1e-9)
    assert (found.low, found.high) == pytest.approx((around.low, around.high), rel=1e-6, abs=1e-6)


@given(VALUES, VALUES)
def test_compare_is_never_surer_than_either_test(one, other):
    a, b = Sample.of(one), Sample.of(other)
    found = compare(a, b)

    assume(found is not None)
    assert found.p == max(welch(a, b).p, student(a, b).p)
    assert found.low <= found.effect <= found.high


@pytest.mark.parametrize(
    ("one", "other"), [([1.0], [1.0, 2.0]), ([1.0, 2.0], []), ([2.0, 2.0], [3.0, 3.0]), ([0.1] * 3, [0.2] * 3)]
)
@pytest.mark.parametrize("test", [welch, student, compare])
def test_comparison_without_spread_is_unknown(test, one, other):
    assert test(Sample.of(one), Sample.of(other)) is None


def test_benjamini_hochberg_rejects_the_published_four():
    q = benjamini_hochberg(PUBLISHED)

    assert [p for p, value in zip(PUBLISHED, q, strict=True) if value <= 0.05] == [0.0001, 0.0004, 0.0019, 0.0095]


@given(st.lists(st.floats(0, 1), max_size=30))
def test_benjamini_hochberg_agrees_with_scipy(p_values):
    q = benjamini_hochberg(p_values)

    assert q == pytest.approx(list(stats.false_discovery_control(p_values)) if p_values else [])
    assert [pair for pair in zip(p_values, q, strict=True) if pair[1] < pair[0] - 1e-12] == []


def _claims_on_null_data(rng, share, *, tags=20, posts=120, q_most=0.1):
    """Whether anything is claimed of posts whose value depends on no tag; values are skewed as rates are."""
    values = [rng.lognormvariate(1.0, 0.5) for _ in range(posts)]
    everything = Sample.of(values)
    groups = [Sample.of([value for value in values if rng.random() < share]) for _ in range(tags)]
    tested = [compare(group, everything - group) for group in groups if group.n >= 5]
    return any(q <= q_most for q in benjamini_hochberg([one.p for one in tested if one]))


@pytest.mark.parametrize("share", [0.08, 0.2], ids=["rare tags", "common tags"])
def test_claims_on_data_without_an_effect_stay_below_12_percent(share):
    rng = random.Random(2026)

    claimed = sum(_claims_on_null_data(rng, share) for _ in range(300))

    assert claimed / 300 <= 0.12


def test_compare_finds_a_tag_that_raises_the_rate_by_a_half():
    rng = random.Random(2026)
    tagged = Sample.of([1.5 * rng.lognormvariate(1.0, 0.35) for _ in range(24)])
    others = Sample.of([rng.lognormvariate(1.0, 0.35) for _ in range(96)])

    assert compare(tagged, others).low > 0
