"""Renewing tokens before they end: who is due, one renewal at a time per account, and what a refusal means.

The new pair is saved before anything else happens with it, since the old one may have stopped working. What was sent
and never answered leaves the old pair in place. A refused token pauses its account alone, and only once confirmed.
"""

import logging
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.db.models import Case, F, Q, Value, When

from engagement.enums import AccountState, Purpose
from engagement.models import SocialAccount
from engagement.platforms import adapter_for, errors
from engagement.platforms.budgets import clock_from, meter_for
from engagement.platforms.redacting import REDACTED
from engagement.querysets import BROKEN, WORKING, has_app
from engagement.refusals import is_final, state_after
from engagement.reports import Item, Outcome, Report
from engagement.rules import RENEWALS, is_due, lead
from engagement.values import Tokens

logger = logging.getLogger(__name__)

SEALED = ("access_token", "refresh_token")
# Four times what the call may last. A worker that died with it cannot say whether it was answered.
CLAIM = timedelta(seconds=120)
# A refresh token that was refused is refused again; staff connect the account anew, or the platform had a bad day.
HOLD = timedelta(days=1)
# Between two tries at the least, the interval of the schedule.
RETRY = timedelta(minutes=5)
# With less left than this a token may end while it is used.
SOON = timedelta(minutes=5)
# A token this young is not refused for its age, and another one would be refused, too.
JUST_RENEWED = timedelta(hours=1)
# X refused good tokens for two hours on 1 July 2026: one refusal is confirmed by another one, this much later.
CONFIRM_AFTER = timedelta(minutes=5)
# Refusals further apart than this have nothing to do with each other.
FORGOTTEN = timedelta(days=1)

# Ten years. A token that is said to last longer has no end that matters, and no date holds any number of seconds.
MOST_SECONDS = 10 * 365 * 24 * 3600

RETRIED = "Gator tries again until the token ends. If this stays, connect the account again."
ENDED = "Its token has ended and no program can renew it. Connect the account again."
FIRST_REFUSAL = "One refusal may be the platform's own fault, so Gator asks once more before it pauses the account."


def refresh_due(now: datetime) -> Report:
    """Renew every token that is due, account by account."""
    report = Report(items=[_refresh_by_id(one.pk, now) for one in due_for_refresh(now)])
    mark_ends(now)
    return report


def due_for_refresh(now: datetime) -> Iterator[SocialAccount]:
    """The accounts whose token should be renewed by now, without their tokens: none is opened for that."""
    for account in SocialAccount.objects.near_renewal(now).defer(*SEALED).order_by("token_expires_at", "pk"):
        since, ends_at = held_since(account), account.token_expires_at
        is_ripe = is_due(ends_at, since=since, now=now) if ends_at else now - since >= JUST_RENEWED
        if is_ripe and not RENEWALS[account.platform, account.flavour].is_too_young(since, now):
            yield account


def held_since(account: SocialAccount) -> datetime:
    """Since when its token is ours, at the latest."""
    return account.token_refreshed_at or account.created_at


def mark_ends(now: datetime) -> None:
    """Set the state of accounts by what the clock says of tokens that no program renews."""
    working = SocialAccount.objects.filter(state__in=WORKING).exclude(access_token="")
    working.ended(now).update(state=AccountState.EXPIRED, last_error=ENDED, last_error_at=now)
    ending = SocialAccount.objects.expiring(now).values("pk")
    working.filter(state=AccountState.ACTIVE, pk__in=ending).update(state=AccountState.EXPIRING)
    working.filter(state=AccountState.EXPIRING).exclude(pk__in=ending).update(state=AccountState.ACTIVE)


def _refresh_by_id(pk: int, now: datetime) -> Item:
    try:
        account = SocialAccount.objects.get(pk=pk)
    except ImproperlyConfigured as error:
        # A token that no key opens must not keep the other accounts from being renewed.
        return Item(f"Account {pk}", Outcome.FAILED, str(error))
    return refresh_account(account, now=now)


def refresh_account(account: SocialAccount, *, now: datetime) -> Item:
    """Renew one account's token now, due or not, and tell how that ended. `account` has the new one afterwards."""
    if reason := why_not(account, now):
        return Item(str(account), Outcome.SKIPPED, reason)
    if not _claimed(account, now):
        account.refresh_from_db()
        return Item(str(account), Outcome.SKIPPED, _busy(account, now))
    try:
        with adapter_for(account, meter=meter_for(account, Purpose.PUBLISH, clock_from(now))) as adapter:
            tokens = adapter.refresh()
        if not tokens.access_token:
            raise errors.InvalidResponse("The answer holds no access token", platform=account.platform)
    except errors.PlatformError as error:
        return _not_renewed(account, error, now)
    if not _saved(account, tokens, now):
        return Item(str(account), Outcome.SKIPPED, "Somebody set another token meanwhile.")
    logger.info("%s: its token was renewed, it ends %s", account, account.token_expires_at or "at an unknown time")
    return Item(str(account), Outcome.RENEWED)


def why_not(account: SocialAccount, now: datetime) -> str:
    """Why its token cannot be renewed by a program at `now`, in words for staff; empty if it can."""
    renewal = RENEWALS.get((account.platform, account.flavour))
    if renewal is None or account.state == AccountState.REVOKED or not account.access_token:
        return "No program can renew its token. Connect the account again."
    if not has_app(renewal):
        prefix = renewal.app.upper()
        return f"Its token can be renewed only with the app it belongs to: set {prefix}_APP_ID and {prefix}_APP_SECRET."
    if account.throttled_until and account.throttled_until > now:
        return f"The platform asked to wait until {account.throttled_until:%Y-%m-%d %H:%M} UTC."
    return _what_is_missing(account, now)


def _what_is_missing(account: SocialAccount, now: datetime) -> str:
    renewal, since, ends_at = RENEWALS[account.platform, account.flavour], held_since(account), account.token_expires_at
    if renewal.needs_refresh_token and not account.refresh_token:
        return "It has no refresh token. Connect the account again."
    if renewal.needs_refresh_token and account.refresh_expires_at and account.refresh_expires_at <= now:
        return "Its refresh token has ended. Connect the account again."
    if not renewal.after_end and ends_at and ends_at <= max(now, since + renewal.least_age):
        return "Its token ends before it can be renewed. Connect the account again."
    if renewal.is_too_young(since, now):
        ripe_at = since + renewal.least_age
        return f"Its token is too young: it can be renewed from {ripe_at:%Y-%m-%d %H:%M} UTC on."
    return ""


def _claimed(account: SocialAccount, now: datetime) -> bool:
    """Take the renewal for this process. A pair that changed since it was read is no longer ours to renew."""
    free = Q(refresh_claimed_until=None) | Q(refresh_claimed_until__lte=now)
    if not _unchanged(account).filter(free).update(refresh_claimed_until=now + CLAIM):
        return False
    account.refresh_from_db(fields=SEALED)
    return True


def _unchanged(account: SocialAccount) -> Any:
    return SocialAccount.objects.filter(pk=account.pk, token_refreshed_at=account.token_refreshed_at)


def _busy(account: SocialAccount, now: datetime) -> str:
    until = account.refresh_claimed_until
    if until and until > now + CLAIM:
        return f"The platform refused to renew its token; Gator asks again from {until:%Y-%m-%d %H:%M} UTC on."
    return "A worker is renewing its token at this moment, or just has."


def _saved(account: SocialAccount, tokens: Tokens, now: datetime) -> bool:
    """Save everything the answer brought in one update. A state that a person chose stays."""
    changes: dict[str, Any] = {
        "access_token": _given(tokens.access_token) or account.access_token,
        "token_expires_at": _after(now, tokens.expires_in),
        **renewed(AccountState.ACTIVE, now),
    }
    if refresh_token := _given(tokens.refresh_token):
        changes |= {"refresh_token": refresh_token, "refresh_expires_at": _after(now, tokens.refresh_expires_in)}
    elif tokens.refresh_expires_in is not None:
        changes["refresh_expires_at"] = _after(now, tokens.refresh_expires_in)
    if tokens.scopes is not None:
        changes["scopes"] = list(tokens.scopes)
    return _written(account, changes, state=AccountState.ACTIVE)


def renewed(state: str, now: datetime) -> dict[str, Any]:
    """The columns that a new access token sets, whoever brought it. It wakes an account unless a person paused that."""
    held = {"token_refreshed_at": now, "refresh_claimed_until": None, "auth_failures": 0}
    if state == AccountState.PAUSED:
        return held
    return {**held, "state": AccountState.ACTIVE, "last_error": "", "last_error_at": None}


def _given(token: str) -> str:
    """A token of an answer. One that the connection knew and blanked is the one we have: it stays."""
    return "" if token == REDACTED else token


def _after(now: datetime, seconds: int | None) -> datetime | None:
    """None where the answer does not say, or says 0 for a token without end."""
    return now + timedelta(seconds=min(seconds, MOST_SECONDS)) if seconds and seconds > 0 else None


def _written(account: SocialAccount, changes: dict[str, Any], *, state: str = "") -> bool:
    """Write columns unless the pair changed since it was read; `account` is then as its row is, either way."""
    if state:
        is_paused = When(state=AccountState.PAUSED, then=Value(AccountState.PAUSED))
        changes = changes | {"state": Case(is_paused, default=Value(state))}
    written: int = _unchanged(account).update(**changes)
    account.refresh_from_db()
    return written == 1


def _not_renewed(account: SocialAccount, error: errors.PlatformError, now: datetime) -> Item:
    """Note why; the old pair stays. What no repetition can change is not repeated before the hold ends.

    Only a final refusal pauses the account, or one after the end: until then the token that there is still works.
    """
    is_held = isinstance(error, errors.UnsupportedFeature) or is_final(account, error, now)
    wait = HOLD if is_held else _pause(account, now)
    changes: dict[str, Any] = {"last_error": _words(error, is_held=is_held), "refresh_claimed_until": now + wait}
    state = ""
    if not account.auth_failures:
        # Else it stays the moment of a refusal that waits to be confirmed.
        changes["last_error_at"] = now
    if is_held and isinstance(error, errors.AuthenticationFailed):
        state = state_after(error)
        changes["auth_failures"] = F("auth_failures") + 1
    if isinstance(error, errors.RateLimited):
        changes["throttled_until"] = now + timedelta(seconds=error.retry_after)
    _written(account, changes, state=state)
    logger.warning("%s: %s", account, changes["last_error"])
    return Item(str(account), Outcome.FAILED, changes["last_error"])


def _pause(account: SocialAccount, now: datetime) -> timedelta:
    """Until the next try: as long as it has been due, so that pauses double, but at most half of what is left."""
    ends_at, since = account.token_expires_at, held_since(account)
    if ends_at is None:
        return RETRY
    overdue = now - (ends_at - lead(ends_at - since))
    return max(RETRY, min(overdue, (ends_at - now) / 2, HOLD))


def _words(error: errors.PlatformError, *, is_held: bool) -> str:
    if isinstance(error, errors.OutcomeUnknown):
        # Its usual advice is about a post.
        return f"The token could not be renewed: {error.message.rstrip('.')}. The old one stays; Gator tries again."
    if isinstance(error, errors.AuthenticationFailed) and not is_held:
        error.advice = RETRIED
    return f"The token could not be renewed. {error.for_staff}"


def fresh(account: SocialAccount, now: datetime) -> str:
    """Renew the token inline if it ended, or ends within minutes; why it still cannot be used, empty if it can.

    For those who are about to make an adapter of `account`, which then has the newest token.
    """
    ends_at = account.token_expires_at
    if ends_at is None or ends_at > now + SOON:
        return ""
    item = refresh_account(account, now=now)
    ends_at = account.token_expires_at
    if item.outcome == Outcome.RENEWED or ends_at is None or ends_at > now:
        return ""
    return f"Its token has ended. {item.reason}"


def confirm_failure(account: SocialAccount, error: errors.PlatformError, now: datetime) -> None:
    """Deal with a call that was refused for its token: renew it if that is possible, else count the refusal.

    The account is paused once that is confirmed: by another refusal some minutes later, by a refused renewal, or by the
    end of the token.
    """
    seen = account.token_refreshed_at
    account.refresh_from_db()
    if account.token_refreshed_at != seen:
        # Renewed while the call was under way: what was refused is the old token.
        return
    before = account.last_error_at if account.auth_failures else None
    is_young = seen is not None and now - seen < JUST_RENEWED
    is_held = account.refresh_claimed_until is not None and account.refresh_claimed_until > now + CLAIM
    if not is_young and not is_held and not why_not(account, now):
        item = refresh_account(account, now=now)
        if item.outcome != Outcome.FAILED or account.state not in WORKING:
            return
    _count_refusal(account, error, before=before, now=now)


def _count_refusal(
    account: SocialAccount, error: errors.PlatformError, *, before: datetime | None, now: datetime
) -> None:
    gap = now - before if before else FORGOTTEN
    has_ended = account.token_expires_at is not None and account.token_expires_at <= now
    if account.state in BROKEN or (gap < CONFIRM_AFTER and not has_ended):
        # The same trouble, seen by another worker or at another post.
        return
    is_confirmed = has_ended or gap < FORGOTTEN
    words = error.for_staff if is_confirmed else f"{error.for_staff} {FIRST_REFUSAL}"
    failures = F("auth_failures") + 1 if is_confirmed else 1
    changes = {"auth_failures": failures, "last_error": words, "last_error_at": now}
    _written(account, changes, state=state_after(error) if is_confirmed else "")
