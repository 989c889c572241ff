"""The `/sandbox/…` endpoints: accounts, clock, faults, truth and ledger.

They exist on no platform; tests and the demo use them to steer the world and to learn what is true.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engagement.sandbox.accounts import ACCOUNTS, PLATFORMS, Account
from engagement.sandbox.audience import BOT, GENUINE, PERSONA, Effects
from engagement.sandbox.faults import DEFAULT_SECONDS, KINDS, TOKEN_KINDS, Fault
from engagement.sandbox.messages import Json, Malformed, Refused, Reply, Request
from engagement.sandbox.world import Post, World

LAST_YEAR = 2199
_COUNTED = {"likes": "like", "comments": "comment", "shares": "share", "saves": "save"}


def answer(world: World, request: Request) -> Reply:
    endpoints = _ENDPOINTS.get(request.path.rstrip("/"))
    if endpoints is None:
        return Reply(404, {"error": {"field": "path", "message": f"Unknown path {request.path}"}})
    endpoint = endpoints.get(request.method)
    if endpoint is None:
        return Reply(405, {"error": {"field": "method", "message": f"Use {' or '.join(endpoints)}"}})
    try:
        return Reply(200, endpoint(world, request))
    except Refused as refusal:
        return refusal.reply
    except Malformed as error:
        return wrong("body", str(error)).reply


def wrong(field: str, message: str) -> Refused:
    return Refused(Reply(400, {"error": {"field": field, "message": message}}))


# Accounts and clock


def list_accounts(world: World, request: Request) -> list[Json]:
    chosen = _platforms(request)
    return [_account(world, account) for account in ACCOUNTS if account.platform in chosen]


def _account(world: World, account: Account) -> Json:
    tokens = world.tokens_of(account)
    return {
        "platform": account.platform,
        "user_id": account.user_id,
        "handle": account.handle,
        "name": account.name,
        "persona": account.persona.slug,
        "timezone": account.persona.timezone,
        "theme": account.persona.theme,
        "followers": account.followers,
        "hashtags": list(account.persona.hashtags),
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
    }


def read_clock(world: World, request: Request) -> Json:
    return {"now": world.time().isoformat(), "standing": world.is_standing}


def move_clock(world: World, request: Request) -> Json:
    try:
        to = datetime.fromisoformat(str(request.params.get("now", "")))
    except ValueError as error:
        raise wrong("now", "must be a date and time in ISO format") from error
    if to.tzinfo is None:
        raise wrong("now", "must carry a time zone")
    if to.year > LAST_YEAR:
        raise wrong("now", f"must not lie after {LAST_YEAR}")
    try:
        world.move_clock(to)
    except (ValueError, OverflowError) as error:
        raise wrong("now", str(error)) from error
    return read_clock(world, request)


# Faults


def list_faults(world: World, request: Request) -> Json:
    return {"faults": [vars(fault) for fault in world.faults.active]}


def add_fault(world: World, request: Request) -> Json:
    given = request.params
    unknown = next((name for name in given if name not in _FAULT_FIELDS), None)
    if unknown is not None:
        raise wrong(unknown, f"is not known; use {', '.join(_FAULT_FIELDS)}")
    fault = Fault(**{name: read(given) for name, read in _FAULT_FIELDS.items()})
    _check_target(world, fault)
    world.faults.add(fault)
    return list_faults(world, request)


def clear_faults(world: World, request: Request) -> Json:
    world.faults.clear()
    return list_faults(world, request)


def _check_target(world: World, fault: Fault) -> None:
    if fault.kind == "vanished_post" and not fault.post:
        raise wrong("post", "is required for vanished_post")
    if fault.kind in TOKEN_KINDS and not (fault.account or fault.platform):
        raise wrong("account", f"account or platform is required for {fault.kind}")
    if fault.kind == "vanished_post" and all(post_id != fault.post for _, post_id in world.posts):
        raise wrong("post", "is not a published post")


def _choice(field: str, choices: tuple[str, ...], *, optional: bool = True) -> Callable[[Mapping[str, Any]], str]:
    def read(given: Mapping[str, Any]) -> str:
        value = given.get(field)
        if value is None and optional:
            return ""
        if value not in choices:
            raise wrong(field, f"must be one of {', '.join(choices)}")
        return str(value)

    return read


def _read_post(given: Mapping[str, Any]) -> str:
    value = given.get("post")
    if value is not None and not isinstance(value, str | int):
        raise wrong("post", "must be a post id")
    return "" if value is None else str(value)


def _read_times(given: Mapping[str, Any]) -> int | None:
    value = given.get("times")
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise wrong("times", "must be a whole number from 1, or null")
    return value


def _read_seconds(given: Mapping[str, Any]) -> float:
    value = given.get("seconds")
    if value is None:
        return DEFAULT_SECONDS.get(str(given.get("kind")), 0.0)
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 86400:
        raise wrong("seconds", "must be a number from 0 to 86400")
    return float(value)


_FAULT_FIELDS: dict[str, Callable[[Mapping[str, Any]], Any]] = {
    "kind": _choice("kind", KINDS, optional=False),
    "account": _choice("account", tuple(account.user_id for account in ACCOUNTS)),
    "platform": _choice("platform", PLATFORMS),
    "post": _read_post,
    "times": _read_times,
    "seconds": _read_seconds,
}


# Truth and ledger


def tell_truth(world: World, request: Request) -> Json:
    chosen = _platforms(request)
    posts = [post for post in world.posts.values() if post.account.platform in chosen]
    by_platform = {name: [post for post in posts if post.account.platform == name] for name in chosen}
    return {
        "now": world.time().isoformat(),
        "effects": {slug: _effects(effects) for slug, effects in world.effects.items()},
        "posts": {
            name: {post.post_id: _post_truth(world, post) for post in some} for name, some in by_platform.items()
        },
        "interactions": {
            name: {comment.comment_id: comment.truth for post in some for comment in world.comments(post)}
            for name, some in by_platform.items()
        },
    }


def _effects(effects: Effects) -> Json:
    return {
        "liked_hashtags": effects.liked_hashtags,
        "disliked_hashtags": effects.disliked_hashtags,
        "best_hour": effects.best_hour,
        "bad_hour": effects.bad_hour,
        "media_kinds": effects.kinds,
    }


def _post_truth(world: World, post: Post) -> Json:
    parts = {
        truth: {name: world.count(post, kind, truth) for name, kind in _COUNTED.items()}
        for truth in (GENUINE, BOT, PERSONA)
    }
    return {
        **parts,
        "bots": sum(parts[BOT].values()),
        "personas": sum(parts[PERSONA].values()),
        "bot_ridden": post.life.bot_ridden,
        "reach": world.reach(post),
        "views": world.views(post),
    }


def read_ledger(world: World, request: Request) -> list[Json]:
    chosen = _platforms(request)
    return [
        {
            "platform": account.platform,
            "user_id": account.user_id,
            "persona": account.persona.slug,
            "create_calls": world.create_calls.get(account.user_id, 0),
            "posts": [_entry(post) for post in world.posts.values() if post.account == account],
        }
        for account in ACCOUNTS
        if account.platform in chosen
    ]


def _entry(post: Post) -> Json:
    return {
        "post_id": post.post_id,
        "number": post.number,
        "published_at": post.published_at.isoformat(),
        "kind": post.kind,
        "text": post.text,
        "deleted": post.deleted,
    }


def _platforms(request: Request) -> tuple[str, ...]:
    name = request.query.get("platform")
    if name is None:
        return PLATFORMS
    if name not in PLATFORMS:
        raise wrong("platform", f"must be one of {', '.join(PLATFORMS)}")
    return (name,)


_ENDPOINTS: dict[str, dict[str, Callable[[World, Request], Any]]] = {
    "/accounts": {"GET": list_accounts},
    "/clock": {"GET": read_clock, "POST": move_clock},
    "/faults": {"GET": list_faults, "POST": add_fault, "DELETE": clear_faults},
    "/truth": {"GET": tell_truth},
    "/ledger": {"GET": read_ledger},
}
