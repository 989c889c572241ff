"""Changing some columns of many rows at once, by statements that carry only these columns.

Django's own ways are slower: an upsert by `bulk_create` prepares every column of a row to change a few, and makes a
row that was deleted again; `bulk_update` builds a CASE for each column. What is legal is checked by the database.
"""

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models import Model

# Rows of one statement: longer ones gain nothing more.
CHUNK = 500


@transaction.atomic(savepoint=False)
def write_columns(rows: Collection[Model], names: Sequence[str]) -> None:
    """Write the named columns of rows of one model. Rows that are not stored stay so, other columns stay as they are.

    Whoever may have a competitor locks the rows first.
    """
    if not rows:
        return
    meta, database = next(iter(rows))._meta, connections[DEFAULT_DB_ALIAS]
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    with database.cursor() as cursor:
        for chunk in _chunks(rows, len(fields), database.features.max_query_params):
            columns = [[f.get_db_prep_save(getattr(row, f.attname), database) for row in chunk] for f in fields]
            source, parameters = _source(columns, fields, database)
            cursor.execute(_update(meta.db_table, fields, source, database.ops.quote_name), parameters)


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


def _update(table: str, fields: Sequence[Any], source: str, quote: Callable[[str], str]) -> str:
    key, *names = [quote(field.column) for field in fields]
    changes = ", ".join(f"{name} = new.column{number}" for number, name in enumerate(names, start=2))
    return f"UPDATE {quote(table)} SET {changes} FROM {source} WHERE {quote(table)}.{key} = new.column1"  # noqa: S608 - names only
