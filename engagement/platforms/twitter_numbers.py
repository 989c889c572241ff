"""Numbers of posts on X: a hundred in one call, the owner's of young posts among them, and analytics beside them."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from engagement.enums import Platform
from engagement.platforms import errors
from engagement.platforms.base import Answers
from engagement.platforms.http import Connection
from engagement.platforms.kept import kept
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_analytics import Analytics, begun_and_ended, follows_in, watched_in
from engagement.platforms.twitter_errors import FIELD_PROBLEMS, problem_of, problem_type
from engagement.platforms.twitter_objects import moment_of, summed
from engagement.values import Metrics

POST_FIELDS = "created_at,public_metrics,attachments"
# Only the author sees these, and only of posts younger than that. The name is the same for posts and media.
OWNER_FIELD, OWNED = "non_public_metrics", timedelta(days=30)
# The places that `refused` names.
POST, MEDIA = "post", "media"
# How a problem names what it is about, where that is a post.
OF_POSTS = ("", "tweet", "post")
X = Platform.TWITTER.value

ById = Mapping[str, Node]
Fields = set[tuple[str, str]]


@dataclass(frozen=True)
class Numbers:
    """Reads posts. `refused` are the adapter's (place, field) pairs, and grow by what X refuses."""

    http: Connection
    refused: Fields
    now: datetime

    def read(self, ids: Sequence[str]) -> Answers:
        """Owner's numbers are asked for young posts alone: of older ones X refuses them."""
        extra = {(POST, OWNER_FIELD), (MEDIA, OWNER_FIELD)} - self.refused
        young = [one for one in ids if self._is_young(one)] if extra or settings.X_ANALYTICS else []
        old = [one for one in ids if one not in young]
        answers = self._read(young, extra, with_analytics=settings.X_ANALYTICS) if young else Answers()
        return answers | (self._read(old, Fields(), with_analytics=False) if old else {})

    def _is_young(self, post_id: str) -> bool:
        made = moment_of(post_id)
        return made is not None and self.now - made < OWNED

    def _read(self, ids: Sequence[str], extra: Fields, *, with_analytics: bool) -> Answers:
        node = self._looked_up(ids, extra)
        media, _ = node.node("includes").told_apart("media", "media_key")
        posts, unread = node.told_apart("data", "id")
        problems = node.objects("errors")
        self._remember_refused(problems, posts.values(), media.values())
        if with_analytics:
            analytics = Analytics(self.http, self.refused, self.now)
            posts, media = analytics.of_posts(posts), analytics.of_media(media, posts)
        told = {one: _guarded(post, media) for one, post in posts.items()}
        is_silent = all(node.value.get(part) is None for part in ("data", "errors", "meta"))
        silence = unread or (_nothing_said() if is_silent else None)
        return _missing(ids, problems, silence) | told

    def _looked_up(self, ids: Sequence[str], extra: Fields) -> Node:
        try:
            return self._lookup(ids, extra)
        except (errors.Rejected, errors.AccessDenied) as refusal:
            if not extra or refusal.status == 402:
                raise
        # It may be these fields that X refuses as a whole; if it is not, the same error comes again.
        node = self._lookup(ids, Fields())
        self.refused.update(extra)
        return node

    def _lookup(self, ids: Sequence[str], extra: Fields) -> Node:
        names = {place: "".join(f",{name}" for of, name in extra if of == place) for place in (POST, MEDIA)}
        return self.http.get(
            "/2/tweets",
            ids=",".join(ids),
            expansions="attachments.media_keys",
            **{
                settings.X_POST_FIELDS: POST_FIELDS + names[POST],
                "media.fields": "public_metrics" + names[MEDIA],
            },
        ).node

    def _remember_refused(self, problems: Iterable[Node], posts: Iterable[Node], media: Iterable[Node]) -> None:
        """A field that X refuses for one post and gives for another is no matter of the account."""
        given = {
            POST: any(OWNER_FIELD in one.value for one in posts),
            MEDIA: any(OWNER_FIELD in one.value for one in media),
        }
        for one in problems:
            place = MEDIA if one.value.get("resource_type") == "media" else POST
            field = str(one.value.get("field") or "").partition(".")[0]
            if problem_type(one) in FIELD_PROBLEMS and field == OWNER_FIELD and not given[place]:
                self.refused.add((place, field))


def _missing(ids: Iterable[str], problems: Iterable[Node], silence: errors.PlatformError | None) -> Answers:
    """Why posts are not in `data`. Those of which nothing is said are not found, unless it is the answer that is odd:
    a problem that names no post, or `silence`, concerns them all.
    """
    named = Answers()
    for one in problems:
        if problem_type(one) in FIELD_PROBLEMS or (one.value.get("resource_type") or "") not in OF_POSTS:
            continue
        post_id, problem = str(one.value.get("resource_id") or one.value.get("value") or ""), problem_of(one)
        if post_id:
            named[post_id] = problem
        else:
            silence = _nothing_said() if isinstance(problem, errors.NotFound) else problem
    unnamed = {one: silence for one in ids if silence}
    return {**unnamed, **named}


def _nothing_said() -> errors.PlatformError:
    return errors.InvalidResponse("The answer says nothing of the posts it was asked for", platform=X)


def _guarded(post: Node, media: ById) -> Metrics | errors.PlatformError:
    """One post with a number that is none does not spoil its batch."""
    try:
        return _metrics(post, _media_of(post, media))
    except errors.InvalidResponse as error:
        return error


def _metrics(post: Node, shown: Sequence[Node]) -> Metrics:
    numbers, owned = post.node("public_metrics"), post.node(OWNER_FIELD)
    seen = numbers.count("impression_count")
    return Metrics(
        likes=numbers.count("like_count"),
        comments=numbers.count("reply_count"),
        shares=summed(numbers.count("retweet_count", "repost_count"), numbers.count("quote_count")),
        saves=numbers.count("bookmark_count"),
        impressions=seen,
        views=seen,
        video_views=summed(*(one.node("public_metrics").count("view_count") for one in shown)),
        profile_visits=owned.count("user_profile_clicks"),
        follows=follows_in(post),
        link_clicks=owned.count("url_link_clicks"),
        video_completion_rate=_completion(shown),
        total_watch_seconds=watched_in(shown),
        api_version="2",
        raw=kept({**post.value, "media": [one.value for one in shown]} if shown else post.value),
    )


def _media_of(post: Node, media: ById) -> list[Node]:
    keys = post.node("attachments").value.get("media_keys")
    named = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    return [media[key] for key in named if key in media]


def _completion(shown: Sequence[Node]) -> float | None:
    """Of those who began a post's videos, how many percent saw the end: by its quartiles, else by analytics."""
    quarters = [one.node(OWNER_FIELD) for one in shown]
    began, ended = (summed(*(one.count(f"playback_{part}_count") for one in quarters)) for part in (0, 100))
    if began is None and ended is None:
        began, ended = begun_and_ended(shown)
    return round(ended / began * 100, 4) if began and ended is not None and ended <= began else None
