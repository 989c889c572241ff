"""`/sandbox/faults`, `limits`, `tokens` and `delays`: what goes wrong, and how strict the platforms are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from engagement.sandbox import inputs, misbehaviour
from engagement.sandbox.accounts import ACCOUNTS, PLATFORMS
from engagement.sandbox.faults import AFTER, BEFORE, KINDS, MONEY_KINDS, TOKEN_KINDS, Fault
from engagement.sandbox.inputs import wrong
from engagement.sandbox.limits import ACCOUNT, APP, Limit
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.tokens import KINDS as TOKENS
from engagement.sandbox.tokens import Tokens, limit_life, make_endless
from engagement.sandbox.world import World

ALL = "all"
DAY = 86400
_ACCOUNT_IDS = tuple(account.user_id for account in ACCOUNTS)
_any_account = inputs.choice(*_ACCOUNT_IDS, default="")
_any_platform = inputs.choice(*PLATFORMS, default="")


def _account_or_all(value: Any, field: str) -> str:
    return "" if value == ALL else str(_any_account(value, field))


# Faults


def list_faults(world: World, request: Request) -> Json:
    """What goes wrong at present."""
    return {"faults": [vars(fault) for fault in world.faults.active]}


def add_fault(world: World, request: Request) -> Json:
    """Let something go wrong."""
    given = inputs.read(request.params, _FAULT_FIELDS)
    kind = KINDS[given["kind"]]
    strange = next((name for name in _SPECIAL if given[name] is not None and name not in kind.takes), None)
    if strange is not None:
        raise wrong(strange, f"is not for {given['kind']}")
    given["seconds"] = kind.seconds if given["seconds"] is None else given["seconds"]
    fault = Fault(**{name: value for name, value in given.items() if value is not None or name == "times"})
    _check_target(world, fault)
    world.faults.add(fault)
    return list_faults(world, request)


def clear_faults(world: World, request: Request) -> Json:
    """All is well again."""
    world.faults.clear()
    return list_faults(world, request)


def _check_target(world: World, fault: Fault) -> None:
    for name in ("field", "to", "version"):
        if name in KINDS[fault.kind].takes and not getattr(fault, name):
            raise wrong(name, f"is required for {fault.kind}")
    if fault.kind == "vanished_post" and not fault.post:
        raise wrong("post", "is required for vanished_post")
    if fault.kind in MONEY_KINDS and fault.platform != "twitter":
        raise wrong("platform", f"must be twitter for {fault.kind}")
    if fault.kind in TOKEN_KINDS and not (fault.account or fault.platform):
        raise wrong("account", f"account or platform is required for {fault.kind}")
    if fault.kind == "vanished_post" and all(post_id != fault.post for _, post_id in world.posts):
        raise wrong("post", "is not a published post")


def _page_status(value: Any, field: str) -> int:
    if value != 200 and value not in range(500, 600):
        raise wrong(field, "must be 200 or from 500 to 599")
    return int(value)


_SPECIAL = ("when", "status", "header", "field", "to", "version", "reason")
_FAULT_FIELDS: dict[str, inputs.Reader] = {
    "kind": inputs.choice(*KINDS),
    "account": _any_account,
    "platform": _any_platform,
    "post": inputs.text,
    "method": inputs.choice("GET", "POST", "PUT", "PATCH", "DELETE", default=""),
    "path": inputs.text,
    "times": inputs.optional(inputs.whole(1, 1_000_000)),
    "seconds": inputs.optional(inputs.number(0, DAY)),
    "when": inputs.optional(inputs.choice(BEFORE, AFTER)),
    "status": inputs.optional(_page_status),
    "header": inputs.optional(inputs.choice(*misbehaviour.WAITS, misbehaviour.MISSING)),
    "field": inputs.optional(inputs.text),
    "to": inputs.optional(inputs.text),
    "version": inputs.optional(inputs.text),
    "reason": inputs.optional(inputs.text),
}


# Limits


def list_limits(world: World, request: Request) -> Json:
    """The limits that hold."""
    return {"limits": [vars(limit) | {"account": limit.account or ALL} for limit in world.limits.active]}


def add_limit(world: World, request: Request) -> Json:
    """Add a limit; several hold together."""
    world.limits.add(Limit(**inputs.read(request.params, _LIMIT_FIELDS)))
    return list_limits(world, request)


def clear_limits(world: World, request: Request) -> Json:
    """No limits any more, and no calls counted."""
    world.limits.clear()
    return list_limits(world, request)


_LIMIT_FIELDS: dict[str, inputs.Reader] = {
    "platform": inputs.choice(*PLATFORMS),
    "amount": inputs.whole(1, 1_000_000),
    "seconds": inputs.number(1, 30 * DAY),
    "account": _account_or_all,
    "path": inputs.text,
    "per": inputs.choice(ACCOUNT, APP, default=ACCOUNT),
}


# Tokens

DOCUMENTED, ENDLESS = "documented", "endless"


def list_tokens(world: World, request: Request) -> list[Json]:
    """Every token, when it ends, and how often it was refreshed."""
    return [_tokens(world, tokens) for tokens in world.tokens]


def _tokens(world: World, tokens: Tokens) -> Json:
    return {
        "platform": tokens.account.platform,
        "account": tokens.account.user_id,
        "kind": tokens.kind,
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
        "ends_at": tokens.ends_at and tokens.ends_at.isoformat(),
        "refresh_ends_at": tokens.refresh_ends_at and tokens.refresh_ends_at.isoformat(),
        "has_ended": tokens.has_ended(world.time()),
        "refresh_calls": tokens.refresh_calls,
        "refreshes": tokens.generation,
    }


def set_token_life(world: World, request: Request) -> list[Json]:
    """Let tokens end after `life`; `age` says how many seconds ago they were given out."""
    given = inputs.read(request.params, _TOKEN_FIELDS)
    chosen = list(_chosen(world, given))
    if given["life"] == ENDLESS:
        make_endless(chosen)
    else:
        life = None if given["life"] == DOCUMENTED else timedelta(seconds=given["life"])
        limit_life(chosen, world.time() - timedelta(seconds=given["age"] or 0), life)
    return [_tokens(world, tokens) for tokens in chosen]


def _chosen(world: World, given: Json) -> Iterable[Tokens]:
    return (
        tokens
        for tokens in world.tokens
        if given["platform"] in ("", tokens.account.platform)
        and given["account"] in ("", tokens.account.user_id)
        and given["kind"] in ("", tokens.kind)
    )


def _life(value: Any, field: str) -> Any:
    if value in (DOCUMENTED, ENDLESS):
        return value
    if isinstance(value, str) or value is None:
        raise wrong(field, f"must be {DOCUMENTED}, {ENDLESS} or a number of seconds")
    return inputs.number(1, 3650 * DAY)(value, field)


_TOKEN_FIELDS: dict[str, inputs.Reader] = {
    "life": _life,
    "age": inputs.optional(inputs.number(0, 3650 * DAY)),
    "account": _account_or_all,
    "platform": _any_platform,
    "kind": inputs.choice(*TOKENS, default=""),
}


# Delays


def list_delays(world: World, request: Request) -> Json:
    """How many hours insights are behind."""
    return {"hours": {platform: delay.total_seconds() / 3600 for platform, delay in world.delays.items()}}


def set_delay(world: World, request: Request) -> Json:
    """Insights of younger posts are empty: platforms are up to 48 hours behind."""
    given = inputs.read(request.params, _DELAY_FIELDS)
    for platform in [given["platform"]] if given["platform"] else PLATFORMS:
        world.delays[platform] = timedelta(hours=given["hours"])
    return list_delays(world, request)


def clear_delays(world: World, request: Request) -> Json:
    """Insights come at once."""
    world.delays.clear()
    return list_delays(world, request)


_DELAY_FIELDS: dict[str, inputs.Reader] = {"platform": _any_platform, "hours": inputs.number(0, 24 * 30)}
