"""Contexts and traces through the REST API."""

from datetime import timedelta

import pytest

from acd.enums import Confidence, Grade, OutcomeSource, State, Validation
from acd.models import OutcomeEvent, TraceArtifact
from acd.tests.clients import client_with, complaints
from acd.tests.factories import NOW, make_context

pytestmark = pytest.mark.django_db
CONTEXTS = "/api/v1/acd-contexts/"
TRACES = "/api/v1/trace-artifacts/"


@pytest.fixture
def viewer():
    return client_with("acd.view_acdcontext", "acd.view_traceartifact")


def make_trace(context):
    return TraceArtifact.objects.create(context=context, error_class="ValueError", message="broken")


def ids(response):
    return {row["id"] for row in response.json()["results"]}


@pytest.mark.parametrize("rows", [1, 3])
def test_contexts_list_costs_one_query(viewer, django_assert_num_queries, rows):
    for _ in range(rows):
        make_context()

    with django_assert_num_queries(1):
        response = viewer.get(CONTEXTS)

    assert len(response.json()["results"]) == rows


@pytest.mark.parametrize("rows", [1, 3])
def test_traces_list_costs_one_query(viewer, django_assert_num_queries, rows):
    for _ in range(rows):
        make_trace(make_context())

    with django_assert_num_queries(1):
        response = viewer.get(TRACES)

    assert len(response.json()["results"]) == rows


def test_context_detail_shows_history_and_traces(viewer):
    context = make_context()
    trace = make_trace(context)
    OutcomeEvent.objects.create(
        context=context,
        source=OutcomeSource.HUMAN,
        grade=Grade.GOOD,
        validation_before=Validation.PENDING,
        validation_after=Validation.APPROVED,
        confidence_before=Confidence.HYPOTHESIS,
        confidence_after=Confidence.VALIDATED,
        evidence_key="feedback:1",
    )

    shown = viewer.get(f"{CONTEXTS}{context.pk}/").json()

    assert shown["traces"] == [trace.pk]
    assert [event["validation_after"] for event in shown["outcomes"]] == ["APPROVED"]


QUESTIONS = {
    "running": State.PROCESSING,
    "failed": State.FAILED,
    "unsuccessful": State.FAILED,
}


@pytest.mark.parametrize(("question", "state"), QUESTIONS.items(), ids=QUESTIONS)
def test_contexts_question_keeps_or_drops_its_rows(viewer, question, state):
    answer, other = make_context(state=state), make_context()

    kept, dropped = (viewer.get(CONTEXTS, {question: value}) for value in ("true", "false"))

    assert (ids(kept), ids(dropped)) == ({str(answer.pk)}, {str(other.pk)})


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ({"state": "SLEEPING"}, ["state"]),
        ({"since": "2026-11-20"}, ["since"]),
        ({"parent": "x"}, ["parent"]),
        ({"running": "perhaps"}, ["running"]),
        ({"phase": "a\x00"}, ["phase"]),
        ({"metadata__has_key": "a"}, ["metadata__has_key"]),
        ({"ordering": "note"}, ["ordering"]),
        ({"assigned_to__password__startswith": "a"}, ["assigned_to__password__startswith"]),
    ],
    ids=["vocabulary", "no zone", "no id", "no answer", "NUL", "JSON path", "ordering", "oracle"],
)
def test_contexts_list_with_a_bad_parameter_names_it(viewer, query, names):
    response = viewer.get(CONTEXTS, query)

    assert (response.status_code, list(complaints(response))) == (400, names)


def test_contexts_since_keeps_the_newer(viewer):
    make_context(created_at=NOW - timedelta(days=2))
    newer = make_context(created_at=NOW)

    response = viewer.get(CONTEXTS, {"since": "2026-11-20T00:00:00Z"})

    assert ids(response) == {str(newer.pk)}


def test_statistics_count_what_the_filters_choose(viewer):
    make_context(state=State.FAILED)
    make_context(state=State.DONE, duration=timedelta(seconds=4))

    everything = viewer.get(f"{CONTEXTS}statistics/").json()
    failed = viewer.get(f"{CONTEXTS}statistics/", {"failed": "true"}).json()

    assert (everything["total"], everything["by_state"]) == (2, {"FAILED": 1, "DONE": 1})
    assert everything["mean_duration"] == "00:00:04"
    assert (failed["total"], failed["mean_duration"]) == (1, None)


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_context_is_read_only(method):
    context = make_context()
    everything = client_with(
        "acd.view_acdcontext", "acd.add_acdcontext", "acd.change_acdcontext", "acd.delete_acdcontext"
    )

    response = getattr(everything, method)(f"{CONTEXTS}{context.pk}/", {"note": "mine"}, format="json")

    assert response.status_code == 405
