"""The REST door to what was seen on one post: snapshots and interactions, read here and pushed in by other programs.

Pushing may be repeated: a moment or an interaction that is already known changes nothing.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

import django_filters
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from acd.rest import MomentField, QuestionFilter, StrictFields, caller
from engagement.assessment import assess_posts
from engagement.decisions import NothingToDecide, decide, deciding, measure
from engagement.enums import DECISIONS, InteractionKind, MetricSource, Verdict
from engagement.interactions import TEXT_LIMIT, record_interactions
from engagement.models import Interaction, MetricSnapshot, SocialMediaPost
from engagement.recording import record_metrics
from engagement.values import (
    MAX_COUNT,
    METRIC_FIELDS,
    Metrics,
    SeenInteraction,
)

ITEM_LIMIT = 500
# Clocks of other machines run ahead a little; more than that is a mistake, and would stand as the newest for ever.
CLOCK_TOLERANCE = timedelta(minutes=5)
COUNT = f"Give a whole number from 0 to {MAX_COUNT}, or null where the platform gave none."
RATE = "Give a percentage from 0 to 100, or null where the platform gave none."
Words = dict[str, Any]
POST_ID = OpenApiParameter("post_id", int, OpenApiParameter.PATH)


class PastMomentField(MomentField):
    """A moment with its zone that has passed."""

    def to_internal_value(self, data: object) -> datetime:
        moment = super().to_internal_value(data)
        if moment > timezone.now() + CLOCK_TOLERANCE:
            raise serializers.ValidationError("This lies in the future: give the moment at which it was seen.")
        return moment


class CountField(serializers.IntegerField):
    """A count of 64 bits, or null for unknown. A flag or a text that looks like a number is neither."""

    def __init__(self) -> None:
        wrong: Words = dict.fromkeys(("invalid", "min_value", "max_value", "max_string_length"), COUNT)
        super().__init__(required=False, allow_null=True, min_value=0, max_value=MAX_COUNT, error_messages=wrong)

    def to_internal_value(self, data: Any) -> int:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class RateField(serializers.FloatField):
    """A percentage, or null for unknown."""

    def __init__(self) -> None:
        wrong: Words = dict.fromkeys(("invalid", "min_value", "max_value", "overflow", "max_string_length"), RATE)
        super().__init__(required=False, allow_null=True, min_value=0, max_value=100, error_messages=wrong)

    def to_internal_value(self, data: Any) -> float:
        if isinstance(data, bool | str):
            self.fail("invalid")
        return super().to_internal_value(data)


class MetricsSerializer(StrictFields, serializers.Serializer[Any]):
    """The numbers of a post at one moment. A number that is left out or null is unknown, not zero."""

    observed_at = PastMomentField()
    likes = CountField()
    comments = CountField()
    shares = CountField()
    saves = CountField()
    impressions = CountField()
    views = CountField()
    reach = CountField()
    video_views = CountField()
    profile_visits = CountField()
    video_completion_rate = RateField()
    click_through_rate = RateField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Refuse a snapshot without a single number."""
        if all(attrs.get(name) is None for name in METRIC_FIELDS):
            raise serializers.ValidationError(f"Give at least one number: {', '.join(METRIC_FIELDS)}.")
        return attrs


class SnapshotSerializer(serializers.ModelSerializer[MetricSnapshot]):
    """What was seen of a post at one moment. NULL is unknown."""

    class Meta:
        model = MetricSnapshot
        fields = ("id", "post", "observed_at", *METRIC_FIELDS, "source", "api_version")
        read_only_fields = fields


class SeenInteractionSerializer(StrictFields, serializers.Serializer[SeenInteraction]):
    """One interaction seen elsewhere. The author's id is turned into a keyed hash and is neither stored nor shown."""

    platform_id = serializers.CharField(max_length=200)
    kind = serializers.ChoiceField(choices=InteractionKind.choices)
    occurred_at = PastMomentField(required=False, allow_null=True)
    author_id = serializers.CharField(required=False, allow_null=True, allow_blank=True, max_length=200)
    text = serializers.CharField(
        required=False, allow_blank=True, trim_whitespace=False, default="", max_length=TEXT_LIMIT
    )


class InteractionsSerializer(StrictFields, serializers.Serializer[Any]):
    """Interactions of one post, at most 500 at a time. All are stored, or none."""

    interactions = serializers.ListField(child=SeenInteractionSerializer(), allow_empty=False, max_length=ITEM_LIMIT)


class IngestedSerializer(serializers.Serializer[Any]):
    """How many of the interactions were new, and how many were known or are not kept."""

    new = serializers.IntegerField()
    known = serializers.IntegerField()


class InteractionSerializer(serializers.ModelSerializer[Interaction]):
    """One visible interaction and the filter's verdict. Who made it is not kept."""

    class Meta:
        model = Interaction
        fields = (
            "id",
            "post",
            "platform_id",
            "kind",
            "occurred_at",
            "text",
            "text_purged_at",
            "verdict",
            "score",
            "reasons",
            "override",
            "final_verdict",
            "model_version",
            "first_seen_at",
        )
        read_only_fields = fields


class DecisionSerializer(StrictFields, serializers.Serializer[Any]):
    """What a person says of an interaction; an empty verdict gives it back to the filter."""

    verdict = serializers.ChoiceField(choices=DECISIONS, allow_blank=True)


class InteractionFilters(django_filters.FilterSet):
    """Which interactions of the post to list."""

    kind = django_filters.ChoiceFilter(choices=InteractionKind.choices)
    verdict = django_filters.ChoiceFilter(
        field_name="final_verdict", choices=Verdict.choices, label="A person's verdict, else the filter's"
    )
    unassessed = QuestionFilter()
    to_review = QuestionFilter(label="The filter is not sure of it, and no person has decided")


class OfOnePost(viewsets.GenericViewSet[Any]):
    """Base of the views under `posts/{post_id}/`: an unknown post is a 404, also for a list."""

    def post_of_address(self) -> SocialMediaPost:
        """The post that the address names."""
        return get_object_or_404(SocialMediaPost.objects.all(), pk=self.kwargs["post_id"])

    def live_post(self) -> tuple[SocialMediaPost, datetime]:
        """The post that the address names, and since when it is live. Of any other nothing can have been seen."""
        post = self.post_of_address()
        if post.published_at is None:
            raise serializers.ValidationError({"post": "It is not published yet, so nothing can have been seen of it."})
        return post, post.published_at

    def get_queryset(self) -> QuerySet[Any]:
        """The rows of that post alone."""
        rows: QuerySet[Any] = super().get_queryset().filter(post=self.post_of_address())
        return rows


@extend_schema_view(list=extend_schema(summary="List a post's snapshots", parameters=[POST_ID]))
class SnapshotViewSet(mixins.ListModelMixin, OfOnePost):
    """What was seen of a post, moment by moment."""

    queryset = MetricSnapshot.objects.defer("raw")
    serializer_class = SnapshotSerializer


class MetricsViewSet(OfOnePost):
    """Metrics that another program collected."""

    queryset = MetricSnapshot.objects.all()
    serializer_class = MetricsSerializer

    @extend_schema(
        summary="Push a post's metrics",
        parameters=[POST_ID],
        responses={200: SnapshotSerializer, 201: SnapshotSerializer},
    )
    @transaction.atomic
    def create(self, request: Request, post_id: str) -> Response:
        """Store what was seen at one moment: 201 if it is new, 200 if known, 409 if known with other numbers."""
        post, published_at = self.live_post()
        given = MetricsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        values = dict(given.validated_data)
        moment = values.pop("observed_at")
        if moment < published_at - CLOCK_TOLERANCE:
            words = f"The post went live at {published_at.isoformat()}: give a moment after that."
            raise serializers.ValidationError({"observed_at": words})
        new = record_metrics(post, Metrics(**values), observed_at=moment, source=MetricSource.PUSH)
        assess_posts([post], now=timezone.now())
        snapshot = MetricSnapshot.objects.get(post=post, observed_at=moment)
        return Response(SnapshotSerializer(snapshot).data, status=201 if new else 200)


@extend_schema_view(list=extend_schema(summary="List a post's interactions", parameters=[POST_ID]))
class InteractionViewSet(mixins.ListModelMixin, OfOnePost):
    """What visible people did with a post, and what the filter made of it."""

    queryset = Interaction.objects.all()
    serializer_class = InteractionSerializer
    filterset_class = InteractionFilters
    # The same as for the admin's actions.
    action_permissions = {"decide": "engagement.change_interaction"}
    lookup_value_regex = "[0-9]{1,19}"

    @extend_schema(
        summary="Decide who stands behind an interaction",
        parameters=[POST_ID],
        request=DecisionSerializer,
        responses={200: InteractionSerializer},
    )
    @action(detail=True, methods=["post"])
    def decide(self, request: Request, post_id: str, pk: str) -> Response:
        """Put a person's word above the filter's, in the caller's name; the post's numbers are made anew.

        Saying the same again changes nothing. What was said is kept with what the filter had said.
        """
        row = self.get_object()
        given = DecisionSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        now = timezone.now()
        with suppress(NothingToDecide), deciding([row]):
            decide(row, given.validated_data["verdict"], by=caller(request), now=now)
            measure([row], now=now)
        return Response(self.get_serializer(self.get_object()).data)

    @extend_schema(
        summary="Push a post's interactions",
        parameters=[POST_ID],
        request=InteractionsSerializer,
        responses={200: IngestedSerializer},
    )
    @transaction.atomic
    def create(self, request: Request, post_id: str) -> Response:
        """Store interactions by their `platform_id`; those that are known stay as they are."""
        post, _ = self.live_post()
        given = InteractionsSerializer(data=request.data)
        given.is_valid(raise_exception=True)
        seen = [SeenInteraction(**item) for item in given.validated_data["interactions"]]
        now = timezone.now()
        SocialMediaPost.objects.filter(pk=post.pk).hold()
        new = record_interactions(post, seen, now=now)
        assess_posts([post], now=now)
        return Response(IngestedSerializer({"new": new, "known": len({s.platform_id for s in seen}) - new}).data)
