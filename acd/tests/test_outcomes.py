"""The table from a grade to a verdict, and who may overwrite whom."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from hypothesis import given
from hypothesis import strategies as st

from acd.enums import Confidence, Grade, OutcomeSource, Validation
from acd.models import ACDContext, OutcomeEvent
from acd.outcomes import MAY_GIVE, grade
from acd.tests.factories import NOW, make_context

pytestmark = pytest.mark.django_db
HUMAN, ENGAGEMENT = OutcomeSource.HUMAN, OutcomeSource.ENGAGEMENT
TABLE = [
    (Grade.EXCELLENT, HUMAN, "APPROVED", "VALIDATED"),
    (Grade.GOOD, HUMAN, "APPROVED", "VALIDATED"),
    (Grade.ACCEPTABLE, HUMAN, "CONDITIONALLY_APPROVED", "CONFIDENT"),
    (Grade.POOR, HUMAN, "REJECTED", "UNCERTAIN"),
    (Grade.UNACCEPTABLE, HUMAN, "REJECTED", "UNCERTAIN"),
    (Grade.EXCELLENT, ENGAGEMENT, "APPROVED", "VALIDATED"),
    (Grade.GOOD, ENGAGEMENT, "APPROVED", "VALIDATED"),
    (Grade.ACCEPTABLE, ENGAGEMENT, "CONDITIONALLY_APPROVED", "CONFIDENT"),
    (Grade.WEAK, ENGAGEMENT, "ANALYZED", "UNCERTAIN"),
]


def give(context, value, source=ENGAGEMENT, key="snapshot:1", **options):
    return grade(context, value, source=source, evidence_key=key, evidence={"key": key}, **{"now": NOW} | options)


@pytest.mark.parametrize(
    ("value", "source", "validation", "confidence"), TABLE, ids=[f"{row[1]}-{row[0].name}" for row in TABLE]
)
def test_grade_writes_verdict_and_history(value, source, validation, confidence):
    context = make_context(confidence=Confidence.EXPERIMENTAL)
    actor = User.objects.create(username="ada")

    event = give(context, value, source, actor=actor)

    row = ACDContext.objects.get()
    assert (row.validation, row.confidence) == (validation, confidence)
    assert (context.validation, context.confidence) == (validation, confidence)
    assert row.human_override == (source == HUMAN)
    assert (event.validation_before, event.validation_after) == (Validation.PENDING, validation)
    assert (event.confidence_before, event.confidence_after) == (Confidence.EXPERIMENTAL, confidence)
    assert (event.source, event.grade, event.actor, event.created_at) == (source, value, actor, NOW)
    assert event.evidence == {"key": "snapshot:1"}


@pytest.mark.parametrize(
    ("value", "source"), [(Grade.POOR, ENGAGEMENT), (Grade.UNACCEPTABLE, ENGAGEMENT), (Grade.WEAK, HUMAN)]
)
def test_grade_that_the_source_may_not_give_is_refused(value, source):
    context = make_context()

    with pytest.raises(ValueError, match="may not give the grade"):
        give(context, value, source)

    assert OutcomeEvent.objects.count() == 0
    assert ACDContext.objects.get().validation == Validation.PENDING


@pytest.mark.parametrize("key", ["", "k" * 101], ids=["empty", "too long"])
def test_grade_without_a_usable_evidence_key_is_refused(key):
    with pytest.raises(ValueError, match="Name the evidence"):
        give(make_context(), Grade.GOOD, key=key)


def test_grade_same_evidence_makes_one_event():
    context = make_context()

    first = give(context, Grade.GOOD)
    again = give(context, Grade.WEAK, now=NOW + timedelta(days=1))
    other = give(context, Grade.GOOD, key="snapshot:2")

    assert (again, other == first) == (first, False)
    assert OutcomeEvent.objects.count() == 2
    assert ACDContext.objects.get().validation == Validation.APPROVED


def test_grade_new_evidence_of_the_same_verdict_is_a_judgement_too():
    context = make_context()

    give(context, Grade.GOOD, metadata={"social_metrics": {"rate": 6.0}})
    event = give(context, Grade.GOOD, key="snapshot:2", metadata={"social_metrics": {"rate": 7.0}})

    assert (event.validation_before, event.validation_after) == (Validation.APPROVED, Validation.APPROVED)
    assert ACDContext.objects.get().metadata == {"social_metrics": {"rate": 7.0}}


def test_grade_metadata_is_merged():
    context = make_context(metadata={"approach": "tip"})

    give(context, Grade.WEAK, metadata={"social_metrics": {"rate": 0.5}})

    assert ACDContext.objects.get().metadata == {"approach": "tip", "social_metrics": {"rate": 0.5}}


@pytest.mark.parametrize(
    ("value", "kept"), [(Grade.GOOD, ("name", "words")), (Grade.ACCEPTABLE, ("", "")), (Grade.WEAK, ("", ""))]
)
def test_grade_names_a_strategy_from_good_on(value, kept):
    context = make_context()

    give(context, value, pattern="name", strategy="words")

    row = ACDContext.objects.get()
    assert (row.pattern, row.strategy) == kept


def test_grade_without_a_pattern_keeps_the_known_one():
    context = make_context(pattern="known", strategy="known words")

    give(context, Grade.EXCELLENT)

    row = ACDContext.objects.get()
    assert (row.pattern, row.strategy) == ("known", "known words")


def test_grade_below_good_takes_the_strategy_back():
    context = make_context()
    give(context, Grade.GOOD, pattern="name", strategy="words")

    give(context, Grade.WEAK, key="snapshot:2")

    row = ACDContext.objects.get()
    assert (row.pattern, row.strategy) == ("", "")


def test_grade_human_overwrites_engagement_and_humans():
    context = make_context()

    give(context, Grade.GOOD)
    give(context, Grade.POOR, HUMAN, "feedback:1")
    give(context, Grade.ACCEPTABLE, HUMAN, "feedback:2")

    assert ACDContext.objects.get().validation == Validation.CONDITIONALLY_APPROVED
    assert OutcomeEvent.objects.count() == 3


@given(
    st.sampled_from(sorted(MAY_GIVE[HUMAN])),
    st.lists(st.tuples(st.sampled_from(sorted(MAY_GIVE[ENGAGEMENT])), st.integers(0, 5)), max_size=5),
)
def test_grade_engagement_never_changes_what_a_person_said(human, clicks):
    context = make_context()
    give(context, human, HUMAN, "feedback:1")
    before = ACDContext.objects.filter(pk=context.pk).values().get()

    events = [give(context, value, key=f"snapshot:{key}", metadata={"new": 1}) for value, key in clicks]

    assert events == [None] * len(clicks)
    assert ACDContext.objects.filter(pk=context.pk).values().get() == before
    assert context.outcomes.count() == 1


def test_grade_stale_context_in_memory_is_not_trusted():
    stale = make_context()
    give(ACDContext.objects.get(), Grade.POOR, HUMAN, "feedback:1")

    event = give(stale, Grade.GOOD)

    assert event is None
    assert ACDContext.objects.get().validation == Validation.REJECTED
