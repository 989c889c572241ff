"""The REST door to posts: observed facts are read-only; scheduling, publishing and syncing are actions."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from acd.rest import Asks, MomentField, MomentFilter, QuestionFilter, StrictFields, WholeNumberFilter, caller
from engagement.enums import FilterState, Freshness, Platform, PostStatus, SyncStatus
from engagement.models import SocialAccount, SocialMediaPost
from engagement.publishing import publish
from engagement.reports import Outcome
from engagement.scheduling import plan_again, schedule, waive_ai_label
from engagement.sync import sync_posts
from engagement.values import METRIC_FIELDS
from gator.studio.api import PersonaField, PersonaFilter
from gator.studio.enums import MediaKind
from gator.studio.models import Content

HOURS_IN_TEN_YEARS = 87_600


class PostSerializer(serializers.ModelSerializer[SocialMediaPost]):
    """A post with its newest numbers. NULL is unknown, never zero.

    `engagement_rate` is genuine engagement in percent of `basis`, with 95 % confidence between `rate_low` and
    `rate_high`, resting on `observed_count` interactions; whom of these the filter is not sure of (`unsure_count`)
    count as genuine and bots by their probability. `total_engagement` and `raw_rate` are the same unfiltered. Rates of
    different bases are not comparable. `provisional`: the platform may still correct the numbers, which were observed
    at `last_synced_at`.
    """

    persona = PersonaField(read_only=True)
    hashtags = serializers.SlugRelatedField(slug_field="name", many=True, read_only=True)  # type: ignore[var-annotated]
    genuine_ratio = serializers.FloatField(read_only=True, allow_null=True)
    provisional = serializers.BooleanField(source="is_provisional", read_only=True)
    freshness = serializers.SerializerMethodField()
    ai_label = serializers.SerializerMethodField()

    class Meta:
        model = SocialMediaPost
        fields = (
            "id",
            "persona",
            "account",
            "content",
            "context",
            "platform",
            "media_kind",
            "platform_post_id",
            "url",
            "status",
            "status_reason",
            "caption",
            "hashtags",
            "scheduled_at",
            "published_at",
            "local_hour",
            "local_weekday",
            "created_at",
            "ai_label",
            "freshness",
            "last_synced_at",
            "next_sync_at",
            "missing_since",
            "sync_status",
            "sync_error",
            *METRIC_FIELDS,
            "audience",
            "filter_state",
            "observed_count",
            "genuine_count",
            "bot_count",
            "persona_count",
            "unsure_count",
            "total_engagement",
            "genuine_engagement",
            "genuine_low",
            "genuine_high",
            "genuine_ratio",
            "basis",
            "engagement_rate",
            "rate_low",
            "rate_high",
            "raw_rate",
            "lift",
            "vs_average",
            "average_n",
            "percentile",
            "measured_at",
            "provisional",
            "grade",
            "graded_at",
        )
        read_only_fields = fields

    def get_freshness(self, post: SocialMediaPost) -> Freshness:
        """`fresh` as the ladder promises, `late`, `stale` (the last read failed), `final`, or `never` read."""
        return post.freshness(timezone.now())

    def get_ai_label(self, post: SocialMediaPost) -> bool | None:
        """Whether it goes out, or went out, with the platform's label for AI-made content; null if made elsewhere."""
        return None if post.content_id is None else post.ai_label_waived_by_id is None


class ScheduleSerializer(StrictFields, serializers.Serializer[SocialMediaPost]):
    """Which content goes on which account, and when."""

    content = serializers.PrimaryKeyRelatedField(
        queryset=Content.objects.select_related("persona", "context"),
        error_messages={"does_not_exist": "No content has the id {pk_value}: GET /api/v1/contents/ lists it."},
    )
    account = serializers.PrimaryKeyRelatedField(
        queryset=SocialAccount.objects.select_related("persona"),
        error_messages={"does_not_exist": "No account has the id {pk_value}: GET /api/v1/accounts/ lists them."},
    )
    scheduled_at = MomentField()


class WorkItemSerializer(serializers.Serializer[Any]):
    """How the work on one thing ended, and why."""

    name = serializers.CharField()
    outcome = serializers.ChoiceField(choices=[(outcome.value, outcome.value) for outcome in Outcome])
    reason = serializers.CharField(allow_blank=True)


class PostActionSerializer(serializers.Serializer[Any]):
    """How an action on a post ended, and the post as it is now."""

    report = WorkItemSerializer(many=True)
    post = PostSerializer()


class PlatformFilter(Asks, django_filters.ChoiceFilter):
    """Asks `on()` about a platform."""

    def __init__(self) -> None:
        super().__init__(question="on", choices=Platform.choices)


class PostFilters(django_filters.FilterSet):
    """Which posts to list."""

    persona = PersonaFilter()
    platform = PlatformFilter()
    status = django_filters.ChoiceFilter(choices=PostStatus.choices)
    media_kind = django_filters.ChoiceFilter(choices=MediaKind.choices)
    sync_status = django_filters.ChoiceFilter(choices=SyncStatus.choices)
    filter_state = django_filters.ChoiceFilter(choices=FilterState.choices)
    account = WholeNumberFilter(field_name="account_id")
    content = WholeNumberFilter(field_name="content_id")
    context = django_filters.UUIDFilter(field_name="context_id")
    since = MomentFilter(field_name="published_at", lookup_expr="gte", label="Published at or after this moment")
    until = MomentFilter(field_name="published_at", lookup_expr="lt", label="Published before this moment")
    recent = WholeNumberFilter(
        method="published_recently", max_value=HOURS_IN_TEN_YEARS, label="Published in so many hours before now"
    )
    published = QuestionFilter()
    overdue = QuestionFilter(timed=True, label="The sync is more than two hours late")
    due_for_sync = QuestionFilter(timed=True)
    due_for_publishing = QuestionFilter(timed=True)
    sync_failed = QuestionFilter()
    measured = QuestionFilter()
    settled = QuestionFilter()
    awaiting_grade = QuestionFilter()
    bot_ridden = QuestionFilter(label="Bots are at least 30 % of what was observed")
    unusual = QuestionFilter(label="At least 50 % above or below the account's usual")

    def published_recently(self, queryset: QuerySet[Any], name: str, value: int) -> QuerySet[Any]:
        """Ask `recent()`."""
        answer: QuerySet[Any] = queryset.recent(value, timezone.now())  # type: ignore[attr-defined]
        return answer


@extend_schema_view(
    list=extend_schema(summary="List posts"), retrieve=extend_schema(summary="Read one post and its numbers")
)
class PostViewSet(viewsets.ReadOnlyModelViewSet[SocialMediaPost]):
    """Posts: where each stands, its newest numbers and what they mean."""

    queryset = SocialMediaPost.objects.select_related("persona").prefetch_related("hashtags")
    serializer_class = PostSerializer
    filterset_class = PostFilters
    action_permissions = {
        "sync": "engagement.change_socialmediapost",
        "publish": "engagement.change_socialmediapost",
        "plan_again": "engagement.change_socialmediapost",
        "waive_ai_label": "engagement.waive_ai_label",
    }

    @extend_schema(
        summary="Schedule content on an account", request=ScheduleSerializer, responses={201: PostSerializer}
    )
    def create(self, request: Request) -> Response:
        """Plan a post; it goes out when its time has come, or at once with the action `publish`."""
        plan = ScheduleSerializer(data=request.data)
        plan.is_valid(raise_exception=True)
        values = plan.validated_data
        post = schedule(values["content"], values["account"], values["scheduled_at"])
        return Response(self._shown(post), status=201)

    @extend_schema(summary="Fetch a post's numbers now", request=None, responses=PostActionSerializer)
    @action(detail=True, methods=["post"])
    def sync(self, request: Request, pk: str) -> Response:
        """Ask the platform for the newest metrics and interactions, whether or not they are due."""
        post = self.get_object()
        report = sync_posts([post], now=timezone.now())
        return self._ended(report.items, post)

    @extend_schema(summary="Publish a post now", request=None, responses=PostActionSerializer)
    @action(detail=True, methods=["post"])
    def publish(self, request: Request, pk: str) -> Response:
        """Send a scheduled post or a draft to its platform now. Asking twice publishes once."""
        post = self.get_object()
        return self._ended([publish(post, now=timezone.now())], post)

    @extend_schema(summary="Plan a failed post again", request=None, responses=PostSerializer)
    @action(detail=True, methods=["post"], url_path="plan-again")
    def plan_again(self, request: Request, pk: str) -> Response:
        """Send a post that did not go out once more. One that is live, or may be, is refused."""
        post = self.get_object()
        plan_again(post, now=timezone.now())
        return Response(self._shown(post))

    @extend_schema(summary="Let a post go out without the AI label", request=None, responses=PostSerializer)
    @action(detail=True, methods=["post"], url_path="waive-ai-label")
    def waive_ai_label(self, request: Request, pk: str) -> Response:
        """Waive the platform's label for AI-made content in the caller's own name."""
        post = self.get_object()
        waive_ai_label(post, caller(request), now=timezone.now())
        return Response(self._shown(post))

    def _ended(self, items: list[Any], post: SocialMediaPost) -> Response:
        report = WorkItemSerializer(items, many=True).data
        return Response({"report": report, "post": self._shown(post)})

    def _shown(self, post: SocialMediaPost) -> Any:
        return self.get_serializer(self.get_queryset().get(pk=post.pk)).data
