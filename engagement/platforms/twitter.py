"""X, API v2: posts, the account, its tokens.

Numbers are read in `twitter_numbers`, what people did with a post in `twitter_people`; `twitter_media` uploads media.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from engagement.enums import Platform
from engagement.platforms import errors, twitter_media
from engagement.platforms.base import MAX_PAGES, Answers, Maker, PlatformAdapter, Remember
from engagement.platforms.nodes import Node
from engagement.platforms.oauth import app_of, refresh_token_of, tokens_of
from engagement.platforms.twitter_errors import judge, problem_of
from engagement.platforms.twitter_numbers import Numbers
from engagement.platforms.twitter_objects import comparable, moment_of, told
from engagement.platforms.twitter_people import Looker
from engagement.values import AccountFacts, Draft, PublishedPost, Tokens, Visible
from gator.studio.enums import MediaKind

__all__ = ["TwitterAdapter", "judge", "moment_of"]

# X's clock and ours may differ by this much: a post must not be missed for it, or it goes out twice.
CLOCKS = timedelta(minutes=5)


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
        post_id = self._created(self.http.create("/2/tweets", json=labelled), "id", "data")
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
        return Numbers(self.http, self.refused, timezone.now()).read(ids)

    # Replies and people

    def fetch_interactions(self, post_id: str, known: frozenset[str], *, everything: bool = False) -> Visible:
        """Replies of the last seven days, likers, reposters and quotes, each list for itself."""
        return Looker(
            self.http,
            post_id,
            known,
            everything,
            refused=self.refused,
            notices=self.notices,
            note_unread=self.note_unread,
            now=timezone.now(),
        ).look()

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
