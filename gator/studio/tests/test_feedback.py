"""Ratings and decisions: append-only, the newest of each rater counts, and a person outranks clicks."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User

from acd.enums import Grade, OutcomeSource, Validation
from acd.models import ACDContext, OutcomeEvent
from acd.outcomes import grade
from acd.tests.factories import NOW, make_context
from gator.studio.enums import ContentStatus, Rating
from gator.studio.feedback import decide, submit
from gator.studio.models import Content, Feedback
from gator.studio.tests.factories import make_content

pytestmark = pytest.mark.django_db


def make_judged(**changes):
    options = {"context": make_context(), "model": "template-1", "provider": "gator", "approach": "tip"}
    return make_content(**options | changes)


def rate(content, *ratings):
    """One rating per rater, the raters in order."""
    for number, rating in enumerate(ratings):
        rater, _ = User.objects.get_or_create(username=f"rater-{number}")
        submit(content, rater=rater, rating=rating, now=NOW + timedelta(minutes=number))
    return ACDContext.objects.get()


@pytest.mark.parametrize(
    ("rating", "validation", "confidence", "pattern"),
    [
        ("excellent", "APPROVED", "VALIDATED", "text_template-1"),
        ("good", "APPROVED", "VALIDATED", "text_template-1"),
        ("acceptable", "CONDITIONALLY_APPROVED", "CONFIDENT", ""),
        ("poor", "REJECTED", "UNCERTAIN", ""),
        ("unacceptable", "REJECTED", "UNCERTAIN", ""),
    ],
)
def test_submit_every_rating_grades_the_context(rating, validation, confidence, pattern):
    context = rate(make_judged(), rating)

    assert (context.validation, context.confidence, context.pattern) == (validation, confidence, pattern)
    assert context.human_override


def test_submit_keeps_everything_that_was_said():
    content = make_judged()
    rater = User.objects.create(username="ada")

    feedback = submit(content, rater=rater, rating=Rating.GOOD, text="Warm", issues=["crop"], now=NOW)

    event = OutcomeEvent.objects.get()
    stored = Feedback.objects.get()
    assert (stored.content, stored.rater, stored.rating) == (content, rater, Rating.GOOD)
    assert (stored.text, stored.issues, stored.created_at) == ("Warm", ["crop"], NOW)
    assert (event.source, event.grade, event.actor) == (OutcomeSource.HUMAN, Grade.GOOD, rater)
    assert event.evidence_key == f"feedback:{feedback.pk}"
    assert ACDContext.objects.get().strategy == (
        "Text as a tip, made by gator template-1: median rating good of n = 1 (1 good)."
    )


@pytest.mark.parametrize(
    ("ratings", "validation"),
    [
        (("excellent", "poor"), "REJECTED"),
        (("excellent", "poor", "good"), "APPROVED"),
        (("excellent", "acceptable", "poor"), "CONDITIONALLY_APPROVED"),
        (("good", "excellent", "acceptable", "poor"), "CONDITIONALLY_APPROVED"),
    ],
    ids=" ".join,
)
def test_submit_several_raters_give_the_lower_median(ratings, validation):
    assert rate(make_judged(), *ratings).validation == validation


def test_submit_newest_rating_of_a_rater_counts_and_all_stay():
    content = make_judged()

    rate(content, "poor", "good")
    context = rate(content, "excellent")

    assert context.validation == Validation.APPROVED
    assert [Feedback.objects.count(), Feedback.objects.counted().count()] == [3, 2]
    assert OutcomeEvent.objects.count() == 3


def test_submit_without_a_context_keeps_the_rating():
    submit(make_content(), rater=User.objects.create(username="ada"), rating="good", now=NOW)

    assert (Feedback.objects.count(), OutcomeEvent.objects.count()) == (1, 0)


def test_submit_unknown_rating_writes_nothing():
    with pytest.raises(ValueError, match="'great' is not a rating: use one of excellent"):
        rate(make_judged(), "great")

    assert Feedback.objects.count() == 0


@pytest.mark.parametrize("status", [ContentStatus.GENERATING, ContentStatus.FAILED])
def test_judging_what_was_never_generated_is_refused(status):
    content = make_judged(status=status)
    actor = User.objects.create(username="ada")

    with pytest.raises(ValueError, match=f"is {status}: there is nothing to judge"):
        submit(content, rater=actor, rating="good", now=NOW)
    with pytest.raises(ValueError, match=f"is {status}: there is nothing to judge"):
        decide(content, approved=True, actor=actor, now=NOW)

    assert (Feedback.objects.count(), OutcomeEvent.objects.count()) == (0, 0)
    assert Content.objects.get().status == status


@pytest.mark.parametrize(
    ("approved", "status", "validation", "pattern"),
    [(True, "approved", "APPROVED", "text_template-1"), (False, "rejected", "REJECTED", "")],
    ids=["approved", "rejected"],
)
def test_decide_sets_status_and_grades(approved, status, validation, pattern):
    content = make_judged()
    actor = User.objects.create(username="ada")

    returned = decide(content, approved=approved, actor=actor, now=NOW)

    context, event = ACDContext.objects.get(), OutcomeEvent.objects.get()
    assert (returned.status, Content.objects.get().status) == (status, status)
    assert (context.validation, context.pattern, context.human_override) == (validation, pattern, True)
    assert (event.actor, event.evidence_key) == (actor, f"decision:{content.pk}:{NOW.isoformat()}")


def test_decide_again_changes_the_mind():
    content = make_judged()
    actor = User.objects.create(username="ada")

    decide(content, approved=True, actor=actor, now=NOW)
    decide(content, approved=False, actor=actor, now=NOW + timedelta(hours=1))

    assert (Content.objects.get().status, ACDContext.objects.get().validation) == ("rejected", "REJECTED")
    assert OutcomeEvent.objects.count() == 2


def test_engagement_after_a_rating_changes_nothing():
    content = make_judged()
    context = rate(content, "poor")

    event = grade(
        context,
        Grade.EXCELLENT,
        source=OutcomeSource.ENGAGEMENT,
        evidence_key="snapshot:1",
        evidence={},
        now=NOW,
    )

    assert (event, ACDContext.objects.get().validation) == (None, Validation.REJECTED)
