"""Rows of contexts for tests, without surprises."""

from datetime import UTC, datetime
from typing import Any

from acd.enums import Phase
from acd.models import ACDContext

NOW = datetime(2026, 11, 20, 12, tzinfo=UTC)


def make_context(**changes: Any) -> ACDContext:
    """A context that is ready to run."""
    return ACDContext.objects.create(**{"phase": Phase.CONTENT_GENERATION, "created_at": NOW} | changes)
