"""The REST door to contexts and the traces of failures. Both are observed facts, so both are read-only."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from acd.enums import Confidence, State, Validation
from acd.models import ACDContext, OutcomeEvent, TraceArtifact
from acd.rest import MomentFilter, MomentQuestionFilter, QuestionFilter


class OutcomeEventSerializer(serializers.ModelSerializer[OutcomeEvent]):
    """One change of a verdict."""

    class Meta:
        model = OutcomeEvent
        fields = (
            "source",
            "grade",
            "validation_before",
            "validation_after",
            "confidence_before",
            "confidence_after",
            "evidence",
            "created_at",
        )
        read_only_fields = fields


class ACDContextSerializer(serializers.ModelSerializer[ACDContext]):
    """One AI run."""

    class Meta:
        model = ACDContext
        fields: tuple[str, ...] = (
            "id",
            "phase",
            "status",
            "state",
            "complexity",
            "confidence",
            "validation",
            "queue_priority",
            "queue_status",
            "note",
            "initial_context",
            "metadata",
            "pattern",
            "strategy",
            "parent",
            "fix_reason",
            "human_override",
            "created_at",
            "started_at",
            "finished_at",
            "duration",
            "error_class",
            "error_message",
            "model",
            "provider",
            "tokens",
            "cost",
        )
        read_only_fields: tuple[str, ...] = fields


class ACDContextDetailSerializer(ACDContextSerializer):
    """One AI run with the history of its verdict and the traces of its failure."""

    outcomes = OutcomeEventSerializer(many=True, read_only=True)
    traces = serializers.PrimaryKeyRelatedField[TraceArtifact](many=True, read_only=True)

    class Meta(ACDContextSerializer.Meta):
        fields = (*ACDContextSerializer.Meta.fields, "outcomes", "traces")
        read_only_fields = fields


class StatisticsSerializer(serializers.Serializer[dict[str, Any]]):
    """Counts over the chosen contexts. `mean_duration` is null where nothing has finished."""

    total = serializers.IntegerField()
    active = serializers.IntegerField()
    completed = serializers.IntegerField()
    failed = serializers.IntegerField()
    mean_duration = serializers.DurationField(allow_null=True)
    by_phase = serializers.DictField(child=serializers.IntegerField())
    by_state = serializers.DictField(child=serializers.IntegerField())
    by_confidence = serializers.DictField(child=serializers.IntegerField())
    by_validation = serializers.DictField(child=serializers.IntegerField())


class TraceArtifactSerializer(serializers.ModelSerializer[TraceArtifact]):
    """Diagnostics of one failure, with secrets removed."""

    class Meta:
        model = TraceArtifact
        fields = (
            "id",
            "context",
            "event_type",
            "error_class",
            "message",
            "file",
            "line",
            "function",
            "stack",
            "environment",
            "created_at",
        )
        read_only_fields = fields


class ACDContextFilters(django_filters.FilterSet):
    """Which contexts to list."""

    phase = django_filters.CharFilter(field_name="phase", label="Upper-case word, such as IMAGE_GENERATION")
    state = django_filters.ChoiceFilter(choices=State.choices)
    confidence = django_filters.ChoiceFilter(choices=Confidence.choices)
    validation = django_filters.ChoiceFilter(choices=Validation.choices)
    parent = django_filters.UUIDFilter(field_name="parent_id")
    since = MomentQuestionFilter(question="since", label="Created at or after this moment")
    running = QuestionFilter()
    failed = QuestionFilter()
    approved = QuestionFilter()
    unsuccessful = QuestionFilter()


class TraceArtifactFilters(django_filters.FilterSet):
    """Which traces to list."""

    context = django_filters.UUIDFilter(field_name="context_id")
    error_class = django_filters.CharFilter(field_name="error_class")
    since = MomentFilter(field_name="created_at", lookup_expr="gte", label="Created at or after this moment")


@extend_schema_view(list=extend_schema(summary="List AI runs"), retrieve=extend_schema(summary="Read one AI run"))
class ACDContextViewSet(viewsets.ReadOnlyModelViewSet[ACDContext]):
    """AI runs: what each tried, how it went and how it was judged."""

    queryset = ACDContext.objects.all()
    serializer_class = ACDContextSerializer
    filterset_class = ACDContextFilters

    def get_queryset(self) -> QuerySet[ACDContext]:
        """One run comes with its history; a list does not."""
        contexts = super().get_queryset()
        return contexts.prefetch_related("outcomes", "traces") if self.action == "retrieve" else contexts

    def get_serializer_class(self) -> type[serializers.BaseSerializer[ACDContext]]:
        """The detail shows more than the list."""
        return ACDContextDetailSerializer if self.action == "retrieve" else ACDContextSerializer

    @extend_schema(
        summary="Count AI runs by phase, state, confidence and validation",
        filters=True,
        responses=StatisticsSerializer,
    )
    @action(detail=False, pagination_class=None)
    def statistics(self, request: Request) -> Response:
        """Counts over the runs that the filters choose."""
        contexts: Any = self.filter_queryset(self.get_queryset())
        return Response(StatisticsSerializer(contexts.statistics()).data)


@extend_schema_view(
    list=extend_schema(summary="List traces of failures"), retrieve=extend_schema(summary="Read one trace")
)
class TraceArtifactViewSet(viewsets.ReadOnlyModelViewSet[TraceArtifact]):
    """Diagnostics of failed runs."""

    queryset = TraceArtifact.objects.all()
    serializer_class = TraceArtifactSerializer
    filterset_class = TraceArtifactFilters
