"""Media on X: uploads in one call or in chunks, processing of videos, and what a post may carry.

Only sizes are kept, never contents. Processing goes by asking, not by time, as the clock may stand still.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from engagement.sandbox import ids
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Refused, Reply
from engagement.sandbox.world import Pending

MEGABYTE = 1024 * 1024
MAX_SEGMENTS = 1000
MAX_IMAGES = 4
LIFETIME = timedelta(hours=24)
CHECK_AFTER_SECONDS = 1


@dataclass(frozen=True)
class Category:
    """What one media category takes; `is_processed` means it is not ready at once."""

    kind: str
    types: tuple[str, ...]
    max_bytes: int
    is_processed: bool = False


CATEGORIES = {
    "tweet_image": Category("image", ("image/jpeg", "image/png", "image/webp"), 5 * MEGABYTE),
    "tweet_gif": Category("image", ("image/gif",), 15 * MEGABYTE, is_processed=True),
    "tweet_video": Category("video", ("video/mp4", "video/quicktime"), 512 * MEGABYTE, is_processed=True),
}
# By how often the state was asked; the answer to `finalize` is the first.
_STATES = ("pending", "in_progress", "succeeded")
_FAILURE = {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}


# Uploading


def upload(call: Call) -> Reply:
    """Upload an image in one call."""
    content, name = call.params.get("media"), str(call.params.get("media_category", ""))
    if not isinstance(content, bytes | str) or not content:
        raise problems.invalid("media: is required", media="")
    if name != "tweet_image":
        raise problems.invalid(
            "media_category: this endpoint takes images; upload others in chunks", media_category=name
        )
    if len(content) > CATEGORIES[name].max_bytes:
        raise problems.invalid("media: File size exceeds 5242880 bytes.", media="")
    media_id, pending = _started(call, name, len(content))
    pending.extra["is_finalized"] = True
    return Reply(200, {"data": _described(media_id, pending)})


def initialize(call: Call) -> Reply:
    """Begin an upload in chunks."""
    total, name = call.params.get("total_bytes"), str(call.params.get("media_category", ""))
    category = CATEGORIES.get(name)
    if category is None:
        raise problems.invalid(f"$.media_category: must be one of {', '.join(CATEGORIES)}", media_category=name)
    if call.params.get("media_type") not in category.types:
        raise problems.invalid("$.media_type: does not fit the category", media_type=call.params.get("media_type"))
    if not isinstance(total, int) or not 0 < total <= category.max_bytes:
        raise problems.invalid(f"$.total_bytes: must be from 1 to {category.max_bytes}", total_bytes=total)
    media_id, pending = _started(call, name, total)
    return Reply(200, {"data": _described(media_id, pending)})


def append(call: Call) -> Reply:
    """Send one chunk; a segment sent again takes the place of the first."""
    pending = _unfinished(call)
    content, index = call.params.get("media"), str(call.params.get("segment_index", ""))
    if not isinstance(content, bytes | str) or not content:
        raise problems.invalid("media: is required", media="")
    if not index.isdecimal() or int(index) >= MAX_SEGMENTS:
        raise problems.invalid(f"segment_index: must be from 0 to {MAX_SEGMENTS - 1}", segment_index=index)
    pending.extra["segments"][int(index)] = len(content)
    return Reply(200, {"data": {"expires_at": int((pending.created_at + LIFETIME).timestamp())}})


def finalize(call: Call) -> Reply:
    """End an upload in chunks; videos are processed from now on."""
    pending = _unfinished(call)
    segments, total = pending.extra["segments"], pending.extra["total"]
    if sorted(segments) != list(range(len(segments))) or sum(segments.values()) != total:
        raise problems.invalid("Segments do not add up to provided total file size.", total_bytes=total)
    pending.extra["is_finalized"] = True
    pending.extra["has_failed"] = bool(
        call.world.faults.take(("failed_processing",), call.request, call.account.user_id)
    )
    return Reply(200, {"data": _described(call.ids["id"], pending)})


def status(call: Call) -> Reply:
    """How processing is getting on."""
    media_id = str(call.params.get("media_id", ""))
    if call.params.get("command") != "STATUS":
        raise problems.invalid("command: must be STATUS", command=call.params.get("command"))
    pending = _own(call, media_id)
    pending.polls += 1
    return Reply(200, {"data": _described(media_id, pending)})


def describe(call: Call) -> Reply:
    """Give an image its alt text."""
    media_id, metadata = str(call.params.get("id", "")), call.params.get("metadata")
    pending = _own(call, media_id)
    alt_text = metadata.get("alt_text", {}).get("text") if isinstance(metadata, dict) else None
    if not isinstance(alt_text, str):
        raise problems.invalid("$.metadata.alt_text.text: is required", metadata=metadata)
    pending.text = alt_text
    return Reply(200, {"data": {"id": media_id, "associated_metadata": metadata}})


def _started(call: Call, category: str, total: int) -> tuple[str, Pending]:
    now, world = call.world.time(), call.world
    media_id = ids.snowflake(now, ids.low_bits(22, call.account.user_id, len(world.pending)))
    extra = {"category": category, "total": total, "segments": {}, "is_finalized": False}
    pending = Pending(call.account, now, CATEGORIES[category].kind, "", extra)
    world.pending["twitter", media_id] = pending
    return media_id, pending


def _own(call: Call, media_id: str) -> Pending:
    """A media id is good for 24 hours and for its owner."""
    pending = call.world.pending.get(("twitter", media_id))
    if pending is None or pending.account != call.account or call.world.time() - pending.created_at > LIFETIME:
        detail = f"Could not find media with id: [{media_id}]."
        raise Refused(problems.problem(404, "Not Found Error", detail, problems.TYPES + "resource-not-found"))
    return pending


def _unfinished(call: Call) -> Pending:
    pending = _own(call, call.ids["id"])
    if pending.extra["is_finalized"]:
        raise problems.invalid("The upload is finalized already.", id=call.ids["id"])
    return pending


def _described(media_id: str, pending: Pending) -> Json:
    number = 13 if pending.kind == "video" else 3
    described = {
        "id": media_id,
        "media_key": f"{number}_{media_id}",
        "expires_after_secs": int(LIFETIME.total_seconds()),
    }
    if not pending.extra["is_finalized"]:
        return described
    described["size"] = pending.extra["total"]
    is_processed = CATEGORIES[pending.extra["category"]].is_processed
    return {**described, "processing_info": _processing(pending)} if is_processed else described


def _processing(pending: Pending) -> Json:
    return _PROCESSING[_state(pending)](pending)


def _state(pending: Pending) -> str:
    state = _STATES[min(pending.polls, len(_STATES) - 1)]
    return "failed" if state == "succeeded" and pending.extra.get("has_failed") else state


_PROCESSING: dict[str, Callable[[Pending], Json]] = {
    "pending": lambda pending: {"state": "pending", "check_after_secs": CHECK_AFTER_SECONDS},
    "in_progress": lambda pending: {
        "state": "in_progress",
        "check_after_secs": CHECK_AFTER_SECONDS,
        "progress_percent": 50,
    },
    "failed": lambda pending: {"state": "failed", "error": _FAILURE},
    "succeeded": lambda pending: {"state": "succeeded", "progress_percent": 100},
}


# Attaching


def attached(call: Call) -> dict[str, Pending]:
    """The media of a new post by id: 1 to 4 images, or one video or GIF, all ready."""
    given = call.params.get("media") or {}
    media_ids = given.get("media_ids", []) if isinstance(given, dict) else None
    if not isinstance(media_ids, list) or not all(isinstance(one, str) for one in media_ids):
        raise problems.invalid(f"$.media.media_ids: must be 1 to {MAX_IMAGES} strings", media=given)
    found = {one: call.world.pending.get(("twitter", one)) for one in media_ids}
    ready = {one: pending for one, pending in found.items() if pending and _is_ready(call, pending)}
    if len(ready) < len(media_ids):
        raise problems.invalid("Your media IDs are invalid.", **{"media.media_ids": media_ids})
    _check_mixture(ready)
    return ready


def texts(found: Mapping[str, Pending]) -> Json:
    alt_texts = {media_id: pending.text for media_id, pending in found.items() if pending.text}
    return {"alt_texts": alt_texts} if alt_texts else {}


def _is_ready(call: Call, pending: Pending) -> bool:
    if pending.account != call.account or not pending.extra["is_finalized"]:
        return False
    is_processed = CATEGORIES[pending.extra["category"]].is_processed
    return call.world.time() - pending.created_at <= LIFETIME and (not is_processed or _state(pending) == "succeeded")


def _check_mixture(found: Mapping[str, Pending]) -> None:
    is_single = any(pending.extra["category"] != "tweet_image" for pending in found.values())
    if len(found) > (1 if is_single else MAX_IMAGES):
        raise problems.invalid(
            f"$.media.media_ids: at most {MAX_IMAGES} images, or 1 GIF, or 1 video", media=list(found)
        )
