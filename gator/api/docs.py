"""What the OpenAPI description says beyond what the views say: the errors every operation may answer with."""

from typing import Any, Literal

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


class DocumentedErrors(AutoSchema):
    """Adds the error answers to every operation."""

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

    def get_tags(self) -> list[str]:
        """Group operations by the first word after the version."""
        return [self.path.split("/")[3]]
