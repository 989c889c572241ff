"""What people decide about posts on their way out."""

from contextlib import suppress
from typing import Any

import pytest

from acd.tests.clients import make_user
from acd.tests.factories import NOW
from engagement.enums import PostStatus
from engagement.models import SocialMediaPost
from engagement.scheduling import NotPublishable, declare_not_live, draft_of, plan_again, schedule, waive_ai_label
from engagement.tests.factories import make_account, make_post
from gator.studio.enums import MediaKind
from gator.studio.models import CarouselPage
from gator.studio.tests.factories import make_content

pytestmark = pytest.mark.django_db
OTHERS = [PostStatus.PUBLISHING, PostStatus.PUBLISHED, PostStatus.DELETED]


def post_in(status: str, **changes: Any) -> SocialMediaPost:
    live = status in (PostStatus.PUBLISHED, PostStatus.DELETED)
    return make_post(status=status, platform_post_id="1" if live else None, **changes)


@pytest.mark.parametrize("status", [PostStatus.DRAFT, PostStatus.SCHEDULED])
def test_label_is_set_unless_a_named_person_waives_it(status):
    post, person = post_in(status), make_user()
    before = draft_of(post).made_with_ai

    waive_ai_label(post, person, now=NOW)

    post.refresh_from_db()
    assert (before, draft_of(post).made_with_ai) == (True, False)
    assert (post.ai_label_waived_by, post.ai_label_waived_at) == (person, NOW)


@pytest.mark.parametrize("status", [*OTHERS, PostStatus.UNKNOWN, PostStatus.FAILED])
def test_label_of_a_post_that_is_out_stays(status):
    post = post_in(status)

    with pytest.raises(NotPublishable, match="no longer waiting"):
        waive_ai_label(post, make_user(), now=NOW)

    assert SocialMediaPost.objects.get().ai_label_waived_by is None


TAKEN = {
    "TikTok for Business": ("tiktok", "business", {"video"}),
    "TikTok": ("tiktok", "standard", {"video", "image", "carousel"}),
    "Instagram": ("instagram", "facebook_login", {"video", "image", "carousel"}),
    "X": ("twitter", "standard", {"video", "image", "carousel", "text"}),
}


@pytest.mark.parametrize(("platform", "flavour", "kinds"), TAKEN.values(), ids=TAKEN)
def test_kind_that_cannot_be_published_there_is_refused_when_it_is_planned(platform, flavour, kinds):
    account = make_account(platform=platform, flavour=flavour)
    planned = set()

    for kind in MediaKind.values:
        content = make_content(persona=account.persona, media_kind=kind)
        with suppress(NotPublishable):
            planned.add(schedule(content, account, NOW).media_kind)

    assert planned == kinds


def test_refusal_of_a_kind_names_what_is_taken():
    account = make_account(platform="tiktok", flavour="business", handle="me")

    with pytest.raises(NotPublishable) as refused:
        schedule(make_content(persona=account.persona, media_kind="image"), account, NOW)

    assert str(refused.value) == (
        "TikTok @me (Business) takes video, not image: plan other content, or this one for another account."
    )


def test_failed_post_is_planned_again_without_what_it_was_asked_with():
    post = post_in(PostStatus.FAILED, publish_id="dead-handle", lookups=3)

    plan_again(post, now=NOW)

    post.refresh_from_db()
    assert (post.status, post.scheduled_at, post.publish_id, post.lookups) == (PostStatus.SCHEDULED, NOW, "", 0)


@pytest.mark.parametrize("status", [*OTHERS, PostStatus.UNKNOWN, PostStatus.SCHEDULED])
def test_post_that_may_be_live_is_not_planned_again(status):
    with pytest.raises(NotPublishable, match="only what failed is planned again"):
        plan_again(post_in(status), now=NOW)


def test_person_says_that_an_unknown_post_is_not_live_and_may_plan_it_again():
    post = post_in(PostStatus.UNKNOWN)

    declare_not_live(post, make_user(username="ann"))

    post.refresh_from_db()
    assert (post.status, post.status_reason) == (PostStatus.FAILED, "ann looked at the profile: it did not go out.")


@pytest.mark.parametrize("status", [*OTHERS, PostStatus.FAILED])
def test_nobody_speaks_about_a_post_whose_outcome_is_known(status):
    with pytest.raises(NotPublishable, match="its outcome is known"):
        declare_not_live(post_in(status), make_user())


def test_draft_of_a_carousel_holds_its_pages_in_order(settings):
    settings.PUBLIC_MEDIA_URL = "https://gator.example/media/"
    content = make_content(media="content/1.jpg", media_kind="carousel")
    for position, name in ((2, "content/3.jpg"), (1, "content/2.jpg")):
        CarouselPage.objects.create(content=content, position=position, file=name)
    post = make_post(content=content, status=PostStatus.SCHEDULED, platform_post_id=None)

    draft = draft_of(post)

    assert draft.media_urls == tuple(f"https://gator.example/media/content/{n}.jpg" for n in (1, 2, 3))
    assert [file.name for file in draft.media_files] == ["1.jpg", "2.jpg", "3.jpg"]
