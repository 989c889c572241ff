"""Instagram: professional accounts through the Instagram API with Instagram Login. Endpoints and field tables.

Publishing takes two steps, a container and its publication; nothing is live before the second.
"""

import hashlib
import unicodedata
from collections.abc import Iterator, Sequence

from engagement.enums import InteractionKind, Platform
from engagement.platforms import errors
from engagement.platforms.base import Answers, Maker, Remember, each_read
from engagement.platforms.graph import NOT_READY, GraphAdapter, insight_values, version_of
from engagement.platforms.nodes import Node
from engagement.values import Draft, Metrics, PublishedPost, SeenInteraction
from gator.studio.enums import MediaKind

# Which parameters make a container of a kind ("IG User Media"); every single video is a reel.
CONTAINERS: dict[str, tuple[str, dict[str, str]]] = {
    MediaKind.IMAGE: ("image_url", {}),
    MediaKind.VIDEO: ("video_url", {"media_type": "REELS"}),
}
# Nothing more will come of a container in one of these states.
DEAD = ("ERROR", "EXPIRED")

REELS = "REELS"
EVERYWHERE = ("views", "reach", "saved", "shares")
# Profile visits exist for posts in the feed only ("Instagram Media Insights").
PRODUCT_METRICS = {"FEED": (*EVERYWHERE, "profile_visits"), REELS: EVERYWHERE}

PERSON = "id,text,timestamp,username,from{id,username}"
ANONYMOUS = "id,text,timestamp,username"


class InstagramAdapter(GraphAdapter):
    """A professional Instagram account."""

    platform = Platform.INSTAGRAM.value
    list_edge = "media"
    post_fields = "id,media_product_type,timestamp,like_count,comments_count"
    list_metrics = ("profile_visits", *EVERYWHERE)

    # Publishing

    @property
    def makers(self) -> dict[str, Maker]:
        return dict.fromkeys(CONTAINERS, self._publish)

    def _publish(self, draft: Draft, remember: Remember) -> PublishedPost:
        parameter, fixed = CONTAINERS[draft.media_kind]
        form = {
            parameter: self._first_url(draft),
            "caption": draft.caption,
            "is_ai_generated": "true",
            **fixed,
        }
        path = self._path(self.credentials.platform_user_id, "media")
        container = self.http.prepare(path, data=form).node.required("id")
        handle = f"{container}:{_digest(draft.caption)}"
        remember(handle)
        return self.resume(handle, draft)

    def resume(self, publish_id: str, draft: Draft) -> PublishedPost:
        """Publish a container once it is ready.

        The handle is the container's id and a digest of the caption, by which the post is found again when the
        container says that it is already published.
        """
        return self._watch(lambda: self._look(publish_id))

    def _look(self, handle: str) -> PublishedPost:
        container = handle.partition(":")[0]
        node = self.http.get(self._path(container), fields="status_code,status").node
        status = node.required("status_code")
        if status == "PUBLISHED":
            return self._find(handle)
        if status in DEAD:
            raise errors.Rejected(node.text("status") or status, platform=self.platform, code=status)
        return self._go_live(handle) if status == "FINISHED" else PublishedPost(publish_id=handle)

    def _go_live(self, handle: str) -> PublishedPost:
        path = self._path(self.credentials.platform_user_id, "media_publish")
        try:
            node = self.http.create(path, data={"creation_id": handle.partition(":")[0]}).node
            media_id = self._created(node, "id")
        except errors.TemporaryFailure as error:
            if error.subcode == NOT_READY:
                return PublishedPost(publish_id=handle)
            raise
        except errors.OutcomeUnknown as error:
            error.publish_id = handle
            raise
        return self._described(media_id, handle)

    def _described(self, media_id: str, handle: str) -> PublishedPost:
        try:
            node = self.http.get(self._path(media_id), fields="permalink,timestamp").node
        except errors.PlatformError:
            # It is live: that its address could not be read must not lose its id.
            return PublishedPost(platform_post_id=media_id, publish_id=handle)
        return _published(media_id, handle, node)

    def _find(self, handle: str) -> PublishedPost:
        """The newest post with the caption this container was made with."""
        path = self._path(self.credentials.platform_user_id, "media")
        items = self.http.get(path, fields="id,caption,permalink,timestamp", limit=50).node.nodes("data")
        digest = handle.partition(":")[2]
        match = next((item for item in items if digest and _digest(item.text("caption")) == digest), None)
        if match is None:
            raise errors.OutcomeUnknown(
                "The post is live, but which of the posts it is cannot be told",
                platform=self.platform,
                publish_id=handle,
            )
        return _published(match.required("id"), handle, match)

    # Metrics

    def _read_rest(self, ids: Sequence[str]) -> Answers:
        return each_read(ids, self._read_one)

    def _read_one(self, media_id: str) -> Metrics:
        """Counters and insights are asked for apart, since old media has the first and not the second."""
        reply = self.http.get(self._path(media_id), fields=self.post_fields)
        node = reply.node
        product = node.text("media_product_type")
        insights = self._insights(media_id, product) if node.required("id") else {}
        return self._metrics(Node(self.platform, node.value | {"insights": insights}), version_of(reply))

    def _insights(self, media_id: str, product: str) -> dict[str, object]:
        path = self._path(media_id, "insights")
        names = PRODUCT_METRICS.get(product, EVERYWHERE)
        try:
            return self.with_metrics(
                product, names, lambda asked: self.http.get(path, metric=",".join(asked))
            ).node.value
        except (errors.UnsupportedFeature, errors.Rejected):
            # No metric is left, or this media never has any: unknown, beside counters that are known.
            return {}

    def _metrics(self, item: Node, version: str) -> Metrics:
        insight = insight_values(item.node("insights"))
        views = insight.get("views")
        return Metrics(
            likes=item.count("like_count"),
            comments=item.count("comments_count"),
            shares=insight.get("shares"),
            saves=insight.get("saved"),
            views=views,
            reach=insight.get("reach"),
            video_views=views if item.text("media_product_type") == REELS else None,
            profile_visits=insight.get("profile_visits"),
            api_version=version,
            raw=item.value,
        )

    # Comments

    def _pages(self, post_id: str, known: frozenset[str]) -> Iterator[list[SeenInteraction]]:
        """`from` is refused to some apps; then the name alone tells people apart."""
        try:
            yield from self._comments(post_id, PERSON)
        except errors.Rejected:
            yield from self._comments(post_id, ANONYMOUS)

    def _comments(self, post_id: str, person: str) -> Iterator[list[SeenInteraction]]:
        fields = f"{person},replies.limit(50){{{person}}}"
        return self._comment_pages(post_id, self._seen, fields=fields, limit=50)

    def _seen(self, comment: Node) -> Iterator[SeenInteraction]:
        yield _interaction(comment, InteractionKind.COMMENT)
        for reply in comment.node("replies").nodes("data"):
            yield _interaction(reply, InteractionKind.REPLY)


def _interaction(node: Node, kind: str) -> SeenInteraction:
    name = node.text("username")
    return SeenInteraction(
        platform_id=node.required("id"),
        kind=str(kind),
        occurred_at=node.moment("timestamp"),
        author_id=node.node("from").text("id") or (f"username:{name}" if name else None),
        text=node.text("text"),
    )


def _published(media_id: str, handle: str, node: Node) -> PublishedPost:
    return PublishedPost(
        platform_post_id=media_id,
        publish_id=handle,
        url=node.text("permalink"),
        published_at=node.moment("timestamp"),
    )


def _digest(caption: str) -> str:
    """Of the caption as Instagram gives it back: composed, without the space around it."""
    return hashlib.sha256(unicodedata.normalize("NFC", caption).strip().encode()).hexdigest()[:16]
