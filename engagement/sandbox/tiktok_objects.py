"""The objects of TikTok's Display API: video and user fields.

A field that stands in no table here does not exist: there are no saves, no reach and no comments. What both
programmes say of a post stands here, too.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Request
from engagement.sandbox.world import Post, World

TOKEN_HEADERS = ("authorization", "access-token")
PUBLIC = "PUBLIC_TO_EVERYONE"


@dataclass(frozen=True)
class Seen:
    """A video as one request sees it."""

    world: World
    post: Post


def with_token(world: World, request: Request, kind: str, header: str) -> Request:
    """The request with the token of one programme: in its own header, and of its own kind, or without any."""
    own = _without(request, [name for name in TOKEN_HEADERS if name != header])
    known = world.tokens_for("tiktok", own.token)
    return own if known is None or known.kind == kind else _without(own, TOKEN_HEADERS)


def _without(request: Request, names: Collection[str]) -> Request:
    query = {name: value for name, value in request.query.items() if name != "access_token"}
    headers = {name: value for name, value in request.headers.items() if name not in names}
    return replace(request, headers=headers, query=query)


def is_public(post: Post) -> bool:
    return bool(post.extra.get("privacy", PUBLIC) == PUBLIC)


def milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def public_posts(call: Call) -> list[Post]:
    return [post for post in call.world.posts_of(call.account) if is_public(post)]


def address(post: Post) -> str:
    return f"https://www.tiktok.com/@{post.account.handle}/video/{post.post_id}"


def page(call: Call, most: int, before: int) -> tuple[list[Post], int, bool]:
    """Public posts before a time in milliseconds (0 for all), newest first; the next cursor, and whether more follow.

    Posts of one millisecond (a standing clock makes them) share a page: no cursor could part them.
    """
    older = [post for post in public_posts(call) if not before or milliseconds(post.published_at) < before]
    end = min(most, len(older))
    while 0 < end < len(older) and _same_moment(older[end - 1], older[end]):
        end += 1
    cursor = milliseconds(older[end - 1].published_at) if end else before
    return older[:end], cursor, end < len(older)


def _same_moment(one: Post, other: Post) -> bool:
    return milliseconds(one.published_at) == milliseconds(other.published_at)


VIDEO: dict[str, Callable[[Seen], Any]] = {
    "id": lambda seen: seen.post.post_id,
    "create_time": lambda seen: int(seen.post.published_at.timestamp()),
    "share_url": lambda seen: address(seen.post),
    "embed_link": lambda seen: f"https://www.tiktok.com/player/v1/{seen.post.post_id}",
    "cover_image_url": lambda seen: f"https://p16.tiktokcdn.example/{seen.post.post_id}.jpeg",
    "title": lambda seen: seen.post.text[:150],
    "video_description": lambda seen: seen.post.text,
    "duration": lambda seen: 24 if seen.post.kind == "video" else 0,
    "height": lambda seen: 1920,
    "width": lambda seen: 1080,
    "like_count": lambda seen: seen.world.count(seen.post, "like"),
    "comment_count": lambda seen: seen.world.count(seen.post, "comment"),
    "share_count": lambda seen: seen.world.count(seen.post, "share"),
    "view_count": lambda seen: seen.world.views(seen.post),
    "is_aigc": lambda seen: bool(seen.post.extra.get("ai")),
}
USER: dict[str, Callable[[Call], Any]] = {
    "open_id": lambda call: call.account.user_id,
    "union_id": lambda call: f"u{call.account.user_id}",
    "avatar_url": lambda call: f"https://p16.tiktokcdn.example/{call.account.handle}.jpeg",
    "display_name": lambda call: call.account.name,
    "username": lambda call: call.account.handle,
    "bio_description": lambda call: f"{call.account.persona.theme}, every day",
    "is_verified": lambda call: False,
    "follower_count": lambda call: call.world.followers_of(call.account),
    "following_count": lambda call: 210,
    "likes_count": lambda call: sum(call.world.count(post, "like") for post in public_posts(call)),
    "video_count": lambda call: len(public_posts(call)),
}
