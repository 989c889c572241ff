"""Scheduled work on accounts and posts: fetch by id, call one function, log. Every task is safe to run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from engagement.models import SocialAccount, SocialMediaPost
from engagement.publishing import publish_due
from engagement.retention import purge_expired
from engagement.sync import sync_account

logger = logging.getLogger(__name__)


@shared_task(name="engagement.tasks.sync_due")
def sync_due_task() -> None:
    """Start one task for each account that has due posts, staggered so that the platforms see no burst."""
    due = SocialMediaPost.objects.due_for_sync(timezone.now()).order_by().values("account")
    accounts = SocialAccount.objects.filter(pk__in=due).order_by("pk").values_list("pk", flat=True)
    for position, account in enumerate(accounts):
        sync_account_task.apply_async((account,), countdown=position % 30)


@shared_task(name="engagement.tasks.sync_account")
def sync_account_task(account_id: int) -> None:
    """Sync the due posts of one account."""
    account = SocialAccount.objects.filter(pk=account_id).first()
    if account is not None:
        logger.info("Sync of %s: %s", account, sync_account(account, now=timezone.now()).counts())


@shared_task(name="engagement.tasks.publish_due")
def publish_due_task() -> None:
    """Publish every post whose time has come."""
    logger.info("Publishing: %s", publish_due(timezone.now()).counts())


@shared_task(name="engagement.tasks.purge_expired")
def purge_expired_task() -> None:
    """Blank the texts of comments that were kept long enough."""
    logger.info("Purge: %s", purge_expired(timezone.now()))
