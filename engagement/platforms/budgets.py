"""Budgets of calls and money: taken before a call, corrected by what the platform says after it.

All workers share the counts through the database, and each call takes from all of its budgets in one short
transaction. No transaction is held while a platform is asked.
"""

import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import F

from engagement.enums import Origin, Platform, Purpose
from engagement.models import Budget, SocialAccount, Spending
from engagement.platforms import adapter_name, errors
from engagement.platforms.ledger import add, begin_window, free_at, locked, new_today, save, spent, window_of
from engagement.platforms.limits import MONEY, REFUNDED, Limit, closed_by, limits_of, unanswered
from engagement.platforms.prices import things_of
from engagement.platforms.replies import Reply
from engagement.platforms.usage import SLOW_FROM, STOP_AT, Report, reports
from engagement.platforms.windows import Slot, way_of

Clock = Callable[[], datetime]
# Lets every request through at once.
OPEN = nullcontext()

# Between SLOW_FROM and STOP_AT syncing waits up to so long between two calls.
SLOWEST = timedelta(seconds=5)
# A window that opens within so many seconds is waited for; longer waits belong to the caller.
PATIENCE = 5.0
# A limit met again and again: "back off from 5 minutes doubling to 60".
LIMIT_PAUSE, LONGEST_LIMIT_PAUSE = timedelta(minutes=5), timedelta(hours=1)
# So many calls in a row without an answer close a platform for a minute, then for two, up to fifteen.
UNANSWERED_CALLS = 5
SILENCE_PAUSE, LONGEST_SILENCE_PAUSE = timedelta(minutes=1), timedelta(minutes=15)
SILENT = "Several calls in a row were not answered."
# X counts whole seconds: at the very moment of its reset the old window may still stand.
RESET_MARGIN = timedelta(seconds=1)
# The same reset is told with jitter, since the clocks on both sides count whole seconds.
SAME_RESET = timedelta(seconds=5)
# The platform's percentage is written down again after this long, even if it stays the same.
USAGE_KEEPS = timedelta(minutes=1)


def meter_for(
    account: SocialAccount, purpose: Purpose, clock: Clock, gate: AbstractContextManager[Any] = OPEN
) -> "DatabaseMeter":
    """What counts the calls made for an account, in the time of the clock, and lets them through the gate."""
    return DatabaseMeter(account, purpose, clock, gate=gate)


def clock_from(now: datetime) -> Clock:
    """A clock that reads `now` and goes on from there; one for all the work that is given this moment."""
    started = time.monotonic()
    return lambda: now + timedelta(seconds=time.monotonic() - started)


@dataclass(frozen=True)
class DatabaseMeter:
    """Counts an account's calls of one purpose in the database."""

    account: SocialAccount
    purpose: Purpose
    clock: Clock
    patience: float = PATIENCE
    gate: AbstractContextManager[Any] = OPEN

    @property
    def program(self) -> str:
        """The key of the account's limits."""
        return adapter_name(self.account.platform, self.account.flavour)

    def spend(self, method: str, path: str, request: Mapping[str, Any]) -> "MeteredCall":
        """Take the price of a call from all of its budgets, or from none; a short wait is waited.

        Raises `BudgetSpent`.
        """
        waited = 0.0
        while True:
            try:
                return self._taken(method, path, request)
            except errors.BudgetSpent as refusal:
                waited += refusal.retry_after
                if waited > self.patience:
                    raise
                time.sleep(refusal.retry_after)

    def _taken(self, method: str, path: str, request: Mapping[str, Any]) -> "MeteredCall":
        units = limits_of(self.program, method, path, request)
        with transaction.atomic():
            budgets = locked(self.account, units)
            now = self.clock()
            # Of what is only counted it makes no difference how much it is.
            limited = [budget for budget in budgets.values() if budget.amount is not None]
            used = dict.fromkeys((budget.pk for budget in budgets.values()), 0) | spent(limited, now)
            waits = [self._wait(budgets[one], units[one], used[budgets[one].pk], now) for one in units]
            if refusals := [wait for wait in waits if wait]:
                self._refuse(max(refusals), now)
            for budget in budgets.values():
                self._pass_one_by_one(budget, now)
            slots = add({budgets[one]: number for one, number in units.items()}, now)
        taken = {one: Taken(budget, used[budget.pk] + units[one], slots.get(budget)) for one, budget in budgets.items()}
        return MeteredCall(self, method, path, request, units, taken, now)

    def _wait(self, budget: Budget, units: int, used: int, now: datetime) -> tuple[datetime, str] | None:
        """Until when a budget has not enough left, and why; None if it has."""
        if budget.closed_until and budget.closed_until > now:
            return budget.closed_until, f"{budget.name} is closed ({budget.reason.rstrip('.')})"
        if self.purpose == Purpose.SYNC and is_slow(budget, now) and budget.slow_until and budget.slow_until > now:
            return budget.slow_until, f"{budget.name} is {budget.usage:.0f} % used, so syncing goes slowly"
        allowed = allowed_of(budget, self.purpose)
        # Reads are charged when it is known what they returned: a ceiling that is reached refuses them all.
        needed = max(units, 1)
        if allowed is None or used + needed <= allowed:
            return None
        words = f"{used:,} of {allowed:,} {budget.unit} of {budget.name} are spent"
        return free_at(budget, needed, allowed, now), words

    def _pass_one_by_one(self, budget: Budget, now: datetime) -> None:
        """After a call passed a budget in trouble, the next has to wait for its answer, or for a while."""
        if budget.strikes >= UNANSWERED_CALLS and budget.reason == SILENT:
            save(budget, closed_until=now + timedelta(seconds=settings.HTTP_TOTAL_SECONDS))
        if self.purpose == Purpose.SYNC and is_slow(budget, now):
            part = min(1.0, ((budget.usage or 0) - SLOW_FROM) / (STOP_AT - SLOW_FROM))
            save(budget, slow_until=now + part * SLOWEST)

    def _refuse(self, refusal: tuple[datetime, str], now: datetime) -> None:
        until, why = refusal
        words = f"{why}, until {until:%Y-%m-%d %H:%M:%S} UTC"
        wait = max(0.01, (until - now).total_seconds())
        raise errors.BudgetSpent(words, platform=self.account.platform, retry_after=wait)


def allowed_of(budget: Budget, purpose: Purpose) -> int | None:
    """How much of a budget this purpose may use; None is without limit."""
    if budget.amount is None or purpose == Purpose.PUBLISH:
        return budget.amount
    return budget.amount - int(budget.amount * settings.PUBLISH_RESERVE)


def is_slow(budget: Budget, now: datetime) -> bool:
    """Whether the platform reported within the window that so much is used that syncing has to slow down."""
    is_known = budget.reported_at is not None and budget.reported_at > now - window_of(budget)
    return is_known and budget.usage is not None and budget.usage >= SLOW_FROM


@dataclass(frozen=True)
class Taken:
    """A budget as a call found it: what of it is used now if that is limited, and the slot that the call stands in."""

    budget: Budget
    used: int
    slot: Slot | None


@dataclass(frozen=True)
class MeteredCall:
    """A call that was paid for."""

    meter: DatabaseMeter
    method: str
    path: str
    request: Mapping[str, Any]
    units: Mapping[Limit, int]
    taken: Mapping[Limit, Taken]
    counted_at: datetime

    def leaving(self) -> "MeteredCall":
        """The call as it leaves: behind a platform that hangs it may have waited for its place past its slot's time."""
        if self.meter.clock() - self.counted_at <= min(way_of(window_of(one.budget)) for one in self.taken.values()):
            return self
        self._give_back(self.taken)
        return self.meter.spend(self.method, self.path, self.request)

    def hear(self, reply: Reply) -> None:
        """Correct the budgets by what the answer says, and charge what it returned."""
        told = reports(self.meter.program, self.units, self.path, reply)
        self._recover(reply, {report.limit for report in told if report.is_spent})
        for report in told:
            if not self._is_known(report):
                self._correct(report)
        if self.method == "GET" and reply.status < 300:
            self._charge(things_of(self.path, reply.body, self.meter.account.platform_user_id))

    def failed(self, error: errors.PlatformError) -> None:
        """Give back what a refusal did not use, close what is spent, and count what nobody answered."""
        is_silent = error.status is None and isinstance(error, errors.TemporaryFailure | errors.OutcomeUnknown)
        if is_silent:
            self._unanswered()
        if isinstance(error, errors.RateLimited):
            self._close(closed_by(error.code, self.units), error)
        if is_refusal(error):
            self._give_back(limit for limit in self.taken if limit.unit in REFUNDED)

    def _recover(self, reply: Reply, spent_limits: set[Limit]) -> None:
        """An answer ends a silence, and a good one ends a row of limits met."""
        silence = unanswered(self.meter.program)
        ended = [one for one in self.units if one == silence or (reply.status < 400 and one not in spent_limits)]
        for limit in ended:
            budget = self.taken[limit].budget
            if budget.strikes:
                Budget.objects.filter(pk=budget.pk).update(strikes=0)
                Budget.objects.filter(pk=budget.pk, reason=SILENT).update(closed_until=None, reason="")

    def _is_known(self, report: Report) -> bool:
        """Whether a report says nothing that the budget did not hold when the call was made."""
        taken = self.taken.get(report.limit)
        if taken is None or report.is_spent:
            return False
        budget, now = taken.budget, self.meter.clock()
        if report.usage is not None:
            is_fresh = budget.reported_at is not None and budget.reported_at > now - USAGE_KEEPS
            return is_fresh and budget.usage == report.usage
        is_same = report.amount in (None, budget.amount) and (report.used or 0) <= taken.used
        return is_same and not _is_new_window(budget, report, now)

    @transaction.atomic
    def _correct(self, report: Report) -> None:
        budget = locked(self.meter.account, [report.limit])[report.limit]
        now = self.meter.clock()
        if report.usage is not None:
            save(budget, usage=report.usage, reported_at=now)
            if report.is_spent:
                words = f"{Platform(budget.platform).label} reports {report.usage:.0f} % used."
                self._shut(budget, report.limit, timedelta(seconds=report.regained_in), words, now)
        elif not _is_past(budget, report, now):
            _note_window(budget, report, now)

    @transaction.atomic
    def _close(self, limit: Limit, error: errors.RateLimited) -> None:
        budget = locked(self.meter.account, [limit])[limit]
        self._shut(budget, limit, timedelta(seconds=error.retry_after), error.message, self.meter.clock())

    def _shut(self, budget: Budget, limit: Limit, wait: timedelta, reason: str, now: datetime) -> None:
        """Close a budget. Of several calls under way that met the same limit, one counts."""
        if budget.strikes == self.taken[limit].budget.strikes:
            pause = doubled(LIMIT_PAUSE, budget.strikes, LONGEST_LIMIT_PAUSE)
            wait = max(wait, pause) if budget.strikes or not wait else wait
            budget.strikes += 1
        until = max(now + wait, budget.closed_until or now)
        save(budget, closed_until=until, reason=reason, strikes=budget.strikes)

    @transaction.atomic
    def _unanswered(self) -> None:
        limit = unanswered(self.meter.program)
        budget, now = locked(self.meter.account, [limit])[limit], self.meter.clock()
        add({budget: 1}, now)
        is_open = budget.strikes < UNANSWERED_CALLS
        if not is_open and budget.strikes != self.taken[limit].budget.strikes:
            return
        save(budget, strikes=budget.strikes + 1)
        if (beyond := budget.strikes - UNANSWERED_CALLS) >= 0:
            pause = doubled(SILENCE_PAUSE, beyond, LONGEST_SILENCE_PAUSE)
            save(budget, closed_until=now + pause, reason=SILENT)

    def _charge(self, things: Mapping[str, int]) -> None:
        """Charge what was returned, each thing once a day, to the account and to the app."""
        limits = [limit for limit in self.units if limit.unit == MONEY]
        if not (things and limits):
            return
        with transaction.atomic():
            budgets, now = locked(self.meter.account, limits), self.meter.clock()
            app = next(budget for limit, budget in budgets.items() if not limit.per_account)
            price = new_today(app, things, now)
            add(dict.fromkeys(budgets.values(), price), now)

    def _give_back(self, limits: Iterable[Limit]) -> None:
        for limit in limits:
            taken = self.taken[limit]
            if taken.slot is not None:
                row = Spending.objects.filter(budget=taken.budget, slot_at=taken.slot.at)
                row.update(amount=F("amount") - self.units[limit])


def is_refusal(error: errors.PlatformError) -> bool:
    """Whether it is certain that nothing was made."""
    is_open = isinstance(error, errors.OutcomeUnknown | errors.InvalidResponse)
    return not is_open and (error.status or 0) < 500


def doubled(pause: timedelta, times: int, longest: timedelta) -> timedelta:
    """A pause doubled so many times, at most the longest."""
    return min(pause * 2 ** min(times, 16), longest)


def _note_window(budget: Budget, report: Report, now: datetime) -> None:
    """What others used of the same limit counts here, too; what this count has beyond the platform's stays counted."""
    if report.amount and budget.origin != Origin.STAFF and budget.amount != report.amount:
        said = f"{Platform(budget.platform).label}'s own answers"
        save(budget, amount=report.amount, origin=Origin.PLATFORM, source=said, stated_on=now.date())
    if _is_new_window(budget, report, now):
        begin_window(budget, now + timedelta(seconds=report.resets_in or 0), now)
    used = spent([budget], now)[budget.pk]
    add({budget: max(0, (report.used or 0) - used)}, now)
    changes: dict[str, object] = {"reported_at": now}
    if report.is_spent and report.resets_in:
        until = now + timedelta(seconds=report.resets_in) + RESET_MARGIN
        reason = f"{Platform(budget.platform).label} reports nothing left."
        changes |= {"closed_until": max(until, budget.closed_until or until), "reason": reason}
    save(budget, **changes)


def _is_new_window(budget: Budget, report: Report, now: datetime) -> bool:
    if report.resets_in is None:
        return False
    told = now + timedelta(seconds=report.resets_in)
    return budget.resets_at is None or told > budget.resets_at + SAME_RESET


def _is_past(budget: Budget, report: Report, now: datetime) -> bool:
    """Whether a report is of a window before the known one: answers overtake each other."""
    if report.resets_in is None or budget.resets_at is None:
        return False
    return now + timedelta(seconds=report.resets_in) < budget.resets_at - SAME_RESET
