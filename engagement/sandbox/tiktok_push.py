"""TikTok's webhooks: how publishing went, and for TikTok API for Business what happens to comments.

Both programmes sign alike; `content` is JSON in a string, and ids in it are bare numbers.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox.changes import HIDDEN, REMOVED, SHOWN
from engagement.sandbox.messages import Json
from engagement.sandbox.push import Push, comments_between
from engagement.sandbox.world import Pending, Post, World

CLIENT_KEY = "sandbox"
COMPLETE, FAILED = "post.publish.complete", "post.publish.failed"
AVAILABLE, COMMENT = "post.publish.publicly_available", "comment.update"
# How long after a request each is told.
PROCESSING, MODERATION = timedelta(seconds=20), timedelta(minutes=1)
_ACTIONS = {REMOVED: "delete", HIDDEN: "set_to_hidden", SHOWN: "set_to_public"}

_Event = tuple[datetime, Json]


def events(world: World, since: datetime, until: datetime) -> list[Json]:
    found = [*_published(world), *_failed(world), *_comments(world, since, until), *_changed(world)]
    return [event for at, event in sorted(found, key=lambda one: one[0]) if since < at <= until]


def _published(world: World) -> Iterator[_Event]:
    for post in world.posts.values():
        if post.account.platform != "tiktok" or "request" not in post.extra:
            continue
        told = {"publish_id": post.extra["request"], "publish_type": "DIRECT_POST"}
        complete, available = post.published_at + PROCESSING, post.published_at + MODERATION
        yield complete, _event(post.account.user_id, COMPLETE, complete, told)
        if objects.is_public(post):
            told = {**told, "post_id": post.post_id}
            yield available, _event(post.account.user_id, AVAILABLE, available, told)


def _failed(world: World) -> Iterator[_Event]:
    for (platform, publish_id), pending in world.pending.items():
        if platform == "tiktok" and _has_failed(pending):
            told = {
                "publish_id": publish_id,
                "reason": pending.extra["fail_reason"],
                "publish_type": "DIRECT_POST",
            }
            failed = pending.created_at + PROCESSING
            yield failed, _event(pending.account.user_id, FAILED, failed, told)


def _has_failed(pending: Pending) -> bool:
    """What cannot be fetched is known before an upload would be whole; the rest when it is."""
    is_whole = pending.extra.get("received") == pending.extra.get("total")
    return "fail_reason" in pending.extra and is_whole


def _comments(world: World, since: datetime, until: datetime) -> Iterator[_Event]:
    for post, comment in comments_between(world, "tiktok", since, until):
        at = post.comment_at(comment)
        yield at, _comment_event(post, comment.comment_id, comment.parent, "insert", at)


def _changed(world: World) -> Iterator[_Event]:
    for event in world.changes.events:
        post = world.posts.get(event.post)
        if post is not None and post.account.platform == "tiktok" and event.verb in _ACTIONS:
            found = world.find_comment(event.comment_id)
            parent = found[1].parent if found else ""
            yield event.at, _comment_event(post, event.comment_id, parent, _ACTIONS[event.verb], event.at)


def _comment_event(post: Post, comment_id: str, parent: str, action: str, at: datetime) -> Json:
    """No text: it is fetched with `comment_ids`."""
    told: Json = {
        "comment_id": int(comment_id),
        "video_id": int(post.post_id),
        "comment_type": "reply" if parent else "comment",
        "comment_action": action,
        "timestamp": int(at.timestamp()),
    }
    told |= {"parent_comment_id": int(parent)} if parent else {}
    return _event(post.account.user_id, COMMENT, at, told)


def _event(user_id: str, name: str, at: datetime, content: Json) -> Json:
    return {
        "client_key": CLIENT_KEY,
        "event": name,
        "create_time": int(at.timestamp()),
        "user_openid": user_id,
        "content": json.dumps(content, separators=(",", ":")),
    }


def sign(secret: str, body: bytes, at: int) -> Mapping[str, str]:
    signed = hmac.new(secret.encode(), f"{at}.".encode() + body, hashlib.sha256).hexdigest()
    return {"TikTok-Signature": f"t={at},s={signed}"}


PUSH = Push(events, sign)
