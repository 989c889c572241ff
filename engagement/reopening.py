"""A limit that staff raised, or know to be over, is asked of again at once, with the posts that waited for it."""

from datetime import datetime

from django.db import transaction

from engagement.models import Budget, SocialMediaPost


@transaction.atomic
def reopen(budget: Budget, now: datetime) -> int:
    """Call again what the budget covers; how many posts are due again. Where the platform still refuses, it closes."""
    Budget.objects.filter(pk=budget.pk).update(closed_until=None, slow_until=None, reason="", strikes=0)
    waiting = SocialMediaPost.objects.published().on(budget.platform).exclude(sync_error="")
    own = waiting.filter(account=budget.account_id) if budget.account_id else waiting
    return own.filter(next_sync_at__gt=now).update(next_sync_at=now)
