"""Reading metrics and interactions of due posts: claim, fetch, filter, measure, write.

Due posts are claimed by a conditional update that expires, so two workers never do the same work and a dead one loses
nothing. Requests run outside any transaction; one transaction writes a batch. A failed fetch never touches stored numbers.
"""

import logging
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from engagement.assessment import assess_posts
from engagement.enums import AccountState, FilterState, PostStatus, SyncStatus
from engagement.ladder import next_sync
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.platforms import adapter_for, errors
from engagement.platforms.base import PlatformAdapter
from engagement.querysets import WORKING
from engagement.recording import (
    InvalidMetric,
    Observation,
    record_interactions,
    record_many,
    refuse,
    validate,
    write_posts,
)
from engagement.reports import Outcome, Report
from engagement.values import Metrics, SeenInteraction

logger = logging.getLogger(__name__)

SYNC_FIELDS = ("sync_status", "sync_error", "next_sync_at", "claim", "claimed_until")
# A failed read is tried again after this long, whatever the post's age.
RETRY = timedelta(minutes=15)


@dataclass
class Fetched:
    """What one batch of requests brought, before anything is written."""

    observations: list[Observation] = field(default_factory=list)
    interactions: list[tuple[SocialMediaPost, list[SeenInteraction]]] = field(default_factory=list)
    failures: dict[int, errors.PlatformError] = field(default_factory=dict)


def sync_due(now: datetime) -> Report:
    """Sync every due post, account by account."""
    report = Report()
    due = SocialMediaPost.objects.due_for_sync(now).order_by().values("account")
    for account in SocialAccount.objects.filter(pk__in=due):
        report.extend(sync_account(account, now=now).items)
    return report


def sync_account(account: SocialAccount, *, now: datetime) -> Report:
    """Sync the due posts of one account, batch by batch."""
    report = Report()
    if reason := closed(account, now):
        report.add(account, Outcome.THROTTLED if "until" in reason else Outcome.SKIPPED, reason)
        return report
    with adapter_for(account) as adapter:
        while posts := claim(account.posts.due_for_sync(now), now=now, limit=adapter.batch_size):
            _sync_batch(adapter, account, posts, report, now)
            if closed(account, now):
                break
    return report


def sync_posts(posts: Iterable[SocialMediaPost], *, now: datetime) -> Report:
    """Sync the given posts now, due or not. Posts that cannot be synced are told with the reason."""
    report = Report()
    by_account: dict[SocialAccount, list[int]] = {}
    for post in posts:
        if post.account is None or post.status != PostStatus.PUBLISHED:
            report.add(post, Outcome.SKIPPED, "It is not live on an account of ours, so there is nothing to read.")
        elif reason := closed(post.account, now):
            report.add(post, Outcome.SKIPPED, reason)
        else:
            by_account.setdefault(post.account, []).append(post.pk)
    for account, ids in by_account.items():
        _sync_named(account, ids, report, now)
    return report


def _sync_named(account: SocialAccount, ids: list[int], report: Report, now: datetime) -> None:
    with adapter_for(account) as adapter:
        for start in range(0, len(ids), adapter.batch_size):
            wanted = SocialMediaPost.objects.filter(pk__in=ids[start : start + adapter.batch_size])
            posts = claim(wanted, now=now, limit=adapter.batch_size)
            for post in wanted.exclude(pk__in=[p.pk for p in posts]):
                report.add(post, Outcome.SKIPPED, "A worker is syncing it at this moment.")
            _sync_batch(adapter, account, posts, report, now)


def closed(account: SocialAccount, now: datetime) -> str:
    """Why an account cannot be called at `now`, in words for staff; empty if it can."""
    if account.throttled_until and account.throttled_until > now:
        return f"The platform asked {account} to wait until {account.throttled_until:%Y-%m-%d %H:%M} UTC."
    if account.state not in WORKING:
        return f"{account} is {account.get_state_display().lower()}: connect it again or set it active."
    return ""


def claim(posts: object, *, now: datetime, limit: int) -> list[SocialMediaPost]:
    """Claim up to `limit` unclaimed posts for this process; the claim expires after CLAIM_SECONDS."""
    ids = list(posts.order_by("next_sync_at", "pk").values_list("pk", flat=True)[:limit])  # type: ignore[attr-defined]
    mine = uuid.uuid4()
    free = SocialMediaPost.objects.filter(Q(claimed_until=None) | Q(claimed_until__lte=now), pk__in=ids)
    # The condition is checked again by the update itself: of two workers with the same ids only one gets each post.
    free.update(claim=mine, claimed_until=now + timedelta(seconds=settings.CLAIM_SECONDS))
    return list(SocialMediaPost.objects.filter(claim=mine).select_related("account", "persona").order_by("pk"))


def _sync_batch(
    adapter: PlatformAdapter, account: SocialAccount, posts: Sequence[SocialMediaPost], report: Report, now: datetime
) -> None:
    if not posts:
        return
    try:
        fetched = fetch(adapter, posts, now)
    except errors.PlatformError as error:
        note_account_error(account, error, now)
        fetched = Fetched(failures={post.pk: error for post in posts})
    _write(posts, fetched, now)
    for post in posts:
        _tell(report, post, fetched.failures.get(post.pk))


def fetch(adapter: PlatformAdapter, posts: Sequence[SocialMediaPost], now: datetime) -> Fetched:
    """Read metrics of all posts, and interactions of those where something happened. Writes nothing but refusals.

    Raises the platform's error if it concerns the account and not one post.
    """
    fetched = Fetched()
    answers = adapter.fetch_metrics([post.platform_post_id or "" for post in posts])
    for post in posts:
        answer = answers.get(post.platform_post_id or "")
        if not isinstance(answer, Metrics):
            fetched.failures[post.pk] = answer or errors.NotFound("It did not return the post", platform=adapter.platform)
        elif problem := _refusal(post, answer, now):
            fetched.failures[post.pk] = problem
        else:
            _fetch_interactions(adapter, post, answer, fetched)
            fetched.observations.append(Observation(post, answer, now))
    return fetched


def _refusal(post: SocialMediaPost, metrics: Metrics, now: datetime) -> errors.PlatformError | None:
    try:
        validate(metrics)
    except InvalidMetric as invalid:
        refuse(str(invalid), metrics.raw, post=post, now=now)
        return errors.InvalidResponse(str(invalid), platform=post.platform)
    return None


def _fetch_interactions(adapter: PlatformAdapter, post: SocialMediaPost, metrics: Metrics, fetched: Fetched) -> None:
    # Comments are read only when their number moved: most reads of an older post find nothing new. After a failure they are
    # read in any case, since the number may have been stored without them.
    unmoved = post.sync_status == SyncStatus.OK and metrics.comments == post.comments
    if unmoved or not adapter.can_see_interactions:
        return
    known = Interaction.objects.filter(post=post).values_list("platform_id", flat=True)
    try:
        seen = adapter.fetch_interactions(post.platform_post_id or "", frozenset(known))
    except (errors.NotFound, errors.TemporaryFailure, errors.InvalidResponse, errors.AccessDenied) as error:
        fetched.failures[post.pk] = error
        return
    fetched.interactions.append((post, seen))


@transaction.atomic
def _write(posts: Sequence[SocialMediaPost], fetched: Fetched, now: datetime) -> None:
    record_many(fetched.observations)
    for post, seen in fetched.interactions:
        record_interactions(post, seen, now=now)
    assess_posts([o.post for o in fetched.observations], now=now)
    for post in posts:
        _settle(post, fetched.failures.get(post.pk), now)
    write_posts(posts, SYNC_FIELDS)
    write_posts([post for post in posts if post.status == PostStatus.DELETED], ("status", "status_reason"))


def _settle(post: SocialMediaPost, error: errors.PlatformError | None, now: datetime) -> None:
    post.claim = post.claimed_until = None
    if error is None:
        post.sync_status, post.sync_error = SyncStatus.OK, ""
        post.next_sync_at = next_sync(post.published_at or now, now, settings.SYNC_LADDER)
        return
    post.sync_status, post.sync_error = SyncStatus.FAILED, error.for_staff
    post.next_sync_at = now + RETRY
    if isinstance(error, errors.RateLimited):
        post.next_sync_at = now + max(RETRY, timedelta(seconds=error.retry_after))
    if isinstance(error, errors.NotFound):
        post.status, post.status_reason, post.next_sync_at = PostStatus.DELETED, error.for_staff, None


def note_account_error(account: SocialAccount, error: errors.PlatformError, now: datetime) -> None:
    """Write down what a platform said against a whole account; a dead token pauses that account alone."""
    account.last_error, account.last_error_at = error.for_staff, now
    if isinstance(error, errors.AuthenticationFailed):
        account.state = AccountState.EXPIRED
    if isinstance(error, errors.RateLimited):
        account.throttled_until = now + timedelta(seconds=error.retry_after)
    account.save(update_fields=["last_error", "last_error_at", "state", "throttled_until"])
    logger.warning("%s: %s", account, error.for_staff)


def _tell(report: Report, post: SocialMediaPost, error: errors.PlatformError | None) -> None:
    if error is None:
        report.add(post, Outcome.SYNCED, "" if post.filter_state != FilterState.UNFILTERED else "not filtered")
    elif isinstance(error, errors.NotFound):
        report.add(post, Outcome.STALE, error.for_staff)
    elif isinstance(error, errors.RateLimited):
        report.add(post, Outcome.THROTTLED, error.for_staff)
    else:
        report.add(post, Outcome.FAILED, error.for_staff)
