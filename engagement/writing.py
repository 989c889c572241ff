"""Adding many rows, or changing some columns of many rows, by one statement that carries only these columns.

Django's own ways are slower: `bulk_create` makes an object of every row and compiles every value by itself, an upsert
by it prepares every column to change a few, and makes a row that was deleted again; `bulk_update` builds a CASE for
each column. What is legal is checked by the database.
"""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime
from functools import cache, partial
from operator import attrgetter, itemgetter
from types import NoneType
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import CharField, DateTimeField, FloatField, IntegerField, JSONField, Model, TextField

# A row to add, by the names of the attributes of its columns: all but the key and others that the database makes.
Row = Mapping[str, Any]
# How the statement is made of a table, its columns, what each gets, and the table, if any, that this is read from.
Statement = Callable[[str, Sequence[str], Sequence[str], str], str]


def write_columns(rows: Collection[Model], names: Sequence[str]) -> None:
    """Write the named columns of rows of one model. Rows that are not stored stay so, other columns stay as they are.

    Whoever may have a competitor locks the rows first.
    """
    if rows:
        meta = next(iter(rows))._meta
        fields: list[Any] = [*(meta.get_field(name) for name in names), meta.pk]
        read = attrgetter(*(field.attname for field in fields))
        _run(_update, fields, list(zip(*map(read, rows), strict=True)))


def add_rows(model: type[Model], rows: Collection[Row]) -> int:
    """Add rows; how many are new. Where a constraint says that one is there already, that one stays."""
    return _add(model, rows, _insert) if rows else 0


def add_amounts(model: type[Model], rows: Collection[Row], *, key: Sequence[str]) -> None:
    """Add rows, or their `amount` to that of the row that is there already.

    `key` are the columns of the constraint that says so; no two of the rows have the same.
    """
    if rows:
        _add(model, rows, partial(_increase, key=key))


def _add(model: type[Model], rows: Collection[Row], statement: Statement) -> int:
    fields = [field for field in model._meta.concrete_fields if not (field.primary_key or field.generated)]
    read = itemgetter(*(field.attname for field in fields))
    columns = dict(zip(fields, zip(*map(read, rows), strict=True), strict=True))
    # What is unknown of every row becomes NULL without being named, and most numbers are.
    told = {field: values for field, values in columns.items() if not field.null or values.count(None) < len(values)}
    return _run(statement, list(told), list(told.values()))


@transaction.atomic(savepoint=False)
def _run(statement: Statement, fields: Sequence[Any], columns: Sequence[Sequence[Any]]) -> int:
    """Run the statement over columns of values; how many rows it touched."""
    database = connections[DEFAULT_DB_ALIAS]
    quote = database.ops.quote_name
    table, names = quote(fields[0].model._meta.db_table), [quote(field.column) for field in fields]
    prepared = [_prepared(values, field, database) for values, field in zip(columns, fields, strict=True)]
    with database.cursor() as cursor:
        if database.vendor == "sqlite":
            # A short statement that is compiled once beats a long one with all the values in it.
            cursor.executemany(statement(table, names, ["%s"] * len(names), ""), list(zip(*prepared, strict=True)))
        else:
            values, source, given = _recordset(fields, prepared, database)
            cursor.execute(statement(table, names, values, source), given)
        return int(cursor.rowcount)


def _recordset(
    fields: Sequence[Any], columns: Sequence[Sequence[Any]], database: Any
) -> tuple[list[str], str, list[Any]]:
    """What each column gets, a table called new to read it from, and the parameters: the last is that table's document.

    One document is written in C; arrays of values, one for each column, would be written in Python. What is the same in
    all rows, as most columns are, stands in the statement instead, but for the last: it says how many rows there are.
    """
    alike = [_are_one(values, field) for values, field in zip(columns[:-1], fields, strict=False)] + [False]
    apart = {f"c{place}": place for place, is_one in enumerate(alike) if not is_one}
    types = ", ".join(f"{name} {_type(fields[place], database)}" for name, place in apart.items())
    rows = [
        dict(zip(apart, row, strict=True)) for row in zip(*(columns[place] for place in apart.values()), strict=True)
    ]
    given = [values[0] for values, is_one in zip(columns, alike, strict=True) if is_one]
    values = ["%s" if is_one else f"new.c{place}" for place, is_one in enumerate(alike)]
    return values, f"json_to_recordset(%s) AS new({types})", [*given, json.dumps(rows, separators=(",", ":"))]


def _are_one(values: Sequence[Any], field: Any) -> bool:
    # JSON is part of the document, and so are numbers with a fraction: no JSON holds NaN.
    in_document = isinstance(field, JSONField) or isinstance(values[0], float)
    return not in_document and values.count(values[0]) == len(values)


def _prepared(values: Sequence[Any], field: Any, database: Any) -> Sequence[Any]:
    # Most values are numbers and words, many of them unknown, and there is nothing to prepare of those.
    as_they_are, prepare = {NoneType, _plain_type(field)}, partial(field.get_db_prep_save, connection=database)
    if as_they_are.issuperset(map(type, values)):
        return values
    if database.vendor != "sqlite":
        if isinstance(field, JSONField):
            # Part of the document that carries them all.
            return values
        prepare = partial(_as_json, prepare)
    if isinstance(field, CharField | DateTimeField):
        # Rows that are written together mostly bear the same moments, and the same words of a few.
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


def _update(table: str, names: Sequence[str], values: Sequence[str], source: str) -> str:
    (*others, key), (*changes, place) = names, values
    changed = ", ".join(f"{name} = {value}" for name, value in zip(others, changes, strict=True))
    read = f" FROM {source}" if source else ""
    return f"UPDATE {table} SET {changed}{read} WHERE {table}.{key} = {place}"  # noqa: S608 - names only


def _insert(table: str, names: Sequence[str], values: Sequence[str], source: str) -> str:
    return f"{_plain_insert(table, names, values, source)} ON CONFLICT DO NOTHING"


def _increase(table: str, names: Sequence[str], values: Sequence[str], source: str, *, key: Sequence[str]) -> str:
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name.strip('"') not in (*key, "amount"))
    more = f"amount = {table}.amount + excluded.amount"
    plain = _plain_insert(table, names, values, source)
    return f"{plain} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {more}, {others}"


def _plain_insert(table: str, names: Sequence[str], values: Sequence[str], source: str) -> str:
    rows = f"SELECT {', '.join(values)} FROM {source}" if source else f"VALUES ({', '.join(values)})"  # noqa: S608
    return f"INSERT INTO {table} ({', '.join(names)}) {rows}"
