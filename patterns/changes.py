"""What two looks at the same persona say differently, and why, in words. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from patterns.adjustment import Key
from patterns.enums import Claim, PatternKind
from patterns.wording import discovery_rate, item, percent

# How large a part of a value may be rounding.
ROUNDING = 1e-6
# Of these a look tells only what it found; of all other kinds every item it tested.
OBSERVED = frozenset({PatternKind.FAILURE, PatternKind.HIGH_ENGAGEMENT, PatternKind.WELL_RATED})
VERBS: dict[str, str] = {Claim.GAIN: "repeat", Claim.LOSS: "avoid"}


@dataclass(frozen=True)
class Told:
    """What a look said: every tested item with its numbers, what it observed without a test, and of which posts.

    `alarms` are the texts of those that rang, by kind and subject. `evidence` holds by post its value, how many were
    seen under it, and how many of them were no people.
    """

    as_of: datetime
    days: int
    tested: Mapping[Key, Mapping[str, Any]]
    evidence: Mapping[str, Sequence[float]]
    observed: Mapping[Key, str] = field(default_factory=dict)
    alarms: Mapping[Key, str] = field(default_factory=dict)

    @property
    def start(self) -> datetime:
        """The window is open here."""
        return self.as_of - timedelta(days=self.days)


@dataclass(frozen=True)
class Change:
    """One piece of advice that is new, gone, turned round, or rests on other numbers now. Empty: no advice."""

    kind: str
    subject: str
    before: str
    after: str
    words: str


def rows_by_key(rows: Iterable[Mapping[str, Any]]) -> dict[Key, Mapping[str, Any]]:
    """Tested items by what they are about."""
    return {(row["kind"], row["subject"]): row for row in rows}


def alarms_by_key(alarms: Iterable[Mapping[str, Any]]) -> dict[Key, str]:
    """The texts of a look's alarms by what they are about."""
    return {(one["kind"], one["subject"]): one["text"] for one in alarms}


def advice(row: Mapping[str, Any] | None) -> str:
    """What a tested item advises; empty where nothing is claimed."""
    return VERBS[row["claim"]] if row and row["claim"] else ""


def changes(before: Told, after: Told) -> list[Change]:
    """Every advice that differs between two looks: what turned or ended first, then what is new or rests on others."""
    keys = before.tested.keys() | after.tested.keys()
    told = [_change(key, before.tested.get(key), after.tested.get(key)) for key in keys]
    seen = [
        _observed(key, before.observed.get(key, ""), after.observed.get(key, ""))
        for key in before.observed.keys() | after.observed.keys()
    ]
    found = [one for one in (*told, *seen) if one]
    return sorted(found, key=lambda one: (one.before == one.after, not one.before, one.kind, one.subject))


def _change(key: Key, before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> Change | None:
    was, now = advice(before), advice(after)
    if (not was and not now) or before == after:
        return None
    name = item(*key)
    if was == now:
        words = f"Still {now} {name}: {_numbers(after)}; before {_numbers(before)}."
    elif not now:
        words = f"No longer {was} {name}: {_why_gone(before, after)}."
    elif not was:
        words = f"New: {now} {name}: {_numbers(after)}; before {_numbers(before)}."
    else:
        words = f"Turned round: {now} {name}, {_numbers(after)}; before it was {was}, {_numbers(before)}."
    return Change(*key, was, now, words)


def _why_gone(before: Mapping[str, Any] | None, after: Mapping[str, Any] | None) -> str:
    was = f"before {_numbers(before)}"
    if after is None or after["effect"] is None:
        n = after["n"] if after else 0
        return f"only {n} posts with it are left to compare; {was}"
    if before and before["effect"] is not None and (after["effect"] > 0) != (before["effect"] > 0):
        return f"new data point the other way, {_numbers(after)}; {was}"
    if after["effect_low"] <= 0 <= after["effect_high"]:
        return f"its interval reaches no effect, {_numbers(after)}; {was}"
    return f"among all that was tested it may be chance, {_numbers(after)}; {was}"


def _numbers(row: Mapping[str, Any] | None) -> str:
    if row is None:
        return "no post with it"
    if row["effect"] is None:
        return f"too few posts to tell (n = {row['n']})"
    around = f"95 % interval {percent(row['effect_low'])} to {percent(row['effect_high'])}"
    return f"{percent(row['effect'])} ({around}, n = {row['n']}, {discovery_rate(row['q'])})"


def _observed(key: Key, before: str, after: str) -> Change | None:
    if before == after:
        return None
    label = PatternKind(key[0]).label.lower()
    verb = "avoid" if key[0] == PatternKind.FAILURE else "repeat"
    words = f"{'Still' if before else 'New'}, {label} {key[1]}: {after}" if after else f"No longer {label} {key[1]}."
    return Change(*key, verb if before else "", verb if after else "", words)


def alarm_changes(before: Told, after: Told) -> list[str]:
    """Every alarm that rings now or rang before otherwise, in words: new ones first."""
    rings = [
        f"Still rings: {text} Before: {before.alarms[key]}" if key in before.alarms else f"Rings now: {text}"
        for key, text in after.alarms.items()
        if before.alarms.get(key) != text
    ]
    over = [(key[1], text) for key, text in before.alarms.items() if key not in after.alarms]
    return sorted(rings) + [f"No longer rings: {subject}. Before: {text}" for subject, text in over]


@dataclass(frozen=True)
class Causes:
    """How the posts of two looks differ. `seen` counts posts under which people or verdicts changed."""

    published: int = 0
    settled: int = 0
    outdated: int = 0
    removed: int = 0
    unmeasured: int = 0
    seen: int = 0
    moved: int = 0

    def words(self) -> str:
        """As a sentence."""
        told = {
            "published since": self.published,
            "measured since": self.settled,
            "left the window": self.outdated,
            "taken away": self.removed,
            "no longer measured on this basis": self.unmeasured,
            "with other verdicts on who was seen": self.seen,
            "with newer numbers": self.moved,
        }
        parts = [f"{n} {label}" for label, n in told.items() if n]
        return f"Posts: {', '.join(parts)}." if parts else "The posts and their numbers are the same."


def causes(before: Told, after: Told, published: Mapping[int, datetime]) -> Causes:
    """Why two looks may differ, from the posts they rest on; `published` are the moments of those that still exist."""
    came = [int(pk) for pk in after.evidence.keys() - before.evidence.keys()]
    left = [int(pk) for pk in before.evidence.keys() - after.evidence.keys()]
    both = [(before.evidence[pk], after.evidence[pk]) for pk in before.evidence.keys() & after.evidence.keys()]
    fresh = sum(1 for pk in came if pk in published and published[pk] > before.as_of)
    removed = sum(1 for pk in left if pk not in published)
    outdated = sum(1 for pk in left if pk in published and published[pk] <= after.start)
    seen = sum(map(_seen_otherwise, both))
    moved = sum(1 for pair in both if not _seen_otherwise(pair) and _moved(*pair))
    return Causes(
        published=fresh,
        settled=len(came) - fresh,
        outdated=outdated,
        removed=removed,
        unmeasured=len(left) - removed - outdated,
        seen=seen,
        moved=moved,
    )


def _seen_otherwise(pair: tuple[Sequence[float], Sequence[float]]) -> bool:
    (_, observed, others), (_, now_observed, now_others) = pair
    return now_observed < observed or (now_observed == observed and now_others != others)


def _moved(before: Sequence[float], after: Sequence[float]) -> bool:
    return abs(before[0] - after[0]) > ROUNDING * max(1.0, abs(before[0]))
