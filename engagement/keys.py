"""Many keys as one value of a query. Given one by one, each is prepared and written into the statement by itself, which
takes longer than the query.
"""

import json
from collections.abc import Collection

from django.db import connection
from django.db.models.expressions import RawSQL


def these(keys: Collection[int]) -> RawSQL:
    """What to compare a key with by `__in`. Unlike an empty list, no keys ask the database all the same."""
    if connection.vendor == "sqlite":
        return _listed(keys)
    return RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, keys))}}}"])


def these_texts(keys: Collection[str]) -> RawSQL:
    """The same of a column of text."""
    if connection.vendor == "sqlite":
        return _listed(keys)
    return RawSQL("SELECT unnest(%s::text[])", [list(keys)])


def _listed(keys: Collection[int] | Collection[str]) -> RawSQL:
    return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])
