"""From the records of an export to posts with their numbers. Nothing is stored here, and one bad cell costs one row."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from engagement.enums import Platform
from engagement.imports import cells, moments
from engagement.imports.columns import Columns, normal
from engagement.imports.formats import Format
from engagement.imports.formats.base import held
from engagement.imports.moments import Moment, Span
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


NAMELESS = "the row names no post. Give the platform's id, or an address that holds it or is that of a known post."
ROUNDED = (
    "{} is an id that a spreadsheet rounded, its address does not hold it, and no known post has that address. "
    "Use the file as it was downloaded, or open it with the id column as text."
)


@dataclass(frozen=True, kw_only=True)
class Reading:
    """How the cells of one file are to be read; `account` and `media_kind` stand in where the file gives none.

    `order` says whether day or month comes first, `span` where dates without a year lie, `fractions` which rates are
    written as fractions of one.
    """

    form: Format
    zone: ZoneInfo
    now: datetime
    account: str = ""
    media_kind: str = ""
    file: str = ""
    order: str = ""
    span: Span | None = None
    fractions: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class PostRow:
    """One post as an export gives it. None means that the file does not say.

    `missing_id` is why the row itself does not tell which post it means, where its address may.
    """

    line: int
    post_id: str
    missing_id: str = ""
    published: Moment
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
    """Each record as a post, or as its errors."""
    return (read_post(record, columns, reading) for record in records)


def read_post(record: Record, columns: Columns, reading: Reading) -> PostRow | list[RowError]:
    """One record as a post, or everything that is wrong with it."""
    row = Cells(record, columns)
    url = row.read("url", cells.address)
    post_id, missing_id = _post_id(row, url, reading.form)
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
    if row.errors or published is None:
        return row.errors
    values |= {"usual_kind": USUAL_KIND[reading.form.platform], "missing_id": missing_id}
    return PostRow(line=record.line, post_id=post_id, url=url, published=published, caption=caption, **values)


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


def _post_id(row: Cells, url: str | None, form: Format) -> tuple[str, str]:
    """The id of the post, or why the row does not tell it."""
    given = next((cell.strip() for cell in row.columns.cells("post_id", row.record.cells) if cell.strip()), "")
    whole, of_media = held(form.id_in_url, url), held(form.media_id_in_url, url)
    if whole and (cells.is_rounded(given) or cells.rounds_to(whole, given)):
        return whole, ""
    if of_media and cells.rounds_to(of_media, given):
        return of_media, ""
    if url and cells.is_rounded(given):
        return "", ROUNDED.format(cells.shown(given))
    told = len(row.errors)
    post_id = row.read("post_id", cells.identity) or whole or of_media or ""
    if len(row.errors) > told or post_id:
        return post_id, ""
    if not url:
        row.refuse("post_id", NAMELESS)
    return "", NAMELESS


def _published(row: Cells, post_id: str, reading: Reading) -> Moment | None:
    told = len(row.errors)
    read = partial(moments.moment, zone=reading.zone, now=reading.now, order=reading.order, span=reading.span)
    found = row.read("published_at", read)
    if len(row.errors) > told:
        return None
    if reading.form.platform == Platform.TWITTER and (found is None or not found.has_time):
        found = _timed_by_id(found, post_id, reading.zone)
    if found is None:
        row.refuse("published_at", "the row does not say when the post was made. Give a date like 2026-07-14 18:30.")
        return None
    try:
        return moments.plausible(found, found.at.isoformat(), reading.now)
    except cells.CellError as error:
        row.refuse("published_at", str(error))
        return None


def _timed_by_id(day: Moment | None, post_id: str, zone: ZoneInfo) -> Moment | None:
    """The moment an id of X tells, unless the export gives another day; then the day stays without an hour."""
    at = moments.x_moment(post_id)
    if at is None:
        return day
    if day and abs(at.astimezone(zone).date() - day.at.astimezone(zone).date()) > timedelta(days=1):
        return day
    return Moment(at)


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
    rates = {name: partial(cells.rate, fraction=name in reading.fractions) for name in RATE_FIELDS}
    values |= {name: row.read(name, rate) for name, rate in rates.items()}
    values |= {name: row.read(name, cells.seconds) for name in SECONDS_FIELDS}
    if reading.form.platform == Platform.TWITTER and values["views"] is None:
        # X shows its impressions as views, and its API gives one number for both.
        values["views"] = values["impressions"]
    return Metrics(**values, raw={"file": reading.file, "line": row.record.line})
