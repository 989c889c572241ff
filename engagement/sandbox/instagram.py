"""Instagram in miniature: publishing in two steps, media fields, insights and comments (Graph API).

Requests in, replies out; the audience behind the numbers is the world's.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from engagement.sandbox import gate, graph, ids
from engagement.sandbox.accounts import Account
from engagement.sandbox.audience import Comment
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.graph import ABSENT, Field, Read
from engagement.sandbox.messages import Json, Reply, Request
from engagement.sandbox.world import Pending, Post, World

MAX_CAPTION, MAX_HASHTAGS = 2200, 30
POSTS_PER_DAY = 100
CONTAINER_LIFE = timedelta(hours=24)
LONG_LIVED_SECONDS = 5184000
_HASHTAG = re.compile(r"#\w+")


@dataclass(frozen=True)
class Seen:
    """A post as one request sees it."""

    world: World
    request: Request
    post: Post


# Publishing


def create_container(call: Call) -> Reply:
    _own_id(call)
    kind, url = _media_of(call.params)
    caption = str(call.params.get("caption", ""))
    _check_caption(caption)
    made = Pending(call.account, call.world.time(), kind, caption,
                   {"url": url, "ai": str(call.params.get("is_ai_generated", "")).lower() == "true"})
    container_id = ids.media_id("1788", call.world.seed, call.account.user_id, len(call.world.pending),
                                made.created_at.isoformat())
    made.extra["container"] = container_id
    call.world.pending["instagram", container_id] = made
    return Reply(200, {"id": container_id})


def _media_of(params: Mapping[str, Any]) -> tuple[str, str]:
    media_type = str(params.get("media_type", "IMAGE")).upper()
    if media_type not in _URL_PARAMETERS:
        raise graph.refuse(f"(#100) Unknown media type {media_type}", 100, subcode=2207023, title="Unknown media type")
    kind, parameter = _URL_PARAMETERS[media_type]
    url = str(params.get(parameter, ""))
    if not url.startswith(("http://", "https://")):
        raise graph.refuse(f"(#100) The parameter {parameter} is required", 100)
    return kind, url


_URL_PARAMETERS = {"IMAGE": ("image", "image_url"), "REELS": ("video", "video_url")}


def _check_caption(caption: str) -> None:
    if len(caption) > MAX_CAPTION:
        raise graph.refuse("The caption was too long.", 100, subcode=2207010, title="Caption is too long")
    if len(_HASHTAG.findall(caption)) > MAX_HASHTAGS:
        raise graph.refuse("The caption has too many hashtags, at most 30 are allowed.", 100, title="Too many hashtags")


def publish(call: Call) -> Reply:
    _own_id(call)
    call.world.count_create_call(call.account)
    container = _publishable(call, str(call.params.get("creation_id", "")))
    if call.world.posts_since(call.account, 24) >= POSTS_PER_DAY:
        raise graph.refuse("You reached maximum number of posts that is allowed to be published by Content Publishing "
                           "API.", 9, subcode=2207042)
    post = call.world.publish(call.account, kind=container.kind, text=container.text, extra=container.extra)
    container.post_id = post.post_id
    return Reply(200, {"id": post.post_id})


def _publishable(call: Call, container_id: str) -> Pending:
    container = call.world.pending.get(("instagram", container_id))
    if container is None or container.account != call.account or container.post_id:
        raise graph.refuse("Media ID is not available", 24, subcode=2207006, title="Media not found")
    if _status(call.world, container) == "EXPIRED":
        raise graph.refuse("The requested resource does not exist", 24, subcode=2207008, title="Container expired")
    if _status(call.world, container) == "IN_PROGRESS":
        container.polls += 1
        raise graph.refuse("Media ID is not available: the media is not ready for publishing, please wait", 9007,
                           subcode=2207027)
    return container


def _status(world: World, container: Pending) -> str:
    """A video takes one look to be processed: by asking, not by time, so that a standing clock does not block it."""
    if container.post_id:
        return "PUBLISHED"
    if world.time() - container.created_at > CONTAINER_LIFE:
        return "EXPIRED"
    return "IN_PROGRESS" if container.kind == "video" and container.polls < 1 else "FINISHED"


_STATUS_TEXTS = {
    "FINISHED": "Finished: Media has been uploaded and it is ready to be published.",
    "IN_PROGRESS": "In Progress: Media is still being processed.",
    "EXPIRED": "Expired: The container was not published within 24 hours and has expired.",
    "PUBLISHED": "Published: Media has been successfully published.",
}


def _container(call: Call, container: Pending) -> Reply:
    status = _status(call.world, container)
    container.polls += 1
    table: dict[str, Read] = {
        "id": lambda item, one: item.extra["container"], "status_code": lambda item, one: status,
        "status": lambda item, one: _STATUS_TEXTS[status]}
    return Reply(200, graph.project(container, _fields(call, "id"), table, "IGContainer"))


def publishing_limit(call: Call) -> Reply:
    _own_id(call)
    table: dict[str, Read] = {
        "quota_usage": lambda used, one: used,
        "config": lambda used, one: {"quota_total": POSTS_PER_DAY, "quota_duration": 86400},
        "id": lambda used, one: ABSENT}
    used = call.world.posts_since(call.account, 24)
    return Reply(200, {"data": [graph.project(used, _fields(call, "quota_usage"), table, "ContentPublishingLimit")]})


# Reading


def node(call: Call) -> Reply:
    """A container, a media object or the account, whichever the id names."""
    container = call.world.pending.get(("instagram", call.ids["object"]))
    if container is not None and container.account == call.account:
        return _container(call, container)
    if call.ids["object"] in ("me", call.account.user_id):
        return Reply(200, graph.project(call, _fields(call, "id"), _ACCOUNT, "IGUser"))
    return Reply(200, graph.project(_media(call), _fields(call, "id"), _MEDIA, "ShadowIGMedia"))


def media_list(call: Call) -> Reply:
    _own_id(call)
    chosen, paging = graph.page(call.world.posts_of(call.account), call.request, key=lambda post: post.post_id,
                                default=25, most=100)
    fields = _fields(call, "id")
    data = [graph.project(Seen(call.world, call.request, post), fields, _MEDIA, "ShadowIGMedia") for post in chosen]
    return Reply(200, graph.paged(data, paging))


def media_insights(call: Call) -> Reply:
    return Reply(200, _insights(_media(call), str(call.params.get("metric", ""))))


def media_comments(call: Call) -> Reply:
    seen = _media(call)
    newest_first = call.world.comments(seen.post)[::-1]
    chosen, paging = graph.page(newest_first, call.request, key=lambda comment: comment.comment_id, default=50, most=50)
    data = [_comment(seen, comment, _fields(call, "id,text,timestamp")) for comment in chosen]
    return Reply(200, graph.paged(data, paging))


def refresh(call: Call) -> Reply:
    """Gives 60 more days; an expired token is refused before this point, as documented."""
    if call.params.get("grant_type") != "ig_refresh_token":
        raise graph.refuse("(#100) The parameter grant_type must be ig_refresh_token", 100)
    tokens = call.world.renew(call.account)
    return Reply(200, {"access_token": tokens.access, "token_type": "bearer", "expires_in": LONG_LIVED_SECONDS})


def batch(call: Call) -> Reply:
    return graph.batch(call.request, lambda request: gate.answer(call.world, request, PLATFORM))


def _own_id(call: Call) -> None:
    if call.ids["user"] not in ("me", call.account.user_id):
        raise graph.gone(call.ids["user"])


def _media(call: Call) -> Seen:
    post = call.world.post("instagram", call.ids["object"])
    if post is None or post.account != call.account:
        raise graph.gone(call.ids["object"])
    return Seen(call.world, call.request, post)


def _fields(call: Call, default: str) -> tuple[Field, ...]:
    return graph.parse_fields(str(call.params.get("fields") or default))


# Insights

_PRODUCTS = {"image": "FEED", "video": "REELS"}


def _insights(seen: Seen, metrics: str) -> Json:
    product = _PRODUCTS[seen.post.kind]

    def unknown(name: str) -> Exception:
        known = any(name in metrics for metrics in _METRICS.values())
        message = (f"(#100) The Media Insights API does not support the {name} metric for this media product type."
                   if known else f"(#100) metric[0] must be one of the following values: "
                                 f"{', '.join(_METRICS[product])}; {name} is not")
        return graph.refuse(message, 100)

    values = {name: _bound(read, seen) for name, read in _METRICS[product].items()}
    content = graph.insights(seen.post.post_id, metrics.split(","), values, unknown)
    for entry in content["data"]:
        if entry["name"] == "profile_activity":
            entry["total_value"] = _profile_activity(entry["values"][0]["value"])
    return content


def _bound(read: Callable[[Seen], int], seen: Seen) -> Callable[[], int]:
    return lambda: read(seen)


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
_METRICS: dict[str, dict[str, Callable[[Seen], int]]] = {
    "FEED": {**_EVERYWHERE, "follows": _part_of_reach(0.002), "profile_visits": _part_of_reach(0.02),
             "profile_activity": _part_of_reach(0.003)},
    # Watch times are in milliseconds, the skip rate is a percentage.
    "REELS": {**_EVERYWHERE, "ig_reels_avg_watch_time": lambda seen: 6400,
              "ig_reels_video_view_total_time": lambda seen: seen.world.views(seen.post) * 6400,
              "reels_skip_rate": lambda seen: 41},
}


# Fields


def _nested_comments(seen: Seen, one: Field) -> Json:
    asked = Request("instagram", "GET", f"/{seen.post.post_id}/comments", one.modifiers, base=seen.request.base)
    chosen, paging = graph.page(seen.world.comments(seen.post)[::-1], asked,
                                key=lambda comment: comment.comment_id, default=50, most=50)
    fields = one.inner or graph.parse_fields("id,text,timestamp")
    return graph.paged([_comment(seen, comment, fields) for comment in chosen], paging)


def _comment(seen: Seen, comment: Comment, fields: tuple[Field, ...]) -> Json:
    return graph.project((seen.post, comment), fields, _COMMENT, "IGComment")


def _shortcode(post: Post) -> str:
    return f"C{int(post.post_id):x}"


_ACCOUNT: dict[str, Read] = {
    "id": lambda call, one: call.account.user_id,
    "user_id": lambda call, one: call.account.user_id,
    "username": lambda call, one: call.account.handle,
    "name": lambda call, one: call.account.name,
    "account_type": lambda call, one: "MEDIA_CREATOR",
    "followers_count": lambda call, one: call.account.followers,
    "media_count": lambda call, one: len(call.world.posts_of(call.account)),
}
_MEDIA: dict[str, Read] = {
    "id": lambda seen, one: seen.post.post_id,
    "caption": lambda seen, one: seen.post.text or ABSENT,
    "media_type": lambda seen, one: seen.post.kind.upper(),
    "media_product_type": lambda seen, one: _PRODUCTS[seen.post.kind],
    "media_url": lambda seen, one: seen.post.extra["url"],
    "timestamp": lambda seen, one: graph.timestamp(seen.post.published_at),
    "permalink": lambda seen, one: f"https://www.instagram.com/p/{_shortcode(seen.post)}/",
    "shortcode": lambda seen, one: _shortcode(seen.post),
    "username": lambda seen, one: seen.post.account.handle,
    "owner": lambda seen, one: {"id": seen.post.account.user_id},
    "like_count": lambda seen, one: seen.world.count(seen.post, "like"),
    "comments_count": lambda seen, one: seen.world.count(seen.post, "comment"),
    "is_ai_generated": lambda seen, one: seen.post.extra["ai"],
    "insights": lambda seen, one: _insights(seen, one.modifiers.get("metric", "")),
    "comments": _nested_comments,
}
_COMMENT: dict[str, Read] = {
    "id": lambda pair, one: pair[1].comment_id,
    "text": lambda pair, one: pair[1].text,
    "timestamp": lambda pair, one: graph.timestamp(pair[0].comment_at(pair[1])),
    "username": lambda pair, one: pair[1].author.handle,
    "from": lambda pair, one: {"id": pair[1].author.user_id, "username": pair[1].author.handle},
    "like_count": lambda pair, one: pair[1].likes,
    "hidden": lambda pair, one: False,
    "parent_id": lambda pair, one: ABSENT,
    "replies": lambda pair, one: ABSENT,
}

PLATFORM = Platform(
    name="instagram",
    open_routes=(("GET", "/", graph.root),),
    routes=(
        ("POST", "/", batch),
        ("GET", "/refresh_access_token", refresh),
        ("POST", "/{user}/media", create_container),
        ("POST", "/{user}/media_publish", publish),
        ("GET", "/{user}/media", media_list),
        ("GET", "/{user}/content_publishing_limit", publishing_limit),
        ("GET", "/{object}/insights", media_insights),
        ("GET", "/{object}/comments", media_comments),
        ("GET", "/{object}", node),
    ),
    refusals=graph.refusals(80002, "instagram"),
    headers=graph.headers,
    simplify=graph.without_version,
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
