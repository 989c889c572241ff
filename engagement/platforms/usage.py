"""What the platforms say of their own limits in headers and bodies, as values. Pure and lenient: what is no number is
not said."""

import json
import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from engagement.platforms.limits import DAY, LIMITS, POSTS, QUARTER, REQUESTS, Limit
from engagement.platforms.replies import MAX_WAIT_SECONDS, Reply

# X: (beginning of three headers, of one account, its window).
X_HEADERS = (
    ("x-rate-limit", True, QUARTER),
    ("x-user-limit-24hour", True, DAY),
    ("x-app-limit-24hour", False, DAY),
)
# Meta's kinds of business use case that bind our calls; the others are of other products.
USE_CASES = {"instagram": "instagram", "facebook": "pages"}
# "Slow down from about 75 %, stop at 95 %: calls made while throttled prolong the throttle."
SLOW_FROM, STOP_AT = 75.0, 95.0


@dataclass(frozen=True)
class Report:
    """What was said of one limit. `used` and `amount` are units, `usage` is percent, times are in seconds from now."""

    limit: Limit
    amount: int | None = None
    used: int | None = None
    is_spent: bool = False
    resets_in: float | None = None
    usage: float | None = None
    regained_in: float = 0.0


def reports(program: str, limits: Iterable[Limit], path: str, reply: Reply) -> list[Report]:
    """Everything an answer says of the limits of its call."""
    listed = [limit for limit in limits if limit.unit == REQUESTS]
    if reply.platform == "twitter":
        # Calls of no documented limit share a row; what is said of one endpoint says nothing of the others.
        return list(_x([limit for limit in listed if limit.amount], reply))
    if reply.platform in USE_CASES:
        return [*_meta(listed, reply), *_posting_quota(program, path, reply)]
    return []


def _x(limits: list[Limit], reply: Reply) -> Iterator[Report]:
    for start, per_account, seconds in X_HEADERS:
        limit = next((one for one in limits if (one.per_account, one.seconds) == (per_account, seconds)), None)
        amount, left, reset = (_whole(reply.headers.get(f"{start}-{one}")) for one in ("limit", "remaining", "reset"))
        if limit is None or left is None:
            continue
        used = None if amount is None else max(0, amount - left)
        yield Report(limit, amount or None, used, left == 0, reply.seconds_until(reset) if reset else None)


def _meta(limits: list[Limit], reply: Reply) -> Iterator[Report]:
    """The highest of the three percentages binds. The items of a batch have headers of their own."""
    shares: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
    for headers in (reply.headers, *_batched(reply.body)):
        shares[False] += [_share(_json(headers, "X-App-Usage"))]
        shares[True] += [_share(one) for one in _entries(headers, USE_CASES[reply.platform])]
    for limit in limits:
        if told := [one for one in shares[limit.per_account] if one[0] >= 0]:
            usage, regained_in = max(one[0] for one in told), max(one[1] for one in told)
            wait = min(regained_in, MAX_WAIT_SECONDS)
            yield Report(limit, is_spent=usage >= STOP_AT or wait > 0, usage=usage, regained_in=wait)


def _share(told: Any) -> tuple[float, float]:
    """Percent used, and seconds until access is regained (told in minutes); -1 percent if nothing is said."""
    if not isinstance(told, dict):
        return -1.0, 0.0
    numbers = [_number(told.get(name)) for name in ("call_count", "total_cputime", "total_time")]
    minutes = _number(told.get("estimated_time_to_regain_access")) or 0.0
    return max((one for one in numbers if one is not None), default=-1.0), minutes * 60


def _entries(headers: Mapping[str, str], kind: str) -> list[Any]:
    """The entries of our use case; of every one where ours is not named."""
    told = _json(headers, "X-Business-Use-Case-Usage")
    lists = told.values() if isinstance(told, dict) else ()
    entries = [entry for listed in lists if isinstance(listed, list) for entry in listed if isinstance(entry, dict)]
    return [entry for entry in entries if entry.get("type") == kind] or entries


def _batched(body: Any) -> Iterator[Mapping[str, str]]:
    for item in body if isinstance(body, list) else ():
        listed = item.get("headers") if isinstance(item, dict) else None
        pairs = [one for one in listed if isinstance(one, dict)] if isinstance(listed, list) else []
        yield {str(one.get("name")): str(one.get("value")) for one in pairs}


def _posting_quota(program: str, path: str, reply: Reply) -> Iterator[Report]:
    """Instagram's `content_publishing_limit`: the pages disagree about the number, so it is believed."""
    data = reply.body.get("data") if path.endswith("/content_publishing_limit") and isinstance(reply.body, dict) else 0
    told = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else {}
    config = told["config"] if isinstance(told.get("config"), dict) else {}
    amount, used = _number(config.get("quota_total")), _number(told.get("quota_usage"))
    limit = next((one for one in LIMITS[program] if one.unit == POSTS), None)
    if limit and amount and used is not None:
        yield Report(limit, int(amount), int(used))


def _json(headers: Mapping[str, str], name: str) -> Any:
    """A header's JSON; those of batched items are a plain dictionary, in whatever case."""
    text = next((value for one, value in headers.items() if one.lower() == name.lower()), "null")
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _whole(text: str | None) -> int | None:
    return int(text[:12]) if text and text.isascii() and text.isdigit() else None


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 <= value < 1e9 and math.isfinite(value) else None
