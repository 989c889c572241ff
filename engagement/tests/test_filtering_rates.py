"""The error rates that a model carries."""

import pytest

from engagement.filtering.model import load_model
from engagement.filtering.rates import spread


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        pytest.param([(3.0, 10.0)], (3.0, 10.0), id="one file tells nothing of others"),
        pytest.param([(3.0, 10.0), (6.0, 20.0)], (9.0, 30.0), id="alike: all that were counted"),
        pytest.param([(20.0, 100.0), (60.0, 100.0)], (0.8, 2.0), id="unlike: as few as would vary so"),
    ],
)
def test_spread_is_worth_less_the_more_files_differ(counts, expected):
    assert spread(counts) == pytest.approx(expected)


def test_spread_of_nothing_is_refused():
    with pytest.raises(ValueError, match="Without a file"):
        spread([])


def test_shipped_model_tells_how_often_it_is_wrong():
    rates = load_model().error_rates

    assert rates is not None
    assert rates.false_accusations[0] / rates.false_accusations[1] < 0.1
    assert rates.recall[0] / rates.recall[1] > 0.6
    assert len(rates.files) > 3
