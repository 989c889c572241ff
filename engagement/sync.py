"""Reading metrics and interactions of due posts: claim, fetch, filter, measure, write.

Due posts are claimed by a conditional update that expires, so two workers never do the same work and a dead one loses
nothing. Requests run outside any transaction. Numbers are stored first and marked unfiltered, then assessed, then the
claim is given back: whatever fails or dies in between is told and done again. A failed fetch touches no stored number.
"""

import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from engagement.accounts import CLOSING, closed, note_account_error, throttled
from engagement.assessment import assess_posts
from engagement.enums import FilterState, MetricSource, PostStatus, SyncStatus
from engagement.interactions import record_all_interactions
from engagement.ladder import next_sync
from engagement.models import Interaction, SocialAccount, SocialMediaPost
from engagement.platforms import adapter_for, errors
from engagement.platforms.base import PlatformAdapter
from engagement.querysets import SocialMediaPostQuerySet
from engagement.recording import InvalidMetric, Observation, record_many, refuse, validate
from engagement.reports import Outcome, Report
from engagement.values import Metrics, SeenInteraction

logger = logging.getLogger(__name__)

# A failed read is tried again after this long, whatever the post's age.
RETRY = timedelta(minutes=15)
NOT_FILTERED = "The filter failed on it, so nothing learns from it. Gator tries again; the log holds the reason."


@dataclass
class Fetched:
    """What one batch of requests brought, before anything is written."""

    observations: list[Observation] = field(default_factory=list)
    interactions: list[tuple[SocialMediaPost, list[SeenInteraction]]] = field(default_factory=list)
    failures: dict[int, errors.PlatformError] = field(default_factory=dict)

    @property
    def closing(self) -> errors.PlatformError | None:
        """The error that closed the account, if any."""
        return next((error for error in self.failures.values() if isinstance(error, CLOSING)), None)


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
        report.add(account, Outcome.THROTTLED if throttled(account, now) else Outcome.SKIPPED, reason)
        return report
    with adapter_for(account) as adapter:
        is_more = True
        while is_more:
            posts = claim(account.posts.due_for_sync(now), now=now, limit=adapter.batch_size)
            _sync_batch(adapter, account, posts, report, now)
            is_more = len(posts) == adapter.batch_size and not closed(account, now)
    return report


def sync_posts(posts: Iterable[SocialMediaPost], *, now: datetime) -> Report:
    """Sync the given posts now, due or not. Posts that cannot be synced are told with the reason."""
    report, named = Report(), list(posts)
    accounts = SocialAccount.objects.in_bulk({post.account_id for post in named if post.account_id})
    by_account: dict[SocialAccount, list[int]] = {}
    for post in named:
        account = accounts.get(post.account_id or 0)
        if account is None or post.status != PostStatus.PUBLISHED:
            report.add(post, Outcome.SKIPPED, "It is not live on an account of ours, so there is nothing to read.")
        elif reason := closed(account, now):
            report.add(post, Outcome.SKIPPED, reason)
        else:
            by_account.setdefault(account, []).append(post.pk)
    for account, ids in by_account.items():
        _sync_named(account, ids, report, now)
    return report


def _sync_named(account: SocialAccount, ids: list[int], report: Report, now: datetime) -> None:
    with adapter_for(account) as adapter:
        for start in range(0, len(ids), adapter.batch_size):
            wanted = SocialMediaPost.objects.filter(pk__in=ids[start : start + adapter.batch_size])
            reason = closed(account, now)
            posts = [] if reason else claim(wanted, now=now, limit=adapter.batch_size)
            for post in wanted.exclude(pk__in=[p.pk for p in posts]):
                report.add(post, Outcome.SKIPPED, reason or "A worker is syncing it at this moment.")
            _sync_batch(adapter, account, posts, report, now)


def claim(posts: SocialMediaPostQuerySet, *, now: datetime, limit: int) -> list[SocialMediaPost]:
    """Claim up to `limit` unclaimed posts for this process; the claim expires after CLAIM_SECONDS."""
    ids = list(posts.order_by("next_sync_at", "pk").values_list("pk", flat=True)[:limit])
    if not ids:
        return []
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
    else:
        if fetched.closing:
            note_account_error(account, fetched.closing, now)
    _store(fetched, now)
    unfiltered = _assess([observation.post for observation in fetched.observations], now)
    _settle(posts, fetched.failures, unfiltered, now)
    for post in posts:
        _tell(report, post, fetched.failures.get(post.pk), is_filtered=post.pk not in unfiltered)


def fetch(adapter: PlatformAdapter, posts: Sequence[SocialMediaPost], now: datetime) -> Fetched:
    """Read metrics of all posts, and interactions of those where something happened. Writes nothing but refusals.

    Raises the platform's error if it concerns the account and nothing was read.
    """
    fetched = Fetched()
    answers = adapter.fetch_metrics([post.platform_post_id or "" for post in posts])
    for post in posts:
        answer = answers.get(post.platform_post_id or "")
        if not isinstance(answer, Metrics):
            fetched.failures[post.pk] = answer or errors.NotFound("It returned no such post", platform=adapter.platform)
        elif problem := _refusal(post, answer, now):
            fetched.failures[post.pk] = problem
        else:
            fetched.observations.append(Observation(post, answer, now))
    for observation in fetched.observations:
        if adapter.can_see_interactions and _has_moved(observation):
            _fetch_interactions(adapter, observation.post, fetched)
    return fetched


def _refusal(post: SocialMediaPost, metrics: Metrics, now: datetime) -> errors.PlatformError | None:
    try:
        validate(metrics)
    except InvalidMetric as invalid:
        refuse(str(invalid), metrics.raw, post=post, now=now)
        return errors.InvalidResponse(str(invalid), platform=post.platform)
    return None


def _has_moved(observation: Observation) -> bool:
    """Whether there may be comments that were not read yet: most reads of an older post find nothing new.

    A number that is unknown, that another source brought, or that a failed sync stored says nothing of that.
    """
    post, comments = observation.post, observation.metrics.comments
    told = post.sync_status == SyncStatus.OK and post.source == MetricSource.API and comments is not None
    return not told or comments != post.comments


def _fetch_interactions(adapter: PlatformAdapter, post: SocialMediaPost, fetched: Fetched) -> None:
    if fetched.closing:
        fetched.failures[post.pk] = fetched.closing
        return
    known = Interaction.objects.filter(post=post).values_list("platform_id", flat=True)
    try:
        seen = adapter.fetch_interactions(post.platform_post_id or "", frozenset(known))
    except errors.NotFound as error:
        # Its numbers were there a moment ago. Whether it is gone is for the next read of those to say.
        fetched.failures[post.pk] = errors.TemporaryFailure(error.message, platform=post.platform, status=error.status)
    except errors.PlatformError as error:
        fetched.failures[post.pk] = error
    else:
        fetched.interactions.append((post, list(seen.interactions)))


@transaction.atomic
def _store(fetched: Fetched, now: datetime) -> None:
    record_many(fetched.observations)
    record_all_interactions(fetched.interactions, now=now)
    ids = [observation.post.pk for observation in fetched.observations]
    SocialMediaPost.objects.filter(pk__in=ids).update(filter_state=FilterState.UNFILTERED)


def _assess(posts: Sequence[SocialMediaPost], now: datetime) -> set[int]:
    """Assess a batch, post by post if that fails; the posts on which the filter failed."""
    try:
        assess_posts(posts, now=now, only_new=True)
    except Exception:  # strangers' texts may break a layer in any way, and the numbers are stored all the same
        if len(posts) > 1:
            return {pk for post in posts for pk in _assess([post], now)}
        logger.exception("The filter failed on %s", posts[0])
        return {posts[0].pk}
    return set()


def _settle(
    posts: Sequence[SocialMediaPost], failures: dict[int, errors.PlatformError], unfiltered: set[int], now: datetime
) -> None:
    """Write how the read ended and give the claim back. What another worker has claimed since is that worker's."""
    mine = SocialMediaPost.objects.filter(claim=posts[0].claim)
    endings: dict[Ending, list[int]] = defaultdict(list)
    for post in posts:
        endings[_ending(post, failures.get(post.pk), now, is_filtered=post.pk not in unfiltered)].append(post.pk)
    for ending, ids in endings.items():
        mine.filter(pk__in=ids).update(**dict(ending), claim=None, claimed_until=None)


# The columns a read ends with, as pairs, so that posts that end alike are written together.
Ending = tuple[tuple[str, Any], ...]


def _ending(post: SocialMediaPost, error: errors.PlatformError | None, now: datetime, *, is_filtered: bool) -> Ending:
    if error is None and is_filtered:
        due = next_sync(post.published_at or now, now, settings.SYNC_LADDER)
        return (("sync_status", SyncStatus.OK), ("sync_error", ""), ("next_sync_at", due))
    words = error.for_staff if error else NOT_FILTERED
    failed = (("sync_status", SyncStatus.FAILED), ("sync_error", words))
    if isinstance(error, errors.NotFound):
        return (*failed, ("status", PostStatus.DELETED), ("status_reason", words), ("next_sync_at", None))
    wait = timedelta(seconds=error.retry_after) if isinstance(error, errors.RateLimited) else RETRY
    return (*failed, ("next_sync_at", now + max(RETRY, wait)))


def _tell(report: Report, post: SocialMediaPost, error: errors.PlatformError | None, *, is_filtered: bool) -> None:
    if error is not None:
        kinds = ((errors.NotFound, Outcome.STALE), (errors.RateLimited, Outcome.THROTTLED))
        outcome = next((outcome for kind, outcome in kinds if isinstance(error, kind)), Outcome.FAILED)
        report.add(post, outcome, error.for_staff)
    elif is_filtered:
        report.add(post, Outcome.SYNCED)
    else:
        report.add(post, Outcome.FAILED, NOT_FILTERED)
