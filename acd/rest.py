"""Pieces that the REST doors of several apps share: strict bodies, moments with a zone, filters that ask a queryset.

Nothing here knows a model of ours. What every request passes through (permissions, pages, errors) lives in `gator.api`.
"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any, cast

import django_filters
from django import forms
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.core.validators import EMPTY_VALUES
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

AWARE = "Give a moment with its zone, such as 2026-11-20T12:00:00Z; a date or a time without a zone is ambiguous."
MAX_ID = 2**63 - 1


def caller(request: Request) -> User:
    """Who sent a request that a permission let in."""
    return cast("User", request.user)


def parse_moment(text: object) -> datetime:
    """Read an ISO 8601 moment as UTC. Raises ValueError for anything that does not say its zone."""
    try:
        moment = parse_datetime(text) if isinstance(text, str) else None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(AWARE) from None
    raise ValueError(AWARE)


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentField(serializers.Field):
    """A moment of a body: aware on the way in, UTC on the way out."""

    def to_internal_value(self, data: object) -> datetime:
        try:
            return parse_moment(data)
        except ValueError as error:
            raise serializers.ValidationError(str(error)) from None

    def to_representation(self, value: datetime) -> str:
        return value.astimezone(UTC).isoformat().replace("+00:00", "Z")


def misgiven(values: Sequence[str]) -> str:
    """What is wrong with how often a parameter of a query was given, or that nothing was; empty if all is well."""
    if len(values) > 1:
        return "Give this parameter once."
    return "" if values[0].strip() else "This parameter is empty: give it a value, or leave it out."


def parameters(request: Request) -> dict[str, str]:
    """The parameters of a query. Raises a ValidationError for one that is empty or given twice."""
    told = {name: misgiven(values) for name, values in request.query_params.lists()}
    if wrong := {name: [text] for name, text in told.items() if text}:
        raise serializers.ValidationError(wrong)
    return request.query_params.dict()


class Quoted:
    """Mixin of texts in lists: a number is refused instead of being taken for its digits."""

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            raise serializers.ValidationError(f'Give a text in quotes, such as "{data}".')
        return super().to_internal_value(data)  # type: ignore[misc]


class WordField(Quoted, serializers.CharField):
    """A text in a list."""


class StrictFields:
    """Mixin of serializers: a field that cannot be written is refused by name instead of silently dropped."""

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, dict):
            self._refuse_unwritable(data)
        return super().to_internal_value(data)  # type: ignore[misc]

    def _refuse_unwritable(self, data: dict[str, Any]) -> None:
        writable = {name for name, field in self.fields.items() if not field.read_only}  # type: ignore[attr-defined]
        if unknown := sorted(set(data) - writable):
            remedy = f"This cannot be set here. Fields that can: {', '.join(sorted(writable))}."
            raise serializers.ValidationError({name: [remedy] for name in unknown})


class MomentFormField(forms.Field):
    """A moment of a query string."""

    def to_python(self, value: object) -> datetime | None:
        if value in self.empty_values:
            return None
        try:
            return parse_moment(value)
        except ValueError as error:
            # In a query string a plus sign is a space, so the offset of a pasted moment is lost. The parameters are
            # there because the message is used as a format.
            raise ValidationError(f"{error} Write '+' as %%2B.", params={"value": value}) from None


@extend_schema_field(OpenApiTypes.DATETIME)
class MomentFilter(django_filters.Filter):
    """Compares a column with a moment."""

    field_class = MomentFormField


class Asks:
    """Mixin of filters: instead of comparing a column, gives the value to the queryset method named `question`."""

    def __init__(self, *args: Any, question: str, **options: Any) -> None:
        super().__init__(*args, **options)
        self.question = question

    def filter(self, qs: QuerySet[Any], value: Any) -> QuerySet[Any]:
        if value in EMPTY_VALUES:
            return qs
        answer: QuerySet[Any] = getattr(qs, self.question)(value)
        return answer


class MomentQuestionFilter(Asks, MomentFilter):
    """Asks a question about a moment."""


@extend_schema_field({"type": "integer", "minimum": 1})
class WholeNumberFilter(django_filters.Filter):
    """A number of 1 or more: an id, or a count of hours."""

    field_class = forms.IntegerField

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **{"min_value": 1, "max_value": MAX_ID} | options)


@extend_schema_field(OpenApiTypes.BOOL)
class QuestionFilter(django_filters.ChoiceFilter):
    """Asks the queryset method of the same name: `true` keeps the rows it answers with, `false` the others.

    `timed` questions are given the present moment.
    """

    def __init__(self, *, timed: bool = False, **options: Any) -> None:
        wrong = {"invalid_choice": "Give true or false."}
        super().__init__(choices=[("true", "true"), ("false", "false")], error_messages=wrong, **options)
        self.timed = timed

    def filter(self, qs: QuerySet[Any], value: str) -> QuerySet[Any]:
        if value not in ("true", "false"):
            return qs
        question: Callable[..., QuerySet[Any]] = getattr(qs, str(self.field_name))
        answer = question(timezone.now()) if self.timed else question()
        return answer if value == "true" else qs.exclude(pk__in=answer.order_by().values("pk"))
