"""Serializers of the analyzer's answers, read off the frozen values themselves, so that the two cannot drift apart."""

import types
from dataclasses import fields, is_dataclass
from datetime import datetime
from functools import cache
from typing import Any, get_args, get_origin, get_type_hints

from rest_framework import serializers

from patterns.alarm_answers import Alarms
from patterns.answers import Findings, PostAnalysis, PostingTimes, SuccessfulPosts, Suggestions, Summary
from patterns.change_answers import Changes
from patterns.failure_answers import Failures

SIMPLE: dict[Any, type[serializers.Field]] = {
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    datetime: serializers.DateTimeField,
}


def field_for(hint: Any, **options: Any) -> serializers.Field:
    """The field for one annotation: a simple type, a value of ours, `X | None`, `tuple[X, ...]` or a dictionary."""
    if isinstance(hint, types.UnionType):
        (inner,) = [part for part in get_args(hint) if part is not types.NoneType]
        return field_for(inner, allow_null=True, **options)
    if get_origin(hint) is tuple:
        inner = get_args(hint)[0]
        if is_dataclass(inner):
            return value_field(inner, many=True, **options)
        return serializers.ListField(child=field_for(inner), **options)
    if get_origin(hint) is dict:
        return serializers.DictField(**options)
    if is_dataclass(hint):
        return value_field(hint, **options)
    # Our vocabularies are texts.
    return serializers.CharField(**options) if issubclass(hint, str) else SIMPLE[hint](**options)


def value_field(answer: Any, **options: Any) -> serializers.Field:
    """The field for a value of ours."""
    return serializer_for(answer)(**options)


@cache
def serializer_for(answer: type[Any], name: str = "", items: str = "items") -> type[serializers.Serializer[Any]]:
    """A serializer with one field for each field and property of a frozen value, and its description.

    `items` is the name under which the field `items` is shown.
    """
    declared: dict[str, Any] = {part: field_for(hint) for part, hint in shown(answer).items() if part != "items"}
    if "items" in shown(answer):
        declared[items] = field_for(shown(answer)["items"], **({"source": "items"} if items != "items" else {}))
    declared |= {"__doc__": answer.__doc__, "__module__": __name__}
    return type(f"{name or answer.__name__}Serializer", (serializers.Serializer,), declared)


def shown(answer: Any) -> dict[str, Any]:
    """What is shown of a value: its fields, then its properties, each with its type."""
    hints = get_type_hints(answer)
    parts = {field.name: hints[field.name] for field in fields(answer)}
    for base in reversed(answer.__mro__):
        getters = {name: one.fget for name, one in vars(base).items() if isinstance(one, property) and one.fget}
        parts |= {name: get_type_hints(getter)["return"] for name, getter in getters.items()}
    return parts


AnalysisSerializer = serializer_for(PostAnalysis)
# question -> how its answer is written; the items of each kind stand under a name of their own.
ANSWERS: dict[str, type[serializers.Serializer[Any]]] = {
    "summary": serializer_for(Summary),
    "suggestions": serializer_for(Suggestions),
    "successful-patterns": serializer_for(SuccessfulPosts, "SuccessfulPatterns"),
    "failure-patterns": serializer_for(Failures, "FailurePatterns"),
    "posting-times": serializer_for(PostingTimes),
    "hashtags": serializer_for(Findings, "EffectiveHashtags", "hashtags"),
    "formats": serializer_for(Findings, "EffectiveFormats", "formats"),
    "caption-lengths": serializer_for(Findings, "EffectiveCaptionLengths", "caption_lengths"),
    "strategies": serializer_for(Findings, "EffectiveStrategies", "strategies"),
    "alarms": serializer_for(Alarms),
    "changes": serializer_for(Changes),
}
