"""The JSON of an answer, strictly read, and without what no database takes. Pure."""

import json
import re
from typing import Any, NoReturn

_UNSTORABLE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")


def decode(text: str) -> Any:
    """JSON without what no database takes. Raises ValueError, or RecursionError for what is nested too deep."""
    value = _STRICT.decode(text)
    # Only an escape can bring what no database takes, and few answers hold one: the rest need no second look.
    return storable(value) if _UNSTORABLE.search(text) else value


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_STRICT = json.JSONDecoder(parse_constant=_refuse_constant)


def storable(value: Any) -> Any:
    """The same JSON without what no database takes: NUL characters and halves of surrogate pairs."""
    if isinstance(value, str):
        return value.replace("\x00", "").encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [storable(one) for one in value]
    if isinstance(value, dict):
        return {storable(name): storable(one) for name, one in value.items()}
    return value
