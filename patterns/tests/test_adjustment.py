"""What is claimed of data whose truth is known: nothing, one tag, or an hour that a tag rides on."""

from dataclasses import replace

import numpy as np
import pytest

from patterns.adjustment import Window, adjusted
from patterns.claims import judged

RATE = 0.1
TAG, HOUR = ("hashtag", "0"), ("posting_hour", "0")


def make_window(rng, *, n, sigma=0.5, riding=False):
    """Log-normal rates that depend on nothing, and items as real windows have them: 3 to 5 of 8 hashtags to a post."""
    hours = rng.integers(0, 4, n)
    tags = np.zeros((n, 8))
    for row, hour in zip(tags, hours, strict=True):
        # Riding: hashtag 0 is used mostly at hour 0.
        weights = np.array([6.0 if riding and hour == 0 else 1.0] + [1.0] * 7)
        row[rng.choice(8, rng.integers(3, 6), replace=False, p=weights / weights.sum())] = 1
    ones = {"posting_hour": (hours, 4)} | {
        kind: (rng.integers(0, levels, n), levels)
        for kind, levels in (("posting_weekday", 7), ("media_kind", 2), ("strategy", 5))
    }
    items = {("hashtag", str(tag)): tags[:, tag] for tag in range(8)} | {
        (kind, str(level)): (values == level) * 1.0
        for kind, (values, levels) in ones.items()
        for level in range(levels)
    }
    enough = {key: column for key, column in items.items() if 5 <= column.sum() <= n - 5}
    constants = np.column_stack([np.ones(n), np.arange(n)])
    noise = rng.uniform(0, 0.4, n)
    return Window(rng.normal(1, sigma, n), noise, np.zeros(n, dtype=int), constants, enough)


def plus(window, key, factor):
    return replace(window, values=window.values + np.log(factor) * window.items[key])


def claims(window):
    """What is claimed of each kind, gains as 1 and losses as -1, with the estimates."""
    found, claimed = adjusted(window, rate=RATE), {}
    for kind in {kind for kind, _ in found}:
        family = {key: one for key, one in found.items() if key[0] == kind}
        for key, verdict in zip(family, judged([*family.values()], rate=RATE), strict=True):
            if verdict.claim:
                claimed[key] = family[key]
    return claimed


def test_gains_claimed_without_an_effect_stay_below_12_percent():
    rng = np.random.default_rng(2026)
    runs = 400

    found = [claims(make_window(rng, n=rng.integers(30, 61), sigma=rng.uniform(0.35, 0.6))) for _ in range(runs)]

    gains = sum(any(one.effect > 0 for one in claimed.values()) for claimed in found)
    assert gains / runs <= 0.12
    # Losses are claims as well.
    assert sum(map(bool, found)) / runs <= 0.14


@pytest.mark.parametrize(("posts", "share"), [(60, 0.8), (120, 0.98)], ids=["30 with it", "60 with it"])
def test_tag_with_a_planted_gain_is_found(posts, share):
    rng = np.random.default_rng(4)
    runs = 60

    found = [claims(plus(make_window(rng, n=posts), TAG, 1.8)) for _ in range(runs)]

    hits = [claimed[TAG].effect for claimed in found if TAG in claimed]
    assert len(hits) / runs >= share
    assert np.exp(np.mean(hits)) == pytest.approx(1.8, abs=0.2)
    false = [sum(key != TAG for key in claimed) / max(1, len(claimed)) for claimed in found]
    assert np.mean(false) <= 0.15


def test_tag_of_a_good_hour_is_not_praised_for_the_hour():
    rng = np.random.default_rng(5)
    runs = 60

    found = [claims(plus(make_window(rng, n=120, sigma=0.45, riding=True), HOUR, 1.8)) for _ in range(runs)]

    assert sum(HOUR in claimed for claimed in found) / runs >= 0.95
    assert sum(TAG in claimed for claimed in found) / runs <= 0.1


def test_two_formats_are_each_other_reversed():
    rng = np.random.default_rng(6)
    image, video = ("media_kind", "0"), ("media_kind", "1")

    found = claims(plus(make_window(rng, n=60), image, 3.0))

    assert found[image].effect == pytest.approx(-found[video].effect)
    assert found[image].p_gain == pytest.approx(found[video].p_loss)


def test_trend_is_not_taken_for_an_effect():
    rng = np.random.default_rng(8)
    late = np.array([0.0] * 40 + [1.0] * 40)
    windows = [make_window(rng, n=80) for _ in range(60)]

    found = [claims(replace(w, values=w.values + np.arange(80) / 40, items={TAG: late})) for w in windows]

    # One item alone is claimed by chance as often as the rate says.
    assert sum(map(bool, found)) / 60 <= 2 * RATE


def test_uncertain_posts_count_less():
    rng = np.random.default_rng(9)
    n = 60
    sure = np.array([1.0] * 30 + [0.0] * 30)
    item = np.tile([1.0, 0.0], 30)
    # The item doubles the value of posts that are well known; among guesses the opposite seems true.
    values = rng.normal(0, 0.2, n) + np.log(2) * item * np.where(sure, 1, -1)
    blind = Window(values, np.zeros(n), np.zeros(n, dtype=int), np.ones((n, 1)), {TAG: item})

    unweighted = adjusted(blind, rate=RATE)[TAG]
    weighed = adjusted(replace(blind, noise=np.where(sure, 0.0, 5.0)), rate=RATE)[TAG]

    assert abs(unweighted.effect) < 0.2
    assert weighed.effect > 0.5


@pytest.mark.parametrize(
    ("values", "items"),
    [
        ([1.0] * 20, {TAG: [1.0, 0.0] * 10}),
        ([1.0, 2.0] * 10, {TAG: [1.0] * 20}),
        ([1.0, 2.0] * 10, {TAG: [1.0, 0.0] * 10}),
        ([1.0, 2.0, 3.0], {TAG: [1.0, 0.0, 1.0]}),
        ([1.0, 2.5, 2.0, 4.0] * 5, {}),
    ],
    ids=["nothing varies", "every post has it", "it explains everything", "too few posts", "no items"],
)
def test_nothing_is_said_where_nothing_can_be_known(values, items):
    columns = {key: np.array(column) for key, column in items.items()}
    n = len(values)

    window = Window(np.array(values), np.zeros(n), np.zeros(n, dtype=int), np.ones((n, 1)), columns)

    assert adjusted(window, rate=RATE) == {}
