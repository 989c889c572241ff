"""X in miniature: API v2 with its routes, refusals and tokens.

What the endpoints do stands in `twitter_reading.py`, `twitter_people.py`, `twitter_posting.py` and
`twitter_media.py`.
"""

from __future__ import annotations

import base64
import binascii

from engagement.sandbox import gate
from engagement.sandbox import twitter_analytics as analytics
from engagement.sandbox import twitter_media as media
from engagement.sandbox import twitter_people as people
from engagement.sandbox import twitter_posting as posting
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox import twitter_push as push
from engagement.sandbox import twitter_reading as reading
from engagement.sandbox.gate import Platform
from engagement.sandbox.messages import Reply, Request
from engagement.sandbox.world import World

ACCESS_SECONDS = 7200
SCOPES = "tweet.read users.read tweet.write media.write like.read offline.access"
FORM = "application/x-www-form-urlencoded"


# Tokens


def exchange(world: World, request: Request) -> Reply:
    """Refresh tokens are single-use: each answer brings the next pair."""
    if request.content_type != FORM:
        return _refused(400, "invalid_request", f"The body must be {FORM}.")
    if "authorization" in request.headers and not _names_client(request.headers["authorization"]):
        return _refused(401, "unauthorized_client", "Missing valid authorization header")
    if "authorization" not in request.headers and not request.fields.get("client_id"):
        return _refused(400, "invalid_request", "Missing required parameter [client_id].")
    account = world.account_to_refresh("twitter", str(request.fields.get("refresh_token", "")))
    revoked = account and world.faults.take(("revoked_token",), request, account.user_id)
    if request.fields.get("grant_type") != "refresh_token" or account is None or revoked:
        return _refused(400, "invalid_request", "Value passed for the token was invalid.")
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


def _names_client(header: str) -> bool:
    """A confidential client shows id and secret by HTTP Basic; the sandbox takes any."""
    scheme, _, encoded = header.partition(" ")
    try:
        client, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return False
    return scheme.lower() == "basic" and bool(client and secret)


def _refused(status: int, code: str, description: str) -> Reply:
    return Reply(status, {"error": code, "error_description": description})


PLATFORM = Platform(
    name="twitter",
    open_routes=(("POST", "/2/oauth2/token", exchange),),
    routes=(
        ("POST", "/2/tweets", posting.create),
        ("GET", "/2/tweets", reading.lookup),
        ("GET", "/2/tweets/search/recent", reading.search),
        ("GET", "/2/tweets/analytics", analytics.of_posts),
        ("GET", "/2/media/analytics", analytics.of_media),
        ("GET", "/2/tweets/{id}", reading.single),
        ("DELETE", "/2/tweets/{id}", posting.delete),
        ("GET", "/2/tweets/{id}/liking_users", people.liking_users),
        ("GET", "/2/tweets/{id}/retweeted_by", people.retweeted_by),
        ("GET", "/2/tweets/{id}/quote_tweets", reading.quote_tweets),
        ("POST", "/2/media/upload", media.upload),
        ("GET", "/2/media/upload", media.status),
        ("POST", "/2/media/upload/initialize", media.initialize),
        ("POST", "/2/media/upload/{id}/append", media.append),
        ("POST", "/2/media/upload/{id}/finalize", media.finalize),
        ("POST", "/2/media/metadata", media.describe),
        ("GET", "/2/users", people.lookup),
        ("GET", "/2/users/me", people.me),
        ("GET", "/2/users/{id}", people.single),
        ("GET", "/2/users/{id}/tweets", reading.timeline),
        ("GET", "/2/users/{id}/mentions", reading.mentions),
        ("GET", "/2/usage/tweets", reading.usage),
        ("GET", "/2/activity/subscriptions", push.list_subscriptions),
        ("POST", "/2/activity/subscriptions", push.subscribe),
        ("DELETE", "/2/activity/subscriptions/{id}", push.unsubscribe),
    ),
    refusals={
        "malformed": lambda request, detail: problems.invalid(detail).reply,
        "too_large": lambda request, detail: problems.problem(413, "Payload Too Large", "Payload Too Large"),
        "unknown_path": lambda request, path: problems.problem(404, "Not Found", "Not Found"),
        "wrong_token": problems.unauthorized,
        "expired_token": problems.unauthorized,
        "revoked_token": problems.unauthorized,
        "rate_limit": problems.limited,
        "no_credits": problems.no_credits,
        "usage_capped": problems.usage_capped,
        "server_error": lambda request, detail: problems.problem(503, "Service Unavailable", "Service Unavailable"),
    },
    headers=problems.limit_headers,
    usage=problems.usage_headers,
    push=push.PUSH,
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
