"""Who acts together: planted campaigns are found, chance and crowds are not, on made and on real shares."""

import csv
from collections import Counter
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.filtering.coengagement import (
    FEWEST_POSTS,
    WINDOW_SECONDS,
    least_posts,
    meetings,
    shifted,
    together,
)

SHARES = Path(__file__).resolve().parents[3] / "shared/data/coordinated-retweets/shares_dev_first_half.csv"
ACTS = st.lists(st.tuples(st.sampled_from("abcd"), st.sampled_from("xyz"), st.integers(0, 100)), max_size=25)


def crowd(random, posts=40, people=2_000):
    """Acts of people who come when they like, most of them early."""
    return [
        (f"person-{who}", f"post-{post}", 1e6 * post + random.expovariate(1 / 3_600))
        for post in range(posts)
        for who in random.sample(range(people), random.randint(50, 200))
    ]


def campaign(random, bots=20, posts=10):
    """Acts of bots who come within seconds of each other, eight in ten each time."""
    hit = [(f"post-{post}", 1e6 * post + random.uniform(0, 7_200)) for post in random.sample(range(40), posts)]
    return [
        (f"bot-{bot}", post, start + random.uniform(0, 8))
        for post, start in hit
        for bot in range(bots)
        if random.random() < 0.8
    ]


@pytest.mark.parametrize("seed", range(3))
def test_together_finds_a_planted_campaign_and_nobody_else(seed):
    random = Random(seed)

    found = together([*crowd(random), *campaign(random)])

    assert {author for author in found if author.startswith("bot")} == {f"bot-{n}" for n in range(20)}
    assert {author for author in found if author.startswith("person")} == set()
    assert found["bot-0"].partners >= 10


@pytest.mark.parametrize("seed", range(3))
def test_together_finds_nobody_in_a_crowd(seed):
    assert together(crowd(Random(seed))) == {}


def test_together_finds_nobody_where_everybody_comes_at_once():
    random = Random(1)
    people = [(f"person-{n}", f"post-{p}", random.uniform(0, 60)) for p in range(10) for n in range(300)]

    assert together(people) == {}


def test_together_needs_several_posts():
    assert together([("a", f"post-{n}", 0.0) for n in range(2)] + [("b", f"post-{n}", 1.0) for n in range(2)]) == {}


def test_together_takes_no_unknown_authors_for_one():
    assert together([("", f"post-{n}", 0.0) for n in range(9)] + [("b", f"post-{n}", 1.0) for n in range(9)]) == {}


def test_meetings_count_posts_and_not_acts():
    acts = [("a", "x", 0), ("b", "x", 3), ("a", "x", 5), ("b", "y", 0), ("a", "y", 10), ("a", "z", 0), ("b", "z", 11)]

    assert meetings(acts, 10) == {("a", "b"): 2}


@given(ACTS)
def test_meetings_agree_with_a_slow_count(acts):
    slow = {
        ((one[0], other[0]), one[1])
        for one in acts
        for other in acts
        if one[0] < other[0] and one[1] == other[1] and abs(one[2] - other[2]) <= 10
    }

    assert meetings(acts, 10) == Counter(pair for pair, _ in slow)


@given(ACTS, st.randoms())
def test_together_is_the_same_in_any_order_and_repeated(acts, random):
    shuffled = [*acts, *acts]
    random.shuffle(shuffled)

    assert together(shuffled) == together(acts)


def test_shifted_moves_each_clock_by_one_amount_beyond_the_window():
    acts = [("a", "x", 0.0), ("a", "y", 500.0), ("b", "x", 0.0)]

    (ax, ay, bx) = (moment for _, _, moment in shifted(acts, 10, 1))

    assert ay - ax == pytest.approx(500)
    assert min(abs(ax), abs(bx)) >= 60
    assert ax != bx


def test_least_posts_rises_until_chance_is_a_hundredth():
    met = Counter({("a", str(n)): 3 for n in range(50)} | {("b", str(n)): 4 for n in range(50)})
    chance = Counter({("a", str(n)): 3 for n in range(10)})

    assert least_posts(met, [chance]) == FEWEST_POSTS + 1


@pytest.mark.skipif(not SHARES.exists(), reason="The shares are not beside this checkout, in ../shared/data.")
def test_together_on_real_shares_names_less_than_a_hundredth_by_chance():
    with SHARES.open(encoding="utf-8") as file:
        acts = [(r["account_id"], r["object_id"], float(r["timestamp_share"])) for r in csv.DictReader(file)]

    real = meetings(acts, WINDOW_SECONDS)
    null = meetings(shifted(acts, WINDOW_SECONDS, 77), WINDOW_SECONDS)

    assert len(real) > 1.2 * len(null)
    assert together(shifted(acts, WINDOW_SECONDS, 77)) == {}
    assert len(together(acts)) >= 2
