"""Rows as a CSV file that a spreadsheet opens without running anything in it."""

import csv
from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpResponse

# A cell that begins so is taken for a formula (OWASP, "CSV Injection").
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def csv_file(name: str, rows: Sequence[Mapping[str, Any]]) -> HttpResponse:
    """A download of rows with the same keys, which are its header. Unknown is an empty cell."""
    response = HttpResponse(content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    # Without this mark a spreadsheet may take the text for another encoding.
    response.write("\ufeff")
    writer = csv.writer(response)
    writer.writerows([list(rows[0])] if rows else [])
    writer.writerows(map(cell, row.values()) for row in rows)
    return response


def cell(value: object) -> str | float:
    """A value as a cell: numbers stay numbers, lists stand on one line, and text never becomes a formula."""
    if value is None:
        return ""
    if isinstance(value, int | float):
        return value
    text = " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return f"'{text}" if text.startswith(FORMULA) else text
