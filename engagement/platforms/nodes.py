"""JSON objects from outside, read field by field. Missing is None or empty; what is not as documented is an error."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeVar

from engagement.platforms import errors

One = TypeVar("One")

KINDS: dict[type, str] = {
    str: "other text",
    bool: "true or false",
    int: "another number",
    float: "another number",
    dict: "an object",
    list: "another list",
    type(None): "missing",
}
# Of the year 5138.
LATEST_SECONDS = 10**11
# True and False are 1 and 0.
FLAGS: dict[str | int, bool] = {1: True, 0: False, "true": True, "false": False}


@dataclass(frozen=True)
class Node:
    """One JSON object of a platform's answer."""

    platform: str
    value: dict[str, Any]

    def text(self, name: str) -> str:
        """A string, empty when missing. A bare integer is an id: TikTok writes some so."""
        found = self.value.get(name)
        if found is None:
            return ""
        if isinstance(found, int) and not isinstance(found, bool):
            return str(found)
        return found if isinstance(found, str) else self._wrong(name, "text")

    def required(self, name: str) -> str:
        """A string that must be there."""
        return self.text(name) or self._wrong(name, "text")

    def count(self, *names: str) -> int | None:
        """The first of these names that holds a number, else None. Its range is judged where it is recorded."""
        name = next((name for name in names if self.value.get(name) is not None), "")
        found = self.value.get(name)
        if isinstance(found, str) and found.isascii() and found.isdigit():
            return int(found)
        if isinstance(found, float) and found.is_integer():
            return int(found)
        if found is None or (isinstance(found, int) and not isinstance(found, bool)):
            return found
        return self._wrong(name, "a whole number")

    def number(self, name: str) -> float | None:
        """A finite number, whole or not."""
        found = self.value.get(name)
        if found is None:
            return None
        try:
            number = float(found) if isinstance(found, str | int | float) and not isinstance(found, bool) else math.nan
        except (ValueError, OverflowError):
            number = math.nan
        return number if math.isfinite(number) else self._wrong(name, "a number")

    def flag(self, name: str) -> bool | None:
        """Yes or no, also as a number or a word; anything else says neither."""
        found = self.value.get(name)
        return FLAGS.get(found) if isinstance(found, str | int) else None

    def moment(self, name: str) -> datetime | None:
        """An ISO 8601 moment with its offset, or one in seconds or milliseconds since 1970."""
        is_number = isinstance(self.value.get(name), float)
        found = "" if is_number else self.text(name)
        if is_number or (found.isascii() and found.isdigit()):
            return self._seconds(name)
        if not found:
            return None
        try:
            moment = datetime.fromisoformat(found)
        except ValueError:
            return self._wrong(name, "a moment")
        return moment.astimezone(UTC) if moment.tzinfo else self._wrong(name, "a moment with its offset")

    def _seconds(self, name: str) -> datetime | None:
        """A moment in seconds since 1970, or in milliseconds: those of today are more than any seconds are."""
        found = self.count(name)
        if found is None:
            return None
        try:
            return datetime.fromtimestamp(found / 1000 if found > LATEST_SECONDS else found, UTC)
        except (ValueError, OverflowError, OSError):
            return self._wrong(name, "a moment")

    def node(self, name: str) -> "Node":
        """An inner object, empty when missing."""
        found = self.value.get(name)
        inner = {} if found is None else found
        return Node(self.platform, inner) if isinstance(inner, dict) else self._wrong(name, "an object")

    def nodes(self, name: str) -> list["Node"]:
        """An inner list of objects, empty when missing."""
        found = self.value.get(name)
        inner = [] if found is None else found
        if not isinstance(inner, list) or not all(isinstance(one, dict) for one in inner):
            return self._wrong(name, "a list of objects")
        return [Node(self.platform, one) for one in inner]

    def told_apart(self, name: str, key: str) -> tuple[dict[str, "Node"], errors.InvalidResponse | None]:
        """The objects of an inner list by their ids, and why some of it could not be read, if so: what misses here may
        be among that.
        """
        inner = self.value.get(name)
        if inner is not None and not isinstance(inner, list):
            return self._wrong(name, "a list of objects")
        found, unread = dict[str, Node](), None
        for one in inner or ():
            node = Node(self.platform, one if isinstance(one, dict) else {})
            try:
                found[node.required(key)] = node
            except errors.InvalidResponse as error:
                unread = error
        return found, unread

    def told(
        self, name: str, key: str, tell: Callable[["Node"], One]
    ) -> tuple[list[One], errors.InvalidResponse | None]:
        """What each object of an inner list tells, and why some of them tell nothing, if so: one costs no other."""
        nodes, unread = self.told_apart(name, key)
        found = []
        for node in nodes.values():
            try:
                found.append(tell(node))
            except errors.InvalidResponse as error:
                unread = error
        return found, unread

    def objects(self, name: str) -> list["Node"]:
        """The objects of an inner list that is an aside, such as one of problems: what is no object says nothing."""
        inner = self.value.get(name)
        return [Node(self.platform, one) for one in inner if isinstance(one, dict)] if isinstance(inner, list) else []

    def _wrong(self, name: str, wanted: str) -> Any:
        # Told by its kind: the value may be a stranger's name, and messages go into logs and onto pages.
        kind = KINDS.get(type(self.value.get(name)), "something else")
        raise errors.InvalidResponse(f"The field {name} is not {wanted} but {kind}", platform=self.platform)


def trailing_digits(handle: str) -> int | None:
    """How many digits a handle ends with; None without a handle."""
    return len(handle) - len(handle.rstrip("0123456789")) if handle else None
