"""The REST door to budgets: what is left of every limit, where the limit comes from, and what was spent."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.utils import timezone
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, viewsets

from acd.rest import QuestionFilter, WholeNumberFilter
from engagement.api import PlatformFilter
from engagement.models import Budget
from engagement.platforms.limits import MONEY


class BudgetSerializer(serializers.ModelSerializer[Budget]):
    """A limit and what is used of it in its window of `seconds`. Without `account` it is the whole app's.

    `amount`, `used` and `left` are in `unit`; `amount` and `left` are null where nothing limits. `usage` is percent,
    for platforms that report only that. `micro_dollars_today` and `micro_dollars_month` (UTC) are null where nothing
    costs.
    """

    used = serializers.IntegerField(read_only=True)
    left = serializers.SerializerMethodField()
    micro_dollars_today = serializers.SerializerMethodField()
    micro_dollars_month = serializers.SerializerMethodField()

    class Meta:
        model = Budget
        fields = (
            "id",
            "platform",
            "account",
            "name",
            "unit",
            "amount",
            "seconds",
            "used",
            "left",
            "usage",
            "closed_until",
            "reason",
            "resets_at",
            "reported_at",
            "origin",
            "source",
            "stated_on",
            "micro_dollars_today",
            "micro_dollars_month",
        )
        read_only_fields = fields

    def get_left(self, budget: Any) -> int | None:
        return None if budget.amount is None else max(0, budget.amount - budget.used)

    def get_micro_dollars_today(self, budget: Any) -> int | None:
        return budget.today if budget.unit == MONEY else None

    def get_micro_dollars_month(self, budget: Any) -> int | None:
        return budget.month if budget.unit == MONEY else None


class BudgetFilters(django_filters.FilterSet):
    """Which budgets to list."""

    platform = PlatformFilter()
    account = WholeNumberFilter(field_name="account_id")
    used_up = QuestionFilter(timed=True, label="Budgets of which nothing may be spent now")


@extend_schema_view(
    list=extend_schema(summary="List budgets"), retrieve=extend_schema(summary="Read what is left of one budget")
)
class BudgetViewSet(viewsets.ReadOnlyModelViewSet[Budget]):
    """Budgets of calls, posts and money."""

    queryset = Budget.objects.all()
    serializer_class = BudgetSerializer
    filterset_class = BudgetFilters

    def get_queryset(self) -> QuerySet[Budget]:
        return Budget.objects.with_spent(timezone.now())
