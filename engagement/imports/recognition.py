"""Which export a file is, told by its header, and what only a whole column can tell: the order of dates, fractions."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import PurePath

from engagement.enums import Platform
from engagement.imports import cells
from engagement.imports.columns import Columns, listed, names_posts, normal
from engagement.imports.formats import Format, any_table, recognised
from engagement.imports.formats.other_files import other_file
from engagement.imports.table import Table, TableError
from engagement.imports.written_dates import proofs_of_order

# account_analytics_content_2026-07-01_2026-07-31.csv
DAY_IN_NAME = re.compile(r"(?<!\d)(\d{4})[-_.]?(\d\d)[-_.]?(\d\d)(?!\d)", re.ASCII)


def format_of(table: Table, platform: str, mapping: Mapping[str, str]) -> Format:
    """The export that a table is; a free table of `platform` where no export is recognised.

    Raises `TableError` for known files without posts, if `platform` is another than the header shows, and if nothing
    says which platform it is.
    """
    headers = frozenset(normal(name) for name in table.header)
    found = recognised(headers)
    _refuse_other_files(table, mapping, found)
    if not platform:
        return _only(found, headers, table.header)
    own = [one for one in found if one.platform == platform]
    if found and not own:
        raise TableError(
            f"--platform {platform}, but {_shown_by(found[0], headers)}. "
            f"Leave --platform out, or give {found[0].platform.value}."
        )
    return own[0] if len(own) == 1 else any_table(platform)


def _refuse_other_files(table: Table, mapping: Mapping[str, str], found: Sequence[Format]) -> None:
    beginning = [frozenset(normal(cell) for cell in row) for row in table.beginning]
    other = other_file(beginning)
    if other and not found and not names_posts(beginning[0], mapping):
        raise TableError(
            f"This is {other.title}: it holds no posts. Nothing was imported. "
            "import_posts takes the content export, which has a row for every post."
        )


def _only(found: Sequence[Format], headers: frozenset[str], header: Sequence[str]) -> Format:
    if len(found) == 1:
        return found[0]
    if found:
        shown = ", and ".join(_shown_by(one, headers) for one in found)
        raise TableError(f"Two exports fit: {shown}. Say which platform it is with --platform.")
    raise TableError(
        f"No known export has this header: {listed(header)}. Say which platform the posts are from with --platform "
        f"({', '.join(Platform.values)}), and what its columns are with --map COLUMN=FIELD. Exports are known by their "
        "English headers."
    )


def _shown_by(one: Format, headers: frozenset[str]) -> str:
    return f"the header ({', '.join(sorted(one.seen_in(headers)))}) is that of {one.title}"


def order_of(table: Table, columns: Columns) -> str:
    """Whether the dates of a file put the day or the month first, if one of them proves it; else an empty word.

    Raises `TableError` if they contradict each other.
    """
    texts = [cell for record in table.records for cell in columns.cells("published_at", record.cells)]
    proofs = proofs_of_order(texts)
    if len(proofs) > 1:
        shown = " and ".join(cells.shown(text) for text in proofs.values())
        raise TableError(f"The dates are not written in one way: {shown}. Say with --date-order which is right.")
    return next(iter(proofs), "")


def fractions_of(table: Table, columns: Columns, fields: Iterable[str]) -> frozenset[str]:
    """The rates, among `fields`, whose columns hold fractions of one."""
    return frozenset(
        name
        for name in fields
        if cells.are_fractions(cell for record in table.records for cell in columns.cells(name, record.cells))
    )


def days_in_name(file: str) -> tuple[date, date] | None:
    """The first and the last day that the name of a file gives; None if it does not give two."""
    days = []
    for found in DAY_IN_NAME.finditer(PurePath(file).name):
        try:
            days.append(date(*map(int, found.groups())))
        except ValueError:
            continue
    return (days[0], days[1]) if len(days) == 2 and days[0] <= days[1] else None
