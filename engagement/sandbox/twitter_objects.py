"""The objects of X's API v2: posts, replies, users and media, with the fields a request asked for.

Understands both spellings in use, `tweet.fields` with `retweet_count` and `post.fields` with `repost_count`;
the spelling of the request decides that of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from engagement.sandbox import twitter_links as links
from engagement.sandbox import twitter_numbers as numbers
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox import twitter_statuses as statuses
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json
from engagement.sandbox.people import Person
from engagement.sandbox.twitter_statuses import Status
from engagement.sandbox.world import Post

_NEW_SPELLING = {
    "retweet_count": "repost_count",
    "tweet_count": "post_count",
    "referenced_tweets": "referenced_posts",
    "edit_history_tweet_ids": "edit_history_post_ids",
    "most_recent_tweet_id": "most_recent_post_id",
}
_OLD_SPELLING = {new: old for old, new in _NEW_SPELLING.items()}


@dataclass(frozen=True)
class Asked:
    """The field lists of a request in the old spelling; `renamed` answers in the new one."""

    post: tuple[str, ...]
    user: tuple[str, ...]
    media: tuple[str, ...]
    expansions: tuple[str, ...]
    renamed: bool

    def spelled(self, value: Any) -> Any:
        if not self.renamed:
            return value
        if isinstance(value, dict):
            return {_NEW_SPELLING.get(name, name): self.spelled(inner) for name, inner in value.items()}
        return [self.spelled(inner) for inner in value] if isinstance(value, list) else value


def asked(call: Call) -> Asked:
    renamed = "post.fields" in call.params
    return Asked(
        listed(call, "post.fields" if renamed else "tweet.fields", (*_POST, *_OWNER_POST)),
        listed(call, "user.fields", _USER),
        listed(call, "media.fields", (*_MEDIA, *_OWNER_MEDIA)),
        listed(call, "expansions", _EXPANSIONS),
        renamed,
    )


def listed(call: Call, parameter: str, known: Sequence[str] | Mapping[str, Any]) -> tuple[str, ...]:
    names = [name.strip() for name in str(call.params.get(parameter, "")).split(",") if name.strip()]
    old = tuple(".".join(_OLD_SPELLING.get(part, part) for part in name.split(".")) for name in names)
    unknown = next((name for name in old if name not in known), None)
    if unknown is not None:
        raise problems.invalid(
            f"The `{parameter}` query parameter value [{unknown}] is not valid",
            **{parameter: ",".join(names)},
        )
    return old


# Answers


def answer(call: Call, found: Sequence[Status], wanted: Asked, errors: Iterable[Json] = ()) -> Json:
    """Posts with everything beside them; X leaves empty parts out."""
    includes, missing = _includes(call, found, wanted)
    denied = [fault for one in found for fault in _denied(call, one, wanted)]
    parts = {
        "data": [post(call, one, wanted) for one in found],
        "includes": includes,
        "errors": [*errors, *missing, *denied],
    }
    return {name: part for name, part in parts.items() if part}


def post(call: Call, one: Status, wanted: Asked) -> Json:
    names = dict.fromkeys(("id", "text", "edit_history_tweet_ids", *wanted.post))
    fields = {name: _POST[name](call, one) for name in names if name in _POST}
    if numbers.is_for(call.world, call.account, one):
        fields |= {name: _OWNER_POST[name](call.world, one) for name in names if name in _OWNER_POST}
    return dict(wanted.spelled(_known(fields)))


def user(person: Person, wanted: Asked) -> Json:
    names = dict.fromkeys(("id", "username", "name", *wanted.user))
    return dict(wanted.spelled(_known({name: _USER[name](person) for name in names})))


def _known(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


def _includes(call: Call, found: Sequence[Status], wanted: Asked) -> tuple[Json, list[Json]]:
    """What the expansions bring, and an error for each user who cannot be shown any more."""
    referenced = _referenced(call, found) if _wants(wanted, "referenced_tweets.id") else []
    people = _people(call, found, referenced, wanted)
    shown = [person for person in people if not person.suspended]
    media = [
        _media(call, one.post, media_id, wanted)
        for one in found
        if one.post and "attachments.media_keys" in wanted.expansions
        for media_id in one.post.extra.get("media", [])
    ]
    includes = {
        "users": [user(person, wanted) for person in shown],
        "tweets": [post(call, one, wanted) for one in referenced],
        "media": media,
    }
    missing = [problems.suspended(person.user_id, "author_id") for person in people if person.suspended]
    return {name: some for name, some in includes.items() if some}, missing


def _wants(wanted: Asked, expansion: str) -> bool:
    return any(one.startswith(expansion) for one in wanted.expansions)


def _referenced(call: Call, found: Sequence[Status]) -> list[Status]:
    wanted = dict.fromkeys(other for one in found for _, other in one.references)
    return [one for one in (statuses.find(call.world, other) for other in wanted) if one]


def _people(call: Call, found: Sequence[Status], referenced: Sequence[Status], wanted: Asked) -> list[Person]:
    authors = [one.author for one in found] if "author_id" in wanted.expansions else []
    authors += [one.author for one in referenced] if "referenced_tweets.id.author_id" in wanted.expansions else []
    answered = [one.reply_to for one in found if one.reply_to] if "in_reply_to_user_id" in wanted.expansions else []
    known = {person.user_id: person for person in authors}
    known |= {one: person for one in answered if (person := statuses.person(call.world, one))}
    return list(known.values())


# Owner metrics of others' or older posts are refused field by field, the rest of the answer stands.


def _denied(call: Call, one: Status, wanted: Asked) -> list[Json]:
    if numbers.is_for(call.world, call.account, one):
        return []
    post_fields = [name for name in wanted.post if name in _OWNER_POST]
    faults = [problems.denied_field(one.status_id, "tweet", name) for name in post_fields]
    if one.post is None or "attachments.media_keys" not in wanted.expansions:
        return faults
    keys = [statuses.media_key(one.post, media_id) for media_id in one.post.extra.get("media", [])]
    media_fields = [name for name in wanted.media if name in _OWNER_MEDIA]
    return [*faults, *(problems.denied_field(key, "media", name) for key in keys for name in media_fields)]


# Posts


def _attachments(call: Call, one: Status) -> Json | None:
    media = one.post.extra.get("media", []) if one.post else []
    return (
        {"media_keys": [statuses.media_key(one.post, media_id) for media_id in media]} if one.post and media else None
    )


def _references(call: Call, one: Status) -> list[Json] | None:
    return [{"type": kind, "id": other} for kind, other in one.references] or None


_POST: dict[str, Callable[[Call, Status], Any]] = {
    "id": lambda call, one: one.status_id,
    "text": lambda call, one: links.shorten(one.text, one.status_id, one.attached),
    "edit_history_tweet_ids": lambda call, one: [one.status_id],
    "author_id": lambda call, one: one.author.user_id,
    "created_at": lambda call, one: moment(one.at),
    "conversation_id": lambda call, one: one.conversation,
    "entities": lambda call, one: links.entities(one.text, one.status_id, one.attached),
    # No account here has Premium, so no post is longer than its text.
    "note_tweet": lambda call, one: None,
    "public_metrics": lambda call, one: numbers.public(call.world, one),
    "attachments": _attachments,
    "referenced_tweets": _references,
    "in_reply_to_user_id": lambda call, one: one.reply_to,
    "lang": lambda call, one: "en",
    "source": lambda call, one: "Gator" if one.post else "X",
    "possibly_sensitive": lambda call, one: False,
    "reply_settings": lambda call, one: "everyone",
    "paid_partnership": lambda call, one: one.post.extra.get("paid_partnership", False) if one.post else False,
}
_OWNER_POST = {"non_public_metrics": numbers.non_public, "organic_metrics": numbers.organic}
_EXPANSIONS = (
    "author_id",
    "attachments.media_keys",
    "referenced_tweets.id",
    "referenced_tweets.id.author_id",
    "in_reply_to_user_id",
)


# Media


def _media(call: Call, one: Post, media_id: str, wanted: Asked) -> Json:
    names = dict.fromkeys(("media_key", "type", *wanted.media))
    values = {name: _MEDIA[name](call, one, media_id) for name in names if name in _MEDIA}
    if numbers.is_for(call.world, call.account, statuses.of_post(one)) and one.kind == "video":
        values |= {name: _OWNER_MEDIA[name](call, one) for name in names if name in _OWNER_MEDIA}
    return _known(values)


def _of_videos(value: Callable[[Call, Post], Any]) -> Callable[[Call, Post, str], Any]:
    return lambda call, one, media_id: value(call, one) if one.kind == "video" else None


_MEDIA: dict[str, Callable[[Call, Post, str], Any]] = {
    "media_key": lambda call, one, media_id: statuses.media_key(one, media_id),
    "type": lambda call, one, media_id: "video" if one.kind == "video" else "photo",
    "url": lambda call, one, media_id: None if one.kind == "video" else f"https://pbs.twimg.com/media/{media_id}.jpg",
    "preview_image_url": _of_videos(lambda call, one: f"https://pbs.twimg.com/amplify_video_thumb/{one.post_id}.jpg"),
    "duration_ms": _of_videos(lambda call, one: 24_000),
    "height": lambda call, one, media_id: 1920,
    "width": lambda call, one, media_id: 1080,
    "alt_text": lambda call, one, media_id: one.extra.get("alt_texts", {}).get(media_id),
    "public_metrics": _of_videos(lambda call, one: {"view_count": call.world.views(one)}),
}
_OWNER_MEDIA: dict[str, Callable[[Call, Post], Json]] = {
    "non_public_metrics": lambda call, one: numbers.playback(call.world, one),
    "organic_metrics": lambda call, one: {
        **numbers.playback(call.world, one),
        "view_count": call.world.views(one),
    },
}


# Users


def _picture(person: Person) -> str:
    folder = f"profile_images/{person.user_id}" if person.has_picture else "sticky/default_profile_images"
    return f"https://pbs.twimg.com/{folder}/{'photo' if person.has_picture else 'default_profile'}_normal.png"


_USER: dict[str, Callable[[Person], Any]] = {
    "id": lambda person: person.user_id,
    "username": statuses.username,
    "name": lambda person: person.name,
    "created_at": lambda person: moment(person.created_at),
    "description": lambda person: person.bio,
    "public_metrics": lambda person: {
        "followers_count": person.followers,
        "following_count": person.following,
        "tweet_count": person.posts,
        "listed_count": person.followers // 200,
        "like_count": person.posts // 2,
        "media_count": person.posts // 12,
    },
    "verified": lambda person: person.verified,
    "verified_type": lambda person: "blue" if person.verified else "none",
    "is_identity_verified": lambda person: person.verified,
    "profile_image_url": _picture,
    "protected": lambda person: False,
    "location": lambda person: None,
    "url": lambda person: None,
    "most_recent_tweet_id": lambda person: None,
}


def moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
