"""The formulas of engagement: totals, rates and their basis, grades, the usual level; and normal hashtags.

Pure: what is unknown comes in and goes out as None. Which numbers to feed is left to the assessment.
"""

import math
import re
import unicodedata
from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from statistics import median

from acd.enums import Grade
from engagement.enums import Basis
from engagement.filtering.text import without_invisible
from engagement.values import MAX_COUNT

ENGAGEMENT_FIELDS = ("likes", "comments", "shares", "saves")

# Platforms name what was shown differently; the first one known counts.
VIEW_FIELDS = ("views", "impressions", "video_views")

# The usual level of an account: old posts belong to another audience, and under five posts show nothing.
USUAL_POSTS = 100
USUAL_MIN_POSTS = 5
# A tenth of the posts at either end: one viral hit must not make every later post look weak.
TRIM = 0.1
# The centre an expectation shrinks to weighs as much as this many posts.
SHRINK_POSTS = 5.0

HASHTAG_MAX = 100

_TAGGED = re.compile(r"(?<![\w&/])(?:[#＃][^\s#＃]+)+")


def total_engagement(counts: Mapping[str, int | float | None]) -> int | None:
    """Likes, comments, shares and saves together, over those that are known; None where none is."""
    known = [count for name in ENGAGEMENT_FIELDS if (count := counts.get(name)) is not None]
    # Each count fits its column, but their sum may not, and would stop the assessment of every post beside it.
    return min(int(sum(known)), MAX_COUNT) if known else None


def choose_basis(counts: Mapping[str, int | float | None], followers: int | None) -> tuple[Basis, int | None]:
    """What a rate of these counts is a share of, and its size; (COUNT, None) where nothing is known or above zero."""
    views = next((counts[name] for name in VIEW_FIELDS if counts.get(name)), None)
    for basis, size in (
        (Basis.REACH, counts.get("reach")),
        (Basis.VIEWS, views),
        (Basis.FOLLOWERS, followers),
    ):
        if size:
            return basis, int(size)
    return Basis.COUNT, None


def rate(engagement: float | None, denominator: int | None) -> float | None:
    """Engagement in percent of the denominator, 0 to 100; None without engagement or with nothing to divide by.

    One person may like, comment and share, so the quotient can pass 100; a rate is a share and stops there.
    """
    if engagement is None or not denominator:
        return None
    return min(100.0, engagement / denominator * 100)


def grade_of(rate_low: float | None, thresholds: tuple[float, float] | None) -> Grade | None:
    """The grade a rate earns by the lower end of its interval; `thresholds` are (good above, acceptable above)."""
    if rate_low is None or thresholds is None:
        return None
    good, acceptable = thresholds
    if rate_low > good:
        return Grade.GOOD
    return Grade.ACCEPTABLE if rate_low > acceptable else Grade.WEAK


def trimmed_mean(values: Sequence[float], share: float = TRIM) -> float:
    """The mean without the lowest and highest `share` of the values, at least one at each end once there are five."""
    cut = math.ceil(len(values) * share) if len(values) >= USUAL_MIN_POSTS else 0
    kept = sorted(values)[cut : len(values) - cut]
    return math.fsum(kept) / len(kept)


def expected(values: Sequence[float], *, centre: float | None = None, strength: float = SHRINK_POSTS) -> float | None:
    """What the account's earlier posts, oldest first, lead to expect; None below five of them.

    The trimmed mean of the last 100, shrunk towards `centre` (the level over all media kinds, say) as if that were
    `strength` more posts: (n * mean + strength * centre) / (n + strength). The centre is their median if not given.
    """
    recent = sorted(values[-USUAL_POSTS:])
    if len(recent) < USUAL_MIN_POSTS:
        return None
    centre = median(recent) if centre is None else centre
    return (len(recent) * trimmed_mean(recent) + strength * centre) / (len(recent) + strength)


def difference_from_average(value: float | None, expected: float | None) -> float | None:
    """How far `value` lies above the expected, in percent; None where either is unknown or nothing is expected."""
    if value is None or expected is None or expected <= 0:
        return None
    return (value / expected - 1) * 100


def percentile(value: float | None, values: Sequence[float]) -> float | None:
    """Percent of `values` that `value` beats, a tie counting half; None with nothing to compare."""
    if value is None or not values:
        return None
    ordered = sorted(values)
    beaten = (bisect_left(ordered, value) + bisect_right(ordered, value)) / 2
    return beaten / len(values) * 100


def _belongs(character: str) -> bool:
    """Whether a hashtag may hold it: letters and digits of any script, their marks, and the underscore."""
    return character == "_" or unicodedata.category(character) in {
        "Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Nd", "Nl"
    }  # fmt: skip


def _one_pass(text: str) -> str:
    folded = unicodedata.normalize("NFKC", without_invisible(text)).casefold()
    return "".join(filter(_belongs, unicodedata.normalize("NFKC", folded)))


def normal_hashtag(text: str) -> str:
    """A hashtag as it is stored: NFKC, casefolded, without `#` and whatever no hashtag may hold; idempotent.

    Empty if no letter remains (emoji and bare numbers are no hashtags) or more than 100 characters do.
    """
    before, tag = text, _one_pass(text)
    while tag != before:  # dropping a character can bring two others together that combine
        before, tag = tag, _one_pass(tag)
    has_letter = any(map(str.isalpha, tag))
    return tag if has_letter and len(tag) <= HASHTAG_MAX else ""


def find_hashtags(caption: str) -> list[str]:
    """Hashtags of a caption in normal form, each once, in order; each ends at the first character it cannot hold."""
    found = (_leading(part) for group in _TAGGED.findall(without_invisible(caption)) for part in _parts(group))
    return list(dict.fromkeys(tag for part in found if (tag := normal_hashtag(part))))


def _parts(group: str) -> list[str]:
    return group.replace("＃", "#").split("#")[1:]


def _leading(part: str) -> str:
    end = next((at for at, character in enumerate(part) if not _belongs(character)), len(part))
    return part[:end]
