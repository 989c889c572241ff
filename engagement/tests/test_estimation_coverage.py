"""How often the intervals hold the truth of made-up posts; `benchmarks/estimates.py` counts longer and tells more."""

# mypy: disable-error-code="union-attr"
# The estimates under test may be None, and a test that meets None fails.

from datetime import timedelta

import numpy as np
import pytest

from acd.tests.factories import NOW
from engagement.bursts import Moment, timeline_evidence
from engagement.enums import InteractionKind, Verdict
from engagement.estimation import Tally, estimates
from engagement.tests.crowds import some_filter, some_post, visited

FILTERS, POSTS = 40, 5


def coverage(seed: int, level: float, observed: int, *, has_past: bool, members: int = 0) -> float:
    """The share of intervals that hold the true genuine engagement, of posts to which so large a group came."""
    rng, held = np.random.default_rng(seed), list[bool]()
    for _ in range(FILTERS):
        verdicts = some_filter(rng)
        rates = verdicts.evaluated(rng)
        posts = [some_post(rng, verdicts, level, observed, has_past=has_past) for _ in range(POSTS)]
        if members:
            posts = [visited(rng, *one, members) for one in posts]
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


@pytest.mark.parametrize("members", [5, 30])
def test_intervals_hold_the_truth_after_a_group_came(members):
    cells = [(level, observed) for level in (0.05, 0.1, 0.4) for observed in (10, 100)]

    found = [coverage(seed, *cell, has_past=True, members=members) for seed, cell in enumerate(cells)]

    assert 0.93 <= np.mean(found) <= 0.985
    assert min(found) >= 0.9


@pytest.mark.parametrize("observed", [0, 30, 1000])
def test_intervals_hold_the_truth_where_there_are_no_bots(observed):
    assert coverage(1, 0.0, observed, has_past=True) >= 0.93


@pytest.mark.parametrize("level", [0.0, 0.05, 0.3, 0.6])
def test_intervals_hold_the_truth_where_nothing_was_seen(level):
    known, unknown = (coverage(2, level, 0, has_past=has_past) for has_past in (True, False))

    assert known >= 0.92
    assert unknown >= 0.99


def followed(rng: np.random.Generator, *, bought: int, purged: int) -> list[Moment]:
    """A post followed for 20 hours whose likes fade; some are bought in the tenth hour, and some of them go again."""
    hours, usual = np.arange(20), 100 * 0.85 ** np.arange(20)
    likes = rng.poisson(usual).cumsum() + np.where(hours >= 10, bought, 0) - np.where(hours >= 15, purged, 0)
    counted = zip(hours, likes, rng.poisson(usual / 10).cumsum(), rng.poisson(15 * usual).cumsum(), strict=True)
    return [
        Moment(at=NOW + timedelta(hours=int(hour)), likes=int(n), comments=int(comments), reach=int(reach))
        for hour, n, comments, reach in counted
    ]


@pytest.mark.parametrize("purged", [0, 150])
def test_intervals_hold_the_truth_whether_a_burst_was_bought_or_not(purged):
    rng, rates = np.random.default_rng(4), some_filter(np.random.default_rng(5)).evaluated(np.random.default_rng(6))
    followed_posts = [followed(rng, bought=400, purged=purged) for _ in range(40)]
    seen: dict[tuple[str, str], int] = {(InteractionKind.COMMENT, Verdict.GENUINE): 60}

    for timeline in followed_posts:
        counts, doubt = {"likes": timeline[-1].likes, "comments": 60}, timeline_evidence(timeline)
        with_doubt = Tally(observed=seen, counts=counts, suspect=doubt.suspect, purged=doubt.purged)
        unaware, aware = estimates([Tally(observed=seen, counts=counts), with_doubt], rates=rates)

        all_of_them = 60 + (timeline[-1].likes or 0)
        without_bought = all_of_them - (400 - purged)
        assert aware.low <= without_bought < unaware.low
        assert aware.genuine < unaware.genuine <= aware.high == unaware.high
        assert all_of_them <= aware.high
