"""What the test of canaries plants, and how it looks for it."""

import base64
import json
from collections.abc import Iterator, Mapping
from urllib.parse import quote

from django.db import connection

# With characters that an address, a JSON text and base64 each write in another way.
ACCESS = "canary/access+Qm7vX2tR9zKpW4sL8dHfJ3nB6yGc1aTe"
REFRESH = "canary/refresh+Zx5wV8uS1qNmB3kD7gPhL2jC9rFt4yEo"
NEW_ACCESS = "canary/new-access+Lp3mK9jH2gF7dS5aQ8wE1rT4yU6iO0"
NEW_REFRESH = "canary/new-refresh+Vb6nM1cX8zL4kJ7hG2fD5sA9pO3i"
HALF = "canary/half+Yt2rE7wQ4iU9oP1aS6dF3gH8jK5lZ0xC"
TYPED = "canary/typed+Hs4dK8fJ2gL6zX1cV9bN3mQ7wE5rT0yU"
APP_SECRET = "canary/app+Rw9tY3uI7oP1aS5dF8gH2jK6lZ4xC0vB"

CANARIES = {
    "access token": ACCESS,
    "refresh token": REFRESH,
    "new access token": NEW_ACCESS,
    "new refresh token": NEW_REFRESH,
    "half an answer": HALF,
    "typed token": TYPED,
    "app secret": APP_SECRET,
}


def forms(secret: str) -> Mapping[str, str]:
    """The ways in which a secret may be written."""
    raw = secret.encode()
    found = {
        "plain": secret,
        "quoted": quote(secret, safe=""),
        "escaped": json.dumps(secret).strip('"').replace("/", "\\/"),
        "reversed": secret[::-1],
        "hex": raw.hex(),
    }
    for shift in range(3):
        # Somewhere inside a longer text: the characters that depend on its neighbours are left out.
        encoded = base64.b64encode(b"\0" * shift + raw + b"\0" * 3)
        inside = encoded[4 if shift else 0 : 4 * ((shift + len(raw)) // 3)].decode()
        found[f"base64 {shift}"] = inside
        found[f"base64 {shift}, for addresses"] = inside.replace("+", "-").replace("/", "_")
    return found


def leaks(sinks: Mapping[str, str], canaries: Mapping[str, str]) -> Iterator[tuple[str, str, str]]:
    """Sink, canary and form of everything that was found."""
    for sink, text in sinks.items():
        for name, secret in canaries.items():
            for form, written in forms(secret).items():
                if written in text:
                    yield sink, name, form


def stored_rows() -> str:
    """Every column of every row of every table, as the database keeps it."""
    parts = []
    with connection.cursor() as cursor:
        for table in connection.introspection.table_names(cursor):
            cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")  # noqa: S608 - names of our own tables
            parts += [str(row) for row in cursor.fetchall()]
    return "\n".join(parts)
