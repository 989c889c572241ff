"""A list of interactions read page by page, and whether its end was reached."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from engagement.platforms.base import cursor_pages
from engagement.values import SeenInteraction

Page = list[SeenInteraction]
# From a cursor, empty for the first, to a page and the next cursor, empty after the last.
Fetch = Callable[[str], tuple[Page, str]]


@dataclass
class Listed:
    """What a list showed, by id: what comes twice counts as it came first. `is_whole`: nothing was left unread."""

    found: dict[str, SeenInteraction] = field(default_factory=dict)
    is_whole: bool = False

    def add(self, page: Iterable[SeenInteraction]) -> None:
        """Take a page in."""
        for one in page:
            self.found.setdefault(one.platform_id, one)


def read_list(fetch: Fetch, is_read: Callable[[Page], bool]) -> Listed:
    """Pages until the end, the bound, or a page after which nothing new can come."""
    listed, last = Listed(), ""

    def noted(cursor: str) -> tuple[Page, str]:
        nonlocal last
        page, last = fetch(cursor)
        return page, last

    for page in cursor_pages(noted):
        listed.add(page)
        if is_read(page):
            break
    listed.is_whole = not last
    return listed
