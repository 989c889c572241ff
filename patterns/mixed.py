"""The linear mixed model y = X b + Z u + e, with u ~ N(0, ratio s² I) and e ~ N(0, s² I). Pure linear algebra.

Everything is said of columns and places of columns; what they stand for is another module's matter. Sources: Henderson
1975, Biometrics 31: 423-447 (both kinds of effects from one system); Patterson and Thompson 1971, Biometrika 58:
545-554 (REML); Kang et al. 2008, Genetics 178: 1709-1723 (REML by one eigendecomposition).
"""

from dataclasses import dataclass
from functools import cached_property
from math import ceil, exp, log
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize_scalar

Floats = NDArray[np.float64]
Integers = NDArray[np.int64]

# What the rounding of doubles may leave behind, as a share.
ROUNDING = 1e-9
# Of a trace, so that columns held constant take whole degrees of freedom and not one more.
ROUNDING_OF_TRACES = 1e-4
# Where the ratio of variances is looked for: logs of it, beside none at all.
RATIOS = np.linspace(log(1e-6), log(10.0), 33)


class Moments(NamedTuple):
    """Cross products of random columns and values, in the metric of what is held constant: Z'PZ, Z'Py, y'Py."""

    gram: Floats
    shared: Floats
    total: float
    freedom: int

    def of(self, places: Integers) -> "Moments":
        """The moments of some of the columns."""
        return Moments(self.gram[np.ix_(places, places)], self.shared[places], self.total, self.freedom)

    def beside(self, places: Integers, penalty: float = 0.0) -> "Moments":
        """The same with these columns in the model: held constant, or random where the penalty (1 / ratio) is not 0.

        Random columns take the degrees of freedom that they use (the trace of the smoother; Hastie and Tibshirani 1990,
        section 3.5): all of theirs where the ratio is large, for which few posts are a poor witness, next to none where
        it is small. As if they took none, the scatter of few posts with many columns would seem a fraction of itself.
        """
        if not places.size:
            return self
        own = self.gram[np.ix_(places, places)]
        inner = _inverse(own, penalty)
        across = inner @ self.gram[places]
        explained = inner @ self.shared[places]
        return Moments(
            self.gram - self.gram[:, places] @ across,
            self.shared - self.gram[:, places] @ explained,
            float(self.total - self.shared[places] @ explained),
            self.freedom - _used(inner, own),
        )

    def ratio(self, random: Integers) -> float:
        """The ratio of variances under which the residuals are likeliest, with these columns random (REML)."""
        if not random.size:
            return 0.0
        sizes, turn = np.linalg.eigh(self.gram[np.ix_(random, random)])
        sizes, squares = np.maximum(sizes, 0.0), (turn.T @ self.shared[random]) ** 2

        def loss(log_ratio: float) -> float:
            return float(self._losses(np.array([exp(log_ratio)]), sizes, squares)[0])

        losses = self._losses(np.append(np.exp(RATIOS), 0.0), sizes, squares)
        best = int(np.argmin(losses[:-1]))
        if losses[-1] <= losses[best]:
            return 0.0
        around = RATIOS[max(best - 1, 0)], RATIOS[min(best + 1, len(RATIOS) - 1)]
        return exp(minimize_scalar(loss, bounds=around, method="bounded").x)

    def _losses(self, ratios: Floats, sizes: Floats, squares: Floats) -> Floats:
        """Twice the negative log of the restricted likelihood of each ratio, s² profiled out, but for a constant."""
        ratio = ratios[:, None]
        left = self.total - (squares * ratio / (1 + ratio * sizes)).sum(axis=1)
        spread = np.log(np.maximum(left, ROUNDING * self.total))
        return np.asarray(self.freedom * spread + np.log1p(ratio * sizes).sum(axis=1))


@dataclass(frozen=True)
class Estimates:
    """Coefficients with their covariance, the squared scatter it rests on, Student's degrees of freedom, and the space
    in which sums of coefficients can be told."""

    values: Floats
    covariance: Floats
    scatter: float
    freedom: int
    space: Floats

    def contrasts(self, first: Floats) -> tuple[Floats, Floats, NDArray[np.bool_]]:
        """Weighted sums (a row of weights each) of the first coefficients, their standard errors, and whether the
        columns tell them or leave them open."""
        size = first.shape[1]
        space, covariance = self.space[:size], self.covariance[:size, :size]
        inside = first @ space @ self.space.T
        inside[:, :size] -= first
        told = (inside**2).sum(axis=1) <= ROUNDING * (first**2).sum(axis=1)
        squares = np.einsum("ij,ij->i", first @ covariance, first)
        return first @ self.values[:size], np.sqrt(np.maximum(squares, 0.0)), told


@dataclass(frozen=True)
class Mixed:
    """The model of some weighted values: fixed columns, of which some may follow from others, and random ones."""

    values: Floats
    fixed: Floats
    random: Floats

    @cached_property
    def _parts(self) -> tuple[Floats, Floats, Floats]:
        """The fixed columns as a basis, what turns coordinates of it into those of columns of size one, their sizes."""
        norms = np.sqrt((self.fixed**2).sum(axis=0))
        norms[norms == 0] = 1.0
        left, sizes, right = np.linalg.svd(self.fixed / norms, full_matrices=False)
        kept = sizes > np.sqrt(ROUNDING) * sizes[0]
        return left[:, kept], right[kept].T / sizes[kept], norms[:, None]

    @cached_property
    def _left(self) -> tuple[Floats, Floats]:
        """What the fixed columns leave of the random ones and of the values."""
        return self.without_fixed(self.random), self.without_fixed(self.values)

    def without_fixed(self, values: Floats) -> Floats:
        """What the fixed columns leave of any values, or of columns of them."""
        basis = self._parts[0]
        return np.asarray(values - basis @ (basis.T @ values))

    @property
    def freedom(self) -> int:
        """Degrees of freedom that the fixed columns leave."""
        return len(self.values) - self._parts[0].shape[1]

    @cached_property
    def moments(self) -> Moments:
        """The cross products beside the fixed columns."""
        random, values = self._left
        return Moments(random.T @ random, random.T @ values, float(values @ values), self.freedom)

    def coefficients(self, held: Integers, ratio: float) -> Estimates:
        """The fixed coefficients by generalised least squares, with the random columns at `held` held constant too."""
        (basis, turn, norms), (gram, shared, total, freedom) = self._parts, self.moments
        used = np.arange(len(shared)) if ratio else held
        penalty = np.where(np.isin(used, held), 0.0, 1 / ratio if ratio else 0.0)
        inner = _inverse(gram[np.ix_(used, used)], penalty)
        explained, turned = inner @ shared[used], basis.T @ self.random[:, used]
        left = freedom - _used(inner, gram[np.ix_(used, used)])
        scatter = float(total - shared[used] @ explained) / max(left, 1)
        around = scatter * (np.eye(basis.shape[1]) + turned @ inner @ turned.T)
        back = turn / norms
        values = back @ (basis.T @ self.values - turned @ explained)
        # Columns that follow from others leave some sums of coefficients open.
        space = np.linalg.qr(turn * norms)[0]
        return Estimates(values, back @ around @ back.T, scatter, left, space)


def _used(inner: Floats, gram: Floats) -> int:
    """Degrees of freedom that columns use, in whole ones."""
    return ceil(float(np.einsum("ij,ji->", inner, gram)) - ROUNDING_OF_TRACES)


def _inverse(gram: Floats, penalty: float | Floats) -> Floats:
    return np.asarray(np.linalg.inv(gram + np.diag(np.broadcast_to(penalty, len(gram)))))
