"""How a body is read: JSON only, and not nested without end. Its size is bounded by `DATA_UPLOAD_MAX_MEMORY_SIZE`."""

from collections.abc import Mapping
from typing import IO, Any

from rest_framework.exceptions import ParseError
from rest_framework.parsers import JSONParser

from gator.api.filters import refuse_unknown


class BoundedJSONParser(JSONParser):
    """JSON of a depth that Python can read."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value the body holds. What goes with a body is in it: a parameter beside it would go unheard."""
        refuse_unknown((parser_context or {})["request"], allowed=set())
        try:
            return super().parse(stream, media_type, parser_context)
        except RecursionError:
            raise ParseError("The JSON is nested too deeply: send plain objects and lists.") from None
