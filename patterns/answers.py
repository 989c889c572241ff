"""What the analyzer answers: frozen values, ready to show. Rates are percent of the named basis, shares 0 to 1.

Every answer says what was asked of whom (`Asked`); those about posts also say which posts they rest on (`Framed`).
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from typing import Any, Self

from django.conf import settings

from patterns.claims import more_posts
from patterns.cycles import Cycle
from patterns.effects import Effect
from patterns.enums import Reason, Scope, Signal
from patterns.hour_answers import HalfWeek, HourBlock, HourOfWeekday, blocks_of

# Posts whose numbers may teach something, whether or not by the basis of the answer.
MEASURED = ("", Reason.WITHOUT_VALUE)


@dataclass(frozen=True, kw_only=True)
class Span:
    """The window of an answer: after `start`, up to and including `end`."""

    start: datetime
    end: datetime


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What was asked, of whom and of which days; `persona` is the slug, or None for all personas of the platform."""

    question: str
    persona: str | None
    platform: str
    window: Span


@dataclass(frozen=True, kw_only=True)
class LeftOut:
    """Posts of the window that an answer does not use, by the first `Reason` that holds."""

    provisional: int = 0
    unfiltered: int = 0
    unmeasured: int = 0
    without_basis: int = 0
    other_basis: int = 0
    without_value: int = 0


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Which posts of a window can be compared with each other: those of its most frequent `basis`.

    `posts_n` are used; `wide_n` of them are known only roughly, and weigh less where effects are told. The others are
    left out.
    """

    basis: str
    posts_n: int
    wide_n: int
    left_out: LeftOut

    @classmethod
    def of(cls, rows: Iterable[Mapping[str, Any]]) -> Self:
        """The coverage of a window, from how many posts there are of each basis and standing (`per_standing()`)."""
        rows = list(rows)
        basis = _main_basis(rows)
        sizes, wide = Counter[str](), 0
        for row in rows:
            is_other = row["standing"] in MEASURED and row["basis"] != basis
            standing = Reason.OTHER_BASIS if is_other else row["standing"]
            sizes[standing] += row["n"]
            wide += row["wide"] if standing == "" else 0
        return cls(basis=basis, posts_n=sizes.pop("", 0), wide_n=wide, left_out=LeftOut(**sizes))


def _main_basis(rows: Iterable[Mapping[str, Any]]) -> str:
    sizes = Counter[str]()
    for row in rows:
        if row["basis"] and row["standing"] in MEASURED:
            sizes[row["basis"]] += row["n"]
    return min(sizes, key=lambda basis: (-sizes[basis], basis), default="")


@dataclass(frozen=True, kw_only=True)
class Framed(Coverage, Asked):
    """An answer about posts: what it rests on, how far it can be trusted, and what it means in a sentence."""

    signal: Signal
    meaning: str


@dataclass(frozen=True, kw_only=True)
class Finding(Effect):
    """A tested item, with the posts it rests on if it is claimed.

    `mean`, `low`, `high` and `baseline` (the mean without it) are in percent of the basis, or in log engagement where
    that is `count`; `effect`, `shrunk`, their ends and `detectable` are percent more or less genuine engagement, all
    else equal. `more_posts` is about how many more posts of any kind it takes to tell an effect of 25 %.
    """

    basis: str
    posts: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class Findings(Framed):
    """Every item of one kind, claimed or not: claims first, by the lower bound of the shrunk interval."""

    items: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Curve:
    """The hours as a whole. `curve_p` is how often a flat curve would look so uneven by chance alone.

    `best` and `worst` are the sure blocks that gain and lose most; `more_posts` is about how many more posts would show
    a gain of 25 % over three neighbouring hours: 0 if it would have shown already, None if nothing can tell.
    """

    scope: Scope
    accounts_n: int
    curve_p: float | None
    best: HourBlock | None
    worst: HourBlock | None
    more_posts: int | None

    @classmethod
    def drawn(cls, cycle: Cycle | None, *, scope: Scope, accounts_n: int, posts_n: int) -> Self:
        """What the cycle of a day comes to."""
        best, worst = blocks_of(cycle) if cycle else (None, None)
        return cls(
            scope=scope,
            accounts_n=accounts_n,
            curve_p=cycle.p if cycle else None,
            best=best,
            worst=worst,
            more_posts=_missing(cycle) if cycle else max(0, 2 * settings.PATTERN_MIN_POSTS - posts_n) or None,
        )


def _missing(cycle: Cycle) -> int | None:
    """How many posts are missing until a gain could be told of three hours, those around the usual post."""
    size = len(cycle.counts)
    found = {
        hour: cycle.detectable({(hour - 1) % size, hour, (hour + 1) % size})
        for hour, count in enumerate(cycle.counts)
        if count
    }
    usual = [one for hour, one in found.items() if one is not None for _ in range(cycle.counts[hour])]
    return more_posts(median(usual), sum(cycle.counts)) if usual else None


@dataclass(frozen=True, kw_only=True)
class PostingHours(Curve, Findings):
    """Every hour of the personas' own zones: as a whole, apart on working days and weekends, and by weekday."""

    working_days: HalfWeek | None
    weekend: HalfWeek | None
    week: tuple[HourOfWeekday, ...]


@dataclass(frozen=True, kw_only=True)
class PostingTimes(Curve, Framed):
    """Every hour and weekday of the personas' own zones; the signal is that of the hours.

    `working_days` and `weekend` are the hours there, each against the others of its own days; None where too few posts
    tell. `week` has the hours of each weekday against the mean of all posts: a picture, not a test.
    """

    working_days: HalfWeek | None
    weekend: HalfWeek | None
    week: tuple[HourOfWeekday, ...]

    hours: tuple[Finding, ...]
    weekdays: tuple[Finding, ...]
    weekdays_signal: Signal


@dataclass(frozen=True, kw_only=True)
class SuccessfulPost:
    """A post whose rate is high even at the lower bound, beside the unfiltered one, and how it was made."""

    post: int
    url: str
    published_at: datetime
    rate: float
    rate_low: float
    rate_high: float
    raw_rate: float | None
    basis: str
    hashtags: tuple[str, ...]
    local_hour: int | None
    media_kind: str
    context: str | None
    strategy: str
    parameters: dict[str, Any]


@dataclass(frozen=True, kw_only=True)
class SuccessfulPosts(Framed):
    """Posts above a rate even at the lower bound, best first."""

    posts: tuple[SuccessfulPost, ...]


@dataclass(frozen=True, kw_only=True)
class Suggestions(Framed):
    """Sentences that carry their numbers; `claims` are the findings behind them, in the same order."""

    suggestions: tuple[str, ...]
    claims: tuple[Finding, ...]


@dataclass(frozen=True, kw_only=True)
class Summary(Framed):
    """The window in figures: `posts` published, `measured` of them. Shares are 0 to 1; None means not known."""

    posts: int
    measured: int
    total_engagement: int | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    mean_rate: float | None
    rate_low: float | None
    rate_high: float | None
    mean_raw_rate: float | None
    trend: float | None
    trend_low: float | None
    trend_high: float | None
    observed: int
    bot_share: float | None
    bot_share_low: float | None
    bot_share_high: float | None
    persona_share: float | None
    best: tuple[int, ...]
    worst: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class PostAnalysis:
    """What is known of one post, what stands out, what is missing, and what to do with that.

    `recommendations` are those of `patterns`, in the same order, which name their posts.
    """

    post: int
    total_engagement: int | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    rate: float | None
    rate_low: float | None
    rate_high: float | None
    raw_rate: float | None
    basis: str
    provisional: bool
    vs_average: float | None
    average_n: int | None
    stands_out: tuple[str, ...]
    missing: tuple[str, ...]
    recommendations: tuple[str, ...]
    patterns: tuple[int, ...]
