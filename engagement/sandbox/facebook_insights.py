"""Numbers of Facebook: metrics of a post, of a video or reel, and of the Page.

Names that were removed, and names of another object, fail the whole call.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engagement.sandbox import graph, ids
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.facebook_publishing import REEL
from engagement.sandbox.gate import Call
from engagement.sandbox.graph_edges import Seen
from engagement.sandbox.messages import Json, Refused

FEWEST_LIKES = 100
MOST_DAYS = 90
WATCH_MS = 2000, 14000


def of_post(seen: Seen, metrics: str) -> Json:
    return _told(seen, edges.insights(seen, metrics, _METRICS, _invalid))


def of_video(seen: Seen, metrics: str) -> Json:
    """Plays are counted for reels only."""
    table = {**_VIDEO, **_REEL} if seen.post.extra.get("product") == REEL else _VIDEO
    return _told(seen, edges.insights(seen, metrics or ",".join(table), table, _invalid))


def _told(seen: Seen, content: Json) -> Json:
    """Pages with fewer than 100 likes have no insights."""
    return content if seen.world.followers_of(seen.post.account) >= FEWEST_LIKES else {"data": []}


def _invalid(name: str) -> Refused:
    return graph.refuse(f"(#100) The value must be a valid insights metric: {name}", 100)


# Posts


def _clicks(seen: Seen) -> int:
    return round(seen.world.reach(seen.post) * 0.03)


def _clicks_by_type(seen: Seen) -> Json:
    links = round(_clicks(seen) * 0.4) if seen.post.extra.get("link") else 0
    parts = {"link clicks": links, "other clicks": _clicks(seen) - links}
    return {name: value for name, value in parts.items() if value}


def reactions_by_type(seen: Seen) -> Json:
    """Types without a reaction are left out."""
    total = seen.world.count(seen.post, "like")
    love, wow = round(total * 0.18), round(total * 0.04)
    return {name: value for name, value in (("like", total - love - wow), ("love", love), ("wow", wow)) if value}


def _actions(seen: Seen) -> Json:
    return {kind: seen.world.count(seen.post, kind) for kind in ("like", "comment", "share")}


def _views(seen: Seen) -> int:
    return seen.world.views(seen.post)


def _reacted(name: str) -> Callable[[Seen], int]:
    return lambda seen: reactions_by_type(seen).get(name, 0)


_METRICS: dict[str, Callable[[Seen], Any]] = {
    "post_media_view": _views,
    "post_total_media_view_unique": lambda seen: seen.world.reach(seen.post),
    "post_clicks": _clicks,
    "post_clicks_by_type": _clicks_by_type,
    "post_reactions_by_type_total": reactions_by_type,
    **{f"post_reactions_{name}_total": _reacted(name) for name in ("like", "love", "wow", "haha", "sorry", "anger")},
    "post_activity_by_action_type": _actions,
    "post_video_views": lambda seen: _views(seen) if seen.post.kind == "video" else 0,
}


# Videos and reels, times in milliseconds


def _watch_ms(seen: Seen) -> int:
    low, high = WATCH_MS
    return low + ids.low_bits(24, seen.world.seed, seen.post.post_id, "watch") % (high - low)


def _retention(seen: Seen) -> dict[str, float]:
    """The share still watching at each whole second; the sandbox's videos have 24 and a half."""
    return {str(second): round(0.94**second, 4) for second in range(25)}


_VIDEO: dict[str, Callable[[Seen], Any]] = {
    "post_video_avg_time_watched": _watch_ms,
    "post_video_view_time": lambda seen: _views(seen) * _watch_ms(seen),
    "post_video_followers": lambda seen: round(seen.world.reach(seen.post) * 0.002),
    "post_video_social_actions": lambda seen: {
        name: seen.world.count(seen.post, kind) for name, kind in (("COMMENT", "comment"), ("SHARE", "share"))
    },
    "post_video_likes_by_reaction_type": lambda seen: {
        f"REACTION_{name.upper()}": value for name, value in reactions_by_type(seen).items()
    },
    "post_video_retention_graph": _retention,
}
_REEL: dict[str, Callable[[Seen], Any]] = {
    "blue_reels_play_count": lambda seen: round(_views(seen) * 0.9),
    "fb_reels_total_plays": _views,
}


# The Page


def of_page(call: Call) -> Json:
    """Daily values, or sums over 7 and 28 days ending on each day; the last day is the one that ends now."""
    wanted = [name.strip() for name in str(call.params.get("metric", "")).split(",") if name.strip()]
    if not wanted:
        raise graph.refuse("(#3001) No metric was specified to be fetched.", 3001, subcode=1504028)
    unknown = next((name for name in wanted if name not in _PAGE), None)
    if unknown is not None:
        raise _invalid(unknown)
    period = str(call.params.get("period", "day"))
    if period not in _PERIODS:
        raise graph.refuse(f"(#100) Param period must be one of {{{', '.join(_PERIODS)}}}", 100)
    if call.world.followers_of(call.account) < FEWEST_LIKES:
        return {"data": []}
    ends = _ends(call)
    return {"data": [_page_entry(call, name, period, ends) for name in wanted]}


def _ends(call: Call) -> list[datetime]:
    until = edges.unix_time(call.params.get("until"), "until") or call.world.time()
    since = edges.unix_time(call.params.get("since"), "since") or until - timedelta(days=2)
    days = (until - since).days
    if not 0 <= days <= MOST_DAYS:
        raise graph.refuse("(#100) There cannot be more than 90 days between since and until", 100)
    return [since + timedelta(days=day) for day in range(1, max(1, days) + 1)]


def _page_entry(call: Call, name: str, period: str, ends: list[datetime]) -> Json:
    values = [
        {"value": _PAGE[name](call, end - timedelta(days=_PERIODS[period]), end), "end_time": edges.timestamp(end)}
        for end in ends
    ]
    return {
        "name": name,
        "period": period,
        "values": values,
        "title": name.replace("_", " ").capitalize(),
        "id": f"{call.account.user_id}/insights/{name}/{period}",
    }


def _gained(*kinds: str, ratio: float = 1.0) -> Callable[[Call, datetime, datetime], int]:
    def gained(call: Call, since: datetime, until: datetime) -> int:
        sums = (
            edges.count_by(call.world, post, kind, until) - edges.count_by(call.world, post, kind, since)
            for post in call.world.posts_of(call.account)
            for kind in kinds
        )
        return round(sum(sums) * ratio)

    return gained


_PERIODS = {"day": 1, "week": 7, "days_28": 28}
_PAGE: Mapping[str, Callable[[Call, datetime, datetime], int]] = {
    "page_media_view": _gained("views"),
    "page_total_media_view_unique": _gained("reach"),
    "page_post_engagements": _gained("like", "comment", "share"),
    "page_follows": lambda call, since, until: call.world.followers_of(call.account),
    "page_daily_follows": _gained("reach", ratio=0.002),
    "page_daily_follows_unique": _gained("reach", ratio=0.002),
    "page_daily_unfollows_unique": _gained("reach", ratio=0.0006),
    "page_views_total": _gained("reach", ratio=0.01),
    "page_total_actions": _gained("reach", ratio=0.003),
}
