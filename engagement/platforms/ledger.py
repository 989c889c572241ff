"""The rows behind budgets: which there are, what was spent of each, and what is added. Always inside a transaction.

Rows are locked in the order of their keys, so that no two workers wait for each other.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta

from django.db.models import Q, Sum

from engagement.enums import Origin
from engagement.models import BilledRead, Budget, SocialAccount, Spending
from engagement.platforms.limits import MONEY, Limit
from engagement.platforms.windows import SLOTS, Slot, day_of, slot_of
from engagement.pseudonyms import author_key
from engagement.writing import add_amounts

Key = tuple[int | None, str]


def locked(account: SocialAccount, limits: Iterable[Limit]) -> dict[Limit, Budget]:
    """The budgets of these limits, locked until the transaction ends; missing ones are made."""
    keys = {limit: (account.pk if limit.per_account else None, limit.name) for limit in limits}
    found = _found(account, keys.values())
    if missing := [limit for limit, key in keys.items() if key not in found]:
        # Another worker may make the same ones at this moment.
        Budget.objects.bulk_create([_new(account, limit) for limit in missing], ignore_conflicts=True)
        found = _found(account, keys.values())
    return {limit: _current(found[key], limit) for limit, key in keys.items()}


def _found(account: SocialAccount, keys: Iterable[Key]) -> dict[Key, Budget]:
    own = [name for account_id, name in keys if account_id is not None]
    shared = [name for account_id, name in keys if account_id is None]
    of_app = Q(account=None, platform=account.platform, name__in=shared)
    rows = Budget.objects.filter(Q(account=account, name__in=own) | of_app)
    return {(row.account_id, row.name): row for row in rows.select_for_update().order_by("pk")}


def _documented(limit: Limit) -> dict[str, object]:
    return {name: getattr(limit, name) for name in ("amount", "seconds", "unit", "source", "stated_on")}


def _new(account: SocialAccount, limit: Limit) -> Budget:
    owner = account if limit.per_account else None
    return Budget(platform=account.platform, account=owner, name=limit.name, **_documented(limit))


def _current(budget: Budget, limit: Limit) -> Budget:
    """The budget as the document has it today, unless the platform or staff said otherwise."""
    documented = _documented(limit)
    if budget.origin == Origin.DOCUMENT and any(getattr(budget, name) != one for name, one in documented.items()):
        save(budget, **documented)
    return budget


def save(budget: Budget, **changes: object) -> None:
    """Write some columns of a locked budget."""
    for name, value in changes.items():
        setattr(budget, name, value)
    budget.save(update_fields=list(changes))


def spent(budgets: Iterable[Budget], now: datetime) -> dict[int, int]:
    """What counts at `now`, by the budget's key."""
    rows = Spending.objects.filter(budget__in=[one.pk for one in budgets], counts_until__gt=now).order_by()
    sums = dict(rows.values_list("budget").annotate(n=Sum("amount")))
    return {one.pk: sums.get(one.pk, 0) for one in budgets}


def add(amounts: Mapping[Budget, int], now: datetime) -> dict[Budget, Slot]:
    """Count what is spent at `now`; the slots it stands in."""
    slots = {budget: _slot(budget, now) for budget, units in amounts.items() if units}
    if not slots:
        return {}
    rows = [
        {"budget_id": one.pk, "slot_at": slot.at, "counts_until": slot.counts_until, "amount": amounts[one]}
        for one, slot in slots.items()
    ]
    add_amounts(Spending, rows, key=("budget_id", "slot_at"))
    return slots


def _slot(budget: Budget, now: datetime) -> Slot:
    return day_of(now) if budget.unit == MONEY else slot_of(now, window_of(budget), budget.resets_at)


def window_of(budget: Budget) -> timedelta:
    """The length of the budget's window."""
    return timedelta(seconds=budget.seconds)


def free_at(budget: Budget, units: int, allowed: int, now: datetime) -> datetime:
    """When so much has left the window that `units` may be spent."""
    rows = Spending.objects.filter(budget=budget, counts_until__gt=now).order_by("counts_until")
    ends = list(rows.values_list("counts_until", "amount"))
    left = sum(amount for _, amount in ends)
    for end, amount in ends:
        left -= amount
        if left + units <= allowed:
            return end
    # It asks for more than there ever is.
    return now + window_of(budget)


def begin_window(budget: Budget, resets_at: datetime, now: datetime) -> None:
    """The platform told when its window begins anew: what was spent in it counts until then, what came before no more.

    A time beyond the known window tells nothing of where it began, so everything goes on counting.
    """
    rows = Spending.objects.filter(budget=budget, counts_until__gt=now)
    started_at, length = resets_at - window_of(budget), window_of(budget) / SLOTS
    if started_at <= now:
        rows.filter(slot_at__lte=started_at - length).update(counts_until=now)
    rows.update(counts_until=resets_at)
    save(budget, resets_at=resets_at)


def new_today(budget: Budget, things: Mapping[str, int], now: datetime) -> dict[str, int]:
    """Those things, with their prices, that were not paid for today, which they are from now on."""
    keys = {author_key("billed", thing): thing for thing in things}
    day = now.date()
    paid = BilledRead.objects.filter(budget=budget, day=day, resource__in=keys)
    fresh = keys.keys() - set(paid.values_list("resource", flat=True))
    BilledRead.objects.bulk_create([BilledRead(budget=budget, day=day, resource=one) for one in sorted(fresh)])
    return {keys[one]: things[keys[one]] for one in fresh}
