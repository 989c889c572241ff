"""Interactions whose truth somebody wrote down, from a CSV: the filter is trained on them and measured by them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import zip_longest
from pathlib import Path
from typing import Any

from engagement.enums import InteractionKind
from engagement.filtering.account_model import account_of
from engagement.filtering.scene import Account, Seen
from engagement.imports.table import TableError, read_file, read_table

# An interaction, and whether a bot stands behind it.
Labelled = tuple[Seen, bool]

TRUE_WORDS = frozenset({"1", "true", "yes"})
NUMBERS = ("followers", "following", "posts", "handle_digits")
FLAGS = ("has_biography", "has_picture", "verified")
ACCOUNT_FIELDS = ("joined_at", *NUMBERS, *FLAGS)


@dataclass(frozen=True, kw_only=True)
class Columns:
    """Which columns of a file hold what. `account` gives by field of the account its column, `!` before it negates.

    `at` stands in for the time where a file has none: accounts are as old as they were then. Without a label nobody is
    a bot.
    """

    label: str = ""
    text: str = ""
    author: str = ""
    time: str = ""
    account: Mapping[str, str] = field(default_factory=dict)
    bot_value: str = "1"
    at: datetime | None = None

    @property
    def names(self) -> list[str]:
        """The columns that must be there."""
        given = [self.label, self.text, self.author, self.time, *(name.lstrip("!") for name in self.account.values())]
        return [name for name in given if name]


def read_labelled(path: Path, columns: Columns, *, encoding: str = "auto") -> list[Labelled]:
    """The rows of a file with their truth. Raises `TableError`, which names what is wrong with it."""
    rows = _rows(path, columns.names, encoding)
    if columns.label:
        _require_labels([(line, row[columns.label].strip()) for line, row in rows], columns)
    return [(_seen(line, row, columns), row.get(columns.label, "").strip() == columns.bot_value) for line, row in rows]


def _require_labels(given: Sequence[tuple[int, str]], columns: Columns) -> None:
    """Raise `TableError` unless every row says of two things one, and one of them is a bot: unknown is not genuine."""
    unknown = [line for line, label in given if not label]
    known = sorted({label for _, label in given} - {""})
    told = ", ".join(map(repr, known[:10])) or "none"
    if columns.bot_value not in known:
        raise TableError(
            f"No row has {columns.bot_value!r} in {columns.label!r}. Values there: {told}. "
            f"Write {columns.bot_value!r} for bots, or give evaluate_filter what is written as --bot-value."
        )
    if unknown:
        also = f", and {len(unknown) - 1} more have none" if len(unknown) > 1 else ""
        raise TableError(f"Line {unknown[0]} has no label in {columns.label!r}{also}: label them, or take them out.")
    if len(known) > 2:
        raise TableError(
            f"{columns.label!r} holds {len(known)} values: {told}. "
            f"Leave {columns.bot_value!r} for bots and one for people."
        )


def _rows(path: Path, names: Sequence[str], encoding: str) -> list[tuple[int, dict[str, str]]]:
    table = read_table(read_file(path), encoding=encoding)
    missing = [name for name in names if name not in table.header]
    if missing:
        raise TableError(f"{path} has no column {missing[0]!r}. Its columns: {', '.join(table.header)}.")
    if table.broken:
        raise TableError(f"{path}, {table.broken[0]}")
    return [(row.line, dict(zip_longest(table.header, row.cells, fillvalue=""))) for row in table.records]


def _seen(line: int, row: Mapping[str, str], columns: Columns) -> Seen:
    moment = _moment(line, row[columns.time]) if columns.time else columns.at
    return Seen(
        id=line,
        kind=InteractionKind.COMMENT,
        author_key=row[columns.author] if columns.author else "",
        text=row[columns.text] if columns.text else "",
        occurred_at=moment if columns.time else None,
        account=_account(line, row, columns, moment),
    )


def _account(line: int, row: Mapping[str, str], columns: Columns, moment: datetime | None) -> Account | None:
    signals: dict[str, Any] = {}
    for name, column in columns.account.items():
        cell = row[column.lstrip("!")].strip()
        if name == "joined_at":
            joined = _moment(line, cell)
            signals[name] = joined.isoformat() if joined else None
        elif name in NUMBERS:
            signals[name] = _number(line, cell)
        else:
            signals[name] = _flag(cell, negated=column.startswith("!"))
    return account_of({name: value for name, value in signals.items() if value is not None}, moment)


def _number(line: int, given: str) -> int | None:
    if not given:
        return None
    if not given.isdecimal():
        raise TableError(f"Line {line}: {given!r} is not a count. Write digits alone.")
    return int(given)


def _flag(given: str, *, negated: bool) -> bool | None:
    """Words for yes, and any number above zero, such as a length."""
    if not given:
        return None
    says_yes = given.casefold() in TRUE_WORDS or (given.isdecimal() and int(given) > 0)
    return says_yes is not negated


def _moment(line: int, given: str) -> datetime | None:
    if not given.strip():
        return None
    try:
        moment = datetime.fromisoformat(given.strip())
    except ValueError as error:
        raise TableError(f"Line {line}: {given!r} is not a time. Write 2026-03-01T12:00:00+00:00.") from error
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
