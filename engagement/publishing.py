"""Putting content on a platform, at most once.

A post is claimed by a conditional update before the platform hears of it. Where the platform's answer never arrives the post
becomes `unknown` and is never sent again blindly; where the platform still processes, the next run asks again.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from engagement.enums import PostStatus
from engagement.ladder import next_sync
from engagement.metrics import find_hashtags
from engagement.models import Hashtag, SocialAccount, SocialMediaPost
from engagement.platforms import adapter_for, errors
from engagement.reports import Item, Outcome, Report
from engagement.sync import closed, note_account_error
from engagement.values import Draft, PublishedPost
from gator.studio.enums import ContentStatus
from gator.studio.models import Content, Persona

logger = logging.getLogger(__name__)

PUBLISHABLE = (ContentStatus.READY, ContentStatus.APPROVED)
# After a refusal that may pass, the post waits this long.
RETRY = timedelta(minutes=15)


class NotPublishable(ValueError):
    """This content cannot go on this account; the message says why. Nothing was written."""


def schedule(content: Content, account: SocialAccount, at: datetime) -> SocialMediaPost:
    """Plan `content` for `account` at a moment. Raises `NotPublishable` for content that is not ready, or not the persona's."""
    if content.status not in PUBLISHABLE:
        raise NotPublishable(f"{content} is {content.get_status_display().lower()}: only ready or approved content is published.")
    if content.persona_id != account.persona_id:
        raise NotPublishable(f"{account} belongs to {account.persona}, the content to {content.persona}.")
    if SocialMediaPost.objects.filter(content=content, account=account).exists():
        raise NotPublishable(f"{content} was already planned for {account}.")
    return _planned(content, account, at)


@transaction.atomic
def _planned(content: Content, account: SocialAccount, at: datetime) -> SocialMediaPost:
    post = SocialMediaPost.objects.create(
        persona=content.persona,
        account=account,
        content=content,
        context=content.context,
        platform=account.platform,
        media_kind=content.media_kind,
        caption=full_caption(content),
        status=PostStatus.SCHEDULED,
        scheduled_at=at,
    )
    attach_hashtags({post: find_hashtags(post.caption)})
    return post


def full_caption(content: Content) -> str:
    """The caption as the platform gets it: the text, then the hashtags that it does not already hold."""
    inside = set(find_hashtags(content.caption))
    tags = [f"#{tag}" for tag in content.hashtags if tag not in inside]
    return f"{content.caption}\n\n{' '.join(tags)}".strip() if tags else content.caption


def attach_hashtags(tags_of: dict[SocialMediaPost, list[str]]) -> None:
    """Link posts to their hashtags, in sets; links that exist stay."""
    names = {name for tags in tags_of.values() for name in tags}
    Hashtag.objects.bulk_create([Hashtag(name=name) for name in sorted(names)], ignore_conflicts=True)
    ids = dict(Hashtag.objects.filter(name__in=names).values_list("name", "pk"))
    link = SocialMediaPost.hashtags.through
    rows = [link(socialmediapost_id=post.pk, hashtag_id=ids[name]) for post, tags in tags_of.items() for name in tags]
    link.objects.bulk_create(rows, batch_size=1000, ignore_conflicts=True)


def publish_due(now: datetime) -> Report:
    """Publish every post whose time has come, and ask again about those a platform still processes."""
    report = Report()
    give_up_on_lost_attempts(now)
    processing = SocialMediaPost.objects.filter(status=PostStatus.PUBLISHING).exclude(publish_id="")
    report.extend(_resume(post, now) for post in processing.select_related("account", "persona"))
    due = SocialMediaPost.objects.due_for_publishing(now).select_related("account", "persona", "content")
    report.extend(publish(post, now=now) for post in due)
    return report


def publish(post: SocialMediaPost, *, now: datetime) -> Item:
    """Publish one scheduled or draft post now, whatever its planned time, and tell how that ended."""
    if post.account is None:
        return Item(str(post), Outcome.SKIPPED, "It has no account.")
    if reason := closed(post.account, now):
        return Item(str(post), Outcome.SKIPPED, reason)
    waiting = SocialMediaPost.objects.filter(pk=post.pk, status__in=[PostStatus.SCHEDULED, PostStatus.DRAFT])
    until = now + timedelta(seconds=settings.CLAIM_SECONDS)
    # Only the worker whose update changed the row talks to the platform.
    if waiting.update(status=PostStatus.PUBLISHING, claimed_until=until, status_reason="") != 1:
        return Item(str(post), Outcome.SKIPPED, "It is not waiting to be published.")
    try:
        with adapter_for(post.account) as adapter:
            return _answered(post, adapter.publish(draft_of(post)), now)
    except errors.PlatformError as error:
        return _refused(post, post.account, error, now)


def _resume(post: SocialMediaPost, now: datetime) -> Item:
    """Ask again about a post that the platform still processed. Nothing is sent, so a failure changes nothing."""
    if post.account is None or closed(post.account, now):
        return Item(str(post), Outcome.SKIPPED, "Its account cannot be called.")
    try:
        with adapter_for(post.account) as adapter:
            return _answered(post, adapter.resume(post.publish_id), now)
    except errors.PlatformError as error:
        if not error.permanent or isinstance(error, errors.AuthenticationFailed):
            return Item(str(post), Outcome.PENDING, error.for_staff)
        _save(post, status=PostStatus.FAILED, status_reason=error.for_staff)
        return Item(str(post), Outcome.FAILED, error.for_staff)


def _answered(post: SocialMediaPost, published: PublishedPost, now: datetime) -> Item:
    if not published.platform_post_id:
        _save(post, status=PostStatus.PUBLISHING, publish_id=published.publish_id)
        return Item(str(post), Outcome.PENDING, "The platform is still processing it.")
    _went_live(post, published, now)
    return Item(str(post), Outcome.PUBLISHED, published.url)


def draft_of(post: SocialMediaPost) -> Draft:
    """What the adapter needs to publish a post."""
    media = post.content.media if post.content and post.content.media else None
    return Draft(
        media_kind=post.media_kind,
        caption=post.caption,
        media_urls=(urljoin(settings.PUBLIC_MEDIA_URL, media.name),) if media else (),
        media_files=(Path(media.path),) if media else (),
    )


def _went_live(post: SocialMediaPost, published: PublishedPost, now: datetime) -> None:
    moment = published.published_at or now
    _save(
        post,
        status=PostStatus.PUBLISHED,
        status_reason="",
        platform_post_id=published.platform_post_id,
        publish_id=published.publish_id or post.publish_id,
        url=published.url,
        published_at=moment,
        next_sync_at=next_sync(moment, moment, settings.SYNC_LADDER),
        claimed_until=None,
        **local_time(post.persona, moment),
    )


def local_time(persona: Persona, moment: datetime) -> dict[str, int]:
    """Hour and weekday (0 is Monday) of a moment where the persona lives, daylight saving respected."""
    local = moment.astimezone(persona.timezone)
    return {"local_hour": local.hour, "local_weekday": local.weekday()}


def _refused(post: SocialMediaPost, account: SocialAccount, error: errors.PlatformError, now: datetime) -> Item:
    logger.warning("%s was not published: %s", post, error.for_staff)
    if isinstance(error, errors.OutcomeUnknown):
        _save(post, status=PostStatus.UNKNOWN, status_reason=error.for_staff, publish_id=error.publish_id)
        return Item(str(post), Outcome.FAILED, error.for_staff)
    if isinstance(error, (errors.AuthenticationFailed, errors.RateLimited)):
        note_account_error(account, error, now)
    if error.permanent and not isinstance(error, errors.AuthenticationFailed):
        _save(post, status=PostStatus.FAILED, status_reason=error.for_staff)
        return Item(str(post), Outcome.FAILED, error.for_staff)
    _save(post, status=PostStatus.SCHEDULED, scheduled_at=now + RETRY, status_reason=error.for_staff, claimed_until=None)
    throttled = isinstance(error, errors.RateLimited)
    return Item(str(post), Outcome.THROTTLED if throttled else Outcome.FAILED, error.for_staff)


def give_up_on_lost_attempts(now: datetime) -> int:
    """Posts whose worker died while publishing become `unknown`: they may be live, so nobody sends them again."""
    lost = SocialMediaPost.objects.filter(status=PostStatus.PUBLISHING, publish_id="")
    reason = "The process that published it died before the platform's answer. Look the post up before you plan it again."
    return lost.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).update(
        status=PostStatus.UNKNOWN, status_reason=reason, claimed_until=None
    )


def _save(post: SocialMediaPost, **changes: object) -> None:
    for name, value in changes.items():
        setattr(post, name, value)
    post.save(update_fields=list(changes))
