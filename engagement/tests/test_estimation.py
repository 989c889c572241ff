"""The estimate of genuine engagement: worked examples and what must hold for all counts."""

# mypy: disable-error-code="union-attr, arg-type"
# The values under test may be None, and a test that meets None fails.

from collections import Counter

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st
from scipy import stats

from engagement.enums import InteractionKind, Verdict
from engagement.estimation import COUNTED_AS, Prior, estimate, hidden_engagement, prior_of

COMMENT, LIKE, REPLY = InteractionKind.COMMENT, InteractionKind.LIKE, InteractionKind.REPLY
GENUINE, BOT, PERSONA = Verdict.GENUINE, Verdict.BOT, Verdict.PERSONA
OBSERVED = st.dictionaries(
    st.tuples(st.sampled_from(InteractionKind.values), st.sampled_from(Verdict.values)), st.integers(0, 50)
)
COUNTS = st.fixed_dictionaries(
    {name: st.none() | st.integers(0, 1000) for name in ("likes", "comments", "shares", "saves")}
)
PRIORS = st.builds(Prior, genuine=st.floats(1, 21), bot=st.floats(1, 21))
TOLERANCE = 1e-9


def one_more(observed, kind, verdict):
    return Counter(observed) + Counter({(kind, verdict): 1})


def bots(found, observed):
    seen = sum(number for (_, verdict), number in observed.items() if verdict == BOT)
    return seen + (1 - found.share) * found.hidden


def test_estimate_adds_the_genuine_share_of_what_was_hidden():
    found = estimate({(COMMENT, GENUINE): 8, (COMMENT, BOT): 2}, {"likes": 90, "comments": 10})

    assert found.share == pytest.approx(9 / 12)
    assert found.hidden == 90
    assert found.genuine == pytest.approx(8 + 90 * 9 / 12)
    assert (found.share_low, found.share_high) == pytest.approx(stats.beta(9, 3).interval(0.95))
    assert found.observed == 10


def test_estimate_without_observation_is_wide():
    found = estimate({}, {"likes": 100})

    assert (found.genuine, found.low, found.high) == pytest.approx((50.0, 2.5, 100.0))
    assert found.observed == 0


def test_estimate_with_everything_seen_is_exact():
    found = estimate({(COMMENT, GENUINE): 3, (COMMENT, BOT): 1}, {"comments": 4})

    assert (found.low, found.genuine, found.high) == (3.0, 3.0, 3.0)


def test_estimate_of_nothing_known_is_unknown():
    assert estimate({}, {"likes": None, "reach": 10}) is None


def test_estimate_subtracts_personas_and_learns_nothing_from_them():
    without = estimate({(COMMENT, GENUINE): 5}, {"comments": 5, "likes": 9})
    found = estimate({(COMMENT, GENUINE): 5, (COMMENT, PERSONA): 3, (LIKE, PERSONA): 1}, {"comments": 8, "likes": 10})

    assert (found.genuine, found.low, found.high) == (without.genuine, without.low, without.high)


def test_hidden_engagement_counts_replies_among_comments_and_never_goes_below_zero():
    observed = {(COMMENT, GENUINE): 3, (REPLY, BOT): 2, (LIKE, GENUINE): 7}

    assert hidden_engagement(observed, {"comments": 6, "likes": 5, "shares": None}) == 1


def test_every_kind_of_interaction_is_counted_somewhere():
    assert set(COUNTED_AS) == set(InteractionKind.values)


@pytest.mark.parametrize(
    ("histories", "prior"),
    [
        pytest.param([], Prior(genuine=1, bot=1), id="nothing known"),
        pytest.param([(6, 2)], Prior(genuine=7, bot=3), id="short history counts in full"),
        pytest.param([(900, 100)], Prior(genuine=19, bot=3), id="long history is capped at 20"),
        pytest.param([(8, 2), (50, 50)], Prior(genuine=14, bot=8), id="the platform fills what is left"),
        pytest.param([(40, 0), (0, 900)], Prior(genuine=21, bot=1), id="the account leaves no room"),
        pytest.param([(0, 0), (10, 10)], Prior(genuine=11, bot=11), id="new account on a known platform"),
    ],
)
def test_prior_of_fills_its_strength_from_the_closest_history(histories, prior):
    assert prior_of(*histories) == prior


@given(OBSERVED, COUNTS, PRIORS)
def test_estimate_lies_in_its_interval_above_what_was_seen_genuine(observed, counts, prior):
    found = estimate(observed, counts, prior=prior)

    assume(found is not None)
    seen = sum(number for (_, verdict), number in observed.items() if verdict == GENUINE)
    assert seen <= found.low <= found.genuine <= found.high <= seen + found.hidden + TOLERANCE
    assert 0 <= found.share_low <= found.share <= found.share_high <= 1


@given(OBSERVED, COUNTS, PRIORS, st.sampled_from(InteractionKind.values), st.booleans())
def test_estimate_with_one_more_bot_has_no_more_genuine(observed, counts, prior, kind, is_counted):
    before = estimate(observed, counts, prior=prior)
    grown = (
        counts | {COUNTED_AS[kind]: counts[COUNTED_AS[kind]] + 1} if is_counted and counts[COUNTED_AS[kind]] else counts
    )
    after = estimate(one_more(observed, kind, BOT), grown, prior=prior)

    assume(before is not None and before.hidden >= after.hidden)
    assert after.genuine <= before.genuine + TOLERANCE


@given(OBSERVED, COUNTS, PRIORS, st.sampled_from(InteractionKind.values))
def test_estimate_with_one_more_genuine_has_no_more_bots(observed, counts, prior, kind):
    before = estimate(observed, counts, prior=prior)
    more = one_more(observed, kind, GENUINE)
    after = estimate(more, counts, prior=prior)

    assume(before is not None)
    assert bots(after, more) <= bots(before, observed) + TOLERANCE


@given(OBSERVED, COUNTS, PRIORS, st.sampled_from(InteractionKind.values))
def test_estimate_with_a_genuine_one_turned_persona_has_no_more_genuine(observed, counts, prior, kind):
    before = estimate(one_more(observed, kind, GENUINE), counts, prior=prior)
    after = estimate(one_more(observed, kind, PERSONA), counts, prior=prior)

    assert after.genuine <= before.genuine + TOLERANCE


@given(st.integers(0, 30), st.integers(0, 30), st.integers(2, 5))
def test_estimate_interval_shrinks_with_what_was_seen(genuine, bot, times):
    assume(genuine + bot >= 2)
    few = estimate({(COMMENT, GENUINE): genuine, (COMMENT, BOT): bot}, {"likes": 100})
    many = estimate({(COMMENT, GENUINE): genuine * times, (COMMENT, BOT): bot * times}, {"likes": 100})

    assert many.high - many.low < few.high - few.low
