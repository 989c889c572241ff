"""Groups of people are shown only where nobody can be told from them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.audiences import SMALLEST, shown

groups = st.dictionaries(st.sampled_from("ABCDEFGH"), st.integers(0, 40), max_size=8)


@pytest.mark.parametrize(
    ("given_groups", "expected"),
    [
        pytest.param({"PT": 120, "ES": 10}, {"PT": 120, "ES": 10}, id="large-groups-stay"),
        pytest.param({"PT": 120, "ES": 30, "FR": 9, "DE": 3}, {"PT": 120, "ES": 30}, id="small-groups-go"),
        pytest.param({"PT": 120, "ES": 30, "FR": 9}, {"PT": 120}, id="one-small-group-takes-the-next-along"),
        pytest.param({"PT": 120, "ES": 0}, {"PT": 120}, id="nobody-is-no-group"),
        pytest.param({"PT": 9}, None, id="a-dimension-without-a-large-group-is-left-out"),
        pytest.param({}, None, id="nothing"),
    ],
)
def test_groups_of_fewer_than_ten_are_not_shown(given_groups, expected):
    result = shown({"country": given_groups})

    assert result.get("country") == expected


@given(groups)
def test_no_shown_group_is_small_and_no_single_hidden_one_follows_from_the_total(counts):
    result = shown({"country": counts}).get("country", {})

    hidden = [n for name, n in counts.items() if n and name not in result]
    assert all(n >= SMALLEST for n in result.values())
    assert len(hidden) != 1 or not result
