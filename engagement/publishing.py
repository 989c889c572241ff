"""Putting content on a platform, at most once.

A post is claimed by a conditional update before the platform hears of it. Where the platform's answer never arrives the
post becomes `unknown` and is never sent again blindly; where the platform still processes, the next run asks again.
"""

import logging
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Q

from engagement.accounts import CLOSING, closed, note_account_error
from engagement.enums import PostStatus
from engagement.hashtags import attach_hashtags
from engagement.ladder import next_sync
from engagement.local_time import local_time
from engagement.metrics import find_hashtags
from engagement.models import SocialAccount, SocialMediaPost
from engagement.platforms import adapter_for, errors
from engagement.reports import Item, Outcome, Report
from engagement.values import Draft, PublishedPost
from gator.studio.enums import ContentStatus, PersonaStatus
from gator.studio.models import Content

logger = logging.getLogger(__name__)

WAITING = (PostStatus.SCHEDULED, PostStatus.DRAFT)
PUBLISHABLE = (ContentStatus.READY, ContentStatus.APPROVED)
# After a refusal that may pass, the post waits this long.
RETRY = timedelta(minutes=15)


class NotPublishable(ValueError):
    """This content cannot go on this account; the message says why. Nothing was written."""


def schedule(content: Content, account: SocialAccount, at: datetime) -> SocialMediaPost:
    """Plan `content` for `account` at a moment. Raises `NotPublishable` for what is not ready, or not the persona's."""
    if content.status not in PUBLISHABLE:
        status = content.get_status_display().lower()
        raise NotPublishable(f"{content} is {status}: only ready or approved content is published.")
    if content.persona_id != account.persona_id:
        raise NotPublishable(f"{account} belongs to {account.persona}, the content to {content.persona}.")
    try:
        return _planned(content, account, at)
    except IntegrityError:
        raise NotPublishable(f"{content} was already planned for {account}.") from None


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
    inside = find_hashtags(content.caption)
    # By what a reader's eye, and a platform, make of each.
    tags = {read: tag for tag in content.hashtags for read in find_hashtags(f"#{tag}")}
    missing = " ".join(f"#{tag}" for read, tag in tags.items() if read not in inside)
    return f"{content.caption}\n\n{missing}".strip() if missing else content.caption


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
    # An earlier post of the same run may have closed it.
    post.account.refresh_from_db()
    if reason := closed(post.account, now) or _withheld(post):
        return Item(str(post), Outcome.SKIPPED, reason)
    if not _claimed(post, Q(status__in=WAITING), now):
        return Item(str(post), Outcome.SKIPPED, "It is not waiting to be published.")
    try:
        with adapter_for(post.account) as adapter:
            return _answered(post, adapter.publish(draft_of(post)), now)
    except errors.PlatformError as error:
        again = {"status": PostStatus.SCHEDULED, "scheduled_at": now + RETRY}
        return _refused(post, error, now, again=again, outcome=Outcome.FAILED)


def _withheld(post: SocialMediaPost) -> str:
    """Why staff would not have the post go out, though it was planned; empty if nothing speaks against it."""
    if post.persona.status != PersonaStatus.ACTIVE:
        return f"{post.persona} is {post.persona.status}: activate the persona and its posts go out."
    if post.content and post.content.status not in PUBLISHABLE:
        return f"Its content is {post.content.status}: approve it and the post goes out."
    return ""


def _resume(post: SocialMediaPost, now: datetime) -> Item:
    """Ask again about a post that the platform still processed; until it says more, the post goes on waiting."""
    if post.account is None:
        return Item(str(post), Outcome.SKIPPED, "It has no account.")
    post.account.refresh_from_db()
    if reason := closed(post.account, now):
        return Item(str(post), Outcome.SKIPPED, reason)
    unclaimed = Q(claimed_until=None) | Q(claimed_until__lte=now)
    if not _claimed(post, Q(status=PostStatus.PUBLISHING) & ~Q(publish_id="") & unclaimed, now):
        return Item(str(post), Outcome.SKIPPED, "A worker is asking about it at this moment.")
    try:
        with adapter_for(post.account) as adapter:
            return _answered(post, adapter.resume(post.publish_id, draft_of(post)), now)
    except errors.PlatformError as error:
        return _refused(post, error, now, again={}, outcome=Outcome.PENDING)


def _claimed(post: SocialMediaPost, condition: Q, now: datetime) -> bool:
    """Take the post for this process. Only the worker whose update changed the row talks to the platform."""
    until = now + timedelta(seconds=settings.CLAIM_SECONDS)
    rows = SocialMediaPost.objects.filter(condition, pk=post.pk)
    return rows.update(status=PostStatus.PUBLISHING, claimed_until=until, status_reason="") == 1


def _answered(post: SocialMediaPost, published: PublishedPost, now: datetime) -> Item:
    if not published.platform_post_id:
        _save(post, status=PostStatus.PUBLISHING, publish_id=published.publish_id, claimed_until=None)
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
        **local_time(post.persona.timezone, moment),
    )


def _refused(
    post: SocialMediaPost, error: errors.PlatformError, now: datetime, *, again: dict[str, Any], outcome: Outcome
) -> Item:
    """Write why the post did not go out. If that may pass it gets the changes `again` and is told as `outcome`."""
    logger.warning("%s was not published: %s", post, error.for_staff)
    if post.account and isinstance(error, CLOSING):
        note_account_error(post.account, error, now)
    changes = again
    if isinstance(error, errors.OutcomeUnknown):
        changes = {"status": PostStatus.UNKNOWN, "publish_id": error.publish_id or post.publish_id}
    elif error.permanent and not isinstance(error, errors.AuthenticationFailed):
        changes = {"status": PostStatus.FAILED}
    _save(post, status_reason=error.for_staff, claimed_until=None, **changes)
    if isinstance(error, errors.RateLimited):
        return Item(str(post), Outcome.THROTTLED, error.for_staff)
    return Item(str(post), outcome if changes is again else Outcome.FAILED, error.for_staff)


def give_up_on_lost_attempts(now: datetime) -> int:
    """Posts whose worker died while publishing become `unknown`: they may be live, so nobody sends them again."""
    lost = SocialMediaPost.objects.filter(status=PostStatus.PUBLISHING, publish_id="")
    reason = "The process that published it died before the platform's answer. Look it up before you plan it again."
    return lost.filter(Q(claimed_until=None) | Q(claimed_until__lte=now)).update(
        status=PostStatus.UNKNOWN, status_reason=reason, claimed_until=None
    )


def _save(post: SocialMediaPost, **changes: object) -> None:
    for name, value in changes.items():
        setattr(post, name, value)
    post.save(update_fields=list(changes))
