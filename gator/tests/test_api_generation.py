"""Generating content through the REST API, guided by what was learned."""

import pytest

from acd.enums import State
from acd.models import ACDContext
from acd.tests.clients import client_with, complaints
from gator.studio.models import Content
from gator.studio.tests.factories import make_persona
from patterns.tests.factories import make_pattern

pytestmark = pytest.mark.django_db
CONTENTS = "/api/v1/contents/"


@pytest.fixture
def maker(settings, tmp_path):
    settings.MEDIA_ROOT, settings.CONTROL_SHARE = tmp_path, 0.0
    return client_with("studio.add_content")


def test_content_generated_names_the_pattern_it_used(maker):
    pattern = make_pattern(persona=make_persona(hashtags=["dawn"]))
    body = {"persona": pattern.persona.slug, "platform": "instagram", "seed": 7}

    response = maker.post(CONTENTS, body, format="json")

    shown = response.json()
    assert (response.status_code, shown["status"], shown["seed"], shown["guided"]) == (201, "ready", 7, True)
    assert shown["guidance"]["patterns"] == [pattern.pk]
    assert list(pattern.informed.values_list("pk", flat=True)) == [shown["id"]]


def test_content_generated_uninformed_is_marked_so(maker):
    pattern = make_pattern()
    body = {"persona": pattern.persona.slug, "platform": "instagram", "informed": False}

    response = maker.post(CONTENTS, body, format="json")

    shown = response.json()
    assert (response.status_code, shown["guided"], shown["guidance"]["patterns"]) == (201, False, [])
    assert (shown["arm"], shown["propensity"], shown["had_advice"]) == ("", None, None)


def test_content_is_drawn_as_in_the_loop_and_again_alike_with_its_seed(maker, settings):
    settings.CONTROL_SHARE = 0.5
    pattern = make_pattern()
    bodies = [{"persona": pattern.persona.slug, "platform": "instagram", "seed": seed} for seed in range(12)]

    first, second = ([maker.post(CONTENTS, body, format="json").json() for body in bodies] for _ in range(2))

    assert [one["arm"] for one in first] == [one["arm"] for one in second]
    assert {(one["arm"], one["guided"], one["propensity"], one["had_advice"]) for one in first} == {
        ("guided", True, 0.5, True),
        ("control", False, 0.5, True),
    }


def test_content_chosen_to_be_informed_takes_no_part_in_the_draw(maker, settings):
    settings.CONTROL_SHARE = 1.0
    pattern = make_pattern()
    body = {"persona": pattern.persona.slug, "platform": "instagram", "informed": True}

    shown = maker.post(CONTENTS, body, format="json").json()

    assert (shown["guided"], shown["arm"], shown["propensity"]) == (True, "", None)


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"persona": "nobody"}, "persona"),
        ({"platform": "myspace"}, "platform"),
        ({"media_kind": "smell"}, "media_kind"),
        ({"seed": 2**63}, "seed"),
        ({"seed": "x"}, "seed"),
        ({"caption": "mine"}, "caption"),
        ({"status": "approved"}, "status"),
    ],
)
def test_generation_with_a_bad_field_is_refused_by_name(maker, change, field):
    body = {"persona": make_persona().slug, "platform": "instagram"} | change

    response = maker.post(CONTENTS, body, format="json")

    assert (response.status_code, list(complaints(response))) == (400, [field])
    assert Content.objects.count() == 0


def test_generation_for_a_paused_persona_is_a_conflict(maker):
    persona = make_persona(status="paused")

    response = maker.post(CONTENTS, {"persona": persona.slug, "platform": "instagram"}, format="json")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "conflict")
    assert "activate the persona" in response.json()["error"]["message"]


def test_generation_that_fails_is_answered_and_on_record(maker):
    persona = make_persona(themes=[])

    response = maker.post(CONTENTS, {"persona": persona.slug, "platform": "instagram"}, format="json")

    assert (response.status_code, response.json()["error"]["code"]) == (409, "generation_failed")
    assert (Content.objects.get().status, ACDContext.objects.get().state) == ("failed", State.FAILED)
