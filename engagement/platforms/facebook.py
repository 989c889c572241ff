"""Facebook Pages: Graph API with a Page token. Endpoints and field tables.

Facebook names no publishing parameter for AI-made content, so none is sent.
"""

import json
from collections.abc import Iterator, Sequence
from typing import Any

from engagement.enums import InteractionKind, Platform
from engagement.platforms import errors
from engagement.platforms.base import Answers, Maker, Remember, each_read
from engagement.platforms.graph import GraphAdapter, insight_values, judge, nested, version_of
from engagement.platforms.http import decode
from engagement.platforms.nodes import Node
from engagement.platforms.replies import Reply
from engagement.values import Draft, Metrics, PublishedPost, SeenInteraction
from gator.studio.enums import MediaKind

COMMENT_FIELDS = "id,message,created_time,from,parent{id}"


class FacebookAdapter(GraphAdapter):
    """A Facebook Page."""

    platform = Platform.FACEBOOK.value
    list_edge = "posts"
    post_fields = "id,created_time,shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
    # Some Pages are refused the first; its unique twin then goes alone.
    list_metrics = ("post_media_view", "post_clicks", "post_total_media_view_unique")

    # Publishing

    @property
    def makers(self) -> dict[str, Maker]:
        return {MediaKind.TEXT: self._publish_text, MediaKind.IMAGE: self._publish_photo}

    def _publish_text(self, draft: Draft, remember: Remember) -> PublishedPost:
        return self._publish("feed", "id", {"message": draft.caption})

    def _publish_photo(self, draft: Draft, remember: Remember) -> PublishedPost:
        """The answer's `id` is the photo's; the post's is `post_id`, and only posts have insights."""
        return self._publish("photos", "post_id", {"url": self._first_url(draft), "message": draft.caption})

    def _publish(self, edge: str, key: str, form: dict[str, str]) -> PublishedPost:
        path = self._path(self.credentials.platform_user_id, edge)
        post_id = self._created(self.http.create(path, data=form).node, key)
        try:
            node = self.http.get(self._path(post_id), fields="permalink_url,created_time").node
        except errors.PlatformError:
            # It is live: that its address could not be read must not lose its id.
            return PublishedPost(platform_post_id=post_id)
        return PublishedPost(
            platform_post_id=post_id, url=node.text("permalink_url"), published_at=node.moment("created_time")
        )

    # Metrics

    def _read_rest(self, ids: Sequence[str]) -> Answers:
        """One batch; what was refused or timed out in it is asked once more alone, without the refused metric."""
        if len(ids) == 1:
            return each_read(ids, self._read_one)
        answers = self._read_together(ids)
        again = [one for one in ids if isinstance(answers[one], errors.Rejected | errors.TemporaryFailure)]
        return answers | each_read(again, self._read_one)

    def _read_together(self, ids: Sequence[str]) -> Answers:
        fields = nested(self.post_fields, self.allowed("post", self.list_metrics))
        items = [{"method": "GET", "relative_url": f"{self._path(one)[1:]}?fields={fields}"} for one in ids]
        reply = self.http.batch(self._path() + "/", batch=json.dumps(items), include_headers="false")
        if not isinstance(reply.body, list) or len(reply.body) != len(ids):
            raise errors.InvalidResponse("A batch was not answered item by item", platform=self.platform)
        return {one: self._item(item, reply) for one, item in zip(ids, reply.body, strict=True)}

    def _item(self, item: Any, batch: Reply) -> Metrics | errors.PlatformError:
        """An item of a batch holds its body as text; null stands for one that timed out."""
        if item is None:
            return errors.TemporaryFailure("The item timed out in its batch", platform=self.platform)
        try:
            reply = Reply(self.platform, int(item["code"]), batch.headers, decode(item["body"]))
        except (ValueError, TypeError, KeyError, RecursionError):
            return errors.InvalidResponse("An item of a batch cannot be read", platform=self.platform)
        try:
            return judge(reply) or self._metrics(reply.node, version_of(batch))
        except errors.InvalidResponse as error:
            return error

    def _read_one(self, post_id: str) -> Metrics:
        reply = self.with_metrics(
            "post",
            self.list_metrics,
            lambda names: self.http.get(self._path(post_id), fields=nested(self.post_fields, names)),
        )
        return self._metrics(reply.node, version_of(reply))

    def _metrics(self, item: Node, version: str) -> Metrics:
        insight = insight_values(item.node("insights"))
        return Metrics(
            likes=item.node("reactions").node("summary").count("total_count"),
            comments=item.node("comments").node("summary").count("total_count"),
            # Documented: the key is absent when there are none. So absent is known here, and is zero.
            shares=item.node("shares").count("count") if "shares" in item.value else 0,
            views=insight.get("post_media_view"),
            reach=insight.get("post_total_media_view_unique"),
            api_version=version,
            raw=item.value,
        )

    # Comments

    def _pages(self, post_id: str, known: frozenset[str]) -> Iterator[list[SeenInteraction]]:
        """`filter=stream` brings replies along, in one list by time."""
        return self._comment_pages(
            post_id,
            self._seen,
            fields=COMMENT_FIELDS,
            filter="stream",
            order="reverse_chronological",
            limit=100,
        )

    def _seen(self, comment: Node) -> Iterator[SeenInteraction]:
        is_reply = bool(comment.node("parent").text("id"))
        yield SeenInteraction(
            platform_id=comment.required("id"),
            kind=str(InteractionKind.REPLY if is_reply else InteractionKind.COMMENT),
            occurred_at=comment.moment("created_time"),
            author_id=comment.node("from").text("id") or None,
            text=comment.text("message"),
        )
