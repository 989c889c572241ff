"""The filter backend of every view: only named parameters are heard, all others are refused by name."""

from typing import Any

from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from acd.rest import misgiven

PAGE_PARAMETERS = frozenset({"cursor", "page_size"})


class NamedFilters(DjangoFilterBackend):
    """Applies the view's filterset to its lists. One row is never filtered: its address already says which."""

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """The rows that the parameters choose."""
        refuse_unknown(request, allowed=self._allowed(view))
        return queryset if view.detail else super().filter_queryset(request, queryset, view)

    def _allowed(self, view: Any) -> set[str]:
        if view.detail:
            return set()
        filterset = getattr(view, "filterset_class", None)
        names = set(filterset.base_filters) if filterset else set()
        return names | PAGE_PARAMETERS if view.pagination_class else names


def refuse_unknown(request: Request, *, allowed: set[str]) -> None:
    """Raise `ValidationError` for a parameter that nothing reads, that is empty, or that is given twice."""
    listed = ", ".join(sorted(allowed)) or "none"
    wrong = {}
    for name, values in request.query_params.lists():
        if name not in allowed:
            wrong[name] = [f"There is no such parameter here. Known: {listed}."]
        elif text := misgiven(values):
            wrong[name] = [text]
    if wrong:
        raise ValidationError(wrong)
