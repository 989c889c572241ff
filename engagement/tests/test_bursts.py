"""What a timeline of likes tells: bursts without their reach or comments, and purges."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement import bursts
from engagement.bursts import Moment, Timeline, timeline_evidence

# Likes, comments and reach of an ordinary post at the end of each of its first hours.
USUAL = [(60, 4, 1000), (110, 8, 1900), (150, 11, 2600), (180, 13, 3100), (200, 15, 3500), (215, 16, 3800)]
NOTHING = Timeline(0, 0)


def moments(rows: Sequence[tuple[int | None, int | None, int | None]]) -> list[Moment]:
    return [
        Moment(at=NOW + timedelta(hours=hour), likes=likes, comments=comments, reach=reach)
        for hour, (likes, comments, reach) in enumerate(rows)
    ]


def from_hour(hour: int, *, likes: int = 0, comments: int = 0, reach: int = 0) -> list[Moment]:
    """The usual post with so much more of each from an hour on."""
    more = [(likes, comments, reach) if at >= hour else (0, 0, 0) for at in range(len(USUAL))]
    return moments([(a + x, b + y, c + z) for (a, b, c), (x, y, z) in zip(USUAL, more, strict=True)])


def without(name: str, timeline: list[Moment]) -> list[Moment]:
    return [replace(one, **{name: None}) for one in timeline]  # type: ignore[arg-type]  # a field's name


def test_likes_that_came_without_reach_are_suspect():
    found = timeline_evidence(from_hour(3, likes=300))

    assert found.suspect == pytest.approx(300, abs=15)
    assert found.purged == 0


def test_likes_that_came_without_comments_are_suspect_where_reach_is_unknown():
    found = timeline_evidence(without("reach", from_hour(3, likes=900)))

    assert found.suspect == pytest.approx(900, abs=120)


@pytest.mark.parametrize(
    "timeline",
    [
        pytest.param(moments(USUAL), id="usual"),
        pytest.param(from_hour(3, likes=300, comments=20, reach=6000), id="viral"),
        pytest.param(without("reach", from_hour(3, likes=300, comments=20)), id="viral, reach unknown"),
        pytest.param(without("reach", without("comments", from_hour(3, likes=300))), id="nothing to compare with"),
        pytest.param(without("likes", from_hour(3, likes=300)), id="likes unknown"),
        pytest.param(moments([(0, 0, 0), (500, 0, 10)]), id="one step has no others"),
        pytest.param(moments([(0, 0, 0), (1, 0, 50), (19, 0, 60)]), id="a handful"),
        pytest.param([], id="nothing"),
    ],
)
def test_what_has_an_innocent_explanation_or_nothing_to_compare_with_is_not_suspect(timeline):
    assert timeline_evidence(timeline) == NOTHING


def test_purged_likes_are_counted_and_suspect_no_more():
    timeline = [*from_hour(3, likes=300), Moment(at=NOW + timedelta(days=1), likes=315, comments=16, reach=3900)]

    found = timeline_evidence(timeline)

    assert found.purged == 200
    assert found.suspect == pytest.approx(100, abs=15)


@pytest.mark.parametrize(
    ("likes", "purged"),
    [
        pytest.param([100, 80, 60, 60], 40, id="in two steps"),
        pytest.param([100, 60, 100, 101], 0, id="recounted"),
        pytest.param([1000, 990, 990, 990], 0, id="one in a hundred changed their mind"),
        pytest.param([10, 7, 7, 7], 0, id="three changed their mind"),
        pytest.param([100, None, 60, 60], 40, id="a gap"),
    ],
)
def test_purge_is_a_deep_fall_that_stays(likes, purged):
    assert timeline_evidence(moments([(one, None, None) for one in likes])) == Timeline(0, purged)


@given(st.permutations(from_hour(3, likes=300)))
def test_order_of_the_snapshots_does_not_matter(timeline):
    assert timeline_evidence(timeline) == timeline_evidence(from_hour(3, likes=300))


# Where a group came


@pytest.mark.parametrize(
    ("visit", "suspect"),
    [
        pytest.param(2.5, 25 + 9, id="with them"),
        pytest.param(1.8, 25 + 9 + 12, id="just before them, late in another hour"),
        pytest.param(0.5, 0, id="at another time"),
        pytest.param(None, 0, id="nobody came"),
    ],
)
def test_fewer_likes_are_suspect_where_a_group_came(visit, suspect):
    visits = [] if visit is None else [NOW + timedelta(hours=visit)] * 5

    found = timeline_evidence(from_hour(3, likes=25), visits)

    # In the hour of the likes 30 were to be expected, in the hour before 42: nine fewer and twelve fewer may come.
    assert found.suspect == pytest.approx(suspect, abs=10)


def test_other_likes_that_came_while_a_group_did_are_beside_it():
    calm, visits = from_hour(3, comments=30), [NOW + timedelta(hours=2.5)] * 30

    found = timeline_evidence(calm, visits)

    assert found.beside > 0
    assert found.beside + found.suspect == (calm[3].likes or 0) - (calm[2].likes or 0)
    assert timeline_evidence(calm).beside == 0


def test_a_group_that_brought_no_likes_leaves_no_more_suspect_than_chance_may_hide():
    visits = [NOW + timedelta(hours=2.5)] * 30

    found = timeline_evidence(from_hour(3, comments=30), visits)

    assert found.suspect == pytest.approx(10, abs=4)


def test_likes_that_came_while_a_group_did_are_not_suspect_where_no_other_step_tells():
    visits = [NOW + timedelta(minutes=20)] * 5

    found = timeline_evidence(moments([(0, 0, 0), (200, 5, 1000), (210, 5, 1100)]), visits)

    assert found == Timeline(0, 0, beside=200)


def test_many_comments_excuse_likes_that_the_reach_does_not():
    wild = from_hour(1, likes=900, comments=60)

    assert timeline_evidence(wild) == NOTHING
    assert timeline_evidence(wild, [NOW + timedelta(minutes=30)] * 60).suspect == pytest.approx(900, abs=50)


COUNT = st.none() | st.integers(0, 10**6)


HOURS = st.lists(st.floats(-1, 13), max_size=5)


@given(st.lists(st.tuples(COUNT, COUNT, COUNT), max_size=12), HOURS)
def test_no_more_is_doubted_than_there_ever_was(rows, hours):
    found = timeline_evidence(moments(rows), [NOW + timedelta(hours=hour) for hour in hours])

    gained = sum(likes or 0 for likes, _, _ in rows)
    assert 0 <= found.suspect <= gained
    assert 0 <= found.purged <= gained
    assert 0 <= found.suspect + found.beside <= gained


# What each step is compared with, told step by step


def quadratic(steps: list[bursts._Step]) -> tuple[float, float]:
    """`_suspect` as its words say it: each step beside a list of all the others."""

    def expected(here: int | None, beside: list[tuple[int, int | None]]) -> float | None:
        known = [(likes, grown) for likes, grown in beside if grown is not None]
        usual, size = sum(likes for likes, _ in known), sum(grown for _, grown in known)
        return None if here is None or usual < bursts.USUAL_LEAST or not size else usual / size * (here + 3)

    def usual(step: bursts._Step, others: list[bursts._Step]) -> float | None:
        by_reach = expected(step.reach, [(one.likes, one.reach) for one in others])
        by_comments = expected(step.comments, [(one.likes, one.comments) for one in others])
        if by_reach is not None and by_comments is not None:
            return max(by_reach, by_comments if (step.comments or 0) >= bursts.MANY_COMMENTS else 0.0)
        return by_comments if by_reach is None else by_reach

    alone = {at: usual(one, steps[:at] + steps[at + 1 :]) for at, one in enumerate(steps) if not one.visits}
    leaps = {
        at: steps[at].likes - one for at, one in alone.items() if one is not None and bursts._is_leap(steps[at], one)
    }
    calm = [one for at, one in enumerate(steps) if not one.visits and at not in leaps]
    came = [(one.likes, usual(one, calm)) for one in steps if one.visits]
    brought = sum(max(0.0, likes - max(0.0, one - bursts.SPREAD * one**0.5)) for likes, one in came if one is not None)
    return sum(leaps.values()) + brought, sum(likes for likes, _ in came) - brought


GAIN = st.none() | st.integers(0, 400)
STEPS = st.builds(bursts._Step, st.integers(0, 400), GAIN, GAIN, st.sampled_from([0, 0, 0, 1, 40]))


@given(st.lists(STEPS, max_size=12))
def test_sums_without_a_step_tell_the_same_as_the_list_of_all_others(steps):
    assert bursts._suspect(steps) == pytest.approx(quadratic(steps), rel=1e-12)


@given(st.lists(st.integers(0, 60), max_size=9), st.integers(0, 60), st.integers(0, 60))
def test_visits_between_two_moments_are_those_after_the_first_up_to_the_second(minutes, one, other):
    visits = [NOW + timedelta(minutes=at) for at in minutes]
    begin, end = (NOW + timedelta(minutes=at) for at in sorted((one, other)))

    assert bursts._between(begin, end, sorted(visits)) == sum(begin < visit <= end for visit in visits)


def test_a_long_timeline_costs_in_proportion_to_its_length(monkeypatch):
    """Steps that are looked at; a list of all others for every step would be a hundred thousand."""
    looked_at: list[int] = []
    sums = bursts._sums

    def counting(steps: Sequence[bursts._Step]) -> bursts._Sums:
        looked_at.append(len(steps))
        return sums(steps)

    monkeypatch.setattr(bursts, "_sums", counting)

    timeline_evidence(moments([(at * 30, at, at * 100) for at in range(400)]))

    assert sum(looked_at) <= 3 * 400
