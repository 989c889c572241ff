import json

import pytest
from django.contrib.admin.models import CHANGE, LogEntry

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.enums import InteractionKind, Platform
from engagement.erasure import Erasure, NotErasable, erase_author, erase_person
from engagement.interactions import record_interactions
from engagement.models import ErasedAuthor, ErasureReceipt, Interaction, RefusedPayload, WebhookDelivery
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


def test_erase_author_of_an_account_of_ours_touches_nothing(post):
    key = author_key(Platform.INSTAGRAM, post.account.platform_user_id)
    make_interaction(post, author_key=key)

    with pytest.raises(NotErasable, match="an account that Gator runs"):
        erase_author(key, now=NOW)

    assert (Interaction.objects.count(), ErasedAuthor.objects.count()) == (4, 0)


def test_erase_author_leaves_a_receipt_without_the_person(post):
    erase_author(ANA, now=NOW)

    receipt = ErasureReceipt.objects.values().get()
    assert (receipt["erased_at"], receipt["interactions"], receipt["posts"], receipt["relearned_at"]) == (
        NOW,
        2,
        1,
        None,
    )
    assert {type(value) for value in receipt.values()} <= {int, type(NOW), type(None)}


def test_erase_person_whom_nobody_saw_keeps_them_out_from_now_on():
    erasure = erase_person(Platform.INSTAGRAM, "ana", now=NOW)

    assert (erasure.interactions, ErasureReceipt.objects.count(), ErasedAuthor.objects.get().author_key) == (0, 1, ANA)


# What is left beside the interactions


def deliver(state, body, **changes):
    """An event with a body, as JSON unless it is text already."""
    number, written = WebhookDelivery.objects.count(), body if isinstance(body, str) else json.dumps(body)
    row = {"platform": "instagram", "happened_at": NOW, "state": state, "digest": f"{number:064x}", "body": written}
    return WebhookDelivery.objects.create(**row | changes)


@pytest.mark.parametrize(
    "body",
    [
        {"value": {"from": {"id": "4711"}}},
        {"value": {"from": {"id": 4711}}},
        {"content": json.dumps({"who": ["x", {"id": 4711}]})},
        {"value": "4711"},
        {"value": {"text": "as 4711, I said"}},
    ],
    ids=["id", "bare number", "JSON in a text", "value", "among words"],
)
@pytest.mark.parametrize("state", ["unknown", "failed"])
def test_erasing_deletes_events_that_name_them(body, state):
    deliver(state, body)
    other = deliver(state, {"value": {"from": {"id": "47110"}}})

    erasure = erase_person(Platform.INSTAGRAM, "4711", now=NOW)

    assert (erasure.events, WebhookDelivery.objects.get()) == (1, other)


def test_erasing_deletes_events_that_tell_only_their_handle():
    deliver("unknown", {"value": {"from": {"username": "ana.lima_"}}})

    erasure = erase_person(Platform.INSTAGRAM, "username:ana.lima_", now=NOW)

    assert erasure.events == 1


def test_erasing_deletes_events_about_their_comments(post):
    theirs = post.interactions.filter(author_key=ANA)[0]
    deliver("done", "", subject=theirs.platform_id)
    deliver("done", "", subject=theirs.platform_id, platform="tiktok")

    erasure = erase_author(ANA, now=NOW)

    assert (erasure.events, WebhookDelivery.objects.get().platform) == (1, "tiktok")


def test_erasing_lets_the_waiting_event_of_somebody_else_be_worked_on():
    theirs, other = (
        deliver(
            "received", {"object": "page", "field": "feed", "value": comment}, platform="facebook", kind="page.feed"
        )
        for comment in (
            {"item": "comment", "verb": "add", "post_id": "1", "comment_id": "2", "from": {"id": "4711"}},
            {"item": "comment", "verb": "add", "post_id": "1", "comment_id": "3", "from": {"id": "1"}, "to": "4711"},
        )
    )

    erase_person(Platform.FACEBOOK, "4711", now=NOW)

    assert WebhookDelivery.objects.get() == other != theirs


def test_erasing_an_event_that_cannot_be_read_deletes_it():
    deliver("received", '{cut "4711"')

    assert erase_person(Platform.INSTAGRAM, "4711", now=NOW).events == 1


def test_erasing_deletes_refused_payloads_that_name_them(post):
    for words in ("{'id': '4711', 'likes': -1}", "{'id': '47'}"):
        RefusedPayload.objects.create(post=post, reason="likes: -1", payload=words)

    erasure = erase_person(Platform.INSTAGRAM, "4711", now=NOW)

    assert (erasure.payloads, RefusedPayload.objects.get().payload) == (1, "{'id': '47'}")


def test_erasing_deletes_what_the_log_of_the_admin_says_of_their_comments(post, admin_user):
    rows = list(post.interactions.order_by("pk"))
    LogEntry.objects.log_actions(admin_user.pk, rows, CHANGE, change_message="Marked as bot.")

    erasure = erase_author(ANA, now=NOW)

    assert (erasure.log_entries, [entry.object_id for entry in LogEntry.objects.all()]) == (2, [str(rows[2].pk)])


def test_erasing_where_the_filter_breaks_erases_all_the_same(post):
    post.interactions.update(author_signals={"joined_at": "some day"})

    erase_author(ANA, now=NOW)

    post.refresh_from_db()
    assert (post.interactions.count(), post.filter_state) == (1, "unfiltered")
