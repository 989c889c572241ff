"""Publishing on a Page: text, links, one photo or several, videos, reels, at once or at a set time.

Follows "Publishing" of the documentation. A link or file on a host that ends in `.invalid` cannot be fetched.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

from engagement.sandbox import graph, ids
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply
from engagement.sandbox.world import Pending, Post

PHOTO, VIDEO, REEL = "photo", "video", "reel"
SOONEST, LATEST = timedelta(minutes=10), timedelta(days=30)
REELS_PER_DAY = 30


# Posts


def create_post(call: Call) -> Reply:
    """Text, a link, or photos uploaded before with published=false."""
    edges.require_own(call)
    call.world.count_create_call(call.account)
    photos = _attached(call)
    message, link = str(call.params.get("message", "")), str(call.params.get("link", ""))
    if not (message or photos or link):
        raise graph.refuse("(#100) Missing message or attachment", 100)
    if link and not _is_reachable(link):
        raise graph.refuse("The url you supplied is invalid", 1609005, title="Link could not be scraped")
    _refuse_duplicate(call, message)
    return Reply(200, {"id": _publish(call, message, {"photos": photos, "link": link}).post_id})


def _publish(call: Call, message: str, extra: Json, kind: str = "") -> Post:
    """A post with a set time has its id at once and is public when the clock gets there."""
    at = _scheduled(call)
    kept = {**extra, "scheduled": at is not None}
    kind = kind or ("image" if extra.get("photos") else "text")
    return call.world.publish(call.account, kind=kind, text=message, extra=kept, at=at)


def _scheduled(call: Call) -> datetime | None:
    given, is_public = call.params.get("scheduled_publish_time"), _is_public(call.params)
    if given in (None, "") and is_public:
        return None
    if given in (None, ""):
        raise graph.refuse("(#100) The sandbox keeps no drafts: published=false needs scheduled_publish_time", 100)
    if is_public:
        raise graph.refuse("(#100) You cannot specify a scheduled publish time on a published post", 100)
    at, now = edges.unix_time(given, "scheduled_publish_time"), call.world.time()
    if at is None or not now + SOONEST <= at <= now + LATEST:
        raise graph.refuse("(#100) The specified scheduled publish time is invalid.", 100)
    return at


def _is_public(params: Mapping[str, Any]) -> bool:
    """Posts say published=false, reels video_state=SCHEDULED."""
    if params.get("video_state") == "SCHEDULED":
        return False
    return str(params.get("published", "true")).lower() not in ("false", "0")


def _refuse_duplicate(call: Call, message: str) -> None:
    newest = next(iter(call.world.posts_of(call.account)), None)
    if newest is not None and message and newest.text == message:
        raise graph.refuse("(#506) Duplicate status message", 506, title="Duplicate Status Update")


def _is_reachable(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme in ("http", "https") and not str(parts.hostname).endswith((".invalid", "None"))


def delete(call: Call) -> Reply:
    """Delete a post, or a photo that was never attached."""
    photo = own_pending(call, call.ids["object"])
    if photo is not None and photo.kind == PHOTO and not photo.post_id:
        del call.world.pending["facebook", call.ids["object"]]
    else:
        call.world.delete(own_post(call))
    return Reply(200, {"success": True})


def own_post(call: Call) -> Post:
    """A post of the caller; its own scheduled ones can be seen as well."""
    post = call.world.posts.get(("facebook", call.ids["object"]))
    if post is not None and post.account == call.account and is_waiting(call, post):
        return post
    return edges.own_post(call).post


def is_waiting(call: Call, post: Post) -> bool:
    return bool(post.extra.get("scheduled")) and not post.deleted and post.published_at > call.world.time()


def own_pending(call: Call, object_id: str) -> Pending | None:
    found = call.world.pending.get(("facebook", object_id))
    return found if found is not None and found.account == call.account else None


# Photos


def create_photo(call: Call) -> Reply:
    """A photo; with published=false it waits for a post that attaches it."""
    edges.require_own(call)
    url = str(call.params.get("url", ""))
    if not (url.startswith(("http://", "https://")) or call.params.get("source")):
        raise graph.refuse("(#324) Requires upload file", 324)
    if url and not _is_reachable(url):
        raise graph.refuse("(#100) The image could not be fetched from the url", 100)
    message = str(call.params.get("message", ""))
    photo_id = _new_id(call, "12")
    extra = {"url": url, "alt_text": str(call.params.get("alt_text_custom", ""))}
    photo = Pending(call.account, call.world.time(), PHOTO, message, extra)
    call.world.pending["facebook", photo_id] = photo
    if not _is_public(call.params) and not call.params.get("scheduled_publish_time"):
        return Reply(200, {"id": photo_id})
    call.world.count_create_call(call.account)
    photo.post_id = _publish(call, message, {"photos": [photo_id], "link": ""}).post_id
    return Reply(200, {"id": photo_id, "post_id": photo.post_id})


def _new_id(call: Call, prefix: str) -> str:
    origin = len(call.world.pending), call.world.time().isoformat()
    return ids.media_id(prefix, call.world.seed, call.account.user_id, *origin)


def _attached(call: Call) -> list[str]:
    """`attached_media` as one list, or as `attached_media[0]` and so on, as forms spell it."""
    given = call.params.get("attached_media")
    items = given if given is not None else [v for k, v in call.params.items() if k.startswith("attached_media[")]
    try:
        listed = json.loads(items) if isinstance(items, str) else items
        photos = [str((json.loads(one) if isinstance(one, str) else one)["media_fbid"]) for one in listed]
    except (ValueError, TypeError, KeyError) as fault:
        raise graph.refuse("(#100) param attached_media must be an array of media_fbid", 100) from fault
    found = [own_pending(call, photo) for photo in photos]
    if any(one is None or one.kind != PHOTO for one in found):
        raise graph.refuse("(#100) The attached media does not exist", 100)
    return photos


# Videos and reels


def create_video(call: Call) -> Reply:
    """A video by file_url or source; its post shows on its node once it has been processed."""
    edges.require_own(call)
    url = str(call.params.get("file_url", ""))
    if not (_is_reachable(url) or call.params.get("source")):
        raise graph.refuse("There was a problem uploading your video file. Please try again.", 389)
    call.world.count_create_call(call.account)
    video_id = _new_id(call, "13")
    message = str(call.params.get("description", ""))
    extra = {"video": video_id, "request": video_id, "title": str(call.params.get("title", "")), "product": VIDEO}
    post = _publish(call, message, extra, "video")
    made = Pending(call.account, call.world.time(), VIDEO, message, extra, post_id=post.post_id)
    call.world.pending["facebook", video_id] = made
    return Reply(200, {"id": video_id})


def reel(call: Call) -> Reply:
    """The first and the last of three steps; in between the file goes to the upload address."""
    edges.require_own(call)
    phase = str(call.params.get("upload_phase", ""))
    if phase not in _PHASES:
        raise graph.refuse(f"(#100) Param upload_phase must be one of {{{', '.join(_PHASES)}}}", 100)
    return _PHASES[phase](call)


def _start_reel(call: Call) -> Reply:
    video_id = _new_id(call, "14")
    made = Pending(call.account, call.world.time(), REEL, "", {"video": video_id, "uploaded": False})
    call.world.pending["facebook", video_id] = made
    return Reply(200, {"video_id": video_id, "upload_url": f"{call.request.base}/video-upload/v26.0/{video_id}"})


def upload_reel(call: Call) -> Reply:
    """The file itself, or its address in the header file_url; the host is rupload.facebook.com in the wild."""
    made, headers = own_pending(call, call.ids["object"]), call.request.headers
    if made is None or made.kind != REEL:
        raise graph.gone(call.ids["object"])
    offset = headers.get("offset") or "0"
    is_whole = offset.isdecimal() and headers.get("file_size") == str(int(offset) + len(call.request.body))
    if not (_is_reachable(headers.get("file_url", "")) or (call.request.body and is_whole)):
        raise graph.refuse("(#100) offset and file_size must fit the body, or file_url must be an address", 100)
    made.extra["uploaded"] = True
    return Reply(200, {"success": True})


def _finish_reel(call: Call) -> Reply:
    video_id = str(call.params.get("video_id", ""))
    made = own_pending(call, video_id)
    if made is None or made.kind != REEL or made.post_id:
        raise graph.gone(video_id)
    if not made.extra["uploaded"]:
        raise graph.refuse("(#100) The video has not been uploaded yet", 100, title="Video not uploaded")
    if str(call.params.get("video_state")) not in ("PUBLISHED", "SCHEDULED"):
        raise graph.refuse("(#100) Param video_state must be one of {PUBLISHED, SCHEDULED}", 100)
    call.world.count_create_call(call.account)
    _refuse_too_many_reels(call)
    made.text = str(call.params.get("description", ""))
    made.extra = {"video": video_id, "request": video_id, "title": str(call.params.get("title", "")), "product": REEL}
    made.post_id = _publish(call, made.text, made.extra, "video").post_id
    return Reply(200, {"success": True, "post_id": made.post_id})


def _refuse_too_many_reels(call: Call) -> None:
    start = call.world.time() - timedelta(hours=24)
    recent = (post for post in call.world.posts_of(call.account) if post.published_at > start)
    if sum(post.extra.get("product") == REEL for post in recent) >= REELS_PER_DAY:
        raise graph.refuse("(#613) Calls to this api have exceeded the rate limit.", 613)


_PHASES = {"start": _start_reel, "finish": _finish_reel}
