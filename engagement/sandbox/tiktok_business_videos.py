"""Videos and the account as TikTok API for Business tells them: rich numbers, late and not for ever.

Rates and shares are fractions from 0 to 1, times are in seconds.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from engagement.sandbox import tiktok_objects as objects
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply
from engagement.sandbox.tiktok_business_replies import (
    BAD_PARAMETER,
    check_owner,
    fields,
    filtered_ids,
    number,
    ok,
    refuse,
)
from engagement.sandbox.world import Post, World

MAX_VIDEOS = 20
MAX_CURSOR = 10**14
ACTIVE_DAYS = timedelta(days=7)
LOOK_BACK = timedelta(days=60)
FEWEST_FOLLOWERS = 100
# Fields of registered business accounts only; the other account is a creator's.
REGISTERED = ("theomoves",)
_REGISTERED_ONLY = ("profile_views", "website_clicks")


@dataclass(frozen=True)
class Seen:
    """A video as one request sees it; `rng` follows from the video alone."""

    world: World
    post: Post

    @property
    def rng(self) -> random.Random:
        return random.Random(f"{self.world.seed}:{self.post.post_id}:insights")

    @property
    def views(self) -> int:
        return self.world.views(self.post)

    @property
    def duration(self) -> float:
        return round(8.0 + self.rng.random() * 30, 1) if self.post.kind == "video" else 0.0

    @property
    def average_seconds(self) -> float:
        return round(self.duration * (0.35 + 0.4 * self.rng.random()), 2)

    @property
    def is_active(self) -> bool:
        """Whether somebody watched within a week: reach and watch times vanish with the last viewer."""
        age = self.post.age(self.world.time())
        return self.post.life.viewed(age) > self.post.life.viewed(age - ACTIVE_DAYS.total_seconds())


def list_videos(call: Call) -> Reply:
    """Newest first; the cursor is a time in milliseconds. Ids that are gone or another's are not in the list."""
    check_owner(call)
    names, wanted = fields(call, _VIDEO), filtered_ids(call, MAX_VIDEOS)
    if "item_id" not in names:
        raise refuse(BAD_PARAMETER, "fields: item_id is required")
    most = number(call, "max_count", MAX_VIDEOS, 1, MAX_VIDEOS)
    before = number(call, "cursor", 0, 0, MAX_CURSOR)
    page, cursor, has_more = objects.page(call, most, before)
    if wanted:
        page, has_more = [post for post in objects.public_posts(call) if post.post_id in wanted], False
    videos = [_video(Seen(call.world, post), names) for post in page]
    return ok({"videos": videos, "cursor": cursor, "has_more": has_more})


def _video(seen: Seen, names: list[str]) -> Json:
    shown = {name: _VIDEO[name](seen) for name in names if not _is_withheld(seen, name)}
    return {name: value for name, value in shown.items() if value is not None}


def _is_withheld(seen: Seen, name: str) -> bool:
    return (
        (name in _REGISTERED_ONLY and seen.post.account.handle not in REGISTERED)
        or (name in _INSIGHTS and seen.world.is_late(seen.post))
        or (name in _WHILE_ACTIVE and not seen.is_active)
    )


def _part(ratio: float) -> Callable[[Seen], int]:
    return lambda seen: round(seen.views * ratio)


def _shares(key: str, *names: str) -> Callable[[Seen], list[Json]]:
    """Fractions that add up to 1, the largest first."""

    def shares(seen: Seen) -> list[Json]:
        return _fractions(random.Random(f"{seen.post.post_id}:{key}"), key, *names)

    return shares


def _fractions(rng: random.Random, key: str, *names: str) -> list[Json]:
    weights = [rng.uniform(0.2, 1.0) / (place + 1) for place in range(len(names))]
    return [
        {key: name, "percentage": round(weight / sum(weights), 4)} for name, weight in zip(names, weights, strict=True)
    ]


def _retention(seen: Seen) -> list[Json]:
    steps = range(0, int(seen.duration) + 1, 2)
    return [{"second": str(step), "percentage": round(0.94**step, 4)} for step in steps]


_COUNTRIES, _GENDERS = ("US", "GB", "CA", "AU", "Others"), ("Female", "Male", "Other")
_VIDEO: dict[str, Callable[[Seen], Any]] = {
    "item_id": lambda seen: seen.post.post_id,
    "create_time": lambda seen: str(int(seen.post.published_at.timestamp())),
    "caption": lambda seen: seen.post.text,
    "share_url": lambda seen: objects.address(seen.post),
    "embed_url": lambda seen: f"https://www.tiktok.com/embed/v2/{seen.post.post_id}",
    "thumbnail_url": lambda seen: f"https://p16.tiktokcdn.example/{seen.post.post_id}.jpeg",
    "media_type": lambda seen: "VIDEO" if seen.post.kind == "video" else "PHOTO",
    "video_duration": lambda seen: seen.duration or None,
    "video_views": lambda seen: seen.views,
    "likes": lambda seen: seen.world.count(seen.post, "like"),
    "comments": lambda seen: seen.world.count(seen.post, "comment"),
    "shares": lambda seen: seen.world.count(seen.post, "share"),
    "favorites": lambda seen: seen.world.count(seen.post, "save"),
    "reach": lambda seen: seen.world.reach(seen.post),
    "total_time_watched": lambda seen: round(seen.average_seconds * seen.views, 2),
    "average_time_watched": lambda seen: seen.average_seconds,
    "full_video_watched_rate": lambda seen: round(0.1 + 0.4 * seen.rng.random(), 4),
    "new_followers": _part(0.002),
    "profile_views": _part(0.015),
    "website_clicks": _part(0.003),
    "impression_sources": _shares("impression_source", "For You", "Follow", "Personal Profile", "Hashtag", "Search"),
    "audience_countries": _shares("country", *_COUNTRIES),
    "audience_genders": _shares("gender", *_GENDERS),
    "audience_types": _shares("type", "NEW_VIEWERS", "RETURNING_VIEWERS"),
    "video_view_retention": _retention,
}
_WHILE_ACTIVE = ("reach", "total_time_watched", "average_time_watched", "full_video_watched_rate")
_INSIGHTS = (
    *_WHILE_ACTIVE,
    *_REGISTERED_ONLY,
    "favorites",
    "new_followers",
    "impression_sources",
    "audience_countries",
    "audience_genders",
    "audience_types",
    "video_view_retention",
)


# The account


def account(call: Call) -> Reply:
    """A snapshot, and one row of `metrics` per day asked for; audiences from 100 followers on."""
    check_owner(call)
    names = fields(call, {**_ACCOUNT, **_AUDIENCE, **_DAILY})
    if not names:
        raise refuse(BAD_PARAMETER, "fields: at least one is required")
    data: Json = {name: _ACCOUNT[name](call) for name in names if name in _ACCOUNT}
    if call.world.followers_of(call.account) >= FEWEST_FOLLOWERS:
        data |= {name: _audience(call, name) for name in names if name in _AUDIENCE}
    daily = [name for name in names if name in _DAILY]
    if daily:
        data["metrics"] = [_day(call, day, daily) for day in _days(call)]
    return ok(data)


def _audience(call: Call, name: str) -> list[Json]:
    key, *names = _AUDIENCE[name]
    return _fractions(random.Random(f"{call.account.user_id}:{name}"), key, *names)


def _days(call: Call) -> Iterator[date]:
    """Up to yesterday (UTC), from at most 60 days back."""
    today = call.world.time().date()
    end = min(_date(call, "end_date", today - timedelta(days=1)), today - timedelta(days=1))
    start = _date(call, "start_date", end - timedelta(days=6))
    if start < today - LOOK_BACK:
        raise refuse(BAD_PARAMETER, "start_date: is more than 60 days ago")
    return (start + timedelta(days=number) for number in range((end - start).days + 1))


def _date(call: Call, name: str, default: date) -> date:
    given = call.params.get(name)
    try:
        return date.fromisoformat(str(given)) if given else default
    except ValueError as problem:
        raise refuse(BAD_PARAMETER, f"{name}: must be a date such as 2026-08-01") from problem


def _day(call: Call, day: date, names: list[str]) -> Json:
    start = datetime.combine(day, time(), UTC)
    spans = [(post, post.age(start), post.age(start + timedelta(days=1))) for post in objects.public_posts(call)]
    return {"date": day.isoformat(), **{name: _DAILY[name](spans) for name in names}}


_Spans = list[tuple[Post, float, float]]


def _events(kind: str) -> Callable[[_Spans], int]:
    return lambda spans: sum(post.life.count(kind, end) - post.life.count(kind, start) for post, start, end in spans)


def _comments(spans: _Spans) -> int:
    return sum(len(post.life.comments_by(end)) - len(post.life.comments_by(start)) for post, start, end in spans)


def _views(ratio: float) -> Callable[[_Spans], int]:
    return lambda spans: round(
        ratio * sum(post.life.viewed(end) - post.life.viewed(start) for post, start, end in spans)
    )


_ACCOUNT: dict[str, Callable[[Call], Any]] = {
    "username": lambda call: call.account.handle,
    "display_name": lambda call: call.account.name,
    "profile_image": lambda call: f"https://p16.tiktokcdn.example/{call.account.handle}.jpeg?x-expires=1",
    "bio_description": lambda call: f"{call.account.persona.theme}, every day",
    "is_business_account": lambda call: call.account.handle in REGISTERED,
    "is_verified": lambda call: False,
    "profile_deep_link": lambda call: f"https://www.tiktok.com/@{call.account.handle}",
    "followers_count": lambda call: call.world.followers_of(call.account),
    "following_count": lambda call: 210,
    "total_likes": lambda call: sum(call.world.count(post, "like") for post in objects.public_posts(call)),
    "videos_count": lambda call: len(objects.public_posts(call)),
}
_AUDIENCE = {
    "audience_ages": ("age", "18-24", "25-34", "35-44", "45-54", "55+"),
    "audience_genders": ("gender", *_GENDERS),
    "audience_countries": ("country", *_COUNTRIES),
    "audience_cities": ("city_name", "New York", "London", "Toronto", "Sydney", "Others"),
}
_DAILY: dict[str, Callable[[_Spans], int | list[Json]]] = {
    "video_views": _views(1.0),
    "unique_video_views": _views(0.75),
    "profile_views": _views(0.015),
    "likes": _events("like"),
    "comments": _comments,
    "shares": _events("share"),
    "daily_total_followers": _views(0.002),
    "daily_new_followers": _views(0.0025),
    "daily_lost_followers": _views(0.0005),
    "engaged_audience": _views(0.05),
    "audience_activity": lambda spans: [{"hour": str(hour), "count": 40 + hour * 9 % 70} for hour in range(24)],
}
