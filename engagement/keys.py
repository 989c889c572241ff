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
        return RawSQL("SELECT value FROM json_each(%s)", [json.dumps(list(keys))])
    return RawSQL("SELECT unnest(%s::bigint[])", [f"{{{','.join(map(str, keys))}}}"])
