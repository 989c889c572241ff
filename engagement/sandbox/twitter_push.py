"""X Activity API: subscriptions, their events, the hourly challenge (CRC) and the signature of deliveries.

Without a subscription an account's webhook gets what strangers write about its posts.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from engagement.sandbox import ids
from engagement.sandbox import twitter_objects as objects
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox import twitter_statuses as statuses
from engagement.sandbox.callbacks import Callback
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply, Request
from engagement.sandbox.people import Person
from engagement.sandbox.push import Challenge, Push
from engagement.sandbox.twitter_statuses import Status
from engagement.sandbox.world import Post, World

SIGNATURE = "x-twitter-webhooks-signature"
CREATED, REPLY, MENTION, QUOTE = "post.create", "post.reply.create", "post.mention.create", "post.quote.create"
REPOST, LIKE = "post.repost.create", "like.create"
EVENT_TYPES = (CREATED, REPLY, MENTION, QUOTE, REPOST, LIKE)
AFTER_POSTING = timedelta(seconds=1)
UNASKED = (REPLY, MENTION, QUOTE)

_ASKED = objects.Asked(
    ("author_id", "conversation_id", "created_at", "public_metrics", "entities", "referenced_tweets"),
    ("created_at", "description", "public_metrics", "verified", "verified_type", "profile_image_url"),
    (),
    (),
    renamed=False,
)
_Event = tuple[datetime, Json]


# Subscriptions


def subscribe(call: Call) -> Reply:
    """Choose an event of the account for its webhook."""
    kind, chosen = call.params.get("event_type"), call.params.get("filter")
    if kind not in EVENT_TYPES:
        raise problems.invalid(f"$.event_type: must be one of {', '.join(EVENT_TYPES)}", event_type=kind)
    if not isinstance(chosen, dict) or chosen.get("user_id") != call.account.user_id:
        raise problems.forbidden("Private events need the consent of the user.", "not-authorized-for-resource")
    own = call.world.subscriptions.setdefault(call.account.user_id, [])
    own += [] if kind in own else [str(kind)]
    return Reply(200, {"data": {"subscription": _subscription(call.account.user_id, str(kind))}})


def list_subscriptions(call: Call) -> Reply:
    """The events chosen."""
    own = call.world.subscriptions.get(call.account.user_id, [])
    data = [_subscription(call.account.user_id, kind) for kind in own]
    return Reply(200, {"data": data, "meta": {"total_subscriptions": len(data)}})


def unsubscribe(call: Call) -> Reply:
    """Choose an event no longer."""
    own = call.world.subscriptions.get(call.account.user_id, [])
    found = next((kind for kind in own if _subscription_id(call.account.user_id, kind) == call.ids["id"]), None)
    if found is None:
        missing = f"Could not find subscription with id: [{call.ids['id']}]."
        return problems.problem(404, "Not Found Error", missing, problems.TYPES + "resource-not-found")
    own.remove(found)
    return Reply(200, {"data": {"deleted": True}})


def _subscription(user_id: str, kind: str) -> Json:
    return {"subscription_id": _subscription_id(user_id, kind), "event_type": kind, "filter": {"user_id": user_id}}


def _subscription_id(user_id: str, kind: str) -> str:
    return str(ids.low_bits(60, "subscription", user_id, kind))


# Events


def events(world: World, since: datetime, until: datetime) -> list[Json]:
    found = [
        event
        for post in statuses.posts(world)
        for event in _of_post(world, post)
        if since < event[0] <= until and _is_wanted(world, post, event[1])
    ]
    return [event for _, event in sorted(found, key=lambda one: one[0])]


def _is_wanted(world: World, post: Post, event: Json) -> bool:
    return event["data"]["event_type"] in (world.subscriptions.get(post.account.user_id) or UNASKED)


def _of_post(world: World, post: Post) -> Iterator[_Event]:
    own = statuses.of_post(post)
    yield own.at + AFTER_POSTING, _about(world, post, CREATED, own)
    for reply in statuses.replies(world, post):
        is_direct = reply.references == (("replied_to", post.post_id),)
        yield reply.at, _about(world, post, REPLY if is_direct else MENTION, reply)
    for quote in statuses.quotes(world, post):
        yield quote.at, _about(world, post, QUOTE, quote)
    for at, person in statuses.reposts(world, post):
        yield at, _act(post, REPOST, at, person, {"referenced_tweets": [{"type": "retweeted", "id": post.post_id}]})
    for at, person in statuses.likes(world, post):
        yield at, _act(post, LIKE, at, person, {"direction": "inbound", "tweet_id": post.post_id})


def _about(world: World, post: Post, kind: str, status: Status) -> Json:
    as_owner = Call(world, Request("twitter", "GET", "/"), post.account, {})
    payload = objects.post(as_owner, status, _ASKED)
    answered = dict(status.references).get("replied_to")
    payload |= {"in_reply_to_tweet_id": answered} if answered else {}
    return _event(post, kind, status.at, payload, status.author)


def _act(post: Post, kind: str, at: datetime, person: Person, payload: Json) -> Json:
    return _event(post, kind, at, {**payload, "author_id": person.user_id, "created_at": objects.moment(at)}, person)


def _event(post: Post, kind: str, at: datetime, payload: Json, author: Person) -> Json:
    shown = [] if author.suspended else [objects.user(author, _ASKED)]
    return {
        "data": {
            "event_uuid": ids.snowflake(at, ids.low_bits(22, kind, post.post_id, author.user_id, at.isoformat())),
            "filter": {"user_id": post.account.user_id},
            "event_type": kind,
            "tag": kind.split(".")[1],
            "payload": payload,
            "includes": {"users": shown, "tweets": []},
        }
    }


# Challenge and signature


def challenge(callback: Callback) -> Challenge:
    token = secrets.token_hex(16)
    return Challenge(
        {"crc_token": token}, lambda body: _response_token(body) == _digest(callback.secret, token.encode())
    )


def sign(secret: str, body: bytes, at: int) -> Mapping[str, str]:
    """No time stands in the signature."""
    return {SIGNATURE: _digest(secret, body)}


def _digest(secret: str, message: bytes) -> str:
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


def _response_token(body: bytes) -> str:
    try:
        answer = json.loads(body)
    except ValueError:
        return ""
    return str(answer.get("response_token")) if isinstance(answer, dict) else ""


PUSH = Push(events, sign, challenge)
