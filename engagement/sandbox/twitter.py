"""X in miniature: API v2 lookup, recent search, people who liked or reposted, tokens, and the routes of all.

Requests in, replies out; posts are made in `twitter_posting.py`, objects described in `twitter_objects.py`.
"""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from engagement.sandbox import gate, people
from engagement.sandbox import twitter_objects as objects
from engagement.sandbox import twitter_posting as posting
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox.audience import BOT, GENUINE, PERSONA, Comment
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.messages import Json, Reply, Request
from engagement.sandbox.people import Person
from engagement.sandbox.world import Post, World

MAX_IDS, MAX_PEOPLE = 100, 100
SEARCH_DAYS = timedelta(days=7)
ACCESS_SECONDS = 7200
SCOPES = "tweet.read users.read tweet.write media.write like.read offline.access"

_CONVERSATION = re.compile(r"conversation_id:(\d+)")


# Reading


def lookup(call: Call) -> Reply:
    """Missing ids are named in `errors` of a 200; `data` is absent when nothing was found."""
    wanted = [one for one in str(call.params.get("ids", "")).split(",") if one]
    if not 1 <= len(wanted) <= MAX_IDS or not all(one.isdecimal() for one in wanted):
        raise problems.invalid(f"The `ids` query parameter must hold 1 to {MAX_IDS} ids", ids=",".join(wanted))
    found = {one: call.world.post("twitter", one) for one in dict.fromkeys(wanted)}
    posts = [post for post in found.values() if post]
    asked = objects.asked(call)
    errors = [objects.not_found(one, "ids") for one, post in found.items() if post is None]
    errors += [fault for post in posts for fault in objects.denied_fields(call, post, asked)]
    body: Json = {"data": [objects.post(call, post, asked) for post in posts]} if posts else {}
    return Reply(200, _with(body, includes=objects.post_includes(call, posts, asked), errors=errors))


def single(call: Call) -> Reply:
    post = call.world.post("twitter", call.ids["id"])
    if post is None:
        return Reply(200, {"errors": [objects.not_found(call.ids["id"], "id")]})
    asked = objects.asked(call)
    body = {"data": objects.post(call, post, asked)}
    return Reply(
        200,
        _with(
            body,
            includes=objects.post_includes(call, [post], asked),
            errors=objects.denied_fields(call, post, asked),
        ),
    )


def search(call: Call) -> Reply:
    """Replies of a conversation from the last seven days, newest first."""
    wanted = _CONVERSATION.findall(str(call.params.get("query", "")))
    if not wanted:
        raise problems.invalid("The sandbox knows queries by conversation_id only", query=call.params.get("query", ""))
    replies = _replies(call, wanted, _number(call, "since_id", 0))
    most = _number(call, "max_results", 10)
    if not 10 <= most <= 100:
        raise problems.invalid("The `max_results` query parameter value must be between 10 and 100", max_results=most)
    before = _number(call, "next_token", 0)
    older = [pair for pair in replies if not before or int(pair[1].comment_id) < before]
    chosen, asked = older[:most], objects.asked(call)
    if not chosen:
        return Reply(200, {"meta": {"result_count": 0}})
    meta: Json = {
        "newest_id": chosen[0][1].comment_id,
        "oldest_id": chosen[-1][1].comment_id,
        "result_count": len(chosen),
    }
    body = {"data": [objects.reply(post, comment, asked) for post, comment in chosen]}
    token = chosen[-1][1].comment_id if len(older) > most else None
    return Reply(
        200,
        _with(
            {**body, "meta": _with(meta, next_token=token)},
            includes=objects.reply_includes([comment for _, comment in chosen], asked),
        ),
    )


def _replies(call: Call, conversations: Sequence[str], since: int) -> list[tuple[Post, Comment]]:
    start = call.world.time() - SEARCH_DAYS
    posts = [post for post in (call.world.post("twitter", one) for one in dict.fromkeys(conversations)) if post]
    found = [
        (post, comment)
        for post in posts
        for comment in call.world.comments(post)
        if post.comment_at(comment) >= start and int(comment.comment_id) > since
    ]
    return sorted(found, key=lambda pair: int(pair[1].comment_id), reverse=True)


def liking_users(call: Call) -> Reply:
    """Own posts only, and never more than 100 people per post."""
    post = posting.find_post(call)
    if post.account != call.account:
        raise problems.forbidden("You may only see who liked your own posts.")
    return _people(call, _actors(call.world, post, "like"))


def retweeted_by(call: Call) -> Reply:
    return _people(call, _actors(call.world, posting.find_post(call), "share"))


def _people(call: Call, found: Sequence[Person]) -> Reply:
    most = _number(call, "max_results", MAX_PEOPLE)
    start = _number(call, "pagination_token", 0)
    chosen, asked = found[start : start + most], objects.asked(call)
    if not chosen:
        return Reply(200, {"meta": {"result_count": 0}})
    token = str(start + most) if start + most < len(found) else None
    return Reply(
        200,
        {
            "data": [objects.user(person, asked) for person in chosen],
            "meta": _with({"result_count": len(chosen)}, next_token=token),
        },
    )


def _actors(world: World, post: Post, kind: str) -> list[Person]:
    """Who did it: fans and bots in an order fixed by the post, so that later readings only add people."""
    rng = random.Random(f"{world.seed}:{post.post_id}:{kind}")
    fans = list(people.fans(world.seed, "twitter", post.account.persona.slug))
    bots = list(people.bots(world.seed, "twitter", people.fortnight_of(post.published_at)))
    rng.shuffle(fans)
    rng.shuffle(bots)
    personas = [comment.author for comment in world.comments(post) if comment.truth == PERSONA]
    found = [*personas, *bots[: world.count(post, kind, BOT)], *fans[: world.count(post, kind, GENUINE)]]
    return found[:MAX_PEOPLE]


def me(call: Call) -> Reply:
    return Reply(200, {"data": objects.user(people.as_person(call.account), objects.asked(call))})


def _number(call: Call, name: str, default: int) -> int:
    given = str(call.params.get(name) or default)
    if not given.isdecimal():
        raise problems.invalid(f"The `{name}` query parameter must be a number", **{name: given})
    return int(given)


def _with(body: Json, **extras: Any) -> Json:
    """X leaves empty parts out."""
    return {**body, **{name: value for name, value in extras.items() if value}}


# Tokens


def exchange(world: World, request: Request) -> Reply:
    """Refresh tokens are single-use: each answer brings the next pair."""
    account = world.account_to_refresh("twitter", str(request.params.get("refresh_token", "")))
    revoked = account and world.faults.take(("revoked_token",), request, account.user_id)
    if request.params.get("grant_type") != "refresh_token" or account is None or revoked:
        return Reply(400, {"error": "invalid_request", "error_description": "Value passed for the token was invalid."})
    tokens = world.renew(account)
    return Reply(
        200,
        {
            "token_type": "bearer",
            "expires_in": ACCESS_SECONDS,
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "scope": SCOPES,
        },
    )


PLATFORM = Platform(
    name="twitter",
    open_routes=(("POST", "/2/oauth2/token", exchange),),
    routes=(
        ("POST", "/2/tweets", posting.create),
        ("GET", "/2/tweets", lookup),
        ("GET", "/2/tweets/search/recent", search),
        ("GET", "/2/tweets/{id}", single),
        ("DELETE", "/2/tweets/{id}", posting.delete),
        ("GET", "/2/tweets/{id}/liking_users", liking_users),
        ("GET", "/2/tweets/{id}/retweeted_by", retweeted_by),
        ("POST", "/2/media/upload", posting.upload),
        ("POST", "/2/media/metadata", posting.describe_media),
        ("GET", "/2/users/me", me),
    ),
    refusals={
        "malformed": lambda request, detail: problems.invalid(detail).reply,
        "too_large": lambda request, detail: problems.problem(413, "Payload Too Large", "Payload Too Large"),
        "unknown_path": lambda request, path: problems.problem(404, "Not Found", "Not Found"),
        "wrong_token": problems.unauthorized,
        "expired_token": problems.unauthorized,
        "revoked_token": problems.unauthorized,
        "rate_limit": problems.limited,
        "server_error": lambda request, detail: problems.problem(503, "Service Unavailable", "Service Unavailable"),
    },
    headers=problems.limit_headers,
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
