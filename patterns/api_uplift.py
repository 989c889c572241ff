"""The REST door to what guidance gained; the command `insights uplift` asks through it."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, viewsets
from rest_framework.request import Request
from rest_framework.response import Response

from acd.rest import StrictFields, parameters
from engagement.enums import Platform
from gator.studio.api import PersonaField
from patterns.api_answers import serializer_for
from patterns.api_questions import MAX_DAYS
from patterns.experiment import Gain, Uplift, uplift
from patterns.models import Pattern

GainSerializer = serializer_for(Gain)


class UpliftQuestionSerializer(StrictFields, serializers.Serializer[Any]):
    """Whom the question is about, all where nothing is named, and how many days back it looks (default 90)."""

    persona = PersonaField(required=False, help_text="Slug of a persona.")
    platform = serializers.ChoiceField(choices=Platform.choices, required=False)
    days = serializers.IntegerField(required=False, min_value=1, max_value=MAX_DAYS)


class UpliftPartSerializer(serializers.Serializer[Any]):
    """One comparison by its design: `randomised` where chance decided, `observational` with a warning elsewhere."""

    design = serializers.CharField()
    warning = serializers.CharField()
    overall = GainSerializer()
    personas = GainSerializer(many=True)
    left_out = serializers.DictField(
        child=serializers.IntegerField(), help_text="Posts that take no part, by the reason."
    )


class UpliftSerializer(serializers.Serializer[Any]):
    """What guidance gained, in percent of genuine engagement, by chance's decisions and, apart, by all others."""

    persona = serializers.CharField()
    platform = serializers.CharField()
    start = serializers.DateTimeField()
    end = serializers.DateTimeField()
    randomised = UpliftPartSerializer()
    observational = UpliftPartSerializer()


class UpliftView(viewsets.GenericViewSet[Pattern]):
    """What the loop's own guidance gained."""

    # The answer needs the permission to see patterns.
    queryset = Pattern.objects.all()
    filterset_class = None
    pagination_class = None

    @extend_schema(
        summary="What guidance gained", parameters=[UpliftQuestionSerializer], responses=UpliftSerializer, filters=False
    )
    def retrieve(self, request: Request) -> Response:
        """Genuine engagement of guided pieces against those that chance kept guidance from, with intervals."""
        return Response(UpliftSerializer(answer(parameters(request), now=timezone.now())).data)


def answer(given: Mapping[str, Any], *, now: datetime) -> Uplift:
    """What guidance gained, as it was asked. Raises a ValidationError that names what is wrong with `given`."""
    parameters = UpliftQuestionSerializer(data=dict(given))
    parameters.is_valid(raise_exception=True)
    named = dict(parameters.validated_data)
    personas = [named.pop("persona")] if "persona" in named else []
    return uplift(personas=personas, now=now, **named)
