"""What the OpenAPI description says beyond what the views say: errors of every operation, fields that may be empty."""

from typing import Any, Literal

from django.db.models import Model
from drf_spectacular.openapi import AutoSchema
from rest_framework import serializers


class ErrorSerializer(serializers.Serializer[Any]):
    """What went wrong and what to do about it."""

    code = serializers.CharField(help_text="One word for programs, such as `invalid` or `not_found`.")
    message = serializers.CharField(help_text="The thing and the remedy, for people.")
    fields = serializers.DictField(  # type: ignore[assignment]
        child=serializers.ListField(child=serializers.CharField()),
        help_text="Complaints by field; `interactions.3.kind` is a field of the fourth item.",
    )


class ErrorAnswerSerializer(serializers.Serializer[Any]):
    """The one shape of every error."""

    error = ErrorSerializer()


ERRORS = {
    "400": "A parameter or a field is wrong.",
    "401": "No token, or one that ended.",
    "403": "The token's owner lacks the permission.",
    "404": "Nothing is there.",
    "409": "It contradicts what is already recorded.",
    "413": "The body is too large: send fewer items at a time.",
    "415": "The body is not JSON.",
    "429": "Too many requests: see `Retry-After`.",
}
READING = frozenset({"GET", "HEAD"})
OF_BODIES = frozenset({"409", "413", "415"})


class Described(AutoSchema):
    """Adds the error answers to every operation, and says of every field that is only shown whether it can be empty."""

    def _get_response_bodies(self, direction: Literal["request", "response"] = "response") -> dict[str, Any]:
        bodies: dict[str, Any] = super()._get_response_bodies(direction)
        return bodies | {
            code: self._get_response_for_code(ErrorAnswerSerializer, code) | {"description": text}
            for code, text in ERRORS.items()
            if self._may_answer(code)
        }

    def _may_answer(self, code: str) -> bool:
        if code == "404":
            return "{" in self.path
        return code not in OF_BODIES or self.method not in READING

    def _map_serializer_field(self, field: Any, direction: str, bypass_extensions: bool = False) -> Any:
        # The framework drops this from fields that are only read, where programs need it as much.
        if field.read_only and hasattr(field, "allow_blank") and _column_may_be_blank(field):
            field.allow_blank = True
        return super()._map_serializer_field(field, direction, bypass_extensions)

    def get_tags(self) -> list[str]:
        """Group operations by the first word after the version."""
        return [self.path.split("/")[3]]


def _column_may_be_blank(field: serializers.Field[Any, Any, Any, Any]) -> bool:
    model: type[Model] | None = getattr(getattr(field.parent, "Meta", None), "model", None)
    columns = model._meta.concrete_fields if model else ()
    return any(column.name == field.source and column.blank and column.empty_strings_allowed for column in columns)
