"""What Instagram and Facebook share as data: field lists with nested edges, pages with cursors, insights.

Which fields and metrics exist is each product's own table.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from engagement.sandbox import graph
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Refused, Request
from engagement.sandbox.world import Post, World

MAX_NESTING = 40


@dataclass(frozen=True)
class Seen:
    """A post as one request sees it."""

    world: World
    request: Request
    post: Post


@dataclass(frozen=True)
class Field:
    """One entry of a field list: `comments.limit(5){id,text}`."""

    name: str
    modifiers: dict[str, str] = field(default_factory=dict)
    inner: tuple[Field, ...] = ()


def asked_fields(call: Call, default: str) -> tuple[Field, ...]:
    return parse_fields(str(call.params.get("fields") or default))


def own_post(call: Call) -> Seen:
    """The post the path names, if it is the caller's and can be seen."""
    post = call.world.post(call.account.platform, call.ids["object"])
    if post is None or post.account != call.account:
        raise graph.gone(call.ids["object"])
    return Seen(call.world, call.request, post)


require_own = graph.require_own


# Field lists


def parse_fields(text: str) -> tuple[Field, ...]:
    """`id,comments.limit(0).summary(true){id},insights.metric(views,reach)` as a tree."""
    if text.count("{") > MAX_NESTING:
        raise graph.refuse("Please reduce the amount of data you're asking for, then retry your request", 1)
    return tuple(_parse_field(part) for part in _split(text) if part.strip())


def _split(text: str) -> list[str]:
    """Split at the commas outside of brackets."""
    parts, depth, start = [], 0, 0
    for position, character in enumerate(text):
        depth += (character in "({") - (character in ")}")
        if depth < 0:
            break
        if character == "," and depth == 0:
            parts.append(text[start:position])
            start = position + 1
    if depth != 0:
        raise graph.refuse('Syntax error "Expected end of string" in the field expansion.', 2500)
    return [*parts, text[start:]]


_HEAD = re.compile(r"\s*(\w+)((?:\.\w+\([^()]*\))*)\s*(?:\{(.*)\})?\s*((?:\.\w+\([^()]*\))*)\s*", re.DOTALL)
_MODIFIER = re.compile(r"\.(\w+)\(([^()]*)\)")


def _parse_field(text: str) -> Field:
    found = _HEAD.fullmatch(text)
    if found is None:
        raise graph.refuse(f"Syntax error in the field expansion near '{text.strip()}'.", 2500)
    modifiers = dict(_MODIFIER.findall(found[2] + found[4]))
    return Field(found[1], modifiers, parse_fields(found[3] or ""))


Read = Callable[[Any, Field], Any]
ABSENT = object()


def project(item: Any, fields: Sequence[Field], table: Mapping[str, Read], node: str) -> Json:
    """The asked fields of one object and its id; a reader that returns ABSENT leaves its key out."""
    unknown = next((one.name for one in fields if one.name not in table), None)
    if unknown is not None:
        raise graph.refuse(f"(#100) Tried accessing nonexisting field ({unknown}) on node type ({node})", 100)
    read = {one.name: table[one.name](item, one) for one in (*fields, Field("id"))}
    return {name: value for name, value in read.items() if value is not ABSENT}


# Paging


def page(
    items: Sequence[Any], request: Request, *, key: Callable[[Any], str], default: int, most: int
) -> tuple[list[Any], Json]:
    """One page and its `paging`; a cursor names an item, so new items in front do not shift the pages."""
    limit = _limit(request.params.get("limit"), default, most)
    start = _after(items, str(request.params.get("after", "")), key)
    chosen = list(items[start : start + limit])
    if not chosen:
        return [], {}
    cursors = {"before": _cursor(key(chosen[0])), "after": _cursor(key(chosen[-1]))}
    paging: Json = {"cursors": cursors}
    if start + limit < len(items):
        paging["next"] = f"{request.base}{request.path}?{urlencode({**request.query, 'after': cursors['after']})}"
    return chosen, paging


def paged(data: list[Json], paging: Json) -> Json:
    return {"data": data, "paging": paging} if paging else {"data": data}


def _limit(given: Any, default: int, most: int) -> int:
    if given in (None, ""):
        return default
    if not str(given).isdecimal():
        raise graph.refuse("(#100) Param limit must be an integer", 100)
    return min(int(given), most)


def _after(items: Sequence[Any], cursor: str, key: Callable[[Any], str]) -> int:
    if not cursor:
        return 0
    try:
        last = base64.urlsafe_b64decode(cursor.encode()).decode()
    except (ValueError, binascii.Error) as fault:
        raise graph.refuse("(#100) Invalid cursor: after", 100) from fault
    return next((index + 1 for index, item in enumerate(items) if key(item) == last), len(items))


def _cursor(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


# Insights


def insights(
    seen: Seen, metrics: str, table: Mapping[str, Callable[[Seen], Any]], unknown: Callable[[str], Refused]
) -> Json:
    """The asked metrics of one post; an unknown one fails the whole call."""
    wanted = [name.strip() for name in metrics.split(",") if name.strip()]
    if not wanted:
        raise graph.refuse(
            "(#3001) No metric was specified to be fetched. Please specify one or more metrics to be fetched",
            3001,
            subcode=1504028,
        )
    strange = next((name for name in wanted if name not in table), None)
    if strange is not None:
        raise unknown(strange)
    if seen.world.is_late(seen.post):
        return {"data": []}
    return {"data": [_insight(seen.post.post_id, name, table[name](seen)) for name in wanted]}


def _insight(object_id: str, name: str, value: Any) -> Json:
    return {
        "name": name,
        "period": "lifetime",
        "values": [{"value": value}],
        "title": name.replace("_", " ").capitalize(),
        "description": "Lifetime total.",
        "id": f"{object_id}/insights/{name}/lifetime",
    }


def count_by(world: World, post: Post, kind: str, at: datetime) -> int:
    """What a post had by a moment, which may lie before its publication."""
    age = post.age(min(at, world.time()))
    if kind == "comment":
        return len(post.life.comments_by(age))
    if kind in ("reach", "views"):
        return post.life.reached(age) if kind == "reach" else post.life.viewed(age)
    return post.life.count(kind, age)


# Times


def unix_time(value: Any, name: str) -> datetime | None:
    """A unix time or a date, as the Graph API takes both; None where nothing is given."""
    if value in (None, ""):
        return None
    try:
        if str(value).isdecimal():
            return datetime.fromtimestamp(int(value), UTC)
        found = datetime.fromisoformat(str(value))
    except (ValueError, OverflowError, OSError) as fault:
        raise graph.refuse(f"(#100) Param {name} must be a unix time", 100) from fault
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def timestamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S+0000")
