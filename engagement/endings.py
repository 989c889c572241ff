"""How reading a post ended: what its row then says, when it is due again, and what is told of it. Pure."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings

from engagement.enums import PostStatus, SyncStatus
from engagement.ladder import next_sync
from engagement.models import SocialMediaPost
from engagement.platforms import errors
from engagement.reports import Item, Outcome

# A failed read is tried again after this long, whatever the post's age.
RETRY = timedelta(minutes=15)
# A post is gone when it was missed twice, so long apart: one miss may be the platform's own trouble.
MISSED_APART = timedelta(minutes=10)
NOT_FILTERED = "The filter failed on it, so nothing learns from it. Gator tries again; the log holds the reason."
MISSED_ONCE = "Gator looks again before it believes that the post is gone."

# The columns a read ends with, as pairs, so that posts that end alike are written together.
Ending = tuple[tuple[str, Any], ...]


def not_asked(error: errors.BudgetSpent, now: datetime) -> Ending:
    """The columns of a post that nobody was asked about, for want of budget: how its last read ended stands."""
    return (("sync_error", error.for_staff), ("next_sync_at", now + timedelta(seconds=error.retry_after)))


def ending(post: SocialMediaPost, error: errors.PlatformError | None, now: datetime, *, is_filtered: bool) -> Ending:
    """The columns of a post after a read."""
    if error is None and is_filtered:
        due = next_sync(post.published_at or now, now, settings.SYNC_LADDER)
        return (("sync_status", SyncStatus.OK), ("sync_error", ""), ("next_sync_at", due), ("missing_since", None))
    words = error.for_staff if error else NOT_FILTERED
    failed = (("sync_status", SyncStatus.FAILED), ("sync_error", words))
    if isinstance(error, errors.NotFound):
        return (*failed, *_missed(post, words, now))
    # A window that opens sooner than a failure would be retried is not waited for any longer.
    wait = timedelta(seconds=error.retry_after) if isinstance(error, errors.RateLimited) else RETRY
    return (*failed, ("next_sync_at", now + wait))


def _missed(post: SocialMediaPost, words: str, now: datetime) -> Ending:
    if is_gone(post, now):
        return (("status", PostStatus.DELETED), ("status_reason", words), ("next_sync_at", None))
    return (("missing_since", post.missing_since or now), ("next_sync_at", now + RETRY))


def is_gone(post: SocialMediaPost, now: datetime) -> bool:
    """Whether a post that is missed now was missed long enough ago, too."""
    return post.missing_since is not None and now - post.missing_since >= MISSED_APART


def told(post: SocialMediaPost, error: errors.PlatformError | None, now: datetime, *, is_filtered: bool) -> Item:
    """What a report says of the read."""
    if isinstance(error, errors.NotFound):
        return Item(str(post), Outcome.STALE, error.for_staff if is_gone(post, now) else MISSED_ONCE)
    if isinstance(error, errors.RateLimited):
        return Item(str(post), Outcome.THROTTLED, error.for_staff)
    if error is not None:
        return Item(str(post), Outcome.FAILED, error.for_staff)
    return Item(str(post), Outcome.SYNCED) if is_filtered else Item(str(post), Outcome.FAILED, NOT_FILTERED)
