"""Whose evidence is company, and how many of them are a group."""

import pytest

from engagement.filtering.groups import SHARED, is_group, is_one_of_many
from engagement.filtering.pipeline import assess
from engagement.filtering.scene import Evidence, Seen


@pytest.mark.parametrize(
    ("reasons", "expected"),
    [
        pytest.param([], False, id="none"),
        pytest.param([("text", "like_bots"), ("contacts", "handle")], False, id="words of one's own"),
        pytest.param([("duplicates", "same_author"), ("pace", "restless_author")], False, id="one who repeats"),
        pytest.param([("author", "earlier_bot")], False, id="a record"),
        *[pytest.param([("text", "like_bots"), one], True, id=one[1]) for one in sorted(SHARED)],
    ],
)
def test_company_is_what_can_only_be_seen_in_several(reasons, expected):
    stored = [Evidence(layer, name, 0.6, "A sentence.")._asdict() for layer, name in reasons]

    assert is_one_of_many(stored) == expected


@pytest.mark.parametrize(
    ("called", "unsure", "expected"),
    [
        pytest.param(0, 0, False, id="nobody"),
        pytest.param(2, 0, False, id="two"),
        pytest.param(3, 0, True, id="three"),
        pytest.param(1, 3, True, id="a quarter of them called bots"),
        pytest.param(5, 80, False, id="a slogan"),
        pytest.param(0, 30, False, id="nobody called a bot"),
    ],
)
def test_a_group_is_several_of_whom_enough_are_called_bots(called, unsure, expected):
    assert is_group(called, unsure) == expected


def test_company_is_known_by_the_names_that_the_layers_give():
    text = "Win a brand new phone today at www.best-deals.shop, promo code FREE"
    scene = [Seen(number, "comment", f"author {number}", text) for number in range(5)]

    found = assess(scene, known_personas=frozenset())

    assert [is_one_of_many([reason._asdict() for reason in one.reasons]) for one in found.values()] == [True] * 5
