"""Comments of the Graph API: page by page, newest first, with the replies that did not come along."""

from abc import abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from urllib.parse import parse_qsl, urlsplit

from engagement.enums import InteractionKind
from engagement.platforms import errors
from engagement.platforms.base import MAX_PAGES
from engagement.platforms.graph_errors import asks_for_less
from engagement.platforms.graph_reading import GraphReader
from engagement.platforms.nodes import Node
from engagement.platforms.replies import Reply
from engagement.values import SeenInteraction, Visible

# More, with their insights or replies inside, are refused by some accounts.
LIST_LIMIT = 50
# The place of comments in `refused`.
COMMENTS = "comments"
KINDS = frozenset({InteractionKind.COMMENT.value, InteractionKind.REPLY.value})


@dataclass(frozen=True)
class CommentPage:
    """One page of comments: the cursor of the next, the replies beyond those shown, how many there are in all.

    `is_last`: no further page was announced. One that is announced without a cursor cannot be read. `unread`: why some
    of the page could not be read, if so.
    """

    seen: Sequence[SeenInteraction]
    after: str
    is_last: bool
    # (comment, cursor after the replies that came with it, empty where none is told)
    threads: Sequence[tuple[str, str]] = ()
    total: int | None = None
    unread: errors.InvalidResponse | None = None


class GraphCommenter(GraphReader):
    """The comments of a product of the Graph API."""

    # Halved whenever the platform finds an answer too large.
    limit = LIST_LIMIT

    @abstractmethod
    def _comment_page(self, post_id: str, after: str) -> CommentPage:
        """One page of the comments of a post, newest first."""

    def _reply_page(self, comment_id: str, after: str) -> CommentPage:
        """One page of the replies to a comment, where they do not come with the comments."""
        raise errors.UnsupportedFeature("It does not list replies apart", platform=self.platform)

    def fetch_interactions(self, post_id: str, known: frozenset[str], *, everything: bool = False) -> Visible:
        """Comments and replies under a post, newest first; see the base class.

        Kinds are whole when the last page was reached. Facebook may end the pages of a very long thread early, so of
        several pages as much as it counts must have been seen.
        """
        found: dict[str, SeenInteraction] = {}
        threads: list[tuple[str, str]] = []
        whole, after, used = frozenset[str](), "", {""}
        unread: errors.InvalidResponse | None = None
        for number in range(MAX_PAGES):
            page = self._comment_page(post_id, after)
            unread = unread or page.unread
            fresh = [one for one in page.seen if one.platform_id not in known and one.platform_id not in found]
            found |= {one.platform_id: one for one in page.seen}
            threads += page.threads
            after = page.after
            if page.is_last:
                is_cut = number > 0 and page.total is not None and len(found) < page.total
                whole = frozenset() if is_cut else KINDS
            if after in used or (page.seen and not fresh and not everything):
                break
            used.add(after)
        if not self._read_threads(threads, found):
            whole -= {InteractionKind.REPLY.value}
        self.note_unread(unread)
        return Visible(interactions=tuple(found.values()), whole=frozenset() if unread else whole)

    def _read_threads(self, threads: Sequence[tuple[str, str]], found: dict[str, SeenInteraction]) -> bool:
        """Read the replies that did not come with their comments, bounded; whether all were read."""
        waiting, is_whole = list(threads), True
        for _ in range(MAX_PAGES):
            if not waiting:
                break
            comment_id, after = waiting.pop()
            page = self._reply_page(comment_id, after)
            fresh = [one for one in page.seen if one.platform_id not in found]
            found |= {one.platform_id: one for one in page.seen}
            self.note_unread(page.unread)
            if page.after and fresh:
                waiting.append((comment_id, page.after))
            else:
                is_whole = is_whole and page.is_last
            is_whole = is_whole and page.unread is None
        return is_whole and not waiting

    def _smaller(self, ask: Callable[[int], Reply]) -> Reply:
        """Ask with the limit of today, and with half of it as long as the platform finds the answer too large."""
        while True:
            try:
                return ask(self.limit)
            except errors.Rejected as error:
                if not asks_for_less(error) or self.limit == 1:
                    raise
                self.limit //= 2

    def _with_or_without(self, name: str, with_it: Callable[[], Node], without: Callable[[], Node]) -> Node:
        """Ask for something of comments that is refused to some apps, else without it, and remember that."""
        if (COMMENTS, name) in self.refused:
            return without()
        try:
            return with_it()
        except (errors.Rejected, errors.AccessDenied):
            node = without()
            self.refused.add((COMMENTS, name))
            return node


def next_cursor(node: Node) -> str:
    """The cursor of the next page; empty where there is none, or none is told.

    `paging.next` is a whole address with a token in it, and is not followed: at most its cursor is taken out of it.
    """
    paging = node.node("paging")
    address = paging.text("next")
    if not address:
        return ""
    return paging.node("cursors").text("after") or dict(parse_qsl(urlsplit(address).query)).get("after", "")


def listing(node: Node) -> Node:
    """A page, which has a list of data even where it is empty. Raises `InvalidResponse` for another answer: that shows
    no comments, and does not say that there are none.
    """
    if not isinstance(node.value.get("data"), list):
        raise errors.InvalidResponse("The answer holds no list", platform=node.platform)
    return node


def is_last(node: Node) -> bool:
    """Whether a page announces no other."""
    return not node.node("paging").text("next")
