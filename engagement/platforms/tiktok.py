"""TikTok for Developers: Content Posting and Display API. Endpoints and field tables.

Publishing ends with a handle; the post's own id comes after moderation, and never for private posts. There are no
comments, saves or reach in this API: those are in `tiktok_business`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from engagement.enums import Platform
from engagement.platforms import errors, tiktok_upload
from engagement.platforms.base import MAX_PAGES, Answers, Maker, Remember
from engagement.platforms.kept import kept
from engagement.platforms.nodes import Node
from engagement.platforms.oauth import app_of, refresh_token_of, tokens_of
from engagement.platforms.tiktok_errors import failure_of, judge
from engagement.platforms.tiktok_objects import first_id, is_of, made_since
from engagement.platforms.tiktok_publishing import ModeratedAdapter
from engagement.values import AccountFacts, Draft, Metrics, PublishedPost, Tokens
from gator.studio.enums import MediaKind

PUBLIC = "PUBLIC_TO_EVERYONE"
VIDEO_FIELDS = "id,create_time,share_url,duration,like_count,comment_count,share_count,view_count,is_aigc"
FOUND_FIELDS = "id,create_time,share_url,title,video_description"
VIDEO_INIT, PHOTO_INIT = "/v2/post/publish/video/init/", "/v2/post/publish/content/init/"


class TikTokAdapter(ModeratedAdapter):
    """A TikTok account."""

    platform = Platform.TIKTOK.value
    batch_size = 20
    can_see_interactions = False
    judge = staticmethod(judge)

    # Publishing

    @property
    def makers(self) -> dict[str, Maker]:
        return {
            MediaKind.VIDEO: self._publish_video,
            MediaKind.IMAGE: self._publish_photos,
            MediaKind.CAROUSEL: self._publish_photos,
        }

    def _publish_video(self, draft: Draft, remember: Remember) -> PublishedPost:
        """TikTok asks servers to have media fetched; a file is sent where there is no address."""
        if draft.media_files and not draft.media_urls:
            return self._upload_video(draft, remember)
        source = {"source": "PULL_FROM_URL", "video_url": self._first_url(draft)}
        body = {"post_info": self._video_info(draft), "source_info": source}
        reply = self.http.create(VIDEO_INIT, json=body)
        return self._accepted(self._created(reply, "publish_id", "data"), remember)

    def _upload_video(self, draft: Draft, remember: Remember) -> PublishedPost:
        video = tiktok_upload.video_of(draft.media_files[0])
        body = {"post_info": self._video_info(draft), "source_info": video.source}
        # Nothing can be live before the file is there, so this may be begun anew.
        data = self.http.prepare(VIDEO_INIT, json=body).node.node("data")
        publish_id, url = data.required("publish_id"), data.required("upload_url")
        try:
            # A handle that is kept is asked about again; before the last part there is nothing to ask about.
            tiktok_upload.send(self.http, video, url, lambda: remember(publish_id))
        except errors.OutcomeUnknown as error:
            raise errors.OutcomeUnknown(
                error.message, platform=self.platform, status=error.status, publish_id=publish_id
            ) from None
        return self._watched(publish_id)

    def _publish_photos(self, draft: Draft, remember: Remember) -> PublishedPost:
        """A photo's caption is its `description`. The AI flag is documented for videos only."""
        source = {
            "source": "PULL_FROM_URL",
            "photo_images": list(draft.media_urls) or [self._first_url(draft)],
            "photo_cover_index": 0,
        }
        info = {**_allowed(self._creator()), "description": draft.caption}
        body = {"media_type": "PHOTO", "post_mode": "DIRECT_POST", "post_info": info, "source_info": source}
        reply = self.http.create(PHOTO_INIT, json=body)
        return self._accepted(self._created(reply, "publish_id", "data"), remember)

    def _video_info(self, draft: Draft) -> dict[str, Any]:
        creator = self._creator()
        return {
            **_allowed(creator),
            "disable_duet": creator.flag("duet_disabled") is True,
            "disable_stitch": creator.flag("stitch_disabled") is True,
            "title": draft.caption,
            **({"is_aigc": True} if draft.made_with_ai else {}),
            "brand_content_toggle": False,
            "brand_organic_toggle": False,
        }

    def _creator(self) -> Node:
        """What the creator allows; TikTok wants it asked before every post."""
        data = self.http.query("/v2/post/publish/creator_info/query/", body={}).node.node("data")
        options = data.value.get("privacy_level_options")
        if not isinstance(options, list) or PUBLIC not in options:
            raise errors.AccessDenied(
                "The account offers no public posts: it is private, or the app is not audited yet",
                platform=self.platform,
            )
        return data

    def _look(self, publish_id: str) -> PublishedPost:
        body = {"publish_id": publish_id}
        data = self.http.query("/v2/post/publish/status/fetch/", body=body).node.node("data")
        if data.text("status") == "FAILED":
            raise self._failed(failure_of(data, "fail_reason"))
        # So spelt by TikTok.
        post_id = first_id(data, "publicaly_available_post_id")
        return self._described(post_id, publish_id) if post_id else PublishedPost(publish_id=publish_id)

    def _described(self, post_id: str, publish_id: str) -> PublishedPost:
        try:
            videos = self._videos([post_id], "id,create_time,share_url").nodes("videos")
            return _published(next(iter(videos), Node(self.platform, {})), post_id, publish_id)
        except errors.PlatformError:
            # It is live: that its address could not be read must not lose its id.
            return PublishedPost(platform_post_id=post_id, publish_id=publish_id)

    def find(self, draft: Draft, *, since: datetime, known: frozenset[str]) -> PublishedPost | None:
        """Look it up on the account's list of videos, newest first. Private posts are not on it."""
        body: dict[str, Any] = {"max_count": self.batch_size}
        for _ in range(MAX_PAGES):
            reply = self.http.query("/v2/video/list/", params={"fields": FOUND_FIELDS}, body=body)
            data = reply.node.node("data")
            videos = data.nodes("videos")
            recent = [one for one in videos if made_since(one, since)]
            for video in recent:
                words = (video.text("video_description"), video.text("title"))
                if video.required("id") not in known and is_of(draft, words):
                    return _published(video, video.required("id"))
            if len(recent) < len(videos) or data.flag("has_more") is not True:
                return None
            body["cursor"] = data.count("cursor")
        return None

    # Metrics

    def _videos(self, ids: Sequence[str], fields: str) -> Node:
        body = {"filters": {"video_ids": list(ids)}}
        data = self.http.query("/v2/video/query/", params={"fields": fields}, body=body).node.value.get("data")
        if not isinstance(data, dict):
            raise errors.InvalidResponse("The answer holds no data", platform=self.platform)
        return Node(self.platform, data)

    def _read_batch(self, ids: Sequence[str]) -> Answers:
        """Posts that are deleted, private or not ours are simply not in the list."""
        videos, unread = self._videos(ids, VIDEO_FIELDS).told_apart("videos", "id")
        lost = dict.fromkeys(ids, unread) if unread else Answers()
        return lost | {one: self._guarded(video) for one, video in videos.items()}

    def _guarded(self, video: Node) -> Metrics | errors.PlatformError:
        """One post with a number that is none does not spoil its batch."""
        try:
            return self._metrics(video)
        except errors.InvalidResponse as error:
            return error

    def _metrics(self, video: Node) -> Metrics:
        views = video.count("view_count")
        return Metrics(
            likes=video.count("like_count"),
            comments=video.count("comment_count"),
            shares=video.count("share_count"),
            views=views,
            # Photo posts have no duration.
            video_views=views if video.number("duration") else None,
            api_version="v2",
            raw=kept(video.value),
        )

    # The account

    def fetch_account(self) -> AccountFacts:
        """Followers and handle. Each has a scope of its own, which the account may have kept back."""
        try:
            user = self._user("username,follower_count")
        except errors.AccessDenied:
            try:
                user = self._user("follower_count")
            except errors.AccessDenied:
                # Every account can be read so far, if its token is good.
                user = self._user("open_id")
        return AccountFacts(followers=user.count("follower_count"), handle=user.text("username"))

    def _user(self, fields: str) -> Node:
        return self.http.get("/v2/user/info/", fields=fields).node.node("data").node("user")

    def refresh(self) -> Tokens:
        """The old refresh token stops working when the new one is given out."""
        app, token = app_of(self), refresh_token_of(self)
        form = {
            "client_key": app.id,
            "client_secret": app.secret,
            "grant_type": "refresh_token",
            "refresh_token": token,
        }
        return tokens_of(self.http.exchange("/v2/oauth/token/", data=form).node)


def _allowed(creator: Node) -> dict[str, Any]:
    return {"privacy_level": PUBLIC, "disable_comment": creator.flag("comment_disabled") is True}


def _published(video: Node, post_id: str, publish_id: str = "") -> PublishedPost:
    return PublishedPost(
        platform_post_id=post_id,
        publish_id=publish_id,
        url=video.text("share_url"),
        published_at=video.moment("create_time"),
    )
