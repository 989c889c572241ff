"""Instagram: professional accounts through the Instagram API with Instagram Login.

Field tables, comments and the account itself; publishing is in `instagram_publishing.py`, what Facebook Login has
beyond this in `instagram_facebook_login.py`.
"""

from collections.abc import Sequence
from typing import Any, ClassVar

from engagement.enums import InteractionKind, Platform
from engagement.platforms import errors
from engagement.platforms.deadlines import DeadlineAdapter
from engagement.platforms.graph import Item, Items
from engagement.platforms.graph_comments import CommentPage, is_last, listing, next_cursor
from engagement.platforms.graph_insights import insight_values, number, seconds, whole_number
from engagement.platforms.graph_reading import Ask, Got, Want
from engagement.platforms.instagram_publishing import InstagramPublisher
from engagement.platforms.kept import kept
from engagement.platforms.meter import UNMETERED, Meter
from engagement.platforms.nodes import Node, trailing_digits
from engagement.platforms.oauth import tokens_of
from engagement.values import AccountFacts, AuthorSignals, Credentials, Metrics, SeenInteraction, Tokens, Visible

# "Instagram Media Insights": which metric exists for which `media_product_type`, least dependable first.
EVERYWHERE = ("shares", "reach", "views")
# Likes stand in where the counter is hidden, and comments where it is missing.
POSTS = ("reposts", "likes", "comments", "saved", *EVERYWHERE)
FEED_ONLY = ("follows", "profile_visits")
REELS_ONLY = ("reels_skip_rate", "ig_reels_video_view_total_time", "ig_reels_avg_watch_time")
REELS = "REELS"
PRODUCT_METRICS = {
    "FEED": (*FEED_ONLY, *POSTS),
    REELS: (*REELS_ONLY, *POSTS),
    "STORY": ("link_clicks", *FEED_ONLY, *EVERYWHERE),
}

PERSON = "id,text,timestamp,username,from{id,username},like_count,hidden,parent_id"
# `from` is refused to some apps; then the name alone tells people apart.
ANONYMOUS = "id,text,timestamp,username,like_count,hidden,parent_id"
COMMENTS_LIMIT = 50

DEMOGRAPHICS = ("country", "city", "age,gender")


class InstagramAdapter(InstagramPublisher):
    """A professional Instagram account, connected by Instagram Login."""

    platform = Platform.INSTAGRAM.value
    # Whether this host takes batches is not documented.
    can_batch = False
    list_edge = "media"
    post_fields = "id,media_type,media_product_type,timestamp,permalink,like_count,comments_count"
    # A page that holds posts of one type gets all its metrics in one call; where types are mixed, the metrics that only
    # one of them knows are refused once, remembered, and from then on read beside the list.
    list_names: ClassVar[Sequence[str]] = (*REELS_ONLY, *FEED_ONLY, *POSTS)
    post_names: ClassVar[Sequence[str]] = ()

    def __init__(
        self,
        credentials: Credentials,
        base_url: str,
        meter: Meter = UNMETERED,
        transport: DeadlineAdapter | None = None,
    ) -> None:
        super().__init__(credentials, base_url, meter, transport)
        # By interaction, the name of a stranger, for as long as one look lasts: it is never kept.
        self.handles: dict[str, str] = {}

    # Metrics

    def _refused_with(self, place: str, name: str) -> Sequence[str]:
        """On a page of mixed types, none of what one type alone knows can be asked for."""
        families = (FEED_ONLY, REELS_ONLY) if place == "list" else ()
        return next((family for family in families if name in family), (name,))

    def _completed(self, items: Items) -> Items:
        """Counters and insights are asked for apart by id, since old media has the first and not the second."""
        wants = {one: self._insights(one, item) for one, item in items.items() if isinstance(item, Item)}
        read = self.read_named(wants)
        return {one: _joined(item, read.get(one)) for one, item in items.items()}

    def _insights(self, media_id: str, item: Item) -> Want:
        """What was not asked for yet of the metrics that the post's type knows."""
        product = str(item.node.value.get("media_product_type") or "")
        missing = [name for name in PRODUCT_METRICS.get(product, EVERYWHERE) if name not in item.asked]
        path = self._path(media_id, "insights")
        return Want(product, missing, lambda names: Ask(path, {"metric": ",".join(names)}) if names else None)

    def _metrics(self, item: Item) -> Metrics:
        node, insight = item.node, insight_values(item.node.node("insights"))
        likes, comments, views = node.count("like_count"), node.count("comments_count"), whole_number(insight, "views")
        shares, saves, reposts = (node.count(name) for name in ("shares_count", "saved_count", "reposts_count"))
        return Metrics(
            likes=whole_number(insight, "likes") if likes is None else likes,
            comments=whole_number(insight, "comments") if comments is None else comments,
            shares=whole_number(insight, "shares") if shares is None else shares,
            saves=whole_number(insight, "saved") if saves is None else saves,
            reposts=whole_number(insight, "reposts") if reposts is None else reposts,
            views=views,
            reach=whole_number(insight, "reach"),
            video_views=views if node.text("media_product_type") == REELS else None,
            profile_visits=whole_number(insight, "profile_visits"),
            follows=whole_number(insight, "follows"),
            link_clicks=whole_number(insight, "link_clicks"),
            video_skip_rate=number(insight, "reels_skip_rate"),
            average_watch_seconds=seconds(insight, "ig_reels_avg_watch_time"),
            total_watch_seconds=seconds(insight, "ig_reels_video_view_total_time"),
            api_version=item.version,
            raw=kept(node.value),
        )

    # Comments

    def fetch_interactions(self, post_id: str, known: frozenset[str], *, everything: bool = False) -> Visible:
        """Comments and replies under a post, newest first; see the base class."""
        self.handles.clear()
        return super().fetch_interactions(post_id, known, everything=everything)

    def _comment_page(self, post_id: str, after: str) -> CommentPage:
        node = self._comments(self._path(post_id, "comments"), after, with_replies=True)
        threads, unread = node.told("data", "id", self._thread)
        return CommentPage(
            [one for thread in threads for one in thread.seen],
            next_cursor(node),
            is_last(node),
            [one for thread in threads for one in thread.threads],
            unread=next((thread.unread for thread in threads if thread.unread), unread),
        )

    def _thread(self, comment: Node) -> CommentPage:
        """A comment with the replies that came with it."""
        kind = InteractionKind.REPLY if comment.text("parent_id") else InteractionKind.COMMENT
        inline = comment.node("replies")
        replies, unread = inline.told("data", "id", self._reply)
        more = [] if is_last(inline) else [(comment.required("id"), next_cursor(inline))]
        return CommentPage([self._interaction(comment, kind), *replies], "", True, more, unread=unread)

    def _reply_page(self, comment_id: str, after: str) -> CommentPage:
        node = self._comments(self._path(comment_id, "replies"), after, with_replies=False)
        replies, unread = node.told("data", "id", self._reply)
        return CommentPage(replies, next_cursor(node), is_last(node), unread=unread)

    def _reply(self, node: Node) -> SeenInteraction:
        return self._interaction(node, InteractionKind.REPLY)

    def _comments(self, path: str, after: str, *, with_replies: bool) -> Node:
        cursor = {"after": after} if after else {}

        def ask(person: str) -> Node:
            fields = f"{person},replies.limit({COMMENTS_LIMIT}){{{person}}}" if with_replies else person
            reply = self._smaller(
                lambda limit: self.http.get(path, fields=fields, limit=min(limit, COMMENTS_LIMIT), **cursor)
            )
            return listing(reply.node)

        return self._with_or_without("from", lambda: ask(PERSON), lambda: ask(ANONYMOUS))

    def _interaction(self, node: Node, kind: InteractionKind) -> SeenInteraction:
        name = node.text("username") or node.node("from").text("username")
        author = self._author(node, name)
        if name and author != self.credentials.platform_user_id:
            self.handles[node.required("id")] = name
        return SeenInteraction(
            platform_id=node.required("id"),
            kind=kind.value,
            occurred_at=node.moment("timestamp"),
            author_id=author,
            text=node.text("text"),
            likes=node.count("like_count"),
            signals=AuthorSignals(handle_digits=trailing_digits(name)) if name else None,
        )

    def _author(self, node: Node, name: str) -> str | None:
        """The id of the author, which is scoped to the app; our own comments are known by id, mark or name."""
        person, mine = node.node("from"), self.credentials
        is_ours = (
            mine.platform_user_id in {person.text("id"), node.node("user").text("id")}
            or bool(person.text("self_ig_scoped_id"))
            or (bool(mine.handle) and name.lower() == mine.handle.lower())
        )
        if is_ours:
            return mine.platform_user_id
        return person.text("id") or (f"username:{name}" if name else None)

    # The account

    def fetch_account(self) -> AccountFacts:
        """Followers, handle and, from a hundred followers on, where they live and how old they are."""
        me = self.credentials.platform_user_id
        node = self.http.get(self._path(me), fields="id,username,followers_count").node
        audience = {dimension: self._followers_by(dimension) for dimension in DEMOGRAPHICS}
        self.ask_for_posting_quota()
        return AccountFacts(
            followers=node.count("followers_count"),
            handle=node.text("username"),
            audience={dimension: groups for dimension, groups in audience.items() if groups},
        )

    def _followers_by(self, dimension: str) -> dict[str, int]:
        """Followers in groups, at most the 45 largest. A refusal is no data: a small account has none."""
        try:
            reply = self.http.get(
                self._path(self.credentials.platform_user_id, "insights"),
                metric="follower_demographics",
                period="lifetime",
                metric_type="total_value",
                timeframe="this_month",
                breakdown=dimension,
            )
        except (errors.Rejected, errors.UnsupportedFeature):
            return {}
        except errors.AccessDenied as error:
            self.note(f"Demographics of the followers cannot be read. {error.for_staff}")
            return {}
        return _groups(reply.node)

    def refresh(self) -> Tokens:
        """Sixty more days for a token that is at least 24 hours old and has not expired ("Refresh Access Token")."""
        token = self.credentials.access_token
        answer = self.http.renew("/refresh_access_token", grant_type="ig_refresh_token", access_token=token)
        return tokens_of(answer.node)


def _joined(item: Item | errors.PlatformError, got: Got | errors.PlatformError | None) -> Item | errors.PlatformError:
    """A post with the insights that were read beside it."""
    if isinstance(got, errors.Rejected | errors.UnsupportedFeature) or got is None or not isinstance(item, Item):
        # No metric is left, or this media never has any: unknown, beside counters that are known.
        return item
    if isinstance(got, errors.PlatformError):
        return got
    try:
        data = [one.value for part in (item.node.node("insights"), got.reply.node) for one in part.nodes("data")]
    except errors.InvalidResponse as error:
        return error
    return item.with_more(insights={"data": data})


def _groups(node: Node) -> dict[str, int]:
    """People by group, as they came; of several values of a group, such as age and gender, joined by a comma."""
    results = [
        result
        for entry in node.nodes("data")
        for breakdown in entry.node("total_value").nodes("breakdowns")
        for result in breakdown.nodes("results")
    ]
    counted = ((_group(one.value.get("dimension_values")), one.count("value")) for one in results)
    return {group: count for group, count in counted if group and count is not None}


def _group(values: Any) -> str:
    return ",".join(map(str, values)) if isinstance(values, list) else ""
