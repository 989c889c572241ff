"""Personas, content and ratings through the REST API."""

import pytest

from acd.enums import Validation
from acd.tests.clients import client_of, complaints, make_user
from acd.tests.factories import make_context
from gator.studio.enums import ContentStatus, PersonaStatus
from gator.studio.models import Feedback, Persona
from gator.studio.tests.factories import make_content, make_persona

pytestmark = pytest.mark.django_db
PERSONAS = "/api/v1/personas/"
CONTENTS = "/api/v1/contents/"
FEEDBACK = "/api/v1/feedback/"


@pytest.fixture
def rater():
    models = ("persona", "content", "feedback")
    return make_user(*(f"studio.{verb}_{name}" for verb in ("view", "add", "change") for name in models))


@pytest.fixture
def editor(rater):
    return client_of(rater)


@pytest.mark.parametrize("rows", [1, 3])
@pytest.mark.parametrize("address", [PERSONAS, CONTENTS, FEEDBACK])
def test_list_costs_one_query(editor, rater, django_assert_num_queries, address, rows):
    for _ in range(rows):
        Feedback.objects.create(content=make_content(), rater=rater, rating="good")

    with django_assert_num_queries(1):
        response = editor.get(address)

    assert len(response.json()["results"]) == rows


def test_persona_created_has_what_was_sent(editor):
    wanted = {"name": "Nora", "slug": "nora", "timezone": "Asia/Tokyo", "themes": ["food"], "hashtags": ["tokyo"]}

    response = editor.post(PERSONAS, wanted, format="json")

    assert response.status_code == 201
    assert {name: response.json()[name] for name in wanted} == wanted
    assert str(Persona.objects.get().timezone) == "Asia/Tokyo"


BAD_PERSONAS = {
    "zone unknown": ({"timezone": "Europe/Atlantis"}, "timezone"),
    "zone is a path": ({"timezone": "../../etc/passwd"}, "timezone"),
    "hashtag with sign": ({"hashtags": ["good", "#bad"]}, "hashtags.1"),
    "hashtag of emoji": ({"hashtags": ["🔥"]}, "hashtags.0"),
    "hashtags a word": ({"hashtags": "good"}, "hashtags"),
    "themes nested": ({"themes": [["a"]]}, "themes.0"),
    "theme with NUL": ({"themes": ["a\x00"]}, "themes.0"),
    "text too long": ({"biography": "a" * 100_000}, "biography"),
    "lone surrogate": ({"name": "\ud800"}, "name"),
    "status unknown": ({"status": "asleep"}, "status"),
    "id": ({"id": 7}, "id"),
    "unknown field": ({"created_by": 1}, "created_by"),
}


@pytest.mark.parametrize(("change", "field"), BAD_PERSONAS.values(), ids=BAD_PERSONAS)
def test_persona_with_a_bad_field_is_refused_by_name(editor, change, field):
    response = editor.post(PERSONAS, {"name": "Nora", "slug": "nora"} | change, format="json")

    assert (response.status_code, list(complaints(response))) == (400, [field])
    assert Persona.objects.count() == 0


def test_persona_changed_keeps_the_rest(editor):
    persona = make_persona()

    response = editor.patch(f"{PERSONAS}{persona.slug}/", {"status": "paused"}, format="json")

    assert (response.status_code, response.json()["timezone"]) == (200, "Europe/Lisbon")
    assert Persona.objects.get().status == PersonaStatus.PAUSED


def test_contents_of_a_persona_are_listed(editor):
    wanted = make_content()
    make_content()

    response = editor.get(CONTENTS, {"persona": wanted.persona.slug, "publishable": "true"})

    assert [row["id"] for row in response.json()["results"]] == [wanted.pk]


@pytest.mark.parametrize("slug", ["nobody", "\x00", "persona-1'--", ""], ids=["unknown", "NUL", "quote", "empty"])
def test_contents_of_an_unknown_persona_are_refused(editor, slug):
    response = editor.get(CONTENTS, {"persona": slug})

    assert (response.status_code, list(complaints(response))) == (400, ["persona"])


@pytest.mark.parametrize("name", ["persona__slug__startswith", "persona__name", "context__metadata", "id__gt"])
def test_contents_list_is_no_oracle(editor, name):
    response = editor.get(CONTENTS, {name: "a"})

    assert (response.status_code, list(complaints(response))) == (400, [name])


@pytest.mark.parametrize(
    ("address", "extra"), [("{contents}{pk}/rate/", {}), ("{feedback}", {"content": None})], ids=["action", "feedback"]
)
def test_rating_is_stored_as_the_callers_own(editor, rater, address, extra):
    context = make_context()
    content = make_content(context=context)
    body = {"rating": "excellent", "text": "Lovely", "issues": ["crop"]} | dict.fromkeys(extra, content.pk)

    response = editor.post(address.format(contents=CONTENTS, feedback=FEEDBACK, pk=content.pk), body, format="json")

    row = Feedback.objects.get()
    assert (response.status_code, response.json()["id"]) == (201, row.pk)
    assert (row.rater, row.rating, row.issues) == (rater, "excellent", ["crop"])
    context.refresh_from_db()
    assert context.validation == Validation.APPROVED


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"rating": "superb"}, "rating"),
        ({"rater": 1}, "rater"),
        ({"issues": [{}]}, "issues.0"),
        ({"content": 99}, "content"),
    ],
    ids=["vocabulary", "rater", "issue no text", "content unknown"],
)
def test_feedback_with_a_bad_field_is_refused_by_name(editor, change, field):
    content = make_content()

    response = editor.post(FEEDBACK, {"content": content.pk, "rating": "good"} | change, format="json")

    assert (response.status_code, list(complaints(response))) == (400, [field])
    assert Feedback.objects.count() == 0


@pytest.mark.parametrize(
    ("action", "status", "validation"),
    [("approve", ContentStatus.APPROVED, Validation.APPROVED), ("reject", ContentStatus.REJECTED, Validation.REJECTED)],
)
def test_decision_changes_content_and_context(editor, action, status, validation):
    context = make_context()
    content = make_content(context=context)

    response = editor.post(f"{CONTENTS}{content.pk}/{action}/")

    context.refresh_from_db()
    assert (response.status_code, response.json()["status"]) == (200, status)
    assert context.validation == validation


@pytest.mark.parametrize("action", ["approve", "reject", "rate"])
def test_judging_a_failed_generation_is_a_conflict(editor, action):
    content = make_content(status=ContentStatus.FAILED)

    response = editor.post(f"{CONTENTS}{content.pk}/{action}/", {"rating": "good"}, format="json")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
