"""Putting content on a platform, at most once, whatever dies when.

A post is claimed by a conditional update before the platform hears of it, and the log of the attempt says whether the
call that makes it live had left. Where nothing had left, the post is sent again; where a handle is known, the platform
is asked with it; in all other cases the post is `unknown` and is looked up on the account's own list. Nothing is ever
sent again blindly.
"""

import logging
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Q

from engagement import attempts
from engagement.accounts import CLOSING, note_account_error, note_peculiarities, unready
from engagement.attempts import Attempt, ClaimLost
from engagement.enums import AttemptOutcome, PostStatus, Purpose
from engagement.ladder import next_sync
from engagement.local_time import local_time
from engagement.models import SocialMediaPost
from engagement.platforms import adapter_for, errors
from engagement.platforms.base import PlatformAdapter
from engagement.platforms.budgets import clock_from, meter_for
from engagement.platforms.limits import is_of_some_calls
from engagement.reports import Item, Outcome, Report
from engagement.scheduling import PUBLISHABLE, UNSENT, draft_of
from engagement.values import PublishedPost
from gator.studio.enums import PersonaStatus

logger = logging.getLogger(__name__)

# After a refusal that may pass, the post waits this long; doubled with every attempt.
RETRY = timedelta(minutes=15)
# Then somebody has to look: what failed so often will not work by itself.
MAX_ATTEMPTS = 6
# When a post of unknown outcome is looked for, counted from the look before. Lists show a new post within seconds.
LOOKS = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=30))
# Where a platform shows posts only after moderation, which may take hours.
SLOW_LOOKS = (*LOOKS, timedelta(hours=2), timedelta(hours=8), timedelta(hours=24))
NOBODY_DID = "The process that published it ended before the platform's answer. Gator looks it up before anything else."


def publish_due(now: datetime) -> Report:
    """Publish every post whose time has come, and find out about those whose outcome is open."""
    report, clock = Report(), clock_from(now)
    recover(now)
    posts = SocialMediaPost.objects.due_for_publishing(now).select_related("account", "persona", "content")
    report.extend(advance(post, now=clock()) for post in posts.order_by("scheduled_at", "pk"))
    return report


def advance(post: SocialMediaPost, *, now: datetime) -> Item:
    """Take one post a step further: send it, ask about it, or look it up, whatever its status demands."""
    if post.status == PostStatus.PUBLISHING:
        return _resume(post, now, Q(status=PostStatus.PUBLISHING) & ~Q(publish_id=""))
    if post.status == PostStatus.UNKNOWN:
        return _look_up(post, now)
    return publish(post, now=now)


def recover(now: datetime) -> int:
    """What becomes of posts whose process died: those that never left are sent again, the others looked up. How many.

    Posts with a handle are not lost: the platform is asked with it.
    """
    lost = SocialMediaPost.objects.lost_while_publishing(now)
    for post in lost:
        attempt = post.attempts.order_by("-number").first()
        has_left = attempt is None or attempt.sent_at is not None
        claim = attempts.take(post, Q(status=PostStatus.PUBLISHING, publish_id=""), now)
        if claim is None:
            continue
        attempts.bury(post, now)
        after = {"status": PostStatus.UNKNOWN, "next_lookup_at": now, "lookups": 0, "status_reason": NOBODY_DID}
        again = {"status": PostStatus.SCHEDULED, "status_reason": ""}
        attempts.mine(post, claim).update(claim=None, claimed_until=None, **(after if has_left else again))
    return len(lost)


def publish(post: SocialMediaPost, *, now: datetime) -> Item:
    """Publish one scheduled or draft post now, whatever its planned time, and tell how that ended."""
    if reason := _hindrance(post, now) or _withheld(post):
        return Item(str(post), Outcome.SKIPPED, reason)
    attempt = attempts.begin(post, Q(status__in=UNSENT), now)
    if attempt is None:
        return Item(str(post), Outcome.SKIPPED, "It is not waiting to be published.")
    adapter = _adapter(attempt)
    try:
        with adapter:
            item = _sent(attempt, adapter)
    except ClaimLost as lost:
        return Item(str(post), Outcome.SKIPPED, f"{lost}.")
    except errors.PlatformError as error:
        item = _refused(attempt, error)
    if post.account and adapter.notices:
        logger.warning("%s: %s", post, " ".join(adapter.notices))
        note_peculiarities(post.account, adapter.notices, (), attempt.moment())
    return item


def _adapter(attempt: Attempt) -> PlatformAdapter:
    """The adapter of the post's account, which sends nothing that may go live once the claim is lost."""
    account = attempt.post.account
    if account is None:
        raise ValueError("a post without an account is not published")
    adapter = adapter_for(account, meter=meter_for(account, Purpose.PUBLISH, attempt.moment))
    adapter.http.before_create, adapter.note_piece = attempt.going_live, attempt.note_piece
    return adapter


def _sent(attempt: Attempt, adapter: PlatformAdapter) -> Item:
    """Send a post, after what dead attempts of it left behind was taken away."""
    if pieces := attempts.left_behind(attempt.post):
        adapter.discard(pieces)
    return _answered(attempt, adapter.publish(draft_of(attempt.post), attempt))


def _hindrance(post: SocialMediaPost, now: datetime) -> str:
    """Why its account cannot be called; empty if it can."""
    if post.account is None:
        return "It has no account."
    # An earlier post of the same run may have closed it.
    post.account.refresh_from_db()
    return unready(post.account, now)


def _withheld(post: SocialMediaPost) -> str:
    """Why staff would not have the post go out, though it was planned; empty if nothing speaks against it."""
    if post.persona.status != PersonaStatus.ACTIVE:
        return f"{post.persona} is {post.persona.status}: activate the persona and its posts go out."
    if post.content and post.content.status not in PUBLISHABLE:
        return f"Its content is {post.content.status}: approve it and the post goes out."
    return ""


def _resume(post: SocialMediaPost, now: datetime, condition: Q) -> Item:
    """Ask with its handle about a post that was begun; until the platform says more, it goes on waiting."""
    if reason := _hindrance(post, now):
        return Item(str(post), Outcome.SKIPPED, reason)
    attempt = attempts.resume(post, condition, now)
    if attempt is None:
        return Item(str(post), Outcome.SKIPPED, "A worker is asking about it at this moment.")
    try:
        with _adapter(attempt) as adapter:
            return _answered(attempt, adapter.resume(post.publish_id, draft_of(post)))
    except ClaimLost as lost:
        return Item(str(post), Outcome.SKIPPED, f"{lost}.")
    except errors.PlatformError as error:
        return _refused(attempt, _open(error) if attempt.row.sent_at else error)


def _open(error: errors.PlatformError) -> errors.PlatformError:
    """What a refused look says of a post that may be live: nothing, if the refusal concerns the asking alone."""
    if type(error) in (errors.AccessDenied, errors.PlatformError):
        return errors.OutcomeUnknown(error.message, platform=error.platform, status=error.status, code=error.code)
    return error


def _look_up(post: SocialMediaPost, now: datetime) -> Item:
    """Find out whether a post of unknown outcome is live: by its handle, else on the account's own list."""
    if post.publish_id:
        return _resume(post, now, Q(status=PostStatus.UNKNOWN))
    if reason := _hindrance(post, now):
        return Item(str(post), Outcome.SKIPPED, reason)
    attempt = attempts.resume(post, Q(status=PostStatus.UNKNOWN), now)
    if attempt is None:
        return Item(str(post), Outcome.SKIPPED, "A worker is looking for it at this moment.")
    others = SocialMediaPost.objects.filter(account=post.account_id, platform_post_id__isnull=False)
    known = frozenset(str(one) for one in others.recent(72, now).values_list("platform_post_id", flat=True))
    try:
        with _adapter(attempt) as adapter:
            draft = draft_of(post)
            found = adapter.find(draft, since=attempt.row.started_at, known=known)
            slow = not adapter.lists_at_once(draft)
            return _answered(attempt, found) if found else _not_there(attempt, slow=slow)
    except errors.PlatformError as error:
        return _look_failed(attempt, error)


def _not_there(attempt: Attempt, *, slow: bool) -> Item:
    """Look again later; a post that no look finds is not live."""
    post, now, looks = attempt.post, attempt.moment(), SLOW_LOOKS if slow else LOOKS
    if post.lookups < len(looks):
        attempt.save(lookups=post.lookups + 1, next_lookup_at=now + looks[post.lookups])
        return Item(str(post), Outcome.PENDING, "It is not on the account's list yet. Gator looks again.")
    reason = f"It is not on the account's list after {len(looks) + 1} looks, so it did not go out."
    if slow or attempt.count >= MAX_ATTEMPTS:
        words = f"{reason} Plan it again if it is still wanted."
        attempt.end(AttemptOutcome.REFUSED, reason, status=PostStatus.FAILED, status_reason=words)
        return Item(str(post), Outcome.FAILED, reason)
    attempt.end(
        AttemptOutcome.REFUSED,
        reason,
        status=PostStatus.SCHEDULED,
        status_reason=reason,
        scheduled_at=now,
        lookups=0,
    )
    return Item(str(post), Outcome.PENDING, f"{reason} It is sent again.")


def _look_failed(attempt: Attempt, error: errors.PlatformError) -> Item:
    post, now = attempt.post, attempt.moment()
    if post.account and isinstance(error, CLOSING):
        note_account_error(post.account, error, now)
    if isinstance(error, errors.UnsupportedFeature | errors.OutcomeUnknown):
        # Nobody but a person can tell.
        attempt.save(next_lookup_at=None, status_reason=error.for_staff)
        return Item(str(post), Outcome.FAILED, error.for_staff)
    attempt.save(next_lookup_at=now + RETRY)
    return Item(str(post), Outcome.PENDING, error.for_staff)


def _answered(attempt: Attempt, published: PublishedPost) -> Item:
    post = attempt.post
    if not published.platform_post_id:
        handle = published.publish_id or post.publish_id
        attempt.end(AttemptOutcome.PENDING, status=PostStatus.PUBLISHING, publish_id=handle)
        return Item(str(post), Outcome.PENDING, "The platform is still processing it.")
    _went_live(attempt, published)
    return Item(str(post), Outcome.PUBLISHED, published.url)


def _went_live(attempt: Attempt, published: PublishedPost) -> None:
    post = attempt.post
    moment = published.published_at or attempt.moment()
    changes: dict[str, Any] = {
        "status": PostStatus.PUBLISHED,
        "status_reason": "",
        "platform_post_id": published.platform_post_id,
        "publish_id": published.publish_id or post.publish_id,
        "url": published.url,
        "published_at": moment,
        "next_sync_at": next_sync(moment, moment, settings.SYNC_LADDER),
        "next_lookup_at": None,
        **local_time(post.persona.timezone, moment),
    }
    if not attempt.end(AttemptOutcome.LIVE, **changes):
        # Another process has it, and does not know what this one knows: it is live.
        SocialMediaPost.objects.filter(pk=post.pk, platform_post_id=None).update(claim=None, **changes)


def _refused(attempt: Attempt, error: errors.PlatformError) -> Item:
    """Write why the post did not go out, and what comes next: another try, a look, or somebody's decision."""
    post, now = attempt.post, attempt.moment()
    logger.warning("%s was not published: %s", post, error.for_staff)
    if post.account and isinstance(error, CLOSING):
        note_account_error(post.account, error, now)
    outcome, changes = _after(attempt, error, now)
    is_open = changes["status"] == PostStatus.UNKNOWN
    end = AttemptOutcome.UNKNOWN if is_open else AttemptOutcome.REFUSED
    attempt.end(end, error.for_staff, status_reason=error.for_staff, **changes)
    return Item(str(post), outcome, error.for_staff)


def _pause(error: errors.PlatformError) -> timedelta:
    """After a limit that leaves the account open for other calls, the post itself has to wait, at most a day."""
    if isinstance(error, errors.RateLimited) and is_of_some_calls(error.code):
        return max(RETRY, min(timedelta(seconds=error.retry_after), timedelta(days=1)))
    return RETRY


def _after(attempt: Attempt, error: errors.PlatformError, now: datetime) -> tuple[Outcome, dict[str, Any]]:
    post = attempt.post
    if isinstance(error, errors.OutcomeUnknown):
        looks = post.lookups if post.status == PostStatus.UNKNOWN else 0
        # After the last look only a person can tell.
        wait = next(iter(SLOW_LOOKS[looks:]), None)
        look = {"lookups": looks + 1, "next_lookup_at": None if wait is None else now + wait}
        handle = error.publish_id or post.publish_id
        return Outcome.FAILED, {"status": PostStatus.UNKNOWN, "publish_id": handle, **look}
    waits = isinstance(error, errors.RateLimited | errors.AuthenticationFailed)
    if error.permanent and not waits:
        return Outcome.FAILED, {"status": PostStatus.FAILED}
    outcome = Outcome.THROTTLED if isinstance(error, errors.RateLimited) else Outcome.FAILED
    if post.publish_id:
        # What was begun goes on with its handle.
        return (outcome if waits and outcome != Outcome.FAILED else Outcome.PENDING), {"status": PostStatus.PUBLISHING}
    if not waits and attempt.count >= MAX_ATTEMPTS:
        return Outcome.FAILED, {"status": PostStatus.FAILED}
    wait = _pause(error) if waits else RETRY * 2 ** (attempt.count - 1)
    return outcome, {"status": PostStatus.SCHEDULED, "scheduled_at": now + wait}
