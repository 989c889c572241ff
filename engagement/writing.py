"""Adding many rows, or changing some columns of many rows, by statements that carry whole sets of values.

Django's own ways are slower: `bulk_create` compiles every value by itself, and an upsert by it prepares every column of
a row to change a few, and makes a row that was deleted again; `bulk_update` builds a CASE for each column. What is
legal is checked by the database.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from functools import partial
from itertools import islice
from types import NoneType
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import FloatField, IntegerField, Model

# Rows of one statement: longer ones gain nothing more.
CHUNK = 500


@transaction.atomic(savepoint=False)
def write_columns(rows: Collection[Model], names: Sequence[str]) -> None:
    """Write the named columns of rows of one model. Rows that are not stored stay so, other columns stay as they are.

    Whoever may have a competitor locks the rows first.
    """
    if rows:
        meta = next(iter(rows))._meta
        _write(rows, [meta.pk, *(meta.get_field(name) for name in names)], _update)


@transaction.atomic(savepoint=False)
def add_rows(rows: Collection[Model]) -> int:
    """Add rows of one model; how many are new. Where a constraint says that one is there already, that one stays.

    The database gives the keys, and the rows given do not learn them.
    """
    if not rows:
        return 0
    meta = next(iter(rows))._meta
    return _write(rows, [field for field in meta.concrete_fields if field is not meta.pk], _insert)


@transaction.atomic(savepoint=False)
def add_amounts(rows: Collection[Model], key: Sequence[str]) -> None:
    """Add rows of one model, or their `amount` to that of the row that is there already.

    `key` are the columns of the constraint that says so; no two of the rows have the same.
    """
    if rows:
        meta = next(iter(rows))._meta
        fields = [field for field in meta.concrete_fields if field is not meta.pk]
        _write(rows, fields, partial(_increase, key=key))


# How the statement is made of a table, its fields, and the values as a table.
Statement = Callable[[str, Sequence[str], str], str]


def _write(rows: Collection[Model], fields: Sequence[Any], statement: Statement) -> int:
    """Run the statement over chunks of the rows; how many rows it touched."""
    database, written = connections[DEFAULT_DB_ALIAS], 0
    quote = database.ops.quote_name
    table, names = quote(fields[0].model._meta.db_table), [quote(field.column) for field in fields]
    with database.cursor() as cursor:
        for chunk in _chunks(rows, len(fields), database.features.max_query_params):
            source, parameters = _source([_prepared(chunk, field, database) for field in fields], fields, database)
            cursor.execute(statement(table, names, source), parameters)
            written += cursor.rowcount
    return written


def _prepared(rows: Sequence[Model], field: Any, database: Any) -> list[Any]:
    values = [getattr(row, field.attname) for row in rows]
    # Most values are numbers, many of them unknown, and there is nothing to prepare of either.
    number = int if isinstance(field, IntegerField) else float if isinstance(field, FloatField) else NoneType
    as_they_are = (NoneType, number)
    prepare = field.get_db_prep_save
    return [value if type(value) in as_they_are else prepare(value, database) for value in values]


def _chunks(rows: Collection[Model], columns: int, most: int | None) -> Iterator[list[Model]]:
    size = min(CHUNK, most // columns) if most else CHUNK
    waiting = iter(rows)
    while chunk := list(islice(waiting, size)):
        yield chunk


def _source(columns: list[list[Any]], fields: Sequence[Any], database: Any) -> tuple[str, list[Any]]:
    """The values as a table with the columns column1, column2 and so on, and its parameters."""
    if database.vendor == "sqlite":
        # That is how SQLite names the columns of VALUES.
        row = f"({', '.join(['%s'] * len(columns))})"
        values = [value for of_one_row in zip(*columns, strict=True) for value in of_one_row]
        return f"(VALUES {', '.join([row] * len(columns[0]))}) AS new", values
    arrays = ", ".join(f"%s::{_type(field, database)}[]" for field in fields)
    names = ", ".join(f"column{number}" for number in range(1, len(fields) + 1))
    return f"unnest({arrays}) AS new({names})", columns


def _type(field: Any, database: Any) -> str:
    # A cast to varchar(20) would cut what is too long instead of refusing it.
    kind = field.db_type(database)
    return "text" if kind.startswith("varchar") else kind


def _update(table: str, names: Sequence[str], source: str) -> str:
    key, *others = names
    changes = ", ".join(f"{name} = new.column{number}" for number, name in enumerate(others, start=2))
    return f"UPDATE {table} SET {changes} FROM {source} WHERE {table}.{key} = new.column1"  # noqa: S608 - names only


def _insert(table: str, names: Sequence[str], source: str) -> str:
    # SQLite would take the ON of the conflict for that of a join, were there no WHERE.
    return f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM {source} WHERE true ON CONFLICT DO NOTHING"  # noqa: S608


def _increase(table: str, names: Sequence[str], source: str, *, key: Sequence[str]) -> str:
    plain = f"INSERT INTO {table} ({', '.join(names)}) SELECT * FROM {source} WHERE true"  # noqa: S608 - names only
    others = ", ".join(f"{name} = excluded.{name}" for name in names if name.strip('"') not in (*key, "amount"))
    more = f"amount = {table}.amount + excluded.amount"
    return f"{plain} ON CONFLICT ({', '.join(key)}) DO UPDATE SET {more}, {others}"
