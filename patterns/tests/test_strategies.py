"""Strategies of posts that did well whichever way one looks, and of runs that people liked: observed, not tested."""

from datetime import timedelta

import pytest

from acd.enums import Grade, OutcomeSource
from acd.outcomes import grade
from acd.tests.factories import NOW, make_context
from engagement.enums import Basis
from engagement.grading import grade_posts
from engagement.hashtags import attach_hashtags
from engagement.intervals import known, wilson
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_content, make_persona
from patterns.enums import Advice, PatternKind
from patterns.extraction import look
from patterns.models import Pattern, PostPerformance
from patterns.strategies import high_engagement, well_rated
from patterns.tests.factories import make_evidence
from patterns.windows import rows_of

pytestmark = pytest.mark.django_db
GOOD = {"engagement_rate": 8.0, "vs_average": 50.0, "media_kind": "video"}


def found(basis=Basis.REACH):
    return high_engagement(rows_of(PostPerformance.objects.with_value(basis)), "instagram", basis)


def make_judged(persona, verdict, *, model="painter-2", kind="image", by=OutcomeSource.HUMAN):
    run = make_context(created_at=NOW - timedelta(days=1))
    make_content(persona=persona, context=run, model=model, media_kind=kind)
    grade(run, verdict, source=by, evidence_key="1", evidence={}, now=NOW)
    return run


def test_posts_that_did_well_yield_their_strategy_with_its_numbers():
    account, run = make_account(), make_context()
    best = [
        make_evidence(account, context=run, tags=["sea"], local_hour=18, **GOOD),
        make_evidence(account, tags=["sea", "sun"], local_hour=18, **GOOD | {"engagement_rate": 10.0}),
    ]
    make_evidence(account, tags=["sea"], vs_average=-10.0)

    (pattern,) = found()

    assert (pattern.kind, pattern.subject, pattern.advice) == (
        PatternKind.HIGH_ENGAGEMENT, "instagram_high_engagement", Advice.REPEAT,
    )  # fmt: skip
    assert pattern.numbers == {"n": 2, "mean": 9.0, "low": 8.5, "high": 9.5, "baseline": 4.0}
    assert (pattern.posts, pattern.contexts) == (tuple(post.pk for post in best), (run.pk,))
    assert pattern.evidence_at == NOW - timedelta(days=20)
    assert pattern.strategy == (
        "2 of 3 posts on Instagram passed 5 % of reach at the lower bound and beat the account's posts of the same "
        "age: mean 9.00 % (their 95 % intervals on average 8.50 to 9.50), +50 % against those (median). "
        "Most of them have the format video in 2 of 2 (2 of 3 posts), posting at 18:00 in 2 of 2 (2 of 3 posts), "
        "#sea in 2 of 2 (3 of 3 posts). Observed, not tested."
    )


@pytest.mark.parametrize(
    "changes",
    [
        {"rate_low": 5.0},
        {"vs_average": 0.0},
        {"vs_average": None},
        {"basis": Basis.VIEWS},
    ],
    ids=["lower bound not above", "no better than peers", "no peers", "other basis"],
)
def test_post_that_only_seems_to_do_well_yields_nothing(changes):
    make_evidence(make_account(), **GOOD | changes)

    assert found() == []


def test_without_a_threshold_nothing_is_high():
    make_evidence(make_account(), **GOOD)

    assert found(Basis.COUNT) == []


def test_pattern_bears_the_name_that_grading_gives_each_run():
    run = make_context()
    make_evidence(make_account(), context=run, **GOOD)

    grade_posts(SocialMediaPost.objects.all(), now=NOW)

    run.refresh_from_db()
    assert run.pattern == found()[0].subject


def test_runs_that_people_liked_yield_their_strategy():
    persona = make_persona()
    liked = [make_judged(persona, verdict) for verdict in (Grade.GOOD, Grade.EXCELLENT)]
    make_judged(persona, Grade.ACCEPTABLE)
    make_judged(persona, Grade.POOR, model="writer-1", kind="text")
    make_judged(persona, Grade.GOOD, model="writer-1", kind="text", by=OutcomeSource.ENGAGEMENT)
    make_judged(make_persona(), Grade.GOOD)

    (pattern,) = well_rated(persona, NOW, 90)

    around = known(wilson(2, 3))
    assert (pattern.subject, pattern.platform, pattern.basis) == ("image_painter-2", "", "")
    assert pattern.numbers == {
        "n": 2, "mean": 200 / 3, "low": 100 * around.low, "high": 100 * around.high, "baseline": 0.0,
    }  # fmt: skip
    assert set(pattern.contexts) == {run.pk for run in liked}
    assert pattern.strategy == (
        "People liked 2 of 3 judged runs of painter-2 for image (95 % interval 21 to 94 in a hundred), of the others 0 "
        "of 1. Observed, not tested."
    )


def test_runs_that_people_liked_less_often_than_the_others_yield_none():
    persona = make_persona()
    for verdict in (Grade.GOOD, Grade.POOR, Grade.ACCEPTABLE):
        make_judged(persona, verdict, model="writer-1", kind="text")
    for verdict in (Grade.GOOD, Grade.POOR):
        make_judged(persona, verdict)

    assert [one.subject for one in well_rated(persona, NOW, 90)] == ["image_painter-2"]


@pytest.mark.parametrize("days", [0.5, 90])
def test_runs_outside_the_window_are_left_out(days):
    persona = make_persona()
    make_judged(persona, Grade.GOOD)

    assert len([*well_rated(persona, NOW, 90)]) == 1
    assert [*well_rated(persona, NOW + timedelta(days=90), 90)] == []
    assert [*well_rated(persona, NOW - timedelta(days=2), 90)] == []


@pytest.mark.parametrize("n", [1, 3])
def test_strategy_costs_the_same_queries_for_any_number_of_posts(n, django_assert_num_queries):
    account = make_account()
    for number in range(n):
        attach_hashtags({make_evidence(account, **GOOD): [f"tag{number}"]})

    with django_assert_num_queries(2):
        found()


def test_look_tells_both_beside_what_it_tested():
    account = make_account()
    make_evidence(account, **GOOD)
    make_judged(account.persona, Grade.GOOD)

    told = look(account.persona, "instagram", now=NOW, days=90, informing=Pattern.objects.none())

    assert [one["kind"] for one in told.patterns] == ["high_engagement", "well_rated"]
