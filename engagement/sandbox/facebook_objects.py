"""The objects of Facebook Pages: post fields and counters, comments, reactions, insights, the Page itself.

A field or metric that stands in no table here does not exist, and asking for it is an error.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engagement.sandbox import graph
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.audience import Comment
from engagement.sandbox.graph_edges import ABSENT, Field, Read, Seen
from engagement.sandbox.messages import Json, Request

# Edges of a post

COMMENT_DEFAULT = "id,message,created_time,from"


def comment_edge(seen: Seen, request: Request, fields: tuple[Field, ...]) -> Json:
    order = str(request.params.get("order", "chronological"))
    visible = seen.world.comments(seen.post)
    ordered = visible[::-1] if order == "reverse_chronological" else visible
    chosen, paging = edges.page(ordered, request, key=lambda comment: comment.comment_id, default=25, most=100)
    edge = edges.paged([_comment(seen, comment, fields) for comment in chosen], paging)
    if _is_true(request.params.get("summary")):
        edge["summary"] = {"order": order, "total_count": len(visible), "can_comment": True}
    return edge


def _nested_comments(seen: Seen, one: Field) -> Json:
    path = f"/{seen.post.post_id}/comments"
    request = Request("facebook", "GET", path, _spelled(one.modifiers), base=seen.request.base)
    return comment_edge(seen, request, one.inner or edges.parse_fields(COMMENT_DEFAULT))


def _comment(seen: Seen, comment: Comment, fields: tuple[Field, ...]) -> Json:
    return edges.project((seen.post, comment), fields, _COMMENT, "Comment")


def reactions(seen: Seen, one: Field) -> Json:
    """People who react are not listed; only the summary can be relied on."""
    edge: Json = {"data": []}
    if "summary" in _spelled(one.modifiers) and one.modifiers["summary"]:
        edge["summary"] = {"total_count": seen.world.count(seen.post, "like")}
    return edge


def _spelled(modifiers: Mapping[str, str]) -> dict[str, str]:
    """`summary(total_count)` and `summary(true)` both ask for the summary."""
    return {**modifiers, "summary": "true"} if modifiers.get("summary") else dict(modifiers)


def _is_true(value: Any) -> bool:
    return str(value or "").lower() in ("true", "1", "total_count")


def _shares(seen: Seen, one: Field) -> Any:
    """The key is absent while there are no shares."""
    count = seen.world.count(seen.post, "share")
    return {"count": count} if count else ABSENT


# Insights


def insights(seen: Seen, metrics: str) -> Json:
    return edges.insights(
        seen,
        metrics,
        _METRICS,
        lambda name: graph.refuse(f"(#100) The value must be a valid insights metric: {name}", 100),
    )


def _clicks(seen: Seen) -> int:
    return round(seen.world.reach(seen.post) * 0.03)


def _reactions_by_type(seen: Seen) -> Json:
    """Types without a reaction are left out."""
    total = seen.world.count(seen.post, "like")
    love, wow = round(total * 0.18), round(total * 0.04)
    return {name: value for name, value in (("like", total - love - wow), ("love", love), ("wow", wow)) if value}


def _actions(seen: Seen) -> Json:
    return {kind: seen.world.count(seen.post, kind) for kind in ("like", "comment", "share")}


_METRICS: dict[str, Callable[[Seen], Any]] = {
    "post_media_view": lambda seen: seen.world.views(seen.post),
    "post_total_media_view_unique": lambda seen: seen.world.reach(seen.post),
    "post_clicks": _clicks,
    "post_clicks_by_type": lambda seen: {"other clicks": _clicks(seen)},
    "post_reactions_by_type_total": _reactions_by_type,
    "post_reactions_like_total": lambda seen: _reactions_by_type(seen).get("like", 0),
    "post_reactions_love_total": lambda seen: _reactions_by_type(seen).get("love", 0),
    "post_reactions_wow_total": lambda seen: _reactions_by_type(seen).get("wow", 0),
    "post_activity_by_action_type": _actions,
    "post_video_views": lambda seen: 0,
}


# Fields

PAGE: dict[str, Read] = {
    "id": lambda call, one: call.account.user_id,
    "name": lambda call, one: call.account.name,
    "username": lambda call, one: call.account.handle,
    "fan_count": lambda call, one: call.account.followers,
    "followers_count": lambda call, one: call.account.followers,
}
POST: dict[str, Read] = {
    "id": lambda seen, one: seen.post.post_id,
    "message": lambda seen, one: seen.post.text or ABSENT,
    "created_time": lambda seen, one: edges.timestamp(seen.post.published_at),
    "permalink_url": lambda seen, one: f"https://www.facebook.com/{seen.post.post_id}",
    "status_type": lambda seen, one: {"image": "added_photos", "text": "mobile_status_update"}[seen.post.kind],
    "from": lambda seen, one: {"id": seen.post.account.user_id, "name": seen.post.account.name},
    "is_published": lambda seen, one: True,
    "shares": _shares,
    "comments": _nested_comments,
    "reactions": reactions,
    "likes": reactions,
    "insights": lambda seen, one: insights(seen, one.modifiers.get("metric", "")),
}
_COMMENT: dict[str, Read] = {
    "id": lambda pair, one: pair[1].comment_id,
    "message": lambda pair, one: pair[1].text,
    "created_time": lambda pair, one: edges.timestamp(pair[0].comment_at(pair[1])),
    "from": lambda pair, one: {"id": pair[1].author.user_id, "name": pair[1].author.name},
    "parent": lambda pair, one: ABSENT,
    "like_count": lambda pair, one: pair[1].likes,
    "comment_count": lambda pair, one: 0,
    "permalink_url": lambda pair, one: f"https://www.facebook.com/{pair[0].post_id}?comment_id={pair[1].comment_id}",
}
