"""Moments of bodies and query strings, and bodies that hold more than may be written."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework import serializers

from acd.rest import AWARE, MomentField, StrictFields, parse_moment


class NoteSerializer(StrictFields, serializers.Serializer):
    text = serializers.CharField()
    number = serializers.IntegerField(read_only=True)


@pytest.mark.parametrize(
    ("text", "hour"),
    [("2026-11-20T12:00:00Z", 12), ("2026-11-20T12:00:00+02:00", 10), ("2026-11-20 12:00:00.5-01:30", 13)],
    ids=["zulu", "east", "west"],
)
def test_parse_moment_with_a_zone_is_utc(text, hour):
    moment = parse_moment(text)

    assert (moment.tzinfo, moment.hour) == (UTC, hour)


@pytest.mark.parametrize(
    "text",
    [
        "2026-11-20",
        "2026-11-20T12:00:00",
        "yesterday",
        "",
        None,
        5,
        [],
        "2026-13-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-14:00",
    ],
)
def test_parse_moment_that_is_ambiguous_or_none_is_refused(text):
    with pytest.raises(ValueError, match="with its zone"):
        parse_moment(text)


@given(st.timedeltas(min_value=timedelta(), max_value=timedelta(days=100_000)), st.integers(-840, 840))
def test_moment_field_there_and_back_is_the_same_moment(age, offset):
    moment = (datetime(1900, 1, 1, tzinfo=UTC) + age).astimezone(timezone(timedelta(minutes=offset)))

    shown = MomentField().to_representation(moment)

    assert parse_moment(shown) == moment


def test_strict_fields_with_unknown_and_read_only_names_names_them():
    serializer = NoteSerializer(data={"text": "a", "number": 3, "colour": "red"})

    assert not serializer.is_valid()
    assert sorted(serializer.errors) == ["colour", "number"]
    assert serializer.errors["colour"] == ["This cannot be set here. Fields that can: text."]


def test_moment_field_without_a_zone_says_the_remedy():
    with pytest.raises(serializers.ValidationError) as caught:
        MomentField().to_internal_value("2026-11-20")

    assert caught.value.detail == [AWARE]
