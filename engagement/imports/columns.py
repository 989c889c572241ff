"""What the columns of an export mean: the platforms' own headers, everyday words, and what the user says with --map.

Headers are matched by name, without regard to case, spaces and order: they change by month, and never all are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from engagement.enums import Platform
from engagement.imports.table import TableError
from engagement.values import METRIC_FIELDS

POST_FIELDS = (
    "post_id",
    "url",
    "published_at",
    "caption",
    "media_kind",
    "account",
    "handle",
    "hashtags",
    "followers",
    *METRIC_FIELDS,
)
INTERACTION_FIELDS = ("platform_id", "kind", "author", "occurred_at", "text")

# The fields' own names need no entry here.
EVERYDAY = {
    "id": "post_id",
    "status id": "post_id",
    "permalink": "url",
    "link": "url",
    "published": "published_at",
    "publish time": "published_at",
    "created time": "published_at",
    "created at": "published_at",
    "date": "published_at",
    "message": "caption",
    "description": "caption",
    "type": "media_kind",
    "post type": "media_kind",
    "media type": "media_kind",
    "like": "likes",
    "like count": "likes",
    "comment": "comments",
    "comment count": "comments",
    "share": "shares",
    "share count": "shares",
    "saved": "saves",
    "view count": "views",
    "username": "handle",
}
# Meta Business Suite; `Date` there says "Lifetime", and `Impressions` and `Plays` stand in older files.
META = {
    "post id": "post_id",
    "permalink": "url",
    "publish time": "published_at",
    "description": "caption",
    "post type": "media_kind",
}
SYNONYMS: dict[str, dict[str, str]] = {
    Platform.INSTAGRAM: META
    | {"account id": "account", "account username": "handle", "plays": "video_views", "saved": "saves"},
    Platform.FACEBOOK: META
    | {
        "page id": "account",
        "title": "caption",
        "reactions": "likes",
        "3-second video views": "video_views",
    },
    # `Shares` are links that people sent; what other platforms call shares are the reposts.
    Platform.TWITTER: {
        "post id": "post_id",
        "tweet id": "post_id",
        "post link": "url",
        "tweet permalink": "url",
        "date": "published_at",
        "time": "published_at",
        "post text": "caption",
        "tweet text": "caption",
        "replies": "comments",
        "reposts": "shares",
        "retweets": "shares",
        "bookmarks": "saves",
        "user profile clicks": "profile_visits",
    },
    Platform.TIKTOK: {
        "video link": "url",
        "video title": "caption",
        "post time": "published_at",
        "total likes": "likes",
        "total comments": "comments",
        "total shares": "shares",
        "total views": "views",
        "add to favorites": "saves",
    },
}
COMMENT_WORDS = {
    "id": "platform_id",
    "comment id": "platform_id",
    "author id": "author",
    "user id": "author",
    "username": "author",
    "date": "occurred_at",
    "timestamp": "occurred_at",
    "created at": "occurred_at",
    "created time": "occurred_at",
    "published at": "occurred_at",
    "comment": "text",
    "message": "text",
    "content": "text",
    "type": "kind",
}


@dataclass(frozen=True)
class Columns:
    """Which columns feed each field, best first, and the headers that mean nothing here."""

    positions: Mapping[str, Sequence[int]]
    ignored: Sequence[str]

    def cells(self, field: str, record: Sequence[str]) -> list[str]:
        """The cells of one record that may hold `field`; short rows have fewer."""
        return [record[i] for i in self.positions.get(field, ()) if i < len(record)]

    def has(self, field: str) -> bool:
        """Whether any column feeds `field`."""
        return field in self.positions


def normal(header: str) -> str:
    """A header in the form in which headers are compared."""
    return " ".join(header.replace("_", " ").split()).casefold()


def post_columns(header: Sequence[str], platform: str, mapping: Mapping[str, str]) -> Columns:
    """The columns of an export of posts. Raises `TableError` if the posts cannot be told apart or placed in time."""
    columns = match(header, POST_FIELDS, mapping, SYNONYMS[platform], EVERYDAY)
    if not (columns.has("post_id") or columns.has("url")):
        raise _missing("post_id", header)
    if not columns.has("published_at") and platform != Platform.TWITTER:
        raise _missing("published_at", header)
    return columns


def interaction_columns(header: Sequence[str], mapping: Mapping[str, str]) -> Columns:
    """The columns of a file of interactions. Raises `TableError` if nothing tells them apart."""
    columns = match(header, INTERACTION_FIELDS, mapping, {}, COMMENT_WORDS)
    if not columns.has("platform_id"):
        raise _missing("platform_id", header)
    return columns


def match(
    header: Sequence[str],
    fields: Sequence[str],
    mapping: Mapping[str, str],
    exported: Mapping[str, str],
    everyday: Mapping[str, str],
) -> Columns:
    """Match headers with fields. For each field the first of these that occurs decides alone: what `mapping` says, the
    platform's own header, the field's name, an everyday word.
    """
    own_names = {normal(field): field for field in fields}
    positions: dict[str, list[int]] = {}
    for words in (_told(header, fields, mapping), exported, own_names, everyday):
        taken = {index for indexes in positions.values() for index in indexes}
        decided = set(positions)
        for index, name in enumerate(header):
            field = words.get(normal(name))
            if field and field not in decided and index not in taken:
                positions.setdefault(field, []).append(index)
    used = {index for indexes in positions.values() for index in indexes}
    ignored = [name or f"column {i + 1}" for i, name in enumerate(header) if i not in used]
    return Columns(positions, ignored)


def _told(header: Sequence[str], fields: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    present = {normal(name) for name in header}
    for column, field in mapping.items():
        if normal(column) not in present:
            raise TableError(f"--map {column}={field}: there is no such column. The file has {_listed(header)}.")
        if field not in fields:
            raise TableError(f"--map {column}={field}: there is no such field. Choose from {', '.join(fields)}.")
    return {normal(column): field for column, field in mapping.items()}


def _missing(field: str, header: Sequence[str]) -> TableError:
    return TableError(f"No column holds {field}. Name it with --map 'COLUMN={field}'; the file has {_listed(header)}.")


def _listed(header: Sequence[str]) -> str:
    """The headers as they may stand in a message: a file that is no table can have thousands, of any length."""
    names = [ascii(name[:40]) if not name.isprintable() else name[:40] for name in header[:40]]
    return ", ".join(names) + (" …" if len(header) > 40 else "")
