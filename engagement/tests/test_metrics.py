"""The formulas of engagement, as tables and invariants."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.enums import Grade
from engagement.enums import Basis
from engagement.metrics import (
    choose_basis,
    difference_from_average,
    expected,
    find_hashtags,
    grade_of,
    normal_hashtag,
    percentile,
    rate,
    total_engagement,
)
from engagement.values import MAX_COUNT

COUNTS = st.none() | st.integers(0, MAX_COUNT)
VALUES = st.floats(0, 100)


@pytest.mark.parametrize(
    ("counts", "total"),
    [
        pytest.param({"likes": 10, "comments": 2, "shares": 3, "saves": 4}, 19, id="all known"),
        pytest.param({"likes": 10, "comments": None}, 10, id="unknown is left out"),
        pytest.param({"likes": 0, "comments": None}, 0, id="a known zero is a zero"),
        pytest.param({"likes": None, "reach": 500}, None, id="nothing known"),
        pytest.param({}, None, id="nothing given"),
        pytest.param({"likes": MAX_COUNT, "comments": 1}, MAX_COUNT, id="a sum no column holds stops at the largest"),
    ],
)
def test_total_engagement_sums_what_is_known(counts, total):
    assert total_engagement(counts) == total


@pytest.mark.parametrize(
    ("counts", "followers", "basis"),
    [
        pytest.param({"reach": 100, "views": 300}, 50, (Basis.REACH, 100), id="reach first"),
        pytest.param({"reach": 0, "views": 300}, 50, (Basis.VIEWS, 300), id="reach of zero divides nothing"),
        pytest.param({"impressions": 200}, None, (Basis.VIEWS, 200), id="impressions are views"),
        pytest.param({"views": None, "video_views": 70}, 50, (Basis.VIEWS, 70), id="video views are views"),
        pytest.param({"reach": None}, 50, (Basis.FOLLOWERS, 50), id="followers"),
        pytest.param({}, 0, (Basis.COUNT, None), id="nobody follows"),
        pytest.param({}, None, (Basis.COUNT, None), id="nothing known"),
    ],
)
def test_choose_basis_takes_the_first_that_can_divide(counts, followers, basis):
    assert choose_basis(counts, followers) == basis


@pytest.mark.parametrize(
    ("engagement", "denominator", "percent"),
    [(5, 100, 5.0), (0, 100, 0.0), (None, 100, None), (5, None, None), (5, 0, None), (300, 100, 100.0)],
)
def test_rate_is_a_share_in_percent(engagement, denominator, percent):
    assert rate(engagement, denominator) == percent


@given(st.none() | st.floats(0, 1e18), COUNTS)
def test_rate_lies_between_0_and_100_or_is_unknown(engagement, denominator):
    percent = rate(engagement, denominator)

    assert percent is None or 0 <= percent <= 100
    assert (percent is None) == (engagement is None or not denominator)


@pytest.mark.parametrize(
    ("rate_low", "grade"),
    [
        (5.1, Grade.GOOD),
        (5.0, Grade.ACCEPTABLE),
        (2.1, Grade.ACCEPTABLE),
        (2.0, Grade.WEAK),
        (0.0, Grade.WEAK),
        (None, None),
    ],
)
def test_grade_of_asks_the_lower_bound_to_pass(rate_low, grade):
    assert grade_of(rate_low, (5.0, 2.0)) == grade


def test_grade_of_without_thresholds_is_unknown():
    assert grade_of(9.0, None) is None


def test_expected_below_five_posts_is_unknown():
    assert expected([1.0, 2.0, 3.0, 4.0]) is None


def test_expected_forgets_posts_before_the_last_hundred():
    assert expected([1000.0] * 50 + [2.0] * 100) == 2.0


def test_expected_is_not_moved_by_one_viral_post():
    assert expected([2.0] * 9 + [100.0]) == 2.0


def test_expected_shrinks_towards_the_given_centre():
    assert expected([4.0] * 5, centre=2.0, strength=5.0) == 3.0


@given(st.lists(VALUES, min_size=5, max_size=200))
def test_expected_lies_within_the_values(values):
    level = expected(values)

    assert min(values) - 1e-9 <= level <= max(values) + 1e-9


@pytest.mark.parametrize(
    ("value", "usual", "percent"),
    [(3.0, 2.0, 50.0), (1.0, 2.0, -50.0), (None, 2.0, None), (1.0, None, None), (1.0, 0.0, None)],
)
def test_difference_from_average_in_percent(value, usual, percent):
    assert difference_from_average(value, usual) == percent


@pytest.mark.parametrize(
    ("value", "values", "percent"),
    [(3, [1, 2, 4, 5], 50.0), (2, [2, 2], 50.0), (9, [1, 2], 100.0), (0, [1], 0.0), (1, [], None), (None, [1], None)],
)
def test_percentile_counts_ties_half(value, values, percent):
    assert percentile(value, values) == percent


@pytest.mark.parametrize(
    ("text", "tag"),
    [
        pytest.param("#SlowTravel", "slowtravel", id="case"),
        pytest.param("＃Ｓｕｎ", "sun", id="full width"),
        pytest.param("straße", "strasse", id="casefold"),
        pytest.param("slow travel!", "slowtravel", id="what no tag may hold"),
        pytest.param("c\u200dheck\u202e", "check", id="zero width and bidi"),
        pytest.param("नमस्ते", "नमस्ते", id="vowel signs stay"),
        pytest.param("café_2", "café_2", id="accents, digits, underscore"),
        pytest.param("❤️🔥", "", id="emoji alone"),
        pytest.param("1️⃣", "", id="keycap"),
        pytest.param("2026", "", id="number alone"),
        pytest.param("#", "", id="bare sign"),
        pytest.param("a" * 100, "a" * 100, id="just short enough"),
        pytest.param("a" * 101, "", id="too long"),
    ],
)
def test_normal_hashtag_has_one_form(text, tag):
    assert normal_hashtag(text) == tag


@given(st.text())
def test_normal_hashtag_is_idempotent(text):
    once = normal_hashtag(text)

    assert normal_hashtag(once) == once
    assert unicodedata.normalize("NFKC", once) == once


@pytest.mark.parametrize(
    ("caption", "tags"),
    [
        ("Sun #Porto #porto and #Café.", ["porto", "café"]),
        ("#one#two,#three", ["one", "two", "three"]),
        ("#🔥 #🔥🔥 #sun🔥set", ["sun"]),
        ("C# and a#b, https://example.com/#top &#39;", []),
        ("＃東京 #日本語", ["東京", "日本語"]),
        ("# alone ## twice ###three", ["three"]),
        ("no tags", []),
    ],
)
def test_find_hashtags_in_order_and_once(caption, tags):
    assert find_hashtags(caption) == tags


@given(st.text())
def test_find_hashtags_gives_normal_forms_only(caption):
    tags = find_hashtags(caption)

    assert tags == [normal_hashtag(tag) for tag in tags]
    assert len(tags) == len(set(tags))
