"""What is claimed of data whose truth is known: nothing, one tag, or an hour that a tag rides on."""

from dataclasses import replace

import numpy as np
import pytest

from patterns.adjustment import Window, adjusted, fitted
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
    """The estimates of what is claimed, gains and losses."""
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


@pytest.mark.parametrize(("posts", "share"), [(60, 0.7), (120, 0.98)], ids=["30 with it", "60 with it"])
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


def plain_window(values, items, accounts=None):
    n = len(values)
    accounts = np.zeros(n, dtype=int) if accounts is None else accounts
    levels = (accounts[:, None] == np.unique(accounts)) * 1.0
    return Window(values, np.zeros(n), accounts, levels, {key: np.array(one) * 1.0 for key, one in items.items()})


def test_hashtags_that_always_stand_together_get_no_effect():
    rng = np.random.default_rng(12)
    first, other = rng.random(80) < 0.3, rng.random(80) < 0.4
    tags = {("hashtag", "sea"): first, ("hashtag", "sun"): first, ("hashtag", "sky"): other}

    found = adjusted(plain_window(rng.normal(size=80) + first, tags), rate=RATE)

    assert set(found) == {("hashtag", "sky")}


def test_two_hashtags_that_share_all_posts_are_two_sides_of_one_comparison():
    rng = np.random.default_rng(13)
    first = rng.random(80) < 0.5
    tags = {("hashtag", "sea"): first, ("hashtag", "sun"): ~first}

    found = adjusted(plain_window(rng.normal(size=80) + first, tags), rate=RATE)

    sea, sun = found["hashtag", "sea"], found["hashtag", "sun"]
    assert (sun.effect, sun.error) == pytest.approx((-sea.effect, sea.error))


@pytest.mark.parametrize("kind", ["hashtag", "posting_hour"])
def test_item_of_one_account_alone_gets_no_effect(kind):
    rng = np.random.default_rng(14)
    accounts = np.repeat([0, 1, 2], 30)
    other = rng.random(90) < 0.4
    items = {(kind, "its own"): accounts == 1, ("hashtag", "anyone's"): other}

    found = adjusted(plain_window(rng.normal(size=90) + (accounts == 1), items, accounts), rate=RATE)

    assert set(found) == {("hashtag", "anyone's")}


def test_quiet_account_counts_more_than_one_that_scatters():
    rng = np.random.default_rng(15)
    accounts = np.repeat([0, 1], 100)
    item = np.tile([True, False], 100)
    # The item doubles the value on the quiet account, and says nothing on the loud one.
    values = np.where(accounts == 0, rng.normal(0, 0.1, 200) + np.log(2) * item, rng.normal(0, 2.0, 200))

    found = adjusted(plain_window(values, {TAG: item}, accounts), rate=RATE)[TAG]

    assert found.effect == pytest.approx(np.log(2), abs=0.15)


def test_post_that_goes_viral_does_not_praise_its_hashtags():
    rng = np.random.default_rng(16)
    item = np.arange(100) < 8
    values = rng.normal(0, 0.3, 100)
    values[0] += 6.0

    found = adjusted(plain_window(values, {TAG: item}), rate=RATE)[TAG]

    assert found.effect < 0.6 * (values[item].mean() - values[~item].mean())


def test_rare_strong_hashtag_of_a_quiet_account_keeps_its_effect():
    rng = np.random.default_rng(17)
    item = np.arange(200) % 20 == 0
    values = rng.normal(0, 0.1, 200) + 1.0 * item

    found = adjusted(plain_window(values, {TAG: item}), rate=RATE)[TAG]

    assert found.effect == pytest.approx(1.0, abs=0.1)


def test_any_columns_stand_instead_of_a_kind():
    rng = np.random.default_rng(18)
    hours = rng.integers(0, 24, 600)
    window = plain_window(
        0.4 * np.cos(2 * np.pi * hours / 24) + rng.normal(0, 0.3, 600),
        {("posting_hour", str(hour)): hours == hour for hour in range(24)},
    )
    waves = np.column_stack([part(2 * np.pi * hours / 24) for part in (np.cos, np.sin)])

    fit = fitted(window, rate=RATE)
    assert fit is not None
    found = fit.moments(waves, instead_of={"posting_hour"})

    effects = np.linalg.solve(found.gram, found.shared)
    scatter = (found.total - effects @ found.shared) / (found.freedom - 2)
    errors = np.sqrt(scatter * np.diag(np.linalg.inv(found.gram)))
    # Least squares on 600 posts: noise times the root of 2 / n.
    assert errors == pytest.approx(0.3 * np.sqrt(2 / 600), rel=0.15)
    assert np.abs(effects - [0.4, 0.0]).max() < 3 * errors.max()


def test_columns_beside_the_kind_they_follow_from_tell_nothing():
    rng = np.random.default_rng(19)
    hours = rng.integers(0, 6, 300)
    window = plain_window(rng.normal(size=300), {("posting_hour", str(hour)): hours == hour for hour in range(6)})

    fit = fitted(window, rate=RATE)
    assert fit is not None
    beside, instead = (fit.moments((hours == 2)[:, None] * 1.0, instead_of=kinds) for kinds in ((), {"posting_hour"}))

    assert beside.gram == pytest.approx(np.zeros((1, 1)), abs=1e-9 * float(instead.gram[0, 0]))
