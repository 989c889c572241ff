"""What is claimed of a family of estimates, what could be, and how many posts that would take."""

from math import log

import numpy as np
import pytest
from scipy.special import stdtrit

from patterns.adjustment import Estimate
from patterns.claims import detectable, judged, more_posts
from patterns.enums import Claim
from patterns.stats import benjamini_hochberg

RATE = 0.1


def family(*effects, error=0.1, freedom=200):
    return [Estimate(effect, error, freedom) for effect in effects]


def test_gains_and_losses_are_families_of_their_own():
    estimates = family(0.8, 0.2, 0.0, -0.1, -0.9)

    found = judged(estimates, rate=RATE)

    gains, losses = [one.p_gain for one in estimates], [one.p_loss for one in estimates]
    assert [one.q_gain for one in found] == pytest.approx(benjamini_hochberg(gains))
    assert [one.q_loss for one in found] == pytest.approx(benjamini_hochberg(losses))
    assert [one.claim for one in found] == [Claim.GAIN, "", "", "", Claim.LOSS]


def test_p_values_of_the_two_sides_add_up_to_one():
    (one,) = family(0.17)

    assert one.p_gain + one.p_loss == pytest.approx(1.0)
    assert one.p_gain < 0.05 < one.p_loss


def test_effect_that_passes_the_rate_but_is_likelier_luck_is_not_claimed():
    # Two in a hundred estimates with this p-value are due to chance alone, and a hundred show nothing.
    estimates = family(*np.linspace(-0.15, 0.15, 60), 0.33)

    found = judged(estimates, rate=RATE)[-1]

    assert found.q_gain <= RATE
    assert (found.claim, found.shrunk.above < 0.6) == ("", True)


def test_detectable_effect_is_claimed_in_four_of_five_cases():
    rng = np.random.default_rng(3)
    p_needed, error, freedom = 0.002, 0.1, 400
    effect = detectable(Estimate(0.0, error, freedom), p_needed)

    estimates = effect + error * rng.normal(size=4000)

    passed = [Estimate(one, error, freedom).p_gain <= p_needed for one in estimates]
    assert np.mean(passed) == pytest.approx(0.8, abs=0.02)


def test_detectable_effect_is_that_of_the_next_claim():
    estimates = family(0.9, 0.8, *np.linspace(-0.1, 0.1, 18))

    found = judged(estimates, rate=RATE)

    assert [one.claim for one in found[:3]] == [Claim.GAIN, Claim.GAIN, ""]
    # Two of twenty are claimed: the third needs a p-value of a tenth of three twentieths.
    needed = 0.1 * (stdtrit(200, 1 - 0.1 * 3 / 20) + stdtrit(200, 0.8))
    assert found[2].detectable == pytest.approx(needed)


@pytest.mark.parametrize(
    ("factor", "posts", "expected"),
    [(1.25, 300, 0), (1.1, 300, 0), (1.25**2, 300, 900), (1.25**1.5, 100, 125)],
    ids=["just enough", "more than enough", "twice the error", "half as much again"],
)
def test_more_posts_shrink_the_error_by_their_root(factor, posts, expected):
    assert more_posts(log(factor), posts) == pytest.approx(expected, abs=1)


def test_no_estimates_give_no_verdicts():
    assert judged([], rate=RATE) == []
