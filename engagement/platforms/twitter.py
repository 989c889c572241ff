"""X, API v2: posts, numbers of a hundred posts at once, the account, its tokens. Endpoints and field tables.

What people did with a post is read in `twitter_people`, media are uploaded in `twitter_media`.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from engagement.enums import Platform
from engagement.platforms import errors, twitter_media
from engagement.platforms.base import MAX_PAGES, Answers, Maker, PlatformAdapter, Remember
from engagement.platforms.kept import kept
from engagement.platforms.nodes import Node
from engagement.platforms.oauth import app_of, refresh_token_of, tokens_of
from engagement.platforms.twitter_analytics import PLACE, follows_in, read_analytics
from engagement.platforms.twitter_errors import FIELD_PROBLEMS, judge, problem_of, problem_type
from engagement.platforms.twitter_objects import comparable, moment_of, summed, told
from engagement.platforms.twitter_people import Looker
from engagement.values import AccountFacts, Draft, Metrics, PublishedPost, Tokens, Visible
from gator.studio.enums import MediaKind

__all__ = ["TwitterAdapter", "judge", "moment_of"]

POST_FIELDS = "created_at,public_metrics,attachments"
# Only the author sees these, and only of posts younger than that. The name is the same for posts and media.
OWNER_FIELD, OWNED = "non_public_metrics", timedelta(days=30)
# X's clock and ours may differ by this much: a post must not be missed for it, or it goes out twice.
CLOCKS = timedelta(minutes=5)
# The places that `refused` names.
POST, MEDIA = "post", "media"


class TwitterAdapter(PlatformAdapter):
    """An account on X."""

    platform = Platform.TWITTER.value
    batch_size = 100
    # Those who like and repost are seen, too.
    moved_by = ("comments", "likes", "shares")
    judge = staticmethod(judge)

    # Publishing

    @property
    def makers(self) -> dict[str, Maker]:
        return {
            MediaKind.TEXT: self._publish_text,
            MediaKind.IMAGE: self._publish_media,
            MediaKind.CAROUSEL: self._publish_media,
            MediaKind.VIDEO: self._publish_media,
        }

    def _publish_text(self, draft: Draft, remember: Remember) -> PublishedPost:
        return self._publish(draft, {"text": draft.caption})

    def _publish_media(self, draft: Draft, remember: Remember) -> PublishedPost:
        if not draft.media_files:
            raise errors.Rejected("X takes media as files, and the post has none", platform=self.platform)
        media_ids = [twitter_media.upload(self.http, file) for file in draft.media_files]
        text = {"text": draft.caption} if draft.caption else {}
        return self._publish(draft, {**text, "media": {"media_ids": media_ids}})

    def _publish(self, draft: Draft, body: dict[str, Any]) -> PublishedPost:
        """The answer holds the id, so there is no handle to remember before the post is live."""
        labelled = {**body, "made_with_ai": True} if draft.made_with_ai else body
        post_id = self._created(self.http.create("/2/tweets", json=labelled).node.node("data"), "id")
        return self._published(post_id, moment_of(post_id))

    def _published(self, post_id: str, moment: datetime | None) -> PublishedPost:
        owner = self.credentials.handle or "i/web"
        return PublishedPost(
            platform_post_id=post_id, url=f"https://x.com/{owner}/status/{post_id}", published_at=moment
        )

    def find(self, draft: Draft, *, since: datetime, known: frozenset[str]) -> PublishedPost | None:
        """Look it up on the account's own timeline, page by page."""
        params: dict[str, Any] = {
            "start_time": f"{since.astimezone(UTC) - CLOCKS:%Y-%m-%dT%H:%M:%SZ}",
            "max_results": 100,
            settings.X_POST_FIELDS: "created_at,entities,note_tweet",
        }
        words, strange = comparable(draft.caption), list[Node]()
        for _ in range(MAX_PAGES):
            node = self._read(f"/2/users/{self.credentials.platform_user_id}/tweets", params)
            fresh = [post for post in node.nodes("data") if post.required("id") not in known]
            for post in fresh:
                if told(post) == words:
                    post_id = post.required("id")
                    return self._published(post_id, post.moment("created_at") or moment_of(post_id))
            strange += fresh
            cursor = node.node("meta").text("next_token")
            if not cursor:
                break
            params["pagination_token"] = cursor
        self._doubt(strange)
        return None

    # Metrics

    def _read_batch(self, ids: Sequence[str]) -> Answers:
        """Owner's numbers are asked for young posts alone: of older ones X refuses them."""
        young = [one for one in ids if self._is_owned(one)]
        old = [one for one in ids if one not in young]
        answers = Answers()
        for some, is_young in ((young, True), (old, False)):
            answers |= self._read_posts(some, is_young=is_young) if some else {}
        return answers

    def _is_owned(self, post_id: str) -> bool:
        made = moment_of(post_id)
        return made is not None and timezone.now() - made < OWNED and not self._refused_owner_fields()

    def _refused_owner_fields(self) -> bool:
        return {(POST, OWNER_FIELD), (MEDIA, OWNER_FIELD)} <= self.refused

    def _read_posts(self, ids: Sequence[str], *, is_young: bool) -> Answers:
        extra = {(POST, OWNER_FIELD), (MEDIA, OWNER_FIELD)} - self.refused if is_young else set()
        try:
            node = self._lookup(ids, extra)
        except (errors.Rejected, errors.AccessDenied) as refusal:
            if not extra or refusal.status == 402:
                raise
            # It may be these fields that X refuses as a whole; if it is not, the same error comes again.
            node = self._lookup(ids, set())
            self.refused |= extra
        media = {one.text("media_key"): one for one in node.node("includes").nodes("media")}
        posts = {post.required("id"): post for post in node.nodes("data")}
        if is_young and settings.X_ANALYTICS:
            posts = self._with_analytics(posts)
        found = {one: self._guarded(post, media) for one, post in posts.items()}
        self._remember_refused(node)
        return self._missing(node) | found

    def _with_analytics(self, posts: dict[str, Node]) -> dict[str, Node]:
        told = {one.text("id"): one.value for one in read_analytics(self.http, posts, self.refused, timezone.now())}
        known = {one: Node(self.platform, posts[one].value | {PLACE: told[one]}) for one in told if one in posts}
        return posts | known

    def _lookup(self, ids: Sequence[str], extra: set[tuple[str, str]]) -> Node:
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

    def _remember_refused(self, node: Node) -> None:
        """A field that X refuses for one post and gives for another is no matter of the account."""
        given = {
            POST: any(OWNER_FIELD in post.value for post in node.nodes("data")),
            MEDIA: any(OWNER_FIELD in one.value for one in node.node("includes").nodes("media")),
        }
        for one in node.nodes("errors"):
            place = MEDIA if one.text("resource_type") == "media" else POST
            field = one.text("field").partition(".")[0]
            if problem_type(one) in FIELD_PROBLEMS and field == OWNER_FIELD and not given[place]:
                self.refused.add((place, field))

    def _missing(self, node: Node) -> Answers:
        """Why posts are not in `data`. Posts missing without a word are not found, too."""
        return {
            one.text("resource_id") or one.text("value"): problem_of(one)
            for one in node.nodes("errors")
            if problem_type(one) not in FIELD_PROBLEMS and one.text("resource_type") in ("", "tweet", "post")
        }

    def _guarded(self, post: Node, media: dict[str, Node]) -> Metrics | errors.PlatformError:
        """One post with a number that is none does not spoil its batch."""
        try:
            return self._metrics(post, media)
        except errors.InvalidResponse as error:
            return error

    def _metrics(self, post: Node, media: dict[str, Node]) -> Metrics:
        numbers, owned, shown = post.node("public_metrics"), post.node(OWNER_FIELD), _media_of(post, media)
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
            follows=follows_in(post.node(PLACE)),
            link_clicks=owned.count("url_link_clicks"),
            video_completion_rate=_completion(shown),
            api_version="2",
            raw=kept({**post.value, "media": [one.value for one in shown]} if shown else post.value),
        )

    # Replies and people

    def fetch_interactions(self, post_id: str, known: frozenset[str], *, everything: bool = False) -> Visible:
        """Replies of the last seven days, likers, reposters and quotes, each list for itself."""
        looker = Looker(
            self.http, post_id, known, everything, refused=self.refused, notices=self.notices, now=timezone.now()
        )
        return looker.look()

    # The account

    def fetch_account(self) -> AccountFacts:
        """Followers and handle; X has no demographics."""
        user = self._read("/2/users/me", {"user.fields": "public_metrics"}).node("data")
        return AccountFacts(
            followers=user.node("public_metrics").count("followers_count"), handle=user.text("username")
        )

    def _read(self, path: str, params: dict[str, Any]) -> Node:
        """An answer without data that names problems is a refusal, whatever its status."""
        node = self.http.get(path, **params).node
        if "data" not in node.value and (problems := node.nodes("errors")):
            raise problem_of(problems[0])
        return node

    def refresh(self) -> Tokens:
        """Refresh tokens count once. A confidential app signs with its secret, a public one names itself."""
        app, token = app_of(self), refresh_token_of(self)
        form = {"grant_type": "refresh_token", "refresh_token": token}
        if app.secret:
            reply = self.http.exchange("/2/oauth2/token", basic=(app.id, app.secret), data=form)
        else:
            reply = self.http.exchange("/2/oauth2/token", data={**form, "client_id": app.id})
        return tokens_of(reply.node)


def _media_of(post: Node, media: dict[str, Node]) -> list[Node]:
    keys = post.node("attachments").value.get("media_keys")
    named = [key for key in keys if isinstance(key, str)] if isinstance(keys, list) else []
    return [media[key] for key in named if key in media]


def _completion(shown: Sequence[Node]) -> float | None:
    """Of those who began a post's videos, how many percent saw the end."""
    quarters = [one.node(OWNER_FIELD) for one in shown]
    began = summed(*(one.count("playback_0_count") for one in quarters))
    ended = summed(*(one.count("playback_100_count") for one in quarters))
    return round(ended / began * 100, 4) if began and ended is not None and ended <= began else None
