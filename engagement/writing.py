"""Changing some columns of many rows at once, by statements that carry only these columns.

Django's own ways are slower: an upsert by `bulk_create` prepares every column of a row to change a few, and makes a
row that was deleted again; `bulk_update` builds a CASE for each column. What is legal is checked by the database.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import islice
from typing import Any

from django.db import connection, transaction
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
    meta = next(iter(rows))._meta
    fields: list[Any] = [meta.pk, *(meta.get_field(name) for name in names)]
    with connection.cursor() as cursor:
        for chunk in _chunks(rows, len(fields)):
            values = [f.get_db_prep_save(getattr(row, f.attname), connection) for row in chunk for f in fields]
            cursor.execute(_statement(meta.db_table, fields, len(chunk)), values)


def _chunks(rows: Collection[Model], columns: int) -> Iterator[list[Model]]:
    most = connection.features.max_query_params
    size = min(CHUNK, most // columns) if most else CHUNK
    waiting = iter(rows)
    while chunk := list(islice(waiting, size)):
        yield chunk


def _statement(table: str, fields: Sequence[Any], rows: int) -> str:
    """UPDATE FROM VALUES, whose columns both databases call column1, column2 and so on; the first is the key."""
    quote = connection.ops.quote_name
    key, *values = [_value(field, number) for number, field in enumerate(fields, start=1)]
    changes = ", ".join(f"{quote(field.column)} = {value}" for field, value in zip(fields[1:], values, strict=True))
    row = f"({', '.join(['%s'] * len(fields))})"
    return (
        f"UPDATE {quote(table)} SET {changes} FROM (VALUES {', '.join([row] * rows)}) AS new"  # noqa: S608 - names only
        f" WHERE {quote(table)}.{quote(fields[0].column)} = {key}"
    )


def _value(field: Any, number: int) -> str:
    if connection.vendor == "sqlite":
        return f"new.column{number}"
    # PostgreSQL takes a column of NULLs for text. A cast to varchar(20) would cut what is too long instead of refusing.
    kind = field.db_type(connection)
    return f"CAST(new.column{number} AS {'text' if kind.startswith('varchar') else kind})"
