"""`/sandbox/scenes`: what can be planted on posts, and what was."""

from __future__ import annotations

from typing import Any

from engagement.sandbox import inputs
from engagement.sandbox.accounts import PLATFORMS
from engagement.sandbox.control_content import find_post
from engagement.sandbox.inputs import wrong
from engagement.sandbox.messages import Json, Request
from engagement.sandbox.scene_kinds import KINDS, Kind
from engagement.sandbox.world import Post, World

MOST_POSTS = 50
MOST_HOURS = 24.0 * 30


def list_scenes(world: World, request: Request) -> Json:
    """The kinds of scenes, and those planted so far."""
    return {"kinds": {name: _kind(kind) for name, kind in KINDS.items()}, "planted": world.planted}


def plant(world: World, request: Request) -> Json:
    """Plant a scene of a `kind` on `posts` of one account; it begins now, and the truth tells who is who."""
    given = inputs.read(request.params, _FIELDS)
    kind, posts = KINDS[given["kind"]], _posts(given)
    found = [find_post(world, given["platform"], one, "posts") for one in posts]
    _require_one_account(found)
    size = kind.size if given["size"] is None else inputs.whole(kind.least, kind.most)(given["size"], "size")
    hours = kind.hours if given["hours"] is None else given["hours"]
    return world.plant(found, given["kind"], size, hours)


def _posts(given: Json) -> list[str]:
    """Each post once: a scene does not play twice under one."""
    return list(dict.fromkeys(given["posts"]))


def _require_one_account(posts: list[Post]) -> None:
    if any(post.account != posts[0].account for post in posts):
        raise wrong("posts", "must be posts of one account")


def _kind(kind: Kind) -> Json:
    return {"says": kind.says, "size": kind.size, "least": kind.least, "most": kind.most, "hours": kind.hours}


def _ids(value: Any, field: str) -> list[str]:
    if not isinstance(value, list) or not 1 <= len(value) <= MOST_POSTS:
        raise wrong(field, f"must be a list of 1 to {MOST_POSTS} ids of posts")
    return [str(inputs.needed(inputs.text)(one, field)) for one in value]


_FIELDS: dict[str, inputs.Reader] = {
    "kind": inputs.choice(*KINDS),
    "posts": _ids,
    "platform": inputs.choice(*PLATFORMS, default=""),
    "size": inputs.optional(inputs.whole(1, max(kind.most for kind in KINDS.values()))),
    "hours": inputs.optional(inputs.number(0.01, MOST_HOURS)),
}
