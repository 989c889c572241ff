"""Instagram in miniature: publishing in two steps, media fields, insights and comments (Graph API).

Requests in, replies out; what the objects look like is in `instagram_objects.py`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from engagement.sandbox import gate, graph, ids
from engagement.sandbox import graph_edges as edges
from engagement.sandbox import instagram_objects as objects
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.graph_edges import ABSENT, Read
from engagement.sandbox.messages import Reply, Request
from engagement.sandbox.world import Pending, World

MAX_CAPTION, MAX_HASHTAGS = 2200, 30
POSTS_PER_DAY = 100
CONTAINER_LIFE = timedelta(hours=24)
LONG_LIVED_SECONDS = 5184000
_HASHTAG = re.compile(r"#\w+")


# Publishing


def create_container(call: Call) -> Reply:
    edges.require_own(call)
    kind, url = _media_of(call.params)
    caption = str(call.params.get("caption", ""))
    _check_caption(caption)
    made = Pending(
        call.account,
        call.world.time(),
        kind,
        caption,
        {"url": url, "ai": str(call.params.get("is_ai_generated", "")).lower() == "true"},
    )
    container_id = ids.media_id(
        "1788", call.world.seed, call.account.user_id, len(call.world.pending), made.created_at.isoformat()
    )
    made.extra["request"] = container_id
    call.world.pending["instagram", container_id] = made
    return Reply(200, {"id": container_id})


def _media_of(params: Mapping[str, Any]) -> tuple[str, str]:
    media_type = str(params.get("media_type", "IMAGE")).upper()
    if media_type not in _URL_PARAMETERS:
        raise graph.refuse(f"(#100) Unknown media type {media_type}", 100, subcode=2207023, title="Unknown media type")
    kind, parameter = _URL_PARAMETERS[media_type]
    url = str(params.get(parameter, ""))
    if not url.startswith(("http://", "https://")):
        raise graph.refuse(f"(#100) The parameter {parameter} is required", 100)
    return kind, url


_URL_PARAMETERS = {"IMAGE": ("image", "image_url"), "REELS": ("video", "video_url")}


def _check_caption(caption: str) -> None:
    if len(caption) > MAX_CAPTION:
        raise graph.refuse("The caption was too long.", 100, subcode=2207010, title="Caption is too long")
    if len(_HASHTAG.findall(caption)) > MAX_HASHTAGS:
        raise graph.refuse("The caption has too many hashtags, at most 30 are allowed.", 100, title="Too many hashtags")


def publish(call: Call) -> Reply:
    edges.require_own(call)
    call.world.count_create_call(call.account)
    container = _publishable(call, str(call.params.get("creation_id", "")))
    if call.world.posts_since(call.account, 24) >= POSTS_PER_DAY:
        raise graph.refuse(
            "You reached maximum number of posts that is allowed to be published by Content Publishing API.",
            9,
            subcode=2207042,
        )
    post = call.world.publish(call.account, kind=container.kind, text=container.text, extra=container.extra)
    container.post_id = post.post_id
    return Reply(200, {"id": post.post_id})


def _publishable(call: Call, container_id: str) -> Pending:
    container = call.world.pending.get(("instagram", container_id))
    if container is None or container.account != call.account or container.post_id:
        raise graph.refuse("Media ID is not available", 24, subcode=2207006, title="Media not found")
    if _status(call.world, container) == "EXPIRED":
        raise graph.refuse("The requested resource does not exist", 24, subcode=2207008, title="Container expired")
    if _status(call.world, container) == "IN_PROGRESS":
        container.polls += 1
        raise graph.refuse(
            "Media ID is not available: the media is not ready for publishing, please wait",
            9007,
            subcode=2207027,
        )
    return container


def _status(world: World, container: Pending) -> str:
    """A video is processed after one look: by asking, not by time, as the clock may stand still."""
    if container.post_id:
        return "PUBLISHED"
    if world.time() - container.created_at > CONTAINER_LIFE:
        return "EXPIRED"
    return "IN_PROGRESS" if container.kind == "video" and container.polls < 1 else "FINISHED"


_STATUS_TEXTS = {
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "EXPIRED": "Expired: The container was not published within 24 hours and has expired.",
    "PUBLISHED": "Published: Media has been successfully published.",
}


def _container(call: Call, container: Pending) -> Reply:
    status = _status(call.world, container)
    container.polls += 1
    table: dict[str, Read] = {
        "id": lambda item, one: item.extra["request"],
        "status_code": lambda item, one: status,
        "status": lambda item, one: _STATUS_TEXTS[status],
    }
    return Reply(200, edges.project(container, edges.asked_fields(call, "id"), table, "IGContainer"))


def publishing_limit(call: Call) -> Reply:
    edges.require_own(call)
    table: dict[str, Read] = {
        "quota_usage": lambda used, one: used,
        "config": lambda used, one: {"quota_total": POSTS_PER_DAY, "quota_duration": 86400},
        "id": lambda used, one: ABSENT,
    }
    used = call.world.posts_since(call.account, 24)
    return Reply(
        200,
        {"data": [edges.project(used, edges.asked_fields(call, "quota_usage"), table, "ContentPublishingLimit")]},
    )


# Reading


def node(call: Call) -> Reply:
    """A container, a media object or the account, whichever the id names."""
    container = call.world.pending.get(("instagram", call.ids["object"]))
    if container is not None and container.account == call.account:
        return _container(call, container)
    if call.ids["object"] in ("me", call.account.user_id):
        return Reply(200, edges.project(call, edges.asked_fields(call, "id"), objects.ACCOUNT, "IGUser"))
    return Reply(
        200,
        edges.project(edges.own_post(call), edges.asked_fields(call, "id"), objects.MEDIA, "ShadowIGMedia"),
    )


def media_list(call: Call) -> Reply:
    edges.require_own(call)
    chosen, paging = edges.page(
        call.world.posts_of(call.account), call.request, key=lambda post: post.post_id, default=25, most=100
    )
    fields = edges.asked_fields(call, "id")
    data = [
        edges.project(edges.Seen(call.world, call.request, post), fields, objects.MEDIA, "ShadowIGMedia")
        for post in chosen
    ]
    return Reply(200, edges.paged(data, paging))


def media_insights(call: Call) -> Reply:
    return Reply(200, objects.insights(edges.own_post(call), str(call.params.get("metric", ""))))


def media_comments(call: Call) -> Reply:
    seen = edges.own_post(call)
    newest_first = call.world.comments(seen.post)[::-1]
    chosen, paging = edges.page(newest_first, call.request, key=lambda comment: comment.comment_id, default=50, most=50)
    data = [objects.comment(seen, comment, edges.asked_fields(call, "id,text,timestamp")) for comment in chosen]
    return Reply(200, edges.paged(data, paging))


def refresh(call: Call) -> Reply:
    """Gives 60 more days; an expired token is refused before this point, as documented."""
    if call.params.get("grant_type") != "ig_refresh_token":
        raise graph.refuse("(#100) The parameter grant_type must be ig_refresh_token", 100)
    tokens = call.world.renew(call.account)
    return Reply(200, {"access_token": tokens.access, "token_type": "bearer", "expires_in": LONG_LIVED_SECONDS})


def batch(call: Call) -> Reply:
    return graph.batch(call.request, lambda request: gate.answer(call.world, request, PLATFORM))


PLATFORM = Platform(
    name="instagram",
    open_routes=(("GET", "/", graph.root),),
    routes=(
        ("POST", "/", batch),
        ("GET", "/refresh_access_token", refresh),
        ("POST", "/{owner}/media", create_container),
        ("POST", "/{owner}/media_publish", publish),
        ("GET", "/{owner}/media", media_list),
        ("GET", "/{owner}/content_publishing_limit", publishing_limit),
        ("GET", "/{object}/insights", media_insights),
        ("GET", "/{object}/comments", media_comments),
        ("GET", "/{object}", node),
    ),
    refusals=graph.refusals(80002, "instagram"),
    headers=graph.headers,
    simplify=graph.without_version,
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
