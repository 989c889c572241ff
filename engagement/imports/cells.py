"""One cell of an export, from text to a value: counts, percentages, lengths of time, ids. Pure.

Empty cells and the signs exports write for "no number" are None: unknown, which is never zero.
"""

import re
from collections.abc import Iterable
from decimal import Decimal

from engagement.values import MAX_COUNT

UNKNOWN = frozenset({"", "-", "--", "\u2013", "\u2014", "undefined", "n/a", "null", "none"})
MULTIPLES = {"": 1, "k": 1_000, "m": 1_000_000, "b": 1_000_000_000}
# Spaces of every width and apostrophes group digits in some countries.
GROUPING = re.compile(r"(?<=\d)[\s'\u2019](?=\d{3}(?!\d))")
NUMBER = re.compile(r"(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(e\+?\d{1,6})?\s*([kmb]?)", re.ASCII)
DECIMAL_COMMA = re.compile(r"(\d+),(\d{1,2})\s*([kmb])", re.ASCII)
# 6,1 is a decimal where no count is meant; 12,400 is not.
DECIMAL = re.compile(r"\d+,\d{1,2}", re.ASCII)
CLOCK = re.compile(r"(?:(\d+):)?(\d+):(\d+(?:\.\d+)?)", re.ASCII)
# 1h 2m 3s, and 0h:17m:32s as TikTok shows it.
UNITS = re.compile(
    r"(?:(\d+) ?h)?[: ]*(?:(\d+) ?m(?:in)?)?[: ]*(?:(\d+(?:\.\d+)?) ?s(?:ec)?)?", re.ASCII | re.IGNORECASE
)
# Spreadsheets keep this many digits of a number and write zeros for the rest.
KEPT_DIGITS = 15
MANGLED = re.compile(r"\d+([.,]\d+)?e\+?\d+", re.ASCII | re.IGNORECASE)


class CellError(ValueError):
    """A cell that cannot be what its column says; the message says why and what to do."""


def shown(value: str) -> str:
    """A cell as it may stand in a message: short, and with control characters made visible."""
    return ascii(value) if not value.isprintable() and len(value) <= 40 else repr(value[:40] + "…" * (len(value) > 40))


def count(text: str) -> int | None:
    """A whole number from 0 to 2^63-1, as people and platforms write it: 12400, 12,400, 12 400, 1.2K."""
    value = _number(text)
    if value is None:
        return None
    if value > MAX_COUNT:
        raise CellError(f"{shown(text)} is more than {MAX_COUNT}. Correct it, or leave it empty if it is unknown.")
    if value != value.to_integral_value():
        raise CellError(f"{shown(text)} is not a whole number. Write it without separators, for example 12400.")
    return int(value)


def rate(text: str, *, fraction: bool = False) -> float | None:
    """A percentage from 0 to 100, with or without its sign. A bare number may be meant as a `fraction` of one."""
    plain = text.strip()
    value = _decimal(plain.removesuffix("%"))
    if value is not None and fraction and not plain.endswith("%"):
        value *= 100
    if value is not None and value > 100:
        raise CellError(f"{shown(text)} is not a percentage. Give a number from 0 to 100, or leave it empty.")
    return None if value is None else float(value)


def are_fractions(texts: Iterable[str]) -> bool:
    """Whether a column of rates holds fractions of one: none of its bare numbers is above one, and there are some."""
    bare = [value for text in texts if (value := _bare(text)) is not None]
    return any(value > 0 for value in bare) and max(bare) <= 1


def _bare(text: str) -> Decimal | None:
    try:
        return None if text.strip().endswith("%") else _decimal(text)
    except CellError:
        return None


def seconds(text: str) -> float | None:
    """A length of time in seconds: 6.1, 6.1s, 1:02, 1:02:03, 1h 2m 3s."""
    plain = " ".join(text.split())
    parts = CLOCK.fullmatch(plain) or (UNITS.fullmatch(plain) if plain[-1:].isalpha() else None)
    if parts and any(parts.groups()):
        hours, minutes, rest = int(parts[1] or 0), int(parts[2] or 0), float(parts[3] or 0)
        return hours * 3600 + minutes * 60 + rest
    value = _decimal(plain)
    return None if value is None else float(value)


def _decimal(text: str) -> Decimal | None:
    plain = text.strip()
    return _number(plain.replace(",", ".") if DECIMAL.fullmatch(plain) else plain)


def _number(text: str) -> Decimal | None:
    plain = GROUPING.sub("", " ".join(text.split())).casefold()
    if plain in UNKNOWN:
        return None
    if len(plain) > 400:
        raise CellError(f"{shown(text)} is not a number. Give digits, or leave it empty if it is unknown.")
    if comma := DECIMAL_COMMA.fullmatch(plain):
        return Decimal(f"{comma[1]}.{comma[2]}") * MULTIPLES[comma[3]]
    if found := NUMBER.fullmatch(plain):
        return Decimal(found[1].replace(",", "") + (found[2] or "") + (found[3] or "")) * MULTIPLES[found[4]]
    if plain.startswith(("-", "\u2212")) and NUMBER.fullmatch(plain[1:]):
        raise CellError(f"{shown(text)} is below zero. Correct it, or leave it empty if it is unknown.")
    raise CellError(
        f"{shown(text)} is not a number. Give digits, for example 12400, or leave it empty if it is unknown."
    )


def text(value: str, limit: int) -> str:
    """Text as it stands. Raises `CellError` for what no database takes, and for more than `limit` characters."""
    if len(value) > limit:
        raise CellError(f"it has {len(value):,} characters. Shorten it to {limit:,}.")
    if "\x00" in value or not _encodable(value):
        raise CellError("it holds a NUL or half a character. Remove it, or export the file again as UTF-8.")
    return value


def _encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True


def identity(value: str, limit: int = 200) -> str | None:
    """An id of a platform; None for an empty cell. Raises `CellError` for what a spreadsheet made of it."""
    plain = value.strip()
    if not plain or plain.casefold() in UNKNOWN:
        return None
    if MANGLED.fullmatch(plain):
        raise CellError(
            f"{shown(plain)} is an id that a spreadsheet rounded. Use the file as it was downloaded, "
            "or open it with the id column as text."
        )
    if len(plain) > limit or not plain.isprintable() or len(plain.split()) > 1:
        raise CellError(
            f"{shown(plain)} is not an id. Give the platform's id, at most {limit} characters without spaces."
        )
    return plain


def is_rounded(value: str) -> bool:
    """Whether a cell is an id in the notation in which spreadsheets round it: 1.22158E+17."""
    return bool(MANGLED.fullmatch(value.strip()))


def rounds_to(whole: str, value: str) -> bool:
    """Whether a spreadsheet makes `value` of the id `whole`: the digits it shows agree, or the first fifteen."""
    if not (whole.isascii() and whole.isdigit()):
        return False
    if is_rounded(value):
        # No id is as long as that; so large a power is not worth computing.
        power = value.casefold().rpartition("e")[2]
        told = Decimal(value.strip().replace(",", ".")) if len(power) < 4 else Decimal(0)
        return abs(Decimal(whole) - told) <= Decimal(1).scaleb(int(told.as_tuple().exponent))
    lost = value[KEPT_DIGITS:]
    is_cut = len(whole) == len(value) and bool(lost) and not lost.strip("0")
    return is_cut and value.isdigit() and abs(int(whole) - int(value)) < 10 ** len(lost)


def address(value: str) -> str | None:
    """A web address; None for an empty cell. Raises `CellError` for anything that is no http address."""
    plain = value.strip()
    if plain.casefold() in UNKNOWN:
        return None
    web = plain.casefold().startswith(("https://", "http://"))
    if not web or len(plain) > 500 or not plain.isprintable() or " " in plain:
        raise CellError(
            f"{shown(plain)} is not a web address of at most 500 characters. Give one that starts with https://."
        )
    return plain
