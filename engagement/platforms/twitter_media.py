"""Media for X: a picture in one call; a video or an animation in parts, which X then processes for a while."""

import mimetypes
import time
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

from engagement.enums import Platform
from engagement.platforms import errors
from engagement.platforms.http import Connection
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_errors import MEDIA

PLATFORM = Platform.TWITTER.value
# "Keep chunks at or below 4 MB."
CHUNK_BYTES = 4_000_000
# A worker's task ends soon after: what takes longer is uploaded again later.
MAX_PROCESSING_SECONDS, MAX_CHECKS = 60.0, 60
UNKNOWN_TYPE = "application/octet-stream"


def upload(http: Connection, file: Path) -> str:
    """Upload a file for a post; the id of the media, ready to be posted."""
    media_type = mimetypes.guess_type(file.name)[0] or UNKNOWN_TYPE
    if media_type == "image/gif":
        return _upload_parts(http, file, media_type, "tweet_gif")
    if media_type.startswith("video/"):
        return _upload_parts(http, file, media_type, "tweet_video")
    return _upload_whole(http, file, media_type)


def _upload_whole(http: Connection, file: Path, media_type: str) -> str:
    content = b"".join(_chunks(file))
    files = {"media": (file.name, content, media_type)}
    return (
        http.prepare("/2/media/upload", data={"media_category": "tweet_image"}, files=files)
        .node.node("data")
        .required("id")
    )


def _upload_parts(http: Connection, file: Path, media_type: str, category: str) -> str:
    chunks = _chunks(file)
    body = {"media_type": media_type, "total_bytes": _size(file), "media_category": category}
    media_id = http.prepare("/2/media/upload/initialize", json=body).node.node("data").required("id")
    for index, chunk in enumerate(chunks):
        files = {"media": (file.name, chunk, UNKNOWN_TYPE)}
        http.append(f"/2/media/upload/{media_id}/append", data={"segment_index": str(index)}, files=files)
    finalized = http.prepare(f"/2/media/upload/{media_id}/finalize").node.node("data")
    _await(http, media_id, finalized)
    return media_id


def _await(http: Connection, media_id: str, data: Node) -> None:
    """Wait as often and as long as X says, within bounds."""
    waited = 0.0
    for _ in range(MAX_CHECKS):
        processing = data.node("processing_info")
        state = processing.text("state")
        if state in ("", "succeeded"):
            return
        if state == "failed":
            raise _failure(processing)
        pause = processing.number("check_after_secs")
        waited += settings.PUBLISH_POLL_SECONDS if pause is None else pause
        if waited > MAX_PROCESSING_SECONDS:
            break
        time.sleep(settings.PUBLISH_POLL_SECONDS if pause is None else max(pause, 0.0))
        data = http.get("/2/media/upload", command="STATUS", media_id=media_id).node.node("data")
    raise errors.TemporaryFailure("It is still processing the video", platform=PLATFORM)


def _failure(processing: Node) -> errors.PlatformError:
    error = processing.node("error")
    words = error.text("message") or error.text("name") or "no reason given"
    return errors.Rejected(
        f"It could not process the video: {words}", platform=PLATFORM, code=error.text("code"), advice=MEDIA
    )


def _chunks(file: Path) -> Iterator[bytes]:
    try:
        with file.open("rb") as content:
            while chunk := content.read(CHUNK_BYTES):
                yield chunk
    except OSError as error:
        raise _unreadable(file, error) from None


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError as error:
        raise _unreadable(file, error) from None


def _unreadable(file: Path, error: OSError) -> errors.Rejected:
    return errors.Rejected(f"{file.name} cannot be read: {error.strerror}", platform=PLATFORM)
