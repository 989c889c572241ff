"""The sandbox's memory on disk: one JSON line for each thing a restart must not forget.

Posts, deletions, planted scenes, renewed tokens and moved clocks are appended; everything else follows from the seed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

from engagement.sandbox.messages import Json


def read(path: Path | None) -> Iterator[Json]:
    """Every whole line; the rest of a line cut off by a killed process is skipped."""
    if path is None or not path.exists():
        return
    for line in path.read_text(encoding="utf-8").splitlines():
        entry = _parsed(line)
        if entry is not None:
            yield entry


def append(path: Path | None, entry: Json) -> None:
    if path is None:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a", encoding="utf-8") as file:
        file.write(json.dumps(entry) + "\n")


def _parsed(line: str) -> Json | None:
    try:
        entry = json.loads(line)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) and "entry" in entry else None
