"""Which post a row means: by its id or, where a spreadsheet rounded that or none is given, by its address.

Some addresses hold the id. Where none does, a post that is known already is found by its address.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from engagement.enums import Platform
from engagement.imports.formats import Format
from engagement.imports.posts import PostRow
from engagement.imports.table import RowError
from engagement.models import SocialMediaPost
from gator.studio.models import Persona

SHORT_CODE = re.compile(r"instagram\.com/(?:[^/?#]+/)?(?:p|reels?|tv)/([\w-]+)", re.ASCII)


def identify(
    rows: Iterable[PostRow | list[RowError]], persona: Persona, form: Format
) -> Iterator[PostRow | list[RowError]]:
    """The same rows, each with the id of its post. One that means no post, or the post of a row above, is refused."""
    known: dict[str, str] | None = None
    lines: dict[str, int] = {}
    for row in rows:
        if isinstance(row, PostRow) and row.missing_id:
            # Asked only if a row needs it, and then once for all rows.
            known = _known_addresses(persona, form.platform) if known is None else known
            row = _found(row, known)
        if isinstance(row, PostRow) and (first := lines.setdefault(row.post_id, row.line)) != row.line:
            yield [RowError(row.line, "post_id", f"duplicate of line {first}, which was kept. Remove one of the two.")]
        else:
            yield row


def _found(row: PostRow, known: dict[str, str]) -> PostRow | list[RowError]:
    post_id = known.get(_compared(row.url or ""))
    return replace(row, post_id=post_id, missing_id="") if post_id else [RowError(row.line, "post_id", row.missing_id)]


def _known_addresses(persona: Persona, platform: Platform) -> dict[str, str]:
    """The ids of a persona's posts by address; an address of two posts tells nothing."""
    posts = SocialMediaPost.objects.for_persona(persona).on(platform).exclude(url="").order_by()
    found: dict[str, str] = {}
    for url, given in posts.values_list("url", "platform_post_id"):
        address, post_id = _compared(url), given or ""
        found[address] = post_id if found.get(address, post_id) == post_id else ""
    return found


def _compared(url: str) -> str:
    """An address without what changes from place to place; Instagram shows one post under /p/, /reel/ and more."""
    if code := SHORT_CODE.search(url):
        return code[1]
    return url.partition("#")[0].partition("://")[2].removeprefix("www.").removeprefix("m.").rstrip("/")
