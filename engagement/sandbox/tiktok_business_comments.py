"""Comments on own videos as TikTok API for Business tells them: first level, at most 3 replies inline, all by page."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Sequence
from typing import Any

from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox.audience import Comment
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply
from engagement.sandbox.tiktok_business_replies import (
    BAD_PARAMETER,
    GONE,
    check_owner,
    listed,
    number,
    ok,
    refuse,
)
from engagement.sandbox.world import Post

MAX_COMMENTS, DEFAULT_COMMENTS, MAX_INLINE = 30, 20, 3
MAX_CURSOR = 100_000
STATUSES, DIRECTIONS = ("ALL", "PUBLIC"), ("asc", "desc", "smart")


def list_comments(call: Call) -> Reply:
    """First-level comments; `comment_ids` finds replies, too."""
    post, visible = _video(call)
    wanted = listed(call, "comment_ids")
    if len(wanted) > MAX_COMMENTS:
        raise refuse(BAD_PARAMETER, f"comment_ids: at most {MAX_COMMENTS} are allowed")
    found = [one for one in visible if (one.comment_id in wanted if wanted else not one.parent)]
    inline = str(call.params.get("include_replies", "")).lower() == "true"
    return _page(call, post, found, visible, inline=inline)


def list_replies(call: Call) -> Reply:
    post, visible = _video(call)
    parent = str(call.params.get("comment_id", ""))
    if all(one.comment_id != parent for one in visible):
        raise refuse(GONE, "comment_id: the comment does not exist")
    return _page(call, post, [one for one in visible if one.parent == parent], visible)


def _video(call: Call) -> tuple[Post, list[Comment]]:
    """The video asked about and what may be seen below it, oldest first."""
    check_owner(call)
    post = call.world.post("tiktok", str(call.params.get("video_id", "")))
    if post is None or post.account != call.account or not objects.is_public(post):
        raise refuse(GONE, "video_id: the video does not exist or is not public")
    status = call.params.get("status", "ALL")
    if status not in STATUSES:
        raise refuse(BAD_PARAMETER, f"status: must be one of {', '.join(STATUSES)}")
    return post, [one for one in call.world.comments(post) if status == "ALL" or not one.hidden]


def _page(
    call: Call, post: Post, found: Sequence[Comment], visible: Sequence[Comment], *, inline: bool = False
) -> Reply:
    """The cursor is the number of comments already told."""
    most = number(call, "max_count", DEFAULT_COMMENTS, 1, MAX_COMMENTS)
    start = number(call, "cursor", 0, 0, MAX_CURSOR)
    ordered = _ordered(call, found, visible)
    page = ordered[start : start + most]
    return ok(
        {
            "comments": [_comment(post, one, visible, inline=inline) for one in page],
            "cursor": start + len(page),
            "has_more": start + most < len(ordered),
        }
    )


def _ordered(call: Call, found: Sequence[Comment], visible: Sequence[Comment]) -> list[Comment]:
    """Clients name the direction `sort_order` or `sort_type`; without a field the order is TikTok's secret."""
    name, direction = call.params.get("sort_field"), call.params.get("sort_order") or call.params.get("sort_type")
    if name not in (None, *_SORTS) or direction not in (None, *DIRECTIONS):
        raise refuse(BAD_PARAMETER, f"sort_field: must be one of {', '.join(_SORTS)}, sorted {', '.join(DIRECTIONS)}")
    key = _SORTS[str(name or "likes")]
    return sorted(found, key=lambda one: key(one, visible), reverse=direction != "asc")


_SORTS: dict[str, Callable[[Comment, Sequence[Comment]], Any]] = {
    "create_time": lambda one, visible: one.after,
    "likes": lambda one, visible: one.likes,
    "replies": lambda one, visible: len(_answers(one, visible)),
}


def _answers(comment: Comment, visible: Sequence[Comment]) -> list[Comment]:
    return [one for one in visible if one.parent == comment.comment_id]


def _comment(post: Post, comment: Comment, visible: Sequence[Comment], *, inline: bool) -> Json:
    answers = _answers(comment, visible)
    lasting = comment.author.first_handle or comment.author.handle
    told: Json = {
        "comment_id": comment.comment_id,
        "video_id": post.post_id,
        "unique_identifier": _identifier(lasting),
        "user_id": hashlib.sha256(f"{post.account.user_id}:{lasting}".encode()).hexdigest(),
        "username": comment.author.handle,
        "display_name": comment.author.name,
        "profile_image": f"https://p16.tiktokcdn.example/{comment.author.handle}.jpeg?x-expires=1",
        "text": comment.text,
        "create_time": int(post.comment_at(comment).timestamp()),
        "likes": comment.likes,
        "replies": len(answers),
        "owner": comment.author.handle == post.account.handle,
        "liked": False,
        "pinned": False,
        "status": "HIDDEN" if comment.hidden else "PUBLIC",
    }
    if comment.parent:
        return {**told, "parent_comment_id": comment.parent}
    if inline:
        told["reply_list"] = [_comment(post, one, visible, inline=False) for one in answers[:MAX_INLINE]]
    return told


def _identifier(handle: str) -> str:
    """The same for one person everywhere, and after a rename; may hold `+` and `/`."""
    return base64.b64encode(hashlib.sha384(f"tiktok:{handle}".encode()).digest()).decode()
