"""Who was erased stays out, whichever way they come back: file, API, sync or push. By the real ways in."""

import re
from collections import Counter
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acd.tests.clients import client_with
from acd.tests.factories import NOW
from engagement.enums import DeliveryState, InteractionKind
from engagement.erasure import erase_person, erase_stragglers
from engagement.models import ErasedAuthor, Interaction, SocialAccount, SocialMediaPost, WebhookDelivery
from engagement.platforms import adapter_for
from engagement.pseudonyms import author_key
from engagement.sync import sync_posts
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.importing import import_file
from engagement.tests.pushing import _secrets, push, pushed  # noqa: F401 - a fixture
from engagement.webhooks.inbox import take_in
from engagement.webhooks.processing import process
from engagement.webhooks.twitter import events

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_secrets")]
ANA = "5641"


@pytest.fixture
def post():
    account = make_account(platform_user_id="17840001")
    post = make_post(account=account, platform_post_id="1792")
    erase_person("instagram", ANA, now=NOW)
    return post


def stored() -> int:
    return Interaction.objects.filter(author_key=author_key("instagram", ANA)).count()


def by_file(post, tmp_path):
    import_file(
        "import_interactions", tmp_path / "c.csv", f"platform_id,author,text\n1,{ANA},Hi\n2,bo,Hi there\n", post="1792"
    )


def by_api(post, _tmp_path):
    seen = [
        {"platform_id": str(n), "kind": "comment", "author_id": who, "text": "Hi"} for n, who in enumerate([ANA, "bo"])
    ]
    client = client_with("engagement.add_interaction")
    address = f"/api/v1/posts/{post.pk}/interactions/"
    assert client.post(address, {"interactions": seen}, format="json").status_code == 200


@pytest.mark.parametrize("come_back", [by_file, by_api])
def test_erased_person_does_not_come_back(post, tmp_path, come_back):
    come_back(post, tmp_path)

    assert (stored(), post.interactions.count()) == (0, 1)


@pytest.mark.parametrize("come_back", [by_file, by_api])
def test_a_writer_locks_its_post_before_it_asks_who_was_erased(post, tmp_path, come_back):
    """An erasure locks it, too: else each would wait for what the other holds, or one not see what the other did."""
    with CaptureQueriesContext(connection) as captured:
        come_back(post, tmp_path)

    sent = [one["sql"] for one in captured]
    locked = [bool(re.match(r'SELECT "engagement_socialmediapost"."id"( AS "pk")? FROM', sql)) for sql in sent]
    asked = ['FROM "engagement_erasedauthor"' in sql for sql in sent]
    assert True in locked
    assert locked.index(True) < asked.index(True)


def test_erased_person_does_not_come_back_by_push(post, client):
    answers = [push(client, "instagram", pushed("instagram_comment")).status_code for _ in range(2)]

    assert (answers, WebhookDelivery.objects.count(), Interaction.objects.count()) == ([200, 200], 0, 0)


@pytest.mark.parametrize("platform", ["instagram", "facebook", "twitter"])
def test_erased_person_does_not_come_back_by_sync(stage, platform):
    post = stage.live(stage.account(platform))
    now = stage.pass_time(days=2)
    sync_posts([post], now=now)
    with adapter_for(post.account) as adapter:
        seen = adapter.fetch_interactions(str(post.platform_post_id), frozenset(), everything=True).interactions
    person, times = Counter(one.author_id for one in seen if one.author_id).most_common(1)[0]
    erasure = erase_person(platform, person, now=now)

    for hours in (3, 30, 60):
        sync_posts([SocialMediaPost.objects.get()], now=stage.pass_time(hours=hours))

    rows = Interaction.objects.all()
    assert times <= erasure.interactions
    assert rows.filter(author_key=author_key(platform, person)).count() == 0
    assert rows.exclude(author_key="").count() > 0


def test_event_that_only_names_an_erased_person_is_worked_on_and_leaves_no_name():
    make_post(account=make_account(platform="twitter", platform_user_id="111"), platform_post_id="123")
    erase_person("twitter", "888", now=NOW)

    body = pushed("twitter_reply", in_reply_to_user_id="888")
    process(take_in(events(body, NOW), now=NOW), now=NOW)

    assert Interaction.objects.get().author_key == author_key("twitter", "77")
    assert WebhookDelivery.objects.get().body == ""


def test_unknown_event_that_names_an_erased_person_is_not_stored():
    erase_person("twitter", "888", now=NOW)
    told = {"data": {"event_type": "holograms.create", "payload": {"who": [{"id": 888}]}}}
    other = {"data": {"event_type": "holograms.create", "payload": {"who": [{"id": 889}]}}}

    take_in([*events(told, NOW), *events(other, NOW)], now=NOW)

    assert [row.body.count("889") for row in WebhookDelivery.objects.all()] == [1]


def test_event_that_failed_loses_its_body_where_it_names_an_erased_person():
    ids = take_in(events(pushed("twitter_reply", in_reply_to_user_id="888", text={"not": "a text"}), NOW), now=NOW)
    ErasedAuthor.objects.create(author_key=author_key("twitter", "888"))

    process(ids, now=NOW)

    row = WebhookDelivery.objects.get()
    assert (row.state, row.body) == (DeliveryState.FAILED, "")


def test_who_was_stored_while_they_were_erased_is_erased_by_the_daily_sweep(post):
    make_interaction(post, author_key=author_key("instagram", ANA))
    make_interaction(post)

    swept = [erase_stragglers(NOW + timedelta(days=1)) for _ in range(2)]

    assert (swept, stored(), post.interactions.count()) == ([1, 0], 0, 1)


def test_erased_person_stays_out_when_the_key_is_changed(post, tmp_path, settings):
    settings.FORMER_PSEUDONYM_KEYS, settings.PSEUDONYM_KEY = [settings.PSEUDONYM_KEY], "quite another key"

    by_file(post, tmp_path)

    assert (post.interactions.count(), post.interactions.get().author_key) == (1, author_key("instagram", "bo"))


def test_erasing_after_the_key_was_changed_finds_what_the_former_key_hashed(post, settings):
    make_interaction(post, author_key=author_key("instagram", "bo"))
    settings.FORMER_PSEUDONYM_KEYS, settings.PSEUDONYM_KEY = [settings.PSEUDONYM_KEY], "quite another key"

    erasure = erase_person("instagram", "bo", now=NOW)

    assert (erasure.interactions, post.interactions.count()) == (1, 0)


def test_kinds_without_an_author_still_come_in(post, tmp_path):
    import_file("import_interactions", tmp_path / "c.csv", "platform_id,kind\n1,like\n", post="1792")

    assert post.interactions.get().kind == InteractionKind.LIKE
    assert SocialAccount.objects.count() == 1
