"""Any CSV with a header, from bytes to records that know their line. What a column means is decided elsewhere."""

import codecs
import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

MAX_BYTES = 100 * 1024 * 1024
# A binary file shows itself in its first bytes; a lone NUL further down is one bad row.
BINARY_PROBE = 8192
BEGINNING = 3
DELIMITERS = (",", ";", "\t")
BYTE_ORDER_MARKS = {codecs.BOM_UTF8: "utf-8-sig", codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Encodings that spreadsheets still write. None of them can yield half a character.
ENCODINGS: tuple[str, ...] = (
    "auto",
    "utf-8",
    "utf-16",
    "utf-16-le",
    "utf-16-be",
    "cp1250",
    "cp1251",
    "cp1252",
    "cp1253",
    "cp1254",
    "latin-1",
    "mac-roman",
    "shift_jis",
    "gb18030",
    "big5",
    "euc-kr",
    "cp874",
)

# The library's own limit of 131,072 characters would end the reading in the middle of a file; fields have their limits.
csv.field_size_limit(MAX_BYTES)


class TableError(ValueError):
    """A file that cannot be read as a table; the message names the place and the remedy."""


@dataclass(frozen=True)
class Record:
    """The cells of one row, and the line of the file on which it begins."""

    line: int
    cells: list[str]


@dataclass(frozen=True)
class RowError:
    """Why one row was left out. The reason says what to do."""

    line: int
    field: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}, {self.field}: {self.reason}"


@dataclass(frozen=True)
class Table:
    """A header, the records below it, and the rows that could not be taken apart.

    `beginning` is the first rows with the header: some files put a title above it.
    """

    header: list[str]
    records: list[Record]
    broken: list[RowError]
    beginning: list[list[str]]


def read_file(path: Path) -> bytes:
    """The bytes of a file. Raises `TableError` for what is missing, not a file or too large."""
    if not path.is_file():
        raise TableError(f"{path}: there is no such file. Give the path of a CSV file.")
    if path.stat().st_size > MAX_BYTES:
        raise TableError(f"{path} is larger than {MAX_BYTES // 2**20} MB: split it, every part with the header.")
    try:
        return path.read_bytes()
    except OSError as error:
        raise TableError(f"{path} cannot be read: {error.strerror}. Check its permissions.") from None


def read_table(data: bytes, *, encoding: str = "auto", delimiter: str = "auto") -> Table:
    """Take a CSV apart. Raises `TableError` if it is no text, has another encoding, or has no header."""
    text, hint = _without_hint(decode(data, encoding))
    guessed = hint if hint in DELIMITERS else best_delimiter(text)
    chosen = guessed if delimiter == "auto" else delimiter
    records: list[Record] = []
    broken: list[RowError] = []
    for item in _records(text, chosen, 0 if hint is None else 1):
        (records if isinstance(item, Record) else broken).append(item)  # type: ignore[arg-type]
    if not records:
        raise TableError("The file has no header. The first line must name the columns.")
    if broken and broken[0].line < records[0].line:
        raise TableError(f"The header cannot be read: {broken[0]}")
    header, rows = [name.strip() for name in records[0].cells], records[1:]
    # A comma that nobody quoted would shift every number behind it, so such a row is not guessed at.
    broken += [RowError(row.line, "row", _too_long(row, header)) for row in rows if _is_too_long(row, header)]
    beginning = [row.cells for row in records[:BEGINNING]]
    return Table(header, [row for row in rows if not _is_too_long(row, header)], broken, beginning)


def _is_too_long(row: Record, header: list[str]) -> bool:
    return any(cell.strip() for cell in row.cells[len(header) :])


def _too_long(row: Record, header: list[str]) -> str:
    return f"It has {len(row.cells)} cells, the header {len(header)}. Quote the cell that holds the delimiter."


def decode(data: bytes, encoding: str = "auto") -> str:
    """Text of a file: by its byte order mark, else as strict UTF-8, else as told."""
    chosen = _marked(data) or "utf-8" if encoding == "auto" else encoding
    if not chosen.startswith("utf-16") and b"\0" in data[:BINARY_PROBE]:
        raise TableError(
            "This is not a text file (it holds NUL bytes). Export it as 'CSV UTF-8', or name its encoding, "
            "for example utf-16-le."
        )
    try:
        return data.decode(chosen).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        raise TableError(_undecodable(data, error, chosen)) from None


def _marked(data: bytes) -> str:
    return next((name for mark, name in BYTE_ORDER_MARKS.items() if data.startswith(mark)), "")


def _undecodable(data: bytes, error: UnicodeDecodeError, encoding: str) -> str:
    line = data.count(b"\n", 0, error.start) + 1
    value = f"0x{data[error.start]:02x}" if error.start < len(data) else "the end"
    return (
        f"Line {line}, byte {error.start + 1} of the file ({value}) is not {encoding}. "
        "Save the file as 'CSV UTF-8', or name its encoding, for example cp1252."
    )


def _without_hint(text: str) -> tuple[str, str | None]:
    """The text below a first line like `sep=;`, which some programs write for spreadsheets, and what that line says."""
    first, _, rest = text.partition("\n")
    hint = first.strip(' "\r')
    if not hint.casefold().startswith("sep="):
        return text, None
    return rest, hint[4:]


def best_delimiter(text: str) -> str:
    """The delimiter that parts the header into most columns, a comma if none does.

    Only the header is asked: it is the one line without captions, whose commas deceive `csv.Sniffer`.
    """
    header = next((line for line in io.StringIO(text, newline="") if line.strip()), "")
    return max(DELIMITERS, key=lambda delimiter: _columns(header, delimiter))


def _columns(header: str, delimiter: str) -> int:
    try:
        return len(next(csv.reader([header], delimiter=delimiter), []))
    except csv.Error:
        return 0


def _records(text: str, delimiter: str, line: int) -> Iterator[Record | RowError]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    while True:
        begins = line + reader.line_num + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield RowError(begins, "row", f"{error}. Check the quotes: a quote inside a quoted cell is written twice.")
            if line + reader.line_num > begins:
                # The broken row reached over several lines: what follows may be the inside of a caption.
                yield RowError(begins, "row", "Nothing after this line was read. Close the quote, then import again.")
                return
            continue
        if any(cell.strip() for cell in cells):
            yield Record(begins, cells)
