"""Reading metrics and interactions of due posts: claim, fetch, store, filter, measure.

Due posts are claimed by a conditional update that expires, so two workers never do the same work and a dead one loses
nothing. Requests run outside any transaction, several at once for each platform; one thread writes what they brought
(`landing`). A failed fetch touches no stored number.
"""

import gc
import logging
import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from itertools import count, islice
from threading import BoundedSemaphore, Lock
from typing import Any

from django.conf import settings
from django.db import connection

from engagement.accounts import (
    CLOSING,
    note_account_error,
    note_account_success,
    note_peculiarities,
    throttled,
    unready,
)
from engagement.enums import Platform, PostStatus, Purpose
from engagement.fetching import Batch, Fetched, fetch
from engagement.flights import flown, in_turn
from engagement.landing import land
from engagement.models import SocialAccount, SocialMediaPost
from engagement.platforms import ADAPTERS, adapter_for, adapter_name
from engagement.platforms.budgets import clock_from, meter_for
from engagement.platforms.deadlines import DeadlineAdapter
from engagement.querysets import SocialMediaPostQuerySet
from engagement.reports import Outcome, Report

logger = logging.getLogger(__name__)

_POST: Any = SocialMediaPost._meta
# What a sync needs to know of a post; a row holds six times as much.
READ = (
    *("id", "account_id", "platform", "platform_post_id", "caption", "status", "published_at", "claim"),
    *("sync_status", "source", "missing_since", "interactions_read_at", "likes", "comments", "shares"),
)


@dataclass
class Run:
    """One piece of syncing: its moment and the clock that goes on from there, and what it came to."""

    now: datetime
    report: Report = field(default_factory=Report)
    # Accounts that may not be called any more: what is left of theirs stays due.
    closed: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.clock = clock_from(self.now)
        # Of each platform, requests under way.
        self.gates = {platform: BoundedSemaphore(settings.SYNC_FLIGHTS) for platform in Platform.values}
        # Their connections: one for each request under way, and not for each batch.
        self.transport = DeadlineAdapter(pool_maxsize=settings.SYNC_FLIGHTS)


# Batches of one account, each claimed when it is asked for.
Source = Iterator[Batch]


def sync_due(now: datetime) -> Report:
    """Sync every due post, the platforms beside one another and the accounts of each in turn."""
    run, due = Run(now), SocialMediaPost.objects.due_for_sync(now).order_by().values("account")
    accounts = SocialAccount.objects.filter(pk__in=due).order_by("pk")
    return _sync([(account.platform, _due(account, run, at_once=settings.SYNC_FLIGHTS)) for account in accounts], run)


def sync_account(account: SocialAccount, *, now: datetime) -> Report:
    """Sync the due posts of one account, batch by batch."""
    run = Run(now)
    return _sync([(account.platform, _due(account, run, at_once=settings.SYNC_FLIGHTS))], run)


def sync_batch(account: SocialAccount, *, now: datetime) -> Report:
    """Sync one batch of an account's due posts: what one task does."""
    run = Run(now)
    with closing(run.transport):
        for batch in islice(_due(account, run, at_once=1), 1):
            _finish([(batch, _fetched(batch, run))], run)
    return run.report


def sync_posts(posts: Iterable[SocialMediaPost], *, now: datetime) -> Report:
    """Sync the given posts now, due or not. Posts that cannot be synced are told with the reason."""
    run, named = Run(now), list(posts)
    accounts = SocialAccount.objects.in_bulk({post.account_id for post in named if post.account_id})
    wanted: dict[SocialAccount, list[SocialMediaPost]] = defaultdict(list)
    for post in named:
        account = accounts.get(post.account_id or 0)
        if account is None or post.status != PostStatus.PUBLISHED:
            run.report.add(post, Outcome.SKIPPED, "It is not live on an account of ours, so there is nothing to read.")
        else:
            wanted[account].append(post)
    return _sync([(account.platform, _named(account, those, run)) for account, those in wanted.items()], run)


def _due(account: SocialAccount, run: Run, *, at_once: int) -> Source:
    """The due posts of an account, while it may be called. One that may not be called at all is told.

    Posts are claimed for `at_once` batches at a time.
    """
    size = batch_size(account)
    for number in count():
        now = run.clock()
        account.refresh_from_db()
        if reason := unready(account, now):
            if number == 0:
                run.report.add(account, Outcome.THROTTLED if throttled(account, now) else Outcome.SKIPPED, reason)
            return
        if account.pk in run.closed:
            return
        most = size * at_once
        posts = claim(account.posts.due_for_sync(now), now=now, limit=most)
        yield from _batches(account, posts, size, run)
        if len(posts) < most:
            return


def _batches(account: SocialAccount, posts: Sequence[SocialMediaPost], size: int, run: Run) -> Source:
    """Claimed posts in batches, the newest first; those of an account that was closed meanwhile are given back."""
    newest = sorted(posts, key=lambda post: (post.published_at is not None, post.published_at), reverse=True)
    edge = _edge(account, size) if newest else None
    for start in range(0, len(newest), size):
        if account.pk in run.closed:
            release(newest[start:])
            return
        those = newest[start : start + size]
        yield Batch(account, those, _are_recent(those, edge))


def _named(account: SocialAccount, posts: Sequence[SocialMediaPost], run: Run) -> Source:
    """The given posts of an account; those that it may not be called for, or that another worker has, are told."""
    size = batch_size(account)
    for start in range(0, len(posts), size):
        now = run.clock()
        account.refresh_from_db()
        those, reason = posts[start : start + size], unready(account, now)
        wanted = SocialMediaPost.objects.filter(pk__in=[post.pk for post in those])
        mine = [] if reason else claim(wanted, now=now, limit=size)
        for post in those:
            if post not in mine:
                run.report.add(post, Outcome.SKIPPED, reason or "A worker is syncing it at this moment.")
        if mine:
            yield Batch(account, mine, _are_recent(mine, _edge(account, len(mine))))


def _sync(sources: Iterable[tuple[str, Source]], run: Run) -> Report:
    """Work the sources off, each platform in a lane of its own."""
    lanes: dict[str, list[Source]] = defaultdict(list)
    for platform, source in sources:
        lanes[platform].append(source)
    flights = settings.SYNC_FLIGHTS
    # What an account claims in one go, then the same of the next: batches of one account that land together are
    # compared with its other posts by the same queries.
    drawn = [in_turn(lane, at_once=flights) for lane in lanes.values()]
    # Twice as many batches as requests are under way: while some wait for their platform, others are counted and read.
    with collected_seldom(), closing(run.transport):
        for landed in flown(drawn, partial(_fetched, run=run), flights=2 * flights if flights > 1 else 1):
            _finish(landed, run)
    return run.report


# Of each run under way, how the process collects besides: the last one that ends, and no other, goes back to that.
_USUAL: list[tuple[int, int, int]] = []
_SELDOM = Lock()


@contextmanager
def collected_seldom() -> Iterator[None]:
    """Look for circles of garbage after fifty thousand new objects instead of after seven hundred.

    A run makes millions of objects and hardly any circle; looking for these took a tenth of its time.
    """
    with _SELDOM:
        _USUAL.append(_USUAL[0] if _USUAL else gc.get_threshold())
        gc.set_threshold(50_000, *_USUAL[0][1:])
    try:
        yield
    finally:
        with _SELDOM:
            usual = _USUAL.pop()
            if not _USUAL:
                gc.set_threshold(*usual)


def batch_size(account: SocialAccount) -> int:
    """How many posts its platform answers for in one go."""
    return ADAPTERS[adapter_name(account.platform, account.flavour)].batch_size


def _edge(account: SocialAccount, size: int) -> datetime | None:
    """When the last post was made of which reading the account's list as far as there brings a batch; None: any."""
    newest = account.posts.exclude(published_at=None).order_by("-published_at", "-pk")
    return newest.values_list("published_at", flat=True)[3 * size // 2 :].first()


def _are_recent(posts: Sequence[SocialMediaPost], edge: datetime | None) -> bool:
    """Whether most of the account's posts since the oldest of these are these."""
    return edge is None or all(post.published_at and post.published_at > edge for post in posts)


def claim(posts: SocialMediaPostQuerySet, *, now: datetime, limit: int) -> list[SocialMediaPost]:
    """Claim up to `limit` unclaimed posts for this process; the claim expires after CLAIM_SECONDS."""
    longest_due, given = posts.order_by("next_sync_at", "pk").values("pk")[:limit].query.sql_with_params()
    values = {"claim": uuid.uuid4(), "claimed_until": now + timedelta(seconds=settings.CLAIM_SECONDS)}
    claimed = [_POST.get_field(name).get_db_prep_save(value, connection) for name, value in values.items()]
    moment = connection.ops.adapt_datetimefield_value(now)
    # The condition is checked again by the update itself: of two workers with the same ids only one gets each post.
    # It tells at once which: no index finds the posts of a claim.
    mine = SocialMediaPost.objects.raw(
        f"UPDATE {_POST.db_table} SET claim = %s, claimed_until = %s WHERE id IN ({longest_due})"  # noqa: S608
        f" AND (claimed_until IS NULL OR claimed_until <= %s) RETURNING {', '.join(READ)}",
        [*claimed, *given, moment],
    )
    return sorted(mine, key=lambda post: post.pk)


def release(posts: Sequence[SocialMediaPost]) -> None:
    """Give claims back unused."""
    mine = SocialMediaPost.objects.filter(pk__in=[post.pk for post in posts], claim=posts[0].claim)
    mine.update(claim=None, claimed_until=None)


def _fetched(batch: Batch, run: Run) -> Fetched:
    meter = meter_for(batch.account, Purpose.SYNC, run.clock, run.gates[batch.account.platform])
    with adapter_for(batch.account, meter=meter, transport=run.transport) as adapter:
        return fetch(adapter, batch.posts, run.now, recent=batch.recent)


def _finish(landed: Sequence[tuple[Batch, Fetched]], run: Run) -> None:
    """Write what batches brought, all at once, and tell it."""
    for batch, fetched in landed:
        _note(batch.account, fetched, run)
    run.report.extend(land(landed, run.now))


def _note(account: SocialAccount, fetched: Fetched, run: Run) -> None:
    """Write down what the platform said of the account, good or bad."""
    if isinstance(fetched.account_error, CLOSING):
        run.closed.add(account.pk)
    if fetched.account_error:
        # A window is closed from the answer on, however long the run has been going.
        note_account_error(account, fetched.account_error, run.clock())
    elif fetched.observations:
        note_account_success(account)
    note_peculiarities(account, fetched.notices, fetched.refused, run.now)
