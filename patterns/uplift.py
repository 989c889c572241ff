"""What guidance gains: the pieces that chance let have it against those it kept it from. Pure.

Logs of genuine engagement are compared by least squares within what was known before chance decided: the account, its
platform's trend, the share in force. Never the hour or the hashtags, which are what guidance changes. Rates of
different bases are compared apart, and only the differences of their logs are brought together.
"""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import ceil, expm1, log1p, sqrt
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy.special import stdtrit

Floats = NDArray[np.float64]

# A gain worth finding, as a share, and the usual 5 % error and 80 % power.
WORTH_FINDING = 0.2
POWER = 1.96 + 0.84
# Fewer than two pieces of an arm show no spread.
LEAST_OF_A_BASIS = 2
# What the rounding of doubles may leave behind, as a share.
ROUNDING = 1e-9


class Piece(NamedTuple):
    """One piece and how it did: `value` is a log, `error` its standard error, `day` when chance decided.

    `propensity` is the probability of guidance; where nobody drew it is the same for all. `young` says that its
    numbers still grew when they were last read.
    """

    guided: bool
    value: float
    error: float
    propensity: float
    account: Hashable
    platform: str
    basis: str
    day: float
    young: bool


@dataclass(frozen=True)
class Difference:
    """How far the logs of guided pieces lie above the others', its squared standard error, and the pieces of each."""

    effect: float
    variance: float
    freedom: float
    guided: int
    others: int

    @property
    def ends(self) -> tuple[float, float]:
        """The 95 % interval, in logs."""
        half = float(stdtrit(self.freedom, 0.975)) * sqrt(self.variance)
        return self.effect - half, self.effect + half

    @property
    def detectable(self) -> float:
        """The smallest gain, in logs, that so many pieces would tell from nothing four times in five."""
        return POWER * sqrt(self.variance)

    @property
    def more_pieces(self) -> int:
        """About how many more pieces, in both arms together at today's share, would tell a gain of `WORTH_FINDING`."""
        have = self.guided + self.others
        return max(0, ceil(have * (self.detectable / log1p(WORTH_FINDING)) ** 2) - have)


def percent(log: float) -> float:
    """A difference of logs as percent more or less."""
    return 100 * expm1(log)


def two_armed(pieces: Iterable[Piece]) -> set[str]:
    """The bases on which both arms have pieces enough to say how far they spread."""
    arms = Counter((piece.basis, piece.guided) for piece in pieces)
    return {basis for basis, _ in arms if min(arms[basis, True], arms[basis, False]) >= LEAST_OF_A_BASIS}


def difference(pieces: Sequence[Piece], *, least: int) -> Difference | None:
    """The gain over all `two_armed()` bases; None where these hold less than `least` pieces of either arm.

    Each basis counts by how much its pieces tell were all equally uncertain but for their intervals: a variance that a
    few controls show by chance must not weigh. Degrees of freedom of the whole are Satterthwaite's (1946).
    """
    groups = [[piece for piece in pieces if piece.basis == basis] for basis in sorted(two_armed(pieces))]
    guided = sum(piece.guided for group in groups for piece in group)
    others = sum(map(len, groups)) - guided
    found = [fit for group in groups if (fit := _of_one_basis(group))]
    if min(guided, others) < least or not found:
        return None
    told = np.array([fit.told for fit in found])
    share = told / told.sum()
    parts = share**2 * [fit.variance for fit in found]
    return Difference(
        effect=float(share @ [fit.effect for fit in found]),
        variance=float(parts.sum()),
        freedom=float(parts.sum() ** 2 / (parts**2 / [fit.freedom for fit in found]).sum()),
        guided=guided,
        others=others,
    )


def _of_one_basis(pieces: Sequence[Piece]) -> "_Fit | None":
    guided = np.array([piece.guided for piece in pieces])
    values, columns = np.array([piece.value for piece in pieces]), _constants(pieces)
    first = _fit(values, guided * 1.0, columns, np.ones(len(pieces)))
    if first is None:
        return None
    error = np.array([piece.error for piece in pieces])
    return _fit(values, guided * 1.0, columns, _balance(pieces, guided) / (first.spread + error**2))


def _constants(pieces: Sequence[Piece]) -> Floats:
    """What is held constant: the level of each account and of each share in force, each platform's trend, youth."""
    young = [float(piece.young) for piece in pieces]
    days = np.array([piece.day for piece in pieces])
    platforms = _levels([piece.platform for piece in pieces])
    accounts, shares = ([getattr(piece, name) for piece in pieces] for name in ("account", "propensity"))
    return np.column_stack([_levels(accounts), _levels(shares), platforms * (days - days.mean())[:, None], young])


def _levels(values: Sequence[Hashable]) -> Floats:
    """A column of ones and zeros for each value there is."""
    place = {level: number for number, level in enumerate(dict.fromkeys(values))}
    return np.eye(len(place))[[place[value] for value in values]]


def _balance(pieces: Sequence[Piece], guided: NDArray[np.bool_]) -> Floats:
    """Weights that undo changes of the share: without them the arms would come from different times.

    Stabilised inverse probabilities (Robins, Hernan and Brumback 2000): all 1 where the share was never changed.
    """
    propensity = np.array([piece.propensity for piece in pieces])
    usual = propensity.mean()
    return np.where(guided, usual / propensity, (1 - usual) / (1 - propensity))


class _Fit(NamedTuple):
    """`told` is the inverse of the variance if the weights are right, `spread` the variance of what is left."""

    effect: float
    variance: float
    freedom: float
    told: float
    spread: float


def _fit(values: Floats, arm: Floats, columns: Floats, weights: Floats) -> _Fit | None:
    """The coefficient of `arm` beside `columns`; None where these determine it, or where nothing varies.

    The squares of what is left, each divided by 1 - leverage, estimate the variance whatever the variances of the
    pieces are (HC2, MacKinnon and White 1985: Welch's where nothing is held constant), with the degrees of freedom of
    Bell and McCaffrey (2002, Survey Methodology 28: 169-181), which stay honest where controls are few.
    """
    root = np.sqrt(weights)
    values, arm = values * root, arm * root
    space = _basis(columns * root[:, None])
    own = arm - space @ (space.T @ arm)
    size = float(own @ own)
    if size <= ROUNDING * (arm @ arm):
        return None
    whole = np.column_stack([space, own / sqrt(size)])
    if len(values) <= whole.shape[1]:
        return None
    left = values - whole @ (whole.T @ values)
    slack = 1 - (whole**2).sum(axis=1)
    # A piece that alone determines a level says nothing of the arms, and nothing is left of it.
    part = np.divide((own / size) ** 2, slack, out=np.zeros_like(slack), where=slack > ROUNDING)
    variance = float(part @ left**2)
    if variance <= ROUNDING * float(values @ values) / size:
        return None
    shared = float((((whole.T * part) @ whole) ** 2).sum())
    freedom = float((part @ slack) ** 2 / (part**2 @ (2 * slack - 1) + shared))
    spread = float(left @ left) / (len(values) - whole.shape[1])
    return _Fit(float(own @ values / size), variance, freedom, size, spread)


def _basis(matrix: Floats) -> Floats:
    left, sizes, _ = np.linalg.svd(matrix, full_matrices=False)
    return np.asarray(left[:, sizes > ROUNDING * sizes[0]])
