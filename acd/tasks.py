"""Periodic work on contexts: thin, and safe to run twice."""

import logging

from celery import shared_task
from django.utils import timezone

from acd import tracking

logger = logging.getLogger(__name__)


@shared_task(name="acd.tasks.sweep_abandoned")
def sweep_abandoned() -> int:
    """Fail the runs whose process was killed."""
    count = tracking.sweep_abandoned(timezone.now())
    if count:
        logger.warning("%d ACD contexts were left by killed processes and are failed now.", count)
    return count
