"""TikTok for Developers in miniature: Content Posting and Display API with their envelopes.

Requests in, replies out. There are no comments, saves or reach here, because that API has none.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from engagement.sandbox import gate, ids
from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.messages import Json, Refused, Reply, Request
from engagement.sandbox.world import Pending, Post, World

MAX_TITLE_UNITS = 2200  # UTF-16 units
MAX_IDS = 20
POSTS_PER_DAY = 15
ACCESS_SECONDS, REFRESH_SECONDS = 7200, 15552000
SCOPES = "user.info.basic,user.info.profile,user.info.stats,video.list,video.publish"
PRIVACY_LEVELS = (objects.PUBLIC, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")
MAX_PHOTOS = 35
_LOG_ID = "20260801100000ABCDEF"


def ok(data: Json) -> Reply:
    return Reply(200, {"data": data, "error": {"code": "ok", "message": "", "log_id": _LOG_ID}})


def error(status: int, code: str, message: str) -> Reply:
    return Reply(status, {"data": {}, "error": {"code": code, "message": message, "log_id": _LOG_ID}})


def refuse(status: int, code: str, message: str) -> Refused:
    return Refused(error(status, code, message))


# Publishing


def creator_info(call: Call) -> Reply:
    return ok(
        {
            "creator_username": call.account.handle,
            "creator_nickname": call.account.name,
            "creator_avatar_url": f"https://p16.tiktokcdn.example/{call.account.handle}.jpeg",
            "privacy_level_options": list(PRIVACY_LEVELS),
            "comment_disabled": False,
            "duet_disabled": False,
            "stitch_disabled": True,
            "max_video_post_duration_sec": 300,
        }
    )


def init_video(call: Call) -> Reply:
    call.world.count_create_call(call.account)
    info, source = _object(call.params, "post_info"), _object(call.params, "source_info")
    _check_source(source)
    if not _is_url(source.get("video_url")):
        raise refuse(400, "invalid_params", "source_info.video_url must be a URL")
    return _accept(call, "video", str(info.get("title", "")), info)


def init_photos(call: Call) -> Reply:
    """`description` is the caption of a photo post, `title` its headline."""
    call.world.count_create_call(call.account)
    info, source = _object(call.params, "post_info"), _object(call.params, "source_info")
    _check_source(source)
    for name, value in (("media_type", "PHOTO"), ("post_mode", "DIRECT_POST")):
        if call.params.get(name) != value:
            raise refuse(400, "invalid_params", f"{name} must be {value}")
    photos = source.get("photo_images")
    if not isinstance(photos, list) or not 1 <= len(photos) <= MAX_PHOTOS or not all(map(_is_url, photos)):
        raise refuse(400, "invalid_params", f"source_info.photo_images must hold 1 to {MAX_PHOTOS} URLs")
    return _accept(call, "image", f"{info.get('title', '')} {info.get('description', '')}".strip(), info)


def _accept(call: Call, kind: str, title: str, info: Mapping[str, Any]) -> Reply:
    privacy = info.get("privacy_level")
    if privacy not in PRIVACY_LEVELS:
        raise refuse(403, "privacy_level_option_mismatch", "privacy_level is not among the creator's options")
    if len(title.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TITLE_UNITS:
        raise refuse(400, "invalid_params", "post_info.title is too long")
    if call.world.posts_since(call.account, 24) >= POSTS_PER_DAY:
        raise refuse(403, "spam_risk_too_many_posts", "The daily post cap from the API is reached for this user.")
    publish_id = _publish_id(call, kind)
    extra = {"request": publish_id, "privacy": privacy, "ai": bool(info.get("is_aigc"))}
    post = call.world.publish(call.account, kind=kind, text=title, extra=extra)
    call.world.pending["tiktok", publish_id] = Pending(
        call.account, post.published_at, kind, title, extra, post_id=post.post_id
    )
    return ok({"publish_id": publish_id})


def _publish_id(call: Call, kind: str) -> str:
    prefix = {"video": "v_pub_url~v2-1.", "image": "p_pub_url~v2-1."}[kind]
    return prefix + ids.media_id(
        "73", call.world.seed, call.account.user_id, len(call.world.pending), call.world.time().isoformat()
    )


def publish_status(call: Call) -> Reply:
    """Processing, moderation, public: by asking, not by time, as the clock may stand still."""
    pending = _pending(call, str(call.params.get("publish_id", "")))
    pending.polls += 1
    if pending.polls == 1:
        return ok({"status": "PROCESSING_DOWNLOAD", "downloaded_bytes": 0})
    post = call.world.post("tiktok", pending.post_id)
    is_listed = post is not None and pending.extra["privacy"] == objects.PUBLIC and not _is_moderated(pending)
    return ok(
        {
            "status": "PUBLISH_COMPLETE",
            "downloaded_bytes": 1048576,
            "publicaly_available_post_id": [int(pending.post_id)] if is_listed else [],
        }
    )


def _is_moderated(pending: Pending) -> bool:
    """Every fourth post or so is complete one poll before moderation ends and its id appears."""
    return pending.polls == 2 and int(pending.post_id) % 4 == 0


def _pending(call: Call, publish_id: str) -> Pending:
    known = call.world.pending.get(("tiktok", publish_id))
    if known is None or known.account != call.account:
        raise refuse(400, "invalid_publish_id", "The publish_id does not exist.")
    return known


def _object(params: Mapping[str, Any], name: str) -> Json:
    value = params.get(name)
    if not isinstance(value, dict):
        raise refuse(400, "invalid_params", f"{name} is required")
    return value


def _check_source(source: Mapping[str, Any]) -> None:
    if source.get("source") != "PULL_FROM_URL":
        raise refuse(400, "invalid_params", "source_info.source: the sandbox takes PULL_FROM_URL only")


def _is_id(value: Any) -> bool:
    return isinstance(value, str | int)


def _is_url(value: Any) -> bool:
    return str(value).startswith(("http://", "https://"))


# Reading


def query_videos(call: Call) -> Reply:
    """Deleted, private and foreign ids are simply not in the list."""
    wanted = _object(call.params, "filters").get("video_ids")
    if not isinstance(wanted, list) or not 1 <= len(wanted) <= MAX_IDS or not all(map(_is_id, wanted)):
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
    older = [
        post
        for post in call.world.posts_of(call.account)
        if objects.is_public(post) and (not cursor or objects.milliseconds(post.published_at) < cursor)
    ]
    chosen = _page(older, most)
    last = objects.milliseconds(chosen[-1].published_at) if chosen else cursor or 0
    return ok({"videos": _projected(call, chosen), "cursor": last, "has_more": len(older) > len(chosen)})


def _page(older: Sequence[Post], most: int) -> Sequence[Post]:
    """Posts of one millisecond (a standing clock makes them) share a page: no cursor could part them."""
    end = min(most, len(older))
    while 0 < end < len(older) and _same_moment(older[end - 1], older[end]):
        end += 1
    return older[:end]


def _same_moment(one: Post, other: Post) -> bool:
    return objects.milliseconds(one.published_at) == objects.milliseconds(other.published_at)


def user_info(call: Call) -> Reply:
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
    if request.params.get("grant_type") != "refresh_token":
        return _oauth_error("unsupported_grant_type", "Only refresh_token is supported here.")
    account = world.account_to_refresh("tiktok", str(request.params.get("refresh_token", "")))
    if account is None or world.faults.take(("revoked_token",), request, account.user_id):
        return _oauth_error("invalid_grant", "Refresh token is invalid or expired.")
    tokens = world.renew(account)
    return Reply(
        200,
        {
            "open_id": account.user_id,
            "scope": SCOPES,
            "access_token": tokens.access,
            "expires_in": ACCESS_SECONDS,
            "refresh_token": tokens.refresh,
            "refresh_expires_in": REFRESH_SECONDS,
            "token_type": "Bearer",
        },
    )


def _oauth_error(code: str, description: str) -> Reply:
    return Reply(400, {"error": code, "error_description": description, "log_id": _LOG_ID})


def _invalid_token(request: Request, detail: str) -> Reply:
    return error(401, "access_token_invalid", "The access token is invalid or not found in the request.")


PLATFORM = Platform(
    name="tiktok",
    open_routes=(("POST", "/v2/oauth/token", exchange),),
    routes=(
        ("POST", "/v2/post/publish/creator_info/query", creator_info),
        ("POST", "/v2/post/publish/video/init", init_video),
        ("POST", "/v2/post/publish/content/init", init_photos),
        ("POST", "/v2/post/publish/status/fetch", publish_status),
        ("POST", "/v2/video/query", query_videos),
        ("POST", "/v2/video/list", list_videos),
        ("GET", "/v2/user/info", user_info),
    ),
    refusals={
        "malformed": lambda request, detail: error(400, "invalid_params", detail),
        "too_large": lambda request, detail: error(413, "invalid_params", "The request body is too large."),
        "unknown_path": lambda request, path: error(404, "unsupported_path", f"Unsupported path {path}"),
        "wrong_token": _invalid_token,
        "expired_token": _invalid_token,
        "revoked_token": _invalid_token,
        "rate_limit": lambda request, seconds: error(429, "rate_limit_exceeded", "The API rate limit was exceeded."),
        "server_error": lambda request, detail: error(500, "internal_error", "Something went wrong. Please try later."),
    },
    headers=lambda world, request: {},
    simplify=lambda path: path.rstrip("/"),
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
