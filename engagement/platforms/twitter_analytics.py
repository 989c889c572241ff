"""X's analytics of own posts ("Get Post analytics"): the follows that each brought, which no other endpoint tells."""

from collections.abc import Collection
from datetime import UTC, datetime, timedelta

from engagement.platforms import errors
from engagement.platforms.http import Connection
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_objects import moment_of, summed

PLACE, FOLLOWS = "analytics", "follows"
# What only another plan can change.
_OF_THE_PLAN = (errors.AccessDenied, errors.Rejected, errors.NotFound)
# The span has to be over by X's clock.
CLOCKS = timedelta(minutes=1)


def read_analytics(http: Connection, ids: Collection[str], refused: set[tuple[str, str]], now: datetime) -> list[Node]:
    """What X tells of these posts since the oldest was made; nothing where it fails, for their numbers are known.

    A plan that has none is noted in `refused`. Raises `AuthenticationFailed` alone.
    """
    made = [moment for one in ids if (moment := moment_of(one))]
    if not made or (PLACE, FOLLOWS) in refused:
        return []
    try:
        return http.get(
            "/2/tweets/analytics",
            ids=",".join(ids),
            start_time=_written(min(made)),
            end_time=_written(max(now - CLOCKS, min(made) + CLOCKS)),
            granularity="total",
            **{"analytics.fields": f"id,{FOLLOWS}"},
        ).node.nodes("data")
    except errors.AuthenticationFailed:
        raise
    except errors.PlatformError as refusal:
        if isinstance(refusal, _OF_THE_PLAN) and refusal.status != 402:
            refused.add((PLACE, FOLLOWS))
        return []


def follows_in(node: Node) -> int | None:
    """The follows of one post: a sum, or the parts of a series. What is no number is unknown."""
    try:
        series = [one.node("metrics").count(FOLLOWS) for one in node.nodes("timestamped_metrics")]
        return summed(*series) if series else node.count(FOLLOWS)
    except errors.InvalidResponse:
        return None


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
