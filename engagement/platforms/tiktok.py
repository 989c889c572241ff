"""TikTok for Developers: Content Posting and Display API. Endpoints and field tables.

Publishing ends with a handle; the post's own id comes after moderation, and never for private posts. There are no
comments, saves or reach in this API.
"""

from collections.abc import Sequence
from typing import Any

from engagement.enums import Platform
from engagement.platforms import errors
from engagement.platforms.base import Answers, Maker, PlatformAdapter, Remember
from engagement.platforms.errors import Kind
from engagement.platforms.nodes import Node
from engagement.platforms.replies import MAX_WAIT_SECONDS, Reply
from engagement.values import Draft, Metrics, PublishedPost
from gator.studio.enums import MediaKind

# `error.code`, looked up before the status: TikTok has errors in answers with status 200.
KINDS: dict[str, Kind] = {
    "access_token_invalid": errors.AuthenticationFailed,
    "scope_not_authorized": errors.AccessDenied,
    "scope_permission_missed": errors.AccessDenied,
    "invalid_params": errors.Rejected,
    "invalid_param": errors.Rejected,
    "invalid_file_upload": errors.Rejected,
    "invalid_publish_id": errors.NotFound,
    "spam_risk_too_many_posts": errors.RateLimited,
    "reached_active_user_cap": errors.RateLimited,
    "spam_risk_too_many_pending_share": errors.RateLimited,
    "spam_risk_user_banned_from_posting": errors.AccessDenied,
    "unaudited_client_can_only_post_to_private_accounts": errors.AccessDenied,
    "url_ownership_unverified": errors.AccessDenied,
    "privacy_level_option_mismatch": errors.AccessDenied,
    "rate_limit_exceeded": errors.RateLimited,
    "internal_error": errors.TemporaryFailure,
}
# Why the processing of a post ended ("Get Post Status").
FAIL_REASONS: dict[str, Kind] = {
    "internal": errors.TemporaryFailure,
    "video_pull_failed": errors.TemporaryFailure,
    "photo_pull_failed": errors.TemporaryFailure,
    "file_format_check_failed": errors.Rejected,
    "duration_check_failed": errors.Rejected,
    "frame_rate_check_failed": errors.Rejected,
    "picture_size_check_failed": errors.Rejected,
    "spam_risk_too_many_posts": errors.RateLimited,
    "spam_risk": errors.AccessDenied,
    "spam_risk_text": errors.AccessDenied,
    "spam_risk_user_banned_from_posting": errors.AccessDenied,
    "auth_removed": errors.AuthenticationFailed,
    "publish_cancelled": errors.Rejected,
}
# No header says how long. Requests are counted over a sliding minute, posts and users by the day.
WAITS = {
    "rate_limit_exceeded": 60.0,
    "spam_risk_too_many_posts": MAX_WAIT_SECONDS,
    "reached_active_user_cap": MAX_WAIT_SECONDS,
    "spam_risk_too_many_pending_share": MAX_WAIT_SECONDS,
}

PUBLIC = "PUBLIC_TO_EVERYONE"
VIDEO_FIELDS = "id,create_time,share_url,duration,like_count,comment_count,share_count,view_count,is_aigc"


def judge(reply: Reply) -> errors.PlatformError | None:
    """The error of an envelope: its code first, the status where it has none."""
    found = reply.body.get("error") if isinstance(reply.body, dict) else None
    error = Node(reply.platform, found if isinstance(found, dict) else {})
    code = str(error.value.get("code") or "")
    if code == "ok" or (not code and reply.status < 300):
        return None
    kind = kind_of(code, reply.status)
    return kind(
        str(error.value.get("message") or "It gave no reason"),
        platform=reply.platform,
        status=reply.status,
        code=code,
        retry_after=WAITS.get(code, 60.0) if kind is errors.RateLimited else reply.retry_after,
    )


def kind_of(code: str, status: int) -> Kind:
    """The table's answer. An unknown code with 400 or less stays unknown; beyond that the status says enough."""
    return KINDS.get(code) or (errors.kind_of_status(status) if status > 400 else errors.PlatformError)


class TikTokAdapter(PlatformAdapter):
    """A TikTok account."""

    platform = Platform.TIKTOK.value
    batch_size = 20
    can_see_interactions = False
    judge = staticmethod(judge)

    # Publishing

    @property
    def makers(self) -> dict[str, Maker]:
        return {MediaKind.VIDEO: self._publish_video, MediaKind.IMAGE: self._publish_photo}

    def _publish_video(self, draft: Draft, remember: Remember) -> PublishedPost:
        source = {"source": "PULL_FROM_URL", "video_url": self._first_url(draft)}
        post = {"title": draft.caption, "is_aigc": True, "brand_content_toggle": False, "brand_organic_toggle": False}
        return self._publish("/v2/post/publish/video/init/", {}, post, source)

    def _publish_photo(self, draft: Draft, remember: Remember) -> PublishedPost:
        """A photo's caption is its `description`. The AI flag is documented for videos only."""
        source = {
            "source": "PULL_FROM_URL",
            "photo_images": list(draft.media_urls) or [self._first_url(draft)],
            "photo_cover_index": 0,
        }
        kind = {"media_type": "PHOTO", "post_mode": "DIRECT_POST"}
        return self._publish("/v2/post/publish/content/init/", kind, {"description": draft.caption}, source)

    def _publish(self, path: str, kind: dict[str, Any], post: dict[str, Any], source: dict[str, Any]) -> PublishedPost:
        body = {**kind, "post_info": {**self._allowed(), **post}, "source_info": source}
        publish_id = self._created(self.http.create(path, json=body).node.node("data"), "publish_id")
        try:
            return self._watch(lambda: self._look(publish_id))
        except errors.PlatformError as error:
            if error.code in FAIL_REASONS:
                raise
            # It was accepted: that a look failed must not lose the handle, or the post would be sent again.
            return PublishedPost(publish_id=publish_id)

    def _allowed(self) -> dict[str, Any]:
        """What the creator allows; TikTok wants it asked before every post."""
        data = self.http.query("/v2/post/publish/creator_info/query/", body={}).node.node("data")
        if PUBLIC not in (data.value.get("privacy_level_options") or ()):
            raise errors.AccessDenied(
                "The account offers no public posts: it is private, or the app is not audited yet",
                platform=self.platform,
            )
        return {"privacy_level": PUBLIC, "disable_comment": data.value.get("comment_disabled") is True}

    def resume(self, publish_id: str, draft: Draft) -> PublishedPost:
        """Look again. A post whose processing failed in the meantime never comes back: it has to be planned again."""
        try:
            return self._watch(lambda: self._look(publish_id))
        except errors.TemporaryFailure as error:
            if error.code not in FAIL_REASONS:
                raise
            raise errors.Rejected(error.message, platform=self.platform, code=error.code) from None

    def _look(self, publish_id: str) -> PublishedPost:
        body = {"publish_id": publish_id}
        data = self.http.query("/v2/post/publish/status/fetch/", body=body).node.node("data")
        if data.text("status") == "FAILED":
            raise self._failure(data.text("fail_reason"))
        post_id = _public_id(data)
        if not post_id:
            return PublishedPost(publish_id=publish_id)
        return self._described(post_id, publish_id)

    def _failure(self, reason: str) -> errors.PlatformError:
        kind = FAIL_REASONS.get(reason, errors.PlatformError)
        message = f"It could not process the post: {reason or 'no reason given'}"
        return kind(message, platform=self.platform, code=reason, retry_after=WAITS.get(reason))

    def _described(self, post_id: str, publish_id: str) -> PublishedPost:
        try:
            video = next(iter(self._videos([post_id], "id,create_time,share_url")), Node(self.platform, {}))
        except errors.PlatformError:
            # It is live: that its address could not be read must not lose its id.
            video = Node(self.platform, {})
        return PublishedPost(
            platform_post_id=post_id,
            publish_id=publish_id,
            url=video.text("share_url"),
            published_at=video.seconds("create_time"),
        )

    # Metrics

    def _videos(self, ids: Sequence[str], fields: str) -> list[Node]:
        body = {"filters": {"video_ids": list(ids)}}
        reply = self.http.query("/v2/video/query/", params={"fields": fields}, body=body)
        return reply.node.node("data").nodes("videos")

    def _read_batch(self, ids: Sequence[str]) -> Answers:
        """Posts that are deleted, private or not ours are simply not in the list."""
        return {video.required("id"): self._guarded(video) for video in self._videos(ids, VIDEO_FIELDS)}

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
            video_views=views if video.count("duration") else None,
            api_version="v2",
            raw=video.value,
        )


def _public_id(data: Node) -> str:
    """`publicaly_available_post_id` (so spelt) is a list of integers, seen as strings and as a bare value, too."""
    found = data.value.get("publicaly_available_post_id")
    first = next(iter(found), None) if isinstance(found, list) else found
    return str(first) if first else ""
