import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.imports import cells
from engagement.imports.cells import CellError
from engagement.values import MAX_COUNT


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("0", 0),
        (" 12400 ", 12400),
        ("12,400", 12400),
        ("1,234,567", 1234567),
        ("1 234", 1234),
        ("1\u00a0234", 1234),
        ("1\u202f234\u202f567", 1234567),
        ("12'400", 12400),
        ("1505.0", 1505),
        ("1.2K", 1200),
        ("1.2 k", 1200),
        ("1,2K", 1200),
        ("3M", 3_000_000),
        ("1e+05", 100_000),
        (str(2**31), 2**31),
        (str(2**53 + 1), 2**53 + 1),
        (str(MAX_COUNT), MAX_COUNT),
        ("", None),
        ("--", None),
        ("undefined", None),
        ("\u2013", None),
        ("N/A", None),
    ],
)
def test_count_of_what_people_write(text, expected):
    result = cells.count(text)

    assert result == expected


@pytest.mark.parametrize(
    "text",
    ["-1", "\u22125", "NaN", "inf", "1e400", "1e999999", str(2**63), "12.400", "12,40", "x", "1.2345K", "9" * 5000],
)
def test_count_of_nonsense_is_refused(text):
    with pytest.raises(CellError):
        cells.count(text)


@given(st.integers(0, MAX_COUNT))
def test_count_of_any_legal_number_is_exact(number):
    result = [cells.count(text) for text in (str(number), f"{number:,}", f"{number:,}".replace(",", " "))]

    assert result == [number] * 3


@given(st.text())
def test_count_of_any_text_is_a_legal_count_or_refused(text):
    try:
        result = cells.count(text)
    except CellError:
        return

    assert result is None or 0 <= result <= MAX_COUNT


@pytest.mark.parametrize(("text", "expected"), [("45%", 45.0), ("0.5", 0.5), ("100", 100.0), ("", None), ("--", None)])
def test_rate_is_percent(text, expected):
    result = cells.rate(text)

    assert result == expected


@pytest.mark.parametrize("text", ["101", "-1%", "NaN", "1e400"])
def test_rate_outside_percent_is_refused(text):
    with pytest.raises(CellError):
        cells.rate(text)


@pytest.mark.parametrize("value", ["a\x00b", "a\ud800b", "x" * 11])
def test_text_no_database_takes_is_refused(value):
    with pytest.raises(CellError):
        cells.text(value, 10)


def test_text_of_any_script_stays_as_it_is():
    value = "<b>👩‍👩‍👧 \u202eRTL</b> &amp; é\u0301\n"

    result = cells.text(value, 100)

    assert result == value


@pytest.mark.parametrize(("text", "expected"), [(" 17_2 ", "17_2"), ("", None), ("--", None)])
def test_identity_of_an_id(text, expected):
    result = cells.identity(text)

    assert result == expected


@pytest.mark.parametrize("text", ["1.22E+17", "1,22158E+17", "1e17", "two words", "a\x00", "x" * 201])
def test_identity_of_what_is_no_id_is_refused(text):
    with pytest.raises(CellError):
        cells.identity(text)


@pytest.mark.parametrize("text", ["javascript:alert(1)", "example.org", "https://x y", "https://" + "x" * 500])
def test_address_that_is_no_web_address_is_refused(text):
    with pytest.raises(CellError):
        cells.address(text)
