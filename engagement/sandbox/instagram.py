"""Instagram in miniature: media, stories, insights, comments and tokens (Graph API), and the routes of all.

Requests in, replies out; posts are made in `instagram_publishing.py`, objects described in `instagram_objects.py`.
"""

from __future__ import annotations

from datetime import timedelta

from engagement.sandbox import gate, graph, graph_push, graph_tokens
from engagement.sandbox import graph_edges as edges
from engagement.sandbox import instagram_insights as insights
from engagement.sandbox import instagram_objects as objects
from engagement.sandbox import instagram_publishing as publishing
from engagement.sandbox.audience import Comment
from engagement.sandbox.gate import Call, Platform
from engagement.sandbox.graph_edges import Seen
from engagement.sandbox.instagram_publishing import STORY
from engagement.sandbox.messages import Reply, Request
from engagement.sandbox.tokens import Tokens
from engagement.sandbox.world import Post, World

LONG_LIVED_SECONDS = 5184000
YOUNGEST = timedelta(hours=24)

# Objects


def node(call: Call) -> Reply:
    """A container, a media object, a comment or the account, whichever the id names."""
    container = call.world.pending.get(("instagram", call.ids["object"]))
    if container is not None and container.account == call.account:
        return publishing.container_node(call, container)
    if _is_own_account(call):
        return Reply(200, objects.account(call, edges.asked_fields(call, "id")))
    if ("instagram", call.ids["object"]) in call.world.posts:
        return Reply(200, objects.media(edges.own_post(call), edges.asked_fields(call, "id"), _tokens(call)))
    child = objects.find_child(call.world, call.account.user_id, call.ids["object"])
    if child is not None:
        return Reply(200, objects.child(child, edges.asked_fields(call, "id")))
    return Reply(200, objects.comment(*_needed_comment(call), edges.asked_fields(call, objects.COMMENT_DEFAULT)))


def _is_own_account(call: Call) -> bool:
    return call.ids["object"] in ("me", call.account.user_id)


def _tokens(call: Call) -> Tokens:
    return call.world.tokens_of(call.account, call.token_kind)


def media_list(call: Call) -> Reply:
    """Everything but stories, newest first."""
    return _listed(call, [post for post in _posts(call) if objects.product(post) != STORY])


def stories(call: Call) -> Reply:
    """The stories of the last 24 hours."""
    start = call.world.time() - insights.STORY_LIFE
    return _listed(
        call, [post for post in _posts(call) if objects.product(post) == STORY and post.published_at > start]
    )


def _posts(call: Call) -> list[Post]:
    edges.require_own(call)
    return call.world.posts_of(call.account)


def _listed(call: Call, posts: list[Post]) -> Reply:
    chosen, paging = edges.page(posts, call.request, key=lambda post: post.post_id, default=25, most=100)
    fields = edges.asked_fields(call, "id")
    data = [objects.media(Seen(call.world, call.request, post), fields, _tokens(call)) for post in chosen]
    return Reply(200, edges.paged(data, paging))


def children(call: Call) -> Reply:
    """The parts of a carousel."""
    fields = edges.asked_fields(call, "id")
    return Reply(
        200, {"data": [objects.child(one, fields) for one in edges.own_post(call).post.extra.get("children", ())]}
    )


def object_insights(call: Call) -> Reply:
    """Numbers of a media object, or of the account; parts of a carousel have none."""
    if _is_own_account(call):
        return Reply(200, insights.account(call))
    if objects.find_child(call.world, call.account.user_id, call.ids["object"]) is not None:
        raise graph.refuse("(#100) Insights are not available for the children of a carousel", 100)
    return Reply(200, insights.media(edges.own_post(call), str(call.params.get("metric", "")), _tokens(call)))


# Comments


def media_comments(call: Call) -> Reply:
    """Comments on the media itself, newest first; replies stand below them."""
    fields = edges.asked_fields(call, objects.COMMENT_DEFAULT)
    return Reply(200, objects.comment_edge(edges.own_post(call), call.request, fields))


def comment_replies(call: Call) -> Reply:
    """What people answered to a comment."""
    seen, comment = _needed_comment(call)
    fields = edges.asked_fields(call, objects.COMMENT_DEFAULT)
    return Reply(200, objects.comment_edge(seen, call.request, fields, comment.comment_id))


def hide_comment(call: Call) -> Reply:
    """Hide a comment, or show it again."""
    seen, comment = _needed_comment(call)
    if "hide" not in call.params:
        raise graph.refuse("(#100) The parameter hide is required", 100)
    hidden = str(call.params["hide"]).lower() == "true"
    call.world.edit_comment(seen.post, comment.comment_id, {"hidden": hidden})
    return Reply(200, {"success": True})


def delete_comment(call: Call) -> Reply:
    """Delete a comment and the replies below it."""
    seen, comment = _needed_comment(call)
    call.world.edit_comment(seen.post, comment.comment_id, {"deleted": True})
    return Reply(200, {"success": True})


def _needed_comment(call: Call) -> tuple[Seen, Comment]:
    """A comment that can be seen, under a post of the caller."""
    found = call.world.find_comment(call.ids["object"])
    if found is not None and found[0].account == call.account:
        seen = Seen(call.world, call.request, found[0])
        for shown in objects.visible_comments(seen):
            if shown.comment_id == call.ids["object"]:
                return seen, shown
    raise graph.gone(call.ids["object"])


# Tokens


def refresh(call: Call) -> Reply:
    """60 more days for a token at least 24 hours old; an expired one is refused before this point, as documented."""
    if call.params.get("grant_type") != "ig_refresh_token":
        raise graph.refuse("(#100) The parameter grant_type must be ig_refresh_token", 100)
    tokens = _tokens(call)
    tokens.refresh_calls += 1
    if tokens.access_life and tokens.issued_at and call.world.time() - tokens.issued_at < YOUNGEST:
        raise graph.refuse("(#100) The access token must be at least 24 hours old to be refreshed", 100)
    return _renewed(call)


def exchange(call: Call) -> Reply:
    """A long-lived token for a short-lived one."""
    if call.params.get("grant_type") != "ig_exchange_token" or not call.params.get("client_secret"):
        raise graph.refuse("(#100) grant_type must be ig_exchange_token, with client_secret", 100)
    return _renewed(call)


def _renewed(call: Call) -> Reply:
    tokens = call.world.renew(call.account, call.token_kind)
    return Reply(200, {"access_token": tokens.access, "token_type": "bearer", "expires_in": LONG_LIVED_SECONDS})


def batch(call: Call) -> Reply:
    """At most 50 requests in one; every item counts against the limits."""
    return graph.batch(call.request, lambda request: gate.answer(call.world, request, PLATFORM))


PLATFORM = Platform(
    name="instagram",
    open_routes=(
        ("GET", "/", graph.root),
        ("GET", "/debug_token", graph_tokens.debug),
        ("GET", "/oauth/access_token", graph_tokens.exchange),
    ),
    routes=(
        ("POST", "/", batch),
        ("GET", "/refresh_access_token", refresh),
        ("GET", "/access_token", exchange),
        ("GET", "/me/accounts", graph_tokens.pages),
        ("POST", "/{owner}/media", publishing.create_container),
        ("POST", "/{owner}/media_publish", publishing.publish),
        ("GET", "/{owner}/media", media_list),
        ("GET", "/{owner}/stories", stories),
        ("GET", "/{owner}/content_publishing_limit", publishing.publishing_limit),
        *graph.subscription_routes("comments", "live_comments", "mentions", "story_insights"),
        ("GET", "/{object}/insights", object_insights),
        ("GET", "/{object}/comments", media_comments),
        ("GET", "/{object}/replies", comment_replies),
        ("GET", "/{object}/children", children),
        ("GET", "/{object}", node),
        ("POST", "/{object}", hide_comment),
        ("DELETE", "/{object}", delete_comment),
    ),
    refusals=graph.refusals(80002, "instagram"),
    headers=graph.headers,
    simplify=graph.without_version,
    usage=graph.usage("instagram"),
    is_counted=graph.is_counted,
    refused_count=True,
    push=graph_push.push(graph_push.instagram_events),
)


def answer(world: World, request: Request) -> Reply:
    return gate.answer(world, request, PLATFORM)
