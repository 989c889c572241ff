"""Comments on our own videos, thread by thread, through TikTok API for Business."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from engagement.enums import InteractionKind
from engagement.platforms import errors
from engagement.platforms.lists import Listed, Page, Seen, read_list
from engagement.platforms.nodes import Node, trailing_digits
from engagement.values import AuthorSignals, Commenter, SeenInteraction, Visible

PAGE_SIZE = 30
# Of so many threads under one post the replies beyond the first few are read, a call each.
MAX_THREADS = 50
BOTH = frozenset({InteractionKind.COMMENT.value, InteractionKind.REPLY.value})


class Get(Protocol):
    """Reads the `data` of an answer."""

    def __call__(self, path: str, **params: Any) -> Node: ...


@dataclass
class Threads:
    """Reads the threads of one post. `me` is the account's own id, `note_unread` the adapter's."""

    get: Get
    me: str
    post_id: str
    known: frozenset[str]
    everything: bool
    note_unread: Callable[[errors.PlatformError | None], None]
    # Whether a further page was announced that nothing leads to, or an answer held no comments, not even none.
    is_cut: bool = field(default=False, init=False)

    def look(self) -> Visible:
        """Every visible comment and reply; both kinds are whole if nothing was left unread."""
        tops: dict[str, Node] = {}
        listed = read_list(lambda cursor: self._page(cursor, tops), self._is_read)
        is_whole = listed.is_whole
        for number, top in enumerate(_with_more_replies(tops.values())):
            if number == MAX_THREADS:
                is_whole = False
                break
            thread = self._thread(top.required("comment_id"))
            listed.add(thread.found.values())
            listed.unread = listed.unread or thread.unread
            is_whole = is_whole and thread.is_whole
        self.note_unread(listed.unread)
        whole = BOTH if is_whole and not self.is_cut else frozenset[str]()
        return Visible(interactions=tuple(listed.found.values()), whole=whole)

    def _page(self, cursor: str, tops: dict[str, Node]) -> Page:
        data = self._list("/business/comment/list/", cursor, include_replies="true")
        told, unread = data.told("comments", "comment_id", self._with_inline)
        found: list[SeenInteraction] = []
        for top, seen, odd in told:
            tops.setdefault(top.required("comment_id"), top)
            found += seen
            unread = unread or odd
        return Page(found, self._next(data), unread)

    def _with_inline(self, top: Node) -> tuple[Node, list[SeenInteraction], errors.InvalidResponse | None]:
        """A comment, itself and the replies that came with it as seen, and why some of those could not be read.

        How many replies it has is read here, too: a comment of which that is no number is left out by itself.
        """
        top.count("replies")
        replies, unread = top.told("reply_list", "comment_id", self._reply)
        return top, [self._told(top), *replies], unread

    def _thread(self, comment_id: str) -> Listed:
        def fetch(cursor: str) -> Page:
            data = self._list("/business/comment/reply/list/", cursor, comment_id=comment_id)
            replies, unread = data.told("comments", "comment_id", self._reply)
            return Page(replies, self._next(data), unread)

        return read_list(fetch, self._is_read)

    def _reply(self, node: Node) -> SeenInteraction:
        return self._told(node, is_reply=True)

    def _list(self, path: str, cursor: str, **params: Any) -> Node:
        """In which direction TikTok sorts is not sent: clients disagree about the parameter's name."""
        paged = {"cursor": cursor} if cursor else {}
        fixed = {"video_id": self.post_id, "status": "ALL", "sort_field": "create_time", "max_count": PAGE_SIZE}
        return self.get(path, **fixed, **params, **paged)

    def _next(self, data: Node) -> str:
        cursor = data.text("cursor") if data.flag("has_more") else ""
        is_list = isinstance(data.value.get("comments"), list)
        self.is_cut = self.is_cut or not is_list or (data.flag("has_more") is True and not cursor)
        return cursor

    def _is_read(self, page: Seen) -> bool:
        """Behind a page of which everything is known, everything is, if the newest come first."""
        known = all(one.platform_id in self.known for one in page)
        return bool(page) and known and not self.everything and _is_newest_first(page)

    def _told(self, node: Node, *, is_reply: bool = False) -> SeenInteraction:
        """A comment as seen, whatever its status."""
        nested = is_reply or bool(node.text("parent_comment_id"))
        is_mine = node.flag("owner") is True
        named = node.text("unique_identifier")
        author = self.me if is_mine else named or node.text("user_id")
        return SeenInteraction(
            platform_id=node.required("comment_id"),
            kind=str(InteractionKind.REPLY if nested else InteractionKind.COMMENT),
            occurred_at=node.moment("create_time"),
            author_id=author or None,
            text=node.text("text"),
            likes=node.count("likes"),
            signals=_signals(node),
            # The same for one person under all videos, while an account is told its `open_id` alone.
            commenter=Commenter(named, node.text("username")) if named else None,
        )


def _signals(node: Node) -> AuthorSignals:
    """The picture is an address that ends; that there is one is all that is kept of it."""
    given = node.value
    return AuthorSignals(
        has_name=bool(node.text("display_name").strip()) if "display_name" in given else None,
        has_picture=bool(node.text("profile_image")) if "profile_image" in given else None,
        handle_digits=trailing_digits(node.text("username")),
    )


def _inline(top: Node) -> list[Node]:
    """At most three replies come with their comment."""
    return top.objects("reply_list")


def _with_more_replies(nodes: Collection[Node]) -> Iterator[Node]:
    """Comments with more replies than were shown, inside them or beside them."""
    beside = Counter(node.text("parent_comment_id") for node in nodes)
    for node in nodes:
        if (node.count("replies") or 0) > len(_inline(node)) + beside[node.required("comment_id")]:
            yield node


def _is_newest_first(page: Seen) -> bool:
    """Judged by the moments on it, of comments without the replies that came with them."""
    moments = [one.occurred_at for one in page if one.kind == page[0].kind and one.occurred_at]
    return moments == sorted(moments, reverse=True) and len(set(moments)) > 1
