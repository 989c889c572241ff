"""Deciding through the API: who may, what is written, and what a list can be narrowed to."""

from contextlib import nullcontext

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acd.tests.clients import client_of, client_with, complaints, make_user
from acd.tests.factories import NOW
from engagement import api_ingestion
from engagement.enums import Verdict
from engagement.models import Decision, Interaction
from engagement.tests.factories import make_interaction, make_post

pytestmark = pytest.mark.django_db

CHANGE = "engagement.change_interaction"


def make_doubtful(post=None):
    return make_interaction(post or make_post(), verdict=Verdict.UNSURE, score=0.6, model_version="layers-2")


def decide(client, row, body, post=None):
    return client.post(f"/api/v1/posts/{post or row.post_id}/interactions/{row.pk}/decide/", body, format="json")


@pytest.mark.parametrize("verdict", [Verdict.GENUINE, Verdict.BOT, Verdict.PERSONA])
def test_decision_stands_above_the_filter_in_the_caller_s_name(verdict):
    row, user = make_doubtful(), make_user(CHANGE)

    response = decide(client_of(user), row, {"verdict": verdict.value})

    label = Decision.objects.get()
    row.post.refresh_from_db()
    assert response.status_code == 200
    assert (response.json()["override"], response.json()["final_verdict"]) == (verdict, verdict)
    assert (label.verdict, label.decided_by, label.filter_verdict, label.score) == (verdict, user, "unsure", 0.6)
    assert (row.post.observed_count, row.post.unsure_count) == (1, 0)


def test_empty_verdict_gives_it_back():
    row, client = make_doubtful(), client_with(CHANGE)
    decide(client, row, {"verdict": "bot"})

    response = decide(client, row, {"verdict": ""})

    assert (response.status_code, response.json()["override"]) == (200, "")
    assert [one.verdict for one in row.decisions.order_by("pk")] == ["bot", ""]


def test_saying_the_same_twice_writes_once():
    row, client = make_doubtful(), client_with(CHANGE)

    answers = [decide(client, row, {"verdict": "bot"}).json() for _ in range(2)]

    assert answers[0] == answers[1]
    assert Decision.objects.count() == 1


def test_what_is_erased_while_it_is_decided_is_not_found(monkeypatch):
    row = make_doubtful()

    def erased_first(rows):
        Interaction.objects.filter(pk=row.pk).delete()
        return nullcontext()

    monkeypatch.setattr(api_ingestion, "deciding", erased_first)

    assert decide(client_with(CHANGE), row, {"verdict": "bot"}).status_code == 404


@pytest.mark.parametrize(
    ("body", "field"),
    [
        pytest.param({}, "verdict", id="nothing"),
        pytest.param({"verdict": "unsure"}, "verdict", id="what no person may say"),
        pytest.param({"verdict": None}, "verdict", id="null"),
        pytest.param({"verdict": "bot", "score": 1}, "score", id="a field beyond"),
    ],
)
def test_body_that_says_nothing_is_refused(body, field):
    response = decide(client_with(CHANGE), make_doubtful(), body)

    assert (response.status_code, set(complaints(response))) == (400, {field})
    assert Decision.objects.count() == 0


def test_interaction_of_another_post_is_not_found():
    response = decide(client_with(CHANGE), make_doubtful(), {"verdict": "bot"}, post=make_post().pk)

    assert (response.status_code, Decision.objects.count()) == (404, 0)


def test_view_permission_does_not_decide():
    response = decide(client_with("engagement.view_interaction"), make_doubtful(), {"verdict": "bot"})

    assert (response.status_code, Decision.objects.count()) == (403, 0)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        pytest.param("to_review=true", {"doubtful"}, id="to review"),
        pytest.param("to_review=false", {"decided", "gone", "clear"}, id="not to review"),
        pytest.param("verdict=unsure", {"doubtful", "gone"}, id="unsure"),
    ],
)
def test_list_is_narrowed_to_what_is_in_doubt(query, shown):
    post = make_post()
    doubt = {"verdict": Verdict.UNSURE, "score": 0.6}
    make_interaction(post, platform_id="doubtful", **doubt)
    make_interaction(post, platform_id="decided", override=Verdict.BOT, **doubt)
    make_interaction(post, platform_id="gone", deleted_at=NOW, **doubt)
    make_interaction(post, platform_id="clear", verdict=Verdict.GENUINE, score=0.1)

    response = client_with("engagement.view_interaction").get(f"/api/v1/posts/{post.pk}/interactions/?{query}")

    assert {row["platform_id"] for row in response.json()["results"]} == shown


def test_review_list_costs_the_same_at_one_and_three_rows():
    post, client = make_post(), client_with("engagement.view_interaction")
    costs = []
    for number in (1, 2):
        for _ in range(number):
            make_doubtful(post)
        with CaptureQueriesContext(connection) as captured:
            client.get(f"/api/v1/posts/{post.pk}/interactions/?to_review=true")
        costs.append(len(captured))

    assert costs[0] == costs[1]


def test_post_says_of_how_many_the_filter_is_not_sure():
    post = make_post(observed_count=3, genuine_count=2, bot_count=1, unsure_count=2)

    response = client_with("engagement.view_socialmediapost").get(f"/api/v1/posts/{post.pk}/")

    assert response.json()["unsure_count"] == 2
