"""Patterns, the analysis of a post and the insights through the REST API."""

from dataclasses import fields
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from acd.enums import State
from acd.tests.clients import client_with, complaints
from acd.tests.factories import make_context
from engagement.tests.factories import make_account, make_post
from gator.studio.tests.factories import make_content, make_persona
from patterns import alarm_answers, answers, failure_answers
from patterns.api_answers import serializer_for
from patterns.enums import PatternStatus, Reason, RetiredReason
from patterns.tests.factories import make_pattern, make_window

pytestmark = pytest.mark.django_db
PATTERNS = "/api/v1/patterns/"
INSIGHTS = "/api/v1/insights/"
ASKED = {"question", "persona", "platform", "window"}
FRAME = ASKED | {"basis", "posts_n", "wide_n", "left_out", "signal", "meaning"}
ANSWERS = {
    "successful-patterns": FRAME | {"posts"},
    "failure-patterns": {field.name for field in fields(failure_answers.Failures)},
    "posting-times": {field.name for field in fields(answers.PostingTimes)},
    "hashtags": FRAME | {"hashtags"},
    "formats": FRAME | {"formats"},
    "caption-lengths": FRAME | {"caption_lengths"},
    "strategies": FRAME | {"strategies"},
    "summary": {field.name for field in fields(answers.Summary)},
    "suggestions": FRAME | {"suggestions", "claims"},
    "alarms": ASKED | {"meaning", "checks"},
    "changes": ASKED | {"meaning", "changes", "looks"},
}


@pytest.fixture
def viewer():
    return client_with("patterns.view_pattern", "engagement.view_socialmediapost")


def queries(client, question, persona):
    with CaptureQueriesContext(connection) as captured:
        asked = {"persona": persona} if persona else {}
        response = client.get(f"{INSIGHTS}{question}/", asked | {"platform": "instagram", "days": 32_000})
    assert response.status_code == 200
    return len(captured)


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


def test_pattern_says_what_its_evidence_counts_today(viewer, settings):
    age = timedelta(days=settings.PATTERN_HALF_LIFE_DAYS)
    ends = {"effect": 50.0, "effect_low": 30.0, "effect_high": 70.0}
    pattern = make_pattern(evidence_at=timezone.now() - age, **ends)

    shown = viewer.get(f"{PATTERNS}{pattern.pk}/").json()

    assert shown["confidence"] == pytest.approx(0.5, rel=1e-3)
    # In logs the half width of 0.143 below and 0.125 above grows by the root of two.
    assert (shown["faded_low"], shown["faded_high"]) == pytest.approx((22.6, 79.0), rel=1e-2)
    assert shown["holds"] is True


def test_pattern_that_ended_says_why(viewer):
    ended = make_pattern(status=PatternStatus.RETIRED, retired_reason=RetiredReason.CONTRADICTED)
    make_pattern(status=PatternStatus.RETIRED, retired_reason=RetiredReason.OUTDATED)

    (shown,) = viewer.get(PATTERNS, {"retired_reason": "contradicted"}).json()["results"]

    assert (shown["id"], shown["retired_reason"]) == (ended.pk, "contradicted")


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

    told = response.json()
    assert (response.status_code, set(told)) == (200, names)
    assert (told["question"], told["persona"], told["platform"]) == (question, persona.slug, "tiktok")


@pytest.mark.parametrize("question", ANSWERS)
def test_insight_without_a_persona_is_about_all(viewer, question):
    response = viewer.get(f"{INSIGHTS}{question}/", {"platform": "tiktok"})

    assert (response.status_code, response.json()["persona"]) == (200, None)


@pytest.mark.parametrize("question", ANSWERS)
def test_insight_of_an_empty_persona_is_refused_and_not_told_of_all(viewer, question):
    response = viewer.get(f"{INSIGHTS}{question}/", {"platform": "tiktok", "persona": ""})

    assert response.status_code == 400
    assert complaints(response) == {"persona": ["This parameter is empty: give it a value, or leave it out."]}


@pytest.mark.parametrize("question", ANSWERS)
def test_insight_costs_the_same_queries_for_few_posts_and_for_many(viewer, question):
    few, many = make_account(), make_account()
    make_window(few, 22)
    make_window(many, 66)

    costs = [queries(viewer, question, account.persona.slug) for account in (few, many)]

    assert costs[0] == costs[1]


@pytest.mark.parametrize("persona", ["", "new"], ids=["all personas", "one that borrows from all"])
def test_pooled_posting_times_cost_the_same_queries_for_few_personas_and_for_many(viewer, persona):
    make_account(persona=make_persona(slug="new"))
    costs = []
    for _ in range(2):
        for _ in range(3):
            make_window(make_account(), 22)
        costs.append(queries(viewer, "posting-times", persona))

    assert costs[0] == costs[1]
    assert costs[0] <= 10


def test_hashtags_carry_all_that_is_known_of_them(viewer):
    account = make_account()
    now = timezone.now()
    posts = make_window(account, published_at=now - timedelta(days=20), last_synced_at=now)

    told = viewer.get(f"{INSIGHTS}hashtags/", {"persona": account.persona.slug, "platform": "instagram"}).json()

    good, plain, often = told["hashtags"]
    assert (told["posts_n"], told["left_out"]["provisional"]) == (40, 0)
    assert (good["subject"], good["n"], good["claim"], good["advice"]) == ("good", 20, "gain", "repeat")
    assert good["posts"] == [post.pk for post in posts[::2]]
    assert good["effect_low"] < good["effect"] < good["effect_high"]
    assert (plain["claim"], often["claim"], often["posts"]) == ("loss", "", [])
    assert often["q_gain"] > 0.1 < often["q_loss"]


def test_alarms_without_posts_ring_nothing_and_say_that_too_little_is_known(viewer):
    told = viewer.get(f"{INSIGHTS}alarms/", {"platform": "tiktok"}).json()

    assert told["meaning"].startswith("No check rings. Too little is known of hashtags, ")
    assert {check["state"] for check in told["checks"]} == {"unknown"}


def test_failures_name_the_model_that_fails_more(viewer):
    persona = make_persona()
    now = timezone.now() - timedelta(hours=1)
    for at in range(40):
        model, failed = ("bad", at % 3 > 0) if at < 20 else ("good", False)
        state = State.FAILED if failed else State.DONE
        context = make_context(state=state, model=model, error_class="Timeout" if failed else "", created_at=now)
        make_content(persona=persona, context=context)

    told = viewer.get(f"{INSIGHTS}failure-patterns/", {"persona": persona.slug, "platform": "tiktok"}).json()

    (timeout,) = told["failures"]
    assert (timeout["failure"], timeout["n"], timeout["runs"]) == ("Timeout", 13, 40)
    assert [(one["subject"], one["failures"], one["claim"]) for one in told["models"]] == [
        ("bad", 13, "more"),
        ("good", 0, ""),
    ]
    assert (len(told["models"][0]["contexts"]), told["prompts"], told["recurrences"]) == (5, [], [])


BAD_QUERIES = {
    "platform missing": ({"platform": None}, "platform"),
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
    [
        alarm_answers.Alarm,
        answers.LeftOut,
        answers.PostAnalysis,
        answers.SuccessfulPost,
        answers.Summary,
        failure_answers.FailingGroup,
        failure_answers.FailurePattern,
        failure_answers.Recurrence,
    ],
)
def test_serializer_of_an_answer_has_every_field(answer):
    assert list(serializer_for(answer)().fields) == [field.name for field in fields(answer)]


def test_serializer_of_a_finding_has_every_field_and_property():
    properties = ["q", "claimed", "signal", "advice"]

    assert list(serializer_for(answers.Finding)().fields) == [f.name for f in fields(answers.Finding)] + properties


def test_reasons_are_the_parts_of_what_is_left_out():
    assert [field.name for field in fields(answers.LeftOut)] == Reason.values
