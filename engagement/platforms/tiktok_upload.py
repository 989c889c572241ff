"""A video sent to TikTok in parts, to the address that the beginning of a post brought ("Media Transfer Guide")."""

import mimetypes
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engagement.enums import Platform
from engagement.platforms import errors
from engagement.platforms.http import Connection
from engagement.platforms.tiktok_errors import MEDIA

PLATFORM = Platform.TIKTOK.value
# Parts are from 5 to 64 MB, the last takes the rest, and what is smaller goes in one.
CHUNK_BYTES = 10_000_000


@dataclass(frozen=True)
class Video:
    """A file and how it is cut."""

    file: Path
    size: int

    @property
    def chunk_size(self) -> int:
        """Bytes of each part but the last."""
        return min(self.size, CHUNK_BYTES)

    @property
    def count(self) -> int:
        """How many parts."""
        return self.size // self.chunk_size

    @property
    def source(self) -> dict[str, Any]:
        """The `source_info` that announces it."""
        return {
            "source": "FILE_UPLOAD",
            "video_size": self.size,
            "chunk_size": self.chunk_size,
            "total_chunk_count": self.count,
        }


def video_of(file: Path) -> Video:
    """Raises `Rejected` for a file that cannot be read or is empty."""
    try:
        size = file.stat().st_size
    except OSError as error:
        raise _unreadable(file, error) from None
    if not size:
        raise errors.Rejected(f"{file.name} is empty", platform=PLATFORM, advice=MEDIA)
    return Video(file, size)


def send(http: Connection, video: Video, url: str, before_last: Callable[[], None]) -> None:
    """Send every part, one after the other. Nothing is live before the last has arrived, so all can be begun anew.

    Raises `TemporaryFailure` before the last part, `Rejected` for the last, and `OutcomeUnknown` if the last part's
    answer never arrived.
    """
    kind = mimetypes.guess_type(video.file.name)[0] or "video/mp4"
    try:
        with video.file.open("rb") as content:
            for number in range(video.count):
                is_last = number + 1 == video.count
                start = number * video.chunk_size
                chunk = content.read() if is_last else content.read(video.chunk_size)
                span = f"bytes {start}-{start + len(chunk) - 1}/{video.size}"
                headers = {"Content-Type": kind, "Content-Range": span}
                _send_part(http, url, chunk, headers, before_last if is_last else None)
    except OSError as error:
        raise _unreadable(video.file, error) from None


def _send_part(
    http: Connection, url: str, chunk: bytes, headers: dict[str, str], before_live: Callable[[], None] | None
) -> None:
    try:
        http.put(url, content=chunk, headers=headers, before_live=before_live)
    except errors.BudgetSpent:
        # Nothing left.
        raise
    except errors.PlatformError as error:
        # The address holds for an hour: that it is refused says nothing of the account or its token.
        raise _kind(error, is_last=before_live is not None)(
            f"It did not take the video: {error.message}", platform=PLATFORM, status=error.status
        ) from None


def _kind(error: errors.PlatformError, *, is_last: bool) -> errors.Kind:
    if not is_last:
        return errors.TemporaryFailure
    is_answered = error.status is not None and error.status < 500
    return errors.Rejected if is_answered else errors.OutcomeUnknown


def _unreadable(file: Path, error: OSError) -> errors.Rejected:
    return errors.Rejected(f"{file.name} cannot be read: {error.strerror}", platform=PLATFORM)
