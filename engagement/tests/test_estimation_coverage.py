"""How often the intervals hold the truth of made-up posts; `benchmarks/estimates.py` counts longer and tells more."""

import numpy as np
import pytest

from engagement.estimation import estimates
from engagement.tests.crowds import some_filter, some_post

FILTERS, POSTS = 40, 5


def coverage(seed: int, level: float, observed: int, *, has_past: bool) -> float:
    """The share of intervals that hold the true genuine engagement."""
    rng, held = np.random.default_rng(seed), list[bool]()
    for _ in range(FILTERS):
        verdicts = some_filter(rng)
        rates = verdicts.evaluated(rng)
        posts = [some_post(rng, verdicts, level, observed, has_past=has_past) for _ in range(POSTS)]
        for found, (_, truth) in zip(estimates([tally for tally, _ in posts], rates=rates), posts, strict=True):
            held.append(found is not None and found.low - 0.5 <= truth <= found.high + 0.5)
    return float(np.mean(held))


@pytest.mark.parametrize("has_past", [pytest.param(True, id="past"), pytest.param(False, id="no past")])
def test_intervals_hold_the_truth_as_often_as_they_say(has_past):
    cells = [(level, observed) for level in (0.1, 0.2, 0.4, 0.6) for observed in (30, 300, 1000)]

    found = [coverage(seed, *cell, has_past=has_past) for seed, cell in enumerate(cells)]

    assert 0.94 <= np.mean(found) <= 0.975
    # Of 200 posts, by chance.
    assert min(found) >= 0.9


@pytest.mark.parametrize("observed", [0, 30, 1000])
def test_intervals_hold_the_truth_where_there_are_no_bots(observed):
    assert coverage(1, 0.0, observed, has_past=True) >= 0.93


@pytest.mark.parametrize("level", [0.0, 0.05, 0.3, 0.6])
def test_intervals_hold_the_truth_where_nothing_was_seen(level):
    known, unknown = (coverage(2, level, 0, has_past=has_past) for has_past in (True, False))

    assert known >= 0.92
    assert unknown >= 0.99
