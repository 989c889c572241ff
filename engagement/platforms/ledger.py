"""The rows behind budgets: which there are, what was spent of each, and what is added. Always inside a transaction.

Rows are locked in the order of their keys, so that no two workers wait for each other.
"""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import connection

from engagement.enums import Origin
from engagement.models import BilledRead, Budget, SocialAccount, Spending
from engagement.platforms.limits import MONEY, Limit
from engagement.platforms.windows import SLOTS, Slot, day_of, slot_of
from engagement.pseudonyms import author_key
from engagement.writing import add_amounts

Key = tuple[int | None, str]

BUDGETS, SPENDINGS = Budget._meta.db_table, Spending._meta.db_table


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
    owners = (("account_id = %s", account.pk, own), ("account_id IS NULL AND platform = %s", account.platform, shared))
    wanted = " OR ".join(f"({owner} AND name IN ({_places(names)}))" for owner, _, names in owners if names)
    given = [one for _, owner, names in owners if names for one in (owner, *names)]
    lock = " FOR UPDATE" if connection.features.has_select_for_update else ""
    # Django would compile the same statement before every call anew, which takes longer than to run it.
    rows = Budget.objects.raw(f"SELECT * FROM {BUDGETS} WHERE {wanted} ORDER BY id{lock}", given)  # noqa: S608
    return {(row.account_id, row.name): row for row in rows}


def _places(values: Collection[object]) -> str:
    return ", ".join(["%s"] * len(values))


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
    """What counts at `now`, by the budget's key; no query without budgets."""
    keys = [one.pk for one in budgets]
    if not keys:
        return {}
    counting = f"FROM {SPENDINGS} WHERE budget_id IN ({_places(keys)}) AND counts_until > %s"
    with connection.cursor() as cursor:
        moment = connection.ops.adapt_datetimefield_value(now)
        cursor.execute(f"SELECT budget_id, SUM(amount) {counting} GROUP BY budget_id", [*keys, moment])
        sums = dict(cursor.fetchall())
    return {key: int(sums.get(key, 0)) for key in keys}


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


def new_today(budget: Budget, things: Mapping[str, int], now: datetime) -> int:
    """The price of those things that were not paid for today, which they are from now on."""
    keys = {author_key("billed", thing): price for thing, price in things.items()}
    day = now.date()
    paid = BilledRead.objects.filter(budget=budget, day=day, resource__in=keys)
    fresh = keys.keys() - set(paid.values_list("resource", flat=True))
    BilledRead.objects.bulk_create([BilledRead(budget=budget, day=day, resource=one) for one in sorted(fresh)])
    return sum(keys[one] for one in fresh)
