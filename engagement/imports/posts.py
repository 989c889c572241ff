"""From the records of an export to posts with their numbers. Nothing is stored here, and one bad cell costs one row."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engagement.enums import Platform
from engagement.imports import cells
from engagement.imports.columns import Columns, normal
from engagement.imports.table import Record, RowError
from engagement.metrics import find_hashtags
from engagement.values import COUNT_FIELDS, RATE_FIELDS, SECONDS_FIELDS, Metrics
from gator.studio.enums import MediaKind

T = TypeVar("T")

# Facebook, the most generous of the four, allows 63,206 characters.
CAPTION_LIMIT = 65_000
MEDIA_KINDS = {
    MediaKind.IMAGE: ("image", "images", "photo", "photos", "picture", "ig image"),
    MediaKind.TEXT: ("text", "status", "link", "links", "tweet", "post"),
    MediaKind.VIDEO: ("video", "videos", "reel", "reels", "ig reel", "ig video", "live", "live video"),
    MediaKind.CAROUSEL: ("carousel", "carousel album", "ig carousel", "album", "slideshow"),
    MediaKind.AUDIO: ("audio", "music", "podcast"),
}
KIND_OF = {word: kind for kind, words in MEDIA_KINDS.items() for word in words}
# What most posts of a platform are, for exports that do not say.
USUAL_KIND = {
    Platform.INSTAGRAM: MediaKind.IMAGE,
    Platform.FACEBOOK: MediaKind.TEXT,
    Platform.TWITTER: MediaKind.TEXT,
    Platform.TIKTOK: MediaKind.VIDEO,
}
# Instagram's addresses hold a short code, which its API does not take for an id.
ID_IN_URL = {
    Platform.FACEBOOK: re.compile(
        r"/(?:posts|videos|reel)/(?:[^/?#]+/)?(\d+)|[?&](?:story_fbid|fbid|v)=(\d+)", re.ASCII
    ),
    Platform.TWITTER: re.compile(r"/status(?:es)?/(\d+)", re.ASCII),
    Platform.TIKTOK: re.compile(r"/(?:video|photo)/(\d+)", re.ASCII),
}


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the cells of one file are to be read; `account` and `media_kind` stand in where the file gives none."""

    platform: str
    zone: ZoneInfo
    now: datetime
    account: str = ""
    media_kind: str = ""
    file: str = ""


@dataclass(frozen=True, kw_only=True)
class PostRow:
    """One post as an export gives it. None means that the file does not say."""

    line: int
    post_id: str
    published: cells.Moment
    media_kind: str | None = None
    usual_kind: str
    url: str | None = None
    caption: str | None = None
    account: str | None = None
    handle: str | None = None
    hashtags: list[str] | None = None
    followers: int | None = None
    metrics: Metrics = field(default_factory=Metrics)


@dataclass
class Cells:
    """The cells of one record by field. What cannot be read is noted, so that a row tells all its errors at once."""

    record: Record
    columns: Columns
    errors: list[RowError] = field(default_factory=list)

    def read(self, name: str, parse: Callable[[str], T | None]) -> T | None:
        """The first known value among the columns of a field; None if there is none, or an error was noted."""
        try:
            values = (parse(cell) for cell in self.columns.cells(name, self.record.cells))
            return next((value for value in values if value is not None), None)
        except cells.CellError as error:
            self.refuse(name, str(error))
            return None

    def refuse(self, name: str, reason: str) -> None:
        """Note why the row cannot be used."""
        self.errors.append(RowError(self.record.line, name, reason))


def read_posts(records: list[Record], columns: Columns, reading: Reading) -> Iterator[PostRow | list[RowError]]:
    """Each record as a post, or as its errors. A post that stands in the file twice is refused the second time."""
    lines: dict[str, int] = {}
    for record in records:
        row = read_post(record, columns, reading)
        if isinstance(row, PostRow) and (first := lines.setdefault(row.post_id, row.line)) != row.line:
            yield [RowError(row.line, "post_id", f"duplicate of line {first}, which was kept. Remove one of the two.")]
        else:
            yield row


def read_post(record: Record, columns: Columns, reading: Reading) -> PostRow | list[RowError]:
    """One record as a post, or everything that is wrong with it."""
    row = Cells(record, columns)
    url = row.read("url", cells.address)
    post_id = _post_id(row, url, reading.platform)
    published = _published(row, post_id, reading)
    caption = _caption(row)
    values: dict[str, Any] = {
        "media_kind": row.read("media_kind", media_kind) or reading.media_kind or None,
        "account": row.read("account", partial(cells.identity, limit=100)) or reading.account or None,
        "handle": row.read("handle", _handle),
        "followers": row.read("followers", cells.count),
        "hashtags": row.read("hashtags", _tags) if columns.has("hashtags") else _in_caption(caption),
        "metrics": _metrics(row, reading),
    }
    if row.errors or post_id is None or published is None:
        return row.errors
    usual = USUAL_KIND[Platform(reading.platform)]
    return PostRow(
        line=record.line, post_id=post_id, url=url, published=published, caption=caption, usual_kind=usual, **values
    )


def media_kind(text: str) -> str | None:
    """The kind of media behind a platform's word for it; None for an empty cell."""
    word = normal(text)
    if word in cells.UNKNOWN:
        return None
    if word in {"ig story", "story", "stories"}:
        raise cells.CellError("a story vanishes after a day and is not kept as a post. Remove the row.")
    if word not in KIND_OF:
        raise cells.CellError(f"{cells.shown(text)} is no kind of media. Use one of {', '.join(MediaKind.values)}.")
    return KIND_OF[word].value


def id_in_url(url: str | None, platform: str) -> str | None:
    """The id of a post, where its address holds it."""
    pattern = ID_IN_URL.get(Platform(platform))
    found = pattern.search(url) if url and pattern else None
    return next((group for group in found.groups() if group), None) if found else None


def _post_id(row: Cells, url: str | None, platform: str) -> str | None:
    told = len(row.errors)
    post_id = row.read("post_id", cells.identity)
    fallback = None if post_id else id_in_url(url, platform)
    if fallback:
        # What a spreadsheet rounded is whole in the address.
        del row.errors[told:]
    found = post_id or fallback
    if found is None and len(row.errors) == told:
        row.refuse("post_id", "the row names no post. Give the platform's id, or an address that holds it.")
    return found


def _published(row: Cells, post_id: str | None, reading: Reading) -> cells.Moment | None:
    told = len(row.errors)
    found = row.read("published_at", lambda text: cells.moment(text, reading.zone, reading.now))
    if len(row.errors) > told:
        return None
    if reading.platform == Platform.TWITTER and (found is None or not found.has_time):
        found = _timed_by_id(found, post_id, reading.zone)
    if found is None:
        row.refuse("published_at", "the row does not say when the post was made. Give a date like 2026-07-14 18:30.")
        return None
    try:
        return cells.plausible(found, found.at.isoformat(), reading.now)
    except cells.CellError as error:
        row.refuse("published_at", str(error))
        return None


def _timed_by_id(day: cells.Moment | None, post_id: str | None, zone: ZoneInfo) -> cells.Moment | None:
    """The moment an id of X tells, unless the export gives another day; then the day stays without an hour."""
    at = cells.x_moment(post_id or "")
    if at is None:
        return day
    if day and abs(at.astimezone(zone).date() - day.at.astimezone(zone).date()) > timedelta(days=1):
        return day
    return cells.Moment(at)


def _caption(row: Cells) -> str | None:
    # Facebook writes it in Title or in Description, and a shortened copy in the other.
    found = row.columns.cells("caption", row.record.cells)
    if not found:
        return None
    try:
        return cells.text(max(found, key=len), CAPTION_LIMIT)
    except cells.CellError as error:
        row.refuse("caption", str(error))
        return None


def _in_caption(caption: str | None) -> list[str] | None:
    return None if caption is None else find_hashtags(caption)


def _tags(text: str) -> list[str]:
    words = re.split(r"[\s,;|#\[\]'\"]+", cells.text(text, CAPTION_LIMIT))
    return find_hashtags(" ".join(f"#{word}" for word in words if word))


def _handle(text: str) -> str | None:
    return cells.text(text.strip().removeprefix("@"), 100) or None


def _metrics(row: Cells, reading: Reading) -> Metrics:
    values: dict[str, Any] = {name: row.read(name, cells.count) for name in COUNT_FIELDS}
    values |= {name: row.read(name, cells.rate) for name in RATE_FIELDS}
    values |= {name: row.read(name, cells.seconds) for name in SECONDS_FIELDS}
    if reading.platform == Platform.TWITTER and values["views"] is None:
        # X shows its impressions as views, and its API gives one number for both.
        values["views"] = values["impressions"]
    return Metrics(**values, raw={"file": reading.file, "line": row.record.line})
