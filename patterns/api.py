"""The REST door to what was learned: the patterns, the analysis of one post, and the questions of `PatternAnalyzer`."""

from collections.abc import Callable

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from acd.models import ACDContext
from acd.rest import MomentQuestionFilter, QuestionFilter, WholeNumberFilter, parameters
from engagement.api import PlatformFilter
from engagement.models import SocialMediaPost
from gator.studio.api import PersonaField, PersonaFilter
from gator.studio.models import Content
from patterns.analyzer import PatternAnalyzer
from patterns.api_answers import ANSWERS, AnalysisSerializer
from patterns.api_questions import PARAMETERS, answer, written
from patterns.decay import confidence, faded, holds
from patterns.enums import Advice, PatternKind, PatternStatus, RetiredReason
from patterns.models import Pattern
from patterns.questions import QUESTIONS


class PatternSerializer(serializers.ModelSerializer[Pattern]):
    """Something learned, with its n, interval and q-values.

    The mean, its interval and the baseline are in percent of `basis`, in log engagement where that is `count`, and in a
    hundred runs where there is none; effects are in percent more or less, all else equal. `confidence` is what the
    evidence counts today (0 to 1), `faded_low` and `faded_high` the interval of the effect with that; guidance leaves
    out what no longer `holds`.
    """

    persona = PersonaField(read_only=True)
    confidence = serializers.SerializerMethodField()
    faded_low = serializers.SerializerMethodField()
    faded_high = serializers.SerializerMethodField()
    holds = serializers.SerializerMethodField()

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
            "shrunk",
            "shrunk_low",
            "shrunk_high",
            "q_value",
            "q_gain",
            "q_loss",
            "confidence",
            "faded_low",
            "faded_high",
            "holds",
            "version",
            "supersedes",
            "extraction",
            "window_start",
            "window_end",
            "evidence_at",
            "learned_at",
            "retired_at",
            "retired_reason",
        )
        read_only_fields: tuple[str, ...] = fields

    def get_confidence(self, pattern: Pattern) -> float:
        """What the evidence counts now."""
        return confidence(pattern, timezone.now())

    def get_faded_low(self, pattern: Pattern) -> float | None:
        """The lower end of the effect's interval, for what the evidence counts now."""
        ends = faded(pattern, timezone.now())
        return ends[0] if ends else None

    def get_faded_high(self, pattern: Pattern) -> float | None:
        """The upper end of the effect's interval, for what the evidence counts now."""
        ends = faded(pattern, timezone.now())
        return ends[1] if ends else None

    def get_holds(self, pattern: Pattern) -> bool:
        """Whether the evidence still tells the effect from nothing."""
        return holds(pattern, timezone.now())


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
    retired_reason = django_filters.ChoiceFilter(choices=RetiredReason.choices)
    context = django_filters.UUIDFilter(field_name="contexts", label="Patterns that rest on this run")
    post = WholeNumberFilter(field_name="posts", label="Patterns that rest on this post")
    content = WholeNumberFilter(field_name="informed", label="Patterns that informed this content")
    learned_since = MomentQuestionFilter(question="learned_since")
    active = QuestionFilter()
    current = QuestionFilter(label="Active patterns, and those a person rejected")


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


def asked(name: str) -> Callable[[Callable[..., Response]], Callable[..., Response]]:
    """Puts a view at the address of a question, described with its parameters and its answer."""

    def decorate(view: Callable[..., Response]) -> Callable[..., Response]:
        described = extend_schema(summary=QUESTIONS[name].line, parameters=[PARAMETERS[name]], responses=ANSWERS[name])
        return described(action(detail=False, url_path=name)(view))

    return decorate


def answered(name: str, request: Request) -> Response:
    """The answer to a question with the parameters of the query."""
    return Response(written(name, answer(name, parameters(request), now=timezone.now())))


class InsightViewSet(viewsets.GenericViewSet[Pattern]):
    """The questions people ask of what was learned, about one persona on one platform or about all personas there."""

    # The answers need the permission to see patterns.
    queryset = Pattern.objects.all()
    filterset_class = None
    pagination_class = None

    @asked("successful-patterns")
    def successful_patterns(self, request: Request) -> Response:
        """Posts above a rate even at the lower bound of their interval."""
        return answered("successful-patterns", request)

    @asked("failure-patterns")
    def failure_patterns(self, request: Request) -> Response:
        """Kinds of failure with examples and advice, who fails more than the others, and what came back.

        All platforms. `recurrences` look back 90 days and the rest 30, unless `days` says otherwise.
        """
        return answered("failure-patterns", request)

    @asked("posting-times")
    def posting_times(self, request: Request) -> Response:
        """Hours and weekdays of the personas' own time zones, claimed or not, surest first."""
        return answered("posting-times", request)

    @asked("hashtags")
    def hashtags(self, request: Request) -> Response:
        """Every tested hashtag, claimed or not, surest first."""
        return answered("hashtags", request)

    @asked("formats")
    def formats(self, request: Request) -> Response:
        """Every tested format, claimed or not, surest first."""
        return answered("formats", request)

    @asked("caption-lengths")
    def caption_lengths(self, request: Request) -> Response:
        """Every tested class of captions by number of characters, claimed or not, surest first."""
        return answered("caption-lengths", request)

    @asked("strategies")
    def strategies(self, request: Request) -> Response:
        """Every tested approach of contents, claimed or not, surest first."""
        return answered("strategies", request)

    @asked("summary")
    def summary(self, request: Request) -> Response:
        """Totals, mean rate, trend, best and worst, and the share of bots and personas."""
        return answered("summary", request)

    @asked("suggestions")
    def suggestions(self, request: Request) -> Response:
        """Sentences that carry their numbers, or how many more posts it would take to know."""
        return answered("suggestions", request)

    @asked("alarms")
    def alarms(self, request: Request) -> Response:
        """Choices that lose variety, captions that repeat, engagement from bots or personas, and what rests on it.

        The last 30 days against the 30 before, unless `days` says otherwise.
        """
        return answered("alarms", request)

    @asked("changes")
    def changes(self, request: Request) -> Response:
        """Advice that is new, gone, turned round or rests on other numbers, and how the posts behind it differ.

        Each persona's newest look against its last one from before the window: 7 days, unless `days` says otherwise.
        """
        return answered("changes", request)
