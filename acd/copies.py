"""A private copy of the database, in which one may try in earnest what must not happen: nobody waits for it.

A transaction that is rolled back would do as well for the rows, but on SQLite it would keep every other writer waiting,
and on PostgreSQL all who want the same posts. The copy holds what people wrote, so it never has a name on the disk that
anybody could open or that a killed process could leave behind.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.apps import apps
from django.core.management.color import no_style
from django.db import DEFAULT_DB_ALIAS, connection, connections, transaction
from django.db.models import Model

# SQLite keeps a database of this name in a file that is deleted while it is open.
NAMELESS = "file:"


@contextmanager
def private_copy() -> Iterator[None]:
    """Let everything that asks the database within this block read and write a copy of it, which is then gone.

    Raises `RuntimeError` within a transaction on SQLite, whose uncommitted rows cannot be copied.
    """
    with _on_sqlite() if connection.vendor == "sqlite" else _on_postgresql():
        yield


@contextmanager
def _on_sqlite() -> Iterator[None]:
    if connection.in_atomic_block:
        raise RuntimeError("A database is copied outside of transactions.")
    original = connections[DEFAULT_DB_ALIAS]
    copy: Any = connections.create_connection(DEFAULT_DB_ALIAS)
    copy.settings_dict = copy.settings_dict | {"NAME": NAMELESS}
    original.ensure_connection()
    copy.connect()
    original.connection.backup(copy.connection)
    connections[DEFAULT_DB_ALIAS] = copy
    try:
        yield
    finally:
        connections[DEFAULT_DB_ALIAS] = original
        copy.close()


@contextmanager
def _on_postgresql() -> Iterator[None]:
    """Temporary tables of the same names, which a session finds before the real ones."""
    models = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table: model for model in models if not model._meta.proxy and model._meta.managed}
    try:
        with transaction.atomic():
            _copy(tables)
        yield
    finally:
        with connection.cursor() as cursor:
            for table in tables:
                cursor.execute(f'DROP TABLE IF EXISTS pg_temp."{table}"')


def _copy(tables: dict[str, type[Model]]) -> None:
    with connection.cursor() as cursor:
        # One moment for all tables.
        for table, model in tables.items():
            names = ", ".join(f'"{f.column}"' for f in model._meta.concrete_fields if not f.generated)
            cursor.execute(f'CREATE TEMP TABLE "{table}" (LIKE public."{table}" INCLUDING ALL)')
            cursor.execute(f'INSERT INTO pg_temp."{table}" ({names}) SELECT {names} FROM public."{table}"')  # noqa: S608
        for statement in connection.ops.sequence_reset_sql(no_style(), list(tables.values())):
            cursor.execute(statement)
        # Without its statistics the planner takes a new table for an empty one.
        cursor.execute("ANALYZE")
