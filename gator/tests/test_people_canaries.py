"""No name, handle, id or picture of a stranger is stored or logged, whichever way they come in.

Everybody of the sandbox's world is a canary: accounts are synced and pushed to, and every row and line is searched.
"""

import logging
from datetime import timedelta

import pytest

from engagement.enums import DeliveryState, Platform
from engagement.models import Interaction, WebhookDelivery
from engagement.platforms import adapter_for
from engagement.retention import purge_expired
from engagement.sandbox.people import bots, fans, fortnight_of
from engagement.sync import sync_account
from engagement.tests.pushing import _secrets, push, pushed  # noqa: F401 - a fixture
from engagement.tests.stage import sandbox_account, staged
from gator.tests.canaries import stored_rows

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_secrets")]
# As a platform pushes them, beside their ids.
PUSHED = {"id": "90210471100815", "username": "ana.lima.canary", "name": "Ana Lima Canary"}


def people_of(stage, platform) -> set[str]:
    """Ids, handles and names of everybody who may have been seen on our account."""
    world, ours = stage.world, sandbox_account(platform)
    moment = fortnight_of(world.time())
    known = [*fans(world.seed, platform, ours.persona.slug), *bots(world.seed, platform, moment)]
    known += bots(world.seed, platform, moment - 1)
    return {word for one in known for word in (one.user_id, one.handle, one.name) if len(word) > 5}


@pytest.fixture
def told(caplog):
    for name in [None, *logging.root.manager.loggerDict]:
        caplog.set_level(logging.DEBUG, name)
    return caplog


def found(text: str, words: set[str]) -> list[str]:
    return sorted(word for word in words if word in text)


def test_nobody_whom_a_sync_saw_is_stored_or_logged(settings, tmp_path, told):
    people, seen = set(), []
    with staged(settings, tmp_path) as stage:
        for platform in Platform.values:
            account = stage.account(platform)
            post = stage.live(account)
            sync_account(account, now=stage.pass_time(days=2))
            people |= people_of(stage, platform)
            with adapter_for(account) as adapter:
                if adapter.can_see_interactions:
                    looked = adapter.fetch_interactions(str(post.platform_post_id), frozenset(), everything=True)
                    seen += [one.author_id for one in looked.interactions if one.author_id]
        stored, now = Interaction.objects.count(), stage.world.time()

    texts = set(Interaction.objects.exclude(text="").values_list("text", flat=True))
    purge_expired(now + timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS + 1))

    rows = stored_rows()
    # They are the people whom the platforms told us of.
    assert (stored > 20, len(people & set(seen)) > 10, len(texts) > 10) == (True, True, True)
    assert found(rows, people) == []
    assert found(told.text, people) == []
    assert found(rows, {text for text in texts if len(text) > 20}) == []
    assert found(told.text, {text for text in texts if len(text) > 20}) == []


@pytest.mark.parametrize(
    ("address", "name", "changes"),
    [
        ("instagram", "instagram_comment", {"from": PUSHED}),
        ("facebook", "facebook_comment", {"from": PUSHED}),
        ("twitter", "twitter_reply", {"author_id": PUSHED["id"], "note": PUSHED}),
        ("facebook", "facebook_comment", {"from": list(PUSHED.values())}),
        ("facebook", "facebook_comment", {"item": "hologram", "from": PUSHED}),
    ],
    ids=["instagram", "facebook", "twitter", "unreadable", "unknown"],
)
def test_nobody_who_was_pushed_is_stored_or_logged(
    client, settings, told, django_capture_on_commit_callbacks, address, name, changes
):
    with django_capture_on_commit_callbacks(execute=True):
        push(client, address, pushed(name, **changes))

    row = WebhookDelivery.objects.get()
    is_kept = row.state in (DeliveryState.UNKNOWN, DeliveryState.FAILED)
    told_of = [value for value in PUSHED.values() if value in f"{row.kind} {row.subject} {row.reason}"]
    assert (told_of, bool(row.body)) == ([], is_kept)
    assert found(told.text, set(PUSHED.values())) == []
    purge_expired(row.received_at + timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS + 1))
    assert found(stored_rows(), set(PUSHED.values())) == []
