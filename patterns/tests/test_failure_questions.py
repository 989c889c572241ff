"""Failures as rows: kinds, groups that fail more, and what came back, with a fixed number of queries."""

from datetime import UTC, datetime, timedelta

import pytest

from acd.enums import State, Validation
from acd.tests.factories import NOW, make_context
from gator.studio.tests.factories import make_content, make_persona
from patterns.enums import FailureGroup, Signal
from patterns.failure_questions import failing_groups, failure_kinds
from patterns.models import FailureFix, GenerationOutcome
from patterns.recurrences import recurrences
from patterns.remedies import KNOWN, OTHER, remedy

pytestmark = pytest.mark.django_db
FAILED = {"state": State.FAILED, "error_class": "Timeout", "error_message": "<b>No answer</b> in 60 s."}
DONE = {"state": State.DONE}
RUNS = GenerationOutcome.objects


def make_run(age=1.0, **changes):
    """A text that was made `age` days ago."""
    return make_context(**{"phase": "TEXT_GENERATION", "created_at": NOW - timedelta(days=age)} | DONE | changes)


def make_runs(n, failures, **changes):
    """`n` runs, of which the newest `failures` failed."""
    return [make_run(1 + at / 100, **(FAILED if at < failures else DONE) | changes) for at in range(n)]


def kinds(**changes):
    return failure_kinds(RUNS.in_window(NOW - timedelta(days=30), NOW).filter(**changes))


def groups(kind):
    return {one.subject: one for one in failing_groups(RUNS.in_window(NOW - timedelta(days=30), NOW), kind)}


def back(days=90):
    return recurrences(None, now=NOW, days=days)


def test_kinds_have_share_interval_examples_and_advice():
    timeout, *_ = make_run(**FAILED), make_run(validation=Validation.REJECTED), make_run(), make_run()

    first, second = sorted(kinds(), key=lambda one: one.failure, reverse=True)

    assert (first.failure, first.phase, first.n, first.runs) == ("Timeout", "TEXT_GENERATION", 1, 4)
    # Wilson's interval of 1 in 4.
    assert (first.share, first.share_low, first.share_high) == pytest.approx((0.25, 0.0456, 0.6994), abs=1e-4)
    assert (first.contexts, first.message) == ((str(timeout.pk),), "<b>No answer</b> in 60 s.")
    assert first.advice.startswith("The service did not answer in time.")
    assert second.failure == "Rejected by a person"
    assert second.advice == "Read the ratings of these contents before generating the like again."


def test_kinds_name_the_newest_examples_of_each():
    newest = [str(run.pk) for run in make_runs(7, 7)]
    other = make_run(**FAILED | {"error_class": "KeyError"})

    found = {one.failure: one.contexts for one in kinds()}

    assert found == {"Timeout": tuple(newest[:5]), "KeyError": (str(other.pk),)}


@pytest.mark.parametrize("state", [State.READY, State.PROCESSING, State.PAUSED, State.BLOCKED, State.CANCELLED])
def test_runs_that_did_not_end_are_no_successes(state):
    make_run(**FAILED)
    make_run(state=state)

    (found,) = kinds()

    assert (found.n, found.runs) == (1, 1)


@pytest.mark.parametrize("failure", ["", "Timeout", "KeyError", "<script>", "Rejected by a person", "GenerationFailed"])
def test_advice_is_in_our_own_words(failure):
    assert remedy(failure) in {*KNOWN.values(), OTHER}
    assert failure == "" or failure not in remedy(failure)


@pytest.mark.parametrize("n", [1, 3])
def test_kinds_cost_three_queries(n, django_assert_num_queries):
    for at in range(n):
        make_run(**FAILED | {"error_class": f"Error{at}"})

    with django_assert_num_queries(3):
        kinds()


def test_model_that_fails_more_is_claimed_with_its_numbers_and_examples():
    failed = make_runs(30, 12, model="bad")
    make_runs(60, 3, model="usual")
    make_runs(3, 0, model="new")

    found = groups(FailureGroup.MODEL)

    bad, new = found["bad"], found["new"]
    assert list(found) == ["bad", "usual", "new"]
    assert (bad.kind, bad.n, bad.failures, bad.share, bad.compared) == ("model", 30, 12, 0.4, 30)
    assert bad.others == pytest.approx(3 / 63)
    assert (bad.claim, bad.signal, found["usual"].claim, found["usual"].signal) == ("more", Signal.OK, "", Signal.THIN)
    assert bad.q is not None
    assert bad.q < 0.001
    assert bad.contexts == tuple(str(run.pk) for run in failed[:5])
    assert (new.q, new.signal, new.claim, new.contexts) == (None, Signal.NONE, "", ())
    assert bad.advice.startswith("Use another model")
    assert new.advice.startswith("Too few runs")


def test_claims_come_first_also_before_groups_that_fail_more_often_in_harder_phases():
    make_runs(50, 20, model="innocent", phase="HARD")
    make_runs(50, 20, model="usual", phase="HARD")
    make_runs(10, 6, model="bad")
    make_runs(90, 3, model="usual")

    found = groups(FailureGroup.MODEL)

    assert next((one.subject, one.claim) for one in found.values()) == ("bad", "more")
    assert found["innocent"].shrunk_low > found["bad"].shrunk_low


def test_model_is_not_blamed_for_its_phase():
    make_runs(40, 20, model="videos", phase="VIDEO_GENERATION")
    make_runs(20, 10, model="usual", phase="VIDEO_GENERATION")
    make_runs(60, 2, model="usual")

    models, phases = groups(FailureGroup.MODEL), groups(FailureGroup.PHASE)

    assert (models["videos"].others, models["videos"].claim) == (0.5, "")
    assert (phases["VIDEO_GENERATION"].claim, phases["TEXT_GENERATION"].claim) == ("more", "")


def test_prompt_is_not_blamed_for_its_model():
    for at in range(20):
        make_run(model="bad", initial_context={"prompt": "A story"}, **FAILED if at % 2 else DONE)
        make_run(model="bad", initial_context={"prompt": "A quote"}, **FAILED if at % 2 else DONE)
        make_run(model="good", initial_context={"prompt": "A joke"})

    found = groups(FailureGroup.PROMPT)

    assert [(one.subject, one.share, one.others, one.claim) for one in found.values()] == [
        ("A quote", 0.5, 0.5, ""),
        ("A story", 0.5, 0.5, ""),
        ("A joke", 0.0, None, ""),
    ]


@pytest.mark.parametrize(
    "kind", [FailureGroup.MODEL, FailureGroup.PROVIDER, FailureGroup.APPROACH, FailureGroup.PROMPT]
)
def test_group_of_a_run_is_what_it_says_itself_or_its_content(kind):
    persona = make_persona()
    said = {"prompt": "own", "approach": "own", "model": "own", "provider": "own"}
    for _ in range(5):
        run = make_run(model="theirs", provider="theirs")
        make_content(persona=persona, context=make_run(), **said)
        make_content(persona=persona, context=run, **said)
        make_run()

    found = {subject: one.n for subject, one in groups(kind).items()}

    own = {"own": 5, "theirs": 5} if kind in {FailureGroup.MODEL, FailureGroup.PROVIDER} else {"own": 10}
    assert found == own


def test_prompts_written_for_a_few_runs_are_not_listed_and_still_compared_with():
    for at in range(20):
        make_run(model="m", initial_context={"prompt": f"Once {at}"})
    for _ in range(6):
        make_run(model="m", initial_context={"prompt": "Again"}, **FAILED)

    (again,) = groups(FailureGroup.PROMPT).values()

    assert (again.subject, again.compared, again.others, again.claim) == ("Again", 6, 0.0, "more")


@pytest.mark.parametrize("kind", FailureGroup)
@pytest.mark.parametrize("n", [1, 3])
def test_groups_cost_the_same_queries(kind, n, django_assert_num_queries):
    for at in range(n):
        make_content(
            persona=make_persona(),
            context=make_run(phase=f"PHASE{at}"),
            **dict.fromkeys(("model", "provider", "approach", "prompt"), f"name-{at}"),
        )

    with django_assert_num_queries(2):
        groups(kind)


def test_failure_that_was_marked_as_fixed_and_happens_again_is_back():
    for age in (50, 45, 44, 12, 3):
        make_run(age, **FAILED)
    for age in (48, 47, 30, 10, 9):
        make_run(age)
    FailureFix.objects.create(phase="TEXT_GENERATION", failure="Timeout", fixed_at=NOW - timedelta(days=40))

    (found,) = back()

    assert (found.failure, found.phase, found.stopped, found.q) == ("Timeout", "TEXT_GENERATION", "marked", None)
    assert (found.stopped_at, found.back_at) == (NOW - timedelta(days=40), NOW - timedelta(days=12))
    assert (found.before, found.runs_before, found.after, found.runs_after) == (3, 5, 2, 5)
    assert found.text == (
        "Back since 2026-11-08: 2 of 5 runs. Before it stopped: 3 of 5 (marked as fixed on 2026-10-11)."
    )
    assert len(found.contexts) == 5


@pytest.mark.parametrize(
    ("fix", "ages"),
    [
        ({"failure": "Timeout"}, (50, 45)),
        ({"failure": "KeyError"}, (50, 3)),
        ({"failure": "Timeout", "phase": "IMAGE_GENERATION"}, (50, 3)),
        ({"failure": "Timeout", "fixed_at": NOW + timedelta(days=1)}, (50, 3)),
        ({"failure": "Timeout", "fixed_at": NOW - timedelta(days=366)}, (50, 3)),
        ({"failure": "Timeout"}, (50, 3, 2)),
    ],
    ids=["it holds", "another failure", "another phase", "in the future", "long ago", "marked again since"],
)
def test_fix_that_says_nothing_of_the_newest_failures_tells_no_recurrence(fix, ages):
    for age in ages:
        make_run(age, **FAILED)
    FailureFix.objects.create(**{"phase": "TEXT_GENERATION", "fixed_at": NOW - timedelta(days=40)} | fix)
    if len(ages) == 3:
        FailureFix.objects.create(phase="TEXT_GENERATION", failure="Timeout", fixed_at=NOW - timedelta(days=1))

    assert back() == []


def test_failure_that_came_back_after_a_long_silence_is_told():
    for age in range(80):
        make_run(age + 0.5, **(FAILED if age in {78, 75, 71, 70, 69, 66, 3, 1} else DONE))

    (found,) = back()

    assert (found.stopped, found.before, found.runs_before, found.after, found.runs_after) == ("silent", 6, 14, 2, 4)
    assert (found.stopped_at, found.quiet_runs) == (datetime(2026, 9, 15, tzinfo=UTC), 62)
    assert found.back_at == datetime(2026, 11, 17, tzinfo=UTC)
    assert found.q is not None
    assert found.q < 0.05


def test_failure_that_was_always_rare_is_not_back():
    for age in range(80):
        make_run(age + 0.5, **(FAILED if age in {70, 52, 31, 15} else DONE))

    assert back() == []


@pytest.mark.parametrize("n", [1, 3])
def test_recurrences_cost_the_same_queries(n, django_assert_num_queries):
    for at in range(n):
        make_run(3, **FAILED | {"error_class": f"Error{at}"})
        FailureFix.objects.create(phase="TEXT_GENERATION", failure=f"Error{at}", fixed_at=NOW - timedelta(days=5))

    with django_assert_num_queries(5):
        assert len(back()) == n
