"""The numbers of X: public metrics, those for the owner of a young post, quartiles of videos, and analytics."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from engagement.sandbox.accounts import Account
from engagement.sandbox.messages import Json
from engagement.sandbox.twitter_statuses import QUOTE_EVERY, Status
from engagement.sandbox.world import Post, World

OWNER_DAYS = timedelta(days=30)

# How many of those who start a video still watch at each quartile.
_STAYING = {"playback_0_count": 1.0, "playback_25_count": 0.62, "playback_50_count": 0.45, "playback_75_count": 0.33}
_FINISHING = {"playback_100_count": 0.24}


def public(world: World, status: Status) -> Json:
    if status.post is None:
        return {
            "retweet_count": 0,
            "reply_count": status.replies,
            "like_count": status.likes,
            "quote_count": 0,
            "bookmark_count": 0,
            "impression_count": status.likes * 9 + 12,
        }
    shares = world.count(status.post, "share")
    return {
        "retweet_count": shares - shares // QUOTE_EVERY,
        "reply_count": world.count(status.post, "comment"),
        "like_count": world.count(status.post, "like"),
        "quote_count": shares // QUOTE_EVERY,
        "bookmark_count": world.count(status.post, "save"),
        "impression_count": world.views(status.post),
    }


def is_for(world: World, account: Account, status: Status) -> bool:
    """Owner metrics: to the author alone, and while the post is younger than 30 days."""
    own = status.post is not None and status.post.account == account
    return own and world.time() - status.at < OWNER_DAYS


def non_public(world: World, status: Status) -> Json:
    shown = public(world, status)
    views, clicks = shown["impression_count"], _clicks(shown["impression_count"])
    counted = sum(value for name, value in shown.items() if name != "impression_count")
    return {
        "impression_count": views,
        "url_link_clicks": clicks // 2,
        "user_profile_clicks": clicks,
        "engagements": counted + clicks,
    }


def organic(world: World, status: Status) -> Json:
    """Without what was paid for; nothing is paid for here."""
    shown, hidden = public(world, status), non_public(world, status)
    kept = ("impression_count", "like_count", "reply_count", "retweet_count")
    return {
        **{name: shown[name] for name in kept},
        "url_link_clicks": hidden["url_link_clicks"],
        "user_profile_clicks": hidden["user_profile_clicks"],
    }


def playback(world: World, post: Post) -> Json:
    views = world.views(post)
    return {name: round(views * ratio) for name, ratio in {**_STAYING, **_FINISHING}.items()}


def _clicks(views: int) -> int:
    return round(views * 0.01)


# Analytics: names of their own, counted between two moments.

Counted = Callable[[World, Post, float], int]


def _counts(kind: str) -> Counted:
    return lambda world, post, age: post.life.count(kind, age)


def _part_of_views(ratio: float) -> Counted:
    return lambda world, post, age: round(post.life.viewed(age) * ratio)


def _comments(world: World, post: Post, age: float) -> int:
    return len(post.life.comments_by(age))


def _quotes(world: World, post: Post, age: float) -> int:
    return post.life.count("share", age) // QUOTE_EVERY


ANALYTICS: dict[str, Counted] = {
    "impressions": lambda world, post, age: post.life.viewed(age),
    "likes": _counts("like"),
    "replies": _comments,
    "retweets": lambda world, post, age: post.life.count("share", age) - _quotes(world, post, age),
    "quote_tweets": _quotes,
    "bookmarks": _counts("save"),
    "shares": lambda world, post, age: post.life.count("share", age) // 3,
    "engagements": lambda world, post, age: (
        sum(post.life.count(kind, age) for kind in ("like", "share", "save"))
        + _comments(world, post, age)
        + _clicks(post.life.viewed(age))
    ),
    "url_clicks": _part_of_views(0.005),
    "user_profile_clicks": _part_of_views(0.01),
    "detail_expands": _part_of_views(0.04),
    "follows": _part_of_views(0.0012),
    "unfollows": _part_of_views(0.0001),
    "media_views": lambda world, post, age: post.life.viewed(age) if post.kind == "video" else 0,
}


# Of videos. Nobody's player sends a viewer anywhere.
MEDIA_ANALYTICS: dict[str, Counted] = {
    "video_views": _part_of_views(1.0),
    "watch_time_ms": _part_of_views(5200.0),
    "playback_start": _part_of_views(_STAYING["playback_0_count"]),
    "playback25": _part_of_views(_STAYING["playback_25_count"]),
    "playback50": _part_of_views(_STAYING["playback_50_count"]),
    "playback75": _part_of_views(_STAYING["playback_75_count"]),
    "playback_complete": _part_of_views(_FINISHING["playback_100_count"]),
    "play_from_tap": _part_of_views(0.03),
    "cta_url_clicks": _part_of_views(0.0),
    "cta_watch_clicks": _part_of_views(0.0),
}


def between(world: World, post: Post, metrics: Mapping[str, Counted], start: datetime, end: datetime) -> dict[str, int]:
    """What happened in a span of time; nothing of what is still to come."""
    first, last = (post.age(min(moment, world.time())) for moment in (start, end))
    return {name: count(world, post, last) - count(world, post, first) for name, count in metrics.items()}
