"""Planning content for an account, and what exactly will be sent."""

from datetime import datetime
from pathlib import Path
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth.models import User
from django.db import IntegrityError, transaction

from engagement.enums import PostStatus
from engagement.hashtags import attach_hashtags
from engagement.metrics import find_hashtags
from engagement.models import SocialAccount, SocialMediaPost
from engagement.platforms import kinds_of
from engagement.values import Draft
from gator.studio.enums import ContentStatus, MediaKind
from gator.studio.models import Content

PUBLISHABLE = (ContentStatus.READY, ContentStatus.APPROVED)
UNSENT = (PostStatus.DRAFT, PostStatus.SCHEDULED)


class NotPublishable(ValueError):
    """This content cannot go on this account; the message says why. Nothing was written."""


def schedule(content: Content, account: SocialAccount, at: datetime) -> SocialMediaPost:
    """Plan `content` for `account` at a moment.

    Raises `NotPublishable` for what is not ready, not the persona's, or of a kind that cannot be published there.
    """
    if content.status not in PUBLISHABLE:
        status = content.get_status_display().lower()
        raise NotPublishable(f"{content} is {status}: only ready or approved content is published.")
    if content.persona_id != account.persona_id:
        raise NotPublishable(f"{account} belongs to {account.persona}, the content to {content.persona}.")
    if content.media_kind not in (kinds := kinds_of(account)):
        kind, taken = content.get_media_kind_display().lower(), ", ".join(MediaKind(one).label.lower() for one in kinds)
        raise NotPublishable(
            f"{account} ({account.get_flavour_display()}) takes {taken}, not {kind}: "
            "plan other content, or this one for another account."
        )
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


def waive_ai_label(post: SocialMediaPost, by: User, *, now: datetime) -> None:
    """Let a post go out without the platform's AI label, in a person's name. Raises `NotPublishable` if it is out."""
    rows = SocialMediaPost.objects.filter(pk=post.pk, status__in=UNSENT)
    if not rows.update(ai_label_waived_by=by, ai_label_waived_at=now):
        raise NotPublishable(f"{post} is no longer waiting: the label is set when a post goes out.")


def plan_again(post: SocialMediaPost, *, now: datetime) -> None:
    """Send a post that did not go out once more, with attempts to spare as if it were new.

    Raises `NotPublishable` for one that may be live, or never failed.
    """
    rows = SocialMediaPost.objects.filter(pk=post.pk, status=PostStatus.FAILED, platform_post_id=None)
    if not rows.update(
        status=PostStatus.SCHEDULED,
        scheduled_at=now,
        publish_id="",
        lookups=0,
        next_lookup_at=None,
        attempts_before=post.attempts.count(),
    ):
        raise NotPublishable(f"{post} is {post.get_status_display().lower()}: only what failed is planned again.")


def declare_not_live(post: SocialMediaPost, by: User) -> None:
    """Take a person's word that a post of unknown outcome is not live. Raises `NotPublishable` for any other post."""
    rows = SocialMediaPost.objects.filter(pk=post.pk, status=PostStatus.UNKNOWN)
    reason = f"{by.get_username()} looked at the profile: it did not go out."
    if not rows.update(
        status=PostStatus.FAILED, status_reason=reason, next_lookup_at=None, claim=None, claimed_until=None
    ):
        raise NotPublishable(f"{post} is {post.get_status_display().lower()}: its outcome is known.")


def draft_of(post: SocialMediaPost) -> Draft:
    """What the adapter needs to publish a post."""
    media = post.content.files() if post.content else []
    return Draft(
        media_kind=post.media_kind,
        caption=post.caption,
        media_urls=tuple(urljoin(settings.PUBLIC_MEDIA_URL, one.name) for one in media),
        media_files=tuple(Path(one.path) for one in media),
        made_with_ai=post.ai_label_waived_by_id is None,
    )
