"""The sandbox pushes to a running Gator: its challenge, deliveries twice and the other way round, and forged ones."""

from datetime import UTC, datetime, timedelta

import pytest

from engagement.enums import DeliveryState
from engagement.models import Interaction, WebhookDelivery
from engagement.platforms import adapter_for
from engagement.pseudonyms import author_key
from engagement.sandbox.server import serve
from engagement.sandbox.world import World
from engagement.tests.pushing import SECRET, _secrets  # noqa: F401 - a fixture
from engagement.tests.sandbox_client import Sandbox
from engagement.tests.stage import Stage

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("_secrets")]
TELLING = pytest.mark.parametrize("platform", ["instagram", "facebook", "twitter"])
WORDS = ("comment", "reply")
# Said by hand, since the audience that the world draws is another at every hour: at times fewer than these comment.
SAID = ("Those figs look ripe", "where is this market?", "My aunt grows them", "going there on Saturday")


@pytest.fixture
def world(settings, tmp_path):
    """A world of this hour, since events older than a day and a half are left out."""
    one = World(7, now=datetime.now(UTC) - timedelta(hours=12))
    with serve(one) as address:
        settings.PLATFORM_API_URLS = {name: f"{address}/{name}" for name in settings.PLATFORM_API_URLS}
        settings.MEDIA_ROOT = tmp_path
        yield Stage(one, tmp_path), Sandbox(one, address)


def register(sandbox, live_server, platform, **changes):
    address = f"{live_server.url}/webhooks/{platform}/"
    given = {"platform": platform, "address": address, "secret": SECRET, "verify_token": "verify-me"}
    return sandbox.ask("POST", "/sandbox/webhooks", json=given | changes)


def talk(stage, sandbox, platform, post):
    """People comment through eleven hours, the last of them in answer to the first; the ids of what they say."""
    said = list[str]()
    for number, text in enumerate(SAID, start=1):
        stage.pass_time(hours=2)
        answered = said[0] if number == len(SAID) else ""
        comment = {"post": post.platform_post_id, "platform": platform, "text": text, "author": f"visitor_{number}"}
        answer = sandbox.ask("POST", "/sandbox/comments", json=comment | {"parent": answered})
        said.append(answer.body["comment"])
    stage.pass_time(hours=3)
    return said


def deliver(sandbox, since, **manner):
    answer = sandbox.ask("POST", "/sandbox/webhooks/deliver", json={"since": since.isoformat()} | manner)
    return {status for one in answer.body["deliveries"] for status in one["statuses"]}


@TELLING
def test_comments_of_the_sandbox_are_judged_once_however_they_are_delivered(world, live_server, platform):
    stage, sandbox = world
    start = stage.world.time()
    post = stage.live(stage.account(platform))
    assert register(sandbox, live_server, platform).status == 200
    said = talk(stage, sandbox, platform, post)

    statuses = [deliver(sandbox, start, **manner) for manner in ({}, {"twice": True}, {"reverse": True})]

    assert statuses == [{200}] * 3
    found = Interaction.objects.filter(post=post, kind__in=WORDS).exclude(final_verdict="")
    told, seen = {one.platform_id: (one.kind, one.author_key) for one in found}, read(post)
    # Whoever reads the post afterwards sees the same comments, by the same people where the event names them.
    assert told.keys() == seen.keys()
    assert {key: one for key, one in told.items() if one[1]}.items() <= seen.items()
    assert told.keys() >= set(said)
    assert set(WebhookDelivery.objects.values_list("state", "body")) == {(DeliveryState.DONE, "")}


def read(post):
    with adapter_for(post.account) as adapter:
        seen = adapter.fetch_interactions(post.platform_post_id, frozenset()).interactions
    return {
        one.platform_id: (one.kind, author_key(post.platform, one.author_id) if one.author_id else "")
        for one in seen
        if one.kind in WORDS
    }


@TELLING
def test_forged_delivery_of_the_sandbox_leaves_nothing(world, live_server, platform):
    stage, sandbox = world
    start = stage.world.time()
    stage.live(stage.account(platform))
    register(sandbox, live_server, platform)
    stage.pass_time(hours=11)

    statuses = deliver(sandbox, start, wrong_signature=True)

    assert (statuses, WebhookDelivery.objects.count()) == ({403}, 0)


@pytest.mark.parametrize("platform", ["instagram", "facebook"])
def test_sandbox_whose_verify_token_is_another_is_not_registered(world, live_server, platform):
    _, sandbox = world

    assert register(sandbox, live_server, platform, verify_token="guessed").status == 400
