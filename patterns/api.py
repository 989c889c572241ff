"""The REST door to what was learned: the patterns, the analysis of one post, and the questions of `PatternAnalyzer`."""

from typing import Any

import django_filters
from django.conf import settings
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view, inline_serializer
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from acd.models import ACDContext
from acd.rest import MomentQuestionFilter, QuestionFilter, StrictFields, WholeNumberFilter
from engagement.api import PlatformFilter
from engagement.enums import Platform
from engagement.models import SocialMediaPost
from gator.studio.api import PersonaField, PersonaFilter
from gator.studio.models import Content
from patterns.analyzer import PatternAnalyzer
from patterns.answers import (
    Alarm,
    FailingGroup,
    FailurePattern,
    Finding,
    PostAnalysis,
    Recurrence,
    SuccessfulPost,
    Summary,
)
from patterns.api_answers import serializer_for
from patterns.enums import Advice, AlarmState, FailureGroup, PatternKind, PatternStatus
from patterns.models import Pattern

# The lists of groups that fail more, by their name in the answer.
FAILING = {
    "phases": FailureGroup.PHASE,
    "models": FailureGroup.MODEL,
    "providers": FailureGroup.PROVIDER,
    "approaches": FailureGroup.APPROACH,
    "prompts": FailureGroup.PROMPT,
}
# Some ninety years: longer than any platform, short enough for a date.
MAX_DAYS = 32_000

AnalysisSerializer = serializer_for(PostAnalysis)
FindingSerializer = serializer_for(Finding)
FailurePatternSerializer = serializer_for(FailurePattern)
FailingGroupSerializer = serializer_for(FailingGroup)
RecurrenceSerializer = serializer_for(Recurrence)
AlarmSerializer = serializer_for(Alarm)
SuccessfulPostSerializer = serializer_for(SuccessfulPost)
SummarySerializer = serializer_for(Summary)

AlarmsSerializer = inline_serializer(
    "Alarms", {"alarms": AlarmSerializer(many=True), "checks": AlarmSerializer(many=True)}
)
SuccessfulPostsSerializer = inline_serializer("SuccessfulPatterns", {"posts": SuccessfulPostSerializer(many=True)})
FailuresSerializer = inline_serializer(
    "FailurePatterns",
    {
        "failures": FailurePatternSerializer(many=True),
        **{name: FailingGroupSerializer(many=True) for name in FAILING},
        "recurrences": RecurrenceSerializer(many=True),
    },
)
TimesSerializer = inline_serializer(
    "PostingTimes", {"hours": FindingSerializer(many=True), "weekdays": FindingSerializer(many=True)}
)
HashtagsSerializer = inline_serializer("EffectiveHashtags", {"hashtags": FindingSerializer(many=True)})
SuggestionsSerializer = inline_serializer(
    "Suggestions", {"suggestions": serializers.ListField(child=serializers.CharField())}
)


class PatternSerializer(serializers.ModelSerializer[Pattern]):
    """Something learned, with its n, interval and q-value. Numbers are percent of `basis`, or log engagement."""

    persona = PersonaField(read_only=True)

    class Meta:
        model = Pattern
        fields: tuple[str, ...] = (
            "id",
            "kind",
            "subject",
            "persona",
            "platform",
            "advice",
            "status",
            "strategy",
            "basis",
            "n",
            "mean",
            "low",
            "high",
            "baseline",
            "effect",
            "effect_low",
            "effect_high",
            "q_value",
            "version",
            "supersedes",
            "extraction",
            "window_start",
            "window_end",
            "learned_at",
            "retired_at",
        )
        read_only_fields: tuple[str, ...] = fields


class PatternDetailSerializer(PatternSerializer):
    """A pattern with the posts and runs it rests on, and the content it informed."""

    posts = serializers.PrimaryKeyRelatedField[SocialMediaPost](many=True, read_only=True)
    contexts = serializers.PrimaryKeyRelatedField[ACDContext](many=True, read_only=True)
    informed = serializers.PrimaryKeyRelatedField[Content](many=True, read_only=True)

    class Meta(PatternSerializer.Meta):
        fields = (*PatternSerializer.Meta.fields, "posts", "contexts", "informed")
        read_only_fields = fields


class PatternFilters(django_filters.FilterSet):
    """Which patterns to list."""

    persona = PersonaFilter()
    platform = PlatformFilter()
    kind = django_filters.ChoiceFilter(choices=PatternKind.choices)
    advice = django_filters.ChoiceFilter(choices=Advice.choices)
    status = django_filters.ChoiceFilter(choices=PatternStatus.choices)
    context = django_filters.UUIDFilter(field_name="contexts", label="Patterns that rest on this run")
    post = WholeNumberFilter(field_name="posts", label="Patterns that rest on this post")
    content = WholeNumberFilter(field_name="informed", label="Patterns that informed this content")
    learned_since = MomentQuestionFilter(question="learned_since")
    active = QuestionFilter()
    current = QuestionFilter(label="Active patterns, and those a person rejected")


class QuestionSerializer(StrictFields, serializers.Serializer[Any]):
    """Whom a question is about, and how many days back it looks. Every question has its own default of days."""

    persona = PersonaField(help_text="Slug of a persona.")
    platform = serializers.ChoiceField(choices=Platform.choices)
    days = serializers.IntegerField(required=False, min_value=1, max_value=MAX_DAYS)


class RateQuestionSerializer(QuestionSerializer):
    """A question about posts above a rate, in percent of their basis."""

    min_engagement_rate = serializers.FloatField(required=False, default=5.0, min_value=0, max_value=100)


class HashtagQuestionSerializer(QuestionSerializer):
    """A question about hashtags used often enough."""

    min_posts = serializers.IntegerField(
        required=False, default=settings.PATTERN_MIN_POSTS, min_value=1, max_value=1000
    )


@extend_schema_view(
    list=extend_schema(summary="List patterns"),
    retrieve=extend_schema(summary="Read one pattern and its evidence"),
)
class PatternViewSet(viewsets.ReadOnlyModelViewSet[Pattern]):
    """What was learned, how sure Gator is, and from which rows."""

    queryset = Pattern.objects.select_related("persona")
    serializer_class = PatternSerializer
    filterset_class = PatternFilters

    def get_serializer_class(self) -> type[serializers.BaseSerializer[Pattern]]:
        """The detail shows the evidence."""
        return PatternDetailSerializer if self.action == "retrieve" else PatternSerializer


class AnalysisViewSet(viewsets.GenericViewSet[SocialMediaPost]):
    """What is known of one post, what stands out and what to do with that."""

    queryset = SocialMediaPost.objects.select_related("persona", "content").prefetch_related("hashtags")
    serializer_class = AnalysisSerializer

    @extend_schema(summary="Analyse a post's performance")
    def retrieve(self, request: Request, pk: int) -> Response:
        """Compare the post with the account's usual, and with what was learned."""
        post = self.get_object()
        analyzer = PatternAnalyzer(post.persona, post.platform, now=timezone.now())
        return Response(AnalysisSerializer(analyzer.analyze_post_performance(post)).data)


class InsightViewSet(viewsets.GenericViewSet[Pattern]):
    """The questions people ask of what was learned, about one persona on one platform."""

    # The answers need the permission to see patterns.
    queryset = Pattern.objects.all()
    filterset_class = None
    pagination_class = None

    @extend_schema(
        summary="Posts that did well, and how they were made",
        parameters=[RateQuestionSerializer],
        responses=SuccessfulPostsSerializer,
    )
    @action(detail=False, url_path="successful-patterns")
    def successful_patterns(self, request: Request) -> Response:
        """Posts above a rate even at the lower bound of their interval."""
        analyzer, options = asked(request, RateQuestionSerializer)
        posts = analyzer.successful_patterns(options["min_engagement_rate"])
        return Response({"posts": SuccessfulPostSerializer(posts, many=True).data})

    @extend_schema(
        summary="What fails, where and how often", parameters=[QuestionSerializer], responses=FailuresSerializer
    )
    @action(detail=False, url_path="failure-patterns")
    def failure_patterns(self, request: Request) -> Response:
        """Kinds of failure with examples and advice, who fails more than the others, and what came back.

        All platforms. `failures` and the groups look back 30 days, `recurrences` 90, unless `days` says otherwise.
        """
        analyzer, _ = asked(request, QuestionSerializer)
        groups = {name: analyzer.failing_groups(kind) for name, kind in FAILING.items()}
        return Response(
            {
                "failures": FailurePatternSerializer(analyzer.common_failure_patterns(), many=True).data,
                **{name: FailingGroupSerializer(found, many=True).data for name, found in groups.items()},
                "recurrences": RecurrenceSerializer(analyzer.recurring_failures(), many=True).data,
            }
        )

    @extend_schema(
        summary="Whether the loop feeds on itself", parameters=[QuestionSerializer], responses=AlarmsSerializer
    )
    @action(detail=False)
    def alarms(self, request: Request) -> Response:
        """Choices that lose variety, captions that repeat, engagement from bots or personas, and what rests on it.

        The last 30 days against the 30 before, unless `days` says otherwise. `checks` holds every check, also those of
        which too little is known; `alarms` those that ring.
        """
        analyzer, _ = asked(request, QuestionSerializer)
        checks = AlarmSerializer(analyzer.alarms(), many=True).data
        return Response({"alarms": [one for one in checks if one["state"] == AlarmState.ALARM], "checks": checks})

    @extend_schema(summary="Hours and weekdays that work", parameters=[QuestionSerializer], responses=TimesSerializer)
    @action(detail=False, url_path="posting-times")
    def posting_times(self, request: Request) -> Response:
        """Hours and weekdays of the persona's own time zone, surest first."""
        analyzer, _ = asked(request, QuestionSerializer)
        hours, weekdays = analyzer.optimal_posting_times(), analyzer.optimal_weekdays()
        findings = {"hours": hours, "weekdays": weekdays}
        return Response({name: FindingSerializer(rows, many=True).data for name, rows in findings.items()})

    @extend_schema(summary="Hashtags that work", parameters=[HashtagQuestionSerializer], responses=HashtagsSerializer)
    @action(detail=False)
    def hashtags(self, request: Request) -> Response:
        """Every tested hashtag, claimed or not, surest first."""
        analyzer, options = asked(request, HashtagQuestionSerializer)
        findings = analyzer.effective_hashtags(options["min_posts"])
        return Response({"hashtags": FindingSerializer(findings, many=True).data})

    @extend_schema(summary="A persona in figures", parameters=[QuestionSerializer], responses=SummarySerializer)
    @action(detail=False)
    def summary(self, request: Request) -> Response:
        """Totals, mean rate, trend, best and worst, and the share of bots and personas."""
        analyzer, _ = asked(request, QuestionSerializer)
        return Response(SummarySerializer(analyzer.performance_summary()).data)

    @extend_schema(summary="What to do differently", parameters=[QuestionSerializer], responses=SuggestionsSerializer)
    @action(detail=False)
    def suggestions(self, request: Request) -> Response:
        """Sentences that carry their numbers, or how many more posts it would take to know."""
        analyzer, _ = asked(request, QuestionSerializer)
        return Response({"suggestions": analyzer.suggest_content_improvements()})


def asked(request: Request, question: type[QuestionSerializer]) -> tuple[PatternAnalyzer, dict[str, Any]]:
    """The analyzer for the persona, platform and days of the query, and what else the question takes."""
    given = question(data=request.query_params.dict())
    given.is_valid(raise_exception=True)
    options = dict(given.validated_data)
    persona, platform, days = options.pop("persona"), options.pop("platform"), options.pop("days", None)
    return PatternAnalyzer(persona, platform, days=days, now=timezone.now()), options
