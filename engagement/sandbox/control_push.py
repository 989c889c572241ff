"""`/sandbox/webhooks`: who gets events, and deliveries at once, in good manner or bad."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from engagement.sandbox import inputs, push
from engagement.sandbox.callbacks import Callback
from engagement.sandbox.inputs import wrong
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.platforms import PLATFORMS
from engagement.sandbox.push import Manner, Push
from engagement.sandbox.world import World

LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PUSHES: dict[str, Push] = {name: platform.push for name, platform in PLATFORMS.items() if platform.push}


def list_callbacks(world: World, request: Request) -> Json:
    """Who gets events, and how many wait to be taken."""
    return {"webhooks": [_callback(one) for one in world.callbacks.values()]}


def _callback(callback: Callback) -> Json:
    return {
        "platform": callback.platform,
        "address": callback.address,
        "until": callback.until.isoformat(),
        "waiting": len(callback.waiting),
    }


def register(world: World, request: Request) -> Json:
    """Ask the platform's challenge of the address; from then on it gets what happens when the clock moves."""
    given = inputs.read(request.params, _CALLBACK_FIELDS)
    callback = Callback(**given, until=world.time())
    failure = push.challenge_failure(callback, _PUSHES[callback.platform])
    if failure:
        raise wrong("address", failure)
    with world.lock:
        callback.until = world.time()
        world.callbacks[callback.platform] = callback
        world.tick()
        return list_callbacks(world, request)


def clear_callbacks(world: World, request: Request) -> Json:
    """Nobody gets events any more."""
    world.callbacks.clear()
    return list_callbacks(world, request)


def deliver(world: World, request: Request) -> Json:
    """Deliver at once; `since` repeats everything from there, the rest says how badly it goes."""
    given = inputs.read(request.params, _DELIVERY_FIELDS)
    platform, since = given.pop("platform"), given.pop("since")
    chosen = [one for one in world.callbacks.values() if platform in ("", one.platform)]
    if not chosen:
        raise wrong("platform", "has no webhook registered")
    return {"deliveries": [push.deliver(world, one, _PUSHES[one.platform], Manner(**given), since) for one in chosen]}


def deliver_new(world: World) -> None:
    """What happened since the last time, to every address."""
    for callback in tuple(world.callbacks.values()):
        push.deliver(world, callback, _PUSHES[callback.platform], Manner())


def _address(value: Any, field: str) -> str:
    try:
        parts = urlsplit(str(value or ""))
        parts.port  # noqa: B018 - a bad port shows when it is read
    except ValueError as error:
        raise wrong(field, "must be an http address") from error
    if parts.scheme != "http" or parts.hostname not in LOOPBACK:
        raise wrong(field, f"must be an http address of this machine ({', '.join(LOOPBACK)})")
    return str(value)


_CALLBACK_FIELDS: dict[str, inputs.Reader] = {
    "platform": inputs.choice(*_PUSHES),
    "address": _address,
    "secret": inputs.needed(inputs.text),
    "verify_token": inputs.text,
}
_DELIVERY_FIELDS: dict[str, inputs.Reader] = {
    "platform": inputs.choice(*_PUSHES, default=""),
    "since": inputs.optional(inputs.moment),
    "twice": inputs.flag,
    "reverse": inputs.flag,
    "wrong_signature": inputs.flag,
    "old_timestamp": inputs.flag,
}
