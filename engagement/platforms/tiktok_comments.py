"""Comments on our own videos, thread by thread, through TikTok API for Business."""

from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import Any, Protocol

from engagement.enums import InteractionKind
from engagement.platforms.lists import Listed, Page, read_list
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
    """Reads the threads of one post. `me` is the account's own id."""

    get: Get
    me: str
    post_id: str
    known: frozenset[str]
    everything: bool
    # Whether a further page was announced that nothing leads to.
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
            is_whole = is_whole and thread.is_whole
        whole = BOTH if is_whole and not self.is_cut else frozenset[str]()
        return Visible(interactions=tuple(listed.found.values()), whole=whole)

    def _page(self, cursor: str, tops: dict[str, Node]) -> tuple[Page, str]:
        data = self._list("/business/comment/list/", cursor, include_replies="true")
        found = []
        for top in data.nodes("comments"):
            tops.setdefault(top.required("comment_id"), top)
            found += [self._told(top), *(self._told(one, is_reply=True) for one in _inline(top))]
        return found, self._next(data)

    def _thread(self, comment_id: str) -> Listed:
        def fetch(cursor: str) -> tuple[Page, str]:
            data = self._list("/business/comment/reply/list/", cursor, comment_id=comment_id)
            return [self._told(one, is_reply=True) for one in data.nodes("comments")], self._next(data)

        return read_list(fetch, self._is_read)

    def _list(self, path: str, cursor: str, **params: Any) -> Node:
        """In which direction TikTok sorts is not sent: clients disagree about the parameter's name."""
        paged = {"cursor": cursor} if cursor else {}
        fixed = {"video_id": self.post_id, "status": "ALL", "sort_field": "create_time", "max_count": PAGE_SIZE}
        return self.get(path, **fixed, **params, **paged)

    def _next(self, data: Node) -> str:
        cursor = data.text("cursor") if data.flag("has_more") else ""
        self.is_cut = self.is_cut or (data.flag("has_more") is True and not cursor)
        return cursor

    def _is_read(self, page: Page) -> bool:
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
            occurred_at=node.seconds("create_time"),
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
    return top.nodes("reply_list")


def _with_more_replies(nodes: Collection[Node]) -> Iterator[Node]:
    """Comments with more replies than were shown, inside them or beside them."""
    beside = Counter(node.text("parent_comment_id") for node in nodes)
    for node in nodes:
        if (node.count("replies") or 0) > len(_inline(node)) + beside[node.required("comment_id")]:
            yield node


def _is_newest_first(page: Page) -> bool:
    """Judged by the moments on it, of comments without the replies that came with them."""
    moments = [one.occurred_at for one in page if one.kind == page[0].kind and one.occurred_at]
    return moments == sorted(moments, reverse=True) and len(set(moments)) > 1
