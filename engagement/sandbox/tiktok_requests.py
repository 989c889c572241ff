"""What becomes of a request to publish on TikTok, the same for both programmes.

A request is pulled or uploaded, moderated and then public, or fails; by asking, not by time, as the clock may
stand still.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from engagement.sandbox import ids
from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox.accounts import Account
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.world import Pending, World

MAX_TITLE_UNITS = 2200  # UTF-16 units
POSTS_PER_DAY = 15
DOWNLOADED_BYTES = 1048576

_URL = re.compile(r"https?://[^\s/\[\]]+\S*")


def is_too_long(title: str) -> bool:
    return len(title.encode("utf-16-le", "surrogatepass")) // 2 > MAX_TITLE_UNITS


def is_capped(world: World, account: Account) -> bool:
    return world.posts_since(account, 24) >= POSTS_PER_DAY


def is_url(value: Any) -> bool:
    return _URL.fullmatch(str(value)) is not None


def is_verified(url: str) -> bool:
    """Addresses must be ones the app has shown to own; hosts that begin with `unverified.` stand for the others."""
    return not url.partition("://")[2].startswith("unverified.")


def is_out_of_reach(url: str) -> bool:
    """Names below `.invalid` belong to nobody."""
    return str(urlsplit(url).hostname).endswith(".invalid")


def start(world: World, account: Account, prefix: str, *, kind: str, title: str, extra: Mapping[str, Any]) -> str:
    """A new request; returns its publish id, which is not a video id."""
    publish_id = prefix + ids.media_id("73", world.seed, account.user_id, len(world.pending), world.time().isoformat())
    known = {**extra, "request": publish_id}
    world.pending["tiktok", publish_id] = Pending(account, world.time(), kind, title, known)
    return publish_id


def receive(world: World, request: Request, publish_id: str) -> None:
    """The media is there: the post goes live, unless a fault says that processing fails."""
    pending = world.pending["tiktok", publish_id]
    fault = world.faults.take(("failed_processing",), request, pending.account.user_id)
    if fault is not None:
        pending.extra["fail_reason"] = fault.reason or "internal"
    if "fail_reason" in pending.extra:
        return
    kept = {name: pending.extra[name] for name in ("request", "privacy", "ai")}
    post = world.publish(pending.account, kind=pending.kind, text=pending.text, extra=kept)
    pending.post_id = post.post_id


def find(world: World, account: Account, publish_id: str) -> Pending | None:
    pending = world.pending.get(("tiktok", publish_id))
    return pending if pending and pending.account == account else None


def ask(world: World, pending: Pending) -> Json:
    """The status of a request in neutral words: `status`, `post_ids` and, where it failed, `reason`."""
    uploading = "received" in pending.extra
    if uploading and pending.extra["received"] < pending.extra["total"]:
        return {"status": "PROCESSING_UPLOAD", "post_ids": []}
    pending.polls += 1
    if pending.polls == 1:
        return {"status": "PROCESSING_UPLOAD" if uploading else "PROCESSING_DOWNLOAD", "post_ids": []}
    if "fail_reason" in pending.extra:
        return {"status": "FAILED", "post_ids": [], "reason": pending.extra["fail_reason"]}
    return {"status": "PUBLISH_COMPLETE", "post_ids": [pending.post_id] if _is_listed(world, pending) else []}


def _is_listed(world: World, pending: Pending) -> bool:
    """Every fourth post or so is complete one poll before moderation ends and its id appears."""
    post = world.post("tiktok", pending.post_id)
    is_moderated = pending.polls == 2 and int(pending.post_id) % 4 == 0
    return post is not None and objects.is_public(post) and not is_moderated
