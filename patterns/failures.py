"""Which groups of runs fail more often than the others. Pure.

A group is a phase, a model, a provider, an approach or a prompt. It is held against the other runs of the same strata
alone (of the same phase, say), so that a model is not blamed for the phases it is used in.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Self

import numpy as np
import numpy.typing as npt
from scipy.special import betainc, betaln, gammaln

from engagement.intervals import known, wilson
from patterns.stats import benjamini_hochberg

Floats = npt.NDArray[np.float64]

# How much the groups have in common, as a number of runs that each is believed to have had beside its own. Every value
# is as likely, on a logarithmic scale, before anything is seen; were more than a hundred allowed, the intervals of a
# few groups would be too narrow (benchmarks/failures.py counts how often they hold the truth).
IN_COMMON = np.geomspace(1.0, 100.0, 21)
# Halvings of the range 0 to 1 in which a quantile is sought: to a millionth.
HALVINGS = 20


class Tally(NamedTuple):
    """How many runs there were, and how many of them failed or were rejected."""

    n: int = 0
    failures: int = 0

    def __add__(self, other: tuple[int, ...]) -> Self:  # type: ignore[override]
        return type(self)(self.n + other[0], self.failures + other[1])

    def __sub__(self, other: tuple[int, int]) -> Self:
        return type(self)(self.n - other[0], self.failures - other[1])


Stratum = tuple[str, ...]
Strata = Mapping[Stratum, Tally]


@dataclass(frozen=True, kw_only=True)
class FailureRate:
    """How often one group fails, and how that stands beside the others. Shares are 0 to 1.

    `compared` of its `n` runs have others of the same strata beside them, and `others` is the share of these that
    fail. `shrunk` is the share by what all groups have in common, with its 95 % interval. `p` and `q` are None where
    too few runs can be compared.
    """

    subject: str
    n: int
    failures: int
    share: float
    share_low: float
    share_high: float
    compared: int
    others: float | None
    shrunk: float
    shrunk_low: float
    shrunk_high: float
    p: float | None = None
    q: float | None = None


def failure_rates(groups: Mapping[str, Strata], totals: Strata, *, least: int) -> list[FailureRate]:
    """Every group, tested for failing more than the others; surest first, untested ones last.

    `totals` are all runs by stratum. A group is tested where `least` of its runs can be compared with as many others.
    """
    tables = {subject: _tables(strata, totals) for subject, strata in groups.items()}
    tested = [subject for subject, rows in tables.items() if _smallest(rows) >= least]
    p_values = [excess(tables[subject]) for subject in tested]
    tests = dict(zip(tested, zip(p_values, benjamini_hochberg(p_values), strict=True), strict=True))
    shrunk = _shrunk(groups, totals)
    found = [_rate(name, own, tables[name], shrunk[name], tests.get(name)) for name, own in groups.items()]
    return sorted(found, key=lambda one: (one.q is None, -one.shrunk_low, one.subject))


class Table(NamedTuple):
    """A group and the others within one stratum."""

    own: Tally
    others: Tally


def _tables(strata: Strata, totals: Strata) -> list[Table]:
    """The strata in which there is anything to compare with."""
    tables = [Table(own, totals[stratum] - own) for stratum, own in strata.items()]
    return [table for table in tables if table.own.n and table.others.n]


def _smallest(tables: Sequence[Table]) -> int:
    return min(sum(table.own.n for table in tables), sum(table.others.n for table in tables))


def excess(tables: Sequence[Table]) -> float:
    """The probability of so many failures or more by chance, given how many runs and failures each stratum has.

    Exact for any number of runs: the sum of independent hypergeometric variables (Fisher 1935; for several strata
    Gart 1970, Biometrika 57: 471-475).
    """
    chances, least = np.ones(1), 0
    for own, others in tables:
        failures = own.failures + others.failures
        low = max(0, failures - others.n)
        chances = np.convolve(chances, _hypergeometric(own.n, others.n, failures))
        least += low
    at = sum(table.own.failures for table in tables) - least
    return float(min(1.0, chances[at:].sum()))


def _hypergeometric(n: int, others: int, failures: int) -> Floats:
    """The chances of each possible number of failures among `n` runs, the smallest possible number first."""
    drawn = np.arange(max(0, failures - others), min(n, failures) + 1)
    logs = log_choose(n, drawn) + log_choose(others, failures - drawn) - log_choose(n + others, failures)
    return np.asarray(np.exp(logs), dtype=np.float64)


def log_choose(n: int, drawn: npt.ArrayLike) -> Floats:
    """The logarithm of how many ways there are to draw so many of `n`."""
    k = np.asarray(drawn, dtype=np.float64)
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1), dtype=np.float64)


def _rate(
    subject: str,
    strata: Strata,
    tables: Sequence[Table],
    shrunk: tuple[float, float, float],
    test: tuple[float, float] | None,
) -> FailureRate:
    own = sum(strata.values(), Tally())
    around = known(wilson(own.failures, own.n))
    compared = sum(table.own.n for table in tables)
    expected = sum(table.own.n * table.others.failures / table.others.n for table in tables)
    return FailureRate(
        subject=subject,
        n=own.n,
        failures=own.failures,
        share=own.failures / own.n,
        share_low=around.low,
        share_high=around.high,
        compared=compared,
        others=expected / compared if compared else None,
        shrunk=shrunk[0],
        shrunk_low=shrunk[1],
        shrunk_high=shrunk[2],
        p=test[0] if test else None,
        q=test[1] if test else None,
    )


def _shrunk(groups: Mapping[str, Strata], totals: Strata) -> dict[str, tuple[float, float, float]]:
    """The share of each group with its 95 % interval, drawn towards what its strata lead to expect.

    Beta-binomial empirical Bayes, the more the groups differ the less they are drawn. How much they differ is itself
    uncertain with few groups, so the answer is averaged over it (Gelman and others, Bayesian Data Analysis, 5.3).
    """
    if not groups:
        return {}
    own = [sum(strata.values(), Tally()) for strata in groups.values()]
    n, failures = (np.array(column, dtype=np.float64)[:, None] for column in zip(*own, strict=True))
    expected = np.array([_expected(strata, totals) for strata in groups.values()])[:, None]
    a, b = IN_COMMON * expected, IN_COMMON * (1 - expected)
    logs = (betaln(a + failures, b + n - failures) - betaln(a, b)).sum(axis=0)
    weights = np.exp(logs - logs.max())
    weights /= weights.sum()
    a, b = a + failures, b + n - failures
    means = (weights * a / (a + b)).sum(axis=1)
    low, high = (_quantile(a, b, weights, at) for at in (0.025, 0.975))
    return dict(zip(groups, zip(means.tolist(), low.tolist(), high.tolist(), strict=True), strict=True))


def _expected(strata: Strata, totals: Strata) -> float:
    """The share of failures over all runs of the same strata; half a failure each way keeps it within 0 and 1."""
    n = sum(own.n for own in strata.values())
    return sum(own.n * (totals[at].failures + 0.5) / (totals[at].n + 1) for at, own in strata.items()) / n


def _quantile(a: Floats, b: Floats, weights: Floats, level: float) -> Floats:
    """A quantile of each row's mixture of beta distributions, by halving."""
    low, high = np.zeros(len(a)), np.ones(len(a))
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        below = (weights * betainc(a, b, middle[:, None])).sum(axis=1) < level
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2
