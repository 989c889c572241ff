"""Gains of known size: how often the interval holds them, and that the test is Welch's where nothing is adjusted."""

from dataclasses import replace
from math import log1p, sqrt

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from patterns.tests.drawn_pieces import World
from patterns.uplift import Difference, Piece, difference, percent

LEAST = 5
# Of 200 intervals that hold the truth in 95 %, fewer than 180 (90 %) do in one case of a thousand.
RUNS = 200


def piece(guided, value, **changes):
    usual = {"error": 0.0, "propensity": 0.9, "account": 1, "platform": "instagram", "basis": "reach", "day": 0.0}
    return Piece(**{"guided": guided, "value": value, "young": False} | usual | changes)


def compared(pieces):
    return difference(pieces, least=LEAST)


def held(world, seed):
    """How many of the runs' intervals hold the gain, and how many of the plain ones that adjust for nothing."""
    rng = np.random.default_rng(seed)
    runs = [world.pieces(rng) for _ in range(RUNS)]
    ends = [compared(pieces).ends for pieces in runs]
    naive = [plain(pieces) for pieces in runs]
    return [sum(low <= log1p(world.gain) <= high for low, high in found) for found in (ends, naive)]


def plain(pieces):
    arms = [[one.value for one in pieces if one.guided is guided] for guided in (True, False)]
    return stats.ttest_ind(*arms, equal_var=False).confidence_interval()


@pytest.mark.parametrize(
    "world",
    [
        World(posts=300),
        World(posts=300, gain=0.0),
        World(posts=300, personas=12, spread=1.0),
        World(posts=300, personas=12, spread=0.4, control_shares=(0.3,)),
        World(posts=150),
        World(posts=600, control_shares=(0.5, 0.1)),
        World(posts=600, control_shares=(0.5, 0.1), improves=True),
    ],
    ids=["few controls", "no gain", "12 personas", "30 percent", "15 controls", "share changed", "loop improves"],
)
def test_interval_holds_the_true_gain(world):
    ours, _ = held(world, seed=11)

    assert 0.9 * RUNS <= ours <= 0.99 * RUNS


def test_plain_difference_takes_growth_for_a_gain_where_the_share_was_changed():
    _, naive = held(World(posts=600, control_shares=(0.5, 0.1)), seed=12)

    assert naive < 0.75 * RUNS


def test_one_account_without_a_trend_is_compared_as_welch_does():
    rng = np.random.default_rng(3)
    guided, others = rng.normal(1.2, 0.5, 40), rng.normal(1.0, 0.9, 9)
    pieces = [piece(True, one) for one in guided] + [piece(False, one) for one in others]

    found = compared(pieces)

    test = stats.ttest_ind(guided, others, equal_var=False)
    assert found.effect == pytest.approx(guided.mean() - others.mean())
    assert found.effect / sqrt(found.variance) == pytest.approx(test.statistic)
    # Bell and McCaffrey's degrees of freedom are Satterthwaite's for equal variances.
    parts = 1 / 40, 1 / 9
    assert found.freedom == pytest.approx(sum(parts) ** 2 / (parts[0] ** 2 / 39 + parts[1] ** 2 / 8))


def test_levels_of_accounts_are_no_gain():
    rng = np.random.default_rng(4)
    noise = rng.normal(0, 0.01, 40)
    # Guided are mostly those of the account with the higher level.
    arms = [(1, True)] * 15 + [(1, False)] * 5 + [(2, True)] * 5 + [(2, False)] * 15
    pieces = [
        piece(arm, 3.0 * (account == 1) + e, account=account) for (account, arm), e in zip(arms, noise, strict=True)
    ]

    assert compared(pieces).effect == pytest.approx(0, abs=0.02)


def test_bases_are_compared_apart_and_only_their_differences_meet():
    rng = np.random.default_rng(5)
    runs = []
    for basis, level in (("reach", 0.0), ("views", 9.0)):
        n = 20
        runs.append([piece(k % 4 > 0, level + 0.2 * (k % 4 > 0) + rng.normal(0, 0.05), basis=basis) for k in range(n)])

    both = compared([*runs[0], *runs[1]])

    one, other = (compared(run) for run in runs)
    assert min(one.effect, other.effect) < both.effect < max(one.effect, other.effect)
    # No weights could do better than those by the inverse of the variances.
    assert max(one.variance, other.variance) > both.variance >= 1 / (1 / one.variance + 1 / other.variance)
    assert min(one.freedom, other.freedom) < both.freedom <= one.freedom + other.freedom
    assert (both.guided, both.others) == (30, 10)


def test_piece_with_a_wide_interval_counts_less():
    values = [(True, 1.0), (True, 1.2), (True, 0.8), (True, 1.1), (True, 0.9)]
    exact = [piece(*one) for one in values] + [piece(False, v) for v in (0.0, 0.1, -0.1, 0.2, 3.0)]
    doubted = [one if one.value < 3 else one._replace(error=5.0) for one in exact]

    assert compared(doubted).effect > compared(exact).effect


@pytest.mark.parametrize(
    "pieces",
    [
        [],
        [piece(True, float(k)) for k in range(50)],
        [piece(k > 3, float(k)) for k in range(50)],
        [piece(k % 2 > 0, 1.0) for k in range(50)],
        [piece(k % 2 > 0, float(k), account=k % 2) for k in range(50)],
        [piece(k % 2 > 0, float(k), account=k) for k in range(50)],
    ],
    ids=["nothing", "no control", "4 controls", "nothing varies", "an account each arm", "an account each piece"],
)
def test_nothing_is_said_where_nothing_can_be_compared(pieces):
    assert compared(pieces) is None


@given(st.integers(0, 10_000), st.floats(-50, 50))
def test_levels_and_order_of_pieces_change_nothing(seed, level):
    rng = np.random.default_rng(seed)
    pieces = World(posts=80, personas=2, control_shares=(0.3,)).pieces(rng)

    first = compared(pieces)
    again = compared([one._replace(value=one.value + level) for one in reversed(pieces)])

    assert again.effect == pytest.approx(first.effect, abs=1e-6)
    assert again.variance == pytest.approx(first.variance, rel=1e-5)


def test_more_pieces_would_tell_a_gain_of_twenty_percent():
    rng = np.random.default_rng(6)
    world = World(posts=300, gain=0.2)
    missing = np.mean([compared(world.pieces(rng)).more_pieces for _ in range(20)])
    enough = replace(world, posts=300 + round(missing))

    told = [compared(enough.pieces(rng)).ends[0] > 0 for _ in range(100)]

    # Four in five, and three standard errors of a share of 100.
    assert np.mean(told) == pytest.approx(0.8, abs=0.12)


def test_enough_pieces_need_no_more():
    assert Difference(0.2, 0.0001, 100, 900, 100).more_pieces == 0
    assert percent(Difference(0.2, 0.0001, 100, 900, 100).detectable) == pytest.approx(2.8, abs=0.1)
