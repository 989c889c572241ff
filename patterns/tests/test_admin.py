"""A person's veto on patterns, and the walk from a pattern to the rows behind it."""

from datetime import timedelta

import pytest
from django.contrib.messages import get_messages
from django.urls import reverse
from django.utils import timezone

from acd.admin_links import lineage
from acd.tests.factories import make_context
from engagement.tests.factories import make_post
from gator.studio.tests.factories import make_content
from patterns.enums import PatternStatus, RetiredReason
from patterns.tests.factories import make_extraction, make_pattern

pytestmark = pytest.mark.django_db


def run_action(client, action, *rows):
    """Post a list action, and return what it said."""
    url = reverse("admin:patterns_pattern_changelist")
    response = client.post(url, {"action": action, "_selected_action": [row.pk for row in rows]})
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_pattern_is_rejected_and_restored(admin_client):
    pattern = make_pattern()

    run_action(admin_client, "reject", pattern)
    pattern.refresh_from_db()
    rejected = pattern.status
    run_action(admin_client, "restore", pattern)

    pattern.refresh_from_db()
    assert (rejected, pattern.status) == (PatternStatus.REJECTED, PatternStatus.ACTIVE)


def test_retired_pattern_is_left_alone(admin_client):
    pattern = make_pattern(status=PatternStatus.RETIRED)

    said = run_action(admin_client, "reject", pattern)

    pattern.refresh_from_db()
    assert pattern.status == PatternStatus.RETIRED
    assert said == [f"Not rejected: 1 pattern ({pattern}). Reason: it is retired, not active."]


def test_pattern_leads_to_its_posts_runs_and_contents(admin_client, rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    pattern, post, run, content = make_pattern(), make_post(caption="the evidence"), make_context(), make_content()
    pattern.posts.add(post)
    pattern.contexts.add(run)
    pattern.informed.add(content)
    make_post(caption="somebody else's")

    links = {link.label: link for link in lineage(pattern, request)}
    page = admin_client.get(links["posts"].url).content.decode()

    assert (links["posts"].text, links["informed contents"].text) == ("1", "1")
    assert ("the evidence" in page, "somebody else" in page) == (True, False)


def test_post_leads_back_to_its_patterns(admin_client, rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    pattern, post = make_pattern(strategy="The sentence."), make_post()
    pattern.posts.add(post)

    links = {link.label: link for link in lineage(post, request)}

    assert "The sentence." in admin_client.get(links["patterns"].url).content.decode()


@pytest.mark.parametrize(("days", "shown", "too_old"), [(0, "100 %", False), (360, "6 %", True)])
def test_pattern_shows_what_its_evidence_counts_today(admin_client, settings, days, shown, too_old):
    settings.PATTERN_HALF_LIFE_DAYS = 90
    pattern = make_pattern(evidence_at=timezone.now() - timedelta(days=days))

    pages = [
        admin_client.get(reverse(f"admin:patterns_pattern_{name}", args=args)).content.decode()
        for name, args in (("changelist", ()), ("change", (pattern.pk,)))
    ]

    assert [(shown in page, "Too old to tell" in page) for page in pages] == [(True, too_old)] * 2


def test_page_of_a_pattern_that_ended_says_why(admin_client):
    pattern = make_pattern(status=PatternStatus.RETIRED, retired_reason=RetiredReason.CONTRADICTED)

    page = admin_client.get(reverse("admin:patterns_pattern_change", args=[pattern.pk])).content.decode()

    assert RetiredReason.CONTRADICTED.label in page


def test_extraction_lists_every_tested_item_claimed_or_not(admin_client):
    numbers = {"mean": 5.0, "low": 4.0, "high": 6.0, "effect": 35.0, "effect_low": 12.0, "effect_high": 60.0}
    tested = [
        {"kind": "hashtag", "subject": "light", "n": 12, "q": 0.0001, "claimed": True} | numbers,
        {"kind": "posting_hour", "subject": "18", "n": 3, "q": None, "claimed": False, "effect": None},
    ]
    extraction = make_extraction(tested=tested)

    page = admin_client.get(reverse("admin:patterns_extraction_change", args=[extraction.pk])).content.decode()

    assert "+35 %\n(+12 to +60)" in page
    assert "&lt; 0.001" in page
    assert (page.count("Claimed"), page.count("Posting hour")) == (1, 1)
