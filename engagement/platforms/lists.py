"""A list of interactions read page by page, and whether all of it was read."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from engagement.platforms import errors
from engagement.platforms.base import MAX_PAGES
from engagement.values import SeenInteraction

Seen = Sequence[SeenInteraction]


@dataclass(frozen=True)
class Page:
    """What a page shows, the cursor of the next (empty after the last), and why some of it could not be read, if so."""

    seen: Seen
    after: str = ""
    unread: errors.InvalidResponse | None = None


# From a cursor, empty for the first.
Fetch = Callable[[str], Page]


@dataclass
class Listed:
    """What a list showed, by id: what comes twice counts as it came first. `is_whole`: nothing was left unread."""

    found: dict[str, SeenInteraction] = field(default_factory=dict)
    is_whole: bool = False
    unread: errors.InvalidResponse | None = None

    def add(self, page: Iterable[SeenInteraction]) -> None:
        """Take a page in."""
        for one in page:
            self.found.setdefault(one.platform_id, one)


def read_list(fetch: Fetch, is_read: Callable[[Seen], bool]) -> Listed:
    """Pages until the end, the bound, a cursor that comes again, or a page after which nothing new can come."""
    listed, cursor, used = Listed(), "", set[str]()
    for _ in range(MAX_PAGES):
        used.add(cursor)
        page = fetch(cursor)
        listed.add(page.seen)
        listed.unread = listed.unread or page.unread
        cursor = page.after
        if cursor in used or not cursor or is_read(page.seen):
            break
    listed.is_whole = not cursor and listed.unread is None
    return listed
