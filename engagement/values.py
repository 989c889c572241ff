"""Frozen values that cross the seams between adapters, rules and actions. No models, no clock."""

from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

COUNT_FIELDS = (
    "likes",
    "comments",
    "shares",
    "saves",
    "impressions",
    "views",
    "reach",
    "video_views",
    "profile_visits",
)
RATE_FIELDS = ("video_completion_rate", "click_through_rate")
METRIC_FIELDS = COUNT_FIELDS + RATE_FIELDS

# Columns are signed 64-bit integers; a platform that sends more has sent nonsense.
MAX_COUNT = 2**63 - 1


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Numbers of one post as its platform gave them. None means that the platform gave no number, never zero.

    Rates are percent, 0 to 100. `raw` is the untouched reply.
    """

    likes: int | None = None
    comments: int | None = None
    shares: int | None = None
    saves: int | None = None
    impressions: int | None = None
    views: int | None = None
    reach: int | None = None
    video_views: int | None = None
    profile_visits: int | None = None
    video_completion_rate: float | None = None
    click_through_rate: float | None = None
    api_version: str = ""
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    def counts(self) -> dict[str, int | float | None]:
        """The measured numbers alone, by field name."""
        return {name: getattr(self, name) for name in METRIC_FIELDS}


@dataclass(frozen=True, kw_only=True)
class SeenInteraction:
    """One visible comment, reply, like or share, as its platform gave it.

    `author_id` is the platform's own id and leaves this value only as a keyed hash. None where the platform kept it.
    """

    platform_id: str
    kind: str
    occurred_at: datetime | None = None
    author_id: str | None = field(default=None, repr=False)
    text: str = ""


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What to publish. `media_urls` must be reachable by the platform; `media_files` are for those taking uploads."""

    media_kind: str
    caption: str
    media_urls: tuple[str, ...] = ()
    media_files: tuple[Path, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PublishedPost:
    """What a platform said of a post it accepted. `platform_post_id` is empty while the platform still processes it.

    `publish_id` is the handle to ask again with (TikTok); `published_at` is None where the platform does not say.
    """

    platform_post_id: str = ""
    publish_id: str = ""
    url: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What an adapter needs to act for an account. The token stays out of every repr."""

    platform_user_id: str
    handle: str = ""
    access_token: str = field(default="", repr=False)
