"""Webhooks: the challenge at registration, and events posted to the callback address with their signature.

A platform declares a `Push`; when and in what order events leave is decided here, for all alike. Every request has
a timeout; what nobody takes is tried again with the next delivery, a few times and never in between.
"""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode, urlsplit

from engagement.sandbox.audience import Comment
from engagement.sandbox.callbacks import MAX_TRIES, Callback, Waiting
from engagement.sandbox.messages import Json
from engagement.sandbox.world import Post, World

TIMEOUT_SECONDS = 5.0
MAX_ANSWER_BYTES = 64 * 1024
OLD_SECONDS = 3600


@dataclass(frozen=True)
class Challenge:
    """What is asked of an address before it gets events: a GET with `query`, met by the body of a 200."""

    query: Mapping[str, str]
    is_met: Callable[[bytes], bool]


@dataclass(frozen=True)
class Push:
    """A platform's webhooks as data.

    `events` makes the payloads of what happened after `since` and up to `until`, oldest first; `sign` the headers
    of one delivery from the secret, the raw body and a time in unix seconds (where the signature holds one).
    """

    events: Callable[[World, datetime, datetime], list[Json]]
    sign: Callable[[str, bytes, int], Mapping[str, str]]
    challenge: Callable[[Callback], Challenge] | None = None


@dataclass(frozen=True)
class Manner:
    """How badly a delivery goes."""

    twice: bool = False
    reverse: bool = False
    wrong_signature: bool = False
    old_timestamp: bool = False


class Unreachable(Exception):
    """Nobody answers at the address, or not in time."""


def comments_between(world: World, platform: str, since: datetime, until: datetime) -> list[tuple[Post, Comment]]:
    """The comments that appeared after `since` and up to `until`, oldest first."""
    found = [
        (post, comment)
        for post in world.posts.values()
        if post.account.platform == platform and world.post(platform, post.post_id)
        for comment in world.comments(post)
        if since < post.comment_at(comment) <= until
    ]
    return sorted(found, key=lambda pair: pair[0].comment_at(pair[1]))


# Registration


def challenge_failure(callback: Callback, push: Push) -> str:
    """Ask the platform's own question of the address; empty when it is answered well."""
    if push.challenge is None:
        return ""
    challenge = push.challenge(callback)
    try:
        status, body = _ask("GET", callback.address, b"", {}, challenge.query)
    except Unreachable as error:
        return f"cannot be reached: {error}"
    return "" if status == 200 and challenge.is_met(body) else f"failed the challenge: it answered {status}"


# Delivery


def deliver(world: World, callback: Callback, push: Push, manner: Manner, since: datetime | None = None) -> Json:
    """Send what is new, or everything since a moment; the world is locked only while events are collected."""
    with callback.sending:
        with world.lock:
            now = world.time()
            callback.collect(push.events(world, since or callback.until, now), now)
            world.tick()
        sent = _in_order(callback.waiting, manner)
        statuses = _post_all(callback, push, sent, manner)
        taken = {id(one) for one, status in zip(sent, statuses, strict=False) if 200 <= status < 300}
        callback.waiting = [one for one in callback.waiting if id(one) not in taken and one.tries < MAX_TRIES]
    return {"platform": callback.platform, "statuses": statuses, "waiting": len(callback.waiting)}


def _in_order(waiting: Sequence[Waiting], manner: Manner) -> list[Waiting]:
    ordered = list(waiting[::-1] if manner.reverse else waiting)
    return [one for one in ordered for _ in range(2)] if manner.twice else ordered


def _post_all(callback: Callback, push: Push, sent: Sequence[Waiting], manner: Manner) -> list[int]:
    """The status of each delivery; an address that does not answer (0) is left alone until the next time."""
    statuses = list[int]()
    for one in sent:
        one.tries += 1
        try:
            statuses.append(_post(callback, push, one.payload, manner))
        except Unreachable:
            return [*statuses, 0]
    return statuses


def _post(callback: Callback, push: Push, payload: Json, manner: Manner) -> int:
    """Signatures hold real time, like that of any server, whatever the world's clock says."""
    body = json.dumps(payload, separators=(",", ":")).encode()
    secret = f"not {callback.secret}" if manner.wrong_signature else callback.secret
    signed = push.sign(secret, body, int(time.time()) - (OLD_SECONDS if manner.old_timestamp else 0))
    return _ask("POST", callback.address, body, {"Content-Type": "application/json", **signed})[0]


def _ask(
    method: str, address: str, body: bytes, headers: Mapping[str, str], query: Mapping[str, str] | None = None
) -> tuple[int, bytes]:
    parts = urlsplit(address)
    target = (parts.path or "/") + ("?" if query or parts.query else "")
    target += "&".join(part for part in (parts.query, urlencode(query or {})) if part)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=TIMEOUT_SECONDS)
    with closing(connection):
        try:
            connection.request(method, target, body or None, dict(headers))
            response = connection.getresponse()
            return response.status, response.read(MAX_ANSWER_BYTES)
        except (OSError, http.client.HTTPException) as error:
            raise Unreachable(type(error).__name__) from error
