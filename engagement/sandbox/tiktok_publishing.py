"""TikTok's Content Posting API: creator info, videos by URL or upload, photos, and the status of a request."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox import tiktok_requests as requests
from engagement.sandbox import tiktok_uploads as uploads
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply
from engagement.sandbox.tiktok_replies import ok, refuse, required

PRIVACY_LEVELS = (objects.PUBLIC, "MUTUAL_FOLLOW_FRIENDS", "SELF_ONLY")
MAX_PHOTOS = 35


def creator_info(call: Call) -> Reply:
    """What the creator allows, to be asked before every post."""
    return ok(
        {
            "creator_username": call.account.handle,
            "creator_nickname": call.account.name,
            "creator_avatar_url": f"https://p16.tiktokcdn.example/{call.account.handle}.jpeg",
            "privacy_level_options": list(PRIVACY_LEVELS),
            "comment_disabled": False,
            "duet_disabled": False,
            "stitch_disabled": True,
            "max_video_post_duration_sec": 300,
        }
    )


def init_video(call: Call) -> Reply:
    """Publish a video, pulled from an address or uploaded."""
    call.world.count_create_call(call.account)
    info, source = required(call.params, "post_info"), required(call.params, "source_info")
    begin = _SOURCES.get(str(source.get("source")))
    if begin is None:
        raise refuse(400, "invalid_params", f"source_info.source must be one of {', '.join(_SOURCES)}")
    return begin(call, info, source)


def _pull_video(call: Call, info: Json, source: Json) -> Reply:
    failure = _checked([source.get("video_url")], "video_pull_failed")
    publish_id = _start(call, "v_pub_url~v2-1.", "video", str(info.get("title", "")), info, failure)
    requests.receive(call.world, call.request, publish_id)
    return ok({"publish_id": publish_id})


def _upload_video(call: Call, info: Json, source: Json) -> Reply:
    """The post goes live with the last chunk."""
    plan = uploads.planned(source)
    publish_id = _start(call, "v_pub_file~v2-1.", "video", str(info.get("title", "")), info, plan)
    return ok({"publish_id": publish_id, "upload_url": uploads.address(call.request, publish_id)})


_SOURCES = {"PULL_FROM_URL": _pull_video, "FILE_UPLOAD": _upload_video}


def init_photos(call: Call) -> Reply:
    """Publish photos; `description` is their caption, `title` the headline."""
    call.world.count_create_call(call.account)
    info, source = required(call.params, "post_info"), required(call.params, "source_info")
    for given, name, value in (
        (source, "source", "PULL_FROM_URL"),
        (call.params, "media_type", "PHOTO"),
        (call.params, "post_mode", "DIRECT_POST"),
    ):
        if given.get(name) != value:
            raise refuse(400, "invalid_params", f"{name} must be {value}")
    failure = _check_photos(source)
    title = f"{info.get('title', '')} {info.get('description', '')}".strip()
    publish_id = _start(call, "p_pub_url~v2-1.", "image", title, info, failure)
    requests.receive(call.world, call.request, publish_id)
    return ok({"publish_id": publish_id})


def _check_photos(source: Json) -> Json:
    photos, cover = source.get("photo_images"), source.get("photo_cover_index", 0)
    if not isinstance(photos, list) or not 1 <= len(photos) <= MAX_PHOTOS:
        raise refuse(400, "invalid_params", f"source_info.photo_images must hold 1 to {MAX_PHOTOS} URLs")
    if not isinstance(cover, int) or not 0 <= cover < len(photos):
        raise refuse(400, "invalid_params", "source_info.photo_cover_index is out of range")
    return _checked(photos, "photo_pull_failed")


def _checked(urls: list[Any], reason: str) -> Json:
    """Addresses that are refused at once, or the reason for which they will turn out to fail."""
    if not all(map(requests.is_url, urls)):
        raise refuse(400, "invalid_params", "source_info: media must be given as URLs")
    if not all(requests.is_verified(str(url)) for url in urls):
        raise refuse(403, "url_ownership_unverified", "Please review the URL ownership verification rules.")
    return {"fail_reason": reason} if any(requests.is_out_of_reach(str(url)) for url in urls) else {}


def _start(call: Call, prefix: str, kind: str, title: str, info: Json, more: Mapping[str, Any]) -> str:
    privacy = info.get("privacy_level")
    if privacy not in PRIVACY_LEVELS:
        raise refuse(403, "privacy_level_option_mismatch", "privacy_level is not among the creator's options")
    if requests.is_too_long(title):
        raise refuse(400, "invalid_params", "post_info.title is too long")
    if requests.is_capped(call.world, call.account):
        raise refuse(403, "spam_risk_too_many_posts", "The daily post cap from the API is reached for this user.")
    extra = {"privacy": privacy, "ai": info.get("is_aigc") is True, **more}
    return requests.start(call.world, call.account, prefix, kind=kind, title=title, extra=extra)


def publish_status(call: Call) -> Reply:
    """How a publish request is getting on; the misspelt key is TikTok's own, its ids are bare numbers."""
    pending = requests.find(call.world, call.account, str(call.params.get("publish_id", "")))
    if pending is None:
        raise refuse(400, "invalid_publish_id", "The publish_id does not exist.")
    asked = requests.ask(call.world, pending)
    data = {"status": asked["status"], **uploads.progress(pending)}
    if asked["status"] == "FAILED":
        data["fail_reason"] = asked["reason"]
    if asked["status"] == "PUBLISH_COMPLETE":
        data["publicaly_available_post_id"] = [int(one) for one in asked["post_ids"]]
    return ok(data)
