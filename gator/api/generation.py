"""Content, with the one action that needs every app: generating a piece from what was learned."""

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from acd.rest import StrictFields
from engagement.enums import Platform
from gator.studio import api as studio
from gator.studio.enums import MediaKind, Quality
from gator.studio.generation import generate
from patterns.guidance import guidance_for, record_use

MAX_SEED = 2**63 - 1


class GenerationSerializer(StrictFields, serializers.Serializer[Any]):
    """What to generate. `informed` false makes a piece without guidance, to measure what guidance gains."""

    persona = studio.PersonaField()
    platform = serializers.ChoiceField(choices=Platform.choices)
    media_kind = serializers.ChoiceField(choices=MediaKind.choices, required=False, default=None)
    quality = serializers.ChoiceField(choices=Quality.choices, required=False, default=Quality.STANDARD)
    seed = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MAX_SEED)
    informed = serializers.BooleanField(required=False, default=True)


class ContentViewSet(studio.ContentViewSet):
    """Generated content: make it, read it, judge it."""

    @extend_schema(
        summary="Generate a piece of content",
        request=GenerationSerializer,
        responses={201: studio.ContentSerializer},
    )
    def create(self, request: Request) -> Response:
        """Generate for a persona and a platform, guided by what was learned there."""
        wanted = GenerationSerializer(data=request.data)
        wanted.is_valid(raise_exception=True)
        values = dict(wanted.validated_data)
        persona, platform, now = values.pop("persona"), values.pop("platform"), timezone.now()
        guidance = guidance_for(persona, platform, now=now, informed=values.pop("informed"))
        content = generate(persona, platform, guidance, now=now, **values)
        record_use(content, guidance)
        return Response(self.get_serializer(content).data, status=201)
