"""Effects and patterns as sentences that carry their numbers. Pure."""

import calendar
from collections.abc import Mapping, Sequence
from typing import Any

from acd import figures
from engagement.enums import Basis
from patterns.alarm_answers import Alarm
from patterns.answers import Coverage, Curve, Findings
from patterns.change_answers import ChangedAdvice, ComparedLooks
from patterns.claims import WORTH_FINDING
from patterns.effects import Effect
from patterns.enums import AlarmState, Claim, PatternKind, Signal
from patterns.failure_answers import FailurePattern
from patterns.hour_answers import HourBlock

WORTH = f"{100 * WORTH_FINDING:.0f} %"
# Claims that a sentence names; a list has the rest.
NAMED = 3
NOUNS = {
    PatternKind.HASHTAG: "hashtags",
    PatternKind.POSTING_HOUR: "hours",
    PatternKind.POSTING_WEEKDAY: "weekdays",
    PatternKind.MEDIA_KIND: "formats",
    PatternKind.CAPTION_LENGTH: "caption lengths",
    PatternKind.STRATEGY: "strategies",
}
UNITS = {
    Basis.REACH: "% of reach",
    Basis.VIEWS: "% of views",
    Basis.FOLLOWERS: "% of followers",
}


def item(kind: str, subject: str) -> str:
    """The item of an effect, as it reads inside a sentence."""
    names = {
        PatternKind.HASHTAG: f"#{subject}",
        PatternKind.POSTING_HOUR: f"posting at {subject}:00",
        PatternKind.MEDIA_KIND: f"the format {subject}",
        PatternKind.CAPTION_LENGTH: f"a caption of {subject} characters",
        PatternKind.STRATEGY: f"the approach “{subject}”",
    }
    if kind == PatternKind.POSTING_WEEKDAY:
        return f"posting on {calendar.day_name[int(subject)]}"
    return names[PatternKind(kind)]


def strategy(effect: Effect, basis: str, where: str) -> str:
    """A claimed effect as one sentence with mean, interval, n and q-value."""
    name = item(effect.kind, effect.subject)
    return f"{name[0].upper()}{name[1:]} on {where}: {numbers(effect, basis)}."


def numbers(effect: Effect, basis: str) -> str:
    """The figures of an effect: percent more or less all else equal, then the plain means, which nothing adjusts."""
    middle, low, high = effect.effect, effect.effect_low, effect.effect_high
    if middle is None or low is None or high is None:
        raise ValueError(f"{effect.subject} was not tested, so there are no numbers to tell.")
    sure = f"(n = {effect.n}, {discovery_rate(effect.q)})"
    told = f"{percent(middle)} engagement, all else equal (95 % interval {percent(low)} to {percent(high)}) {sure}"
    if basis == Basis.COUNT:
        return told
    return f"{told}; the plain mean is {effect.mean:.2f} {UNITS[Basis(basis)]} with it, {effect.baseline:.2f} without"


def percent(difference: float) -> str:
    """A difference in percent, with its sign."""
    return figures.percent(difference, 0, signed=True)


def discovery_rate(q: float | None) -> str:
    """The q-value of a tested item, as it stands in a sentence."""
    if q is None:
        raise ValueError("Only a tested item has a q-value.")
    return "q < 0.001" if q < 0.001 else f"q = {q:.3f}"


def label(kind: str, subject: str) -> str:
    """The item of an effect as it stands in a table under the name of its kind."""
    names = {
        PatternKind.HASHTAG: f"#{subject}",
        PatternKind.POSTING_HOUR: f"{subject}:00",
        PatternKind.CAPTION_LENGTH: f"{subject} characters",
    }
    if kind == PatternKind.POSTING_WEEKDAY:
        return calendar.day_name[int(subject)]
    return names.get(PatternKind(kind), subject)


def meaning(kind: PatternKind, found: Sequence[Effect], posts_n: int) -> str:
    """What the items of one kind come to."""
    tested = [one for one in found if one.effect is not None]
    if not tested:
        return f"None of the {NOUNS[kind]} could be tested: {posts_n} posts can be compared."
    claims = [one for one in tested if one.claimed]
    among = f"of {len(tested)} tested {NOUNS[kind]} stand{'s' if len(claims) == 1 else ''} out among {posts_n} posts"
    if claims:
        named = ", ".join(f"{item(one.kind, one.subject)} ({percent(one.effect or 0.0)})" for one in claims[:NAMED])
        more = f" and {len(claims) - NAMED} more" if len(claims) > NAMED else ""
        return f"{len(claims)} {among}: {named}{more}."
    return f"None {among}.{_missing(tested)}"


def _missing(found: Sequence[Effect]) -> str:
    """How many more posts the item needs that is nearest to an answer."""
    nearest = min((one for one in found if one.more_posts), key=lambda one: one.more_posts or 0, default=None)
    if nearest is not None:
        name = item(nearest.kind, nearest.subject)
        return f" About {nearest.more_posts:,} more posts until an effect of {WORTH} of {name} could be told."
    return (
        f" An effect of {WORTH} of any of them would most likely have shown."
        if all(e.more_posts == 0 for e in found)
        else ""
    )


def nothing_sure(found: Sequence[Effect], posts_n: int, *, least: int) -> str:
    """What is missing where nothing is claimed; a test takes `least` posts that have an item and as many without."""
    if posts_n < 2 * least:
        return f"Not enough data: about {2 * least - posts_n:,} more posts to begin ({posts_n} so far)."
    tested = [one for one in found if one.effect is not None]
    if not tested:
        return f"Nothing can be compared in {posts_n} posts: vary hours, formats and hashtags, {least} posts of each."
    return f"Nothing stands out among {posts_n} posts.{_missing(tested)}"


def suggestion(effect: Effect, basis: str) -> str:
    """What a claimed effect tells to do, with its numbers."""
    verb = "Do more of" if effect.claim == Claim.GAIN else "Avoid"
    return f"{verb} {item(effect.kind, effect.subject)}: {numbers(effect, basis)}."


def successes(n: int, coverage: Coverage, least: float) -> str:
    """How many posts are above a rate even at the lower bound."""
    if coverage.basis not in UNITS:
        return "No post has a rate: neither reach, views nor followers are known."
    unit = UNITS[Basis(coverage.basis)]
    return f"{n} of {coverage.posts_n} posts are above {least:g} {unit} even at the lower end of the interval."


def in_figures(published: int, told: Mapping[str, Any], basis: str) -> str:
    """A window's figures as one sentence."""
    measured = f"{told['measured']} of {published} published posts have settled numbers"
    if told["mean_rate"] is None:
        return f"{measured}; too few to tell a mean rate."
    unit, around = UNITS[Basis(basis)], f"(95 % interval {told['rate_low']:.2f} to {told['rate_high']:.2f})"
    if any_part_may_be_genuine(told):
        return f"{measured}; their mean is {told['mean_raw_rate']:.2f} {unit}, of which any part may be people's."
    return f"{measured}; their mean is {told['mean_rate']:.2f} {unit} {around}."


def any_part_may_be_genuine(told: Mapping[str, Any]) -> bool:
    """Whether the interval of a mean rate goes from nothing to all that was counted: its middle says nothing then."""
    raw = told["mean_raw_rate"]
    return bool(raw) and told["rate_low"] <= 0 and told["rate_high"] >= raw


def best_hours(found: Findings, curve: Curve) -> str:
    """What the hours come to: the sure blocks, or how far the posts are from telling any."""
    if found.signal == Signal.OK:
        return " ".join(block(one, found.posts_n) for one in (curve.best, curve.worst) if one)
    if curve.curve_p is None:
        missing = "" if curve.more_posts is None else f" About {curve.more_posts:,} more posts to begin."
        return f"The hours of {found.posts_n} posts could not be compared.{missing}"
    if found.signal == Signal.THIN:
        so_far = f"Hours seem to matter ({chance(curve.curve_p)}), but no single hour is sure yet"
    else:
        so_far = f"No hours stand out ({chance(curve.curve_p)})"
    return f"{so_far} among {found.posts_n} posts{_until(curve.more_posts)}."


def _until(missing: int | None) -> str:
    gain = "a gain of 25 % over three hours"
    if missing is None:
        return ""
    return f": about {missing:,} more until {gain} could be told" if missing else f", which are enough to tell {gain}"


def block(one: HourBlock, posts_n: int) -> str:
    """A sure block of hours with its numbers, shrunk."""
    around = f"(95 % interval {percent(one.shrunk_low)} to {percent(one.shrunk_high)})"
    sure = f"(n = {one.n} of {posts_n}, {chance(one.p)})"
    return (
        f"From {one.start}:00 to {one.end}:00 posts get {percent(one.shrunk)} engagement against other hours, "
        f"all else equal {around} {sure}."
    )


def chance(p: float) -> str:
    """The p-value of a test, as it stands in a sentence."""
    return "p < 0.001" if p < 0.001 else f"p = {p:.3f}"


def borrowed(own: Findings, shared: Curve) -> str:
    """Why the hours of a platform stand for those of a persona."""
    return (
        f"The persona's own {own.posts_n} posts are too few to tell its hours, so these are what {shared.accounts_n} "
        "accounts of the platform share, each by its own local time."
    )


def not_borrowed(shared: Curve) -> str:
    """That the platform cannot stand in either."""
    if shared.accounts_n < 2:
        return "No other account of the platform can stand in."
    return f"The {shared.accounts_n} accounts of the platform taken together do not tell either."


def failure(found: FailurePattern) -> str:
    """A kind of failure as one sentence with n and interval, and what to do about it."""
    where = found.phase.replace("_", " ").lower()
    around = f"95 % interval {100 * found.share_low:.0f} to {100 * found.share_high:.0f} in a hundred"
    return f"{found.failure} in {where}: {found.n} of {found.runs} runs ({around}). {found.advice}"


def checked(checks: Sequence[Alarm]) -> str:
    """What the checks of a loop come to."""
    names = {state: [one.subject for one in checks if one.state == state] for state in AlarmState}
    ringing, unknown = names[AlarmState.ALARM], names[AlarmState.UNKNOWN]
    rings = f"The loop seems to feed on itself: {', '.join(ringing)}." if ringing else "No check rings."
    return f"{rings} Too little is known of {', '.join(unknown)}." if unknown else rings


def changed(found: Sequence[ChangedAdvice], looks: Sequence[ComparedLooks]) -> str:
    """What the changes of advice come to, or why there is nothing to compare."""
    if not any(one.look_before for one in looks):
        return f"Nothing to compare yet: {looks[0].text}" if len(looks) == 1 else "Nothing to compare yet."
    if not found:
        return "No advice changed."
    counts = {
        "new": sum(not one.advice_before for one in found),
        "gone": sum(not one.advice for one in found),
        "turned round": sum(bool(one.advice and one.advice_before not in ("", one.advice)) for one in found),
        "on other numbers": sum(one.advice == one.advice_before for one in found),
    }
    told = ", ".join(f"{n} {what}" for what, n in counts.items() if n)
    return f"{len(found)} {'piece' if len(found) == 1 else 'pieces'} of advice changed: {told}."
