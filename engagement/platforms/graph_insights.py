"""The numbers in insights of the Graph API: by metric name, None where it gave no number."""

from collections.abc import Mapping
from typing import Any

from engagement.platforms import errors
from engagement.platforms.nodes import Node

Insight = int | float | dict[str, Any]


def insight_values(node: Node) -> dict[str, Insight | None]:
    """Metric name to value: `total_value.value` if it is there, else the first of `values`; of several periods, the
    lifetime's. An empty list of values is unknown."""
    entries = sorted(node.nodes("data"), key=lambda entry: entry.text("period") == "lifetime")
    return {entry.required("name"): _insight(entry) for entry in entries}


def _insight(entry: Node) -> Insight | None:
    total = entry.node("total_value")
    if "value" in total.value:
        return _value(total, entry)
    values = entry.nodes("values")
    return _value(values[0], entry) if values else None


def _value(node: Node, entry: Node) -> Insight | None:
    """A number, or an object of numbers by type."""
    found = node.value.get("value")
    if found is None or (isinstance(found, int | float | dict) and not isinstance(found, bool)):
        return found
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return int(found)
    raise errors.InvalidResponse(
        f"The metric {entry.text('name')} is not a number: {str(found)[:80]}", platform=node.platform
    )


def whole_number(values: Mapping[str, Insight | None], *names: str) -> int | None:
    """The first of these metrics that is a number without a fraction; others are unknown."""
    given = (number(values, name) for name in names)
    return next((int(value) for value in given if value is not None and value == int(value)), None)


def number(values: Mapping[str, Insight | None], name: str) -> float | None:
    """A metric with or without a fraction."""
    value = values.get(name)
    return None if isinstance(value, dict) else value


def seconds(values: Mapping[str, Insight | None], name: str) -> float | None:
    """A metric in milliseconds, as seconds."""
    milliseconds = number(values, name)
    return None if milliseconds is None else milliseconds / 1000
