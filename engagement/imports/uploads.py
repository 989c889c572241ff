"""A file between its preview and its import: kept under a random name that only the session of its user knows.

It is private to the server's user, gone after the import, and swept when it is too old.
"""

import re
import secrets
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.conf import settings

TOKEN = re.compile(r"[\w-]{43}", re.ASCII)


def keep(data: bytes, now: datetime) -> str:
    """Keep a file for a while; the token that opens it. Files that nobody imported in time go on this occasion."""
    folder = Path(settings.IMPORT_DIR)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    sweep(now)
    token = secrets.token_urlsafe(32)
    path = _path(token)
    path.touch(mode=0o600, exist_ok=False)
    path.write_bytes(data)
    return token


def kept(token: str, now: datetime) -> bytes | None:
    """The file behind a token; None if it was imported, dropped or kept too long."""
    path = _path(token)
    try:
        return None if _is_old(path, now) else path.read_bytes()
    except FileNotFoundError:
        return None


def drop(token: str) -> bool:
    """Remove a file; whether it was there. Of two who ask at once, only one hears yes."""
    try:
        _path(token).unlink()
    except FileNotFoundError:
        return False
    return True


def sweep(now: datetime) -> int:
    """Remove the files that were kept too long; how many."""
    found = [path for path in Path(settings.IMPORT_DIR).glob("*") if TOKEN.fullmatch(path.name)]
    return sum(drop(path.name) for path in found if _is_old(path, now))


def _path(token: str) -> Path:
    # A token never leads out of its folder.
    return Path(settings.IMPORT_DIR) / (token if TOKEN.fullmatch(token) else "no-such-upload")


def _is_old(path: Path, now: datetime) -> bool:
    kept_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    return now - kept_at > timedelta(minutes=settings.IMPORT_MINUTES)
