"""What a stored or arriving event asks for, by the rules of its platform."""

from collections.abc import Callable
from typing import Any

from engagement.enums import Platform
from engagement.platforms.nodes import Node
from engagement.webhooks import meta, tiktok, twitter
from engagement.webhooks.values import Effect, UnknownEvent

READERS: dict[str, Callable[[Node], Effect | None]] = {
    Platform.INSTAGRAM: meta.effect,
    Platform.FACEBOOK: meta.effect,
    Platform.TWITTER: twitter.effect,
    Platform.TIKTOK: tiktok.effect,
}


def read(platform: str, body: Any) -> Effect | None:
    """What an event asks for; None for nothing. Raises `UnknownEvent`, or `InvalidResponse` for one that lacks much."""
    reader = READERS.get(platform)
    if reader is None or not isinstance(body, dict):
        raise UnknownEvent
    return reader(Node(platform, body))
