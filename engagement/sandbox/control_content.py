"""`/sandbox/posts` and `/sandbox/comments`: what people and platforms do to posts after they went out."""

from __future__ import annotations

from typing import Any

from engagement.sandbox import inputs
from engagement.sandbox.accounts import PLATFORMS
from engagement.sandbox.audience import GENUINE, TRUTHS, Comment
from engagement.sandbox.inputs import wrong
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.world import Post, World

COUNTS = {"likes": "like", "shares": "share", "saves": "save", "reach": "reach", "views": "views"}


# Posts


def change_post(world: World, request: Request) -> Json:
    """Take a post down, hide its likes, or lower its counts, as when a platform removes fake ones."""
    given = inputs.read(request.params, _POST_FIELDS)
    post = find_post(world, given["platform"], given["post"])
    key = post.account.platform, post.post_id
    if given["deleted"]:
        world.delete(post)
    if given["hide_likes"] is not None:
        (world.changes.hidden_likes.add if given["hide_likes"] else world.changes.hidden_likes.discard)(key)
    for name, by in given["lower"].items():
        world.lower(post, COUNTS[name], by)
    counts = {name: world.count(post, kind) for name, kind in COUNTS.items() if name not in ("reach", "views")}
    return {"post": post.post_id, **counts, "reach": world.reach(post), "views": world.views(post)}


def find_post(world: World, platform: str, post_id: str, field: str = "post") -> Post:
    """A post by its id, on one platform or any; the refusal names the field."""
    platforms = [platform] if platform else PLATFORMS
    found = next((world.posts[one, post_id] for one in platforms if (one, post_id) in world.posts), None)
    if found is None:
        raise wrong(field, f"{post_id} is not a published post" if field == "posts" else "is not a published post")
    return found


def _lowered(value: Any, field: str) -> dict[str, int]:
    if value is None:
        return {}
    if not isinstance(value, dict) or not set(value) <= set(COUNTS):
        raise wrong(field, f"must be an object of {', '.join(COUNTS)}")
    return {name: inputs.whole(1, 1_000_000)(by, f"{field}.{name}") for name, by in value.items()}


_POST_FIELDS: dict[str, inputs.Reader] = {
    "post": inputs.needed(inputs.text),
    "platform": inputs.choice(*PLATFORMS, default=""),
    "deleted": inputs.flag,
    "hide_likes": inputs.optional(inputs.flag),
    "lower": _lowered,
}


# Comments


def change_comment(world: World, request: Request) -> Json:
    """Edit, hide or delete the comment named by `comment`; without one, `post` gets a new comment now."""
    given = inputs.read(request.params, _COMMENT_FIELDS)
    return _edit(world, given) if given["comment"] else _add(world, given)


def _edit(world: World, given: Json) -> Json:
    found = world.find_comment(given["comment"])
    if found is None:
        raise wrong("comment", "is not a comment")
    edit = {name: given[name] for name in ("text", "likes", "hidden", "deleted") if given[name] is not None}
    if not edit:
        raise wrong("comment", "needs text, likes, hidden or deleted")
    world.edit_comment(found[0], given["comment"], edit)
    return _comment(found[1]) | edit


def _add(world: World, given: Json) -> Json:
    post = find_post(world, given["platform"], given["post"])
    if not given["text"]:
        raise wrong("text", "is required for a new comment")
    if given["parent"] and all(one.comment_id != given["parent"] for one in world.comments(post)):
        raise wrong("parent", "is not a comment of this post")
    return _comment(world.add_comment(post, given["text"], given["author"], given["truth"], given["parent"]))


def _comment(comment: Comment) -> Json:
    return {"comment": comment.comment_id, "author": comment.author.handle, "text": comment.text}


def _author(value: Any, field: str) -> str:
    return str(inputs.text(value, field)) or "a_visitor"


_COMMENT_FIELDS: dict[str, inputs.Reader] = {
    "comment": inputs.text,
    "post": inputs.text,
    "platform": inputs.choice(*PLATFORMS, default=""),
    "text": inputs.optional(inputs.text),
    "likes": inputs.optional(inputs.whole(0, 1_000_000)),
    "hidden": inputs.optional(inputs.flag),
    "deleted": inputs.optional(inputs.flag),
    "author": _author,
    "parent": inputs.text,
    "truth": inputs.choice(*TRUTHS, default=GENUINE),
}
