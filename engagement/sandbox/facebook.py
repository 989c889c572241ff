"""Facebook Pages in miniature: text and photo posts, counters, insights and comments (Graph API).

Requests in, replies out; what the objects look like is in `facebook_objects.py`.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from engagement.sandbox import facebook_objects as objects
from engagement.sandbox import gate, graph, ids
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.graph_edges import Field
from engagement.sandbox.messages import Reply, Request
from engagement.sandbox.world import Pending, Post, World

PHOTO = "photo"


# Publishing


def create_post(call: Call) -> Reply:
    edges.require_own(call)
    call.world.count_create_call(call.account)
    photos = _attached(call)
    message = str(call.params.get("message", ""))
    if not (message or photos or call.params.get("link")):
        raise graph.refuse("(#100) Missing message or attachment", 100)
    _refuse_scheduled(call.params)
    _refuse_duplicate(call, message)
    return Reply(200, {"id": _publish(call, message, photos[0] if photos else "").post_id})


def create_photo(call: Call) -> Reply:
    """A photo; unpublished ones wait for a post that attaches them."""
    edges.require_own(call)
    if not (str(call.params.get("url", "")).startswith(("http://", "https://")) or call.params.get("source")):
        raise graph.refuse("(#324) Requires upload file", 324)
    message = str(call.params.get("message", ""))
    photo_id = ids.media_id("12", call.world.seed, call.account.user_id, len(call.world.pending))
    call.world.pending["facebook", photo_id] = Pending(call.account, call.world.time(), PHOTO, message, {})
    if str(call.params.get("published", "true")).lower() == "false":
        return Reply(200, {"id": photo_id})
    call.world.count_create_call(call.account)
    return Reply(200, {"id": photo_id, "post_id": _publish(call, message, photo_id).post_id})


def _publish(call: Call, message: str, photo_id: str) -> Post:
    extra = {"photo": photo_id, "link": str(call.params.get("link", ""))}
    return call.world.publish(call.account, kind="image" if photo_id else "text", text=message, extra=extra)


def _attached(call: Call) -> list[str]:
    given = call.params.get("attached_media", "[]")
    try:
        photos = [str(one["media_fbid"]) for one in (json.loads(given) if isinstance(given, str) else given)]
    except (ValueError, TypeError, KeyError) as fault:
        raise graph.refuse("(#100) param attached_media must be an array of media_fbid", 100) from fault
    if any(not _is_own_photo(call, photo) for photo in photos):
        raise graph.refuse("(#100) The attached media does not exist", 100)
    return photos


def _is_own_photo(call: Call, photo_id: str) -> bool:
    photo = call.world.pending.get(("facebook", photo_id))
    return photo is not None and photo.account == call.account


def _refuse_scheduled(params: Mapping[str, Any]) -> None:
    if params.get("scheduled_publish_time") or str(params.get("published", "true")).lower() == "false":
        raise graph.refuse("(#100) The sandbox publishes at once; scheduled_publish_time is not supported", 100)


def _refuse_duplicate(call: Call, message: str) -> None:
    newest = next(iter(call.world.posts_of(call.account)), None)
    if newest is not None and message and newest.text == message:
        raise graph.refuse("(#506) Duplicate status message", 506, title="Duplicate Status Update")


def delete(call: Call) -> Reply:
    call.world.delete(edges.own_post(call).post)
    return Reply(200, {"success": True})


# Reading


def node(call: Call) -> Reply:
    """The Page or a post, whichever the id names."""
    if call.ids["object"] in ("me", call.account.user_id):
        return Reply(200, edges.project(call, edges.asked_fields(call, "id,name"), objects.PAGE, "Page"))
    return Reply(
        200,
        edges.project(edges.own_post(call), edges.asked_fields(call, "id,message,created_time"), objects.POST, "Post"),
    )


def posts(call: Call) -> Reply:
    edges.require_own(call)
    chosen, paging = edges.page(
        call.world.posts_of(call.account), call.request, key=lambda post: post.post_id, default=25, most=100
    )
    fields = edges.asked_fields(call, "id,message,created_time")
    data = [edges.project(edges.Seen(call.world, call.request, post), fields, objects.POST, "Post") for post in chosen]
    return Reply(200, edges.paged(data, paging))


def post_insights(call: Call) -> Reply:
    if ("facebook", call.ids["object"]) in call.world.pending:
        raise graph.refuse("(#100) Tried accessing nonexisting field (insights) on node type (Photo)", 100)
    return Reply(200, objects.insights(edges.own_post(call), str(call.params.get("metric", ""))))


def post_comments(call: Call) -> Reply:
    return Reply(
        200,
        objects.comment_edge(edges.own_post(call), call.request, edges.asked_fields(call, objects.COMMENT_DEFAULT)),
    )


def post_reactions(call: Call) -> Reply:
    return Reply(
        200,
        objects.reactions(edges.own_post(call), Field("reactions", {"summary": str(call.params.get("summary", ""))})),
    )


def batch(call: Call) -> Reply:
    return graph.batch(call.request, lambda request: gate.answer(call.world, request, PLATFORM))


def debug_token(call: Call) -> Reply:
    """Page tokens carry no expiry date (`expires_at` 0)."""
    account = call.world.account_for("facebook", str(call.params.get("input_token", "")))
    if account is None:
        return Reply(200, {"data": {"is_valid": False, "scopes": []}})
    return Reply(
        200,
        {
            "data": {
                "app_id": "1",
                "type": "PAGE",
                "is_valid": True,
                "expires_at": 0,
                "scopes": ["pages_read_engagement", "pages_manage_posts"],
                "user_id": account.user_id,
            }
        },
    )


PLATFORM = Platform(
    name="facebook",
    open_routes=(("GET", "/", graph.root),),
    routes=(
        ("POST", "/", batch),
        ("GET", "/debug_token", debug_token),
        ("POST", "/{owner}/feed", create_post),
        ("POST", "/{owner}/photos", create_photo),
        ("GET", "/{owner}/posts", posts),
        ("GET", "/{owner}/feed", posts),
        ("GET", "/{owner}/published_posts", posts),
        ("GET", "/{object}/insights", post_insights),
        ("GET", "/{object}/comments", post_comments),
        ("GET", "/{object}/reactions", post_reactions),
        ("GET", "/{object}", node),
        ("DELETE", "/{object}", delete),
    ),
    refusals=graph.refusals(80001, "pages"),
    headers=graph.headers,
    simplify=graph.without_version,
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
