"""Decisions on content in the admin, on their own and through the run behind them; and the persona's form."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.messages import get_messages
from django.urls import reverse

from acd.enums import Validation
from acd.tests.factories import make_context
from gator.studio.enums import ContentStatus, PersonaStatus
from gator.studio.models import Persona
from gator.studio.tests.factories import make_content, make_persona

pytestmark = pytest.mark.django_db


def run_action(client, model, action, *rows):
    """Post a list action, and return what it said."""
    url = reverse(f"admin:{model}_changelist")
    response = client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]})
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_approval_of_content_reaches_its_run(admin_client):
    run = make_context()
    content = make_content(context=run)

    said = run_action(admin_client, "studio_content", "approve", content)

    content.refresh_from_db()
    run.refresh_from_db()
    assert (content.status, run.validation) == (ContentStatus.APPROVED, Validation.APPROVED)
    assert said == ["Approved: 1 content."]


def test_decision_on_a_run_is_one_on_its_content(admin_client):
    run = make_context()
    content = make_content(context=run)

    run_action(admin_client, "acd_acdcontext", "reject", run)

    content.refresh_from_db()
    run.refresh_from_db()
    assert (content.status, run.validation) == (ContentStatus.REJECTED, Validation.REJECTED)


def test_content_that_was_never_generated_is_left_alone_with_the_reason(admin_client):
    ready, failed = make_content(), make_content(status=ContentStatus.FAILED, caption="broken")

    said = run_action(admin_client, "studio_content", "approve", ready, failed)

    failed.refresh_from_db()
    assert failed.status == ContentStatus.FAILED
    assert said[0] == "Approved: 1 content."
    assert said[1].startswith("Not approved: 1 content (Text for Persona")
    assert LogEntry.objects.get().object_id == str(ready.pk)


@pytest.mark.parametrize(
    ("action", "before", "after"),
    [
        pytest.param("pause", PersonaStatus.ACTIVE, PersonaStatus.PAUSED, id="pause"),
        pytest.param("resume", PersonaStatus.PAUSED, PersonaStatus.ACTIVE, id="resume"),
    ],
)
def test_persona_is_paused_and_resumed(admin_client, action, before, after):
    persona = make_persona(status=before)

    run_action(admin_client, "studio_persona", action, persona)

    persona.refresh_from_db()
    assert persona.status == after


def test_persona_form_takes_lists_as_plain_words(admin_client):
    form = {
        "name": "Mara",
        "slug": "mara",
        "timezone": "Europe/Lisbon",
        "status": "active",
        "themes": "travel, quiet mornings",
        "hashtags": "#golden, light",
    }

    admin_client.post(reverse("admin:studio_persona_add"), form)

    persona = Persona.objects.get()
    assert (persona.themes, persona.hashtags) == (["travel", "quiet mornings"], ["golden", "light"])


def test_persona_form_refuses_a_hashtag_with_a_space(admin_client):
    form = {"name": "M", "slug": "m", "timezone": "UTC", "status": "active", "hashtags": "two words"}

    response = admin_client.post(reverse("admin:studio_persona_add"), form)

    assert "is not a hashtag" in response.content.decode()
    assert Persona.objects.count() == 0
