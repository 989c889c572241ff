"""The start page: what happened, how sure it is and what needs somebody. The database does the grouping."""

from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from gator.dashboard.charts import DAYS, engagement_chart, platform_chart, state_chart
from gator.dashboard.news import concerns, newest_patterns, uplift_line
from gator.dashboard.week import cards
from gator.studio.models import Persona


def dashboard(_request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """Everything the start page shows, added to its context."""
    now = timezone.now()
    is_empty = not Persona.objects.exists()
    extra = {"is_empty": True} if is_empty else {"is_empty": False, **figures(now)}
    return context | {"title": "Start"} | extra


def figures(now: datetime) -> dict[str, Any]:
    """The parts of the start page, from a fixed number of queries."""
    return {
        "cards": cards(now),
        "engagement": engagement_chart(now),
        "states": state_chart(now),
        "platforms": platform_chart(now),
        "patterns": newest_patterns(),
        "uplift": uplift_line(now),
        "concerns": concerns(now),
        "days": DAYS,
    }
