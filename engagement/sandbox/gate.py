"""The way into a platform: routing, tokens, and the faults that stand in between.

A platform declares its routes and the shapes of its refusals; they apply in one order for all four.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from engagement.sandbox.accounts import Account
from engagement.sandbox.faults import TOKEN_KINDS, Fault
from engagement.sandbox.limits import Usage
from engagement.sandbox.messages import Malformed, Refused, Reply, Request
from engagement.sandbox.push import Push
from engagement.sandbox.world import World

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 8 * 1024 * 1024  # above X's largest image in one call (5 MB), far below a video


@dataclass(frozen=True)
class Call:
    """A routed request of a known account, with the ids found in its path."""

    world: World
    request: Request
    account: Account
    ids: Mapping[str, str]

    @property
    def params(self) -> dict[str, Any]:
        return self.request.params


Route = tuple[str, str, Callable[[Call], Reply]]
OpenRoute = tuple[str, str, Callable[[World, Request], Reply]]


@dataclass(frozen=True)
class Platform:
    """A platform as data: `refusals` maps a kind of failure to what it looks like on the wire.

    `usage` makes the headers of a limit switched on (`/sandbox/limits`), shown on every answer it counts; over the
    limit they stand on `refusals["rate_limit"]`, or `refusals["app_rate_limit"]` where accounts share it.
    `is_counted` leaves out calls that count only through their parts, `refused_count` says whether calls over
    the limit count as well. `push` is for webhooks.
    """

    name: str
    routes: Sequence[Route]
    open_routes: Sequence[OpenRoute]
    refusals: Mapping[str, Callable[[Request, str], Reply]]
    headers: Callable[[World, Request], Mapping[str, str]]
    simplify: Callable[[str], str] = field(default=lambda path: path)
    usage: Callable[[Request, Usage], Mapping[str, str]] = field(default=lambda request, usage: {})
    is_counted: Callable[[Request], bool] = field(default=lambda request: True)
    refused_count: bool = False
    push: Push | None = None


# Statuses of refusals of the server itself, before any platform rule.
_INTERRUPTIONS = ("rate_limit", "server_error")


def answer(world: World, request: Request, platform: Platform) -> Reply:
    """The platform's answer, or what the first fitting fault makes of it; never raises."""
    account = world.account_for(platform.name, request.token)
    owner = account.user_id if account else ""
    interruption = world.faults.take(_INTERRUPTIONS, request, owner)
    if interruption is not None:
        reply = platform.refusals[interruption.kind](request, f"{interruption.seconds:.0f}")
    else:
        reply = _guarded(world, request, platform, account)
    headers = {**platform.headers(world, request), **reply.headers}
    return _spoilt(world, request, owner, Reply(reply.status, reply.body, headers))


def _guarded(world: World, request: Request, platform: Platform, account: Account | None) -> Reply:
    try:
        return _routed(world, request, platform, account)
    except Refused as refusal:
        return refusal.reply
    except Malformed as error:
        return platform.refusals["malformed"](request, str(error))
    except Exception:
        logger.exception("the sandbox failed at %s %s %s", platform.name, request.method, request.path)
        return platform.refusals["server_error"](request, "")


def _routed(world: World, request: Request, platform: Platform, account: Account | None) -> Reply:
    path = platform.simplify(request.path)
    for method, pattern, endpoint in platform.open_routes:
        if method == request.method and _compiled(pattern).fullmatch(path):
            return endpoint(world, request)
    for method, pattern, routed in platform.routes:
        found = _compiled(pattern).fullmatch(path)
        if found and method == request.method:
            return routed(Call(world, request, _authenticated(world, request, platform, account), found.groupdict()))
    return platform.refusals["unknown_path"](request, path)


def _authenticated(world: World, request: Request, platform: Platform, account: Account | None) -> Account:
    if account is None:
        raise Refused(platform.refusals["wrong_token"](request, ""))
    fault = world.faults.take(TOKEN_KINDS, request, account.user_id)
    if fault is not None:
        raise Refused(platform.refusals[fault.kind](request, ""))
    return account


def _spoilt(world: World, request: Request, owner: str, reply: Reply) -> Reply:
    slow = world.faults.take(("slow",), request, owner)
    broken = world.faults.take(("broken_json",), request, owner)
    return Reply(reply.status, reply.body, reply.headers, delay=_seconds(slow), broken=broken is not None)


def _seconds(fault: Fault | None) -> float:
    return fault.seconds if fault else 0.0


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """`{name}` stands for one path segment."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))
