"""TikTok for Developers in miniature: Display API, tokens, and the routes of both programmes.

Posting stands in `tiktok_publishing.py`. There are no comments, saves or reach here, because that API has none;
TikTok API for Business, below the same address, stands in `tiktok_business.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from engagement.sandbox import gate
from engagement.sandbox import tiktok_business as business
from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox import tiktok_publishing as publishing
from engagement.sandbox import tiktok_push as push
from engagement.sandbox import tiktok_uploads as uploads
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.messages import Json, Refused, Reply, Request
from engagement.sandbox.tiktok_replies import LOG_ID, error, ok, refuse, required
from engagement.sandbox.world import Post, World

FORM = "application/x-www-form-urlencoded"
KIND = "tiktok"
MAX_IDS = 20
ACCESS_SECONDS, REFRESH_SECONDS = 7200, 15552000
SCOPES = "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish"


# Reading


def query_videos(call: Call) -> Reply:
    """Deleted, private and foreign ids are simply not in the list."""
    wanted = required(call.params, "filters").get("video_ids")
    if (
        not isinstance(wanted, list)
        or not 1 <= len(wanted) <= MAX_IDS
        or not all(isinstance(one, str | int) for one in wanted)
    ):
        raise refuse(400, "invalid_params", f"filters.video_ids must hold 1 to {MAX_IDS} ids")
    found = [call.world.post("tiktok", str(one)) for one in dict.fromkeys(wanted)]
    own = [post for post in found if post and post.account == call.account and objects.is_public(post)]
    return ok({"videos": _projected(call, own)})


def list_videos(call: Call) -> Reply:
    """Newest first; the cursor is the time in milliseconds before which the next page begins."""
    most, cursor = call.params.get("max_count", 10), call.params.get("cursor")
    if not isinstance(most, int) or not 1 <= most <= MAX_IDS:
        raise refuse(400, "invalid_params", f"max_count must be from 1 to {MAX_IDS}")
    if cursor is not None and not isinstance(cursor, int):
        raise refuse(400, "invalid_params", "cursor must be a number")
    chosen, last, has_more = objects.page(call, most, cursor or 0)
    return ok({"videos": _projected(call, chosen), "cursor": last, "has_more": has_more})


def user_info(call: Call) -> Reply:
    """The account and its totals."""
    return ok({"user": {name: objects.USER[name](call) for name in _field_names(call, objects.USER)}})


def _projected(call: Call, posts: Sequence[Post]) -> list[Json]:
    names = _field_names(call, objects.VIDEO)
    seen = [objects.Seen(call.world, post) for post in posts]
    return [{name: objects.VIDEO[name](one) for name in names} for one in seen]


def _field_names(call: Call, table: Mapping[str, Any]) -> list[str]:
    names = [name.strip() for name in call.request.query.get("fields", "").split(",") if name.strip()]
    unknown = [name for name in names if name not in table]
    if not names or unknown:
        raise refuse(400, "invalid_params", f"fields: {', '.join(unknown) or 'at least one is required'}")
    return names


# Tokens


def exchange(world: World, request: Request) -> Reply:
    """Refresh tokens rotate: the old pair stops working once a new one is given out."""
    _check_client(request)
    if request.params.get("grant_type") != "refresh_token":
        return _oauth_error("unsupported_grant_type", "Only refresh_token is supported here.")
    known = world.tokens.to_refresh("tiktok", str(request.params.get("refresh_token", "")), world.time())
    if known is None or known.kind != KIND or world.faults.take(("revoked_token",), request, known.account.user_id):
        return _oauth_error("invalid_grant", "Refresh token is invalid or expired.")
    tokens = world.renew(known.account, KIND)
    return Reply(
        200,
        {
            "open_id": known.account.user_id,
            "scope": SCOPES,
            "access_token": tokens.access,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": tokens.refresh,
            "refresh_expires_in": REFRESH_SECONDS,
            "token_type": "Bearer",
        },
    )


def revoke(world: World, request: Request) -> Reply:
    """Both tokens end; the next pair, in `/sandbox/accounts`, stands for a user who connects again."""
    _check_client(request)
    known = world.tokens_for("tiktok", str(request.params.get("token", "")))
    if known is None or known.kind != KIND:
        return _oauth_error("invalid_request", "The token is invalid.")
    world.renew(known.account, KIND)
    return Reply(200, {})


def _check_client(request: Request) -> None:
    """A form with the app's key and secret; the sandbox takes any."""
    if request.content_type != FORM:
        raise Refused(_oauth_error("invalid_request", f"Content-Type must be {FORM}."))
    if not (request.params.get("client_key") and request.params.get("client_secret")):
        raise Refused(_oauth_error("invalid_client", "Client key or secret is incorrect.", 401))


def _oauth_error(code: str, description: str, status: int = 400) -> Reply:
    return Reply(status, {"error": code, "error_description": description, "log_id": LOG_ID})


def _invalid_token(request: Request, detail: str) -> Reply:
    return error(401, "access_token_invalid", "The access token is invalid or not found in the request.")


_REFUSALS: dict[str, Callable[[Request, str], Reply]] = {
    "malformed": lambda request, detail: error(400, "invalid_params", detail),
    "too_large": lambda request, detail: error(413, "invalid_params", "The request body is too large."),
    "unknown_path": lambda request, path: error(404, "unsupported_path", f"Unsupported path {path}"),
    "wrong_token": _invalid_token,
    "expired_token": _invalid_token,
    "revoked_token": _invalid_token,
    "rate_limit": lambda request, seconds: error(429, "rate_limit_exceeded", "The API rate limit was exceeded."),
    "server_error": lambda request, detail: error(500, "internal_error", "Something went wrong. Please try later."),
}


def _refusal_by_path(kind: str) -> Callable[[Request, str], Reply]:
    return lambda request, detail: (business.REFUSALS if _is_business(request) else _REFUSALS)[kind](request, detail)


def _is_business(request: Request) -> bool:
    """Both programmes have hosts of their own in the world; here one address serves the two by path."""
    return request.path.startswith(business.ROOT)


PLATFORM = Platform(
    name="tiktok",
    open_routes=(
        ("POST", "/v2/oauth/token", exchange),
        ("POST", "/v2/oauth/revoke", revoke),
        ("PUT", uploads.PATH, uploads.receive),
        *business.OPEN_ROUTES,
    ),
    routes=(
        ("POST", "/v2/post/publish/creator_info/query", publishing.creator_info),
        ("POST", "/v2/post/publish/video/init", publishing.init_video),
        ("POST", "/v2/post/publish/content/init", publishing.init_photos),
        ("POST", "/v2/post/publish/status/fetch", publishing.publish_status),
        ("POST", "/v2/video/query", query_videos),
        ("POST", "/v2/video/list", list_videos),
        ("GET", "/v2/user/info", user_info),
        *business.ROUTES,
    ),
    refusals={kind: _refusal_by_path(kind) for kind in _REFUSALS},
    headers=lambda world, request: {},
    simplify=lambda path: path.rstrip("/"),
    push=push.PUSH,
)


def answer(world: World, request: Request) -> Reply:
    kind, header = (business.KIND, "access-token") if _is_business(request) else (KIND, "authorization")
    return gate.answer(world, objects.with_token(world, request, kind, header), PLATFORM)
