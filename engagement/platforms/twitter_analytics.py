"""X's analytics of own posts and of their videos ("Get Post analytics", "Get Media analytics"): the follows that each
post brought and how long its videos were watched, which no other endpoint tells.

They cost no number that is known without them: where they fail, nothing is told.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from engagement.platforms import errors
from engagement.platforms.http import Connection
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_objects import moment_of, summed

# Where they are kept in a post and in a medium, and the place that `refused` names.
PLACE = "analytics"
FOLLOWS, WATCHED, BEGUN, ENDED = "follows", "watch_time_ms", "playback_start", "playback_complete"
# Links to the post that people sent: kept with the reply, for what counts as shares are reposts and quotes.
POST_FIELDS = ("id", FOLLOWS, "shares")
MEDIA_FIELDS = ("media_key", WATCHED, "video_views", BEGUN, "playback25", "playback50", "playback75", ENDED)
MOST_KEYS = 100
# What only another plan can change.
_OF_THE_PLAN = (errors.AccessDenied, errors.Rejected, errors.NotFound)
# The span has to be over by X's clock.
CLOCKS = timedelta(minutes=1)


@dataclass(frozen=True)
class Analytics:
    """Asks for what X counted since the oldest of these posts was made.

    A plan that has none is noted in `refused`. Raises `AuthenticationFailed` alone.
    """

    http: Connection
    refused: set[tuple[str, str]]
    now: datetime

    def of_posts(self, posts: Mapping[str, Node]) -> dict[str, Node]:
        """The posts with their analytics in them."""
        params = {"ids": ",".join(posts), "analytics.fields": ",".join(POST_FIELDS)}
        return _with(posts, self._told("/2/tweets/analytics", FOLLOWS, "id", params, posts))

    def of_media(self, media: Mapping[str, Node], posts: Mapping[str, Node]) -> dict[str, Node]:
        """The media with the analytics of the videos among them; `posts` are those they stand in."""
        videos = [key for key, one in media.items() if one.value.get("type") != "photo"]
        told = dict[str, Node]()
        for start in range(0, len(videos), MOST_KEYS):
            keys = ",".join(videos[start : start + MOST_KEYS])
            params = {"media_keys": keys, "media_analytics.fields": ",".join(MEDIA_FIELDS)}
            told |= self._told("/2/media/analytics", WATCHED, "media_key", params, posts)
        return _with(media, told)

    def _told(
        self, path: str, name: str, key: str, params: Mapping[str, str], posts: Mapping[str, Node]
    ) -> dict[str, Node]:
        made = [moment for one in posts if (moment := moment_of(one))]
        if not made or (PLACE, name) in self.refused:
            return {}
        try:
            return self._read(path, params, min(made)).told_apart("data", key)[0]
        except errors.AuthenticationFailed:
            raise
        except errors.PlatformError as refusal:
            if isinstance(refusal, _OF_THE_PLAN) and refusal.status != 402:
                self.refused.add((PLACE, name))
            return {}

    def _read(self, path: str, params: Mapping[str, str], since: datetime) -> Node:
        span = {"start_time": _written(since), "end_time": _written(max(self.now - CLOCKS, since + CLOCKS))}
        return self.http.get(path, **params, **span, granularity="total").node


def _with(things: Mapping[str, Node], told: Mapping[str, Node]) -> dict[str, Node]:
    return {key: _joined(one, told[key]) if key in told else one for key, one in things.items()}


def _joined(thing: Node, told: Node) -> Node:
    return Node(thing.platform, thing.value | {PLACE: told.value})


def follows_in(post: Node) -> int | None:
    """The follows that a post brought."""
    return _count(post, FOLLOWS)


def watched_in(media: Sequence[Node]) -> float | None:
    """How long a post's videos were watched in all, in seconds."""
    milliseconds = summed(*(_count(one, WATCHED) for one in media))
    return None if milliseconds is None else milliseconds / 1000


def begun_and_ended(media: Sequence[Node]) -> tuple[int | None, int | None]:
    """How often a post's videos were begun, and how often their end was seen."""
    begun, ended = (summed(*(_count(one, name) for one in media)) for name in (BEGUN, ENDED))
    return begun, ended


def _count(thing: Node, name: str) -> int | None:
    """One number of a post or a medium: a sum, or the parts of a series. What is no number is unknown."""
    try:
        node = thing.node(PLACE)
        series = [one.node("metrics").count(name) for one in node.nodes("timestamped_metrics")]
        return summed(*series) if series else node.count(name)
    except errors.InvalidResponse:
        return None


def _written(moment: datetime) -> str:
    return f"{moment.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
