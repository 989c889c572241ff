"""Numbers of Instagram: metrics of a media object by its product, of the account, and demographics.

A metric a product does not have fails the whole call, as documented; numbers follow from the world.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from engagement.sandbox import demographics, graph, ids
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.gate import Call
from engagement.sandbox.graph_edges import Seen
from engagement.sandbox.instagram_publishing import FEED, REELS, STORY
from engagement.sandbox.messages import Json, Refused
from engagement.sandbox.tokens import Tokens
from engagement.sandbox.world import Post, World

FACEBOOK_LOGIN = "instagram_facebook_login"
STORY_LIFE = timedelta(hours=24)
FEWEST_VIEWERS = 5
MOST_DAYS = timedelta(days=30)
WATCH_MS = 2500, 9000


def product(post: Post) -> str:
    return str(post.extra.get("product") or {"video": REELS}.get(post.kind, FEED))


# One media object


def media(seen: Seen, metrics: str, tokens: Tokens) -> Json:
    post, table = seen.post, _table(seen, tokens)
    if product(post) == STORY:
        _check_story(seen)
    content = edges.insights(seen, metrics, table, lambda name: _unknown(name, product(post), table))
    for entry in content["data"]:
        if entry["name"] in _BREAKDOWNS:
            entry["total_value"] = _broken_down(entry["name"], entry["values"][0]["value"])
    return content


def _table(seen: Seen, tokens: Tokens) -> Mapping[str, Callable[[Seen], Any]]:
    table = METRICS[product(seen.post)]
    return {**table, **_TOTALS} if tokens.kind == FACEBOOK_LOGIN else table


def _check_story(seen: Seen) -> None:
    """Stories have insights for a day, and only from a few viewers on (code 10)."""
    if seen.world.time() - seen.post.published_at > STORY_LIFE:
        raise graph.gone(seen.post.post_id)
    if seen.world.reach(seen.post) < FEWEST_VIEWERS:
        raise graph.refuse("(#10) Not enough viewers for the media to show insights", 10)


def _unknown(name: str, owner: str, table: Mapping[str, Any]) -> Refused:
    if name in _CROSSPOSTED or any(name in known for known in (*METRICS.values(), _TOTALS)):
        message = f"(#100) The Media Insights API does not support the {name} metric for this media product type."
        return graph.refuse(message, 100)
    known = ", ".join(table)
    return graph.refuse(f"(#100) metric[0] must be one of the following values: {known} (got {name})", 100)


_CROSSPOSTED = ("facebook_views", "crossposted_views")
# The dimension of a breakdown, and how a value divides over it.
_BREAKDOWNS: dict[str, tuple[str, dict[str, float]]] = {
    "profile_activity": ("action_type", {"bio_link_clicked": 0.7, "email": 0.2, "other": 0.1}),
    "navigation": (
        "story_navigation_action_type",
        {"tap_forward": 0.6, "swipe_forward": 0.2, "tap_back": 0.12, "tap_exit": 0.08},
    ),
}


def _broken_down(name: str, value: int) -> Json:
    dimension, parts = _BREAKDOWNS[name]
    counts = {part: int(value * ratio) for part, ratio in parts.items()}
    counts[next(iter(parts))] += value - sum(counts.values())
    results = [{"dimension_values": [part], "value": count} for part, count in counts.items() if count]
    return {"value": value, "breakdowns": [{"dimension_keys": [dimension], "results": results}]}


def _counted(*kinds: str) -> Callable[[Seen], int]:
    return lambda seen: sum(seen.world.count(seen.post, kind) for kind in kinds)


def _part_of_reach(ratio: float) -> Callable[[Seen], int]:
    return lambda seen: round(seen.world.reach(seen.post) * ratio)


def _watch_ms(seen: Seen) -> int:
    low, high = WATCH_MS
    return low + ids.low_bits(24, seen.world.seed, seen.post.post_id, "watch") % (high - low)


def _skip_percent(seen: Seen) -> float:
    return 20 + ids.low_bits(24, seen.world.seed, seen.post.post_id, "skip") % 4000 / 100


def _views(seen: Seen) -> int:
    return seen.world.views(seen.post)


_EVERYWHERE: dict[str, Callable[[Seen], Any]] = {
    "views": _views,
    "reach": lambda seen: seen.world.reach(seen.post),
    "shares": _counted("share"),
}
_POSTED: dict[str, Callable[[Seen], Any]] = {
    **_EVERYWHERE,
    "likes": _counted("like"),
    "comments": _counted("comment"),
    "saved": _counted("save"),
    "total_interactions": _counted("like", "comment", "share", "save"),
    "reposts": _part_of_reach(0.001),
}
_PROFILE: dict[str, Callable[[Seen], Any]] = {
    "follows": _part_of_reach(0.002),
    "profile_visits": _part_of_reach(0.02),
    "profile_activity": _part_of_reach(0.003),
}
# Watch times are in milliseconds, the skip rate is a percentage. Whether stories have reposts is open: not here.
METRICS: dict[str, Mapping[str, Callable[[Seen], Any]]] = {
    FEED: {**_POSTED, **_PROFILE},
    REELS: {
        **_POSTED,
        "ig_reels_avg_watch_time": _watch_ms,
        "ig_reels_video_view_total_time": lambda seen: _views(seen) * _watch_ms(seen),
        "reels_skip_rate": _skip_percent,
    },
    STORY: {
        **_EVERYWHERE,
        **_PROFILE,
        "total_interactions": _counted("like", "share"),
        "replies": _part_of_reach(0.004),
        "navigation": lambda seen: round(_views(seen) * 1.1),
        "link_clicks": _part_of_reach(0.01),
    },
}
# Facebook Login only: they hold boosted and crossposted copies as well.
_TOTALS: dict[str, Callable[[Seen], Any]] = {
    "total_views": _views,
    "total_likes": _counted("like"),
    "total_comments": _counted("comment"),
}


# The account

_REMOVED = ("profile_views", "impressions", "website_clicks", "email_contacts")
_SUMS = {
    "views": ("views",),
    "likes": ("like",),
    "comments": ("comment",),
    "saves": ("save",),
    "shares": ("share",),
    "total_interactions": ("like", "comment", "share", "save"),
    "accounts_engaged": ("like", "comment"),
}
_PARTS = {"replies": 0.0005, "reposts": 0.001, "profile_links_taps": 0.003}
_SERIES = ("reach", "follower_count")
_TOTAL = ("reach", *_SUMS, *_PARTS, "follows_and_unfollows")


def account(call: Call) -> Json:
    """Totals of a time, a day-by-day series of the two metrics that have one, or demographics."""
    wanted = [name.strip() for name in str(call.params.get("metric", "")).split(",") if name.strip()]
    if not wanted:
        raise graph.refuse("(#100) The parameter metric is required", 100)
    if wanted[0] in demographics.METRICS:
        return demographics.answer(call, wanted)
    is_total = call.params.get("metric_type") == "total_value"
    for name in wanted:
        _check_account_metric(call, name, is_total)
    since, until = _period(call)
    entries = [_total(call, name, since, until) if is_total else _series(call, name, since, until) for name in wanted]
    return {"data": entries}


def _check_account_metric(call: Call, name: str, is_total: bool) -> None:
    if name in _REMOVED or name not in (*_TOTAL, *_SERIES):
        raise graph.refuse(f"(#100) metric[0] must be one of the following values: {', '.join(_TOTAL)}", 100)
    if not is_total and name not in _SERIES:
        raise graph.refuse(
            f"(#100) The following metrics ({name}) should be specified with parameter metric_type=total_value", 100
        )
    if name == "follows_and_unfollows" and call.params.get("breakdown") != "follow_type":
        raise graph.refuse("(#100) follows_and_unfollows needs breakdown=follow_type", 100)


def _period(call: Call) -> tuple[datetime, datetime]:
    now = call.world.time()
    until = edges.unix_time(call.params.get("until"), "until") or now
    since = edges.unix_time(call.params.get("since"), "since") or until - timedelta(days=1)
    if until - since > MOST_DAYS:
        raise graph.refuse("(#100) There cannot be more than 30 days between since and until", 100)
    return since, until


def _sum(world: World, posts: list[Post], kinds: tuple[str, ...], since: datetime, until: datetime) -> int:
    return sum(
        edges.count_by(world, post, kind, until) - edges.count_by(world, post, kind, since)
        for post in posts
        for kind in kinds
    )


def _total(call: Call, name: str, since: datetime, until: datetime) -> Json:
    posts = call.world.posts_of(call.account)
    reach = _sum(call.world, posts, ("reach",), since, until)
    if name == "follows_and_unfollows":
        parts = {"FOLLOWER": round(reach * 0.002), "NON_FOLLOWER": round(reach * 0.0008)}
        results = [{"dimension_values": [part], "value": value} for part, value in parts.items()]
        value: Json = {"breakdowns": [{"dimension_keys": ["follow_type"], "results": results}]}
    elif name in _PARTS:
        value = {"value": round(reach * _PARTS[name])}
    else:
        value = {"value": reach if name == "reach" else _sum(call.world, posts, _SUMS[name], since, until)}
    return {
        "name": name,
        "period": "day",
        "title": name.replace("_", " ").capitalize(),
        "total_value": value,
        "id": f"{call.account.user_id}/insights/{name}/day",
    }


def _series(call: Call, name: str, since: datetime, until: datetime) -> Json:
    posts, days = call.world.posts_of(call.account), max(1, round((until - since) / timedelta(days=1)))
    ends = [since + timedelta(days=day + 1) for day in range(days)]
    kinds, ratio = (("reach",), 1.0 if name == "reach" else 0.002)
    values = [
        {
            "value": round(_sum(call.world, posts, kinds, end - timedelta(days=1), end) * ratio),
            "end_time": edges.timestamp(end),
        }
        for end in ends
    ]
    return {
        "name": name,
        "period": "day",
        "values": values,
        "title": name.replace("_", " ").capitalize(),
        "id": f"{call.account.user_id}/insights/{name}/day",
    }
