"""How a text becomes the n-grams that the text model weighs; training and scoring share it, so that they cannot differ.

What could name a person or leads somewhere is replaced by a sign for its kind first: links, addresses, handles, digits.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise
from math import log2

from engagement.filtering.text import collapsed, unmasked

# Longer texts repeat themselves, and longer words are not words.
MOST_TOKENS = 500
LONGEST_TOKEN = 30
# Tokens that a reader of many texts remembers, at most: some megabytes.
REMEMBERED = 50_000
SHORTEST_GRAM, LONGEST_GRAM = 2, 5
# What begins and ends a text, for pairs of words.
EDGE = "\x02"
# What tells the length of a text, as one more word of it.
LENGTH = "\x03"
LINK, SHARED, EMAIL, HANDLE, TRADER = "\x01l", "\x01p", "\x01e", "\x01h", "\x01t"
# A handle that stops and underscores make of a name already taken, as those do who pose as somebody, and namesakes.
DRESSED = "\x01n"
# What leads elsewhere, and what names somebody.
LINKS, HANDLES = frozenset({LINK, SHARED, EMAIL}), frozenset({HANDLE, DRESSED, TRADER})
NUMBER, LONG_NUMBER = "0", "00"
# Kinds of n-grams, as the first letter of their names.
WORD, LETTERS, NEXT, AROUND = "w", "c", "n", "s"

_ENDING = r"\.(?:com|net|org|info|io|co|me|ly|tv|biz|xyz|shop|be|gl)\b"
_ENDS = re.compile(_ENDING)
# Bounded by what cannot stand before it, and never looking again at what it took (`++`), so that no text makes it slow.
# A path gives away any country's pages, and those whose name is taken apart by spaces.
_LINKED = re.compile(
    rf"(?:https?://|(?<!\w)www\.)\S+|(?<![\w@.-])[\w-]++(?:\.[\w-]++)*"
    rf"(?:{_ENDING}(?!@)(?:/\S*)?|\.[a-z]{{2,4}}/\S*|\s?\.\s?(?:com|net|org)/\S*)"
    r"|(?<!\S)/watch\?v=\S+"
)
# To share a post of a platform, this very one perhaps, is an ordinary thing; to lead to a page or a shop is less so.
_POST_LINK = re.compile(
    r"(?:https?://|(?<![\w.@-]))(?:[a-z]{1,6}\.)?(?:youtu\.be/|youtube\.com/watch|instagram\.com/(?:p|reel)/"
    r"|tiktok\.com/@[\w.]{1,40}/video|(?:twitter|x)\.com/\w{1,40}/status)\S*|(?<!\S)/watch\?v=\S+"
)
_ADDRESS = re.compile(r"(?<![\w.-])[\w.-]*+@[\w.-]+")
_TRADES = re.compile("fx|trad|invest|wealth|financ|crypto|btc|forex|profit|fund|coin|earn|capital|mining|option")
_DRESSED = re.compile(r"^@_|_$|[._].*[._]")
_DIGITS = re.compile(r"\d+")
# What is most common first.
_TOKEN = re.compile(r"[^\W_]+|\x01\w|_+|[^\w\s\x01]")


def _may_link(shown: str) -> bool:
    # Far cheaper than to look for links at every word.
    return "/" in shown or "www." in shown or _ENDS.search(shown) is not None


def has_link(shown: str) -> bool:
    """Whether a `visible` text leads to a page."""
    return _may_link(shown) and _LINKED.search(shown) is not None


def without_posts(shown: str) -> str:
    """A `visible` text without its links to posts of a platform."""
    may_link = ".com/" in shown or "youtu.be/" in shown or "/watch?v=" in shown
    return _POST_LINK.sub(" ", shown) if may_link else shown


def unlinked(shown: str) -> str:
    """A `visible` text without its links."""
    return " ".join(_LINKED.sub(" ", shown).split())


def tokens(shown: str) -> list[str]:
    """Words, signs and placeholders of a `visible` text, in order."""
    if _may_link(shown):
        shown = _LINKED.sub(_linked, shown)
    if "@" in shown:
        shown = _ADDRESS.sub(_addressed, shown)
    return [one if len(one) <= LONGEST_TOKEN else _cut(one) for one in _TOKEN.findall(shown)[:MOST_TOKENS]]


def _cut(token: str) -> str:
    """A long token as far as its simple form goes. Readers remember tokens: strangers could fill the memory."""
    begun = token[:LONGEST_TOKEN]
    return NUMBER if begun.isdigit() and not token.isdigit() else begun


def _linked(match: re.Match[str]) -> str:
    return f" {SHARED} " if _POST_LINK.match(match.group()) else f" {LINK} "


def _addressed(match: re.Match[str]) -> str:
    written = match.group()
    if not written.startswith("@"):
        return f" {EMAIL} "
    if _TRADES.search(written):
        return f" {TRADER} "
    return f" {DRESSED} " if _DRESSED.search(written.rstrip(".")) else f" {HANDLE} "


@lru_cache(maxsize=REMEMBERED)
def simple(token: str) -> str:
    """A token in the form its n-grams are made of: letters as they look, repeated once, digits without their value."""
    if token.isdigit():
        return NUMBER if len(token) < 4 else LONG_NUMBER
    return _DIGITS.sub(NUMBER, collapsed(unmasked(token[:LONGEST_TOKEN])))


def letters(form: str) -> list[str]:
    """The runs of 2 to 5 letters within a simple token and its edges."""
    if not form.isalnum():
        return []
    padded = f" {form} "
    sizes = range(SHORTEST_GRAM, LONGEST_GRAM + 1)
    return [padded[at : at + size] for size in sizes for at in range(len(padded) - size + 1)]


def length(said: Sequence[str]) -> str:
    """How many words there are, in steps of a square root of two."""
    return f"{LENGTH}{int(2 * log2(1 + sum(map(str.isalnum, said))))}"


def all_of(said: Sequence[str]) -> list[str]:
    """The n-grams of `tokens`: each pair and token once, each run of letters once a token, and the length."""
    simples = [simple(token) for token in said]
    edged = [EDGE, *simples, EDGE]
    near = {f"{NEXT}{first} {second}" for first, second in pairwise(edged)}
    apart = {f"{AROUND}{first} {second}" for first, second in zip(simples, simples[2:], strict=False)}
    alone = sorted(set(simples))
    return [
        WORD + length(said),
        *(WORD + one for one in alone),
        *(LETTERS + run for one in alone for run in letters(one)),
        *near,
        *apart,
    ]
