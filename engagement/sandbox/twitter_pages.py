"""Parameters and pages of X's lists: bounds by id and time, sizes, and tokens for the next page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from engagement.sandbox import twitter_problems as problems
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json
from engagement.sandbox.twitter_statuses import Status

_TOKEN = "7140w"  # noqa: S105 - page tokens begin with it, so that nobody counts on their being numbers
Item = TypeVar("Item")


@dataclass(frozen=True)
class Sizes:
    """How many items a page may hold."""

    least: int
    most: int
    default: int


def chosen(call: Call, found: Sequence[Status], sizes: Sizes) -> tuple[list[Status], Json]:
    """One page of posts, newest first, and its `meta`."""
    size, before = _size(call, sizes), _token(call)
    older = [one for one in _within(call, found) if before is None or int(one.status_id) < before]
    page = older[:size]
    meta: Json = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].status_id, "oldest_id": page[-1].status_id}
    if len(older) > size:
        meta["next_token"] = _TOKEN + f"{int(page[-1].status_id):x}"
    return page, meta


def sliced(call: Call, found: Sequence[Item], sizes: Sizes) -> tuple[Sequence[Item], Json]:
    """One page of anything else, by place."""
    size, start = _size(call, sizes), _token(call) or 0
    page = found[start : start + size]
    meta: Json = {"result_count": len(page)}
    if start + size < len(found):
        meta["next_token"] = _TOKEN + f"{start + size:x}"
    return page, meta


def _within(call: Call, found: Sequence[Status]) -> list[Status]:
    since, until = number(call, "since_id"), number(call, "until_id")
    start, end = moment(call, "start_time"), moment(call, "end_time")
    return [
        one
        for one in found
        if (since is None or int(one.status_id) > since)
        and (until is None or int(one.status_id) < until)
        and (start is None or one.at >= start)
        and (end is None or one.at < end)
    ]


def number(call: Call, name: str) -> int | None:
    given = str(call.params.get(name) or "")
    if given and not given.isdecimal():
        raise problems.invalid(f"The `{name}` query parameter value [{given}] is not valid", **{name: given})
    return int(given) if given else None


def moment(call: Call, name: str) -> datetime | None:
    given = str(call.params.get(name) or "")
    if not given:
        return None
    try:
        at = datetime.fromisoformat(given)
    except ValueError:
        at = None
    if at is None or at.tzinfo is None:
        raise problems.invalid(
            f"The `{name}` query parameter must be a time such as 2026-08-01T10:00:00Z", **{name: given}
        )
    return at


def id_list(call: Call, most: int) -> list[str]:
    wanted = [one for one in str(call.params.get("ids", "")).split(",") if one]
    if not 1 <= len(wanted) <= most or not all(one.isdecimal() for one in wanted):
        raise problems.invalid(f"The `ids` query parameter must hold 1 to {most} ids", ids=",".join(wanted))
    return list(dict.fromkeys(wanted))


def _size(call: Call, sizes: Sizes) -> int:
    size = number(call, "max_results")
    size = sizes.default if size is None else size
    if not sizes.least <= size <= sizes.most:
        bounds = f"between {sizes.least} and {sizes.most}"
        raise problems.invalid(f"The `max_results` query parameter value [{size}] is not {bounds}", max_results=size)
    return size


def _token(call: Call) -> int | None:
    """Both names are in use: `pagination_token` for timelines and people, `next_token` for search."""
    given = str(call.params.get("pagination_token") or call.params.get("next_token") or "")
    if not given:
        return None
    try:
        return int(given.removeprefix(_TOKEN), 16) if given.startswith(_TOKEN) else int("")
    except ValueError:
        raise problems.invalid("The pagination token is not valid", pagination_token=given) from None
