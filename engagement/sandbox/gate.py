"""The way into a platform: routing, tokens, and the faults that stand in between.

A platform declares its routes and the shapes of its refusals; they apply in one order for all four.
"""

from __future__ import annotations

import logging
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

from engagement.sandbox import misbehaviour
from engagement.sandbox.accounts import Account
from engagement.sandbox.faults import AFTER, BEFORE, TOKEN_KINDS
from engagement.sandbox.limits import APP, Usage
from engagement.sandbox.messages import Malformed, Refused, Reply, Request
from engagement.sandbox.misbehaviour import INTERRUPTIONS, MISSING, SPOILS
from engagement.sandbox.push import Push
from engagement.sandbox.tokens import Tokens
from engagement.sandbox.world import World

logger = logging.getLogger(__name__)

MAX_BODY_BYTES = 129 * 1024 * 1024  # above the last chunk of a video on TikTok (128 MB)


@dataclass(frozen=True)
class Call:
    """A routed request of a known account, with the ids found in its path."""

    world: World
    request: Request
    account: Account
    ids: Mapping[str, str]
    token_kind: str = ""

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


def answer(world: World, request: Request, platform: Platform) -> Reply:
    """The platform's answer, or what the fitting faults make of it; never raises."""
    tokens = world.tokens_for(platform.name, request.token)
    owner = tokens.account.user_id if tokens else ""
    usage, refusal = _limited(world, request, platform, owner)
    reply = _interrupted(world, request, platform, owner, BEFORE)
    if reply is None:
        answered = refusal or _guarded(world, request, platform, tokens)
        answered = replace(answered, headers={**platform.headers(world, request), **answered.headers, **usage})
        reply = _interrupted(world, request, platform, owner, AFTER) or answered
    return _spoilt(world, request, owner, reply)


def _interrupted(world: World, request: Request, platform: Platform, owner: str, when: str) -> Reply | None:
    fault = world.faults.take(INTERRUPTIONS, request, owner, when)
    if fault is None:
        return None
    reply = misbehaviour.interruption(fault, request, platform.refusals)
    reply = replace(reply, headers={**platform.headers(world, request), **reply.headers})
    return misbehaviour.without_waits(reply) if fault.header == MISSING else reply


def _limited(world: World, request: Request, platform: Platform, owner: str) -> tuple[Mapping[str, str], Reply | None]:
    """The headers of the limits this call counts against, and the refusal if one is exceeded."""
    if not (owner and world.limits.active and platform.is_counted(request)):
        return {}, None
    usages = world.limits.count(request, owner, world.time(), refused_count=platform.refused_count)
    headers = {name: value for usage in usages for name, value in platform.usage(request, usage).items()}
    exceeded = next((usage for usage in usages if usage.is_exceeded), None)
    if exceeded is None:
        return headers, None
    kind = "app_rate_limit" if exceeded.limit.per == APP and "app_rate_limit" in platform.refusals else "rate_limit"
    return headers, platform.refusals[kind](request, f"{math.ceil(exceeded.resets_in)}")


def _guarded(world: World, request: Request, platform: Platform, tokens: Tokens | None) -> Reply:
    try:
        return _routed(world, request, platform, tokens)
    except Refused as refusal:
        return refusal.reply
    except Malformed as error:
        return platform.refusals["malformed"](request, str(error))
    except Exception:
        logger.exception("the sandbox failed at %s %s %s", platform.name, request.method, request.path)
        return platform.refusals["server_error"](request, "")


def _routed(world: World, request: Request, platform: Platform, tokens: Tokens | None) -> Reply:
    path = platform.simplify(request.path)
    for method, pattern, endpoint in platform.open_routes:
        if method == request.method and _compiled(pattern).fullmatch(path):
            return endpoint(world, request)
    for method, pattern, routed in platform.routes:
        found = _compiled(pattern).fullmatch(path)
        if found and method == request.method:
            known = _authenticated(world, request, platform, tokens)
            return routed(Call(world, request, known.account, found.groupdict(), known.kind))
    return platform.refusals["unknown_path"](request, path)


def _authenticated(world: World, request: Request, platform: Platform, tokens: Tokens | None) -> Tokens:
    if tokens is None:
        raise Refused(platform.refusals["wrong_token"](request, ""))
    fault = world.faults.take(TOKEN_KINDS, request, tokens.account.user_id)
    if fault is not None:
        raise Refused(platform.refusals[fault.kind](request, ""))
    if tokens.has_ended(world.time()):
        raise Refused(platform.refusals["expired_token"](request, ""))
    return tokens


def _spoilt(world: World, request: Request, owner: str, reply: Reply) -> Reply:
    """Each kind at most once a reply; they add up."""
    for kind in SPOILS:
        fault = world.faults.take((kind,), request, owner)
        reply = misbehaviour.spoilt(reply, fault) if fault else reply
    return reply


@lru_cache(maxsize=256)
def _compiled(pattern: str) -> re.Pattern[str]:
    """`{name}` stands for one path segment."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", pattern))
