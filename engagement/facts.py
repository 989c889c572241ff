"""What a platform says of our own accounts, once a day: followers, handle, and who the audience is."""

import logging
from datetime import datetime, timedelta
from typing import Any

from engagement.accounts import CLOSING, note_account_error, note_peculiarities, unready
from engagement.audiences import shown
from engagement.enums import Purpose
from engagement.models import SocialAccount
from engagement.platforms import adapter_for, errors
from engagement.platforms.budgets import clock_from, meter_for
from engagement.values import AccountFacts

logger = logging.getLogger(__name__)

# A metric that was refused is asked for again after this time: platforms bring some back.
REFUSED_FOR = timedelta(days=30)


def read_facts(account: SocialAccount, now: datetime) -> bool:
    """Read the facts of an account whose last are a day old; whether they were read.

    The turn is taken by a conditional update, so of many workers one asks. What cannot be read stays as it was.
    """
    if unready(account, now) or not SocialAccount.objects.facts_due(now).filter(pk=account.pk).update(facts_at=now):
        return False
    try:
        with adapter_for(account, meter=meter_for(account, Purpose.SYNC, clock_from(now))) as adapter:
            _store(account, adapter.fetch_account(), now)
            note_peculiarities(account, adapter.notices, adapter.refused - adapter.credentials.refused, now)
    except errors.UnsupportedFeature:
        return False
    except errors.PlatformError as error:
        logger.warning("The facts of %s were not read: %s", account, error.for_staff)
        if isinstance(error, CLOSING):
            note_account_error(account, error, now)
        return False
    return True


def _store(account: SocialAccount, facts: AccountFacts, now: datetime) -> None:
    changes: dict[str, Any] = {"refused_metrics": _still_refused(account, now)}
    if facts.followers is not None:
        changes["followers"] = facts.followers
    if facts.handle:
        changes["handle"] = facts.handle[:100]
    if facts.audience:
        changes["audience"] = shown(facts.audience)
    SocialAccount.objects.filter(pk=account.pk).update(**changes)
    for name, value in changes.items():
        setattr(account, name, value)


def _still_refused(account: SocialAccount, now: datetime) -> dict[str, dict[str, str]]:
    since = (now - REFUSED_FOR).date().isoformat()
    kept = {
        place: {name: day for name, day in names.items() if day > since}
        for place, names in account.refused_metrics.items()
    }
    return {place: names for place, names in kept.items() if names}
