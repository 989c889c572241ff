"""Facebook Pages in miniature: posts, counters, insights, comments, reactions and tokens (Graph API).

Requests in, replies out; posts are made in `facebook_publishing.py`, objects described in `facebook_objects.py`.
"""

from __future__ import annotations

from collections.abc import Sequence

from engagement.sandbox import facebook_insights as insights
from engagement.sandbox import facebook_objects as objects
from engagement.sandbox import facebook_publishing as publishing
from engagement.sandbox import gate, graph, graph_push, graph_tokens
from engagement.sandbox import graph_edges as edges
from engagement.sandbox.audience import Comment
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.graph_edges import Seen
from engagement.sandbox.messages import Reply, Request
from engagement.sandbox.world import Pending, Post, World

POST_DEFAULT = "id,message,created_time"
USER_TOKEN = "facebook_user"  # noqa: S105 - the name of a kind of token

# Objects


def node(call: Call) -> Reply:
    """The Page, a photo, a video, a post or a comment, whichever the id names."""
    if _is_own_page(call):
        return Reply(200, edges.project(call, edges.asked_fields(call, "id,name"), objects.PAGE, "Page"))
    made = publishing.own_pending(call, call.ids["object"])
    if made is not None:
        return _upload(call, made)
    if ("facebook", call.ids["object"]) in call.world.posts:
        seen = Seen(call.world, call.request, publishing.own_post(call))
        return Reply(200, edges.project(seen, edges.asked_fields(call, POST_DEFAULT), objects.POST, "Post"))
    return Reply(200, objects.comment(*_comment(call), edges.asked_fields(call, objects.COMMENT_DEFAULT)))


def _upload(call: Call, made: Pending) -> Reply:
    is_photo = made.kind == publishing.PHOTO
    table, name = (objects.PHOTO_NODE, "Photo") if is_photo else (objects.VIDEO_NODE, "Video")
    made.polls += 1
    return Reply(200, edges.project((call.ids["object"], made), edges.asked_fields(call, "id"), table, name))


def _is_own_page(call: Call) -> bool:
    return call.ids["object"] in ("me", call.account.user_id)


def posts(call: Call) -> Reply:
    """Posts of the Page that are public, newest first."""
    edges.require_own(call)
    return _listed(call, call.world.posts_of(call.account))


def scheduled_posts(call: Call) -> Reply:
    """Posts that wait for their time."""
    edges.require_own(call)
    own = (post for post in call.world.posts.values() if post.account == call.account)
    return _listed(call, [post for post in own if publishing.is_waiting(call, post)])


def _listed(call: Call, found: Sequence[Post]) -> Reply:
    chosen, paging = edges.page(found, call.request, key=lambda post: post.post_id, default=25, most=100)
    fields = edges.asked_fields(call, POST_DEFAULT)
    data = [edges.project(Seen(call.world, call.request, post), fields, objects.POST, "Post") for post in chosen]
    return Reply(200, edges.paged(data, paging))


def object_insights(call: Call) -> Reply:
    """Numbers of a post, or of the Page; photos and videos have none of their own here."""
    if _is_own_page(call):
        return Reply(200, insights.of_page(call))
    made = publishing.own_pending(call, call.ids["object"])
    if made is not None:
        name = "Photo" if made.kind == publishing.PHOTO else "Video"
        raise graph.refuse(f"(#100) Tried accessing nonexisting field (insights) on node type ({name})", 100)
    return Reply(200, insights.of_post(edges.own_post(call), str(call.params.get("metric", ""))))


def video_insights(call: Call) -> Reply:
    """Numbers of a video or reel, watch times in milliseconds."""
    made = publishing.own_pending(call, call.ids["object"])
    post = call.world.post("facebook", made.post_id) if made else None
    if made is None or made.kind == publishing.PHOTO or post is None:
        raise graph.gone(call.ids["object"])
    return Reply(200, insights.of_video(Seen(call.world, call.request, post), str(call.params.get("metric", ""))))


# Comments and reactions


def comments(call: Call) -> Reply:
    """Comments of a post, or answers to a comment; a user token sees none."""
    fields = edges.asked_fields(call, objects.COMMENT_DEFAULT)
    if call.token_kind == USER_TOKEN:
        return Reply(200, {"data": []})
    if ("facebook", call.ids["object"]) in call.world.posts:
        return Reply(200, objects.comment_edge(edges.own_post(call), call.request, fields))
    seen, comment = _comment(call)
    return Reply(200, objects.comment_edge(seen, call.request, fields, comment.comment_id))


def reactions(call: Call) -> Reply:
    """How many reacted, and some of those who did."""
    fields = edges.asked_fields(call, objects.REACTION_DEFAULT)
    return Reply(200, objects.reactions(edges.own_post(call), call.request, fields))


def hide_comment(call: Call) -> Reply:
    """Hide a comment, or show it again."""
    seen, comment = _comment(call)
    if "is_hidden" not in call.params:
        raise graph.refuse("(#100) The parameter is_hidden is required", 100)
    hidden = str(call.params["is_hidden"]).lower() == "true"
    call.world.edit_comment(seen.post, comment.comment_id, {"hidden": hidden})
    return Reply(200, {"success": True})


def delete(call: Call) -> Reply:
    """Delete a post, a comment, or a photo that was never attached."""
    key = ("facebook", call.ids["object"])
    if key in call.world.posts or key in call.world.pending:
        return publishing.delete(call)
    seen, comment = _comment(call)
    call.world.edit_comment(seen.post, comment.comment_id, {"deleted": True})
    return Reply(200, {"success": True})


def _comment(call: Call) -> tuple[Seen, Comment]:
    """A comment that can be seen, under a post of the caller."""
    found = call.world.find_comment(call.ids["object"])
    if found is not None and found[0].account == call.account:
        for shown in call.world.comments(found[0]):
            if shown.comment_id == call.ids["object"]:
                return Seen(call.world, call.request, found[0]), shown
    raise graph.gone(call.ids["object"])


def batch(call: Call) -> Reply:
    """At most 50 requests in one; every item counts against the limits."""
    return graph.batch(call.request, lambda request: gate.answer(call.world, request, PLATFORM))


PLATFORM = Platform(
    name="facebook",
    open_routes=(
        ("GET", "/", graph.root),
        ("GET", "/debug_token", graph_tokens.debug),
        ("GET", "/oauth/access_token", graph_tokens.exchange),
    ),
    routes=(
        ("POST", "/", batch),
        ("GET", "/me/accounts", graph_tokens.pages),
        ("POST", "/{owner}/feed", publishing.create_post),
        ("POST", "/{owner}/photos", publishing.create_photo),
        ("POST", "/{owner}/videos", publishing.create_video),
        ("POST", "/{owner}/video_reels", publishing.reel),
        ("POST", "/video-upload/{version}/{object}", publishing.upload_reel),
        ("GET", "/{owner}/posts", posts),
        ("GET", "/{owner}/feed", posts),
        ("GET", "/{owner}/published_posts", posts),
        ("GET", "/{owner}/scheduled_posts", scheduled_posts),
        *graph.subscription_routes("feed", "mention"),
        ("GET", "/{object}/insights", object_insights),
        ("GET", "/{object}/video_insights", video_insights),
        ("GET", "/{object}/comments", comments),
        ("GET", "/{object}/reactions", reactions),
        ("GET", "/{object}", node),
        ("POST", "/{object}", hide_comment),
        ("DELETE", "/{object}", delete),
    ),
    refusals=graph.refusals(80001, "pages"),
    headers=graph.headers,
    simplify=graph.without_version,
    usage=graph.usage("pages"),
    is_counted=graph.is_counted,
    refused_count=True,
    push=graph_push.push(graph_push.facebook_events),
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
