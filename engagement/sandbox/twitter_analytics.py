"""Analytics of X: numbers of own posts and of their videos in a span of time, as one sum or as a series.

Requests in, replies out. Media have no weekly series.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from engagement.sandbox import twitter_numbers as numbers
from engagement.sandbox import twitter_objects as objects
from engagement.sandbox import twitter_pages as pages
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox import twitter_statuses as statuses
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply
from engagement.sandbox.twitter_numbers import Counted
from engagement.sandbox.world import Post

MOST = 100
TOTAL = "total"
MEDIA_STEPS = {"hourly": timedelta(hours=1), "daily": timedelta(days=1)}
POST_STEPS = {**MEDIA_STEPS, "weekly": timedelta(weeks=1)}

Spans = Sequence[tuple[datetime, datetime]]


def of_posts(call: Call) -> Reply:
    """Numbers of own posts."""
    spans = _spans(call, POST_STEPS)
    metrics = _asked(call, "analytics.fields", "id", numbers.ANALYTICS)
    found = {one: call.world.post("twitter", one) for one in pages.id_list(call, MOST)}
    own = {one: post for one, post in found.items() if post and post.account == call.account}
    data = [{"id": one, **_numbers(call, post, metrics, spans)} for one, post in own.items()]
    return _reply(data, [problems.not_found(one, "ids") for one in found if one not in own])


def of_media(call: Call) -> Reply:
    """Numbers of the videos in own posts."""
    spans = _spans(call, MEDIA_STEPS)
    metrics = _asked(call, "media_analytics.fields", "media_key", numbers.MEDIA_ANALYTICS)
    videos = {
        statuses.media_key(post, media): post
        for post in call.world.posts_of(call.account)
        for media in post.extra.get("media", [])
        if post.kind == "video"
    }
    keys = [one for one in str(call.params.get("media_keys", "")).split(",") if one]
    if not 1 <= len(keys) <= MOST:
        raise problems.invalid(
            f"The `media_keys` query parameter must hold 1 to {MOST} keys", media_keys=",".join(keys)
        )
    known = [key for key in keys if key in videos]
    data = [{"media_key": key, **_numbers(call, videos[key], metrics, spans)} for key in known]
    return _reply(data, [problems.unknown_media(key) for key in keys if key not in known])


def _reply(data: list[Json], errors: list[Json]) -> Reply:
    return Reply(200, {name: part for name, part in {"data": data, "errors": errors}.items() if part})


def _asked(call: Call, parameter: str, key: str, table: Mapping[str, Counted]) -> dict[str, Counted]:
    """What is to be counted: everything where nothing is named."""
    names = objects.listed(call, parameter, (*table, key, "timestamp", "timestamped_metrics"))
    return {name: table[name] for name in names if name in table} or dict(table)


def _spans(call: Call, steps: Mapping[str, timedelta]) -> Spans:
    start, end = pages.moment(call, "start_time"), pages.moment(call, "end_time")
    granularity = str(call.params.get("granularity", ""))
    if start is None or end is None or start >= end or granularity not in (*steps, TOTAL):
        raise problems.invalid("start_time, end_time and granularity are required", granularity=granularity)
    return list(_cut(start, end, steps.get(granularity, end - start)))


def _cut(start: datetime, end: datetime, step: timedelta) -> Iterator[tuple[datetime, datetime]]:
    while start < end:
        yield start, min(start + step, end)
        start += step


def _numbers(call: Call, post: Post, metrics: Mapping[str, Counted], spans: Spans) -> Json:
    counts = [numbers.between(call.world, post, metrics, *span) for span in spans]
    if call.params.get("granularity") == TOTAL:
        return counts[0]
    moments = [objects.moment(start) for start, _ in spans]
    series = [{"timestamp": at, "metrics": found} for at, found in zip(moments, counts, strict=True)]
    return {"timestamped_metrics": series}
