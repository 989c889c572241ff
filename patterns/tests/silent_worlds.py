"""Made-up days of runs of which the truth is known: a failure that never stops, and one that stops and comes back."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

import numpy as np

from patterns.silences import Day

FIRST = date(2026, 8, 1)
DAYS = 90


def days(counts: Sequence[tuple[int, int]]) -> list[Day]:
    """Days from the first of August on, given as (runs, failures)."""
    return [Day(FIRST + timedelta(days=at), n, failures) for at, (n, failures) in enumerate(counts)]


def steady_failure(seed: int, n: int) -> Iterator[list[Day]]:
    """Failures at one rate, rare or frequent, in days of 1 to 40 runs."""
    rng = np.random.default_rng([seed, 7])
    for _ in range(n):
        rate = float(np.exp(rng.uniform(np.log(0.002), np.log(0.2))))
        runs = rng.integers(1, 41, size=DAYS)
        yield days([(int(size), int(rng.binomial(size, rate))) for size in runs])


def stopped_failure(seed: int, n: int) -> Iterator[list[Day]]:
    """A failure of 3 in 100 runs that stops for 35 of 90 days; 20 runs a day."""
    rng = np.random.default_rng([seed, 8])
    for _ in range(n):
        rates = [0.03] * 30 + [0.0] * 35 + [0.03] * 25
        yield days([(20, int(rng.binomial(20, rate))) for rate in rates])
