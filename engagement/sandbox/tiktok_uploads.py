"""Uploading a video to TikTok: chunks one after another to an address that is good for an hour.

Only sizes are kept, never contents.
"""

from __future__ import annotations

import hashlib
import re
from datetime import timedelta
from typing import Any

from engagement.sandbox import tiktok_requests as requests
from engagement.sandbox.messages import Json, Reply, Request
from engagement.sandbox.tiktok_replies import error, refuse
from engagement.sandbox.world import Pending, World

MEGABYTE = 1024 * 1024
LEAST_CHUNK, MOST_CHUNK, MOST_LAST = 5 * MEGABYTE, 64 * MEGABYTE, 128 * MEGABYTE
MOST_BYTES = 4 * 1024 * MEGABYTE
LIFETIME = timedelta(hours=1)
MIME_TYPES = ("video/mp4", "video/quicktime", "video/webm")
PATH = "/upload"

_RANGE = re.compile(r"bytes (\d+)-(\d+)/(\d+)")


def planned(source: Json) -> dict[str, int]:
    """What was announced; the last chunk takes the rest, so there are floor(size / chunk) of them."""
    names = ("video_size", "chunk_size", "total_chunk_count")
    size, chunk, count = (_whole(source.get(name), name) for name in names)
    is_whole = chunk == size and count == 1
    if size > MOST_BYTES or (is_whole and size > MOST_CHUNK):
        raise refuse(400, "invalid_params", "source_info: The video is too large for this plan")
    if not is_whole and (not LEAST_CHUNK <= chunk <= MOST_CHUNK or count != size // chunk):
        raise refuse(400, "invalid_params", "source_info: The total chunk count is invalid")
    return {"total": size, "chunk": chunk, "chunks": count, "received": 0}


def _whole(value: Any, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise refuse(400, "invalid_params", f"source_info.{name} must be a whole number from 1")
    return value


def address(request: Request, publish_id: str) -> str:
    return f"{request.base}{PATH}?upload_id={publish_id}&upload_token={_token(publish_id)}"


def _token(publish_id: str) -> str:
    return hashlib.sha256(f"upload:{publish_id}".encode()).hexdigest()[:32]


def receive(world: World, request: Request) -> Reply:
    """One chunk: 206 while more are to come, 201 with the last; the address itself is the permission."""
    publish_id = request.query.get("upload_id", "")
    pending = world.pending.get(("tiktok", publish_id))
    if pending is None or "total" not in pending.extra or request.query.get("upload_token") != _token(publish_id):
        return error(403, "access_denied", "The upload URL is not valid.")
    if world.time() - pending.created_at > LIFETIME:
        return error(403, "upload_url_expired", "The upload URL has expired.")
    if request.content_type not in MIME_TYPES:
        return error(415, "invalid_content_type", "Content-Type is not a video type.")
    last = _last_byte(request, pending)
    pending.extra["received"] = last + 1
    total = pending.extra["total"]
    if last + 1 == total:
        requests.receive(world, request, publish_id)
    return Reply(201 if last + 1 == total else 206, {}, {"Content-Range": f"bytes 0-{last}/{total}"})


def _last_byte(request: Request, pending: Pending) -> int:
    """Where a chunk ends; it must follow the one before and have the announced size."""
    received, total, chunk = (pending.extra[name] for name in ("received", "total", "chunk"))
    found = _RANGE.fullmatch(request.headers.get("content-range", "").strip())
    first, last, whole = (int(part) for part in found.groups()) if found else (-1, -1, -1)
    is_last = received // chunk == pending.extra["chunks"] - 1
    expected = total - received if is_last else chunk
    if (first, last, whole) != (received, received + expected - 1, total) or len(request.body) != expected:
        raise refuse(416, "invalid_content_range", f"Send bytes {received}-{received + expected - 1}/{total} next.")
    return last


def progress(pending: Pending) -> Json:
    if "received" in pending.extra:
        return {"uploaded_bytes": pending.extra["received"]}
    return {"downloaded_bytes": requests.DOWNLOADED_BYTES if pending.polls > 1 else 0}
