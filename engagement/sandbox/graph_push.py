"""Webhooks of Instagram and Facebook: one challenge, one signature, and the payloads of both products.

Follows "Webhooks" of the documentation: changes of one account may share an entry.
"""

from __future__ import annotations

import hashlib
import hmac
import random
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime

from engagement.sandbox import instagram_objects
from engagement.sandbox.audience import Comment
from engagement.sandbox.callbacks import Callback
from engagement.sandbox.changes import ADDED, Event
from engagement.sandbox.messages import Json
from engagement.sandbox.push import Challenge, Push, comments_between
from engagement.sandbox.world import Post, World

MAX_CHANGES = 20  # of one delivery


def sign(secret: str, body: bytes, at: int) -> Mapping[str, str]:
    """No time stands in the signature."""
    return {"X-Hub-Signature-256": "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()}


def challenge(callback: Callback) -> Challenge:
    asked = str(random.randrange(10**9, 10**10))
    query = {"hub.mode": "subscribe", "hub.challenge": asked, "hub.verify_token": callback.verify_token}
    return Challenge(query, lambda body: body.strip() == asked.encode())


def _entries(name: str, found: list[tuple[datetime, str, Json]]) -> Iterator[Json]:
    """Payloads of changes as (time, account, change); neighbours of one account share one."""
    while found:
        at, account, _ = found[0]
        fitting = [change for _, owner, change in found[:MAX_CHANGES] if owner == account]
        found = [one for one in found[:MAX_CHANGES] if one[1] != account] + found[MAX_CHANGES:]
        yield {"object": name, "entry": [{"id": account, "time": int(at.timestamp()), "changes": fitting}]}


# Instagram


def instagram_events(world: World, since: datetime, until: datetime) -> list[Json]:
    """New comments; edits and deletions are told by no event."""
    pairs = comments_between(world, "instagram", since, until)
    shown = [(post, comment) for post, comment in pairs if instagram_objects.product(post) != "STORY"]
    changes = [(post.comment_at(one), post.account.user_id, _instagram_change(post, one)) for post, one in shown]
    return list(_entries("instagram", changes))


def _instagram_change(post: Post, comment: Comment) -> Json:
    value: Json = {
        "id": comment.comment_id,
        "text": comment.text,
        "media": {"id": post.post_id, "media_product_type": instagram_objects.product(post)},
    }
    if comment.is_signed:
        value["from"] = {"id": comment.author.user_id, "username": comment.author.handle}
    if comment.parent:
        value["parent_id"] = comment.parent
    return {"field": "comments", "value": value}


# Facebook


def facebook_events(world: World, since: datetime, until: datetime) -> list[Json]:
    """Comments that were added, edited, hidden, shown again or removed."""
    pairs = comments_between(world, "facebook", since, until)
    changes = [
        (post.comment_at(one), post.account.user_id, _facebook_change(post, one, ADDED, post.comment_at(one)))
        for post, one in pairs
    ]
    changes += [
        change for event in world.changes.events if since < event.at <= until for change in _later(world, event)
    ]
    return list(_entries("page", sorted(changes, key=lambda change: change[0])))


def _later(world: World, event: Event) -> list[tuple[datetime, str, Json]]:
    post = world.posts.get(event.post)
    if post is None or post.account.platform != "facebook":
        return []
    ever = (*post.life.comments, *world.changes.added.get(event.post, ()))
    whole = {one.comment_id: one for one in (*ever, *world.comments(post))}  # as it looks now, where it still does
    comment = whole.get(event.comment_id)
    changes = [_facebook_change(post, comment, event.verb, event.at)] if comment else []
    return [(event.at, post.account.user_id, change) for change in changes]


def _facebook_change(post: Post, comment: Comment, verb: str, at: datetime) -> Json:
    value: Json = {
        "item": "comment",
        "verb": verb,
        "comment_id": comment.comment_id,
        "post_id": post.post_id,
        "parent_id": comment.parent or post.post_id,
        "message": comment.text,
        "created_time": int(at.timestamp()),
    }
    if comment.is_signed:
        value["from"] = {"id": comment.author.user_id, "name": comment.author.name}
    return {"field": "feed", "value": value}


def push(events: Callable[[World, datetime, datetime], list[Json]]) -> Push:
    return Push(events, sign, challenge)
