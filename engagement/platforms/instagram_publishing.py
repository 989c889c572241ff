"""Publishing on Instagram: a container, then its publication; nothing is live before the second.

What is remembered is the container's id, or those of a carousel's children, and a digest of the caption. From that a
post can be taken up again wherever its process died: the container itself says whether it went out.
"""

import hashlib
import time
from collections.abc import Sequence
from contextlib import suppress
from urllib.parse import urlsplit

from django.conf import settings

from engagement.platforms import errors
from engagement.platforms.base import MAX_LOOKS, Maker, Remember
from engagement.platforms.graph import GraphAdapter, plain_words
from engagement.platforms.graph_comments import LIST_LIMIT
from engagement.platforms.graph_errors import NOT_READY, advice_for
from engagement.values import Draft, PublishedPost
from gator.studio.enums import MediaKind

# Which parameters make a container of a kind ("IG User Media"); every single video is a reel.
CONTAINERS: dict[str, tuple[str, dict[str, str]]] = {
    MediaKind.IMAGE: ("image_url", {}),
    MediaKind.VIDEO: ("video_url", {"media_type": "REELS"}),
}
CHILDREN: dict[str, tuple[str, dict[str, str]]] = {
    MediaKind.IMAGE: ("image_url", {"is_carousel_item": "true"}),
    MediaKind.VIDEO: ("video_url", {"media_type": "VIDEO", "is_carousel_item": "true"}),
}
VIDEO_ENDINGS = (".mp4", ".mov", ".m4v")
CAROUSEL = range(2, 11)
# Nothing more will come of a container in one of these states.
DEAD = {
    "ERROR": "Change what the message names, then publish it again.",
    "EXPIRED": "It was not published within 24 hours of its upload: plan the post again.",
}


class InstagramPublisher(GraphAdapter):
    """The publishing side of an Instagram account."""

    caption_field = "caption"
    address_fields = "permalink,timestamp"

    @property
    def makers(self) -> dict[str, Maker]:
        return {
            MediaKind.IMAGE: self._publish,
            MediaKind.VIDEO: self._publish,
            MediaKind.CAROUSEL: self._publish_carousel,
        }

    def ask_for_posting_quota(self) -> None:
        """How many posts it takes in a day, and how many it took: its pages name three numbers, so budgets believe the
        answer. Without one they go on with what is documented.
        """
        path = self._path(self.credentials.platform_user_id, "content_publishing_limit")
        with suppress(errors.PlatformError):
            self.http.get(path, fields="quota_usage,config")

    def _publish(self, draft: Draft, remember: Remember) -> PublishedPost:
        parameter, fixed = CONTAINERS[draft.media_kind]
        form = {parameter: self._first_url(draft), **fixed, **_words(draft)}
        handle = f"{self._container(form)}:{_digest(draft.caption)}"
        remember(handle)
        return self.resume(handle, draft)

    def _publish_carousel(self, draft: Draft, remember: Remember) -> PublishedPost:
        """Children first, which may be videos and then take their time, and a container around them."""
        if len(draft.media_urls) not in CAROUSEL:
            raise errors.Rejected(
                f"A carousel holds 2 to 10 images or videos, this one has {len(draft.media_urls)}",
                platform=self.platform,
                advice="Give it 2 to 10 images or videos.",
            )
        children = [self._container(_child(url)) for url in draft.media_urls]
        handle = f"{','.join(children)}:{_digest(draft.caption)}"
        remember(handle)
        gathered = self._gathered(handle, draft)
        for _ in range(MAX_LOOKS - 1):
            if gathered != handle:
                break
            time.sleep(settings.PUBLISH_POLL_SECONDS)
            gathered = self._gathered(handle, draft)
        if gathered == handle:
            return PublishedPost(publish_id=handle)
        remember(gathered)
        return self.resume(gathered, draft)

    def _container(self, form: dict[str, str]) -> str:
        path = self._path(self.credentials.platform_user_id, "media")
        return self.http.prepare(path, data=form).node.required("id")

    def _gathered(self, handle: str, draft: Draft) -> str:
        """The handle of the container around these children; the same handle while one of them is processed."""
        ids, _, digest = handle.partition(":")
        if not all(self._is_ready(child) for child in _slow(ids.split(","), draft)):
            return handle
        form = {"media_type": "CAROUSEL", "children": ids, **_words(draft)}
        try:
            return f"{self._container(form)}:{digest}"
        except errors.TemporaryFailure as error:
            if error.subcode == NOT_READY:
                return handle
            raise

    def _is_ready(self, container: str) -> bool:
        return self._status(container, container) == "FINISHED"

    def resume(self, publish_id: str, draft: Draft) -> PublishedPost:
        """Publish a container once it is ready, or make the one of a carousel whose children are ready.

        The latter is not published in the same go: a process that died before its id was kept would leave two.
        """
        if "," in publish_id:
            return PublishedPost(publish_id=self._gathered(publish_id, draft))
        return self._watch(lambda: self._look(publish_id, draft))

    def _look(self, handle: str, draft: Draft) -> PublishedPost:
        status = self._status(handle.partition(":")[0], handle)
        if status == "PUBLISHED":
            return self._published(handle, draft)
        return self._go_live(handle) if status == "FINISHED" else PublishedPost(publish_id=handle)

    def _status(self, container: str, handle: str) -> str:
        """The state of a container. One that is gone may have been published before."""
        try:
            node = self.http.get(self._path(container), fields="status_code,status").node
        except errors.NotFound as error:
            raise self._untold(f"The container is gone: {error.message}", handle) from None
        status = node.required("status_code")
        if status in DEAD:
            words = node.text("status") or status
            advice = advice_for(words) or DEAD[status]
            raise errors.Rejected(words, platform=self.platform, code=status, advice=advice)
        return status

    def _go_live(self, handle: str) -> PublishedPost:
        path = self._path(self.credentials.platform_user_id, "media_publish")
        try:
            reply = self.http.create(path, data={"creation_id": handle.partition(":")[0]})
            media_id = self._created(reply, "id")
        except errors.TemporaryFailure as error:
            if error.subcode == NOT_READY:
                return PublishedPost(publish_id=handle)
            raise
        except errors.OutcomeUnknown as error:
            error.publish_id = handle
            raise
        return self._live(media_id, handle)

    def _published(self, handle: str, draft: Draft) -> PublishedPost:
        """The newest post with the caption this container was made with."""
        digest = handle.partition(":")[2] or _digest(draft.caption)
        match = next((node for node in self._newest() if _digest(node.text("caption")) == digest), None)
        if match is None:
            newest = f"none of the newest {LIST_LIMIT} has its caption"
            raise self._untold(f"The post is live, but which of the posts it is cannot be told: {newest}", handle)
        return self._described(match.required("id"), match, handle)

    def _untold(self, words: str, handle: str) -> errors.OutcomeUnknown:
        return errors.OutcomeUnknown(words, platform=self.platform, publish_id=handle)


def _words(draft: Draft) -> dict[str, str]:
    """The caption and the AI label; of a carousel they belong to its container alone."""
    return {"caption": draft.caption} | ({"is_ai_generated": "true"} if draft.made_with_ai else {})


def _child(url: str) -> dict[str, str]:
    parameter, fixed = CHILDREN[MediaKind.VIDEO if _is_video(url) else MediaKind.IMAGE]
    return {parameter: url, **fixed}


def _slow(children: Sequence[str], draft: Draft) -> list[str]:
    """The children to wait for: videos, or all where it cannot be told which they are."""
    if len(children) != len(draft.media_urls):
        return list(children)
    return [child for child, url in zip(children, draft.media_urls, strict=True) if _is_video(url)]


def _is_video(url: str) -> bool:
    return urlsplit(url).path.lower().endswith(VIDEO_ENDINGS)


def _digest(caption: str) -> str:
    """Of the caption as Instagram gives it back."""
    return hashlib.sha256(plain_words(caption).encode()).hexdigest()[:16]
