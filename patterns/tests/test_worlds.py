"""The short form of `benchmarks/honesty.py`: claims on made-up accounts, where the naive ranking is mostly wrong."""

from dataclasses import replace
from statistics import fmean

import numpy as np
import pytest

from patterns.tests.world_rows import told_as_answered
from patterns.tests.worlds import FEW, Laws, draw, score, scored

NOTHING = Laws(0, personas=1, helpful=0, hours=0.0, weekdays=0.0, formats=0.0)
POOLED = Laws(1000)
# Nearly as many hashtags as posts that could tell them apart.
MANY_TAGS = replace(FEW, tags=10, most_tags=8, noise=0.2)


def scores(laws, runs, seed=11):
    return [score(draw(np.random.default_rng([seed, run]), laws)) for run in range(runs)]


@pytest.mark.parametrize(
    ("laws", "false", "power"),
    [(POOLED, 0.2, 0.12), (replace(POOLED, tails=3.0), 0.2, 0.12), (Laws(1000, personas=1), 0.2, 0.12)],
    ids=["12 personas", "12 personas, long tails", "one persona"],
)
def test_claims_are_right_where_the_naive_ranking_is_wrong(laws, false, power):
    found = scores(laws, 8)

    assert fmean(one.naive_false for one in found) >= 0.5
    assert fmean(one.false_share for one in found) <= false
    assert fmean(one.power for one in found) >= power
    assert 0.93 <= fmean(one.plain_coverage for one in found) <= 0.97
    assert sum(one.claims_covered for one in found) / sum(one.claims for one in found) >= 0.85


def test_few_posts_of_one_persona_are_not_taken_for_many():
    drawn = [draw(np.random.default_rng([2026, run]), FEW) for run in range(60)]

    found = [scored(world, told_as_answered(world)) for world in drawn]

    assert fmean(one.false_share for one in found) <= 0.05
    assert fmean(one.others_false / max(1, one.others) for one in found) <= 0.05
    assert fmean(one.plain_coverage or 0.0 for one in found if one.tested) >= 0.92


@pytest.mark.parametrize("laws", [FEW, MANY_TAGS], ids=["eight hashtags", "ten hashtags"])
def test_intervals_of_few_posts_hold_the_truth_however_many_hashtags_these_have(laws):
    # With as many hashtags as that, a model that takes them for free leaves next to no scatter.
    found = scores(laws, 120)

    assert fmean(one.plain_coverage or 0.0 for one in found if one.tested) >= 0.94
    assert sum(one.false_share * one.gains for one in found) <= 0.15 * sum(one.gains for one in found)


def test_intervals_of_formats_hold_what_a_format_is_worth_against_the_other_posts():
    found = scores(Laws(300, personas=1), 60)

    # 95 in a hundred, less what chance takes from so few worlds.
    assert fmean(one.formats_coverage or 0.0 for one in found) >= 0.90


@pytest.mark.parametrize(("posts", "runs"), [(30, 100), (60, 100), (120, 60)], ids=["30", "60", "120"])
def test_gains_of_any_kind_are_rarely_claimed_where_nothing_matters(posts, runs):
    laws = replace(NOTHING, posts=posts)
    drawn = [draw(np.random.default_rng([11, run]), laws) for run in range(runs)]

    found = [scored(world, told_as_answered(world)) for world in drawn]

    # 12 in a hundred, and what chance adds to so few runs.
    assert fmean(bool(one.gaining) for one in found) <= 0.12 + 0.05
