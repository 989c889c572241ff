"""Pages of every list: newest first, by a cursor that stays right while rows arrive."""

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError as BadPosition
from django.db.models import QuerySet
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request


class NewestFirst(CursorPagination):
    """Newest row first, by id.

    The id is the one order that is unique, never NULL and indexed on every table: drafts have no `published_at`, and
    thousands of imported rows share one moment, which a cursor could not step through.
    """

    ordering = "-id"
    page_size = 50
    page_size_query_param = "page_size"
    page_size_query_description = "Rows on a page, 1 to 200."
    max_page_size = 200
    cursor_query_description = "Where the page starts: take it from `next` or `previous` of another page."

    def paginate_queryset(
        self, queryset: QuerySet[Any] | Sequence[Any], request: Request, view: Any = None
    ) -> list[Any] | None:
        """The rows of the page. A cursor we did not make is refused, whatever part of it is wrong."""
        try:
            return super().paginate_queryset(queryset, request, view)
        except (NotFound, ValueError, BadPosition):
            raise ValidationError({"cursor": ["This cursor is not one of ours: start again without it."]}) from None

    def get_page_size(self, request: Request) -> int:
        """The wanted number of rows; another than 1 to 200 is refused, not trimmed."""
        text = request.query_params.get("page_size", str(self.page_size))
        if not (text.isascii() and text.isdigit() and len(text) <= 3 and 1 <= int(text) <= self.max_page_size):
            raise ValidationError({"page_size": [f"Give a number from 1 to {self.max_page_size}."]})
        return int(text)

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The framework's description in the words of OpenAPI 3.1, where null is a type."""
        page: dict[str, Any] = super().get_paginated_response_schema(schema)
        for name in ("next", "previous"):
            del page["properties"][name]["nullable"]
            page["properties"][name]["type"] = ["string", "null"]
        return page
