import csv
import io
from typing import Any

import pytest

from acd.tables import cell, csv_file

CELLS = {
    "unknown": (None, ""),
    "whole": (3, 3),
    "loss": (-12.5, -12.5),
    "text": ("sea", "sea"),
    "list": ([1, 2], "1 2"),
    "formula": ("=HYPERLINK(A1)", "'=HYPERLINK(A1)"),
    "plus": ("+1", "'+1"),
    "minus": ("-1+2", "'-1+2"),
    "at": ("@SUM(A1)", "'@SUM(A1)"),
    "tab": ("\t=1", "'\t=1"),
    "wide sign": ("＝1", "'＝1"),
    "list of formulas": (["=1", "=2"], "'=1 =2"),
}


@pytest.mark.parametrize(("value", "expected"), CELLS.values(), ids=CELLS)
def test_cell_never_becomes_a_formula(value, expected):
    assert cell(value) == expected


def test_csv_file_is_read_back_as_it_was():
    rows: list[dict[str, Any]] = [{"name": 'a, "b"\nc', "n": 1}, {"name": "שלום", "n": None}]

    response = csv_file("items", rows)

    text = response.content.decode("utf-8-sig")
    assert response["Content-Disposition"] == 'attachment; filename="items.csv"'
    assert list(csv.reader(io.StringIO(text, newline=""))) == [["name", "n"], ['a, "b"\nc', "1"], ["שלום", ""]]


def test_csv_file_of_nothing_is_empty():
    assert csv_file("items", []).content.decode("utf-8-sig") == ""
