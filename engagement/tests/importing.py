"""Running an import command on a text or bytes, as a user would on a file."""

import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError


def import_file(command: str, path: Path, data: str | bytes, **options: Any) -> dict[str, Any]:
    """What the command says of a file with this content, and its exit code. Raises what it raised before saying any."""
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    out, code = io.StringIO(), 0
    try:
        call_command(command, str(path), **options, as_json=True, stdout=out, stderr=io.StringIO())
    except CommandError as error:
        # Refused rows are told before the command ends with an error.
        if not out.getvalue():
            raise
        code = error.returncode
    return json.loads(out.getvalue()) | {"exit": code}
