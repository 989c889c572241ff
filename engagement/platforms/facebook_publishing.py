"""Publishing on a Facebook Page: texts, photos, videos.

Facebook names no parameter for AI-made content, so none is sent. Everything but the photos of a post of several is live
with the call that makes it, so a lost answer leaves an unknown outcome; of a video the id is remembered, to ask again.
"""

import json
from collections.abc import Sequence

from engagement.platforms import errors
from engagement.platforms.base import Maker, Remember
from engagement.platforms.graph import GraphAdapter
from engagement.platforms.nodes import Node
from engagement.values import Draft, PublishedPost
from gator.studio.enums import MediaKind

VIDEO_FIELDS = "post_id,permalink_url,status,created_time"
# Words of `status.video_status` after which no post will come of a video.
DEAD = ("error", "upload_failed", "expired")


class FacebookPublisher(GraphAdapter):
    """The publishing side of a Page."""

    caption_field = "message"
    address_fields = "permalink_url,created_time"

    @property
    def makers(self) -> dict[str, Maker]:
        return {
            MediaKind.TEXT: self._publish_text,
            MediaKind.IMAGE: self._publish_photo,
            MediaKind.CAROUSEL: self._publish_photos,
            MediaKind.VIDEO: self._publish_video,
        }

    def _publish_text(self, draft: Draft, remember: Remember) -> PublishedPost:
        return self._live(self._create("feed", "id", {"message": draft.caption}))

    def _publish_photo(self, draft: Draft, remember: Remember) -> PublishedPost:
        """The answer's `id` is the photo's; the post's is `post_id`, and only posts have insights."""
        form = {"url": self._first_url(draft), "message": draft.caption}
        return self._live(self._create("photos", "post_id", form))

    def _create(self, edge: str, key: str, form: dict[str, str]) -> str:
        path = self._path(self.credentials.platform_user_id, edge)
        return self._created(self.http.create(path, data=form), key)

    # Several photos

    def _publish_photos(self, draft: Draft, remember: Remember) -> PublishedPost:
        """Photos that nobody sees, then a post that attaches them. Those of a failed post are deleted."""
        self._first_url(draft)
        photos: list[str] = []
        try:
            for url in draft.media_urls:
                photo = self._upload_photo(url)
                photos.append(photo)
                self.note_piece(photo)
            attached = json.dumps([{"media_fbid": photo} for photo in photos])
            post_id = self._create("feed", "id", {"message": draft.caption, "attached_media": attached})
        except errors.OutcomeUnknown:
            # The post may be live, and then the photos are its.
            raise
        except errors.PlatformError:
            self.discard(photos)
            raise
        return self._live(post_id)

    def _upload_photo(self, url: str) -> str:
        path = self._path(self.credentials.platform_user_id, "photos")
        return self.http.prepare(path, data={"url": url, "published": "false"}).node.required("id")

    def discard(self, pieces: Sequence[str]) -> None:
        """Delete photos that nobody sees; why the post failed matters more than one that stays."""
        for number, photo in enumerate(pieces):
            try:
                self.http.delete(self._path(photo))
            except errors.NotFound:
                continue
            except errors.PlatformError as error:
                # What is no matter of this photo would meet the others, too.
                left = [photo] if isinstance(error, errors.Rejected) else pieces[number:]
                self.notices += [
                    f"The unpublished photo {one} of a failed post was left behind. {error.for_staff}" for one in left
                ]
                if len(left) > 1:
                    return

    # Videos

    def lists_at_once(self, draft: Draft) -> bool:
        """A video has its post once it is processed, which takes as long as it takes."""
        return draft.media_kind != MediaKind.VIDEO

    def _publish_video(self, draft: Draft, remember: Remember) -> PublishedPost:
        """Facebook fetches the video and makes the post once it is processed."""
        video = self._create("videos", "id", {"file_url": self._first_url(draft), "description": draft.caption})
        remember(video)
        return self.resume(video, draft)

    def resume(self, publish_id: str, draft: Draft) -> PublishedPost:
        """Ask a video, whose id was remembered, for its post."""
        if not publish_id:
            return super().resume(publish_id, draft)
        return self._watch(lambda: self._look(publish_id))

    def _look(self, video: str) -> PublishedPost:
        try:
            node = self.http.get(self._path(video), fields=VIDEO_FIELDS).node
        except errors.NotFound as error:
            raise errors.OutcomeUnknown(
                f"The video is gone: {error.message}", platform=self.platform, publish_id=video
            ) from None
        if post_id := node.text("post_id"):
            return self._described(self._whole_id(post_id), _absolute(node), video)
        state = node.node("status").text("video_status")
        if state in DEAD:
            words = f"The video could not be processed ({state}){_reason(node)}"
            raise errors.Rejected(words, platform=self.platform, code=state)
        return PublishedPost(publish_id=video)

    def _whole_id(self, post_id: str) -> str:
        """PAGEID_POSTID, which alone has insights."""
        return post_id if "_" in post_id else f"{self.credentials.platform_user_id}_{post_id}"


def _absolute(node: Node) -> Node:
    """A video's address comes without its host."""
    address = node.text("permalink_url")
    whole = f"https://www.facebook.com{address}" if address.startswith("/") else address
    return Node(node.platform, node.value | {"permalink_url": whole})


def _reason(node: Node) -> str:
    """What the phase that failed says."""
    phases = [phase for phase in node.node("status").value.values() if isinstance(phase, dict)]
    faults = [Node(node.platform, phase).node("error").text("message") for phase in phases]
    words = next(filter(None, faults), "")
    return f": {words}" if words else ""
