"""Wilson's interval against published values."""

# mypy: disable-error-code="union-attr"
# The values under test may be None, and a test that meets None fails.

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.intervals import wilson


@pytest.mark.parametrize(
    ("successes", "n", "low", "high"),
    [
        # Newcombe 1998, Statistics in Medicine 17: 857-872, table I, method 3.
        pytest.param(81, 263, 0.2553, 0.3662, id="81 of 263"),
        pytest.param(15, 148, 0.0624, 0.1605, id="15 of 148"),
        pytest.param(0, 20, 0.0, 0.1611, id="0 of 20"),
        pytest.param(1, 29, 0.0061, 0.1718, id="1 of 29"),
    ],
)
def test_wilson_equals_the_published_interval(successes, n, low, high):
    found = wilson(successes, n)

    assert (round(found.low, 4), round(found.high, 4)) == (low, high)


def test_wilson_without_trials_is_unknown():
    assert wilson(0, 0) is None


@pytest.mark.parametrize(("successes", "n"), [(-1, 5), (6, 5), (1, 0)])
def test_wilson_refuses_impossible_counts(successes, n):
    with pytest.raises(ValueError, match=f"{successes} successes of {n}"):
        wilson(successes, n)


@given(st.integers(1, 10**6).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_holds_the_share_and_shrinks(pair):
    successes, n = pair

    found, larger = wilson(successes, n), wilson(successes * 2, n * 2)

    assert 0 <= found.low <= successes / n <= found.high <= 1
    assert larger.width < found.width
