"""Scheduled work on accounts and posts: fetch by id, call one function, log. Every task is safe to run twice."""

import logging
from math import ceil

from celery import shared_task
from django.db.models import Count
from django.utils import timezone

from engagement.facts import read_facts
from engagement.models import SocialAccount, SocialMediaPost
from engagement.publishing import advance, recover
from engagement.retention import purge_expired
from engagement.sync import batch_size, sync_batch
from engagement.tokens import due_for_refresh, mark_ends, refresh_account
from engagement.webhooks.processing import process, queue_of, waiting

logger = logging.getLogger(__name__)

# Batches of one account that a minute starts: what is left is due in the next minute, too.
BATCHES_AT_ONCE = 10
# Tasks of one minute are spread over this many seconds, so that the platforms see no burst.
SPREAD_SECONDS = 30
# A task that waited longer has been asked for again since.
EXPIRES_SECONDS = 300
# How often the default schedule looks for tokens to renew.
REFRESH_MINUTES = 5
SWEEP_SECONDS = 60


@shared_task(name="engagement.tasks.sync_due")
def sync_due_task() -> None:
    """Start a task for each account and batch of due posts, in the queue of its platform."""
    now = timezone.now()
    due = dict(SocialMediaPost.objects.due_for_sync(now).order_by().values_list("account").annotate(n=Count("pk")))
    accounts = SocialAccount.objects.working(now).filter(pk__in=due).order_by("pk").only("platform", "flavour")
    wanted = [(account, number) for account in accounts for number in range(_batches(account, due[account.pk]))]
    for position, (account, _) in enumerate(wanted):
        wait = position % SPREAD_SECONDS
        sync_batch_task.apply_async(
            (account.pk,), countdown=wait, queue=account.platform, expires=wait + EXPIRES_SECONDS
        )


def _batches(account: SocialAccount, posts: int) -> int:
    return min(BATCHES_AT_ONCE, ceil(posts / batch_size(account)))


@shared_task(name="engagement.tasks.sync_batch")
def sync_batch_task(account_id: int) -> None:
    """Sync one batch of the due posts of one account."""
    now = timezone.now()
    account = SocialAccount.objects.working(now).filter(pk=account_id).first()
    if account is not None:
        logger.info("Sync of %s: %s", account, sync_batch(account, now=now).counts())


@shared_task(name="engagement.tasks.read_facts")
def read_facts_task() -> None:
    """Start a task for each account whose followers and audience were last read a day ago."""
    now = timezone.now()
    for position, (account, platform) in enumerate(SocialAccount.objects.facts_due(now).values_list("pk", "platform")):
        read_account_facts_task.apply_async((account,), countdown=position % SPREAD_SECONDS, queue=platform)


@shared_task(name="engagement.tasks.read_account_facts")
def read_account_facts_task(account_id: int) -> None:
    """Read the facts of one account, if they are still due."""
    now = timezone.now()
    account = SocialAccount.objects.working(now).filter(pk=account_id).first()
    if account is not None:
        read_facts(account, now)


@shared_task(name="engagement.tasks.publish_due")
def publish_due_task() -> None:
    """Start a task for each post whose time has come or whose outcome is open, in the queue of its platform."""
    now = timezone.now()
    recover(now)
    due = SocialMediaPost.objects.due_for_publishing(now).order_by("scheduled_at", "pk")
    for post, platform in due.values_list("pk", "platform"):
        publish_post_task.apply_async((post,), queue=platform, expires=EXPIRES_SECONDS)


@shared_task(name="engagement.tasks.publish_post")
def publish_post_task(post_id: int) -> None:
    """Take one post a step further, if it is still due."""
    now = timezone.now()
    due = SocialMediaPost.objects.due_for_publishing(now).select_related("account", "persona", "content")
    post = due.filter(pk=post_id).first()
    if post is not None:
        logger.info("Publishing %s: %s", post, advance(post, now=now).outcome)


@shared_task(name="engagement.tasks.process_deliveries")
def process_deliveries_task(ids: list[int]) -> None:
    """Work on events that a platform pushed."""
    logger.info("Pushed events: %s", dict(process(ids, now=timezone.now())))


@shared_task(name="engagement.tasks.process_waiting")
def process_waiting_task() -> None:
    """Start a task for the events of each platform whose own task was lost, or whose next attempt is due."""
    for platform, ids in waiting(timezone.now()).items():
        process_deliveries_task.apply_async((ids,), queue=queue_of(platform), expires=SWEEP_SECONDS)


@shared_task(name="engagement.tasks.purge_expired")
def purge_expired_task() -> None:
    """Blank the texts of comments, and delete refused and pushed payloads, that were kept long enough."""
    logger.info("Purge: %s", purge_expired(timezone.now()))


@shared_task(name="engagement.tasks.refresh_tokens")
def refresh_tokens_task() -> None:
    """Start a task for each token that is due, and mark the accounts whose tokens no program renews."""
    now = timezone.now()
    for position, account in enumerate(due_for_refresh(now)):
        wait = position % SPREAD_SECONDS
        refresh_token_task.apply_async(
            (account.pk,), countdown=wait, queue=account.platform, expires=wait + EXPIRES_SECONDS
        )
    mark_ends(now)


@shared_task(name="engagement.tasks.refresh_token")
def refresh_token_task(account_id: int) -> None:
    """Renew the token of one account."""
    account = SocialAccount.objects.filter(pk=account_id).first()
    if account is not None:
        item = refresh_account(account, now=timezone.now())
        logger.info("Token of %s: %s %s", account, item.outcome, item.reason)
