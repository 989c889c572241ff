"""The REST door to personas, their content and people's ratings.

Generation needs what was learned, so it joins in `gator.api`.
"""

import zoneinfo
from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from acd.rest import Asks, MomentFilter, QuestionFilter, Quoted, StrictFields, WholeNumberFilter, WordField, caller
from gator.studio import feedback as ratings
from gator.studio.enums import ContentStatus, MediaKind, PersonaStatus, Rating
from gator.studio.models import HASHTAG, Content, Feedback, Persona

TEXT_LIMIT = 10_000
NO_PERSONA = "No persona has this slug: GET /api/v1/personas/ lists them."


class PersonaField(serializers.SlugRelatedField[Persona]):
    """A persona, named by its slug."""

    default_error_messages = {"does_not_exist": NO_PERSONA, "invalid": NO_PERSONA}

    def __init__(self, **options: Any) -> None:
        if not options.get("read_only"):
            options["queryset"] = Persona.objects.all()
        super().__init__(slug_field="slug", **options)

    def to_internal_value(self, data: Any) -> Persona:
        # PostgreSQL takes no NUL in a value, not even in one to look for.
        if not isinstance(data, str) or "\x00" in data:
            self.fail("invalid")
        return super().to_internal_value(data)


class SlugChoiceField(forms.ModelChoiceField):
    """A persona of a query string."""

    def to_python(self, value: Any) -> Persona | None:
        if "\x00" in str(value):
            raise ValidationError(NO_PERSONA)
        return super().to_python(value)


@extend_schema_field(OpenApiTypes.STR)
class PersonaFilter(Asks, django_filters.ModelChoiceFilter):
    """Asks `for_persona()` about a persona, named by its slug."""

    field_class = SlugChoiceField

    def __init__(self, **options: Any) -> None:
        wrong = {"invalid_choice": NO_PERSONA}
        defaults = {"queryset": Persona.objects.all(), "to_field_name": "slug", "error_messages": wrong}
        super().__init__(question="for_persona", **defaults | {"label": "Slug of a persona"} | options)


@extend_schema_field(OpenApiTypes.STR)
class ZoneField(serializers.Field):
    """A time zone by its IANA name."""

    default_error_messages = {"zone": "Give an IANA time zone, such as Europe/Lisbon."}

    def to_internal_value(self, data: object) -> zoneinfo.ZoneInfo:
        if not isinstance(data, str) or data not in zoneinfo.available_timezones():
            self.fail("zone")
        return zoneinfo.ZoneInfo(data)

    def to_representation(self, value: Any) -> str:
        return str(value)


class HashtagField(Quoted, serializers.RegexField):
    """One hashtag without `#`."""

    def __init__(self) -> None:
        super().__init__(
            rf"^{HASHTAG.pattern}\Z",
            error_messages={"invalid": "Use letters, digits and underscores, at most 100, without '#'."},
        )


class PersonaSerializer(StrictFields, serializers.ModelSerializer[Persona]):
    """An AI personality."""

    timezone = ZoneField(required=False)
    biography = serializers.CharField(required=False, allow_blank=True, max_length=TEXT_LIMIT)
    voice = serializers.CharField(required=False, allow_blank=True, max_length=TEXT_LIMIT)
    style = serializers.CharField(  # type: ignore[assignment]
        required=False, allow_blank=True, max_length=TEXT_LIMIT
    )
    themes = serializers.ListField(child=WordField(max_length=100), required=False, max_length=100)
    hashtags = serializers.ListField(child=HashtagField(), required=False, max_length=200)

    class Meta:
        model = Persona
        fields = (
            "id",
            "name",
            "slug",
            "biography",
            "voice",
            "style",
            "themes",
            "hashtags",
            "timezone",
            "status",
            "created_at",
        )
        read_only_fields = ("id", "created_at")


class ContentSerializer(serializers.ModelSerializer[Content]):
    """One generated piece, with the guidance it was given."""

    persona = PersonaField(read_only=True)
    hashtags = serializers.ListField(child=serializers.CharField(), read_only=True)

    class Meta:
        model = Content
        fields = (
            "id",
            "persona",
            "context",
            "media_kind",
            "status",
            "prompt",
            "caption",
            "hashtags",
            "media",
            "approach",
            "model",
            "provider",
            "parameters",
            "seed",
            "quality",
            "guidance",
            "guided",
            "arm",
            "propensity",
            "had_advice",
            "created_at",
        )
        read_only_fields = fields


class RatingSerializer(StrictFields, serializers.Serializer[Feedback]):
    """What a person thinks of a piece of content."""

    rating = serializers.ChoiceField(choices=Rating.choices)
    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=TEXT_LIMIT)
    issues = serializers.ListField(child=WordField(max_length=200), required=False, default=list, max_length=50)


class FeedbackSerializer(StrictFields, serializers.ModelSerializer[Feedback]):
    """One rating. The rater is always the caller."""

    text = serializers.CharField(required=False, allow_blank=True, default="", max_length=TEXT_LIMIT)
    issues = serializers.ListField(child=WordField(max_length=200), required=False, default=list, max_length=50)

    class Meta:
        model = Feedback
        fields = ("id", "content", "rater", "rating", "text", "issues", "created_at")
        read_only_fields = ("id", "rater", "created_at")


class PersonaFilters(django_filters.FilterSet):
    """Which personas to list."""

    status = django_filters.ChoiceFilter(choices=PersonaStatus.choices)
    active = QuestionFilter()


class ContentFilters(django_filters.FilterSet):
    """Which content to list."""

    persona = PersonaFilter()
    media_kind = django_filters.ChoiceFilter(choices=MediaKind.choices)
    status = django_filters.ChoiceFilter(choices=ContentStatus.choices)
    context = django_filters.UUIDFilter(field_name="context_id")
    since = MomentFilter(field_name="created_at", lookup_expr="gte", label="Created at or after this moment")
    publishable = QuestionFilter()


class FeedbackFilters(django_filters.FilterSet):
    """Which ratings to list."""

    content = WholeNumberFilter(field_name="content_id")
    rating = django_filters.ChoiceFilter(choices=Rating.choices)
    counted = QuestionFilter(label="Only each rater's newest rating of each content")


@extend_schema_view(
    list=extend_schema(summary="List personas"),
    retrieve=extend_schema(summary="Read one persona"),
    create=extend_schema(summary="Create a persona"),
    partial_update=extend_schema(summary="Change a persona"),
)
class PersonaViewSet(mixins.CreateModelMixin, mixins.UpdateModelMixin, viewsets.ReadOnlyModelViewSet[Persona]):
    """AI personalities, addressed by their slug."""

    queryset = Persona.objects.all()
    serializer_class = PersonaSerializer
    filterset_class = PersonaFilters
    lookup_field = "slug"
    lookup_value_regex = "[-a-zA-Z0-9_]+"
    http_method_names = ["get", "head", "post", "patch"]


@extend_schema_view(
    list=extend_schema(summary="List content"), retrieve=extend_schema(summary="Read one piece of content")
)
class ContentViewSet(viewsets.ReadOnlyModelViewSet[Content]):
    """Generated content, and people's verdicts on it."""

    queryset = Content.objects.select_related("persona")
    serializer_class = ContentSerializer
    filterset_class = ContentFilters
    action_permissions = {
        "rate": "studio.add_feedback",
        "approve": "studio.change_content",
        "reject": "studio.change_content",
    }

    @extend_schema(summary="Rate a piece of content", request=RatingSerializer, responses={201: FeedbackSerializer})
    @action(detail=True, methods=["post"])
    def rate(self, request: Request, pk: str) -> Response:
        """Add the caller's rating. Rating again adds another, and the newest counts."""
        rating = RatingSerializer(data=request.data)
        rating.is_valid(raise_exception=True)
        given = ratings.submit(self.get_object(), rater=caller(request), now=timezone.now(), **rating.validated_data)
        return Response(FeedbackSerializer(given).data, status=201)

    @extend_schema(summary="Approve a piece of content", request=None, responses=ContentSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, pk: str) -> Response:
        """Say that the content is good; clicks no longer change that verdict."""
        return self._decide(request, approved=True)

    @extend_schema(summary="Reject a piece of content", request=None, responses=ContentSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, pk: str) -> Response:
        """Say that the content is not to be published."""
        return self._decide(request, approved=False)

    def _decide(self, request: Request, *, approved: bool) -> Response:
        content = ratings.decide(self.get_object(), approved=approved, actor=caller(request), now=timezone.now())
        return Response(self.get_serializer(content).data)


@extend_schema_view(
    list=extend_schema(summary="List ratings"),
    retrieve=extend_schema(summary="Read one rating"),
    create=extend_schema(summary="Rate a piece of content, named in the body"),
)
class FeedbackViewSet(mixins.CreateModelMixin, viewsets.ReadOnlyModelViewSet[Feedback]):
    """People's ratings. Append-only."""

    queryset = Feedback.objects.all()
    serializer_class = FeedbackSerializer
    filterset_class = FeedbackFilters

    def perform_create(self, serializer: serializers.BaseSerializer[Feedback]) -> None:
        """Submit the rating as the caller's own."""
        serializer.instance = ratings.submit(
            rater=caller(self.request), now=timezone.now(), **serializer.validated_data
        )
