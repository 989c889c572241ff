"""The short form of `benchmarks/honesty.py` and `kinds.py`: claims on made-up accounts, where the naive ranking is
mostly wrong.
"""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from patterns.tests.world_rows import told_as_answered
from patterns.tests.worlds import FEW, Laws, draw, score, scored

NOTHING = Laws(0, personas=1, helpful=0, hours=0.0, weekdays=0.0, formats=0.0)
POOLED = Laws(1000)
ALONE = Laws(1000, personas=1)
# Nearly as many hashtags as posts that could tell them apart.
MANY_TAGS = replace(FEW, tags=10, most_tags=8, noise=0.2)


def scores(laws, runs, seed=11):
    return [score(draw(np.random.default_rng([seed, run]), laws)) for run in range(runs)]


@pytest.mark.parametrize(
    ("laws", "naive", "false", "power"),
    [
        (POOLED, 0.5, 0.15, 0.12),
        (replace(POOLED, tails=3.0), 0.5, 0.2, 0.12),
        (ALONE, 0.5, 0.15, 0.12),
        (replace(ALONE, tags=100, most_tags=5), 0.2, 0.15, 0.35),
    ],
    ids=["12 personas", "12 personas, long tails", "one persona", "few hashtags"],
)
def test_claims_are_right_where_the_naive_ranking_is_wrong(laws, naive, false, power):
    found = scores(laws, 8)

    assert fmean(one.naive_false for one in found) >= naive
    assert fmean(one.false_share for one in found) <= false
    assert fmean(one.power for one in found) >= power
    assert fmean(one.precision_at_10 or 0.0 for one in found if one.gains) >= 0.8
    assert 0.93 <= fmean(one.plain_coverage for one in found) <= 0.97
    assert sum(one.claims_covered for one in found) / sum(one.claims for one in found) >= 0.85


@pytest.mark.parametrize(
    ("laws", "runs", "power"),
    [(FEW, 60, 0.0), (replace(FEW, posts=40), 60, 0.1), (replace(FEW, posts=152, personas=8, tags=24), 20, 0.6)],
    ids=["19 posts", "40 posts", "8 personas of 19"],
)
def test_few_posts_of_a_persona_are_not_taken_for_many(laws, runs, power):
    drawn = [draw(np.random.default_rng([2026, run]), laws) for run in range(runs)]

    found = [scored(world, told_as_answered(world)) for world in drawn]

    assert fmean(one.false_share for one in found) <= 0.05
    assert fmean(one.others_false / max(1, one.others) for one in found) <= 0.05
    assert fmean(one.power for one in found) >= power
    assert fmean(one.plain_coverage or 0.0 for one in found if one.tested) >= 0.92


@pytest.mark.parametrize("laws", [FEW, MANY_TAGS], ids=["eight hashtags", "ten hashtags"])
def test_intervals_of_few_posts_hold_the_truth_however_many_hashtags_these_have(laws):
    # With as many hashtags as that, a model that takes them for free leaves next to no scatter.
    found = scores(laws, 120)

    assert fmean(one.plain_coverage or 0.0 for one in found if one.tested) >= 0.94
    assert sum(one.false_share * one.gains for one in found) <= 0.15 * sum(one.gains for one in found)


def test_a_few_hundred_posts_tell_formats_apart_and_few_hashtags_falsely():
    found = scores(Laws(300, personas=1), 60)

    # 95 in a hundred, less what chance takes from so few worlds.
    assert fmean(one.formats_coverage or 0.0 for one in found) >= 0.90
    assert fmean(one.false_share for one in found) <= 0.12 + 0.05


@pytest.mark.parametrize(
    ("posts", "personas", "runs"),
    [(30, 1, 100), (60, 1, 100), (120, 1, 60), (200, 12, 40)],
    ids=["30", "60", "120", "200 of 12 personas"],
)
def test_nothing_of_any_kind_is_often_claimed_where_nothing_matters(posts, personas, runs):
    laws = replace(NOTHING, posts=posts, personas=personas)
    drawn = [draw(np.random.default_rng([11, run]), laws) for run in range(runs)]

    found = [scored(world, told_as_answered(world)) for world in drawn]

    # 12 in a hundred, and what chance adds to so few runs.
    assert fmean(bool(one.gaining) for one in found) <= 0.12 + 0.05
    assert fmean(bool(one.losing) for one in found) <= 0.12 + 0.05
