"""Answers as lines of text: what it means, what it rests on, then a line for each item. Pure."""

from collections.abc import Iterable, Iterator
from functools import singledispatch

from acd.figures import UNKNOWN, effect, interval, number, percent, short
from engagement.enums import Basis, Platform
from patterns.alarm_answers import Alarms
from patterns.answers import (
    Asked,
    Finding,
    Findings,
    Framed,
    PostAnalysis,
    PostingTimes,
    SuccessfulPosts,
    Suggestions,
    Summary,
)
from patterns.change_answers import Changes
from patterns.enums import AlarmState, Reason
from patterns.failure_answers import FailingGroup, Failures
from patterns.hour_answers import HalfWeek
from patterns.wording import WORTH, chance, discovery_rate, item

# So much of a prompt is shown: it may be long, and have many lines.
MOST_SHOWN = 120


def lines(answer: Asked) -> Iterator[str]:
    """All that is said of an answer."""
    if isinstance(answer, Framed | Alarms | Changes):
        yield answer.meaning
    yield " ".join(rests_on(answer))
    yield from items(answer)


def of_post(found: PostAnalysis) -> Iterator[str]:
    """All that is said of one post: what stands out, what is missing, and what to do by which pattern."""
    yield f"Post {found.post}."
    yield from (*found.stands_out, *found.missing)
    for advice, pattern in zip(found.recommendations, found.patterns, strict=True):
        yield f"{advice} (pattern {pattern})"


def rests_on(answer: Asked) -> Iterator[str]:
    """What an answer rests on, in sentences: whom and when, how many posts, and what was left out why."""
    whose = answer.persona or "All personas"
    window = f"{answer.window.start:%Y-%m-%d} to {answer.window.end:%Y-%m-%d}"
    yield f"{whose} on {Platform(answer.platform).label}, {window}."
    if isinstance(answer, Framed):
        yield from _compared(answer)
    elif isinstance(answer, Failures):
        yield "Runs of all platforms that ended."
    elif isinstance(answer, Alarms):
        yield f"Held against the {(answer.window.end - answer.window.start).days} days before."
    elif isinstance(answer, Changes):
        yield "The newest look at each persona's posts is held against its last one from before these days."


def _compared(answer: Framed) -> Iterator[str]:
    if answer.posts_n:
        yield f"{posts(answer.posts_n)} compared by {Basis(answer.basis).label.lower()}."
    if answer.wide_n:
        less = " and weigh less" if isinstance(answer, Findings | PostingTimes | Suggestions) else ""
        yield f"{answer.wide_n} of these {'is' if answer.wide_n == 1 else 'are'} known only roughly{less}."
    if left := left_out(answer):
        yield f"Left out: {'; '.join(f'{n} ({why})' for n, why in left)}."


def posts(n: int) -> str:
    """A number of posts."""
    return f"{n} post" if n == 1 else f"{n} posts"


def left_out(answer: Framed) -> list[tuple[int, str]]:
    """How many posts were left out, each reason in words."""
    return [(n, Reason(name).label) for name, n in vars(answer.left_out).items() if n]


@singledispatch
def items(answer: Asked) -> Iterable[str]:
    """A line for each item of an answer."""
    raise TypeError(f"It is not known how to tell the items of {type(answer).__name__}.")


@items.register
def _(answer: Findings) -> Iterable[str]:
    return map(finding, answer.items)


@items.register
def _(answer: PostingTimes) -> Iterable[str]:
    yield from map(finding, answer.hours + answer.weekdays)
    for name, half in (("Working days", answer.working_days), ("Weekends", answer.weekend)):
        if half:
            yield f"{name}: {half_week(half)}"


def half_week(half: HalfWeek) -> str:
    """The hours of working days or weekends: the best block, or how often chance alone would make them so uneven."""
    if half.best is None:
        return f"no hours stand out as better among {posts(half.posts_n)} ({chance(half.curve_p)})"
    best = half.best
    around = effect(best.shrunk, best.shrunk_low, best.shrunk_high)
    return f"best from {best.start}:00 to {best.end}:00, shrunk {around}, n = {best.n} of {half.posts_n}"


def finding(one: Finding) -> str:
    """A tested item with all its numbers, or how many posts it has."""
    name = item(one.kind, one.subject)
    if one.effect is None:
        return f"{name}: n = {one.n}, too few to test"
    shown = [effect(one.effect, one.effect_low, one.effect_high)]
    if one.shrunk is not None:
        shown.append(f"shrunk {effect(one.shrunk, one.shrunk_low, one.shrunk_high)}")
    if one.more_posts and not one.claimed:
        shown.append(f"about {one.more_posts:,} more posts to tell {WORTH}")
    outcome = one.advice.label if one.advice else "not told from chance"
    return f"{name}: {outcome}, {', '.join(shown)}, n = {one.n}, {discovery_rate(one.q)}"


@items.register
def _(answer: SuccessfulPosts) -> Iterable[str]:
    for one in answer.posts:
        made = f", {one.strategy}" if one.strategy else ""
        rate = interval(one.rate, one.rate_low, one.rate_high, digits=2, unit="%")
        raw = percent(one.raw_rate, 2)
        yield f"post {one.post}: {rate}, raw {raw}, {one.published_at:%Y-%m-%d}, {one.media_kind}{made}"


@items.register
def _(answer: Failures) -> Iterable[str]:
    for one in answer.failures:
        share = interval(100 * one.share, 100 * one.share_low, 100 * one.share_high, unit="%")
        yield f"{one.failure} in {one.phase}: {one.n} of {one.runs} runs, {share}. {one.advice}"
    for groups in (answer.phases, answer.models, answer.providers, answer.approaches, answer.prompts):
        yield from (group(one) for one in groups)
    for back in answer.recurrences:
        yield f"{back.failure} in {back.phase}: {back.text} {back.advice}"


def group(one: FailingGroup) -> str:
    """A group of runs with its share beside that of the others."""
    share = interval(100 * one.share, 100 * one.share_low, 100 * one.share_high, unit="%")
    told = f"{one.kind} {short(one.subject, MOST_SHOWN)}: {one.failures} of {one.n} runs failed, {share}"
    if one.q is None or one.others is None:
        return f"{told}, too few to test"
    claim = "fails more than the others" if one.claim else "not told from chance"
    return f"{told}, of the others {100 * one.others:.0f} %: {claim}, {discovery_rate(one.q)}"


@items.register
def _(answer: Alarms) -> Iterable[str]:
    for one in answer.checks:
        yield " ".join(filter(None, (f"{AlarmState(one.state).label}: {one.text}", one.advice)))


@items.register
def _(answer: Changes) -> Iterable[str]:
    yield from (f"{one.persona}: {one.text}" for one in answer.changes)
    yield from (f"{one.persona}: {one.text}" for one in answer.looks)


@items.register
def _(answer: Suggestions) -> Iterable[str]:
    return answer.suggestions


@items.register
def _(answer: Summary) -> Iterable[str]:
    raw, raw_rate = answer.total_engagement, answer.mean_raw_rate
    genuine = interval(answer.genuine_engagement, answer.genuine_low, answer.genuine_high, whole=raw)
    yield f"Genuine engagement: {genuine}; raw: {number(raw)}"
    mean = interval(answer.mean_rate, answer.rate_low, answer.rate_high, digits=2, unit="%", whole=raw_rate)
    yield f"Mean rate: {mean}; raw: {percent(raw_rate, 2)}"
    yield f"Trend, points: {interval(answer.trend, answer.trend_low, answer.trend_high, digits=2)}"
    shares = (None if s is None else 100 * s for s in (answer.bot_share, answer.bot_share_low, answer.bot_share_high))
    yield f"Bots among those seen: {interval(*shares, unit='%')}, n = {answer.observed}"
    yield f"Best posts: {', '.join(map(str, answer.best)) or UNKNOWN}"
    yield f"Worst posts: {', '.join(map(str, answer.worst)) or UNKNOWN}"
