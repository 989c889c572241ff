"""Whether an account may be called, and what platforms said against it."""

import logging
from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from engagement.models import SocialAccount
from engagement.platforms import errors
from engagement.platforms.limits import is_of_some_calls
from engagement.querysets import WORKING
from engagement.tokens import CONFIRM_AFTER, confirm_failure, fresh

logger = logging.getLogger(__name__)

# These close the whole account; asking on would prolong a limit, or ask with a dead token.
CLOSING = (errors.AuthenticationFailed, errors.RateLimited)


def throttled(account: SocialAccount, now: datetime) -> bool:
    """Whether the platform's window is closed at `now`."""
    return account.throttled_until is not None and account.throttled_until > now


def closed(account: SocialAccount, now: datetime) -> str:
    """Why an account cannot be called at `now`, in words for staff; empty if it can."""
    if throttled(account, now):
        return f"The platform asked {account} to wait until {account.throttled_until:%Y-%m-%d %H:%M} UTC."
    if account.state not in WORKING:
        return f"{account} is {account.get_state_display().lower()}: connect it again or set it active."
    if account.auth_failures and account.last_error_at and now < (again := account.last_error_at + CONFIRM_AFTER):
        return f"The platform refused the token of {account}: Gator asks again after {again:%Y-%m-%d %H:%M} UTC."
    return ""


def unready(account: SocialAccount, now: datetime) -> str:
    """Why an account cannot be called at `now`, after its token was renewed if that was due; empty if it can."""
    return closed(account, now) or fresh(account, now)


def note_account_error(account: SocialAccount, error: errors.PlatformError, now: datetime) -> None:
    """Write down what a platform said against a whole account; a dead token pauses that account alone.

    A limit of posting alone, or of reading, closes its budget and not the account. A budget of Gator's own that is
    spent says nothing against the account: what has a reserve goes on.
    """
    if isinstance(error, errors.BudgetSpent):
        return
    logger.warning("%s: %s", account, error.for_staff)
    if isinstance(error, errors.AuthenticationFailed):
        confirm_failure(account, error, now)
        return
    changes: dict[str, Any] = {"last_error": error.for_staff, "last_error_at": now}
    if isinstance(error, errors.RateLimited) and not is_of_some_calls(error.code):
        changes["throttled_until"] = now + timedelta(seconds=error.retry_after)
    for name, value in changes.items():
        setattr(account, name, value)
    account.save(update_fields=list(changes))


def note_peculiarities(
    account: SocialAccount, notices: Collection[str], refused: Collection[tuple[str, str]], now: datetime
) -> None:
    """Remember what a platform does otherwise than expected, and the metrics that it refuses, each with the day.

    A read that says nothing of it may not have asked for it, so it clears nothing: the day tells how old the word is.
    """
    known = {(place, name) for place, names in account.refused_metrics.items() for name in names}
    fresh = set(refused) - known
    notice = "\n".join(f"{now:%Y-%m-%d}: {words}" for words in dict.fromkeys(notices))
    if not fresh and notice in ("", account.notice):
        return
    metrics = {place: dict(names) for place, names in account.refused_metrics.items()}
    for place, name in sorted(fresh):
        metrics.setdefault(place, {})[name] = now.date().isoformat()
    account.refused_metrics, account.notice = metrics, notice or account.notice
    account.save(update_fields=["refused_metrics", "notice"])


def note_account_success(account: SocialAccount) -> None:
    """Forget refusals of the token: a call with it was answered."""
    if account.auth_failures:
        account.auth_failures = 0
        account.save(update_fields=["auth_failures"])
