"""A window of posts in figures: the mean rate with its interval, the trend, and who interacted."""

import math
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Avg, Count, F, Sum

from engagement.enums import Basis
from engagement.intervals import known, wilson
from patterns.effects import sample
from patterns.querysets import PostPerformanceQuerySet
from patterns.stats import interval, welch

SHOWN = 5
MEAN = ("mean_rate", "rate_low", "rate_high", "mean_raw_rate")


def figures(posts: PostPerformanceQuerySet, basis: str, middle: datetime) -> dict[str, Any]:
    """The figures of settled posts; rates are those of `basis`, the trend is from before `middle` to after it."""
    rated = posts.with_value(basis)
    totals = posts.aggregate(
        n=Count("pk"), total=Sum("total_engagement"),
        genuine=Sum("genuine_engagement"), low=Sum("genuine_low"), high=Sum("genuine_high"),
        observed=Sum("observed_count"), bots=Sum("bot_count"), personas=Sum("persona_count"),
    )  # fmt: skip
    return {
        "measured": totals["n"],
        "total_engagement": totals["total"],
        "genuine_engagement": totals["genuine"],
        # The widest case: what cannot be seen may err in one direction on every post.
        "genuine_low": totals["low"],
        "genuine_high": totals["high"],
        "best": tuple(rated.order_by("-value", "pk").values_list("pk", flat=True)[:SHOWN]),
        "worst": tuple(rated.order_by("value", "pk").values_list("pk", flat=True)[:SHOWN]),
        **_mean_rate(rated, basis),
        **_trend(rated, basis, middle),
        **_shares(totals),
    }


def _trend(rated: PostPerformanceQuerySet, basis: str, middle: datetime) -> dict[str, Any]:
    late, early = (
        sample(half) for half in (rated.filter(published_at__gt=middle), rated.filter(published_at__lte=middle))
    )
    change = welch(late, early) if basis and min(late.n, early.n) >= settings.PATTERN_MIN_POSTS else None
    if change is None:
        return dict.fromkeys(("trend", "trend_low", "trend_high"))
    return {"trend": change.effect, "trend_low": change.low, "trend_high": change.high}


def _mean_rate(rated: Any, basis: str) -> dict[str, Any]:
    """The mean rate with its interval, and the raw one.

    The interval is the spread over posts and, in quadrature, the mean width of their own intervals. Where nobody can
    be seen all of these err in one direction, which no number of posts averages out.
    """
    if not basis or basis == Basis.COUNT:
        return dict.fromkeys(MEAN)
    rates = sample(rated)
    around = interval(rates) if rates.n >= settings.PATTERN_MIN_POSTS else None
    mean = rates.mean
    if around is None or mean is None:
        return dict.fromkeys(MEAN)
    own = rated.aggregate(
        below=Avg(F("value") - F("rate_low")), above=Avg(F("rate_high") - F("value")), raw=Avg("raw_rate")
    )
    return {
        "mean_rate": mean,
        "rate_low": max(0.0, mean - math.hypot(mean - around.low, own["below"])),
        "rate_high": mean + math.hypot(around.high - mean, own["above"]),
        "mean_raw_rate": own["raw"],
    }


def _shares(totals: dict[str, Any]) -> dict[str, Any]:
    observed = totals["observed"] or 0
    if not observed:
        return {"observed": 0} | dict.fromkeys(("bot_share", "bot_share_low", "bot_share_high", "persona_share"))
    around = known(wilson(totals["bots"], observed))
    return {
        "observed": observed,
        "bot_share": totals["bots"] / observed,
        "bot_share_low": around.low,
        "bot_share_high": around.high,
        "persona_share": totals["personas"] / observed,
    }
