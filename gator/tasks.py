"""Scheduled work that needs more than one app: call one function, log. Safe to run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from acd.tracking import sweep_abandoned
from engagement.erasure import erase_stragglers
from gator import loop
from gator.forgetting import relearn
from gator.studio.generation import close_abandoned

logger = logging.getLogger(__name__)


@shared_task(name="gator.tasks.learn")
def learn_task() -> None:
    """Grade settled posts and extract patterns from what is new."""
    logger.info("Extractions: %s", len(loop.learn(timezone.now())))


@shared_task(name="gator.tasks.sweep")
def sweep_task() -> None:
    """End the runs whose process was killed, and the content that they left half made."""
    logger.info("Abandoned runs: %s, contents: %s", sweep_abandoned(timezone.now()), close_abandoned())


@shared_task(name="gator.tasks.relearn")
def relearn_task() -> None:
    """Erase whom a writer stored while they were erased, then make grades and patterns anew after erasures."""
    now = timezone.now()
    logger.info("Erased again: %s interactions; after erasures: %s", erase_stragglers(now), relearn(now))
