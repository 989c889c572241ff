"""The objects of Instagram's Graph API: media fields, insights by product type, comments, the account.

A field or metric that stands in no table here does not exist, and asking for it is an error.
"""

from __future__ import annotations

from collections.abc import Callable

from engagement.sandbox import graph
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.audience import Comment
from engagement.sandbox.graph_edges import ABSENT, Field, Read, Seen
from engagement.sandbox.messages import Json, Refused, Request
from engagement.sandbox.world import Post

# Insights

PRODUCTS = {"image": "FEED", "video": "REELS"}


def insights(seen: Seen, metrics: str) -> Json:
    product = PRODUCTS[seen.post.kind]
    content = edges.insights(seen, metrics, METRICS[product], lambda name: _unknown_metric(name, product))
    for entry in content["data"]:
        if entry["name"] == "profile_activity":
            entry["total_value"] = _profile_activity(entry["values"][0]["value"])
    return content


def _unknown_metric(name: str, product: str) -> Refused:
    if any(name in known for known in METRICS.values()):
        return graph.refuse(
            f"(#100) The Media Insights API does not support the {name} metric for this media product type.",
            100,
        )
    return graph.refuse(
        f"(#100) metric[0] must be one of the following values: {', '.join(METRICS[product])} (got {name})",
        100,
    )


def _profile_activity(value: int) -> Json:
    results = [{"dimension_values": ["bio_link_clicked"], "value": value}]
    return {"value": value, "breakdowns": [{"dimension_keys": ["action_type"], "results": results}]}


def _counted(*kinds: str) -> Callable[[Seen], int]:
    return lambda seen: sum(seen.world.count(seen.post, kind) for kind in kinds)


def _part_of_reach(ratio: float) -> Callable[[Seen], int]:
    return lambda seen: round(seen.world.reach(seen.post) * ratio)


_EVERYWHERE: dict[str, Callable[[Seen], int]] = {
    "views": lambda seen: seen.world.views(seen.post),
    "reach": lambda seen: seen.world.reach(seen.post),
    "likes": _counted("like"),
    "comments": _counted("comment"),
    "shares": _counted("share"),
    "saved": _counted("save"),
    "total_interactions": _counted("like", "comment", "share", "save"),
    "reposts": _part_of_reach(0.001),
}
METRICS: dict[str, dict[str, Callable[[Seen], int]]] = {
    "FEED": {
        **_EVERYWHERE,
        "follows": _part_of_reach(0.002),
        "profile_visits": _part_of_reach(0.02),
        "profile_activity": _part_of_reach(0.003),
    },
    # Watch times are in milliseconds, the skip rate is a percentage.
    "REELS": {
        **_EVERYWHERE,
        "ig_reels_avg_watch_time": lambda seen: 6400,
        "ig_reels_video_view_total_time": lambda seen: seen.world.views(seen.post) * 6400,
        "reels_skip_rate": lambda seen: 41,
    },
}


# Fields


def _nested_comments(seen: Seen, one: Field) -> Json:
    asked = Request("instagram", "GET", f"/{seen.post.post_id}/comments", one.modifiers, base=seen.request.base)
    chosen, paging = edges.page(
        seen.world.comments(seen.post)[::-1], asked, key=lambda shown: shown.comment_id, default=50, most=50
    )
    fields = one.inner or edges.parse_fields("id,text,timestamp")
    return edges.paged([comment(seen, shown, fields) for shown in chosen], paging)


def comment(seen: Seen, one: Comment, fields: tuple[Field, ...]) -> Json:
    return edges.project((seen.post, one), fields, _COMMENT, "IGComment")


def _shortcode(post: Post) -> str:
    return f"C{int(post.post_id):x}"


ACCOUNT: dict[str, Read] = {
    "id": lambda call, one: call.account.user_id,
    "user_id": lambda call, one: call.account.user_id,
    "username": lambda call, one: call.account.handle,
    "name": lambda call, one: call.account.name,
    "account_type": lambda call, one: "MEDIA_CREATOR",
    "followers_count": lambda call, one: call.account.followers,
    "media_count": lambda call, one: len(call.world.posts_of(call.account)),
}
MEDIA: dict[str, Read] = {
    "id": lambda seen, one: seen.post.post_id,
    "caption": lambda seen, one: seen.post.text or ABSENT,
    "media_type": lambda seen, one: seen.post.kind.upper(),
    "media_product_type": lambda seen, one: PRODUCTS[seen.post.kind],
    "media_url": lambda seen, one: seen.post.extra["url"],
    "timestamp": lambda seen, one: edges.timestamp(seen.post.published_at),
    "permalink": lambda seen, one: f"https://www.instagram.com/p/{_shortcode(seen.post)}/",
    "shortcode": lambda seen, one: _shortcode(seen.post),
    "username": lambda seen, one: seen.post.account.handle,
    "owner": lambda seen, one: {"id": seen.post.account.user_id},
    "like_count": lambda seen, one: seen.world.count(seen.post, "like"),
    "comments_count": lambda seen, one: seen.world.count(seen.post, "comment"),
    "is_ai_generated": lambda seen, one: seen.post.extra["ai"],
    "insights": lambda seen, one: insights(seen, one.modifiers.get("metric", "")),
    "comments": _nested_comments,
}
_COMMENT: dict[str, Read] = {
    "id": lambda pair, one: pair[1].comment_id,
    "text": lambda pair, one: pair[1].text,
    "timestamp": lambda pair, one: edges.timestamp(pair[0].comment_at(pair[1])),
    "username": lambda pair, one: pair[1].author.handle,
    "from": lambda pair, one: {"id": pair[1].author.user_id, "username": pair[1].author.handle},
    "like_count": lambda pair, one: pair[1].likes,
    "hidden": lambda pair, one: False,
    "parent_id": lambda pair, one: ABSENT,
    "replies": lambda pair, one: ABSENT,
}
