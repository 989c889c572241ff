"""Posting on X: text and its weight, one-call media upload, replies to own posts, deletion.

The refusals are the documented ones: 400 for what is invalid, 403 for what is not allowed.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from engagement.sandbox import ids
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json, Refused, Reply
from engagement.sandbox.world import Pending, Post

MAX_WEIGHT, URL_WEIGHT = 280, 23
MAX_MEDIA = 4

_URL = re.compile(r"https?://\S+")
# Emoji weigh 2 as a whole, however many code points they are joined of (twitter-text configuration v3).
_EMOJI = re.compile(
    r"[\U0001F1E6-\U0001F1FF]{2}|[\U0001F000-\U0001FAFF☀-➿]"
    r"(?:\uFE0F|[\U0001F3FB-\U0001F3FF]|\u200D[\U0001F000-\U0001FAFF☀-➿])*"
)
_LIGHT = ((0, 4351), (8192, 8205), (8208, 8223), (8242, 8247))


def create(call: Call) -> Reply:
    call.world.count_create_call(call.account)
    text, media = _text(call), _media_ids(call)
    if not text and not media:
        raise problems.invalid("text or media is required", text="")
    if weight(text) > MAX_WEIGHT:
        raise problems.invalid(
            f"text is {weight(text)} weighted characters long, at most {MAX_WEIGHT} are allowed", text=text
        )
    if text and any(post.text == text for post in call.world.posts_of(call.account)):
        raise problems.forbidden("You are not allowed to create a Tweet with duplicate content.")
    extra = {"media": media, "made_with_ai": call.params.get("made_with_ai") is True, **_reply_to(call)}
    post = call.world.publish(call.account, kind=_kind(call, media), text=text, extra=extra)
    return Reply(201, {"data": {"id": post.post_id, "text": text, "edit_history_tweet_ids": [post.post_id]}})


def weight(text: str) -> int:
    """Weighted length: every URL 23, every emoji 2, Latin and similar scripts 1, all other characters 2."""
    rest, urls = _URL.subn("", text)
    rest, emoji = _EMOJI.subn("", rest)
    light = sum(any(low <= ord(one) <= high for low, high in _LIGHT) for one in rest)
    return urls * URL_WEIGHT + emoji * 2 + 2 * len(rest) - light


def _text(call: Call) -> str:
    text = call.params.get("text", "")
    if not isinstance(text, str):
        raise problems.invalid("$.text: must be a string", text=text)
    return text


def _media_ids(call: Call) -> list[str]:
    media = call.params.get("media") or {}
    given = media.get("media_ids", []) if isinstance(media, dict) else None
    if not isinstance(given, list) or len(given) > MAX_MEDIA or not all(isinstance(one, str) for one in given):
        raise problems.invalid(f"$.media.media_ids: must be 1 to {MAX_MEDIA} strings", media=media)
    owners = [call.world.pending.get(("twitter", one)) for one in given]
    if any(owner is None or owner.account != call.account for owner in owners):
        raise problems.invalid("Your media IDs are invalid.", **{"media.media_ids": given})
    return given


def _kind(call: Call, media: Sequence[str]) -> str:
    return call.world.pending["twitter", media[0]].kind if media else "text"


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


def upload(call: Call) -> Reply:
    content, category = call.params.get("media"), str(call.params.get("media_category", "tweet_image"))
    if not isinstance(content, bytes | str) or not content:
        raise problems.invalid("media: is required", media="")
    media_id = ids.snowflake(call.world.time(), ids.low_bits(22, call.account.user_id, len(call.world.pending)))
    kind = "video" if category == "tweet_video" else "image"
    call.world.pending["twitter", media_id] = Pending(call.account, call.world.time(), kind, "", {})
    return Reply(
        200,
        {
            "data": {
                "id": media_id,
                "media_key": f"3_{media_id}",
                "size": len(content),
                "expires_after_secs": 86400,
            }
        },
    )


def describe_media(call: Call) -> Reply:
    media_id = str(call.params.get("id", ""))
    if ("twitter", media_id) not in call.world.pending:
        raise problems.invalid("id: is not a media id", id=media_id)
    return Reply(200, {"data": {"id": media_id, "associated_metadata": call.params.get("metadata", {})}})


def delete(call: Call) -> Reply:
    post = find_post(call)
    if post.account != call.account:
        raise problems.forbidden("You are not authorized to delete this Tweet.")
    call.world.delete(post)
    return Reply(200, {"data": {"deleted": True}})


def find_post(call: Call) -> Post:
    post = call.world.post("twitter", call.ids["id"])
    if post is None:
        raise Refused(
            Reply(
                404,
                {
                    "title": "Not Found Error",
                    "status": 404,
                    "detail": f"Could not find tweet with id: [{call.ids['id']}].",
                    "type": problems.TYPES + "resource-not-found",
                },
            )
        )
    return post
