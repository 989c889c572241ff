"""The objects of TikTok's Display API: video and user fields.

A field that stands in no table here does not exist: there are no saves, no reach and no comments.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engagement.sandbox.gate import Call
from engagement.sandbox.world import Post, World

PUBLIC = "PUBLIC_TO_EVERYONE"


@dataclass(frozen=True)
class Seen:
    """A video as one request sees it."""

    world: World
    post: Post


def is_public(post: Post) -> bool:
    return bool(post.extra["privacy"] == PUBLIC)


def milliseconds(moment: datetime) -> int:
    return int(moment.astimezone(UTC).timestamp() * 1000)


def _public_posts(call: Call) -> list[Post]:
    return [post for post in call.world.posts_of(call.account) if is_public(post)]


VIDEO: dict[str, Callable[[Seen], Any]] = {
    "id": lambda seen: seen.post.post_id,
    "create_time": lambda seen: int(seen.post.published_at.timestamp()),
    "share_url": lambda seen: f"https://www.tiktok.com/@{seen.post.account.handle}/video/{seen.post.post_id}",
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
    "is_aigc": lambda seen: seen.post.extra["ai"],
}
USER: dict[str, Callable[[Call], Any]] = {
    "open_id": lambda call: call.account.user_id,
    "union_id": lambda call: f"u{call.account.user_id}",
    "avatar_url": lambda call: f"https://p16.tiktokcdn.example/{call.account.handle}.jpeg",
    "display_name": lambda call: call.account.name,
    "username": lambda call: call.account.handle,
    "bio_description": lambda call: f"{call.account.persona.theme}, every day",
    "is_verified": lambda call: False,
    "follower_count": lambda call: call.account.followers,
    "following_count": lambda call: 210,
    "likes_count": lambda call: sum(call.world.count(post, "like") for post in _public_posts(call)),
    "video_count": lambda call: len(_public_posts(call)),
}
