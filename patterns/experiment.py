"""The loop's own experiment: what guidance gained by the pieces that chance decided, and beside it what others say.

Posts count for the arm that chance gave their content (intention to treat), and only those for which there was advice
to give or to withhold. What somebody chose, or nobody noted, is compared apart and called observational.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log, log1p
from typing import Any, NamedTuple

from django.conf import settings
from django.db.models import Count, Exists, OuterRef

from acd import figures
from engagement.baselines import MATURE
from engagement.enums import Basis, FilterState
from engagement.rules import is_settled
from gator.studio.enums import Arm
from gator.studio.models import Content, Persona
from gator.studio.querysets import ContentQuerySet, randomised
from patterns.enums import Signal
from patterns.models import PostPerformance
from patterns.querysets import PostPerformanceQuerySet
from patterns.uplift import Difference, Piece, difference, percent, two_armed

# A 95 % interval is this many standard errors wide.
ERRORS_WIDE = 2 * 1.96
RANDOMISED, OBSERVATIONAL = "randomised", "observational"
WARNING = (
    "Nobody drew lots for these: the unguided are mostly the first ones, made before anything was learned, and some "
    "were chosen by hand. They differ in more than guidance, so this is no measure of what it gains."
)


@dataclass(frozen=True, kw_only=True)
class Gain:
    """How much more genuine engagement guided pieces have than the others, in percent with its 95 % interval.

    None: too few pieces to say. `detectable` is the smallest gain that so many would show in four of five cases,
    `more_posts` how many more would show one of 20 %, about. `persona` is a slug, empty for all.
    """

    persona: str
    signal: str
    percent: float | None
    low: float | None
    high: float | None
    detectable: float | None
    more_posts: int | None
    guided: int
    control: int
    bases: tuple[str, ...]
    guided_posts: tuple[int, ...]
    control_posts: tuple[int, ...]
    says: str


@dataclass(frozen=True, kw_only=True)
class Part:
    """One comparison by its design: all pieces, then each persona's; and how many posts were left out, by why."""

    design: str
    warning: str
    overall: Gain
    personas: tuple[Gain, ...]
    left_out: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Uplift:
    """What guidance gained in a window, by chance's decisions; and what everything else seems to say."""

    persona: str
    platform: str
    start: datetime
    end: datetime
    randomised: Part
    observational: Part


class Row(NamedTuple):
    """What is read of a post; the names are the columns."""

    pk: int
    content: int
    persona__slug: str
    account: int | None
    platform: str
    basis: str
    engagement_rate: float | None
    rate_low: float | None
    rate_high: float | None
    lift: float | None
    genuine_engagement: float | None
    genuine_low: float | None
    genuine_high: float | None
    filter_state: str
    published_at: datetime
    last_synced_at: datetime | None
    content__created_at: datetime
    content__guided: bool
    content__arm: str
    content__propensity: float | None
    content__had_advice: bool | None

    @property
    def is_randomised(self) -> bool:
        """Whether chance could have put it into either arm while there was advice; `randomised()` asks the same."""
        return bool(self.content__had_advice) and 0 < (self.content__propensity or 0) < 1


def uplift(*, personas: Collection[Persona] = (), platform: str = "", days: int | None = None, now: datetime) -> Uplift:
    """What guidance gained over the `days` before `now`, for these personas and platform or for all. Two queries."""
    start = now - timedelta(days=days or settings.PATTERN_DAYS)
    posts = PostPerformance.objects.between(start, now).exclude(content=None)
    pieces = Content.objects.filter(created_at__gt=start, created_at__lte=now)
    if personas:
        posts, pieces = posts.filter(persona__in=personas), pieces.filter(persona__in=personas)
    if platform:
        posts, pieces = posts.on(platform), pieces.filter(guidance__platform=platform)
    rows = _rows(posts)
    drawn = [row for row in rows if row.is_randomised]
    others = [row for row in rows if not row.is_randomised]
    return Uplift(
        persona=next(iter(personas)).slug if len(personas) == 1 else "",
        platform=platform,
        start=start,
        end=now,
        randomised=_part(RANDOMISED, drawn, left_out=_unpublished(pieces)),
        observational=_part(OBSERVATIONAL, others, left_out={}),
    )


def gained(now: datetime) -> Gain:
    """What guidance gained over the usual window by chance's decisions, for all. One query."""
    posts = PostPerformance.objects.between(now - timedelta(days=settings.PATTERN_DAYS), now)
    used, _ = _sorted_out(_rows(posts.filter(randomised("content__"))))
    return _gain("", used, _was_assigned)


def _rows(posts: PostPerformanceQuerySet) -> list[Row]:
    return [Row(*row) for row in posts.order_by("published_at", "pk").values_list(*Row._fields)]


def _unpublished(pieces: ContentQuerySet) -> dict[str, int]:
    """Pieces that chance decided and that never went out, or not yet, by arm."""
    published = PostPerformance.objects.filter(content=OuterRef("pk"), published_at__isnull=False)
    waiting = pieces.filter(randomised(), ~Exists(published)).order_by()
    found = dict(waiting.values_list("arm").annotate(n=Count("pk")))
    return {f"unpublished_{arm}": found.get(arm, 0) for arm in Arm.values}


def _part(design: str, rows: Sequence[Row], *, left_out: dict[str, int]) -> Part:
    used, why = _sorted_out(rows)
    is_guided = _was_assigned if design == RANDOMISED else _was_guided
    slugs = sorted({row.persona__slug for row in used})
    overall = _gain("", used, is_guided)
    alone = len(used) - overall.guided - overall.control
    return Part(
        design=design,
        warning=WARNING if design == OBSERVATIONAL else "",
        overall=overall,
        personas=tuple(_gain(slug, [row for row in used if row.persona__slug == slug], is_guided) for slug in slugs),
        left_out=dict.fromkeys((*REASONS, "repeated"), 0) | why | {"alone_on_their_basis": alone} | left_out,
    )


def _was_assigned(row: Row) -> bool:
    return row.content__arm == Arm.GUIDED


def _was_guided(row: Row) -> bool:
    return row.content__guided


REASONS: dict[str, Callable[[Row], bool]] = {
    "provisional": lambda row: not is_settled(row.published_at, row.last_synced_at, hours=settings.SETTLE_HOURS),
    "unfiltered": lambda row: row.filter_state == FilterState.UNFILTERED,
    "unmeasured": lambda row: row.genuine_engagement is None or _value(row) is None,
}


def _sorted_out(rows: Iterable[Row]) -> tuple[list[Row], Counter[str]]:
    """The posts that can be compared, and how many others there are by the reason. A content counts once."""
    used: dict[int, Row] = {}
    why: Counter[str] = Counter()
    for row in rows:
        reason = next((name for name, holds in REASONS.items() if holds(row)), "")
        if not reason and row.content in used:
            reason = "repeated"
        if reason:
            why[reason] += 1
        else:
            used[row.content] = row
    return list(used.values()), why


def _value(row: Row) -> float | None:
    return row.lift if row.basis == Basis.COUNT else row.engagement_rate


def _gain(persona: str, rows: Sequence[Row], is_guided: Callable[[Row], bool]) -> Gain:
    pieces = _pieces(rows, is_guided)
    found = difference(pieces, least=settings.PATTERN_MIN_POSTS)
    if found:
        rows = [row for row in rows if row.basis in two_armed(pieces)]
    guided = tuple(row.pk for row in rows if is_guided(row))
    control = tuple(row.pk for row in rows if not is_guided(row))
    return Gain(
        persona=persona,
        guided=len(guided),
        control=len(control),
        bases=tuple(sorted({row.basis for row in rows})),
        guided_posts=guided,
        control_posts=control,
        says=says(found, len(guided), len(control)),
        **_numbers(found),
    )


def _numbers(found: Difference | None) -> dict[str, Any]:
    if found is None:
        return {"signal": Signal.NONE} | dict.fromkeys(("percent", "low", "high", "detectable", "more_posts"))
    low, high = found.ends
    return {
        "signal": Signal.THIN if low <= 0 <= high else Signal.OK,
        "percent": percent(found.effect),
        "low": percent(low),
        "high": percent(high),
        "detectable": percent(found.detectable),
        "more_posts": found.more_pieces,
    }


def says(found: Difference | None, guided: int, control: int) -> str:
    """The gain as a sentence with its numbers, or what is missing."""
    counted = f"{guided:,} posts with guidance, {control:,} without"
    if found is None:
        least = settings.PATTERN_MIN_POSTS
        return f"Not known yet: {counted}, and at least {least} of each are needed whose rates can be compared."
    low, high = found.ends
    gain, *ends = (figures.percent(percent(log), 0, signed=True) for log in (found.effect, low, high))
    around = f"95 % interval {' to '.join(ends)}; {counted}"
    if not low <= 0 <= high:
        verb = "more" if found.effect > 0 else "less"
        return f"{abs(percent(found.effect)):.0f} % {verb} genuine engagement with guidance ({around})."
    missing = f" About {found.more_pieces:,} more posts would show a gain of 20 %." if found.more_pieces else ""
    return f"No difference shown: {gain} with guidance ({around}).{missing}"


def _pieces(rows: Sequence[Row], is_guided: Callable[[Row], bool]) -> list[Piece]:
    least = _least(rows)
    return [
        Piece(
            guided=is_guided(row),
            value=_log(row, least),
            error=_error(row, least),
            # Where nobody drew there is no probability to undo.
            propensity=row.content__propensity if row.is_randomised and row.content__propensity else 0.5,
            account=row.account,
            platform=row.platform,
            basis=row.basis,
            day=row.content__created_at.timestamp() / 86_400,
            young=bool(row.last_synced_at and row.last_synced_at - row.published_at < MATURE),
        )
        for row in rows
    ]


def _least(rows: Sequence[Row]) -> dict[tuple[str, str], float]:
    """What stands for a rate of zero, which has no logarithm: half the smallest of its platform and basis."""
    found: dict[tuple[str, str], float] = {}
    for row in rows:
        if row.engagement_rate:
            key = (row.platform, row.basis)
            found[key] = min(found.get(key, row.engagement_rate), row.engagement_rate)
    return {key: smallest / 2 for key, smallest in found.items()}


def _log(row: Row, least: dict[tuple[str, str], float]) -> float:
    if row.basis == Basis.COUNT:
        return row.lift or 0.0
    return log(max(row.engagement_rate or 0.0, least.get((row.platform, row.basis), 1.0)))


def _error(row: Row, least: dict[tuple[str, str], float]) -> float:
    """The standard error of the log, by the ends of the post's own interval; one without is taken as exact."""
    counted = row.basis == Basis.COUNT
    low, high = (row.genuine_low, row.genuine_high) if counted else (row.rate_low, row.rate_high)
    if low is None or high is None:
        return 0.0
    if counted:
        return (log1p(high) - log1p(low)) / ERRORS_WIDE
    smallest = least.get((row.platform, row.basis), 1.0)
    return (log(max(high, smallest)) - log(max(low, smallest))) / ERRORS_WIDE
