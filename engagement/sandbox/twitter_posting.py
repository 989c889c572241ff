"""Posting on X: text and its weight, replies to own posts, deletion.

The refusals are the documented ones: 400 for what is invalid, 403 for what is not allowed.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from engagement.sandbox import twitter_links as links
from engagement.sandbox import twitter_media as media
from engagement.sandbox import twitter_people as people
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox import twitter_statuses as statuses
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Reply

MAX_WEIGHT, URL_WEIGHT = 280, 23

# Emoji weigh 2 as a whole, however many code points they are joined of (twitter-text configuration v3).
_EMOJI = re.compile(
    r"[\U0001F1E6-\U0001F1FF]{2}|[\U0001F000-\U0001FAFF☀-➿]"
    r"(?:\uFE0F|[\U0001F3FB-\U0001F3FF]|\u200D[\U0001F000-\U0001FAFF☀-➿])*"
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def create(call: Call) -> Reply:
    """Make a post or a reply."""
    call.world.count_create_call(call.account)
    text, attached = _text(call), media.attached(call)
    _check(call, text, attached)
    extra = {"media": list(attached), **media.texts(attached), **_flags(call), **_reply_to(call)}
    kind = next((one.kind for one in attached.values()), "text")
    post = call.world.publish(call.account, kind=kind, text=text, extra=extra)
    people.charge(call, "creates_with_url" if links.URL.search(text) else "creates", [post.post_id])
    shown = statuses.of_post(post)
    written = links.shorten(shown.text, shown.status_id, shown.attached)
    return Reply(201, {"data": {"id": post.post_id, "text": written, "edit_history_tweet_ids": [post.post_id]}})


def _check(call: Call, text: str, attached: Collection[str]) -> None:
    if not text and not attached:
        raise problems.invalid("text or media is required", text="")
    if weight(text) > MAX_WEIGHT:
        raise problems.invalid(
            f"text is {weight(text)} weighted characters long, at most {MAX_WEIGHT} are allowed", text=text
        )
    if text and any(post.text == text for post in call.world.posts_of(call.account)):
        raise problems.forbidden("You are not allowed to create a Tweet with duplicate content.")


def weight(text: str) -> int:
    """Weighted length: every URL 23, every emoji 2, Latin and similar scripts 1, all other characters 2."""
    rest, urls = links.URL.subn("", text)
    rest, emoji = _EMOJI.subn("", rest)
    light = sum(any(low <= ord(one) <= high for low, high in _LIGHT) for one in rest)
    return urls * URL_WEIGHT + emoji * 2 + 2 * len(rest) - light


def _text(call: Call) -> str:
    text = call.params.get("text", "")
    if not isinstance(text, str):
        raise problems.invalid("$.text: must be a string", text=text)
    return text


def _flags(call: Call) -> Json:
    flags = {name: call.params.get(name, False) for name in ("made_with_ai", "paid_partnership")}
    wrong = next((name for name, value in flags.items() if not isinstance(value, bool)), None)
    if wrong is not None:
        raise problems.invalid(f"$.{wrong}: must be a boolean", **{wrong: flags[wrong]})
    return {"ai": flags["made_with_ai"], "paid_partnership": flags["paid_partnership"]}


def _reply_to(call: Call) -> Json:
    """Only replies to own posts are let through; self-serve plans refuse the rest unless summoned."""
    reply = call.params.get("reply") or {}
    parent_id = str(reply.get("in_reply_to_tweet_id", "")) if isinstance(reply, dict) else ""
    if not parent_id:
        return {}
    parent = call.world.post("twitter", parent_id)
    if parent is None or parent.account != call.account:
        raise problems.forbidden(
            "Reply to this conversation is not allowed because you have not been mentioned or otherwise "
            "engaged by the author of the post you are replying to."
        )
    return {"parent": parent_id, "conversation": parent.extra.get("conversation", parent_id)}


def delete(call: Call) -> Reply:
    """Take a post of one's own down."""
    post = people.post(call)
    if post.account != call.account:
        raise problems.forbidden("You are not authorized to delete this Tweet.", "not-authorized-for-resource")
    call.world.delete(post)
    return Reply(200, {"data": {"deleted": True}})
