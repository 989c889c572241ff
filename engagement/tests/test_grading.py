"""From a post's rate to the verdict of its run."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,union-attr"

from datetime import timedelta

import pytest
from django.conf import settings as configured

from acd.enums import Confidence, Grade, OutcomeSource, Validation
from acd.models import ACDContext, OutcomeEvent
from acd.outcomes import grade as grade_context
from acd.tests.factories import NOW, make_context
from engagement.enums import Basis, FilterState, Platform
from engagement.grading import grade_posts
from engagement.models import Hashtag, SocialMediaPost
from engagement.tests.factories import make_account, make_post, make_snapshot
from engagement.writing import write_columns
from gator.studio.tests.factories import make_content

LATER = NOW + timedelta(hours=1)


def rated(rate_low: float | None, **changes: object) -> SocialMediaPost:
    """A settled post with a context; the rate is 1 percent above its lower bound."""
    rate = None if rate_low is None else rate_low + 1
    defaults = {
        "context": make_context(metadata={"kept": 1}),
        "basis": Basis.REACH,
        "rate_low": rate_low,
        "engagement_rate": rate,
        "rate_high": None if rate is None else rate + 1,
        "genuine_low": 10,
        "genuine_engagement": 20,
        "genuine_high": 30,
        "total_engagement": 40,
        "observed_count": 4,
        "genuine_count": 1,
        "bot_count": 2,
        "persona_count": 1,
        "filter_state": FilterState.FILTERED,
        "last_synced_at": NOW,
        "measured_at": NOW,
    }
    post = make_post(**defaults | changes)
    make_snapshot(post)
    return post


def grade_all(now=NOW) -> int:
    return grade_posts(SocialMediaPost.objects.all(), now=now)


@pytest.mark.parametrize(
    ("rate_low", "grade", "validation", "confidence"),
    [
        pytest.param(5.1, Grade.GOOD, Validation.APPROVED, Confidence.VALIDATED, id="good"),
        pytest.param(
            5.0, Grade.ACCEPTABLE, Validation.CONDITIONALLY_APPROVED, Confidence.CONFIDENT, id="just-not-good"
        ),
        pytest.param(2.0, Grade.WEAK, Validation.ANALYZED, Confidence.UNCERTAIN, id="just-not-acceptable"),
        pytest.param(0.0, Grade.WEAK, Validation.ANALYZED, Confidence.UNCERTAIN, id="nothing"),
    ],
)
@pytest.mark.django_db
def test_lower_bound_of_the_rate_decides_and_the_context_hears_of_it(rate_low, grade, validation, confidence):
    post = rated(rate_low)

    number = grade_all()

    post.refresh_from_db()
    context = ACDContext.objects.get()
    assert (number, post.grade, post.graded_at) == (1, grade, NOW)
    assert (context.validation, context.confidence) == (validation, confidence)
    assert OutcomeEvent.objects.values_list("source", "grade").get() == (OutcomeSource.ENGAGEMENT, grade)


@pytest.mark.parametrize(
    ("platform", "basis"), [*configured.GRADE_THRESHOLDS], ids=[f"{p}-{b}" for p, b in configured.GRADE_THRESHOLDS]
)
@pytest.mark.django_db
def test_every_platform_and_basis_has_its_own_thresholds(platform, basis):
    good, acceptable = configured.GRADE_THRESHOLDS[platform, basis]
    account = make_account(platform=platform)
    posts = [rated(rate, account=account, basis=basis) for rate in (good + 0.01, good, acceptable)]

    grade_all()

    grades = [SocialMediaPost.objects.get(pk=post.pk).grade for post in posts]
    assert grades == [Grade.GOOD, Grade.ACCEPTABLE, Grade.WEAK]


@pytest.mark.parametrize(
    ("rate_low", "basis"),
    [
        pytest.param(None, Basis.COUNT, id="count-has-no-rate"),
        pytest.param(50.0, Basis.FOLLOWERS, id="basis-without-thresholds"),
    ],
)
@pytest.mark.django_db
def test_post_without_thresholds_keeps_no_grade_and_is_not_asked_again(rate_low, basis, settings):
    settings.GRADE_THRESHOLDS = {}
    post = rated(rate_low, basis=basis)

    numbers = [grade_all(), grade_all()]

    post.refresh_from_db()
    assert (numbers, post.grade, post.graded_at) == ([1, 0], None, NOW)
    assert ACDContext.objects.get().validation == Validation.PENDING


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"published_at": NOW - timedelta(hours=47)}, id="provisional"),
        pytest.param({"filter_state": FilterState.UNFILTERED}, id="unfiltered"),
        pytest.param({"graded_at": NOW}, id="graded-since"),
        pytest.param({"genuine_low": None, "genuine_engagement": None, "genuine_high": None}, id="nothing-is-known"),
    ],
)
@pytest.mark.django_db
def test_post_that_is_not_waiting_is_not_graded(changes):
    rated(9, **changes)

    assert grade_all() == 0
    assert not OutcomeEvent.objects.exists()


@pytest.mark.django_db
def test_context_gets_the_numbers_and_keeps_its_own_metadata():
    post = rated(6)

    grade_all()

    context = ACDContext.objects.get()
    metrics = {
        "platform": Platform.INSTAGRAM,
        "post": post.pk,
        "snapshot": post.snapshots.get().pk,
        "engagement_rate": 7,
        "rate_low": 6,
        "rate_high": 8,
        "basis": Basis.REACH,
        "genuine_count": 20,
        "bot_count": 2,
        "persona_count": 1,
        "genuine_ratio": 0.5,
    }
    assert context.metadata == {"kept": 1, "social_metrics": metrics}
    assert OutcomeEvent.objects.get().evidence == metrics


@pytest.mark.django_db
def test_good_post_names_its_strategy_with_numbers():
    content = make_content(approach="question")
    post = rated(6, content=content, media_kind="video", local_hour=18)
    post.hashtags.add(Hashtag.objects.create(name="figs"))

    grade_all()

    context = ACDContext.objects.get()
    assert context.pattern == "instagram_high_engagement"
    assert context.strategy == (
        "High engagement on Instagram: 7.00 % of reach (95 % interval 6.00 to 8.00). "
        "Video at 18:00 with #figs, approach “question”."
    )


@pytest.mark.django_db
def test_good_post_of_unknown_hour_says_nothing_of_it():
    rated(6, local_hour=None, local_weekday=None)

    grade_all()

    assert ACDContext.objects.get().strategy.endswith("6.00 to 8.00). Image with no hashtags.")


@pytest.mark.django_db
def test_weak_post_names_no_strategy():
    rated(0)

    grade_all()

    assert ACDContext.objects.values_list("pattern", "strategy").get() == ("", "")


@pytest.mark.django_db
def test_verdict_of_a_person_is_untouched(django_user_model):
    post = rated(0)
    ann = django_user_model.objects.create_user("ann")
    grade_context(
        post.context, Grade.EXCELLENT, source=OutcomeSource.HUMAN, evidence_key="f", evidence={}, actor=ann, now=NOW
    )

    grade_all()

    post.refresh_from_db()
    assert post.grade == Grade.WEAK
    assert ACDContext.objects.get().validation == Validation.APPROVED
    assert OutcomeEvent.objects.count() == 1


@pytest.mark.django_db
def test_same_grade_of_newer_numbers_makes_no_second_event():
    post = rated(6)
    grade_all()
    make_snapshot(post, observed_at=LATER)
    SocialMediaPost.objects.update(measured_at=LATER, last_synced_at=LATER)

    numbers = [grade_all(LATER), grade_all(LATER)]

    assert numbers == [1, 0]
    assert OutcomeEvent.objects.count() == 1


@pytest.mark.django_db
def test_changed_grade_of_the_same_snapshot_reaches_the_context_every_time():
    post = rated(6)
    grade_all()

    validations = []
    for hours, rate_low in ((1, 0.0), (2, 6.0)):
        SocialMediaPost.objects.update(measured_at=NOW + timedelta(hours=hours), rate_low=rate_low)
        grade_all(NOW + timedelta(hours=hours))
        validations.append(ACDContext.objects.get().validation)

    assert validations == [Validation.ANALYZED, Validation.APPROVED]
    assert post.context.outcomes.count() == 3


@pytest.mark.django_db
def test_run_that_died_before_the_post_was_written_makes_one_event():
    post = rated(6)
    grade_all()
    post.grade = post.graded_at = None
    write_columns([post], ("grade", "graded_at"))

    grade_all()

    assert OutcomeEvent.objects.count() == 1
    assert SocialMediaPost.objects.get().grade == Grade.GOOD


@pytest.mark.django_db
def test_post_without_a_context_is_graded():
    post = rated(6, context=None)

    grade_all()

    post.refresh_from_db()
    assert post.grade == Grade.GOOD


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.django_db
def test_grading_posts_without_news_for_their_context_costs_the_same_for_one_and_for_three(
    number, django_assert_num_queries
):
    for _ in range(number):
        rated(6, grade=Grade.GOOD)

    # Ids, a savepoint and its release, the posts, the grades.
    with django_assert_num_queries(5):
        grade_all()
