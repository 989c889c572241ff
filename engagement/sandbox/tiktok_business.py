"""TikTok API for Business (Accounts API) in miniature: routes, tokens and publishing of the second programme.

Shows the same posts of the same accounts as TikTok for Developers. Every answer is a 200 whose `code` tells
success (0) from failure; the token comes in the header Access-Token.
"""

from __future__ import annotations

from collections.abc import Callable

from engagement.sandbox import tiktok_business_comments as comments
from engagement.sandbox import tiktok_business_videos as videos
from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox import tiktok_requests as requests
from engagement.sandbox.gate import Call, OpenRoute, Route
from engagement.sandbox.messages import Json, Reply, Request
from engagement.sandbox.tiktok_business_replies import (
    BAD_PARAMETER,
    BAD_TOKEN,
    RATE,
    TRANSIENT,
    check_owner,
    error,
    ok,
    refuse,
)
from engagement.sandbox.world import World

ROOT = "/open_api/v1.3"
KIND = "tiktok_business"
ACCESS_SECONDS, REFRESH_SECONDS = 86400, 31536000
SCOPES = "user.info.basic,user.insights,video.list,video.insights,comment.list,video.publish"


# Publishing


def publish(call: Call) -> Reply:
    """Publish a video pulled from an address; it is public, as the sandbox knows no other wish here."""
    call.world.count_create_call(call.account)
    check_owner(call)
    info, url = call.params.get("post_info"), call.params.get("video_url")
    if not requests.is_url(url):
        raise refuse(BAD_PARAMETER, "video_url: is required and must be a URL")
    if not requests.is_verified(str(url)):
        raise refuse(BAD_PARAMETER, "video_url: the URL ownership is unverified")
    if not isinstance(info, dict) or requests.is_too_long(str(info.get("caption", ""))):
        raise refuse(BAD_PARAMETER, "post_info: is required, with a caption of at most 2200 characters")
    if requests.is_capped(call.world, call.account):
        raise refuse(BAD_PARAMETER, "spam_risk_too_many_posts: the daily post cap is reached for this user")
    extra: Json = {"privacy": objects.PUBLIC, "ai": info.get("is_ai_generated") is True}
    extra |= {"fail_reason": "video_pull_failed"} if requests.is_out_of_reach(str(url)) else {}
    caption = str(info.get("caption", ""))
    share_id = requests.start(call.world, call.account, "v_pub_url~v2.", kind="video", title=caption, extra=extra)
    requests.receive(call.world, call.request, share_id)
    return ok({"share_id": share_id})


def publish_status(call: Call) -> Reply:
    """How a share is getting on, and the ids of what became public."""
    check_owner(call)
    pending = requests.find(call.world, call.account, str(call.params.get("publish_id", "")))
    if pending is None:
        raise refuse(BAD_PARAMETER, "publish_id: does not exist")
    asked = requests.ask(call.world, pending)
    return ok({name: value for name, value in asked.items() if value})


# Tokens


def exchange(world: World, request: Request) -> Reply:
    """Both tokens of TikTok API for Business rotate."""
    if not (request.params.get("client_id") and request.params.get("client_secret")):
        return error(BAD_PARAMETER, "client_id, client_secret: are required")
    if request.params.get("grant_type") != "refresh_token":
        return error(BAD_PARAMETER, "grant_type: must be refresh_token")
    known = world.tokens.to_refresh("tiktok", str(request.params.get("refresh_token", "")), world.time())
    if known is None or known.kind != KIND or world.faults.take(("revoked_token",), request, known.account.user_id):
        return error(BAD_TOKEN, "The refresh token is invalid or expired.")
    tokens = world.renew(known.account, KIND)
    return ok(
        {
            "access_token": tokens.access,
            "refresh_token": tokens.refresh,
            "open_id": known.account.user_id,
            "expires_in": ACCESS_SECONDS,
            "refresh_token_expires_in": REFRESH_SECONDS,
            "scope": SCOPES,
            "token_type": "Bearer",
        }
    )


def _refusal(code: int, message: str) -> Callable[[Request, str], Reply]:
    return lambda request, detail: error(code, message)


_INVALID_TOKEN = _refusal(BAD_TOKEN, "Access token is incorrect or has been revoked.")

OPEN_ROUTES: tuple[OpenRoute, ...] = (("POST", f"{ROOT}/tt_user/oauth2/refresh_token", exchange),)
ROUTES: tuple[Route, ...] = (
    ("GET", f"{ROOT}/business/get", videos.account),
    ("GET", f"{ROOT}/business/video/list", videos.list_videos),
    ("POST", f"{ROOT}/business/video/publish", publish),
    ("GET", f"{ROOT}/business/publish/status", publish_status),
    ("GET", f"{ROOT}/business/comment/list", comments.list_comments),
    ("GET", f"{ROOT}/business/comment/reply/list", comments.list_replies),
)
REFUSALS: dict[str, Callable[[Request, str], Reply]] = {
    "malformed": lambda request, detail: error(BAD_PARAMETER, detail),
    "too_large": _refusal(BAD_PARAMETER, "The request body is too large."),
    "unknown_path": lambda request, path: error(BAD_PARAMETER, f"Unsupported path {path}"),
    "wrong_token": _INVALID_TOKEN,
    "expired_token": _refusal(BAD_TOKEN, "Access token has expired."),
    "revoked_token": _INVALID_TOKEN,
    "rate_limit": _refusal(RATE, "Too many requests. Please retry in some time."),
    "server_error": _refusal(TRANSIENT, "System error. Please retry."),
}
