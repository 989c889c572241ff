"""Reading the bodies of `/sandbox/…`: every refusal names the field and says what it must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from engagement.sandbox.messages import Json, Refused, Reply

Reader = Callable[[Any, str], Any]  # the value given, None where there is none, and the name of its field
LAST_YEAR = 2199


def wrong(field: str, message: str) -> Refused:
    return Refused(Reply(400, {"error": {"field": field, "message": message}}))


def read(given: Mapping[str, Any], fields: Mapping[str, Reader]) -> Json:
    unknown = next((name for name in given if name not in fields), None)
    if unknown is not None:
        raise wrong(unknown, f"is not known; use {', '.join(fields)}")
    return {name: reader(given.get(name), name) for name, reader in fields.items()}


def choice(*choices: str, default: str | None = None) -> Reader:
    """Without a default the field is required."""

    def reader(value: Any, field: str) -> str:
        if value is None and default is not None:
            return default
        if value not in choices:
            raise wrong(field, f"must be one of {', '.join(choices)}")
        return str(value)

    return reader


def text(value: Any, field: str) -> str:
    if value is not None and not isinstance(value, str | int):
        raise wrong(field, "must be text")
    return "" if value is None else str(value)


def needed(reader: Reader) -> Reader:
    def needing(value: Any, field: str) -> Any:
        if value in (None, ""):
            raise wrong(field, "is required")
        return reader(value, field)

    return needing


def optional(reader: Reader) -> Reader:
    return lambda value, field: None if value is None else reader(value, field)


def flag(value: Any, field: str) -> bool:
    if value not in (None, True, False):
        raise wrong(field, "must be true or false")
    return bool(value)


def whole(low: int, high: int) -> Reader:
    def reader(value: Any, field: str) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise wrong(field, f"must be a whole number from {low} to {high}")
        return value

    return reader


def number(low: float, high: float) -> Reader:
    def reader(value: Any, field: str) -> float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not low <= value <= high:
            raise wrong(field, f"must be a number from {low:g} to {high:g}")
        return float(value)

    return reader


def moment(value: Any, field: str) -> datetime:
    try:
        found = datetime.fromisoformat(str(value or ""))
    except ValueError as error:
        raise wrong(field, "must be a date and time in ISO format") from error
    if found.tzinfo is None:
        raise wrong(field, "must carry a time zone")
    if found.year > LAST_YEAR:
        raise wrong(field, f"must not lie after {LAST_YEAR}")
    return found
