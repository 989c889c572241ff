"""How a body is read: JSON only, of bounded size and depth."""

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ParseError
from rest_framework.parsers import JSONParser


class BodyTooLarge(APIException):
    """The body is larger than one request may carry."""

    status_code = 413
    default_detail = "The body is larger than {limit} bytes: send fewer items at a time."
    default_code = "too_large"

    def __init__(self) -> None:
        super().__init__(self.default_detail.format(limit=settings.API_MAX_BYTES))


class BoundedJSONParser(JSONParser):
    """JSON up to `API_MAX_BYTES`. Django's own limit does not hold for bodies that are read as a stream."""

    def parse(
        self,
        stream: IO[Any],
        media_type: str | None = None,
        parser_context: Mapping[str, Any] | None = None,
    ) -> Any:
        """The value the body holds."""
        request = (parser_context or {})["request"]
        if int(request.META.get("CONTENT_LENGTH") or 0) > settings.API_MAX_BYTES:
            raise BodyTooLarge
        try:
            return super().parse(stream, media_type, dict(parser_context or {}))
        except RecursionError:
            raise ParseError("The JSON is nested too deeply: send plain objects and lists.") from None
