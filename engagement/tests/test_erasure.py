import io
import json

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.enums import InteractionKind, Platform
from engagement.erasure import Erasure, erase_author
from engagement.interactions import record_interactions
from engagement.models import ErasedAuthor, Interaction
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_interaction, make_post
from engagement.tests.snapshots_of_tables import everything
from engagement.values import SeenInteraction

ANA = author_key(Platform.INSTAGRAM, "ana")

pytestmark = pytest.mark.django_db


@pytest.fixture
def post():
    post = make_post(likes=10, comments=3)
    make_interaction(post, author_key=ANA)
    make_interaction(post, author_key=ANA)
    make_interaction(post)
    assess_posts([post], now=NOW)
    return post


def test_author_key_is_a_keyed_hash_of_platform_and_person(settings):
    ours = author_key("tiktok", "ana")

    others = {author_key("twitter", "ana"), author_key("tiktok", "Ana"), author_key("tik", "tokana")}
    settings.PSEUDONYM_KEY = "another"
    others.add(author_key("tiktok", "ana"))

    assert (len(ours), len(others), ours in others) == (64, 4, False)


def test_author_key_of_half_a_character_is_a_key():
    result = author_key("tiktok", "\ud800")

    assert len(result) == 64


def test_erase_author_removes_what_they_did_and_makes_the_numbers_anew(post):
    result = erase_author(ANA, now=NOW)

    post.refresh_from_db()
    assert (result.interactions, result.posts, post.observed_count) == (2, 1, 1)
    assert [(m.before, m.after) for m in result.moved if m.number == "observed_count"] == [(3, 1)]
    assert ErasedAuthor.objects.get().author_key == ANA


def test_erase_author_twice_changes_nothing(post):
    erase_author(ANA, now=NOW)
    before = everything()

    result = erase_author(ANA, now=NOW)

    assert (result, everything()) == (Erasure(0, 0), before)


def test_erase_author_leaves_others_alone(post):
    elsewhere = make_interaction(make_post())
    before = Interaction.objects.filter(pk=elsewhere.pk).values().get()

    erase_author(ANA, now=NOW)

    assert Interaction.objects.filter(pk=elsewhere.pk).values().get() == before


def test_erased_authors_are_refused_at_the_door(post):
    erase_author(ANA, now=NOW)
    seen = SeenInteraction(platform_id="again", kind=InteractionKind.COMMENT, author_id="ana", text="Back")

    created = record_interactions(post, [seen], now=NOW)

    assert created == 0


@pytest.mark.parametrize("key", ["", "ana", "A" * 64])
def test_erase_author_without_a_key_touches_nothing(post, key):
    with pytest.raises(ValueError, match="64 hex digits"):
        erase_author(key, now=NOW)

    assert Interaction.objects.count() == 3


def test_command_prints_a_receipt_without_the_person(post):
    out = io.StringIO()

    call_command("erase_author", platform="instagram", author="ana", as_json=True, stdout=out)

    receipt = json.loads(out.getvalue())
    assert (receipt["interactions"], receipt["posts"]) == (2, 1)
    assert ("ana" in out.getvalue(), ANA in out.getvalue()) == (False, False)


def test_command_without_a_person_says_so():
    with pytest.raises(CommandError, match="--author is empty"):
        call_command("erase_author", platform="instagram", author=" ")
