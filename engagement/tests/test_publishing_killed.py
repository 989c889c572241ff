"""The process is killed at every step of publishing, and in the end exactly one post is live."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="union-attr"

import uuid
from datetime import timedelta
from itertools import count
from typing import Any

import pytest
import requests

from engagement.enums import AttemptOutcome, PostStatus
from engagement.models import SocialAccount, SocialMediaPost
from engagement.publishing import publish_due
from engagement.reports import Outcome
from engagement.scheduling import schedule
from engagement.tests.killing import Killed, dying_at
from engagement.tests.stage import Stage
from gator.studio.models import CarouselPage

MOST_STEPS = 200
# Past the claim, and past every look that is taken after it.
AFTERWARDS = [timedelta(minutes=minutes) for minutes in (6, 8, 15, 50, 60, 120)]
KINDS = [
    pytest.param("instagram", "image", id="instagram-image"),
    pytest.param("instagram", "video", id="instagram-reel"),
    pytest.param("facebook", "text", id="facebook-text"),
    pytest.param("facebook", "image", id="facebook-photo"),
    pytest.param("facebook", "video", id="facebook-video"),
    pytest.param("twitter", "text", id="x-text"),
    pytest.param("twitter", "image", id="x-image"),
    pytest.param("tiktok", "video", id="tiktok-video"),
    pytest.param("tiktok", "image", id="tiktok-photo"),
]

# TikTok lists posts after moderation and Facebook videos after processing: what may have left is looked for over hours,
# and never sent again by itself.
UNDECIDED = {"tiktok": {(PostStatus.UNKNOWN, 0, 0)}, "facebook": {(PostStatus.UNKNOWN, 0, 0)}}


@pytest.mark.parametrize(("platform", "kind"), KINDS)
@pytest.mark.django_db
def test_process_killed_at_every_step_leaves_one_live_post(stage, platform, kind):
    account = stage.account(platform)
    ends = []

    for step in count(1):
        post = planned(stage, account, kind, step)
        was_killed = run_until(stage, step)
        for later in AFTERWARDS:
            publish_due(stage.world.time() + later)
        ends.append(end_of(stage, post))
        if not was_killed or step > MOST_STEPS:
            break
        stage.pass_time(days=1)

    is_slow = platform == "tiktok" or kind == "video"
    assert set(ends) - (UNDECIDED.get(platform, set()) if is_slow else set()) == {(PostStatus.PUBLISHED, 1, 1)}
    assert 10 < len(ends) < MOST_STEPS


@pytest.mark.django_db
def test_process_killed_before_the_post_of_several_photos_left_leaves_at_most_the_photo_of_that_moment(stage):
    account = stage.account("facebook")
    ends, left = [], set()

    for step in count(1):
        post = planned(stage, account, "carousel", step)
        was_killed = run_until(stage, step)
        has_left = post.attempts.exclude(sent_at=None).exists()
        for later in AFTERWARDS:
            publish_due(stage.world.time() + later)
        ends.append(end_of(stage, post))
        left.add((has_left, unattached(stage)))
        if not was_killed or step > MOST_STEPS:
            break
        stage.pass_time(days=1)

    assert set(ends) == {(PostStatus.PUBLISHED, 1, 1)}
    # Of a post that may have left nothing is deleted: the photos may be its.
    assert left == {(False, 0), (False, 1), (True, 0), (True, 3)}
    assert 10 < len(ends) < MOST_STEPS


def unattached(stage: Stage) -> int:
    """How many photos on our Page belong to no post; they are forgotten then."""
    found = [key for key, one in stage.world.pending.items() if one.kind == "photo"]
    attached = {photo for post in stage.world.posts.values() for photo in post.extra.get("photos", ())}
    for key in found:
        del stage.world.pending[key]
    return len([key for key in found if key[1] not in attached])


def planned(stage: Stage, account: SocialAccount, kind: str, step: int) -> SocialMediaPost:
    content = stage.content(account, media_kind=kind, caption=f"Figs, the {step}. time", hashtags=[])
    if kind == "carousel":
        content.media = "content/figs.jpg"
        content.save()
        for position in (1, 2):
            CarouselPage.objects.create(content=content, position=position, file=f"content/figs{position}.jpg")
    (stage.media_root / "content").mkdir(exist_ok=True)
    if content.media:
        (stage.media_root / str(content.media.name)).write_bytes(b"picture")
    return schedule(content, account, stage.world.time())


def run_until(stage: Stage, step: int) -> bool:
    """Publish what is due; whether the process died of it."""
    try:
        with dying_at(step):
            publish_due(stage.world.time())
    except Killed:
        return True
    return False


def end_of(stage: Stage, post: SocialMediaPost) -> tuple[str, int, int]:
    """What the post says of itself, how often it is live, and how many attempts say so."""
    post.refresh_from_db()
    live = stage.sent(post.platform).count(post.caption)
    return post.status, live, post.attempts.filter(outcome=AttemptOutcome.LIVE).count()


@pytest.mark.django_db
def test_process_that_slept_while_its_claim_ran_out_sends_nothing(stage, monkeypatch):
    post = planned(stage, stage.account("twitter"), "image", 1)
    send = requests.adapters.HTTPAdapter.send

    def upload_and_sleep(adapter: Any, request: Any, **options: Any) -> Any:
        answer = send(adapter, request, **options)
        SocialMediaPost.objects.update(status=PostStatus.UNKNOWN, claim=uuid.uuid4())
        return answer

    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", upload_and_sleep)

    found = [item.outcome for item in publish_due(stage.world.time()).items]

    post.refresh_from_db()
    assert (found, stage.sent("twitter")) == ([Outcome.SKIPPED], [])
    assert post.status == PostStatus.UNKNOWN
