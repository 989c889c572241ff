"""What Instagram and Facebook share: posts from the owner's list with their insights, looking posts up, tokens."""

from abc import abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, ClassVar
from unicodedata import normalize

from engagement.platforms import errors
from engagement.platforms.base import MAX_PAGES, Answers
from engagement.platforms.graph_comments import LIST_LIMIT, GraphCommenter, next_cursor
from engagement.platforms.graph_errors import asks_for_less
from engagement.platforms.graph_reading import Ask, Got, Want, version_of
from engagement.platforms.nodes import Node
from engagement.platforms.oauth import app_of, tokens_of
from engagement.values import Draft, Metrics, PublishedPost, Tokens

# For fewer posts than this a page of fifty costs more than it saves.
LIST_FROM = 3
# The platform's clock and ours may differ by this much.
CLOCKS = timedelta(minutes=5)


@dataclass(frozen=True)
class Item:
    """A post as it was read, and the names it was asked for."""

    node: Node
    version: str
    asked: frozenset[str] = frozenset()

    def with_more(self, **more: Any) -> "Item":
        """The same with further parts in it."""
        return Item(Node(self.node.platform, self.node.value | more), self.version, self.asked)


Items = dict[str, Item | errors.PlatformError]


class GraphAdapter(GraphCommenter):
    """A product of the Graph API. Posts come from the owner's list with nested insights, the rest are read by id."""

    batch_size = 50
    list_edge: ClassVar[str]
    post_fields: ClassVar[str]
    # Fields that not every app or version has, as they are written; they are left out like metrics.
    optional_fields: ClassVar[Mapping[str, str]] = {}
    # Least dependable first: when a refusal names no metric, the first is dropped.
    list_names: ClassVar[Sequence[str]]
    # The same for a post that is read by id.
    post_names: ClassVar[Sequence[str]]
    # How a post's words are called there.
    caption_field: ClassVar[str]
    address_fields: ClassVar[str]

    @abstractmethod
    def _completed(self, items: Items) -> Items:
        """The posts with what needs a second look in them."""

    @abstractmethod
    def _metrics(self, item: Item) -> Metrics:
        """The numbers of one post with its insights inside."""

    # Metrics

    def _read_batch(self, ids: Sequence[str]) -> Answers:
        is_listed = self.recent or not self.can_batch
        items = self._listed(ids) if is_listed and len(ids) >= LIST_FROM else {}
        items |= self._by_id([one for one in ids if one not in items])
        return {one: self._measured(item) for one, item in self._completed(items).items()}

    def _listed(self, ids: Sequence[str]) -> Items:
        """What the owner's list holds of the wanted posts: pages are read while they bring some.

        Where there are no batches, a page that brings none costs no more than one of the posts that are still missing.
        A refused list holds nothing; any other error stands for the posts not read before it.
        """
        found, after = Items(), ""
        for number in range(1, MAX_PAGES + 1):
            page = self._page(after)
            if isinstance(page, errors.Rejected | errors.UnsupportedFeature):
                break
            if isinstance(page, errors.PlatformError):
                return dict.fromkeys(ids, page) | found
            brought = self._wanted(page, ids)
            found |= brought
            after = next_cursor(page.reply.node)
            missing = len(ids) - len(found)
            is_barren = not brought and (self.can_batch or number > missing)
            if not after or is_barren or missing < LIST_FROM:
                break
        return found

    def _page(self, after: str) -> Got | errors.PlatformError:
        cursor = {"after": after} if after else {}
        path = self._path(self.credentials.platform_user_id, self.list_edge)

        def ask(names: Sequence[str]) -> Ask:
            return Ask(path, {"fields": self._fields(names), "limit": str(self.limit), **cursor})

        page = self.read_named({"page": Want("list", self.list_names, ask)})["page"]
        if asks_for_less(page) and self.limit > 1:
            self.limit //= 2
            return self._page(after)
        return page

    def _wanted(self, page: Got, ids: Sequence[str]) -> Items:
        """What a page cannot tell apart is read by its id, like what is not on it."""
        try:
            nodes, _ = page.reply.node.told_apart("data", "id")
        except errors.InvalidResponse as error:
            return dict.fromkeys(ids, error)
        return {one: Item(nodes[one], version_of(page.reply), page.asked) for one in ids if one in nodes}

    def _by_id(self, ids: Sequence[str]) -> Items:
        def want(one: str) -> Want:
            return Want("post", self.post_names, lambda names: Ask(self._path(one), {"fields": self._fields(names)}))

        read = self.read_named({one: want(one) for one in ids})
        return {one: _item(got) if isinstance(got, Got) else got for one, got in read.items()}

    def _fields(self, names: Sequence[str]) -> str:
        """The field list of a post: what every app has, then the optional fields and the insights among the names."""
        fields = [self.optional_fields[name] for name in names if name in self.optional_fields]
        metrics = ",".join(name for name in names if name not in self.optional_fields)
        return ",".join([self.post_fields, *fields, *([f"insights.metric({metrics})"] if metrics else [])])

    def _measured(self, item: Item | errors.PlatformError) -> Metrics | errors.PlatformError:
        """One post with a number that is none does not spoil the others."""
        try:
            return self._metrics(item) if isinstance(item, Item) else item
        except errors.InvalidResponse as error:
            return error

    # Publishing

    def find(self, draft: Draft, *, since: datetime, known: frozenset[str]) -> PublishedPost | None:
        """Look a post of unknown outcome up among the newest fifty of the account; see the base class."""
        made = (node for node in self._newest() if (node.moment(self._moment_field) or since) >= since - CLOCKS)
        strange = [node for node in made if node.text("id") not in known]
        for node in strange:
            if same_words(node.text(self.caption_field), draft.caption):
                return self._described(node.required("id"), node)
        self._doubt(strange)
        return None

    def _newest(self) -> list[Node]:
        path = self._path(self.credentials.platform_user_id, self.list_edge)
        fields = f"id,{self.caption_field},{self.address_fields}"
        return self.http.get(path, fields=fields, limit=LIST_LIMIT).node.nodes("data")

    def _described(self, post_id: str, node: Node, handle: str = "") -> PublishedPost:
        address, moment = self.address_fields.split(",")
        return PublishedPost(
            platform_post_id=post_id, publish_id=handle, url=node.text(address), published_at=node.moment(moment)
        )

    def _live(self, post_id: str, handle: str = "") -> PublishedPost:
        """A post that is live: that its address cannot be read must not lose its id."""
        try:
            node = self.http.get(self._path(post_id), fields=self.address_fields).node
            return self._described(post_id, node, handle)
        except errors.PlatformError:
            return PublishedPost(platform_post_id=post_id, publish_id=handle)

    @property
    def _moment_field(self) -> str:
        return self.address_fields.split(",")[1]

    # Tokens

    def _exchanged(self) -> Tokens:
        """A token of about sixty days for the one there is, which must not have expired ("Get Long-Lived Tokens")."""
        app = app_of(self)
        answer = self.http.renew(
            self._path("oauth", "access_token"),
            grant_type="fb_exchange_token",
            client_id=app.id,
            client_secret=app.secret,
            fb_exchange_token=self.credentials.access_token,
        ).node
        tokens = tokens_of(answer)
        if not tokens.expires_in and tokens.access_token == self.credentials.access_token:
            raise errors.UnsupportedFeature(
                "The token has no end, so there is nothing to renew", platform=self.platform
            )
        return tokens


def _item(got: Got) -> Item | errors.PlatformError:
    """A post that was read by its id, which every answer about it has: without, it says nothing of the post."""
    try:
        node = got.reply.node
        node.required("id")
    except errors.InvalidResponse as error:
        return error
    return Item(node, version_of(got.reply), got.asked)


def same_words(there: str, ours: str) -> bool:
    """Whether a caption came back as it was sent: composed, with plain line ends, without the space around it."""
    return plain_words(there) == plain_words(ours)


def plain_words(caption: str) -> str:
    """A caption as the platforms give it back."""
    return "\n".join(line.rstrip() for line in normalize("NFC", caption).splitlines()).strip()
