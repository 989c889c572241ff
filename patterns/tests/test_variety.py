"""Variety, repeats and shares: known values, invariants, and how often the intervals hold the truth."""

from math import exp, log

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.tests.choosing_worlds import CHOICES, chosen, collapsed, rings, steady
from patterns.variety import repeated, repeats, share, variety

CHOSEN = st.lists(st.sets(st.sampled_from("abcdef"), min_size=1), min_size=2, max_size=30)
PARTS = st.lists(
    st.integers(1, 50).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=30
)


@pytest.mark.parametrize("options", [1, 2, 4, 10])
def test_options_used_alike_are_as_many_as_they_are(options):
    many = [[str(at % options)] for at in range(400)]

    assert variety(many, many).now.value == pytest.approx(options, rel=0.02)


def test_variety_is_the_jackknife_of_shannons_entropy():
    posts = [["a", "b"], ["a"], ["c"], ["a", "c"]]

    def entropy(some):
        counts = np.array([sum(name in one for one in some) for name in "abc"], dtype=float)
        parts = counts[counts > 0] / counts.sum()
        return float(-(parts * np.log(parts)).sum())

    left_out = np.mean([entropy(posts[:at] + posts[at + 1 :]) for at in range(4)])

    assert variety(posts, posts).now.value == pytest.approx(exp(4 * entropy(posts) - 3 * left_out))


@given(CHOSEN, CHOSEN)
def test_variety_intervals_hold_their_middle(now, before):
    found = variety(now, before)

    assert found.low <= found.change <= found.high
    for one in (found.now, found.before):
        assert 1 - 1e-9 <= one.low <= one.value + 1e-9 <= one.high + 2e-9


@given(CHOSEN, st.permutations("abcdef"))
def test_variety_does_not_depend_on_names(now, order):
    renamed = [{order["abcdef".index(name)] for name in one} for one in now]

    assert variety(renamed, now).change == pytest.approx(1.0)


@given(PARTS, PARTS)
def test_share_is_that_of_the_sums_and_lies_within_its_interval(now, before):
    found = share(now, before)

    assert found.now.value == pytest.approx(sum(part for part, _ in now) / sum(n for _, n in now))
    assert 0 <= found.now.low <= found.now.value <= found.now.high <= 1
    assert found.low <= found.change <= found.high


def test_difference_of_repeats_is_newcombes():
    # Newcombe 1998, Statistics in Medicine 17: 873-890, table II, method 10: 56/70 less 48/80.
    found = repeats([True] * 56 + [False] * 14, [True] * 48 + [False] * 32)

    assert (found.change, found.low, found.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=1e-4)


@pytest.mark.parametrize(
    ("captions", "again"),
    [
        (["Good morning", "Good evening"], [False, False]),
        (["Good morning", "good  MORNING!"], [False, False]),
        (["Good morning", "good  MORNING"], [False, True]),
        (["Sea #one #two", "Sea #three"], [False, True]),
        (
            [
                "Three things about street food that nobody tells you before you come to Lisbon",
                "Five things about street food that nobody tells you before you come to Lisbon",
                "Three things about night trains that surprise whoever takes them for the first time",
            ],
            [False, True, False],
        ),
        (["Sea", *(f"Wave number {'x' * at}" for at in range(30)), "Sea"], [False] * 2 + [None] * 29 + [False]),
    ],
    ids=["different", "a sign more", "case and space", "hashtags do not count", "a word changed", "too long ago"],
)
def test_repeated_captions(captions, again):
    found = repeated(captions)

    assert [one for one, wanted in zip(found, again, strict=True) if wanted is not None] == [
        wanted for wanted in again if wanted is not None
    ]


def test_nothing_rings_where_nothing_changes():
    assert sum(bool(rings(*world)) for world in steady(1, 100)) <= 8


def test_a_collapse_to_one_set_of_hashtags_rings():
    found = [rings(*world) for world in collapsed(1, 50)]

    assert sum("hashtags" in one for one in found) >= 42


def test_intervals_of_the_change_hold_no_change():
    held = [
        log(found.low) <= 0 <= log(found.high)
        for now, before in steady(2, 40)
        for name in CHOICES
        for found in (variety(chosen(now, name), chosen(before, name)),)
    ]

    assert np.mean(held) >= 0.92
