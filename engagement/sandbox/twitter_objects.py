"""The objects of X's API v2: posts, replies, users and media, with the fields a request asked for.

Understands both spellings in use, `tweet.fields` with `retweet_count` and `post.fields` with `repost_count`;
the spelling of the request decides that of the answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from engagement.sandbox import people
from engagement.sandbox import twitter_problems as problems
from engagement.sandbox.audience import Comment
from engagement.sandbox.gate import Call
from engagement.sandbox.messages import Json
from engagement.sandbox.people import Person
from engagement.sandbox.world import Post

OWNER_DAYS = timedelta(days=30)
OWNER_FIELDS = ("non_public_metrics", "organic_metrics")

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
        _listed(call, "post.fields" if renamed else "tweet.fields", (*_POST, *_REPLY, *OWNER_FIELDS)),
        _listed(call, "user.fields", _USER),
        _listed(call, "media.fields", _MEDIA),
        _listed(call, "expansions", _EXPANSIONS),
        renamed,
    )


def _listed(call: Call, parameter: str, known: Sequence[str] | Mapping[str, Any]) -> tuple[str, ...]:
    names = [name.strip() for name in str(call.params.get(parameter, "")).split(",") if name.strip()]
    old = tuple(_OLD_SPELLING.get(name, name) for name in names)
    unknown = next((name for name in old if name not in known), None)
    if unknown is not None:
        raise problems.invalid(
            f"The `{parameter}` query parameter value [{unknown}] is not valid",
            **{parameter: ",".join(names)},
        )
    return old


# Posts


def post(call: Call, one: Post, wanted: Asked) -> Json:
    names = ("id", "text", "edit_history_tweet_ids", *wanted.post)
    fields = {name: _POST[name](call, one) for name in dict.fromkeys(names) if name in _POST}
    if _is_owner(call, one):
        fields |= {name: _owner_metrics(call, one, name) for name in OWNER_FIELDS if name in wanted.post}
    return dict(wanted.spelled({name: value for name, value in fields.items() if value is not None}))


def not_found(post_id: str, parameter: str) -> Json:
    return {
        "resource_id": post_id,
        "resource_type": "tweet",
        "parameter": parameter,
        "value": post_id,
        "title": "Not Found Error",
        "detail": f"Could not find tweet with {parameter}: [{post_id}].",
        "type": problems.TYPES + "resource-not-found",
    }


def denied_fields(call: Call, one: Post, wanted: Asked) -> list[Json]:
    """Owner metrics of others' or older posts are refused field by field, the rest of the answer stands."""
    if _is_owner(call, one):
        return []
    return [
        {
            "resource_id": one.post_id,
            "resource_type": "tweet",
            "parameter": "tweet.fields",
            "field": name,
            "section": "data",
            "value": one.post_id,
            "title": "Field Authorization Error",
            "detail": f"Sorry, you are not authorized to access '{name}' on the Tweet with ids : [{one.post_id}].",
            "type": problems.TYPES + "not-authorized-for-field",
        }
        for name in OWNER_FIELDS
        if name in wanted.post
    ]


def post_includes(call: Call, posts: Sequence[Post], wanted: Asked) -> Json:
    includes: Json = {}
    if "author_id" in wanted.expansions and posts:
        authors = {one.account.user_id: people.as_person(one.account) for one in posts}
        includes["users"] = [user(person, wanted) for person in authors.values()]
    if "attachments.media_keys" in wanted.expansions:
        media = [_media(call, one, media_id, wanted) for one in posts for media_id in one.extra["media"]]
        includes |= {"media": media} if media else {}
    return includes


def _is_owner(call: Call, one: Post) -> bool:
    return one.account == call.account and call.world.time() - one.published_at < OWNER_DAYS


def _public_metrics(call: Call, one: Post) -> Json:
    shares = call.world.count(one, "share")
    quotes = shares // 6
    return {
        "retweet_count": shares - quotes,
        "reply_count": call.world.count(one, "comment"),
        "like_count": call.world.count(one, "like"),
        "quote_count": quotes,
        "bookmark_count": call.world.count(one, "save"),
        "impression_count": call.world.views(one),
    }


def _owner_metrics(call: Call, one: Post, name: str) -> Json:
    public = _public_metrics(call, one)
    views, clicks = public["impression_count"], round(public["impression_count"] * 0.01)
    if name == "organic_metrics":
        return {
            "impression_count": views,
            "like_count": public["like_count"],
            "reply_count": public["reply_count"],
            "retweet_count": public["retweet_count"],
            "user_profile_clicks": clicks,
        }
    counted = sum(value for metric, value in public.items() if metric != "impression_count")
    return {
        "impression_count": views,
        "url_link_clicks": clicks // 2,
        "user_profile_clicks": clicks,
        "engagements": counted + clicks,
    }


def _attachments(call: Call, one: Post) -> Json | None:
    return {"media_keys": [f"3_{media_id}" for media_id in one.extra["media"]]} if one.extra["media"] else None


def _references(call: Call, one: Post) -> list[Json] | None:
    return [{"type": "replied_to", "id": one.extra["parent"]}] if "parent" in one.extra else None


def _media(call: Call, one: Post, media_id: str, wanted: Asked) -> Json:
    names = ("media_key", "type", *wanted.media)
    values = {name: _MEDIA[name](call, one, media_id) for name in dict.fromkeys(names)}
    return {name: value for name, value in values.items() if value is not None}


_POST: dict[str, Callable[[Call, Post], Any]] = {
    "id": lambda call, one: one.post_id,
    "text": lambda call, one: one.text,
    "edit_history_tweet_ids": lambda call, one: [one.post_id],
    "author_id": lambda call, one: one.account.user_id,
    "created_at": lambda call, one: moment(one.published_at),
    "conversation_id": lambda call, one: one.extra.get("conversation", one.post_id),
    "public_metrics": _public_metrics,
    "attachments": _attachments,
    "referenced_tweets": _references,
    "in_reply_to_user_id": lambda call, one: one.account.user_id if "parent" in one.extra else None,
    "lang": lambda call, one: "en",
    "source": lambda call, one: "Gator",
    "paid_partnership": lambda call, one: False,
}
_MEDIA: dict[str, Callable[[Call, Post, str], Any]] = {
    "media_key": lambda call, one, media_id: f"3_{media_id}",
    "type": lambda call, one, media_id: "video" if one.kind == "video" else "photo",
    "public_metrics": lambda call, one, media_id: (
        {"view_count": call.world.views(one)} if one.kind == "video" else None
    ),
}
_EXPANSIONS = ("author_id", "attachments.media_keys", "referenced_tweets.id", "in_reply_to_user_id")


# Replies


def reply(root: Post, comment: Comment, wanted: Asked) -> Json:
    names = ("id", "text", "edit_history_tweet_ids", *wanted.post)
    return dict(wanted.spelled({name: _REPLY[name](root, comment) for name in dict.fromkeys(names) if name in _REPLY}))


def reply_includes(comments: Sequence[Comment], wanted: Asked) -> Json:
    if "author_id" not in wanted.expansions:
        return {}
    authors = {comment.author.user_id: comment.author for comment in comments}
    return {"users": [user(person, wanted) for person in authors.values()]}


_REPLY: dict[str, Callable[[Post, Comment], Any]] = {
    "id": lambda root, comment: comment.comment_id,
    "text": lambda root, comment: f"@{root.account.handle} {comment.text}",
    "edit_history_tweet_ids": lambda root, comment: [comment.comment_id],
    "author_id": lambda root, comment: comment.author.user_id,
    "conversation_id": lambda root, comment: root.post_id,
    "created_at": lambda root, comment: moment(root.comment_at(comment)),
    "in_reply_to_user_id": lambda root, comment: root.account.user_id,
    "referenced_tweets": lambda root, comment: [{"type": "replied_to", "id": root.post_id}],
    "public_metrics": lambda root, comment: {
        "retweet_count": 0,
        "reply_count": 0,
        "like_count": comment.likes,
        "quote_count": 0,
        "bookmark_count": 0,
        "impression_count": comment.likes * 9 + 12,
    },
    "lang": lambda root, comment: "en",
    "source": lambda root, comment: "X",
}


# Users


def user(person: Person, wanted: Asked) -> Json:
    names = ("id", "username", "name", *wanted.user)
    values = {name: _USER[name](person) for name in dict.fromkeys(names)}
    return dict(wanted.spelled({name: value for name, value in values.items() if value is not None}))


def _picture(person: Person) -> str:
    folder = f"profile_images/{person.user_id}" if person.has_picture else "sticky/default_profile_images"
    return f"https://pbs.twimg.com/{folder}/{'photo' if person.has_picture else 'default_profile'}_normal.png"


_USER: dict[str, Callable[[Person], Any]] = {
    "id": lambda person: person.user_id,
    "username": lambda person: person.handle.replace(".", "_")[:15],
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
    "verified": lambda person: False,
    "verified_type": lambda person: "none",
    "profile_image_url": _picture,
    "protected": lambda person: False,
    "location": lambda person: None,
    "url": lambda person: None,
}


def moment(at: datetime) -> str:
    at = at.astimezone(UTC)
    return f"{at:%Y-%m-%dT%H:%M:%S}.{at.microsecond // 1000:03d}Z"
