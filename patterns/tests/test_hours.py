"""Posting times of windows whose truth is known, and what a persona with too few posts is told."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np
import pytest

from acd.tests.factories import NOW
from engagement.local_time import local_time
from engagement.tests.factories import make_account
from patterns.analyzer import PatternAnalyzer
from patterns.answers import Curve
from patterns.effects import study_of
from patterns.enums import Claim, PatternKind, Scope, Signal
from patterns.hour_answers import HalfWeek
from patterns.hours import WEEKEND, WORKING_DAYS
from patterns.tests.days import AUTUMN, NEW_YORK, Days, some_days
from patterns.tests.factories import make_evidence
from patterns.windows import Rows

HOUR = PatternKind.POSTING_HOUR


def hours_of(days):
    return [one for one in study_of(days.rows).effects if one.kind == HOUR]


def curve_of(days):
    study = study_of(days.rows)
    return Curve.drawn(study.cycles.get(HOUR), scope=Scope.PERSONA, accounts_n=1, posts_n=len(days.rows.posts))


def of_hours(posts):
    """A window with so many posts at each hour, of about such a rate."""
    noise, drawn = np.random.default_rng(5), some_days(np.random.default_rng(5), sum(n for n, _ in posts.values()))
    hours = np.repeat([*posts], [n for n, _ in posts.values()])
    noise.shuffle(hours)
    rows = [
        _at(post, int(hour), posts[hour][1] * float(np.exp(noise.normal(0, 0.1))))
        for post, hour in zip(drawn.rows.posts, hours, strict=True)
    ]
    others = {
        item: places for item, places in drawn.rows.places.items() if item[0] in ("posting_weekday", "media_kind")
    }
    places = others | {(HOUR, str(hour)): np.flatnonzero(hours == hour).tolist() for hour in posts}
    return Days(Rows(rows, places), frozenset())


def _at(post, hour, rate):
    return post._replace(local_hour=hour, value=rate, rate_low=0.9 * rate, rate_high=1.1 * rate)


@pytest.mark.parametrize("posts", [30, 120])
def test_noise_names_no_hour(posts):
    rng = np.random.default_rng(11)
    runs = 40

    quiet = [all(one.signal == Signal.NONE for one in hours_of(some_days(rng, posts, sd=0.6))) for _ in range(runs)]

    assert sum(quiet) / runs >= 0.85


def test_planted_block_is_found_across_daylight_saving():
    rng = np.random.default_rng(12)
    worlds = [some_days(rng, 1000, gain=0.4, sd=0.4, zone=NEW_YORK, start=AUTUMN) for _ in range(10)]

    best = [curve_of(days).best for days in worlds]

    assert sum(bool(one and days.block & set(one.hours)) for one, days in zip(best, worlds, strict=True)) >= 9
    gains = [{int(one.subject) for one in hours_of(days) if one.claim == Claim.GAIN} for days in worlds]
    assert sum(bool(hours) and hours <= days.block for hours, days in zip(gains, worlds, strict=True)) >= 8


def test_hour_that_only_beats_the_hours_outside_its_block_is_not_claimed():
    # Nobody posts between 18:00 and 21:00, so these are one block. At 21:00 posts beat those of the morning alone.
    days = of_hours({8: (4, 3.0), 12: (4, 3.0), 18: (10, 12.0), 21: (26, 6.4)})

    claims = {int(one.subject): one.claim for one in hours_of(days) if one.claim}

    best = curve_of(days).best
    assert best is not None
    assert best.hours == (18, 19, 20, 21)
    assert claims == {18: Claim.GAIN}


def test_working_days_and_weekends_have_their_own_hours():
    drawn = some_days(np.random.default_rng(9), 700, sd=0.4)
    own = {False: {12, 13}, True: {19, 20}}

    def is_weekend_at(post):
        return post.local_weekday in WEEKEND

    rows = [
        _at(post, post.local_hour, post.value * (2.0 if post.local_hour in own[is_weekend_at(post)] else 1.0))
        for post in drawn.rows.posts
    ]

    study = study_of(Rows(rows, drawn.rows.places))

    for days, is_weekend in ((WORKING_DAYS, False), (WEEKEND, True)):
        cycle = study.hours_on(days)
        assert cycle is not None
        half = HalfWeek.of(cycle)
        assert half.best is not None
        assert set(half.best.hours) == own[is_weekend]
        assert (
            half.posts_n == sum(one.n for one in half.hours) == sum(is_weekend_at(post) == is_weekend for post in rows)
        )
        at = {one.hour: one for one in half.hours}
        assert min(at[hour].shrunk_low for hour in own[is_weekend]) > 20
        assert max(at[hour].shrunk_low for hour in own[not is_weekend]) < 10


def test_curve_says_how_many_posts_are_missing():
    rng = np.random.default_rng(13)

    few, many = (curve_of(some_days(rng, posts, sd=0.6)).more_posts for posts in (100, 800))

    assert few > 200
    assert many < few


@pytest.mark.parametrize(
    ("zone", "moment", "hour"),
    [
        pytest.param("Europe/Berlin", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 1, id="berlin-before-spring"),
        pytest.param("Europe/Berlin", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 3, id="berlin-after-spring"),
        pytest.param("America/New_York", datetime(2026, 11, 1, 5, 30, tzinfo=UTC), 1, id="new-york-before-autumn"),
        pytest.param("America/New_York", datetime(2026, 11, 1, 6, 30, tzinfo=UTC), 1, id="new-york-after-autumn"),
        pytest.param("Australia/Adelaide", datetime(2026, 10, 3, 16, 29, tzinfo=UTC), 1, id="half-hour-before-spring"),
        pytest.param("Australia/Adelaide", datetime(2026, 10, 3, 16, 30, tzinfo=UTC), 3, id="half-hour-after-spring"),
    ],
)
def test_local_hour_respects_daylight_saving(zone, moment, hour):
    assert local_time(ZoneInfo(zone), moment)["local_hour"] == hour


def make_hours(account, posts):
    """Posts at 9, 14 and 19, of which those at 19 have twice the rate."""
    noise = np.random.default_rng(account.pk)
    for number in range(posts):
        hour = (9, 14, 19)[number % 3]
        rate = (8.0 if hour == 19 else 4.0) * float(np.exp(noise.normal(0, 0.2)))
        moment = NOW - timedelta(days=80 - number % 70)
        make_evidence(account, local_hour=hour, local_weekday=number % 7, engagement_rate=rate, published_at=moment)


@pytest.mark.django_db
def test_new_account_is_told_the_hours_of_the_platform():
    for _ in range(2):
        make_hours(make_account(), 30)
    new = make_account()
    make_hours(new, 3)

    hours = PatternAnalyzer(new.persona, new.platform, now=NOW).optimal_posting_times()

    assert (hours.scope, hours.signal, hours.persona, hours.accounts_n) == ("platform", "ok", new.persona.slug, 3)
    assert hours.best
    assert hours.best.hours == (19,)
    assert hours.meaning.startswith(
        "The persona's own 3 posts are too few to tell its hours, so these are what 3 accounts"
    )


@pytest.mark.django_db
def test_own_hours_come_before_those_of_the_platform():
    account = make_account()
    make_hours(account, 45)

    hours = PatternAnalyzer(account.persona, account.platform, now=NOW).optimal_posting_times()

    assert (hours.scope, hours.signal, hours.accounts_n) == ("persona", "ok", 1)
    assert hours.best
    assert (hours.best.start, hours.best.end, hours.best.n) == (19, 20, 15)
    assert hours.best.shrunk_low > 50


@pytest.mark.django_db
def test_nothing_is_told_where_the_platform_cannot_tell_either():
    account = make_account()
    make_hours(account, 3)

    hours = PatternAnalyzer(account.persona, account.platform, now=NOW).optimal_posting_times()

    assert (hours.scope, hours.signal, hours.more_posts) == ("persona", "none", 7)
    assert hours.meaning.endswith("About 7 more posts to begin. No other account of the platform can stand in.")
