"""What advice changed since last week: which looks are held against each other, and what is said of them."""

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acd.tests.factories import NOW
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_persona
from patterns.analyzer import PatternAnalyzer
from patterns.extraction import extract
from patterns.models import Extraction, Pattern
from patterns.tests.factories import make_extraction, make_pattern, make_window

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


def asked(persona=None, *, days=None):
    return PatternAnalyzer(persona, "instagram", now=NOW + 10 * DAY, days=days).changed_advice()


def look(account, moment):
    return extract(account.persona, account.platform, now=moment)


def make_fall(slug="ada"):
    """A persona whose two tags differed when it was looked at, and later no more."""
    account = make_account(persona=make_persona(slug=slug))
    make_window(account)
    looks = [look(account, NOW), look(account, NOW + DAY)]
    posts = SocialMediaPost.objects.filter(account=account)
    posts.update(engagement_rate=4.0, rate_low=3.5, rate_high=4.5)
    return account, [*looks, look(account, NOW + 9 * DAY)]


def test_newest_look_is_held_against_the_last_one_from_before_the_window():
    account, (_, before, after) = make_fall()

    found = asked(account.persona)

    (compared,) = found.looks
    assert (compared.look, compared.look_before, compared.persona) == (after.pk, before.pk, "ada")
    assert compared.text == "Posts: 40 with newer numbers."
    gone = {one.subject: one for one in found.changes}["good"]
    assert (gone.advice_before, gone.advice, gone.look) == ("repeat", "", after.pk)
    assert gone.text.startswith("No longer repeat #good: ")
    row = next(row for row in before.tested if row["subject"] == "good")
    told = (gone.n_before, gone.effect_before, gone.effect_before_low, gone.effect_before_high, gone.q_before)
    assert told == tuple(row[name] for name in ("n", "effect", "effect_low", "effect_high", "q"))
    assert Pattern.objects.get(pk=gone.pattern).subject == "good"
    assert found.meaning == f"{len(found.changes)} pieces of advice changed: {len(found.changes)} gone."


def test_longer_window_has_no_look_before_it():
    account, _ = make_fall()

    found = asked(account.persona, days=30)

    assert (found.changes, [one.look_before for one in found.looks]) == ((), [None])
    assert found.meaning == "Nothing to compare yet: No look at it is from before 2026-10-31."


def test_nothing_changed_between_two_looks_at_the_same_rows():
    account = make_account()
    make_window(account)
    look(account, NOW)
    look(account, NOW + 9 * DAY)

    found = asked()

    assert found.meaning == "No advice changed."
    assert [one.text for one in found.looks] == ["The posts and their numbers are the same."]


def test_alarms_that_came_or_went_are_told():
    rings = {"kind": "audience", "subject": "bots", "text": "Bots rule.", "advice": "Look."}
    persona = make_extraction(as_of=NOW).persona
    make_extraction(as_of=NOW + 9 * DAY, persona=persona, alarms=[rings])

    (compared,) = asked(persona).looks

    assert compared.text.endswith("Rings now: Bots rule.")


def test_personas_are_kept_apart_and_cost_no_more_queries():
    costs = []
    for slugs in (["ada"], ["bea", "cal"]):
        for slug in slugs:
            make_fall(slug)
        with CaptureQueriesContext(connection) as captured:
            found = asked()
        costs.append(len(captured))

    assert [one.persona for one in found.looks] == ["ada", "bea", "cal"]
    assert sorted(one.persona for one in found.changes if one.subject == "good") == ["ada", "bea", "cal"]
    assert costs[0] == costs[1] <= 4


def test_page_draws_what_was_and_leads_to_the_pattern(admin_client):
    make_fall()
    since = timezone.now() - (NOW + 10 * DAY)
    Extraction.objects.update(as_of=F("as_of") + since)
    Pattern.objects.update(learned_at=F("learned_at") + since, retired_at=F("retired_at") + since)

    told = admin_client.get(reverse("admin:patterns_pattern_insights_changes"), {"platform": "instagram"})

    page = told.content.decode()
    good = Pattern.objects.filter(kind="hashtag", subject="good").latest("pk")
    line = page.split("<bdi>#good</bdi>")[1].split("</tr>")[0]
    assert f'href="/admin/patterns/pattern/{good.pk}/change/"><bdi>#good</bdi>' in page
    assert "No longer repeat" in line
    assert 'class="gator-ring"' in line


def test_page_names_what_was_observed_in_words(admin_client):
    then, now = timezone.now() - 8 * DAY, timezone.now() - DAY
    persona = make_extraction(as_of=then).persona
    make_extraction(as_of=now, persona=persona)
    failure = {"kind": "failure", "platform": "", "subject": "GenerationFailed in IMAGE_GENERATION"}
    make_pattern(persona=persona, learned_at=now, strategy="The brief could not be met.", **failure)

    told = admin_client.get(reverse("admin:patterns_pattern_insights_changes"), {"platform": "instagram"})

    assert "<bdi>Failure: GenerationFailed in image generation</bdi>" in told.content.decode()
