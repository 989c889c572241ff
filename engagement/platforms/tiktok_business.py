"""TikTok API for Business, Accounts API: numbers beyond the four counters, comments, posts. Endpoints and field tables.

Numbers come 24 to 48 hours late and end a year after the post. Rates are fractions there, percent here.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import chain
from typing import Any, TypeVar

from engagement.enums import Flavour, Platform
from engagement.platforms import errors
from engagement.platforms.base import MAX_PAGES, Answers, Maker, Remember
from engagement.platforms.kept import kept
from engagement.platforms.nodes import Node
from engagement.platforms.oauth import app_of, refresh_token_of, tokens_of
from engagement.platforms.tiktok_comments import Threads
from engagement.platforms.tiktok_errors import failure_of, judge_business
from engagement.platforms.tiktok_objects import first_id, is_of, made_since
from engagement.platforms.tiktok_publishing import ModeratedAdapter
from engagement.values import AccountFacts, Audience, Draft, Metrics, PublishedPost, Tokens, Visible
from gator.studio.enums import MediaKind

T = TypeVar("T")

VERSION = "v1.3"
ROOT = f"/open_api/{VERSION}"
# `item_id` has to be among the fields, and without the moment a post cannot be told from another.
NAMES = ("item_id", "create_time", "share_url")
NUMBERS = (
    "video_views",
    "likes",
    "comments",
    "shares",
    "favorites",
    "reach",
    "video_duration",
    "total_time_watched",
    "average_time_watched",
    "full_video_watched_rate",
    "new_followers",
    "profile_views",
    "website_clicks",
    "impression_sources",
)
# By field, the dimension and how an entry names its group.
AUDIENCES = {
    "audience_countries": ("country", ("country",)),
    "audience_cities": ("city", ("city_name", "city")),
    "audience_genders": ("gender", ("gender",)),
    "audience_ages": ("age", ("age",)),
    "audience_types": ("type", ("type",)),
}
VIDEO_AUDIENCES = ("audience_countries", "audience_genders", "audience_types")
ACCOUNT_AUDIENCES = ("audience_ages", "audience_genders", "audience_countries", "audience_cities")
# The places that `refused` names.
VIDEO, ACCOUNT = "video", "account"
REFUSED_PARAMETER = "40002"
# So many calls find two posts that are gone among twenty, wherever they stand.
MAX_PARTS = 24


class TikTokBusinessAdapter(ModeratedAdapter):
    """A TikTok account that was connected through TikTok API for Business."""

    platform = Platform.TIKTOK.value
    flavour = Flavour.BUSINESS.value
    host = "https://business-api.tiktok.com"
    scheme = ("Access-Token", "")
    batch_size = 20
    judge = staticmethod(judge_business)

    @property
    def _me(self) -> str:
        return self.credentials.platform_user_id

    # Publishing

    @property
    def makers(self) -> dict[str, Maker]:
        return {MediaKind.VIDEO: self._publish_video}

    def _publish_video(self, draft: Draft, remember: Remember) -> PublishedPost:
        info = {"caption": draft.caption, **({"is_ai_generated": True} if draft.made_with_ai else {})}
        body = {"business_id": self._me, "video_url": self._first_url(draft), "post_info": info}
        reply = self.http.create(f"{ROOT}/business/video/publish/", json=body)
        share_id = self._created(reply, "share_id", "data")
        return self._accepted(share_id, remember)

    def _look(self, publish_id: str) -> PublishedPost:
        """The id comes up to three minutes after the post is complete."""
        data = self._get("/business/publish/status/", publish_id=publish_id)
        if data.text("status") == "FAILED":
            raise self._failed(failure_of(data, "reason"))
        post_id = first_id(data, "post_ids")
        return self._described(post_id, publish_id) if post_id else PublishedPost(publish_id=publish_id)

    def _described(self, post_id: str, publish_id: str) -> PublishedPost:
        try:
            video = next(iter(self._videos([post_id], NAMES).nodes("videos")), Node(self.platform, {}))
            return _published(video, post_id, publish_id)
        except errors.PlatformError:
            # It is live: that its address could not be read must not lose its id.
            return PublishedPost(platform_post_id=post_id, publish_id=publish_id)

    def find(self, draft: Draft, *, since: datetime, known: frozenset[str]) -> PublishedPost | None:
        """Look it up on the account's list of videos, newest first."""
        params: dict[str, Any] = {"fields": json.dumps([*NAMES, "caption"]), "max_count": self.batch_size}
        for _ in range(MAX_PAGES):
            data = self._get("/business/video/list/", **params)
            videos = data.nodes("videos")
            recent = [one for one in videos if made_since(one, since)]
            for video in recent:
                if video.required("item_id") not in known and is_of(draft, [video.text("caption")]):
                    return _published(video, video.required("item_id"))
            if len(recent) < len(videos) or data.flag("has_more") is not True:
                return None
            params["cursor"] = data.count("cursor")
        return None

    # Metrics

    def _read_batch(self, ids: Sequence[str]) -> Answers:
        """Posts that are deleted, private or not ours are simply not in the list, or have all of it refused.

        A refused list is halved until such a post stands alone, in a bounded number of calls.
        """
        answers, parts = Answers(), [list(ids)]
        for _ in range(MAX_PARTS):
            if not parts:
                break
            part = parts.pop(0)
            try:
                answers |= self._read_part(part)
            except errors.NotFound as refusal:
                if len(part) == 1:
                    answers[part[0]] = refusal
                else:
                    parts += [part[: len(part) // 2], part[len(part) // 2 :]]
            except errors.PlatformError as error:
                if not answers:
                    raise
                # What was read is not lost for it.
                return answers | dict.fromkeys(chain(part, *parts), error)
        self._check_account(answers)
        return answers | dict.fromkeys(chain(*parts), self._unsorted())

    def _read_part(self, ids: Sequence[str]) -> Answers:
        data = self._without_refused(
            VIDEO, (*NUMBERS, *VIDEO_AUDIENCES), lambda names: self._videos(ids, (*NAMES, *names))
        )
        videos, unread = data.told_apart("videos", "item_id")
        lost = dict.fromkeys(ids, unread) if unread else Answers()
        return lost | {one: self._guarded(video) for one, video in videos.items()}

    def _check_account(self, answers: Answers) -> None:
        """Where each post is refused it may be the account that is gone: then its whole list is refused, too."""
        if answers and all(isinstance(one, errors.NotFound) for one in answers.values()):
            self._get("/business/video/list/", fields=json.dumps(["item_id"]), max_count=1)

    def _unsorted(self) -> errors.PlatformError:
        return errors.TemporaryFailure(
            "It refuses posts that are gone, and which ones those are is not known yet", platform=self.platform
        )

    def _videos(self, ids: Sequence[str], fields: Sequence[str]) -> Node:
        filters = json.dumps({"video_ids": list(ids)})
        return self._get(
            "/business/video/list/", fields=json.dumps(list(fields)), filters=filters, max_count=self.batch_size
        )

    def _guarded(self, video: Node) -> Metrics | errors.PlatformError:
        """One post with a number that is none does not spoil its batch."""
        try:
            return self._metrics(video)
        except errors.InvalidResponse as error:
            return error

    def _metrics(self, video: Node) -> Metrics:
        views, reach, watched = (
            video.count("video_views"),
            video.count("reach"),
            video.number("full_video_watched_rate"),
        )
        return Metrics(
            likes=video.count("likes"),
            comments=video.count("comments"),
            shares=video.count("shares"),
            saves=video.count("favorites"),
            views=views,
            video_views=views,
            reach=reach,
            profile_visits=video.count("profile_views"),
            follows=video.count("new_followers"),
            link_clicks=video.count("website_clicks"),
            average_watch_seconds=video.number("average_time_watched"),
            total_watch_seconds=video.number("total_time_watched"),
            video_completion_rate=None if watched is None else round(watched * 100, 4),
            audience=audience_of(video, VIDEO_AUDIENCES, reach),
            api_version=VERSION,
            raw=kept(video.value),
        )

    # Comments

    def fetch_interactions(self, post_id: str, known: frozenset[str], *, everything: bool = False) -> Visible:
        """Comments and replies, hidden ones too."""
        return Threads(self._get, self._me, post_id, known, everything, self.note_unread).look()

    # The account

    def fetch_account(self) -> AccountFacts:
        """Followers, handle, and the followers' groups, which are there from 100 followers on."""
        fields = ("username", "followers_count", *ACCOUNT_AUDIENCES)
        data = self._without_refused(
            ACCOUNT, fields, lambda names: self._get("/business/get/", fields=json.dumps(list(names)))
        )
        followers = data.count("followers_count")
        return AccountFacts(
            followers=followers,
            handle=data.text("username"),
            audience=audience_of(data, ACCOUNT_AUDIENCES, followers),
        )

    def refresh(self) -> Tokens:
        """The new refresh token may be another one, and the old one stops working then."""
        app, token = app_of(self), refresh_token_of(self)
        body = {
            "client_id": app.id,
            "client_secret": app.secret,
            "grant_type": "refresh_token",
            "refresh_token": token,
        }
        return tokens_of(self.http.exchange(f"{ROOT}/tt_user/oauth2/refresh_token/", json=body).node.node("data"))

    # Tools

    def _get(self, path: str, **params: Any) -> Node:
        return self.http.get(f"{ROOT}{path}", business_id=self._me, **params).node.node("data")

    def _without_refused(self, place: str, names: Sequence[str], read: Callable[[Sequence[str]], T]) -> T:
        """Read with the fields that TikTok knows: one that it refuses by name is left out from then on."""
        wanted = [name for name in names if (place, name) not in self.refused]
        while True:
            try:
                return read(wanted)
            except errors.Rejected as refusal:
                name = _first_named(refusal.message, wanted)
                if refusal.code != REFUSED_PARAMETER or name is None:
                    raise
                self.refused.add((place, name))
                wanted.remove(name)


def _first_named(message: str, names: Sequence[str]) -> str | None:
    """The name that stands first: a refusal may go on with the names it would take."""
    found = {name: re.search(rf"\b{name}\b", message) for name in names}
    return min((match.start(), name) for name, match in found.items() if match)[1] if any(found.values()) else None


def audience_of(node: Node, fields: Sequence[str], people: int | None) -> Audience:
    """Groups as numbers of people, rounded down: a fraction of people of whom nobody knows how many is no number."""
    if people is None:
        return {}
    told = {AUDIENCES[field][0]: _groups(node.nodes(field), AUDIENCES[field][1], people) for field in fields}
    return {dimension: groups for dimension, groups in told.items() if groups}


def _groups(entries: Sequence[Node], labels: Sequence[str], people: int) -> dict[str, int]:
    groups = {}
    for entry in entries:
        name, fraction = next(filter(None, map(entry.text, labels)), ""), entry.number("percentage")
        if name and fraction is not None and 0 <= fraction <= 1:
            # As written: 0.29 x 100 is 28.999999999999996 in binary.
            groups[name] = int(Decimal(str(fraction)) * people)
    return groups


def _published(video: Node, post_id: str, publish_id: str = "") -> PublishedPost:
    return PublishedPost(
        platform_post_id=post_id,
        publish_id=publish_id,
        url=video.text("share_url"),
        published_at=video.moment("create_time"),
    )
