"""Patterns, the analysis of a post and the insights through the REST API."""

from dataclasses import fields
from datetime import timedelta

import pytest
from django.utils import timezone

from acd.enums import State
from acd.tests.clients import client_with, complaints
from acd.tests.factories import make_context
from engagement.tests.factories import make_post
from gator.studio.tests.factories import make_content, make_persona
from patterns import answers
from patterns.api_answers import serializer_for
from patterns.enums import PatternStatus
from patterns.tests.factories import make_pattern

pytestmark = pytest.mark.django_db
PATTERNS = "/api/v1/patterns/"
INSIGHTS = "/api/v1/insights/"
ANSWERS = {
    "successful-patterns": {"posts"},
    "failure-patterns": {"failures", "phases", "models", "providers", "approaches", "prompts", "recurrences"},
    "alarms": {"alarms", "checks"},
    "posting-times": {"hours", "weekdays"},
    "hashtags": {"hashtags"},
    "summary": {field.name for field in fields(answers.Summary)},
    "suggestions": {"suggestions"},
}


@pytest.fixture
def viewer():
    return client_with("patterns.view_pattern", "engagement.view_socialmediapost")


def ids(response):
    return {row["id"] for row in response.json()["results"]}


@pytest.mark.parametrize("rows", [1, 3])
def test_patterns_list_costs_one_query(viewer, django_assert_num_queries, rows):
    for _ in range(rows):
        make_pattern()

    with django_assert_num_queries(1):
        response = viewer.get(PATTERNS)

    assert len(response.json()["results"]) == rows


def test_pattern_detail_names_its_evidence(viewer):
    pattern, post, context, content = make_pattern(), make_post(), make_context(), make_content()
    pattern.posts.add(post)
    pattern.contexts.add(context)
    pattern.informed.add(content)

    shown = viewer.get(f"{PATTERNS}{pattern.pk}/").json()

    assert (shown["posts"], shown["contexts"], shown["informed"]) == ([post.pk], [str(context.pk)], [content.pk])
    assert (shown["n"], shown["low"], shown["high"]) == (pattern.n, pattern.low, pattern.high)


def test_patterns_are_found_from_a_context_and_by_persona(viewer):
    wanted, context = make_pattern(), make_context()
    wanted.contexts.add(context)
    make_pattern()

    by_context = viewer.get(PATTERNS, {"context": context.pk})
    by_persona = viewer.get(PATTERNS, {"persona": wanted.persona.slug, "platform": "instagram"})

    assert (ids(by_context), ids(by_persona)) == ({wanted.pk}, {wanted.pk})


def test_patterns_active_keeps_or_drops_its_rows(viewer):
    active, retired = make_pattern(), make_pattern(status=PatternStatus.RETIRED)

    kept, dropped = (viewer.get(PATTERNS, {"active": value}) for value in ("true", "false"))

    assert (ids(kept), ids(dropped)) == ({active.pk}, {retired.pk})


@pytest.mark.parametrize("name", ["posts__account__access_token", "persona__slug__startswith", "digest", "posts"])
def test_patterns_list_is_no_oracle(viewer, name):
    response = viewer.get(PATTERNS, {name: "a"})

    assert (response.status_code, list(complaints(response))) == (400, [name])


@pytest.mark.parametrize(("question", "names"), ANSWERS.items(), ids=ANSWERS)
def test_insight_without_data_answers_with_its_named_fields(viewer, question, names):
    persona = make_persona()

    response = viewer.get(f"{INSIGHTS}{question}/", {"persona": persona.slug, "platform": "tiktok", "days": 7})

    assert (response.status_code, set(response.json())) == (200, names)


def test_alarms_without_posts_ring_nothing_and_say_that_too_little_is_known(viewer):
    shown = viewer.get(f"{INSIGHTS}alarms/", {"persona": make_persona().slug, "platform": "tiktok"}).json()

    assert shown["alarms"] == []
    assert {check["state"] for check in shown["checks"]} == {"unknown"}


def test_failures_name_the_model_that_fails_more(viewer):
    persona = make_persona()
    now = timezone.now() - timedelta(hours=1)
    for at in range(40):
        model, failed = ("bad", at % 3 > 0) if at < 20 else ("good", False)
        state = State.FAILED if failed else State.DONE
        context = make_context(state=state, model=model, error_class="Timeout" if failed else "", created_at=now)
        make_content(persona=persona, context=context)

    shown = viewer.get(f"{INSIGHTS}failure-patterns/", {"persona": persona.slug, "platform": "tiktok"}).json()

    (timeout,) = shown["failures"]
    assert (timeout["failure"], timeout["n"], timeout["runs"]) == ("Timeout", 13, 40)
    assert [(one["subject"], one["failures"], one["claim"]) for one in shown["models"]] == [
        ("bad", 13, "more"),
        ("good", 0, ""),
    ]
    assert (len(shown["models"][0]["contexts"]), shown["prompts"], shown["recurrences"]) == (5, [], [])


BAD_QUERIES = {
    "persona missing": ({"persona": None}, "persona"),
    "persona unknown": ({"persona": "nobody"}, "persona"),
    "platform unknown": ({"platform": "myspace"}, "platform"),
    "no days": ({"days": 0}, "days"),
    "days a word": ({"days": "many"}, "days"),
    "days beyond time": ({"days": 10**9}, "days"),
    "unknown parameter": ({"persona__slug": "a"}, "persona__slug"),
}


@pytest.mark.parametrize("question", ANSWERS)
@pytest.mark.parametrize(("change", "name"), BAD_QUERIES.values(), ids=BAD_QUERIES)
def test_insight_with_a_bad_parameter_names_it(viewer, question, change, name):
    query = {"persona": make_persona().slug, "platform": "instagram"} | change

    response = viewer.get(f"{INSIGHTS}{question}/", {key: value for key, value in query.items() if value is not None})

    assert (response.status_code, list(complaints(response))) == (400, [name])


@pytest.mark.parametrize("question", ANSWERS)
def test_insight_needs_the_permission_to_see_patterns(question):
    stranger = client_with("engagement.view_socialmediapost", "studio.view_persona")

    response = stranger.get(f"{INSIGHTS}{question}/", {"persona": make_persona().slug, "platform": "instagram"})

    assert (response.status_code, response.json()["error"]["code"]) == (403, "permission_denied")


def test_analysis_of_a_post_answers_with_its_numbers(viewer):
    post = make_post(basis="reach", engagement_rate=4.0, rate_low=3.5, rate_high=4.5, vs_average=60.0, average_n=9)

    shown = viewer.get(f"/api/v1/posts/{post.pk}/analysis/").json()

    assert (shown["post"], shown["rate"], shown["average_n"]) == (post.pk, 4.0, 9)
    assert len(shown["stands_out"]) == 2


def test_analysis_of_an_unknown_post_is_not_found(viewer):
    response = viewer.get("/api/v1/posts/99/analysis/")

    assert (response.status_code, response.json()["error"]["code"]) == (404, "not_found")


@pytest.mark.parametrize(
    "answer",
    [answers.Finding, answers.FailurePattern, answers.PostAnalysis, answers.SuccessfulPost, answers.Summary],
)
def test_serializer_of_an_answer_has_every_field(answer):
    assert list(serializer_for(answer)().fields) == [field.name for field in fields(answer)]
