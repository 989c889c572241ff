"""One normal form for strangers' text, so that decoration and hidden characters neither help nor hurt.

Everything here is linear in the length of the text and looks at its first 10,000 visible characters.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from hashlib import blake2b

# Longer than a comment on Instagram, Facebook or TikTok may be; more is folded away by every platform's page.
LOOKED_AT = 10_000
PIECE = 500
# Words whose compared form is remembered, at most: some megabytes, since longer ones than these are not.
REMEMBERED, LONGEST_REMEMBERED = 50_000, 30
# Short praise ("love this!") repeats innocently; from here on, equal texts are rarely a coincidence.
FINGERPRINT_MIN = 12

# Unicode's Default_Ignorable_Code_Point (DerivedCoreProperties.txt): zero width, bidi marks, variation selectors,
# the tag block. Control characters and lone surrogates are added; tab, line feed and their like stay, as spaces.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1b\x7f-\x84\x86-\x9f\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u202a-\u202e\u2060-\u206f\u3164\ud800-\udfff\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3"
    "\U0001d173-\U0001d17a\U000e0000-\U000e0fff]+"
)
# Letters of other alphabets that look like Latin ones (Unicode's confusables.txt), in lower case.
_LOOKALIKES = str.maketrans(
    "\u0430\u0435\u043e\u0440\u0441\u0443\u0445\u0456\u0458\u0455\u04bb\u0501\u051b\u051d\u043a\u043c\u0442\u0432\u043d\u04cf"
    "\u03b1\u03bf\u03c1\u03bd\u03c5\u03b9\u03ba\u03c4\u03c7\u03b5",
    "aeopcyxijshdqwkmtbhlaopvuiktxe",
)
_MIXED = re.compile("[a-z][\u0370-\u04ff\u0500-\u052f]|[\u0370-\u04ff\u0500-\u052f][a-z]")
_TAG = re.compile(r"</?[a-z!][^<>]*>", re.IGNORECASE)
# All but the last of each run: what is left out needs no function that says what to put in its place.
_REPEATED_LETTER = re.compile(r"([^\W\d_])(?=\1)")
_WORD = re.compile(r"\w+")


def without_invisible(text: str) -> str:
    """`text` without characters that leave no mark on a screen."""
    return _INVISIBLE.sub("", text)


def visible(text: str) -> str:
    """What a reader sees, in one case and one form: entities resolved, tags gone, NFKC, single spaces."""
    if text.isascii() and text.isprintable() and "<" not in text and "&" not in text:
        # All there is, as most texts are.
        return " ".join(text[:LOOKED_AT].casefold().split())
    bare = without_invisible(text)[:LOOKED_AT]
    shown = _compatible(_TAG.sub(" ", html.unescape(bare)))
    # Where these changed anything, they may have brought invisible characters back.
    return " ".join((shown if shown == bare else without_invisible(shown)).casefold().split())


def _compatible(text: str) -> str:
    """NFKC in pieces: sorting thousands of combining marks takes quadratic time, and one sign (U+FDFA) becomes 18."""
    pieces, size = [], 0
    for start in range(0, len(text), PIECE):
        pieces.append(unicodedata.normalize("NFKC", text[start : start + PIECE]))
        size += len(pieces[-1])
        if size >= LOOKED_AT:
            break
    return "".join(pieces)[:LOOKED_AT]


def collapsed(shown: str) -> str:
    """`visible` text with every run of one letter reduced to a single one: "loooove" and "love" agree."""
    return _REPEATED_LETTER.sub("", shown)


def normalise(text: str) -> str:
    """The form in which texts are compared. Readable by machines only: "free" becomes "fre"."""
    return collapsed(visible(text))


def words(shown: str) -> list[str]:
    """The words of a `visible` text, without punctuation and emoji, as `collapsed` leaves them."""
    found = _WORD.findall(shown)
    return [remembered(word) if len(word) <= LONGEST_REMEMBERED else collapsed(word) for word in found]


# What repeats a letter stands within a word, and most words were met before.
remembered = lru_cache(maxsize=REMEMBERED)(collapsed)


def unmasked(word: str) -> str:
    """A word that mixes Latin letters with their likes of another alphabet, in Latin letters; any other as it is."""
    return word.translate(_LOOKALIKES) if is_mixed(word) else word


def is_mixed(shown: str) -> bool:
    """Whether a word of the text mixes Latin with Greek or Cyrillic letters, as no language does."""
    return not shown.isascii() and _MIXED.search(shown) is not None


def fingerprint(text: str) -> str:
    """32 hex digits that equal texts share whatever their decoration; empty for texts too short to tell."""
    return fingerprint_of(words(visible(text)))


def fingerprint_of(said: Sequence[str]) -> str:
    """The fingerprint of a text already taken apart into `words`: BLAKE2b over its letters and digits alone."""
    bare = "".join(said).replace("_", "")
    if len(bare) < FINGERPRINT_MIN:
        return ""
    return blake2b(bare.encode(), digest_size=16).hexdigest()
