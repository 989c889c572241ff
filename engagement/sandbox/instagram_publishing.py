"""Publishing on Instagram: containers of images, reels, stories and carousels, and the step that makes them public.

Follows "Publishing" of the documentation. A media address on a host that ends in `.invalid` cannot be downloaded.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from engagement.sandbox import graph, ids
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.gate import Call
from engagement.sandbox.graph_edges import ABSENT, Read
from engagement.sandbox.messages import Json, Refused, Reply
from engagement.sandbox.world import Pending, World

MAX_CAPTION, MAX_HASHTAGS, MAX_MENTIONS = 2200, 30, 20
MIN_CHILDREN, MAX_CHILDREN = 2, 10
POSTS_PER_DAY, CONTAINERS_PER_DAY = 100, 400
CONTAINER_LIFE = timedelta(hours=24)
CAROUSEL = "carousel"
FEED, REELS, STORY = "FEED", "REELS", "STORY"

_HASHTAG, _MENTION = re.compile(r"#\w+"), re.compile(r"(?<!\w)@[\w.]+")
# What a media type is as (kind, address, product); single videos are reels, VIDEO is for children alone.
_MEDIA = {
    "IMAGE": (("image", "image_url", FEED),),
    "REELS": (("video", "video_url", REELS),),
    "VIDEO": (("video", "video_url", FEED),),
    "STORIES": (("image", "image_url", STORY), ("video", "video_url", STORY)),
}


# Containers


def create_container(call: Call) -> Reply:
    edges.require_own(call)
    _refuse_too_many(call)
    media_type = str(call.params.get("media_type") or "IMAGE").upper()
    extra = _carousel(call) if media_type == "CAROUSEL" else _single(call.params, media_type)
    kind, caption = extra.pop("kind"), str(call.params.get("caption", ""))
    _check_caption(caption)
    container_id = _container_id(call)
    made = Pending(call.account, call.world.time(), kind, caption, {**extra, "request": container_id})
    call.world.pending["instagram", container_id] = made
    return Reply(200, {"id": container_id})


def _container_id(call: Call) -> str:
    origin = len(call.world.pending), call.world.time().isoformat()
    return ids.media_id("1788", call.world.seed, call.account.user_id, *origin)


def _refuse_too_many(call: Call) -> None:
    start = call.world.time() - CONTAINER_LIFE
    own = (one for one in call.world.pending.values() if one.account == call.account)
    if sum(one.created_at > start for one in own) >= CONTAINERS_PER_DAY:
        raise graph.refuse("Application request limit reached: too many containers in 24 hours", 9, subcode=2207042)


def _single(params: Mapping[str, Any], media_type: str) -> Json:
    item = _is_true(params.get("is_carousel_item"))
    if media_type not in _MEDIA or (media_type == "VIDEO" and not item) or (media_type == "STORIES" and item):
        raise graph.refuse(f"(#100) Unknown media type {media_type}", 100, subcode=2207023, title="Unknown media type")
    if item and "is_ai_generated" in params:
        raise graph.refuse("(#100) is_ai_generated is set on the carousel container only, not on its children", 100)
    if params.get("upload_type"):
        raise graph.refuse("(#100) The sandbox takes media by URL only, not upload_type", 100)
    kind, url, product = _media_of(params, media_type)
    return {
        "kind": kind,
        "url": url,
        "product": product,
        "ai": _is_true(params.get("is_ai_generated")),
        "item": item,
        "alt_text": str(params.get("alt_text", "")),
    }


def _media_of(params: Mapping[str, Any], media_type: str) -> tuple[str, str, str]:
    for kind, parameter, product in _MEDIA[media_type]:
        url = str(params.get(parameter, ""))
        if url.startswith(("http://", "https://")):
            return kind, url, product
    wanted = " or ".join(parameter for _, parameter, _ in _MEDIA[media_type])
    raise graph.refuse(f"(#100) The parameter {wanted} is required", 100)


def _carousel(call: Call) -> Json:
    given = call.params.get("children", "")
    children = [str(one) for one in given] if isinstance(given, list) else _listed(str(given))
    if not MIN_CHILDREN <= len(children) <= MAX_CHILDREN:
        raise _bad_carousel(f"A carousel must have {MIN_CHILDREN} to {MAX_CHILDREN} children, {len(children)} given.")
    found = [call.world.pending.get(("instagram", one)) for one in children]
    if any(one is None or one.account != call.account or not one.extra.get("item") for one in found):
        raise _bad_carousel("Every child must be a container of this account made with is_carousel_item=true.")
    media = [
        {"id": ids.media_id("1790", child), "kind": one.kind, "url": one.extra["url"]}
        for child, one in zip(children, found, strict=True)
        if one
    ]
    return {
        "kind": CAROUSEL,
        "url": media[0]["url"],
        "product": FEED,
        "ai": _is_true(call.params.get("is_ai_generated")),
        "children": media,
    }


def _listed(given: str) -> list[str]:
    return [one.strip(' "') for one in given.strip("[]").split(",") if one.strip(' "')]


def _bad_carousel(message: str) -> Refused:
    return graph.refuse(message, 100, subcode=2207028, title="Cannot create carousel")


def _check_caption(caption: str) -> None:
    if len(caption) > MAX_CAPTION:
        raise graph.refuse("The caption was too long.", 100, subcode=2207010, title="Caption is too long")
    if len(_HASHTAG.findall(caption)) > MAX_HASHTAGS:
        raise graph.refuse("The caption has too many hashtags, at most 30 are allowed.", 100, title="Too many hashtags")
    if len(_MENTION.findall(caption)) > MAX_MENTIONS:
        raise graph.refuse("The caption has too many mentions, at most 20 are allowed.", 100, title="Too many mentions")


def _is_true(value: Any) -> bool:
    return str(value or "").lower() in ("true", "1")


# Publishing


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
    if container.extra.get("item"):
        raise _bad_carousel("A carousel item cannot be published on its own.")
    status = status_of(call.world, container)
    if status == "IN_PROGRESS":
        container.polls += 1
    if status in _UNPUBLISHABLE:
        message, code, subcode = _UNPUBLISHABLE[status]
        raise graph.refuse(message, code, subcode=subcode)
    return container


_UNPUBLISHABLE = {
    "EXPIRED": ("The requested resource does not exist", 24, 2207008),
    "IN_PROGRESS": ("Media ID is not available: the media is not ready for publishing, please wait", 9007, 2207027),
    "ERROR": ("The media could not be fetched from this URI.", 9004, 2207052),
}


def status_of(world: World, container: Pending) -> str:
    """A video is processed after one look: by asking, not by time, as the clock may stand still."""
    if container.post_id:
        return "PUBLISHED"
    if world.time() - container.created_at > CONTAINER_LIFE:
        return "EXPIRED"
    media = container.extra.get("children") or [{"kind": container.kind, "url": container.extra["url"]}]
    if any(str(urlsplit(one["url"]).hostname).endswith(".invalid") for one in media):
        return "ERROR"
    has_video = any(one["kind"] == "video" for one in media)
    return "IN_PROGRESS" if has_video and container.polls < 1 else "FINISHED"


_STATUS_TEXTS = {
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "EXPIRED": "Expired: The container was not published within 24 hours and has expired.",
    "PUBLISHED": "Published: Media has been successfully published.",
    "ERROR": "Error: Media upload has failed with error code 2207052",
}


def container_node(call: Call, container: Pending) -> Reply:
    status = status_of(call.world, container)
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
    fields = edges.asked_fields(call, "quota_usage")
    return Reply(200, {"data": [edges.project(used, fields, table, "ContentPublishingLimit")]})
