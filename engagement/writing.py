"""Adding many rows, or changing some columns of many rows, by one statement that carries only these columns.

Django's own ways are slower: `bulk_create` makes an object of every row and compiles every value by itself, an upsert
by it prepares every column to change a few, and makes a row that was deleted again; `bulk_update` builds a CASE for
each column. What is legal is checked by the database.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import CharField, DateTimeField, FloatField, IntegerField, JSONField, Model, TextField

# A row to add, by the names of the attributes of its columns: all but the key and others that the database makes.
Row = Mapping[str, Any]
# How the statement is made of a table, its columns, and where the values come from: a row, or a table called new.
Statement = Callable[[str, Sequence[str], str], str]


@transaction.atomic(savepoint=False)
def write_columns(rows: Collection[Model], names: Sequence[str]) -> None:
    """Write the named columns of rows of one model. Rows that are not stored stay so, other columns stay as they are.

    Whoever may have a competitor locks the rows first.
    """
    if rows:
        meta = next(iter(rows))._meta
        fields: list[Any] = [*(meta.get_field(name) for name in names), meta.pk]
        _run(_update, fields, [[getattr(row, field.attname) for row in rows] for field in fields])


@transaction.atomic(savepoint=False)
def add_rows(model: type[Model], rows: Collection[Row]) -> int:
    """Add rows; how many are new. Where a constraint says that one is there already, that one stays."""
    return _add(model, rows, _insert) if rows else 0


@transaction.atomic(savepoint=False)
def add_amounts(model: type[Model], rows: Collection[Row], *, key: Sequence[str]) -> None:
    """Add rows, or their `amount` to that of the row that is there already.

    `key` are the columns of the constraint that says so; no two of the rows have the same.
    """
    if rows:
        _add(model, rows, partial(_increase, key=key))


def _add(model: type[Model], rows: Collection[Row], statement: Statement) -> int:
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key or field.generated)]
    return _run(statement, fields, [[row[field.attname] for row in rows] for field in fields])


def _run(statement: Statement, fields: Sequence[Any], columns: Sequence[list[Any]]) -> int:
    """Run the statement over columns of values; how many rows it touched."""
    database = connections[DEFAULT_DB_ALIAS]
    quote = database.ops.quote_name
    table, names = quote(fields[0].model._meta.db_table), [quote(field.column) for field in fields]
    prepared = [_prepared(values, field, database) for values, field in zip(columns, fields, strict=True)]
    rows = list(zip(*prepared, strict=True))
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            # A short statement that is compiled once beats a long one with all the values in it.
            cursor.executemany(statement(table, names, ""), rows)
        else:
            source, document = _recordset(fields, rows, database)
            cursor.execute(statement(table, names, source), [document])
        return int(cursor.rowcount)


def _recordset(fields: Sequence[Any], rows: Sequence[tuple[Any, ...]], database: Any) -> tuple[str, str]:
    """A table called new, with the columns c0, c1 ..., and the JSON document that it is read from.

    One document is written in C; arrays of values, one for each column, would be written in Python.
    """
    names = _columns(len(fields))
    types = ", ".join(f"{name} {_type(field, database)}" for name, field in zip(names, fields, strict=True))
    document = json.dumps([dict(zip(names, row, strict=True)) for row in rows], separators=(",", ":"))
    return f"json_to_recordset(%s) AS new({types})", document


def _columns(number: int) -> list[str]:
    return [f"c{place}" for place in range(number)]


def _prepared(values: Sequence[Any], field: Any, database: Any) -> Sequence[Any]:
    # Most values are numbers and words, many of them unknown, and there is nothing to prepare of those.
    as_they_are, prepare = (NoneType, _plain_type(field)), partial(field.get_db_prep_save, connection=database)
    if database.vendor != "sqlite":
        if isinstance(field, JSONField):
            # Part of the document that carries them all.
            return values
        prepare = partial(_as_json, prepare)
    if isinstance(field, DateTimeField):
        # Rows that are written together mostly bear the same moments.
        prepare = cache(prepare)  # type: ignore[assignment]
    return [value if type(value) in as_they_are else prepare(value) for value in values]


def _as_json(prepare: Callable[[Any], Any], value: Any) -> Any:
    # What JSON has no type for, moments and UUIDs, PostgreSQL reads as text.
    prepared = prepare(value)
    return str(prepared) if isinstance(prepared, datetime | UUID) else prepared


def _plain_type(field: Any) -> type:
    """Of which type values go to the database as they are. Fields with a way of their own have none."""
    if isinstance(field, IntegerField):
        return int
    return {FloatField: float, CharField: str, TextField: str}.get(type(field), NoneType)


def _type(field: Any, database: Any) -> str:
    # varchar(20) would cut what is too long instead of refusing it.
    kind = field.db_type(database)
    return "text" if kind.startswith("varchar") else kind


def _update(table: str, names: Sequence[str], source: str) -> str:
    *others, key = names
    if not source:
        return f"UPDATE {table} SET {', '.join(f'{name} = %s' for name in others)} WHERE {key} = %s"  # noqa: S608
    *columns, place = _columns(len(names))
    changes = ", ".join(f"{name} = new.{column}" for name, column in zip(others, columns, strict=True))
    return f"UPDATE {table} SET {changes} FROM {source} WHERE {table}.{key} = new.{place}"  # noqa: S608 - names only


def _insert(table: str, names: Sequence[str], source: str) -> str:
    return f"{_plain_insert(table, names, source)} ON CONFLICT DO NOTHING"


def _increase(table: str, names: Sequence[str], source: str, *, key: Sequence[str]) -> str:
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name.strip('"') not in (*key, "amount"))
    more = f"amount = {table}.amount + excluded.amount"
    return f"{_plain_insert(table, names, source)} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {more}, {others}"


def _plain_insert(table: str, names: Sequence[str], source: str) -> str:
    rows = f"SELECT * FROM {source}" if source else f"VALUES ({', '.join(['%s'] * len(names))})"  # noqa: S608
    return f"INSERT INTO {table} ({', '.join(names)}) {rows}"
