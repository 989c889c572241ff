"""The root page: the sandbox explained by itself, from the same tables it works with."""

from __future__ import annotations

from engagement.sandbox.messages import Reply, Request
from engagement.sandbox.world import World


def answer(world: World, request: Request) -> Reply:
    return Reply(200, {})
