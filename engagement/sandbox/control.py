"""The `/sandbox/…` endpoints, which exist on no platform: tests and the demo steer the world by them.

What can be asked stands in the table at the end; the root page reads it, too.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from engagement.sandbox import control_content as content
from engagement.sandbox import control_faults as faults
from engagement.sandbox import control_push as push
from engagement.sandbox import control_scenes as scenes
from engagement.sandbox import control_truth as truth
from engagement.sandbox import inputs
from engagement.sandbox.accounts import ACCOUNTS, Account
from engagement.sandbox.inputs import wrong
from engagement.sandbox.messages import Json, Malformed, Refused, Reply, Request
from engagement.sandbox.world import World

Endpoint = Callable[[World, Request], Any]


def answer(world: World, request: Request) -> Reply:
    endpoints = ENDPOINTS.get(request.path.rstrip("/"))
    if endpoints is None:
        return Reply(404, {"error": {"field": "path", "message": f"Unknown path {request.path}"}})
    endpoint = endpoints.get(request.method)
    if endpoint is None:
        return Reply(405, {"error": {"field": "method", "message": f"Use {' or '.join(endpoints)}"}})
    try:
        return Reply(200, _called(endpoint, world, request))
    except Refused as refusal:
        return refusal.reply
    except Malformed as error:
        return wrong("body", str(error)).reply


def _called(endpoint: Endpoint, world: World, request: Request) -> Any:
    """What posts to a callback address takes the lock itself: nobody waits for a slow receiver."""
    if endpoint in _UNLOCKED:
        return endpoint(world, request)
    with world.lock:
        return endpoint(world, request)


# Accounts and clock


def list_accounts(world: World, request: Request) -> list[Json]:
    """Every account with its tokens."""
    chosen = truth.chosen_platforms(request)
    return [_account(world, account) for account in ACCOUNTS if account.platform in chosen]


def set_followers(world: World, request: Request) -> Json:
    """Show another number of followers: some numbers exist from 100 on."""
    given = inputs.read(request.params, _ACCOUNT_FIELDS)
    account = next(one for one in ACCOUNTS if one.user_id == given["account"])
    world.followers[account.user_id] = given["followers"]
    return _account(world, account)


_ACCOUNT_FIELDS: dict[str, inputs.Reader] = {
    "account": inputs.choice(*(account.user_id for account in ACCOUNTS)),
    "followers": inputs.whole(0, 1_000_000_000),
}


def _account(world: World, account: Account) -> Json:
    tokens = world.tokens_of(account)
    others = {one.kind: one.access for one in world.tokens if one.account == account and one.kind != account.platform}
    return {
        "platform": account.platform,
        "user_id": account.user_id,
        "handle": account.handle,
        "name": account.name,
        "persona": account.persona.slug,
        "timezone": account.persona.timezone,
        "theme": account.persona.theme,
        "followers": world.followers_of(account),
        "hashtags": list(account.persona.hashtags),
        "access_token": tokens.access,
        "refresh_token": tokens.refresh,
        "other_tokens": others,
        **_business(world, account),
    }


def _business(world: World, account: Account) -> Json:
    """The tokens of TikTok API for Business, which has a login of its own."""
    if account.platform != "tiktok":
        return {}
    tokens = world.tokens_of(account, "tiktok_business")
    return {"business_access_token": tokens.access, "business_refresh_token": tokens.refresh}


def read_clock(world: World, request: Request) -> Json:
    """The world's time, and whether it stands still."""
    return {"now": world.time().isoformat(), "standing": world.is_standing}


def move_clock(world: World, request: Request) -> Json:
    """Move the clock forward to `now`; then registered webhooks get what happened meanwhile."""
    to = inputs.moment(request.params.get("now"), "now")
    try:
        with world.lock:
            world.move_clock(to)
    except (ValueError, OverflowError) as error:
        raise wrong("now", str(error)) from error
    push.deliver_new(world)
    return read_clock(world, request)


_UNLOCKED = (move_clock, push.register, push.deliver)

ENDPOINTS: dict[str, dict[str, Endpoint]] = {
    "/accounts": {"GET": list_accounts, "POST": set_followers},
    "/clock": {"GET": read_clock, "POST": move_clock},
    "/tokens": {"GET": faults.list_tokens, "POST": faults.set_token_life},
    "/faults": {"GET": faults.list_faults, "POST": faults.add_fault, "DELETE": faults.clear_faults},
    "/limits": {"GET": faults.list_limits, "POST": faults.add_limit, "DELETE": faults.clear_limits},
    "/delays": {"GET": faults.list_delays, "POST": faults.set_delay, "DELETE": faults.clear_delays},
    "/posts": {"POST": content.change_post},
    "/scenes": {"GET": scenes.list_scenes, "POST": scenes.plant},
    "/comments": {"POST": content.change_comment},
    "/webhooks": {"GET": push.list_callbacks, "POST": push.register, "DELETE": push.clear_callbacks},
    "/webhooks/deliver": {"POST": push.deliver},
    "/truth": {"GET": truth.tell_truth},
    "/ledger": {"GET": truth.read_ledger},
    "/bill": {"GET": truth.read_bill},
}
