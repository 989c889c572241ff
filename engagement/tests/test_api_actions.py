"""Publishing and syncing through the REST API, against the sandbox over real HTTP."""

import pytest
from django.utils import timezone

from acd.tests.clients import client_with
from engagement.enums import PostStatus
from engagement.sandbox.accounts import ACCOUNTS
from engagement.sandbox.server import serve
from engagement.sandbox.world import World
from engagement.tests.factories import make_account, make_post

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft(settings):
    world = World(7, now=timezone.now())
    known = next(one for one in ACCOUNTS if one.platform == "twitter")
    account = make_account(
        platform="twitter",
        platform_user_id=known.user_id,
        handle=known.handle,
        access_token=world.tokens_of(known).access,
    )
    with serve(world) as address:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"twitter": f"{address}/twitter"}
        yield make_post(
            account=account,
            media_kind="text",
            status=PostStatus.DRAFT,
            platform_post_id=None,
            published_at=None,
            local_hour=None,
            local_weekday=None,
        )


def test_publish_twice_publishes_once_and_sync_brings_numbers(draft):
    editor = client_with("engagement.change_socialmediapost")
    address = f"/api/v1/posts/{draft.pk}"

    first = editor.post(f"{address}/publish/").json()
    again = editor.post(f"{address}/publish/").json()
    synced = editor.post(f"{address}/sync/").json()

    assert [answer["report"][0]["outcome"] for answer in (first, again, synced)] == ["published", "skipped", "synced"]
    assert first["post"]["platform_post_id"] == again["post"]["platform_post_id"]
    assert (synced["post"]["sync_status"], synced["post"]["likes"]) == ("ok", 0)
