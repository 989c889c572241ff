"""What the columns of a file mean: the headers of its export, everyday words, and what the user says with --map.

Headers are matched by name, without regard to case, spaces and order: they change by month, and never all are there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from engagement.enums import Platform
from engagement.imports.formats import Format
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
    """Which columns feed each field, best first; the headers that mean nothing here; those not read, by the reason."""

    positions: Mapping[str, Sequence[int]]
    ignored: Sequence[str]
    unread: Mapping[str, str] = field(default_factory=dict)

    def cells(self, field: str, record: Sequence[str]) -> list[str]:
        """The cells of one record that may hold `field`; short rows have fewer."""
        return [record[i] for i in self.positions.get(field, ()) if i < len(record)]

    def meanings(self, header: Sequence[str]) -> list[tuple[str, str]]:
        """Every header with the field it feeds, or with why it feeds none."""
        fed = {index: name for name, indexes in self.positions.items() for index in indexes}
        names = [name or f"column {index + 1}" for index, name in enumerate(header)]
        left = {name: f"not read: {self.unread.get(name, 'no meaning here')}" for name in names}
        return [(name, fed.get(index, left[name])) for index, name in enumerate(names)]

    def has(self, field: str) -> bool:
        """Whether any column feeds `field`."""
        return field in self.positions


def normal(header: str) -> str:
    """A header in the form in which headers are compared."""
    return " ".join(header.replace("_", " ").split()).casefold()


def post_columns(header: Sequence[str], form: Format, mapping: Mapping[str, str]) -> Columns:
    """The columns of an export of posts. Raises `TableError` if the posts cannot be told apart or placed in time."""
    columns = match(header, POST_FIELDS, mapping, form.columns, EVERYDAY, unread=form.ignored)
    if not (columns.has("post_id") or columns.has("url")):
        raise _missing("post_id", header)
    if not columns.has("published_at") and form.platform != Platform.TWITTER:
        raise _missing("published_at", header)
    return columns


def names_posts(headers: frozenset[str], mapping: Mapping[str, str]) -> bool:
    """Whether a column may hold a post's id or address, in any export or in everyday words."""
    fields = {EVERYDAY.get(name, name.replace(" ", "_")) for name in headers} | set(mapping.values())
    return bool(fields & {"post_id", "url"})


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
    unread: Mapping[str, str] | None = None,
) -> Columns:
    """Match headers with fields. For each field the first of these that occurs decides alone: what `mapping` says, the
    platform's own header, the field's name, an everyday word. What is `unread`, by its reason, only `mapping` can name.
    """
    reasons = unread or {}
    own_names = {name: field for field in fields if (name := normal(field)) not in reasons}
    everyday = {word: field for word, field in everyday.items() if word not in reasons}
    positions: dict[str, list[int]] = {}
    for words in (_told(header, fields, mapping), exported, own_names, everyday):
        taken = {index for indexes in positions.values() for index in indexes}
        decided = set(positions)
        for index, name in enumerate(header):
            field = words.get(normal(name))
            if field and field not in decided and index not in taken:
                positions.setdefault(field, []).append(index)
    used = {index for indexes in positions.values() for index in indexes}
    left = [(name, f"column {i + 1}") for i, name in enumerate(header) if i not in used]
    return Columns(
        positions,
        ignored=[name or place for name, place in left if normal(name) not in reasons],
        unread={name: reasons[normal(name)] for name, _ in left if normal(name) in reasons},
    )


def _told(header: Sequence[str], fields: Sequence[str], mapping: Mapping[str, str]) -> dict[str, str]:
    present = {normal(name) for name in header}
    for column, name in mapping.items():
        if normal(column) not in present:
            raise TableError(f"--map {column}={name}: there is no such column. The file has {listed(header)}.")
        if name not in fields:
            raise TableError(f"--map {column}={name}: there is no such field. Choose from {', '.join(fields)}.")
    return {normal(column): name for column, name in mapping.items()}


def _missing(field: str, header: Sequence[str]) -> TableError:
    return TableError(f"No column holds {field}. Name it with --map 'COLUMN={field}'; the file has {listed(header)}.")


def listed(header: Sequence[str]) -> str:
    """The headers as they may stand in a message: a file that is no table can have thousands, of any length."""
    names = [ascii(name[:40]) if not name.isprintable() else name[:40] for name in header[:40]]
    return ", ".join(names) + (" …" if len(header) > 40 else "")
