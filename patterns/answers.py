"""What the analyzer answers: frozen values, ready to show. Rates are percent of the named basis, shares 0 to 1."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, kw_only=True)
class SuccessfulPost:
    """A post whose rate is high even at the lower bound, and how it was made."""

    post: int
    url: str
    published_at: datetime
    rate: float
    rate_low: float
    rate_high: float
    basis: str
    hashtags: tuple[str, ...]
    local_hour: int | None
    media_kind: str
    context: str | None
    strategy: str
    parameters: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class FailurePattern:
    """A kind of failure in one phase: how often, with examples and advice. Shares are 0 to 1."""

    failure: str
    phase: str
    n: int
    runs: int
    share: float
    share_low: float
    share_high: float
    contexts: tuple[str, ...]
    advice: str


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One tested hour, weekday or hashtag; numbers are None where there are too few posts to say anything."""

    subject: str
    n: int
    mean: float | None
    low: float | None
    high: float | None
    effect: float | None
    effect_low: float | None
    effect_high: float | None
    q: float | None
    signal: str
    basis: str
    posts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Summary:
    """A persona's window in figures. Shares are 0 to 1; None means not known."""

    posts: int
    measured: int
    total_engagement: int | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    basis: str
    mean_rate: float | None
    rate_low: float | None
    rate_high: float | None
    trend: float | None
    trend_low: float | None
    trend_high: float | None
    observed: int
    bot_share: float | None
    bot_share_low: float | None
    bot_share_high: float | None
    persona_share: float | None
    best: tuple[int, ...]
    worst: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PostAnalysis:
    """What is known of one post, what stands out and what to do with that."""

    post: int
    total_engagement: int | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    basis: str
    provisional: bool
    vs_average: float | None
    average_n: int | None
    stands_out: tuple[str, ...]
    recommendations: tuple[str, ...]
    patterns: tuple[int, ...]
