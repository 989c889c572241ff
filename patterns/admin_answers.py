"""What the page of each answer shows: cards, plots and lists beside what it means and rests on."""

from collections.abc import Collection, Sequence
from functools import partial, singledispatch
from typing import Any

from django.urls import reverse

from acd.admin_links import list_url
from acd.figures import UNKNOWN, effect, interval, number, percent, q_value, short, stacked
from engagement.enums import Basis
from patterns.answers import Asked, Finding, Findings, Framed, PostingTimes, SuccessfulPosts, Suggestions, Summary
from patterns.effect_plot import Axis
from patterns.effects import FILTERS
from patterns.enums import Advice, PatternKind, Scope, Signal
from patterns.hour_answers import HourBlock, HourOfWeekday
from patterns.hour_plot import drawn
from patterns.hours import WEEKEND, WORKING_DAYS
from patterns.models import PostPerformance
from patterns.report import rests_on
from patterns.week_plot import drawn_week
from patterns.wording import NOUNS, UNITS, WORTH, label

# Posts that one link can name; an address must not grow too long.
MOST_LINKED = 400
WEEKDAY, HOUR = FILTERS[PatternKind.POSTING_WEEKDAY], FILTERS[PatternKind.POSTING_HOUR]
# A claim is likely and not certain: of all claims of a kind as many as the false discovery rate may be false.
SIGNALS = {
    Signal.OK: ("Likely", "success"),
    Signal.THIN: ("Unclear", "warning"),
    Signal.NONE: ("Unknown", ""),
}
TONES = {Advice.REPEAT: ("gain", "Repeat", "success"), Advice.AVOID: ("loss", "Avoid", "warning")}


def shown(answer: Asked) -> dict[str, Any]:
    """An answer for its page."""
    framed = {}
    if isinstance(answer, Framed):
        framed = {"meaning": answer.meaning, "signal": SIGNALS[answer.signal]}
    return {"answer": answer, "rests_on": list(rests_on(answer)), **framed, **parts(answer)}


@singledispatch
def parts(answer: Asked) -> dict[str, Any]:
    """What the page of an answer shows beside what it means and rests on."""
    raise TypeError(f"No page shows {type(answer).__name__}.")


@parts.register
def _(answer: Findings) -> dict[str, Any]:
    kind = next((one.kind for one in answer.items), None)
    return {"plots": [plot(answer, NOUNS[kind].capitalize(), answer.items)] if kind else []}


@parts.register
def _(answer: PostingTimes) -> dict[str, Any]:
    groups = {"Hours": answer.hours, "Weekdays": answer.weekdays}
    plots = [plot(answer, title, found) for title, found in groups.items() if found]
    halves = {"Working days": (answer.working_days, WORKING_DAYS), "Weekend": (answer.weekend, WEEKEND)}
    curves = [(title, half, partial(curve_url, answer, days)) for title, (half, days) in halves.items() if half]
    week = drawn_week(answer.week, partial(week_url, answer))
    return {"plots": plots, "cards": curve_cards(answer), "curves": drawn(curves), "map": week}


def curve_cards(answer: PostingTimes) -> list[tuple[str, str, str]]:
    """The hours as a whole: the blocks that stand out, and whose posts say so."""
    chance_alone = UNKNOWN if answer.curve_p is None else q_value(answer.curve_p)
    accounts = number(answer.accounts_n) + (" account" if answer.accounts_n == 1 else " accounts")
    whose = f"{Scope(answer.scope).label}: {number(answer.posts_n)}"
    if answer.more_posts:
        whose += f"; about {number(answer.more_posts)} more until {WORTH} over three hours could be told"
    return [
        ("Best hours", *_block(answer.best)),
        ("Worst hours", *_block(answer.worst)),
        ("Told of", accounts, whose),
        ("By chance", chance_alone, "how often equal hours would look as uneven (p)"),
    ]


def _block(found: HourBlock | None) -> tuple[str, str]:
    if found is None:
        return UNKNOWN, "none can be told from chance"
    around = effect(found.shrunk, found.shrunk_low, found.shrunk_high)
    return f"{found.start}:00 to {found.end}:00", f"{around} against other hours, shrunk; {number(found.n)} posts"


def plot(answer: Framed, title: str, found: Sequence[Finding]) -> dict[str, Any]:
    """The items of one kind: claims on the page, the others in a fold, those with too few posts by name."""
    tested = [one for one in found if one.effect is not None]
    axis = Axis.of(tested)
    return {
        "title": title,
        "ticks": axis.ticks,
        "claims": [row(answer, axis, one) for one in tested if one.claimed],
        "others": [row(answer, axis, one) for one in tested if not one.claimed],
        "untested": [(label(one.kind, one.subject), one.n) for one in found if one.effect is None],
    }


def row(answer: Framed, axis: Axis, one: Finding) -> dict[str, Any]:
    """One tested item as a line of the plot and of the table beside it."""
    tone, advice, colour = TONES[one.advice] if one.advice else ("", "", "")
    return {
        "name": label(one.kind, one.subject),
        "url": evidence_url(answer, one),
        "line": axis.line(one),
        "tone": tone,
        "advice": advice,
        "colour": colour,
        "effect": stacked(effect(one.effect, one.effect_low, one.effect_high)),
        "shrunk": stacked(effect(one.shrunk, one.shrunk_low, one.shrunk_high)),
        "mean": stacked(interval(one.mean, one.low, one.high, digits=2)),
        "n": number(one.n),
        "q": q_value(one.q),
        "more": number(one.more_posts) if one.more_posts and not one.claimed else "",
    }


def evidence_url(answer: Framed, one: Finding) -> str:
    """The list of the posts of an item: those a claim rests on, else those that have it in the window."""
    if one.posts:
        return posts_url(one.posts)
    # Hours may be those of the platform, weekdays beside them never are.
    pooled = one.kind == PatternKind.POSTING_HOUR and _is_pooled(answer)
    return _list_of(answer, one.basis, pooled=pooled, **{FILTERS[one.kind]: one.subject})


def week_url(answer: PostingTimes, one: HourOfWeekday) -> str:
    """The list of the posts of an hour of a weekday in the window."""
    return _hour_url(answer, one.hour, **{WEEKDAY: str(one.weekday)})


def curve_url(answer: PostingTimes, weekdays: Collection[int], hour: int) -> str:
    """The list of the posts of an hour of some weekdays in the window."""
    return _hour_url(answer, hour, **{f"{WEEKDAY}__in": ",".join(map(str, sorted(weekdays)))})


def _hour_url(answer: PostingTimes, hour: int, **having: str) -> str:
    return _list_of(answer, answer.basis, pooled=_is_pooled(answer), **{HOUR: str(hour)}, **having)


def _is_pooled(answer: Framed) -> bool:
    return isinstance(answer, PostingTimes) and answer.scope == Scope.PLATFORM


def _list_of(answer: Framed, basis: str, *, pooled: bool, **having: str) -> str:
    whose = {"persona__slug": answer.persona} if answer.persona and not pooled else {}
    return list_url(
        PostPerformance,
        **having,
        platform__exact=answer.platform,
        basis__exact=basis,
        numbers="settled",
        published_at__gt=answer.window.start.isoformat(),
        **whose,
    )


def posts_url(posts: Sequence[int]) -> str:
    """The list of these posts, the newest of them if there are too many for an address."""
    return list_url(PostPerformance, id__in=",".join(map(str, posts[-MOST_LINKED:])))


def post_url(post: int) -> str:
    """The page of a post as evidence."""
    return reverse("admin:patterns_postperformance_change", args=[post])


@parts.register
def _(answer: SuccessfulPosts) -> dict[str, Any]:
    rows = [
        {
            "url": post_url(one.post),
            "name": f"{one.published_at:%Y-%m-%d}, {one.media_kind}",
            "rate": interval(one.rate, one.rate_low, one.rate_high, digits=2, unit="%"),
            "raw": percent(one.raw_rate, 2),
            "hour": UNKNOWN if one.local_hour is None else f"{one.local_hour}:00",
            "hashtags": " ".join(f"#{name}" for name in one.hashtags),
            "made": one.strategy,
        }
        for one in answer.posts
    ]
    return {"posts": rows, "unit": UNITS[Basis(answer.basis)] if answer.basis in UNITS else ""}


@parts.register
def _(answer: Suggestions) -> dict[str, Any]:
    urls = [posts_url(one.posts) for one in answer.claims] or [""] * len(answer.suggestions)
    return {"suggestions": list(zip(answer.suggestions, urls, strict=True))}


@parts.register
def _(answer: Summary) -> dict[str, Any]:
    unit = UNITS[Basis(answer.basis)] if answer.basis in UNITS else "%"
    shares = [None if s is None else 100 * s for s in (answer.bot_share, answer.bot_share_low, answer.bot_share_high)]
    personas = None if answer.persona_share is None else 100 * answer.persona_share
    raw, raw_rate = answer.total_engagement, answer.mean_raw_rate
    cards = [
        ("Posts", number(answer.posts), f"{number(answer.measured)} of them measured and settled"),
        ("Engagement", number(raw), "as the platform counts it"),
        (
            "Genuine",
            interval(answer.genuine_engagement, answer.genuine_low, answer.genuine_high, whole=raw),
            "of real people",
        ),
        (
            "Mean rate",
            interval(answer.mean_rate, answer.rate_low, answer.rate_high, digits=2, whole=raw_rate),
            f"{unit}, raw {percent(raw_rate, 2)}",
        ),
        (
            "Trend",
            interval(answer.trend, answer.trend_low, answer.trend_high, digits=2),
            "points, second half less first",
        ),
        ("Bots", interval(*shares, unit="%"), f"of {number(answer.observed)} seen; personas {percent(personas, 0)}"),
    ]
    return {"cards": cards, "lists": _best_and_worst(answer)}


def _best_and_worst(answer: Summary) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Two titles with their posts: address, what it says and its rate. One query."""
    posts = PostPerformance.objects.in_bulk([*answer.best, *answer.worst])

    def told(pk: int) -> tuple[str, str, str]:
        one = posts[pk]
        rate = interval(one.engagement_rate, one.rate_low, one.rate_high, digits=2, unit="%", whole=one.raw_rate)
        return post_url(pk), short(one.caption) or f"Post {pk}", rate

    lists = {"Best posts": answer.best, "Worst posts": answer.worst}
    return [(name, [told(pk) for pk in ids if pk in posts]) for name, ids in lists.items() if ids]
