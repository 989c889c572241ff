"""Links on X: every URL becomes a https://t.co/ address, and `entities` says what stands behind it.

Media and quoted posts are links at the end of the text, too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from engagement.sandbox.messages import Json

# Punctuation at the end belongs to the sentence, not to the address.
URL = re.compile(r"https?://[^\s]+?(?=[.,!?;:)'\"]*(?:\s|$))")
_HASHTAG = re.compile(r"(?<!\w)#(\w+)")
_MENTION = re.compile(r"(?<!\w)@(\w+)")

_CODE_LENGTH = 10
_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"


@dataclass(frozen=True)
class Attached:
    """What stands at the end of a text: where its link leads, how it is shown, and the media behind it."""

    expanded: str
    display: str
    media_keys: tuple[str, ...] = ()


def shorten(text: str, origin: str, attached: Sequence[Attached] = ()) -> str:
    """The text as X gives it back; `origin` (the post's id) makes the addresses its own."""
    short = URL.sub(lambda found: address(found[0], origin), text)
    return " ".join(part for part in (short, *(address(one.expanded, origin) for one in attached)) if part)


def entities(text: str, origin: str, attached: Sequence[Attached] = ()) -> Json | None:
    """URLs, hashtags and mentions with their places in the shortened text; None when there are none."""
    short = shorten(text, origin, attached)
    found = {
        "urls": [*_urls(text, short, origin), *_attached_urls(short, origin, attached)],
        "hashtags": [{**_place(one), "tag": one[1]} for one in _HASHTAG.finditer(short)],
        "mentions": [{**_place(one), "username": one[1]} for one in _MENTION.finditer(short)],
    }
    return {name: some for name, some in found.items() if some} or None


def address(url: str, origin: str) -> str:
    number = int.from_bytes(hashlib.sha256(f"{origin}:{url}".encode(errors="surrogatepass")).digest()[:8])
    return "https://t.co/" + "".join(_DIGITS[number // 62**place % 62] for place in range(_CODE_LENGTH))


def _urls(text: str, short: str, origin: str) -> list[Json]:
    written = [found[0] for found in URL.finditer(text)]
    places = [_place(found) for found in URL.finditer(short)]
    return [
        {**place, "url": address(url, origin), "expanded_url": url, "display_url": _display(url)}
        for place, url in zip(places, written, strict=False)
    ]


def _attached_urls(short: str, origin: str, attached: Sequence[Attached]) -> list[Json]:
    """One entry for each media, though several share one address."""
    found = []
    for one in attached:
        url = address(one.expanded, origin)
        start = short.rindex(url)
        entry = {
            "start": start,
            "end": start + len(url),
            "url": url,
            "expanded_url": one.expanded,
            "display_url": one.display,
        }
        found += [{**entry, "media_key": key} for key in one.media_keys] or [entry]
    return found


def _place(found: re.Match[str]) -> Json:
    return {"start": found.start(), "end": found.end()}


def _display(url: str) -> str:
    parts = urlsplit(url)
    shown = f"{parts.netloc}{parts.path.rstrip('/')}".removeprefix("www.")
    return shown if len(shown) <= 27 else f"{shown[:26]}…"
