"""The page of alarms and the alarms of a look: what rings, with its numbers and what to do."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from engagement.tests.factories import make_account
from patterns.admin_insights import address
from patterns.tests.factories import make_evidence, make_extraction, make_pattern

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


def make_collapse():
    """An account that came to use one hashtag on every post of the last 30 days."""
    account, now = make_account(), timezone.now()
    for age in range(1, 60, 2):
        tags = ["sea"] if age < 30 else [f"tag{age % 7}", f"tag{age % 5}"]
        make_evidence(account, published_at=now - timedelta(days=age), tags=tags, caption="")
    return account


def shown(client, **query):
    response = client.get(address("alarms"), query)
    assert response.status_code == 200
    return response.content.decode()


def test_page_without_posts_says_that_too_little_is_known(admin_client):
    page = shown(admin_client)

    assert "No check rings. Too little is known of hashtags" in page
    assert "Held against the 30 days before." in page


def test_page_tells_what_rings_first_with_numbers_and_what_to_do(admin_client):
    account = make_collapse()

    page = shown(admin_client, persona=account.persona.slug, platform="instagram")

    table = page.split("<tbody>")[1]
    assert "The loop seems to feed on itself: hashtags." in page
    assert table.index("Hashtags") < table.index("Formats")
    assert "15 and 15" in table
    assert "Give the persona more hashtags" in table
    assert "times (" in table


def test_checks_lead_to_the_posts_of_the_window_and_to_the_patterns_that_ring(admin_client):
    account = make_collapse()
    numbers = {"total_engagement": 100, "genuine_engagement": 20.0, "genuine_low": 10.0, "genuine_high": 40.0}
    bots = make_evidence(account, published_at=timezone.now() - timedelta(days=70), **numbers)
    pattern = make_pattern(persona=account.persona)
    pattern.posts.add(bots)
    response = admin_client.get(address("alarms"), {"persona": account.persona.slug, "platform": "instagram"})

    urls = {check["name"]: check["url"] for check in response.context["checks"]}

    assert list(admin_client.get(urls["Patterns"]).context["cl"].result_list) == [pattern]
    assert len(admin_client.get(urls["Formats"]).context["cl"].result_list) == 15


def test_look_shows_its_alarms_as_text(admin_client):
    row = make_extraction(alarms=[{"text": f"Rings {SCRIPT}", "advice": "Look at it."}])

    page = admin_client.get(reverse("admin:patterns_extraction_change", args=[row.pk])).content.decode()

    assert "Look at it." in page
    assert (SCRIPT in page, "Rings &lt;script&gt;" in page) == (False, True)


def test_look_without_alarms_says_so(admin_client):
    row = make_extraction()

    page = admin_client.get(reverse("admin:patterns_extraction_change", args=[row.pk])).content.decode()

    assert "None was told." in page
