"""Serializers of the analyzer's answers, read off the frozen values themselves, so that the two cannot drift apart."""

import types
from dataclasses import fields
from datetime import datetime
from typing import Any, get_args, get_origin, get_type_hints

from rest_framework import serializers

SIMPLE: dict[Any, type[serializers.Field]] = {
    bool: serializers.BooleanField,
    int: serializers.IntegerField,
    float: serializers.FloatField,
    str: serializers.CharField,
    datetime: serializers.DateTimeField,
}


def field_for(hint: Any) -> serializers.Field:
    """The field for one annotation: a simple type, `X | None`, `tuple[X, ...]` or a dictionary."""
    if isinstance(hint, types.UnionType):
        (inner,) = [part for part in get_args(hint) if part is not types.NoneType]
        return SIMPLE[inner](allow_null=True)
    if get_origin(hint) is tuple:
        return serializers.ListField(child=field_for(get_args(hint)[0]))
    if get_origin(hint) is dict:
        return serializers.DictField()
    return SIMPLE[hint]()


def serializer_for(answer: type[Any]) -> type[serializers.Serializer[Any]]:
    """A serializer with one field for each field of a frozen value, and its description."""
    hints = get_type_hints(answer)
    declared = {field.name: field_for(hints[field.name]) for field in fields(answer)}
    name = f"{answer.__name__}Serializer"
    return type(name, (serializers.Serializer,), declared | {"__doc__": answer.__doc__, "__module__": __name__})
