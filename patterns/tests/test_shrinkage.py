"""Shrinkage against the exact posterior of a known mixture, and what must hold of any estimates."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import ndtr

from patterns.shrinkage import shrunk

ESTIMATES = st.lists(
    st.tuples(st.floats(-5, 5), st.floats(0.01, 3)).map(lambda pair: (pair[0], pair[1])), min_size=1, max_size=12
)


def draw(rng, n, share, width=0.5):
    """Estimates of effects of which a share is not nothing, with their errors and the truth."""
    truth = np.where(rng.random(n) < share, rng.normal(0, width, n), 0.0)
    errors = rng.uniform(0.1, 0.3, n)
    return truth, truth + errors * rng.normal(size=n), errors


def test_mean_and_probability_are_those_of_the_true_mixture():
    rng = np.random.default_rng(1)
    _, effects, errors = draw(rng, 4000, 0.3)
    variance = 0.25 + errors**2
    densities = [
        share * np.exp(-(effects**2) / 2 / one) / np.sqrt(one) for share, one in ((0.7, errors**2), (0.3, variance))
    ]
    real = densities[1] / sum(densities)
    part = 0.25 / variance

    found = shrunk(list(effects), list(errors))

    assert np.abs([one.mean for one in found] - real * part * effects).mean() < 0.015
    # Whether a small effect is exactly nothing cannot be told; whether a large one is a gain can.
    above = real * ndtr(np.sqrt(part) * effects / errors)
    off = np.array([one.above for one in found]) - above
    assert np.abs(off[above > 0.6]).mean() < 0.06


@pytest.mark.parametrize("share", [0.05, 0.3, 1.0])
def test_intervals_hold_the_truth(share):
    rng = np.random.default_rng(2)
    truth, effects, errors = draw(rng, 1000, share)

    found = shrunk(list(effects), list(errors))

    held = [one.low <= value <= one.high for one, value in zip(found, truth, strict=True)]
    assert np.mean(held) >= 0.93
    # The largest are those that are talked about.
    top = np.argsort(-effects)[:30]
    assert np.mean([held[at] for at in top]) >= 0.85
    plain = np.abs(effects - truth) <= 1.96 * errors
    assert np.mean([held[at] for at in top]) >= np.mean(plain[top]) - 0.05


def test_noise_shrinks_to_nothing():
    _, effects, errors = draw(np.random.default_rng(3), 300, 0.0)

    found = shrunk(list(effects), list(errors))

    assert max(abs(one.mean) for one in found) < 0.1
    assert max(one.above for one in found) < 0.5


def test_one_sure_estimate_stays_what_it_is():
    (found,) = shrunk([1.0], [0.05])

    assert found.mean == pytest.approx(1.0, abs=0.02)
    assert (found.low, found.high) == pytest.approx((0.9, 1.1), abs=0.02)
    assert found.above == pytest.approx(1.0)


def test_no_estimates_give_nothing():
    assert shrunk([], []) == []


@given(ESTIMATES)
def test_shrunk_effects_are_finite_nearer_to_nothing_and_in_their_intervals(estimates):
    effects, errors = zip(*estimates, strict=True)

    found = shrunk(effects, errors)

    for one, effect in zip(found, effects, strict=True):
        assert abs(one.mean) <= abs(effect) + 1e-9
        assert one.low - 1e-6 <= one.mean <= one.high + 1e-6 or one.low == one.high == 0
        assert -1e-9 <= one.above <= 1 + 1e-9
        assert one.above + one.below <= 1 + 1e-9


@given(ESTIMATES)
def test_shrunk_effects_of_the_opposite_are_the_opposite(estimates):
    effects, errors = zip(*estimates, strict=True)

    found, opposite = shrunk(effects, errors), shrunk([-one for one in effects], errors)

    assert [one.mean for one in found] == pytest.approx([-one.mean for one in opposite], abs=1e-9)
    assert [one.above for one in found] == pytest.approx([one.below for one in opposite], abs=1e-9)
