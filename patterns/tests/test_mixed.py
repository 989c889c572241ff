"""The mixed model against the textbook's own formulas, which invert the covariance of all values."""

import numpy as np
import pytest
from scipy.linalg import orth

from patterns.mixed import Mixed

N, RATIO = 40, 0.3


def make_model(rng, *, tags=60):
    """More random columns than values, and a fixed column that follows from two others."""
    levels = np.eye(3)[rng.integers(0, 3, N)]
    fixed = np.column_stack([np.ones(N), levels, rng.normal(size=N)])
    random = (rng.random((N, tags)) < 0.2) * 1.0
    return Mixed(rng.normal(size=N) + random @ rng.normal(0, 0.4, tags), fixed, random)


def by_the_book(model, fixed, *, ratio, leave=()):
    """Generalised least squares: coefficients, covariance, squared scatter."""
    kept = np.delete(model.random, leave, axis=1)
    inverse = np.linalg.inv(np.eye(N) + ratio * kept @ kept.T)
    covariance = np.linalg.pinv(fixed.T @ inverse @ fixed)
    values = covariance @ fixed.T @ inverse @ model.values
    left = model.values - fixed @ values
    scatter = left @ inverse @ left / (N - np.linalg.matrix_rank(fixed))
    return values, covariance * scatter, scatter


def used_by(model, fixed, *, ratio, leave):
    """Degrees of freedom that random columns use: the trace of what fits them beside the fixed ones."""
    kept, basis = np.delete(model.random, leave, axis=1), orth(fixed)
    left = kept - basis @ (basis.T @ kept)
    return np.trace(left @ np.linalg.inv(left.T @ left + np.eye(left.shape[1]) / ratio) @ left.T) if ratio else 0.0


@pytest.mark.parametrize("ratio", [0.0, RATIO], ids=["none random", "random"])
@pytest.mark.parametrize("held", [[], [2, 7]], ids=["none held", "two held"])
def test_coefficients_are_those_of_generalised_least_squares(ratio, held):
    model = make_model(np.random.default_rng(1))
    fixed = np.column_stack([model.fixed, model.random[:, held]])
    leave = held if ratio else range(60)
    values, covariance, scatter = by_the_book(model, fixed, ratio=ratio or 1.0, leave=leave)
    difference = np.array([0.0, 1.0, -1.0, 0.0, 0.0])
    longer = np.append(difference, np.zeros(len(held)))

    found = model.coefficients(np.array(held, dtype=int), ratio)

    (told,), (error,), known = found.contrasts(difference[None])
    assert known.all()
    assert told == pytest.approx(longer @ values)
    freedom = N - 4 - len(held) - int(np.ceil(used_by(model, fixed, ratio=ratio, leave=leave)))
    assert found.freedom == freedom
    assert found.scatter == pytest.approx(scatter * (N - 4 - len(held)) / freedom)
    assert error == pytest.approx(np.sqrt(longer @ covariance @ longer * (N - 4 - len(held)) / freedom))


def test_contrast_that_the_columns_leave_open_is_not_told():
    model = make_model(np.random.default_rng(2))

    _, _, told = model.coefficients(np.arange(0), RATIO).contrasts(np.eye(5)[[1, 4]])

    # The three levels sum up to the first column.
    assert told.tolist() == [False, True]


def test_moments_with_a_column_held_are_those_beside_it():
    model = make_model(np.random.default_rng(3))
    beside = Mixed(model.values, np.column_stack([model.fixed, model.random[:, [4]]]), model.random)

    held = model.moments.beside(np.array([4]))

    assert held.gram == pytest.approx(beside.moments.gram, abs=1e-9)
    assert held.shared == pytest.approx(beside.moments.shared, abs=1e-9)
    assert (held.total, held.freedom) == (pytest.approx(beside.moments.total), beside.moments.freedom)


def restricted(model, ratio):
    """Twice the negative restricted log likelihood, by the determinants of its definition (Harville 1974)."""
    basis = np.linalg.svd(model.fixed)[0][:, 4:]
    covariance = basis.T @ (np.eye(N) + ratio * model.random @ model.random.T) @ basis
    values = basis.T @ model.values
    quadratic = values @ np.linalg.solve(covariance, values)
    return (N - 4) * np.log(quadratic) + np.linalg.slogdet(covariance)[1]


@pytest.mark.parametrize("seed", [1, 2, 3, 4])
def test_ratio_is_where_the_restricted_likelihood_is_highest(seed):
    model = make_model(np.random.default_rng(seed))

    ratio = model.moments.ratio(np.arange(60))

    grid = np.concatenate([[0.0], np.exp(np.linspace(np.log(1e-6), np.log(10), 400))])
    assert restricted(model, ratio) <= min(restricted(model, one) for one in grid) + 1e-4


def test_ratio_of_no_columns_is_none():
    model = make_model(np.random.default_rng(5))

    assert model.moments.ratio(np.arange(0)) == 0.0
