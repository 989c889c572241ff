"""The REST door to accounts: tokens go in and never come out, and what a platform said of an account is read-only."""

from typing import Any

import django_filters
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import mixins, serializers, viewsets

from acd.rest import MomentField, QuestionFilter, StrictFields, WordField
from engagement.api import PlatformFilter
from engagement.enums import AccountState
from engagement.models import SocialAccount
from engagement.rules import WARNING_DAYS
from engagement.tokens import renewed
from gator.studio.api import PersonaField, PersonaFilter

TOKEN_LIMIT = 4096


class SocialAccountSerializer(StrictFields, serializers.ModelSerializer[SocialAccount]):
    """An account. Tokens go in and never come out: `has_token` and `token_expires_at` say what one needs to know."""

    persona = PersonaField()
    access_token = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=TOKEN_LIMIT)
    refresh_token = serializers.CharField(write_only=True, required=False, allow_blank=True, max_length=TOKEN_LIMIT)
    has_token = serializers.BooleanField(read_only=True)
    token_expires_at = MomentField(required=False, allow_null=True)
    refresh_expires_at = MomentField(required=False, allow_null=True)
    token_warning = serializers.ChoiceField(
        choices=WARNING_DAYS,
        read_only=True,
        allow_null=True,
        help_text="Access ends within so many days unless a person acts, or has ended. NULL: no warning.",
    )
    posts_at_risk = serializers.IntegerField(
        read_only=True, help_text="Scheduled posts planned for when there is no access any more."
    )
    scopes = serializers.ListField(child=WordField(max_length=100), required=False, max_length=100)

    class Meta:
        model = SocialAccount
        fields = (
            "id",
            "persona",
            "platform",
            "flavour",
            "platform_user_id",
            "handle",
            "access_token",
            "refresh_token",
            "has_token",
            "token_expires_at",
            "refresh_expires_at",
            "token_refreshed_at",
            "token_warning",
            "posts_at_risk",
            "scopes",
            "state",
            "followers",
            "last_error",
            "last_error_at",
            "throttled_until",
            "created_at",
        )
        read_only_fields = (
            "id",
            "token_refreshed_at",
            "followers",
            "last_error",
            "last_error_at",
            "throttled_until",
            "created_at",
        )

    def create(self, validated_data: dict[str, Any]) -> SocialAccount:
        """A token counts as ours from now on."""
        return super().create(_with_new_token(validated_data, validated_data.get("state", AccountState.ACTIVE)))

    def update(self, instance: SocialAccount, validated_data: dict[str, Any]) -> SocialAccount:
        """A new token lets the account work again, as in the admin; one that a person paused stays paused."""
        return super().update(instance, _with_new_token(validated_data, instance.state))


def _with_new_token(given: dict[str, Any], state: str) -> dict[str, Any]:
    return {**renewed(state, timezone.now()), **given} if given.get("access_token") else given


class SocialAccountFilters(django_filters.FilterSet):
    """Which accounts to list."""

    persona = PersonaFilter()
    platform = PlatformFilter()
    state = django_filters.ChoiceFilter(choices=AccountState.choices)
    working = QuestionFilter(timed=True, label="Accounts that may be called now")
    expiring = QuestionFilter(timed=True, label="Access ends within 14 days unless a person acts")
    at_risk = QuestionFilter(timed=True, label="Posts are planned for when there is no access")


@extend_schema_view(
    list=extend_schema(summary="List accounts"),
    retrieve=extend_schema(summary="Read one account"),
    create=extend_schema(summary="Add an account"),
    partial_update=extend_schema(summary="Change an account or give it a new token"),
)
class SocialAccountViewSet(
    mixins.CreateModelMixin, mixins.UpdateModelMixin, viewsets.ReadOnlyModelViewSet[SocialAccount]
):
    """Accounts of personas on platforms."""

    queryset = SocialAccount.objects.select_related("persona")
    serializer_class = SocialAccountSerializer
    filterset_class = SocialAccountFilters
    http_method_names = ["get", "head", "post", "patch"]

    def get_queryset(self) -> Any:
        """With what is at risk."""
        return super().get_queryset().with_risk(timezone.now())  # type: ignore[attr-defined]

    def perform_create(self, serializer: serializers.BaseSerializer[SocialAccount]) -> None:
        """Show what a list shows of it."""
        serializer.instance = self.get_queryset().get(pk=serializer.save().pk)

    perform_update = perform_create
