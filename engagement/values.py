"""Frozen values that cross the seams between adapters, rules and actions. No models, no clock."""

from collections.abc import Mapping
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
    "reposts",
    "follows",
    "link_clicks",
)
RATE_FIELDS = ("video_completion_rate", "click_through_rate", "video_skip_rate")
SECONDS_FIELDS = ("average_watch_seconds", "total_watch_seconds")
METRIC_FIELDS = COUNT_FIELDS + RATE_FIELDS + SECONDS_FIELDS

# Columns are signed 64-bit integers; a platform that sends more has sent nonsense.
MAX_COUNT = 2**63 - 1
# What all of humanity watches in a year is less.
MAX_SECONDS = 10**18

# By dimension ("country", "age,gender"), how many people of each group: {"country": {"PT": 120}}.
Audience = Mapping[str, Mapping[str, int]]


@dataclass(frozen=True, kw_only=True)
class Metrics:
    """Numbers of one post as its platform gave them. None means that the platform gave no number, never zero.

    Rates are percent, 0 to 100. `reposts` are those a platform counts apart from `shares` (Instagram). `audience` holds
    groups of people as they came, however small. `raw` is the untouched reply.
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
    reposts: int | None = None
    follows: int | None = None
    link_clicks: int | None = None
    video_completion_rate: float | None = None
    click_through_rate: float | None = None
    video_skip_rate: float | None = None
    average_watch_seconds: float | None = None
    total_watch_seconds: float | None = None
    audience: Audience = field(default_factory=dict)
    api_version: str = ""
    raw: dict[str, Any] = field(default_factory=dict, repr=False)

    def counts(self) -> dict[str, int | float | None]:
        """The measured numbers alone, by field name."""
        return {name: getattr(self, name) for name in METRIC_FIELDS}


@dataclass(frozen=True, kw_only=True)
class AuthorSignals:
    """What a platform shows of an author beside the id: no name, no handle, no picture. None is unknown, never a sign.

    `handle_digits` is how many digits the handle ends with. Counts are those of the author's own profile.
    """

    joined_at: datetime | None = None
    followers: int | None = None
    following: int | None = None
    posts: int | None = None
    has_biography: bool | None = None
    has_picture: bool | None = None
    has_name: bool | None = None
    handle_digits: int | None = None
    verified: bool | None = None
    identity_verified: bool | None = None
    protected: bool | None = None


@dataclass(frozen=True)
class Commenter:
    """How comments name their author, where accounts know themselves by another id. It is compared and not stored."""

    id: str
    handle: str


@dataclass(frozen=True, kw_only=True)
class SeenInteraction:
    """One visible comment, reply, like or share, as its platform gave it.

    `author_id` is the platform's own id and leaves this value only as a keyed hash. None where the platform kept it;
    the account's own id where the account itself wrote. `likes` are those of the comment. `commenter` is given where
    an account of ours could not be told by `author_id`.
    """

    platform_id: str
    kind: str
    occurred_at: datetime | None = None
    author_id: str | None = field(default=None, repr=False)
    text: str = ""
    likes: int | None = None
    signals: AuthorSignals | None = None
    commenter: Commenter | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class Visible:
    """What one look under a post showed, known or not.

    `whole` are the kinds of which everything there is was read: what is stored of them and was not seen is gone.
    """

    interactions: tuple[SeenInteraction, ...] = ()
    whole: frozenset[str] = frozenset()


@dataclass(frozen=True, kw_only=True)
class Draft:
    """What to publish. `media_urls` must be reachable by the platform; `media_files` are for those taking uploads.

    `made_with_ai` sets the platform's AI label; a named person may have waived it.
    """

    media_kind: str
    caption: str
    media_urls: tuple[str, ...] = ()
    media_files: tuple[Path, ...] = ()
    made_with_ai: bool = True


@dataclass(frozen=True, kw_only=True)
class PublishedPost:
    """What a platform said of a post it accepted. `platform_post_id` is empty while the platform still processes it.

    `publish_id` is the handle to ask again with; `published_at` is None where the platform does not say.
    """

    platform_post_id: str = ""
    publish_id: str = ""
    url: str = ""
    published_at: datetime | None = None


@dataclass(frozen=True, kw_only=True)
class AccountFacts:
    """What a platform says of our own account. None is unknown. `audience` as in `Metrics`."""

    followers: int | None = None
    handle: str = ""
    audience: Audience = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Tokens:
    """New tokens of an account. An empty refresh token means that the old one stays; seconds are None if not said."""

    access_token: str = field(repr=False)
    refresh_token: str = field(default="", repr=False)
    expires_in: int | None = None
    refresh_expires_in: int | None = None
    scopes: tuple[str, ...] | None = None


@dataclass(frozen=True, kw_only=True)
class App:
    """The operator's app on a platform: what refreshing tokens and checking signatures need.

    While a secret is changed, the platform may go on signing with the `former_secrets`.
    """

    id: str = ""
    secret: str = field(default="", repr=False)
    former_secrets: tuple[str, ...] = field(default=(), repr=False)

    @property
    def secrets(self) -> list[str]:
        """Every secret that is set, the present one first."""
        return [secret for secret in (self.secret, *self.former_secrets) if secret]


@dataclass(frozen=True, kw_only=True)
class Credentials:
    """What an adapter needs to act for an account. The secrets stay out of every repr.

    `refused` are the (place, metric) pairs that the platform refused before, which are not asked for again.
    """

    platform_user_id: str
    handle: str = ""
    access_token: str = field(default="", repr=False)
    refresh_token: str = field(default="", repr=False)
    app: App = App()
    refused: frozenset[tuple[str, str]] = frozenset()
