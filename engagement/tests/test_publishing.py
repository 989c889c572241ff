"""Planning content and putting it on a platform, against the sandbox over real HTTP."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="operator,union-attr"

import threading
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW, make_context
from engagement.enums import Platform, PostStatus
from engagement.hashtags import attach_hashtags
from engagement.local_time import local_time
from engagement.models import Hashtag, SocialAccount, SocialMediaPost
from engagement.publishing import publish, publish_due
from engagement.reports import Outcome
from engagement.scheduling import NotPublishable, draft_of, full_caption, schedule
from engagement.tests.factories import make_account, make_post
from engagement.tests.stage import Stage
from gator.studio.enums import ContentStatus, PersonaStatus
from gator.studio.models import Content, Persona
from gator.studio.tests.factories import make_content

HOUR = timedelta(hours=1)
every_platform = pytest.mark.parametrize("platform", Platform.values)


def planned(stage: Stage, platform: str = "facebook", **changes: object) -> SocialMediaPost:
    """A post that is due, on our account there."""
    account = SocialAccount.objects.filter(platform=platform).first() or stage.account(platform)
    return schedule(stage.content(account, **changes), account, NOW)


def outcomes(now: datetime = NOW) -> list[str]:
    return [item.outcome for item in publish_due(now).items]


# Planning


@pytest.mark.django_db
def test_scheduled_post_holds_what_will_be_sent():
    account, context = make_account(platform="facebook"), make_context()
    content = make_content(
        persona=account.persona, context=context, caption="Figs #Market", hashtags=["figs", "market"]
    )

    post = schedule(content, account, NOW + HOUR)

    post.refresh_from_db()
    assert (post.status, post.scheduled_at) == (PostStatus.SCHEDULED, NOW + HOUR)
    assert (post.account, post.content, post.context, post.persona) == (account, content, context, account.persona)
    assert post.caption == "Figs #Market\n\n#figs"
    assert set(post.hashtags.values_list("name", flat=True)) == {"figs", "market"}


@pytest.mark.parametrize("status", [ContentStatus.GENERATING, ContentStatus.FAILED, ContentStatus.REJECTED])
@pytest.mark.django_db
def test_content_that_is_not_ready_cannot_be_planned(status):
    account = make_account()
    content = make_content(persona=account.persona, status=status)

    with pytest.raises(NotPublishable, match="only ready or approved content is published"):
        schedule(content, account, NOW)


@pytest.mark.django_db
def test_content_of_another_persona_cannot_be_planned():
    account, content = make_account(), make_content()

    with pytest.raises(NotPublishable, match="belongs to Persona 1, the content to Persona 2"):
        schedule(content, account, NOW)


@pytest.mark.django_db
def test_content_is_planned_once_for_an_account():
    account = make_account(platform="facebook")
    content = make_content(persona=account.persona)
    schedule(content, account, NOW)

    with pytest.raises(NotPublishable, match="was already planned"):
        schedule(content, account, NOW)

    assert schedule(content, make_account(platform="facebook", persona=account.persona), NOW).pk


@pytest.mark.parametrize(
    ("caption", "hashtags", "sent"),
    [
        pytest.param("Figs", ["figs", "market"], "Figs\n\n#figs #market", id="appended"),
        pytest.param("Figs #figs", ["figs", "market"], "Figs #figs\n\n#market", id="not-repeated"),
        pytest.param("Figs #FIGS", ["Figs"], "Figs #FIGS", id="case-does-not-matter"),
        pytest.param("Figs", ["figs", "Figs"], "Figs\n\n#Figs", id="listed-twice"),
        pytest.param("#figsandmore", ["figs"], "#figsandmore\n\n#figs", id="part-of-a-longer-one"),
        pytest.param("", ["figs"], "#figs", id="no-text"),
        pytest.param("Figs", [], "Figs", id="no-hashtags"),
        pytest.param("Figs", ["2026"], "Figs", id="a-bare-number-is-no-hashtag"),
    ],
)
def test_caption_is_sent_with_the_hashtags_it_lacks(caption, hashtags, sent):
    assert full_caption(Content(caption=caption, hashtags=hashtags)) == sent


@given(st.text(max_size=40), st.lists(st.from_regex(r"\A\w{1,10}\Z"), max_size=4))
def test_caption_is_complete_after_its_hashtags_were_added(caption, hashtags):
    sent = full_caption(Content(caption=caption, hashtags=hashtags))

    assert full_caption(Content(caption=sent, hashtags=hashtags)) == sent


@pytest.mark.django_db
def test_hashtags_are_attached_once():
    post, other = make_post(), make_post()

    for _ in range(2):
        attach_hashtags({post: ["figs", "market"], other: ["figs"]})

    assert list(Hashtag.objects.values_list("name", flat=True)) == ["figs", "market"]
    assert [post.hashtags.count(), other.hashtags.count()] == [2, 1]


@pytest.mark.django_db
def test_draft_names_the_public_address_and_the_file_of_its_media(settings, tmp_path):
    settings.MEDIA_ROOT, settings.PUBLIC_MEDIA_URL = tmp_path, "https://gator.example/media/"
    account = make_account()
    content = make_content(persona=account.persona, media_kind="image", media="content/figs.jpg")

    draft = draft_of(schedule(content, account, NOW))

    assert draft.media_urls == ("https://gator.example/media/content/figs.jpg",)
    assert draft.media_files == (tmp_path / "content/figs.jpg",)


# The persona's own time


@pytest.mark.parametrize(
    ("zone", "moment", "hour", "weekday"),
    [
        pytest.param("UTC", datetime(2026, 3, 29, 0, 30, tzinfo=UTC), 0, 6, id="utc"),
        pytest.param("Europe/Lisbon", datetime(2026, 3, 29, 0, 59, tzinfo=UTC), 0, 6, id="before-spring-forward"),
        pytest.param("Europe/Lisbon", datetime(2026, 3, 29, 1, 0, tzinfo=UTC), 2, 6, id="after-spring-forward"),
        pytest.param("Europe/Lisbon", datetime(2026, 10, 25, 0, 30, tzinfo=UTC), 1, 6, id="before-fall-back"),
        pytest.param("Europe/Lisbon", datetime(2026, 10, 25, 1, 30, tzinfo=UTC), 1, 6, id="after-fall-back"),
        pytest.param("America/New_York", datetime(2026, 11, 2, 3, 0, tzinfo=UTC), 22, 6, id="the-day-before"),
        pytest.param("Asia/Kolkata", datetime(2026, 11, 1, 20, 0, tzinfo=UTC), 1, 0, id="half-hours-the-day-after"),
    ],
)
def test_hour_and_weekday_are_those_where_the_persona_lives(zone, moment, hour, weekday):
    assert local_time(ZoneInfo(zone), moment) == {"local_hour": hour, "local_weekday": weekday}


# Going live


@every_platform
@pytest.mark.django_db
def test_due_post_goes_live_and_knows_where(stage, platform):
    post = planned(stage, platform)

    report = publish_due(NOW)

    post.refresh_from_db()
    assert (report.counts(), report.failed) == ({"published": 1}, False)
    assert (post.status, post.status_reason, post.claimed_until) == (PostStatus.PUBLISHED, "", None)
    assert stage.sent(platform) == [post.caption]
    assert stage.world.post(platform, post.platform_post_id).text == post.caption
    assert post.url.startswith("https://")
    # X tells the moment in its ids, to the millisecond.
    assert abs(post.published_at - NOW) < timedelta(seconds=1)
    assert (post.local_hour, post.local_weekday) == (12, 4)
    assert post.next_sync_at == post.published_at + HOUR


@pytest.mark.django_db
def test_post_is_not_sent_before_its_time_nor_twice(stage):
    planned(stage)

    found = [outcomes(NOW - HOUR), outcomes(NOW), outcomes(NOW), outcomes(NOW + 10 * HOUR)]

    assert found == [[], [Outcome.PUBLISHED], [], []]
    assert len(stage.sent("facebook")) == 1


@pytest.mark.django_db
def test_content_rejected_since_it_was_planned_waits_until_it_is_approved(stage):
    post = planned(stage)
    Content.objects.update(status=ContentStatus.REJECTED)

    held = publish_due(NOW).items
    Content.objects.update(status=ContentStatus.APPROVED)

    post.refresh_from_db()
    assert [(item.outcome, "is rejected" in item.reason) for item in held] == [(Outcome.SKIPPED, True)]
    assert post.status == PostStatus.SCHEDULED
    assert outcomes() == [Outcome.PUBLISHED]


@pytest.mark.django_db
def test_posts_of_a_paused_persona_wait(stage):
    planned(stage)
    Persona.objects.update(status=PersonaStatus.PAUSED)

    held = publish_due(NOW).items
    Persona.objects.update(status=PersonaStatus.ACTIVE)

    assert [(item.outcome, "is paused" in item.reason) for item in held] == [(Outcome.SKIPPED, True)]
    assert outcomes() == [Outcome.PUBLISHED]


@pytest.mark.django_db
def test_draft_is_published_on_request(stage):
    account = stage.account("twitter")
    post = make_post(
        account=account, status=PostStatus.DRAFT, platform_post_id=None, published_at=None, media_kind="text"
    )

    item = publish(post, now=NOW)

    assert (item.outcome, item.reason) == (Outcome.PUBLISHED, post.url)
    assert stage.sent("twitter") == [post.caption]


@pytest.mark.parametrize("status", sorted(set(PostStatus.values) - {"draft", "scheduled"}))
@pytest.mark.django_db
def test_post_that_is_not_waiting_is_never_sent(stage, status):
    post = planned(stage)
    SocialMediaPost.objects.update(status=status, platform_post_id="1", published_at=NOW)

    item = publish(post, now=NOW)

    assert (item.outcome, item.reason) == (Outcome.SKIPPED, "It is not waiting to be published.")
    assert stage.sent("facebook") == []


@pytest.mark.django_db
def test_post_without_an_account_is_skipped():
    post = make_post(account=None, status=PostStatus.DRAFT, platform_post_id=None)

    item = publish(post, now=NOW)

    assert (item.outcome, item.reason) == (Outcome.SKIPPED, "It has no account.")


@pytest.mark.django_db
def test_stale_object_of_a_second_worker_publishes_nothing(stage):
    first = planned(stage)
    second = SocialMediaPost.objects.get()

    found = [publish(first, now=NOW).outcome, publish(second, now=NOW).outcome]

    assert found == [Outcome.PUBLISHED, Outcome.SKIPPED]
    assert len(stage.sent("facebook")) == 1


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time by itself")
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_at_once_one_publishes(stage):
    planned(stage)
    rows = [SocialMediaPost.objects.select_related("account", "persona").get() for _ in range(2)]
    barrier, found = threading.Barrier(2), []

    def work(post: SocialMediaPost) -> None:
        barrier.wait()
        try:
            found.append(publish(post, now=NOW).outcome)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(row,)) for row in rows]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(found) == [Outcome.PUBLISHED, Outcome.SKIPPED]
    assert len(stage.sent("facebook")) == 1
