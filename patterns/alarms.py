"""Whether the loop feeds on itself: a window against the one before it, check by check.

A loop that repeats what worked may end up doing one thing only, and may learn from its own personas or from bots. A
check rings only where even the near end of its 95 % interval is beyond what an operator should live with.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from patterns.alarm_answers import Alarm
from patterns.enums import AlarmState
from patterns.querysets import PatternQuerySet, PostPerformanceQuerySet
from patterns.reading import Reading, reading_of
from patterns.variety import LOOKED_BACK, Compared, Part, repeated, repeats, share, variety
from patterns.windows import Post

# A window of a look, and what a look reads: the last two, and the captions of the one before them.
SPAN = timedelta(days=30)
WINDOWS = 3 * SPAN
# Posts that each of two windows needs before they are compared: below, intervals say next to nothing.
LEAST_POSTS = 15
# Variety may shrink as the loop learns what works: more than a fifth less, surely, is another thing.
MOST_VARIETY = 0.8
# Where so large a share of posts repeats an earlier caption, readers see the same again and again.
MOST_REPEATS, MOST_MORE_REPEATS = 0.3, 0.1
# From so large a share of bots or of personas on, what is learned is mostly about them; or from such a growth on.
MOST_OTHERS, MOST_MORE_OTHERS = 0.3, 0.05

ADVICE = {
    "hashtags": "Give the persona more hashtags, or let more posts go without guidance (CONTROL_SHARE).",
    "formats": "Ask for other formats by name for a while, so that they keep being tried.",
    "hours": "Schedule some posts at other hours by hand, so that they keep being tried.",
    "approaches": "Reject patterns of the approach that took over, or let more posts go without guidance.",
    "captions": "Give the persona more themes, or the generator more to vary.",
    "bots": "Look at the posts with most bots, decide what the filter is not sure of, and report the accounts.",
    "personas": "Let personas answer each other less: their signal teaches nothing about people.",
    "patterns": "Look at the posts behind these patterns, and reject the patterns that rest on bots or personas.",
}


@dataclass(frozen=True)
class Windows:
    """The posts of a window and of the one before, oldest first, with their hashtags and whether captions repeat."""

    now: Sequence[Post]
    before: Sequence[Post]
    hashtags: Mapping[int, Sequence[str]]
    repeats: Mapping[int, bool]


def alarms(posts: PostPerformanceQuerySet, patterns: PatternQuerySet, *, now: datetime, days: int) -> list[Alarm]:
    """Every check of these posts and of the active ones of these patterns, alarms first. Four queries."""
    span = timedelta(days=days)
    start = now - 2 * span
    earlier = posts.between(start - span, start).exclude(caption="").order_by("-published_at", "-pk")
    told = list(earlier.values_list("caption", flat=True)[:LOOKED_BACK])[::-1]
    return _checks(reading_of(posts.between(start, now)), told, patterns.active(), now, span)


def alarms_of(reading: Reading, patterns: PatternQuerySet, *, now: datetime) -> list[Alarm]:
    """Every check, alarms first, of posts that were read already, those of `WINDOWS` at least, and of patterns."""
    start = now - 2 * SPAN
    return _checks(reading, reading.captions_between(start - SPAN, start)[-LOOKED_BACK:], patterns, now, SPAN)


def _checks(
    reading: Reading, told: Sequence[str], patterns: PatternQuerySet, now: datetime, span: timedelta
) -> list[Alarm]:
    windows = _windows(reading, told, now, span)
    found = [*_varieties(windows), _repeats(windows), *_audiences(windows), _patterns(patterns)]
    order = [AlarmState.ALARM, AlarmState.QUIET, AlarmState.UNKNOWN]
    return sorted(found, key=lambda one: order.index(AlarmState(one.state)))


def _windows(reading: Reading, told: Sequence[str], now: datetime, span: timedelta) -> Windows:
    """`told` are the last captions before both windows, oldest first: what those of the earlier one may repeat."""
    middle, start = now - span, now - 2 * span
    known = zip(reading.posts, reading.captions, strict=True)
    captions = {post.pk: caption for post, caption in known if caption and post.published_at > start}
    again = repeated([*told, *captions.values()])[len(told) :]
    late = [post for post in reading.posts if post.published_at > middle]
    early = [post for post in reading.posts if start < post.published_at <= middle]
    hashtags: dict[int, list[str]] = defaultdict(list)
    for pk, name in reading.tags:
        hashtags[pk].append(name)
    return Windows(late, early, hashtags, dict(zip(captions, again, strict=True)))


def _varieties(windows: Windows) -> Iterable[Alarm]:
    chosen: dict[str, Callable[[Post], Sequence[Any]]] = {
        "hashtags": lambda post: windows.hashtags.get(post.pk, ()),
        "formats": lambda post: (post.media_kind,),
        "hours": lambda post: (post.local_hour,) if post.local_hour is not None else (),
        "approaches": lambda post: (post.content__approach,) if post.content__approach else (),
    }
    for subject, of in chosen.items():
        late, early = ([one for one in map(of, posts) if one] for posts in (windows.now, windows.before))
        yield _checked("variety", subject, late, early, variety)


def _repeats(windows: Windows) -> Alarm:
    known = windows.repeats
    now, before = ([known[post.pk] for post in posts if post.pk in known] for posts in (windows.now, windows.before))
    return _checked("repeats", "captions", now, before, repeats)


def _audiences(windows: Windows) -> Iterable[Alarm]:
    for subject in ("bots", "personas"):
        late, early = (
            [_part(post, subject) for post in posts if post.observed_count] for posts in (windows.now, windows.before)
        )
        yield _checked("audience", subject, late, early, share)


def _part(post: Post, subject: str) -> Part:
    return (post.bot_count if subject == "bots" else post.persona_count), post.observed_count


def _checked(
    kind: str, subject: str, now: Sequence[Any], before: Sequence[Any], compare: Callable[..., Compared]
) -> Alarm:
    """One comparison as an alarm, or what is missing for one."""
    n, n_before = len(now), len(before)
    if min(n, n_before) < LEAST_POSTS:
        text = f"{subject.capitalize()}: too little is known, {n} posts now, {n_before} before; it takes {LEAST_POSTS}."
        return Alarm(kind=kind, subject=subject, state=AlarmState.UNKNOWN, n=n, n_before=n_before, text=text)
    found = compare(now, before)
    rings = RINGS[kind](found)
    return Alarm(
        kind=kind,
        subject=subject,
        state=AlarmState.ALARM if rings else AlarmState.QUIET,
        n=n,
        value=found.now.value,
        low=found.now.low,
        high=found.now.high,
        n_before=n_before,
        before=found.before.value,
        before_low=found.before.low,
        before_high=found.before.high,
        change=found.change,
        change_low=found.low,
        change_high=found.high,
        text=SENTENCES[kind](subject, found),
        advice=ADVICE[subject] if rings else "",
    )


# When a check rings, by its kind.
RINGS: dict[str, Callable[[Compared], bool]] = {
    "variety": lambda found: found.high < MOST_VARIETY,
    "repeats": lambda found: found.now.low > MOST_REPEATS or found.low > MOST_MORE_REPEATS,
    "audience": lambda found: found.now.low > MOST_OTHERS or found.low > MOST_MORE_OTHERS,
}


def _of_variety(subject: str, found: Compared) -> str:
    return (
        f"{subject.capitalize()}: as varied as {found.now.value:.1f} used alike ({found.now.n} posts), before "
        f"{found.before.value:.1f} ({found.before.n} posts): {found.change:.2f} times as varied "
        f"(95 % interval {found.low:.2f} to {found.high:.2f})."
    )


def _of_share(what: str, found: Compared) -> str:
    now, before = found.now, found.before
    return (
        f"{what}: {100 * now.value:.0f} % (95 % interval {100 * now.low:.0f} to {100 * now.high:.0f}, {now.n} posts), "
        f"before {100 * before.value:.0f} % ({before.n} posts): {100 * found.change:+.0f} points "
        f"({100 * found.low:+.0f} to {100 * found.high:+.0f})."
    )


SENTENCES: dict[str, Callable[[str, Compared], str]] = {
    "variety": _of_variety,
    "repeats": lambda _, found: _of_share("Posts that repeat an earlier caption", found),
    "audience": lambda subject, found: _of_share(f"Engagement of {subject} among what was observed", found),
}


def _patterns(patterns: PatternQuerySet) -> Alarm:
    """Patterns whose posts were mostly answered by others than people, even where the interval ends highest."""
    rows = patterns.with_engagement().order_by("pk").values_list("pk", "all_engagement", "of_people")
    known = list(rows)
    if not known:
        text = "Patterns: none is active that rests on posts."
        return Alarm(kind="patterns", subject="patterns", state=AlarmState.UNKNOWN, n=0, text=text)
    found = tuple(pk for pk, everybody, people in known if everybody and 2 * people < everybody)
    text = f"Patterns that rest on posts of whose engagement people made less than half: {len(found)} of {len(known)}."
    return Alarm(
        kind="patterns",
        subject="patterns",
        state=AlarmState.ALARM if found else AlarmState.QUIET,
        n=len(known),
        value=len(found) / len(known),
        patterns=found,
        text=text,
        advice=ADVICE["patterns"] if found else "",
    )
