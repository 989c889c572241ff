"""Which texts are nearly the same: they share a mark.

Marks are bands of MinHash signatures over pairs of words (Broder 1997, "On the resemblance and containment of
documents"), with names, numbers and links replaced, so that a template filled differently has the same ones. Texts that
share eight tenths of their pairs share a mark in 24 of 25 cases, texts that share three tenths in one of twenty.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import lru_cache
from hashlib import blake2b
from itertools import chain, pairwise
from zlib import crc32

import numpy as np
import numpy.typing as npt

from engagement.filtering.ngrams import DRESSED, HANDLE, LONG_NUMBER, NUMBER, REMEMBERED, simple

# Fewer words are a greeting or a cry, and several people hit on them.
FEWEST_WORDS = 6
# What is one and the same for a template.
_ALIKE = {LONG_NUMBER: NUMBER, DRESSED: HANDLE}
BANDS, ROWS = 6, 4
# Only a text that shares this part of its runs with others is hashed: a copy of most of it has far more in common.
SHARED_LEAST = 0.3


def _constants(name: str) -> npt.NDArray[np.uint64]:
    """A random 64-bit number for each row of each band, the same ones forever: marks are kept."""
    raw = b"".join(blake2b(f"{name}{at}".encode(), digest_size=8).digest() for at in range(BANDS * ROWS))
    return np.frombuffer(raw, dtype="<u8").astype(np.uint64)[:, None]


# x -> a x + b modulo 2^64 with a odd, of which the upper half is kept (Dietzfelbinger and others 1997).
_FACTORS, _OFFSETS = _constants("factor") | np.uint64(1), _constants("offset")
# 2^64 divided by the golden ratio, odd (Knuth, volume 3, section 6.4).
_MIXER = np.uint64(0x9E3779B97F4A7C15)


def runs(said: Sequence[str]) -> frozenset[str]:
    """The pairs of words of a text taken apart by `tokens`; none of a short one."""
    if len(said) < FEWEST_WORDS:
        return frozenset()
    words = filter(None, map(_form, said))
    # A word that follows itself is one, as are a number's parts, whatever stands between its digits.
    pairs = [f"{one} {other}" for one, other in pairwise(words) if one != other]
    return frozenset(pairs) if len(pairs) >= FEWEST_WORDS - 1 else frozenset()


@lru_cache(maxsize=REMEMBERED)
def _form(token: str) -> str:
    """A word or placeholder as it is compared, however long a number is and however a handle is spelt; else nothing."""
    form = simple(token)
    return _ALIKE.get(form, form) if form[0].isalnum() or form[0] == "\x01" else ""


def marks(texts: Mapping[int | str, frozenset[str]]) -> dict[int | str, tuple[int, ...]]:
    """The marks of texts, given by their pairs; equal on every machine, so that they can be kept."""
    long = {key: found for key, found in texts.items() if found}
    if not long:
        return {}
    pairs = chain.from_iterable(long.values())
    hashed = np.fromiter(map(crc32, map(str.encode, pairs)), dtype=np.uint64)
    starts = np.cumsum([0, *(len(found) for found in long.values())][:-1])
    mixed = (hashed * _FACTORS + _OFFSETS) >> np.uint64(32)
    least = np.minimum.reduceat(mixed, starts, axis=1).reshape(BANDS, ROWS, -1)
    bands = np.broadcast_to(np.arange(BANDS, dtype=np.uint64)[:, None], (BANDS, len(long)))
    for row in range(ROWS):
        bands = (bands + least[:, row]) * _MIXER
        bands = bands ^ (bands >> np.uint64(32))
    # Databases know numbers of 63 bits.
    return dict(zip(long, map(tuple, (bands >> np.uint64(1)).T.tolist()), strict=True))


def doubtful(texts: Mapping[int | str, frozenset[str]]) -> set[int | str]:
    """Those of the texts, given by their runs, that have enough in common with another to be worth a closer look."""
    holders = Counter(chain.from_iterable(texts.values()))
    shared = {run for run, number in holders.items() if number > 1}
    return {key for key, found in texts.items() if found and len(found & shared) >= SHARED_LEAST * len(found)}
