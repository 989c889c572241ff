"""Content, with the one action that needs every app: generating a piece from what was learned."""

from datetime import datetime
from random import Random, randrange
from typing import Any

from django.conf import settings
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
from gator.studio.guidance import Guidance, drawn
from gator.studio.models import Persona
from patterns.guidance import guidance_for, record_use

MAX_SEED = 2**63 - 1


class GenerationSerializer(StrictFields, serializers.Serializer[Any]):
    """What to generate. Without `informed` chance keeps guidance from a share of pieces, to measure what it gains.

    `informed` true or false decides instead, and the piece takes no part in that comparison.
    """

    persona = studio.PersonaField()
    platform = serializers.ChoiceField(choices=Platform.choices)
    media_kind = serializers.ChoiceField(choices=MediaKind.choices, required=False, default=None)
    quality = serializers.ChoiceField(choices=Quality.choices, required=False, default=Quality.STANDARD)
    seed = serializers.IntegerField(required=False, default=None, min_value=0, max_value=MAX_SEED)
    informed = serializers.BooleanField(required=False, default=None, allow_null=True)


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
        values["seed"] = randrange(2**31) if values["seed"] is None else values["seed"]
        guidance = _guidance(persona, platform, values.pop("informed"), seed=values["seed"], now=now)
        content = generate(persona, platform, guidance, now=now, **values)
        record_use(content, guidance)
        return Response(self.get_serializer(content).data, status=201)


def _guidance(persona: Persona, platform: str, informed: bool | None, *, seed: int, now: datetime) -> Guidance:
    """What is known for the piece, or as somebody chose. Equal seeds draw alike: a request sent again, too."""
    if informed is not None:
        return guidance_for(persona, platform, now=now, informed=informed)
    rng = Random(f"{platform}:{persona.slug}:{seed}")
    return drawn(guidance_for(persona, platform, now=now), control_share=settings.CONTROL_SHARE, rng=rng)
