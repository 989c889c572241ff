"""Facebook Pages: Graph API with a Page token. Field tables, comments and the Page; see `facebook_publishing.py`."""

import math
from collections.abc import Sequence
from typing import Any

from engagement.enums import InteractionKind, Platform
from engagement.platforms import errors
from engagement.platforms.facebook_publishing import FacebookPublisher
from engagement.platforms.graph import Item, Items
from engagement.platforms.graph_comments import CommentPage, is_last, listing, next_cursor
from engagement.platforms.graph_insights import Insight, insight_values, seconds, whole_number
from engagement.platforms.graph_reading import Ask, Got, Want
from engagement.platforms.kept import kept
from engagement.platforms.nodes import Node
from engagement.platforms.replies import Reply
from engagement.values import AccountFacts, AuthorSignals, Metrics, SeenInteraction, Tokens

COMMENT_FIELDS = "id,message,created_time,from,parent{id},like_count,comment_count,permalink_url"
# Whether a person has a picture of their own; not every app is told.
PICTURE = "picture{is_silhouette}"
PICTURED_FIELDS = COMMENT_FIELDS.replace("from", f"from{{id,name,{PICTURE}}}")

# "Page Insights", least dependable first: some Pages are refused the first, and its unique twin then goes alone.
POST_METRICS = (
    # Of videos that are no reels: views of three seconds, as in Meta's export.
    "post_video_views",
    "post_media_view",
    "post_clicks",
    # Stands in where the summary of reactions is missing.
    "post_reactions_by_type_total",
    "post_total_media_view_unique",
)
# By whole seconds the share of plays that went so far: at most forty seconds, and beyond the end where plays repeat.
GRAPH, LENGTH = "post_video_retention_graph", "video_length"
# Of the video itself: a post's own insights leave out what happens on reels.
WATCHED = (GRAPH, "post_video_followers", "post_video_avg_time_watched", "post_video_view_time")
# Plays are counted for reels; what is refused to other videos is remembered apart from them.
PLAYS = ("blue_reels_play_count", "fb_reels_total_plays")
VIDEO_METRICS = (*reversed(PLAYS), *WATCHED)
VIDEO_INSIGHTS = "video_insights"
# Who follows the Page, as the page on withdrawn metrics names them; not every Page has them.
FOLLOWERS_BY = {"page_follows_city": "city", "page_follows_country": "country"}


class FacebookAdapter(FacebookPublisher):
    """A Facebook Page."""

    platform = Platform.FACEBOOK.value
    can_batch = True
    list_edge = "posts"
    post_fields = (
        "id,created_time,permalink_url,shares,comments.limit(0).summary(true),reactions.limit(0).summary(true)"
    )
    optional_fields = {"attachments": "attachments{media_type,target{id}}"}
    list_names = (*POST_METRICS, "attachments")
    post_names = list_names

    # Metrics

    def _completed(self, items: Items) -> Items:
        """Posts with a video in them, with the insights of that video."""
        videos = {one: video for one, item in items.items() if (video := _video_of(item))}
        wants = {one: self._watched(items[one], video) for one, video in videos.items()}
        read = self.read_named(wants)
        items = items | {one: _joined(items[one], read.get(one)) for one in videos}
        return items | self._timed({one: video for one, video in videos.items() if _graph_of(items[one])}, items)

    def _timed(self, videos: dict[str, str], items: Items) -> Items:
        """Posts with the length of their video, in seconds: a graph does not say where the video ends."""
        asks = {one: Ask(self._path(video), {"fields": "length"}) for one, video in videos.items()}
        told = {one: got.body for one, got in self.read_each(asks).items() if isinstance(got, Reply)}
        lengths = {one: body.get("length") for one, body in told.items() if isinstance(body, dict)}
        return {
            one: item.with_more(**{LENGTH: lengths.get(one)}) for one in videos if isinstance(item := items[one], Item)
        }

    def _watched(self, item: Item | errors.PlatformError, video: str) -> Want:
        is_reel = isinstance(item, Item) and "/reel/" in str(item.node.value.get("permalink_url"))
        kind = "reel" if is_reel else "video"
        path = self._path(video, VIDEO_INSIGHTS)
        return Want(kind, VIDEO_METRICS, lambda names: Ask(path, {"metric": ",".join(names)}) if names else None)

    def _metrics(self, item: Item) -> Metrics:
        """Clicks are those anywhere on the post, not on a link alone: Facebook counts no others for each post."""
        node = item.node
        insight = insight_values(node.node("insights")) | insight_values(node.node(VIDEO_INSIGHTS))
        reactions = node.node("reactions").node("summary").count("total_count")
        return Metrics(
            likes=_sum(insight.get("post_reactions_by_type_total")) if reactions is None else reactions,
            comments=node.node("comments").node("summary").count("total_count"),
            shares=_shares(node),
            views=whole_number(insight, "post_media_view"),
            reach=whole_number(insight, "post_total_media_view_unique"),
            link_clicks=whole_number(insight, "post_clicks"),
            video_views=whole_number(insight, *PLAYS, *(("post_video_views",) if _video_of(item) else ())),
            follows=whole_number(insight, "post_video_followers"),
            video_completion_rate=_completion(insight.get(GRAPH), node.value.get(LENGTH)),
            average_watch_seconds=seconds(insight, "post_video_avg_time_watched"),
            total_watch_seconds=seconds(insight, "post_video_view_time"),
            api_version=item.version,
            raw=kept(node.value),
        )

    # Comments

    def _comment_page(self, post_id: str, after: str) -> CommentPage:
        """`filter=stream` brings replies along, in one list by time."""
        cursor = {"after": after} if after else {}

        def ask(fields: str) -> Node:
            fixed = {"fields": fields, "filter": "stream", "order": "reverse_chronological", "summary": "true"}
            path = self._path(post_id, "comments")
            return listing(self._smaller(lambda limit: self.http.get(path, limit=2 * limit, **fixed, **cursor)).node)

        node = self._with_or_without("picture", lambda: ask(PICTURED_FIELDS), lambda: ask(COMMENT_FIELDS))
        seen, unread = node.told("data", "id", self._seen)
        total = node.node("summary").count("total_count")
        return CommentPage(seen, next_cursor(node), is_last(node), total=total, unread=unread)

    def _seen(self, comment: Node) -> SeenInteraction:
        """Who wrote it is missing where Facebook keeps it: then nothing is known of the author."""
        person = comment.node("from")
        is_reply = bool(comment.node("parent").text("id"))
        return SeenInteraction(
            platform_id=comment.required("id"),
            kind=(InteractionKind.REPLY if is_reply else InteractionKind.COMMENT).value,
            occurred_at=comment.moment("created_time"),
            author_id=person.text("id") or None,
            text=comment.text("message"),
            likes=comment.count("like_count"),
            signals=_signals(person) if person.text("id") else None,
        )

    # The account

    def fetch_account(self) -> AccountFacts:
        """Followers and name of the Page and, where Facebook tells it, where they live; it tells no ages any more."""
        node = self.http.get(
            self._path(self.credentials.platform_user_id), fields="id,name,followers_count,fan_count"
        ).node
        followers, name = node.count("followers_count", "fan_count"), node.text("name")
        return AccountFacts(followers=followers, handle=name, audience=self._followers_by_place())

    def _followers_by_place(self) -> dict[str, dict[str, int]]:
        """Followers in groups. A refusal is no data, unless it closes the account."""
        path = self._path(self.credentials.platform_user_id, "insights")

        def ask(names: Sequence[str]) -> Ask | None:
            return Ask(path, {"metric": ",".join(names), "period": "day"}) if names else None

        got = self.read_named({"page": Want("page", tuple(FOLLOWERS_BY), ask)}).get("page")
        if isinstance(got, errors.AuthenticationFailed | errors.RateLimited):
            raise got
        return _places(got.reply.body) if isinstance(got, Got) else {}

    def refresh(self) -> Tokens:
        """A Page's token has no end where it was made with a long-lived user token."""
        return self._exchanged()


def _signals(person: Node) -> AuthorSignals:
    """A silhouette stands for a picture that is missing."""
    is_silhouette = person.node("picture").node("data").flag("is_silhouette")
    has_picture = None if is_silhouette is None else not is_silhouette
    return AuthorSignals(has_name=bool(person.text("name")), has_picture=has_picture)


def _places(body: Any) -> dict[str, dict[str, int]]:
    """By dimension the groups of the newest day that has any: days come oldest first."""
    told = {}
    node = Node(Platform.FACEBOOK.value, body if isinstance(body, dict) else {})
    for entry in node.objects("data"):
        days = [day.value.get("value") for day in entry.objects("values")]
        newest = next((day for day in reversed(days) if isinstance(day, dict) and day), {})
        groups = {name: count for name in newest if (count := Node(node.platform, newest).count(name)) is not None}
        if groups and (dimension := FOLLOWERS_BY.get(str(entry.value.get("name")))):
            told[dimension] = groups
    return told


def _shares(node: Node) -> int | None:
    """Documented: the key is absent when there are none, so absent is zero, but only where other counters are told."""
    if "shares" in node.value:
        return node.node("shares").count("count")
    return 0 if node.value.get("reactions") or node.value.get("comments") else None


def _video_of(item: Item | errors.PlatformError) -> str:
    """The id of the video in a post; empty if there is none, or Facebook does not say."""
    if not isinstance(item, Item):
        return ""
    attachments = item.node.value.get("attachments")
    listed = attachments.get("data") if isinstance(attachments, dict) else None
    for one in listed if isinstance(listed, list) else []:
        target = one.get("target") if isinstance(one, dict) else None
        if isinstance(target, dict) and "video" in str(one.get("media_type")).lower():
            return str(target.get("id") or "")
    return ""


def _joined(item: Item | errors.PlatformError, got: Got | errors.PlatformError | None) -> Item | errors.PlatformError:
    """A post with the insights of its video, if it has any."""
    if isinstance(got, errors.Rejected | errors.UnsupportedFeature | errors.NotFound) or got is None:
        return item
    if isinstance(got, errors.PlatformError) or not isinstance(item, Item):
        return got if isinstance(got, errors.PlatformError) else item
    return item.with_more(**{VIDEO_INSIGHTS: got.reply.body})


def _graph_of(item: Item | errors.PlatformError) -> Any:
    """The retention graph of a post's video, if it was told."""
    if not isinstance(item, Item):
        return None
    try:
        found = insight_values(item.node.node(VIDEO_INSIGHTS)).get(GRAPH)
    except errors.InvalidResponse:
        return None
    return found if isinstance(found, dict) else None


def _completion(graph: Any, length: Any) -> float | None:
    """How many percent still watched in a video's last second, where the graph reaches so far."""
    if not (isinstance(graph, dict) and isinstance(length, int | float) and length > 0):
        return None
    end = math.floor(length)
    last, began = _share(graph, str(end), str(end - 1)), _share(graph, "0")
    if last is None or not began or last > began:
        return None
    return round(100 * last / began, 4)


def _share(graph: dict[str, Any], *seconds: str) -> float | None:
    found = next((graph[one] for one in seconds if one in graph), None)
    return found if isinstance(found, int | float) and found >= 0 else None


def _sum(value: Insight | None) -> int | None:
    """Reactions of all types together; of no type at all, nothing is known."""
    if not isinstance(value, dict) or not value:
        return None
    return sum(count for count in value.values() if isinstance(count, int))
