"""The hours of a week where the truth is known: what is seen, how sure it is, and what is not seen."""

from math import log

import numpy as np
import pytest

from patterns.effects import study_of
from patterns.hour_answers import HourOfWeekday
from patterns.hours import WEEKEND
from patterns.tests.days import some_days
from patterns.week_plot import LEAST, MOST, drawn_week
from patterns.windows import Rows


def week_of_world(seed, posts=400, sd=0.4, gain=lambda weekday, hour: 0.0):
    """The week of a window without effects of hours but those of `gain`, in logs."""
    drawn = some_days(np.random.default_rng(seed), posts, sd=sd)
    rows = [
        post._replace(value=post.value * float(np.exp(gain(post.local_weekday, post.local_hour))))
        for post in drawn.rows.posts
    ]
    return study_of(Rows(rows, drawn.rows.places)).week()


def test_gain_of_a_weekend_evening_is_seen_there_and_not_on_working_days():
    def gain(weekday, hour):
        return log(2) if weekday in WEEKEND and hour in (18, 19, 20) else 0.0

    week = week_of_world(9, 900, gain=gain)

    planted = [one for one in week if gain(*one.place)]
    other_days = [one for one in week if one.place[1] in (18, 19, 20) and one.place[0] not in WEEKEND]
    assert min(one.around.low for one in planted) > 0
    assert max(one.around.mean for one in other_days) < min(one.around.mean for one in planted)
    assert sum(one.around.low > 0 for one in other_days) <= 1


@pytest.mark.parametrize("bump", [0.0, 0.35], ids=["flat", "evenings"])
def test_intervals_hold_the_truth(bump):
    held = []
    for seed in range(12):
        # The drawn worlds themselves gain a tenth (in logs) at weekends.
        def truth(weekday, hour):
            return bump * (17 <= hour <= 20) + 0.1 * (weekday in WEEKEND)

        week = week_of_world(seed, gain=lambda weekday, hour: bump * (17 <= hour <= 20))
        mean = sum(one.n * truth(*one.place) for one in week) / sum(one.n for one in week)
        held += [one.around.low <= truth(*one.place) - mean <= one.around.high for one in week]

    assert len(held) > 500
    assert sum(held) / len(held) >= 0.9


def test_hours_stand_against_the_mean_of_all_posts():
    week = week_of_world(4, 300)

    assert sum(one.n for one in week) == 300
    assert sum(one.n * one.around.mean for one in week) == pytest.approx(0, abs=1e-9)
    assert [one.place for one in week] == sorted({one.place for one in week})


@pytest.mark.parametrize("personas", [1, 4])
@pytest.mark.parametrize("posts", [12, 20, 40, 80])
def test_few_posts_of_several_accounts_are_told_with_care(personas, posts):
    for seed in range(5):
        study = study_of(some_days(np.random.default_rng(seed), posts, personas=personas).rows)

        week = study.week()

        assert bool(week) == (study.fit is not None)
        assert sum(one.n for one in week) in (0, posts)
        assert all(one.around.low <= one.around.mean <= one.around.high for one in week)
        assert sum(one.around.low > 0 or one.around.high < 0 for one in week) <= 0.2 * posts


def test_nothing_is_drawn_where_no_hour_is_known():
    drawn = some_days(np.random.default_rng(2), 60)
    rows = [post._replace(local_hour=None, local_weekday=None) for post in drawn.rows.posts]

    assert study_of(Rows(rows, {})).week() == []
    assert drawn_week([], lambda _: "") is None


@pytest.mark.parametrize(
    ("likely", "side"), [(0.5, LEAST), (1.0, MOST), (0.0, MOST)], ids=["unknown", "surely more", "surely less"]
)
def test_square_grows_with_what_is_known(likely, side):
    known = {"shrunk": 100.0 if likely > 0.5 else -40.0, "shrunk_low": -50.0, "shrunk_high": 200.0}
    one = HourOfWeekday(weekday=6, hour=23, n=1, likely=likely, **known)

    drawn = drawn_week([one], "/posts/?hour={0.hour}".format)

    assert drawn is not None
    (square,) = drawn.squares
    assert square.side == pytest.approx(side)
    assert square.tone == ("gain" if likely > 0.5 else "loss")
    assert (square.x + side / 2, square.y + side / 2) == (pytest.approx(23.5 * 24), pytest.approx(6.5 * 24))
    assert square.url == "/posts/?hour=23"
    assert square.words.startswith("Sunday 23:00: ")
    assert square.words.endswith(", 1 post")
