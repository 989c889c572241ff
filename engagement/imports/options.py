"""What the import commands ask of their user, read and checked before any row is."""

import difflib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from django.core.management.base import CommandParser

from engagement.imports.table import ENCODINGS, Table, TableError, read_file, read_table

DELIMITER_NAMES = {"auto": "auto", "comma": ",", "semicolon": ";", "tab": "\t", ",": ",", ";": ";"}


def add_file_options(parser: CommandParser) -> None:
    """The options of every command that reads a CSV."""
    parser.add_argument("file", metavar="FILE", help="a CSV file with a header")
    parser.add_argument(
        "--map", action="append", default=[], metavar="COLUMN=FIELD", help="which field a column feeds; may be repeated"
    )
    parser.add_argument(
        "--delimiter", default="auto", choices=DELIMITER_NAMES, help="what parts the columns (default: auto)"
    )
    parser.add_argument("--encoding", default="auto", choices=ENCODINGS, help="how the text is written (default: auto)")
    parser.add_argument("--dry-run", action="store_true", help="say what would happen and write nothing")


def table_of(options: dict[str, Any]) -> Table:
    """The table that the options name. Raises `TableError`."""
    delimiter = DELIMITER_NAMES[options["delimiter"]]
    return read_table(read_file(Path(options["file"])), encoding=options["encoding"], delimiter=delimiter)


def mapping(pairs: Sequence[str]) -> dict[str, str]:
    """The columns and fields of `COLUMN=FIELD` pairs; the last `=` parts them, since a header may hold one."""
    found: dict[str, str] = {}
    for pair in pairs:
        column, equals, name = pair.rpartition("=")
        if not (equals and column.strip() and name.strip()):
            raise TableError(f"--map {pair!r} is not COLUMN=FIELD. Write for example --map 'Post ID=post_id'.")
        found[column.strip()] = name.strip()
    return found


def zone_of(name: str) -> ZoneInfo:
    """A time zone by its IANA name. Raises `TableError` with names that look alike."""
    known = available_timezones()
    if name in known:
        return ZoneInfo(name)
    alike = difflib.get_close_matches(name, known, n=3) or ["Europe/Lisbon", "UTC"]
    raise TableError(f"{name!r} is no time zone. Give an IANA name such as {', '.join(alike)}.")
