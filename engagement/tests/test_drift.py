"""The population stability index: against published arithmetic, and how it behaves."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.drift import AS_IN_TRAINING, DIFFERENT, FEWEST, MODERATE, OF_NO_CONSEQUENCE, drift, edges, held

COUNTS = st.lists(st.integers(0, 5000), min_size=10, max_size=10).filter(lambda counts: sum(counts) >= FEWEST)


@pytest.mark.parametrize(
    ("found", "words"),
    [
        pytest.param([1000] * 10, AS_IN_TRAINING, id="the same"),
        pytest.param([1200, 1100, *[1000] * 6, 900, 800], OF_NO_CONSEQUENCE, id="small"),
        pytest.param([1900, 1500, *[1000] * 4, 900, 700, 600, 400], MODERATE, id="moderate"),
        pytest.param([4000, 2500, 1500, 500, 400, 300, 300, 200, 200, 100], DIFFERENT, id="clear"),
        pytest.param([14, 8, 12, 9, 11, 10, 7, 13, 10, 6], AS_IN_TRAINING, id="chance of a hundred"),
    ],
)
def test_drift_is_told_in_words(found, words):
    assert drift([1000] * 10, found).words == words


def test_index_is_the_sum_of_differences_times_log_ratios():
    # (0.6 - 0.5) ln(0.6 / 0.5) + (0.4 - 0.5) ln(0.4 / 0.5), by hand.
    assert drift([50_000, 50_000], [60_000, 40_000]).index == pytest.approx(0.0405465, abs=1e-5)


@pytest.mark.parametrize("found", [[0] * 10, [9] * 11])
def test_few_comments_have_no_index(found):
    result = drift([100] * len(found), found)

    assert (result.index, result.by_chance) == (None, None)
    assert result.words.startswith("Too few to compare")


@given(COUNTS, COUNTS)
def test_index_is_never_negative_and_none_of_the_same(expected, found):
    assert (drift(expected, found).index or 0.0) >= 0
    assert drift(found, found).index == pytest.approx(0)


@given(st.lists(st.floats(0, 1), min_size=1, max_size=200), st.floats(0.01, 1))
def test_every_score_below_the_end_stands_in_one_bin(scores, below):
    between = edges(scores, below)

    assert between == sorted(set(between))
    assert sum(held(scores, between)) == sum(score < below for score in scores)
