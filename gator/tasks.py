"""Scheduled work that needs more than one app: call one function, log. Safe to run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from gator import loop

logger = logging.getLogger(__name__)


@shared_task(name="gator.tasks.learn")
def learn_task() -> None:
    """Grade settled posts and extract patterns from what is new."""
    logger.info("Extractions: %s", len(loop.learn(timezone.now())))
