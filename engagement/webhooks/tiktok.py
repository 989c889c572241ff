"""Events of both TikTok programmes. A delivery is one event, whose `content` is JSON inside a string.

TikTok for Developers tells how publishing went, TikTok API for Business that a comment was written, without its text.
"""

import json
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from engagement.enums import Platform
from engagement.platforms import errors
from engagement.platforms.nodes import Node
from engagement.webhooks.values import (
    Commented,
    Effect,
    Event,
    Gone,
    Moved,
    Processed,
    Revoked,
    UnknownEvent,
    dicts,
    moment_of,
    words,
)

TIKTOK = Platform.TIKTOK.value
# "Webhook Events": why an account took its access away.
REASONS = {
    "1": "its person disconnected the app",
    "2": "the account was deleted",
    "3": "its person's age was changed",
    "4": "the account was banned",
    "5": "the app took it back",
}
ACTIONS = ("comment_action", "action")


def events(document: Any, _now: datetime) -> Iterator[Event]:
    """The events of a delivery, each by itself."""
    yield from (_event(one) for one in dicts(document) if "event" in one)


def is_ours(document: Any) -> bool:
    """Whether a document has the form of a delivery at all."""
    return any("event" in one for one in dicts(document))


def _event(body: dict[str, Any]) -> Event:
    kind, inner = body.get("event"), _opened(body.get("content"))
    action = next((inner[name] for name in ACTIONS if name in inner), None)
    return Event(
        platform=TIKTOK,
        kind=words(kind, action),
        identity=[kind, body.get("user_openid"), body.get("create_time"), body.get("content")],
        subject=str(inner.get("comment_id") or "") if action in ("insert", "delete") else "",
        happened_at=moment_of(inner.get("timestamp")) or moment_of(body.get("create_time")),
        body=body,
    )


def _opened(content: Any) -> dict[str, Any]:
    """The content of an event; empty where it is none."""
    try:
        inner = json.loads(content) if isinstance(content, str) and content else content
    except (ValueError, RecursionError):
        return {}
    return inner if isinstance(inner, dict) else {}


def effect(body: Node) -> Effect | None:
    """What an event asks for. Raises `UnknownEvent`, or `InvalidResponse` where it lacks what its kind has."""
    rule = RULES.get(body.text("event"))
    if rule is None:
        raise UnknownEvent
    return rule(body, Node(TIKTOK, _opened(body.value.get("content"))))


def _removed(body: Node, content: Node) -> Effect | None:
    reason = REASONS.get(content.text("reason"), "TikTok did not say why")
    return Revoked(account_id=body.required("user_openid"), reason=reason)


def _processed(_body: Node, content: Node) -> Effect | None:
    """Older events call the handle of an upload `share_id`, as the Business programme does."""
    handle = content.text("publish_id") or content.text("share_id")
    if not handle:
        raise errors.InvalidResponse("It does not say which upload it is about", platform=TIKTOK)
    return Processed(publish_id=handle)


def _withdrawn(_body: Node, content: Node) -> Effect | None:
    post_id = content.text("post_id")
    return Moved(post_id=post_id) if post_id else None


def _comment(_body: Node, content: Node) -> Effect | None:
    action = next((content.text(name) for name in ACTIONS if content.text(name)), "")
    post_id, comment_id = content.required("video_id"), content.required("comment_id")
    if action == "insert":
        return Commented(post_id=post_id, comment_id=comment_id)
    if action == "delete":
        return Gone(platform_id=comment_id, post_id=post_id)
    if action.startswith("set_to_"):
        # Who may see a comment does not change that it was written.
        return None
    raise UnknownEvent


def _nothing(_body: Node, _content: Node) -> Effect | None:
    return None


RULES: dict[str, Callable[[Node, Node], Effect | None]] = {
    "authorization.removed": _removed,
    "post.publish.complete": _processed,
    "post.publish.failed": _processed,
    "post.publish.publicly_available": _processed,
    # The misspelling is TikTok's.
    "post.publish.no_longer_publicaly_available": _withdrawn,
    # A draft lies in the person's inbox. Gator makes none.
    "post.publish.inbox_delivered": _nothing,
    "video.upload.failed": _processed,
    "video.publish.completed": _processed,
    "comment.update": _comment,
}
