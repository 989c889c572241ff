"""The objects of Instagram's Graph API: media fields, comments with replies, the account, other professionals.

A field that stands in no table here does not exist, and asking for it is an error. Numbers are in
`instagram_insights.py`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from engagement.sandbox import graph, people
from engagement.sandbox import graph_edges as edges
from engagement.sandbox import instagram_insights as insights
from engagement.sandbox.accounts import ACCOUNTS, PERSONAS
from engagement.sandbox.audience import Comment
from engagement.sandbox.gate import Call
from engagement.sandbox.graph_edges import ABSENT, Field, Read, Seen
from engagement.sandbox.instagram_publishing import CAROUSEL, STORY
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.people import Person
from engagement.sandbox.tokens import Tokens
from engagement.sandbox.world import Post, World

product = insights.product
PROFESSIONAL_SHARE = 5  # every fifth fan has a professional account

# Comments


def visible_comments(seen: Seen) -> Sequence[Comment]:
    """Newest first; stories are answered in private."""
    return () if product(seen.post) == STORY else seen.world.comments(seen.post)[::-1]


def comment_edge(seen: Seen, request: Request, fields: tuple[Field, ...], parent: str = "") -> Json:
    """Comments on the media itself, or the replies to one of them."""
    shown = [one for one in visible_comments(seen) if one.parent == parent]
    chosen, paging = edges.page(shown, request, key=lambda one: one.comment_id, default=50, most=50)
    return edges.paged([comment(seen, one, fields) for one in chosen], paging)


def comment(seen: Seen, one: Comment, fields: tuple[Field, ...]) -> Json:
    return edges.project((seen, one), fields, _COMMENT, "IGComment")


COMMENT_DEFAULT = "id,text,timestamp"


def _nested_comments(seen: Seen, one: Field) -> Json:
    asked = Request("instagram", "GET", f"/{seen.post.post_id}/comments", one.modifiers, base=seen.request.base)
    return comment_edge(seen, asked, one.inner or edges.parse_fields(COMMENT_DEFAULT))


def _replies(pair: tuple[Seen, Comment], one: Field) -> object:
    """Absent where nobody answered."""
    seen, parent = pair
    path = f"/{parent.comment_id}/replies"
    asked = Request("instagram", "GET", path, one.modifiers, base=seen.request.base)
    edge = comment_edge(seen, asked, one.inner or edges.parse_fields(COMMENT_DEFAULT), parent.comment_id)
    return edge if edge["data"] else ABSENT


# Media


def media(seen: Seen, fields: tuple[Field, ...], tokens: Tokens) -> Json:
    table: dict[str, Read] = {
        **MEDIA,
        **(_FACEBOOK_LOGIN_MEDIA if tokens.kind == insights.FACEBOOK_LOGIN else {}),
        "insights": lambda shown, one: insights.media(shown, one.modifiers.get("metric", ""), tokens),
    }
    return edges.project(seen, fields, table, "ShadowIGMedia")


def _counted(kind: str) -> Read:
    return lambda seen, one: seen.world.count(seen.post, kind)


def _likes(seen: Seen, one: Field) -> object:
    """Missing where the owner hides likes."""
    key = ("instagram", seen.post.post_id)
    return ABSENT if key in seen.world.changes.hidden_likes else seen.world.count(seen.post, "like")


def _shortcode(post: Post) -> str:
    return f"C{int(post.post_id):x}"


def _caption(seen: Seen, one: Field) -> object:
    return ABSENT if product(seen.post) == STORY or not seen.post.text else seen.post.text


def _permalink(seen: Seen, one: Field) -> str:
    if product(seen.post) == STORY:
        return f"https://www.instagram.com/stories/{seen.post.account.handle}/{seen.post.post_id}"
    return f"https://www.instagram.com/{'reel' if seen.post.kind == 'video' else 'p'}/{_shortcode(seen.post)}/"


def _children(seen: Seen, one: Field) -> object:
    found = seen.post.extra.get("children")
    return {"data": [child(item, one.inner or edges.parse_fields("id")) for item in found]} if found else ABSENT


def child(item: Json, fields: tuple[Field, ...]) -> Json:
    return edges.project(item, fields, _CHILD, "ShadowIGMedia")


def find_child(world: World, owner: str, object_id: str) -> Json | None:
    """A part of a carousel, which is an object of its own without insights."""
    posts = (post for post in world.posts.values() if post.kind == CAROUSEL and post.account.user_id == owner)
    return next((one for post in posts for one in post.extra["children"] if one["id"] == object_id), None)


_CHILD: dict[str, Read] = {
    "id": lambda item, one: item["id"],
    "media_type": lambda item, one: item["kind"].upper(),
    "media_url": lambda item, one: item["url"],
}
MEDIA: dict[str, Read] = {
    "id": lambda seen, one: seen.post.post_id,
    "caption": _caption,
    "media_type": lambda seen, one: "CAROUSEL_ALBUM" if seen.post.kind == CAROUSEL else seen.post.kind.upper(),
    "media_product_type": lambda seen, one: product(seen.post),
    "media_url": lambda seen, one: seen.post.extra["url"],
    "thumbnail_url": lambda seen, one: f"{seen.post.extra['url']}.jpg" if seen.post.kind == "video" else ABSENT,
    "alt_text": lambda seen, one: seen.post.extra.get("alt_text") or ABSENT,
    "timestamp": lambda seen, one: edges.timestamp(seen.post.published_at),
    "permalink": _permalink,
    "shortcode": lambda seen, one: _shortcode(seen.post),
    "username": lambda seen, one: seen.post.account.handle,
    "owner": lambda seen, one: {"id": seen.post.account.user_id},
    "like_count": _likes,
    "comments_count": lambda seen, one: len(visible_comments(seen)),
    "is_ai_generated": lambda seen, one: seen.post.extra["ai"],
    "comments": _nested_comments,
    "children": _children,
}
_FACEBOOK_LOGIN_MEDIA: dict[str, Read] = {
    "saved_count": _counted("save"),
    "shares_count": _counted("share"),
    "reposts_count": lambda seen, one: round(seen.world.reach(seen.post) * 0.001),
    "total_like_count": _counted("like"),
    "total_comments_count": _counted("comment"),
    "total_views_count": lambda seen, one: seen.world.views(seen.post),
}
_COMMENT: dict[str, Read] = {
    "id": lambda pair, one: pair[1].comment_id,
    "text": lambda pair, one: pair[1].text,
    "timestamp": lambda pair, one: edges.timestamp(pair[0].post.comment_at(pair[1])),
    "username": lambda pair, one: pair[1].author.handle,
    "from": lambda pair, one: (
        {"id": pair[1].author.user_id, "username": pair[1].author.handle} if pair[1].is_signed else ABSENT
    ),
    "like_count": lambda pair, one: pair[1].likes,
    "hidden": lambda pair, one: pair[1].hidden,
    "parent_id": lambda pair, one: pair[1].parent or ABSENT,
    "media": lambda pair, one: {"id": pair[0].post.post_id},
    "replies": _replies,
}


# Accounts


def account(call: Call, fields: tuple[Field, ...]) -> Json:
    is_facebook_login = call.token_kind == insights.FACEBOOK_LOGIN
    table = {**ACCOUNT, "business_discovery": _discovered} if is_facebook_login else ACCOUNT
    return edges.project(call, fields, table, "IGUser")


def _discovered(call: Call, one: Field) -> Json:
    """Professional accounts only; anybody else is an error (code 110)."""
    handle = one.modifiers.get("username", "")
    found = _professionals(call.world).get(handle)
    if found is None:
        message = f"(#110) Cannot find User with username: {handle}"
        raise graph.refuse(message, 110, subcode=2207013, title="Invalid user id")
    return edges.project(found, one.inner, _PROFESSIONAL, "IGUser")


def _professionals(world: World) -> Mapping[str, Person]:
    fans = [fan for slug in PERSONAS for fan in people.fans(world.seed, "instagram", slug)]
    own = [people.as_person(one) for one in ACCOUNTS if one.platform == "instagram"]
    return {one.handle: one for one in (*fans[::PROFESSIONAL_SHARE], *own)}


_PROFESSIONAL: dict[str, Callable[[Person, Field], object]] = {
    "id": lambda person, one: f"178414{person.user_id[-11:]}",  # not the id their comments carry
    "username": lambda person, one: person.handle,
    "name": lambda person, one: person.name,
    "biography": lambda person, one: person.bio,
    "followers_count": lambda person, one: person.followers,
    "follows_count": lambda person, one: person.following,
    "media_count": lambda person, one: person.posts,
    "profile_picture_url": lambda person, one: (
        f"https://scontent.example/{person.user_id}.jpg" if person.has_picture else ABSENT
    ),
    "website": lambda person, one: ABSENT,
}
ACCOUNT: dict[str, Read] = {
    "id": lambda call, one: call.account.user_id,
    "user_id": lambda call, one: call.account.user_id,
    "username": lambda call, one: call.account.handle,
    "name": lambda call, one: call.account.name,
    "account_type": lambda call, one: "MEDIA_CREATOR",
    "biography": lambda call, one: f"{call.account.persona.theme}, every day",
    "profile_picture_url": lambda call, one: f"https://scontent.example/{call.account.user_id}.jpg",
    "followers_count": lambda call, one: call.world.followers_of(call.account),
    "follows_count": lambda call, one: 210,
    "media_count": lambda call, one: len(call.world.posts_of(call.account)),
}
