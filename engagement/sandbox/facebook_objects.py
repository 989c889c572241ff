"""The objects of Facebook Pages: post fields and counters, comments, reactions, photos, videos, the Page itself.

A field that stands in no table here does not exist, and asking for it is an error. Numbers are in
`facebook_insights.py`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import islice
from typing import Any

from engagement.sandbox import facebook_insights as insights
from engagement.sandbox import graph_edges as edges
from engagement.sandbox import people
from engagement.sandbox.audience import GENUINE, Comment
from engagement.sandbox.facebook_publishing import REEL, VIDEO
from engagement.sandbox.graph_edges import ABSENT, Field, Read, Seen
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.world import Pending

LISTED_REACTIONS = 3  # every third person who reacted is listed

# Comments

COMMENT_DEFAULT = "id,message,created_time,from"


def comment_edge(seen: Seen, request: Request, fields: tuple[Field, ...], parent: str | None = "") -> Json:
    """Top-level comments; all of them with filter=stream, and the replies to one where `parent` names it."""
    order = str(request.params.get("order", "chronological"))
    is_stream = request.params.get("filter") == "stream" and parent == ""
    shown = [one for one in seen.world.comments(seen.post) if is_stream or one.parent == parent]
    ordered = shown[::-1] if order == "reverse_chronological" else shown
    chosen, paging = edges.page(ordered, request, key=lambda comment: comment.comment_id, default=25, most=100)
    edge = edges.paged([comment(seen, one, fields) for one in chosen], paging)
    if _is_true(request.params.get("summary")):
        edge["summary"] = {"order": order, "total_count": _total(seen, parent), "can_comment": True}
    return edge


def _total(seen: Seen, parent: str | None) -> int:
    comments = seen.world.comments(seen.post)
    return len(comments) if not parent else sum(one.parent == parent for one in comments)


def _nested_comments(seen: Seen, one: Field) -> Json:
    path = f"/{seen.post.post_id}/comments"
    request = Request("facebook", "GET", path, _spelled(one.modifiers), base=seen.request.base)
    return comment_edge(seen, request, one.inner or edges.parse_fields(COMMENT_DEFAULT))


def _nested_replies(pair: tuple[Seen, Comment], one: Field) -> object:
    seen, parent = pair
    path = f"/{parent.comment_id}/comments"
    request = Request("facebook", "GET", path, _spelled(one.modifiers), base=seen.request.base)
    edge = comment_edge(seen, request, one.inner or edges.parse_fields(COMMENT_DEFAULT), parent.comment_id)
    return edge if edge["data"] or "summary" in edge else ABSENT


def comment(seen: Seen, one: Comment, fields: tuple[Field, ...]) -> Json:
    return edges.project((seen, one), fields, _COMMENT, "Comment")


def _parent(pair: tuple[Seen, Comment], one: Field) -> object:
    """The comment that was answered, as an object of its own."""
    seen, answer = pair
    found = (other for other in seen.world.comments(seen.post) if other.comment_id == answer.parent)
    fields = one.inner or edges.parse_fields("id")
    return next((comment(seen, other, fields) for other in found), ABSENT)


def _from(pair: tuple[Seen, Comment], one: Field) -> object:
    """Missing for people who have not interacted in a readable way."""
    author = pair[1].author
    return {"id": author.user_id, "name": author.name} if pair[1].is_signed else ABSENT


def _answers(pair: tuple[Seen, Comment], one: Field) -> int:
    return sum(other.parent == pair[1].comment_id for other in pair[0].world.comments(pair[0].post))


_COMMENT: dict[str, Read] = {
    "id": lambda pair, one: pair[1].comment_id,
    "message": lambda pair, one: pair[1].text,
    "created_time": lambda pair, one: edges.timestamp(pair[0].post.comment_at(pair[1])),
    "from": _from,
    "parent": _parent,
    "like_count": lambda pair, one: pair[1].likes,
    "comment_count": _answers,
    "comments": _nested_replies,
    "is_hidden": lambda pair, one: pair[1].hidden,
    "permalink_url": lambda pair, one: (
        f"https://www.facebook.com/{pair[0].post.post_id}?comment_id={pair[1].comment_id}"
    ),
}


# Reactions


def reactions(seen: Seen, request: Request, fields: tuple[Field, ...]) -> Json:
    """Only some of the people who reacted are listed; the summary alone can be relied on."""
    chosen, paging = edges.page(_reacting(seen), request, key=lambda person: person["id"], default=25, most=100)
    edge = edges.paged([edges.project(one, fields, _REACTION, "Reaction") for one in chosen], paging)
    if request.params.get("summary"):
        edge["summary"] = {"total_count": seen.world.count(seen.post, "like")}
    return edge


def _reacting(seen: Seen) -> Sequence[Json]:
    fans = people.fans(seen.world.seed, "facebook", seen.post.account.persona.slug)
    count = seen.world.count(seen.post, "like", GENUINE) // LISTED_REACTIONS
    return [{"id": fan.user_id, "name": fan.name, "type": "LIKE"} for fan in islice(fans, count)]


def _nested_reactions(seen: Seen, one: Field) -> Json:
    path = f"/{seen.post.post_id}/reactions"
    request = Request("facebook", "GET", path, _spelled(one.modifiers), base=seen.request.base)
    return reactions(seen, request, one.inner or edges.parse_fields(REACTION_DEFAULT))


REACTION_DEFAULT = "id,name,type"
_REACTION: dict[str, Read] = {
    "id": lambda person, one: person["id"],
    "name": lambda person, one: person["name"],
    "type": lambda person, one: person["type"],
}


def _spelled(modifiers: Mapping[str, str]) -> dict[str, str]:
    """`summary(total_count)` and `summary(true)` both ask for the summary."""
    return {**modifiers, "summary": "true"} if modifiers.get("summary") else dict(modifiers)


def _is_true(value: Any) -> bool:
    return str(value or "").lower() in ("true", "1", "total_count")


# Posts


def _shares(seen: Seen, one: Field) -> Any:
    """The key is absent while there are no shares."""
    count = seen.world.count(seen.post, "share")
    return {"count": count} if count else ABSENT


def _attachments(seen: Seen, one: Field) -> Any:
    extra = seen.post.extra
    if extra.get("video"):
        found: Json = {"media_type": "video", "type": "video_inline", "target": {"id": extra["video"]}}
    elif photos := extra.get("photos"):
        parts = [{"media_type": PHOTO, "type": PHOTO, "target": {"id": photo}} for photo in photos]
        album = {"media_type": "album", "type": "album", "subattachments": {"data": parts}}
        found = parts[0] if len(parts) == 1 else album
    elif extra.get("link"):
        found = {"media_type": "link", "type": "share", "unshimmed_url": extra["link"]}
    else:
        return ABSENT
    return {"data": [found]}


def _waits(seen: Seen) -> bool:
    return bool(seen.post.published_at > seen.world.time())


PHOTO = "photo"
_STATUS = {"image": "added_photos", "text": "mobile_status_update", "video": "added_video"}
POST: dict[str, Read] = {
    "id": lambda seen, one: seen.post.post_id,
    "message": lambda seen, one: seen.post.text or ABSENT,
    "created_time": lambda seen, one: edges.timestamp(seen.post.published_at),
    "permalink_url": lambda seen, one: f"https://www.facebook.com/{seen.post.post_id}",
    "status_type": lambda seen, one: "shared_story" if seen.post.extra.get("link") else _STATUS[seen.post.kind],
    "from": lambda seen, one: {"id": seen.post.account.user_id, "name": seen.post.account.name},
    "is_published": lambda seen, one: not _waits(seen),
    "scheduled_publish_time": lambda seen, one: int(seen.post.published_at.timestamp()) if _waits(seen) else ABSENT,
    "full_picture": lambda seen, one: (
        f"https://scontent.example/{seen.post.extra['photos'][0]}.jpg" if seen.post.extra.get("photos") else ABSENT
    ),
    "attachments": _attachments,
    "shares": _shares,
    "comments": _nested_comments,
    "reactions": _nested_reactions,
    "likes": _nested_reactions,
    "insights": lambda seen, one: insights.of_post(seen, one.modifiers.get("metric", "")),
}


# Photos, videos and the Page


def _status(made: Pending, one: Field) -> Json:
    """What each phase of an upload has come to; the node was asked `polls` times before."""
    if made.kind == REEL and not made.post_id:
        state = "upload_complete" if made.extra["uploaded"] else "upload_pending"
    else:
        state = "ready" if is_processed(made) else "processing"
    phases = {
        "uploading_phase": {"status": "not_started" if state == "upload_pending" else "complete"},
        "processing_phase": {"status": "complete" if state == "ready" else "in_progress"},
        "publishing_phase": {"status": "complete" if state == "ready" else "not_started"},
    }
    return {"video_status": state, **phases}


def is_processed(made: Pending) -> bool:
    """By asking, not by time, as the clock may stand still."""
    return bool(made.post_id) and made.polls > 1


PHOTO_NODE: dict[str, Read] = {
    "id": lambda pair, one: pair[0],
    "name": lambda pair, one: pair[1].text or ABSENT,
    "alt_text_custom": lambda pair, one: pair[1].extra.get("alt_text") or ABSENT,
    "created_time": lambda pair, one: edges.timestamp(pair[1].created_at),
    "page_story_id": lambda pair, one: pair[1].post_id or ABSENT,
    "link": lambda pair, one: f"https://www.facebook.com/photo/?fbid={pair[0]}",
}
VIDEO_NODE: dict[str, Read] = {
    "id": lambda pair, one: pair[0],
    "description": lambda pair, one: pair[1].text or ABSENT,
    "title": lambda pair, one: pair[1].extra.get("title") or ABSENT,
    "created_time": lambda pair, one: edges.timestamp(pair[1].created_at),
    "post_id": lambda pair, one: pair[1].post_id if is_processed(pair[1]) else ABSENT,
    "permalink_url": lambda pair, one: (
        f"/{'reel' if pair[1].extra.get('product', pair[1].kind) == REEL else pair[1].account.user_id + '/videos'}"
        f"/{pair[0]}/"
    ),
    "status": lambda pair, one: _status(pair[1], one),
    "length": lambda pair, one: 24.5 if is_processed(pair[1]) else ABSENT,
    "published": lambda pair, one: is_processed(pair[1]),
}
PAGE: dict[str, Read] = {
    "id": lambda call, one: call.account.user_id,
    "name": lambda call, one: call.account.name,
    "username": lambda call, one: call.account.handle,
    "fan_count": lambda call, one: call.world.followers_of(call.account),
    "followers_count": lambda call, one: call.world.followers_of(call.account),
    "about": lambda call, one: f"{call.account.persona.theme}, every day",
    "link": lambda call, one: f"https://www.facebook.com/{call.account.handle}",
}
VIDEO_KINDS = (VIDEO, REEL)
