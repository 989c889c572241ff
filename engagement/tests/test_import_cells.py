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


@pytest.mark.parametrize(("text", "expected"), [("0.45", 45.0), ("1", 100.0), ("45%", 45.0), ("0,5", 50.0), ("", None)])
def test_rate_of_a_fraction_is_percent_too(text, expected):
    result = cells.rate(text, fraction=True)

    assert result == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["0.1", "1", "0"], True),
        (["0.1", "2"], False),
        (["0", "0"], False),
        (["0.1%", "45%"], False),
        (["0.1", "45%", "x", ""], True),
        ([], False),
    ],
)
def test_are_fractions_looks_at_all_bare_numbers(texts, expected):
    result = cells.are_fractions(texts)

    assert result == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("6.1", 6.1),
        ("6.1s", 6.1),
        ("6,1", 6.1),
        ("1:02", 62.0),
        ("1:02:03", 3723.0),
        ("1h 2m 3s", 3723.0),
        ("0h:17m:32s", 1052.0),
        ("2 min 5 sec", 125.0),
        ("3m", 180.0),
        ("12,400", 12400.0),
        ("--", None),
        ("", None),
    ],
)
def test_seconds_of_every_form(text, expected):
    result = cells.seconds(text)

    assert result == expected


@pytest.mark.parametrize("text", ["-1", "x", "h", "1x", "1:2:3:4", "3s 2m", "s"])
def test_seconds_of_nonsense_are_refused(text):
    with pytest.raises(CellError):
        cells.seconds(text)


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


@pytest.mark.parametrize(
    ("whole", "cell", "expected"),
    [
        ("122158000000000017", "1.22158E+17", True),
        ("122158000000000017", "1,22158e17", True),
        ("122158900000000017", "1.22158E+17", True),
        ("122168000000000017", "1.22158E+17", False),
        ("9988", "1.22158E+17", False),
        ("1212092628029698048", "1212092628029690000", True),
        ("1212092628029698048", "1212092628029700000", True),
        ("1212092628029698048", "1212092628029698048", False),
        ("1212092628029698048", "121209262802969", False),
        ("1212092628029698048", "3212092628029690000", False),
        ("122", "1e999999999999", False),
        ("12x", "1e1", False),
        ("122", "", False),
    ],
)
def test_rounds_to_what_a_spreadsheet_shows(whole, cell, expected):
    result = cells.rounds_to(whole, cell)

    assert result == expected


@given(st.integers(10**15, MAX_COUNT), st.integers(1, 14))
def test_rounds_to_any_notation_of_a_spreadsheet(number, digits):
    result = cells.rounds_to(str(number), f"{number:.{digits}E}")

    assert result is True


@pytest.mark.parametrize("text", ["javascript:alert(1)", "example.org", "https://x y", "https://" + "x" * 500])
def test_address_that_is_no_web_address_is_refused(text):
    with pytest.raises(CellError):
        cells.address(text)
