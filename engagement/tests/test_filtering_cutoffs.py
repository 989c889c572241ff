"""Cut-offs: how many people they accuse, and what staff's decisions do to them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.filtering.cutoffs import LEAST_DECISIONS, cut_offs, recalibrated, share_reaching

SCORES = st.lists(st.integers(0, 10_000).map(lambda n: n / 10_000), min_size=1, max_size=200)
EVEN = [at / 1_000 for at in range(1_000)]


@given(SCORES, st.floats(0, 0.99))
def test_cut_offs_accuse_no_more_than_they_may(scores, most):
    found = cut_offs(scores, most)

    # Nothing lies above certainty, so that a score of 1 is accused whatever the share.
    below = [score for score in scores if score < 1]
    assert sum(score >= found.bot for score in below) <= most * len(scores) + 1e-6
    assert 0 < found.genuine <= found.bot <= 1


@pytest.mark.parametrize(("most", "bot"), [(0.02, 0.9800), (0.01, 0.9900), (0.0, 0.9991)])
def test_cut_offs_lie_where_the_share_is_used_up(most, bot):
    assert cut_offs(EVEN, most).bot == pytest.approx(bot, abs=0.002)


def test_cut_offs_leave_a_tenth_in_doubt():
    assert share_reaching(EVEN, cut_offs(EVEN, 0.02).genuine) == pytest.approx(0.1, abs=0.002)


@pytest.mark.parametrize("share", [-0.1, 1, 2])
def test_cut_offs_refuse_what_is_no_share(share):
    with pytest.raises(ValueError, match="MAX_WRONGLY_ACCUSED is a number from 0 to below 1"):
        cut_offs(EVEN, share)


def test_recalibrated_waits_for_enough_decisions():
    few = [(0.99, False)] * (LEAST_DECISIONS - 1)

    assert recalibrated(EVEN, few, 0.02) == cut_offs(EVEN, 0.02)


def test_recalibrated_rises_where_staff_cleared_high_scores():
    cleared = [(0.995, False)] * 40

    assert recalibrated(EVEN, cleared, 0.02).bot > 0.995


def test_recalibrated_falls_where_people_score_low():
    usual = [(0.1, False)] * 2_000

    assert recalibrated(EVEN, usual, 0.02).bot < cut_offs(EVEN, 0.02).bot


@given(st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=80), st.randoms())
def test_recalibrated_does_not_depend_on_order(decisions, random):
    shuffled = list(decisions)
    random.shuffle(shuffled)

    assert recalibrated(EVEN, shuffled, 0.02) == recalibrated(EVEN, decisions, 0.02)
