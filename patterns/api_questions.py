"""What a question takes and how its answer is written: the same for the REST API and for the command.

Parameters are checked by serializers, so a wrong one is refused by its name at either door.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from rest_framework import serializers

from acd.rest import StrictFields
from engagement.enums import Platform
from engagement.models import SocialMediaPost
from gator.studio.api import PersonaField
from patterns.analyzer import PatternAnalyzer
from patterns.answers import Asked, PostAnalysis
from patterns.api_answers import ANSWERS
from patterns.questions import QUESTIONS

# Some ninety years: longer than any platform, short enough for a date.
MAX_DAYS = 32_000


class QuestionSerializer(StrictFields, serializers.Serializer[Any]):
    """Whom a question is about, and how many days back it looks. Every question has its own default of days."""

    persona = PersonaField(
        required=False, allow_null=True, default=None, help_text="Slug of a persona; all of the platform if left out."
    )
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


class AnalysisQuestionSerializer(StrictFields, serializers.Serializer[Any]):
    """The post that is analysed, by its id."""

    post = serializers.PrimaryKeyRelatedField(queryset=SocialMediaPost.objects.all())


PARAMETERS: dict[str, type[QuestionSerializer]] = dict.fromkeys(QUESTIONS, QuestionSerializer) | {
    "successful-patterns": RateQuestionSerializer,
    "hashtags": HashtagQuestionSerializer,
}


def answer(question: str, given: Mapping[str, Any], *, now: datetime) -> Asked:
    """The answer to a question as it was asked. Raises a ValidationError that names what is wrong with `given`."""
    parameters = PARAMETERS[question](data=dict(given))
    parameters.is_valid(raise_exception=True)
    options = dict(parameters.validated_data)
    persona, platform, days = options.pop("persona"), options.pop("platform"), options.pop("days", None)
    return QUESTIONS[question].ask(PatternAnalyzer(persona, platform, now=now, days=days), **options)


def analysed(given: Mapping[str, Any], *, now: datetime) -> PostAnalysis:
    """What is known of the post that is named. Raises a ValidationError that says what is wrong with `given`."""
    parameters = AnalysisQuestionSerializer(data=dict(given))
    parameters.is_valid(raise_exception=True)
    post = parameters.validated_data["post"]
    return PatternAnalyzer(post.persona, post.platform, now=now).analyze_post_performance(post)


def written(question: str, found: Asked) -> dict[str, Any]:
    """An answer as it goes out, ready for JSON."""
    return dict(ANSWERS[question](found).data)
