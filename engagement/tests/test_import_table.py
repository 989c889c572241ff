import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.imports.table import ENCODINGS, Record, TableError, read_file, read_table


@pytest.mark.parametrize(
    "data",
    [
        "a,b\n1,é\n".encode(),
        codecs.BOM_UTF8 + "a,b\n1,é\n".encode(),
        "a,b\n1,é\n".encode("utf-16"),
        codecs.BOM_UTF16_BE + "a,b\n1,é\n".encode("utf-16-be"),
        "a;b\n1;é\n".encode(),
        "a\tb\r\n1\té\r\n".encode(),
        "a,b\r1,é\r".encode(),
    ],
    ids=["utf-8", "utf-8 mark", "utf-16", "utf-16 big", "semicolon", "tab", "old mac"],
)
def test_read_table_of_every_form(data):
    table = read_table(data)

    assert (table.header, table.records) == (["a", "b"], [Record(2, ["1", "é"])])


def test_read_table_with_a_delimiter_hint_counts_that_line():
    table = read_table(b'sep=;\r\n"a";"b,c,d"\r\n1;2\r\n')

    assert (table.header, table.records) == (["a", "b,c,d"], [Record(3, ["1", "2"])])


def test_read_table_counts_lines_inside_quotes():
    table = read_table(b'id,text\n1,"one\n\ntwo"\n\n2,"x ""y"""\n')

    assert table.records == [Record(2, ["1", "one\n\ntwo"]), Record(6, ["2", 'x "y"'])]


def test_read_table_with_a_named_encoding():
    table = read_table("a\né\n".encode("cp1252"), encoding="cp1252")

    assert table.records == [Record(2, ["é"])]


def test_read_table_of_another_encoding_names_line_and_byte():
    with pytest.raises(TableError, match=r"^Line 2, byte 3 of the file \(0xe9\) is not utf-8. .*for example cp1252"):
        read_table("a\né\n".encode("cp1252"))


@pytest.mark.parametrize("data", [b"", b"\n\n", b" , \n", b"\x89PNG\r\n\x1a\n\0\0", b"a\0b\n1", b'"a\nb'])
def test_read_table_of_what_is_no_table_is_refused(data):
    with pytest.raises(TableError):
        read_table(data)


def test_read_table_keeps_what_follows_one_badly_quoted_row():
    table = read_table(b'a,b\n"x"y,1\n2,3\n')

    assert ([r.cells for r in table.records], [e.line for e in table.broken]) == ([["2", "3"]], [2])


def test_read_table_stops_at_a_quote_that_never_closes():
    table = read_table(b'a,b\n1,2\n3,"x\n4,5\n')

    assert ([r.cells for r in table.records], {e.line for e in table.broken}) == ([["1", "2"]], {3})


def test_read_table_takes_a_cell_of_a_million_characters():
    table = read_table(b"a\n" + b"x" * 1_000_000)

    assert len(table.records[0].cells[0]) == 1_000_000


@given(st.binary(), st.sampled_from(ENCODINGS))
def test_read_table_of_any_bytes_is_a_table_or_refused(data, encoding):
    try:
        table = read_table(data, encoding=encoding)
    except TableError:
        return

    assert table.header


def test_read_file_of_a_folder_is_refused(tmp_path):
    with pytest.raises(TableError, match="no such file"):
        read_file(tmp_path)
