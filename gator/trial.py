"""A filter tried in shadow: what it would change, up to the patterns that rest on it, and nothing is changed."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from acd.copies import private_copy
from engagement.calibration import Filter
from engagement.grading import grade_posts
from engagement.models import SocialMediaPost
from engagement.querysets import SocialMediaPostQuerySet
from engagement.reassessing import Step, steps
from engagement.shadow import Changes, Shadow
from gator.studio.models import Persona
from patterns.extraction import extract, retire_outdated
from patterns.models import Extraction, Pattern

# What makes two patterns the same one: persona, platform, kind, subject, basis.
Key = tuple[str, str, str, str, str]
# What a pattern says: its advice, how many posts, its effect.
Said = tuple[str, int, float | None]


@dataclass(frozen=True)
class Trial:
    """Changes by account, and the active patterns that would appear, vanish, or say something else."""

    posts: int
    accounts: list[Changes]
    before: dict[Key, Said]
    after: dict[Key, Said]

    @property
    def moves(self) -> Counter[tuple[str, str]]:
        """How many verdicts would change, by (before, after), over all accounts."""
        return sum((one.moves for one in self.accounts), Counter())

    def patterns(self) -> dict[str, list[dict[str, Any]]]:
        """The patterns that would appear, vanish or change, each with what it says before and after."""
        told: dict[str, list[dict[str, Any]]] = {"appear": [], "vanish": [], "change": []}
        for key in sorted(self.before.keys() | self.after.keys()):
            before, after = self.before.get(key), self.after.get(key)
            if before != after:
                kind = "appear" if before is None else "vanish" if after is None else "change"
                told[kind].append(_pattern(key, before, after))
        return told

    def to_json(self) -> dict[str, Any]:
        """For machines."""
        return {
            "posts": self.posts,
            "interactions": sum(one.interactions for one in self.accounts),
            "changed": self.moves.total(),
            "accounts": [one.to_json() for one in self.accounts],
            "patterns": self.patterns(),
        }


def _pattern(key: Key, before: Said | None, after: Said | None) -> dict[str, Any]:
    names, said = ("persona", "platform", "kind", "subject", "basis"), ("advice", "n", "effect")
    sides = {
        side: dict(zip(said, values, strict=True)) if values else None
        for side, values in (("before", before), ("after", after))
    }
    return dict(zip(names, key, strict=True)) | sides


def attempt(
    posts: SocialMediaPostQuerySet,
    by: Filter,
    *,
    now: datetime,
    progress: Callable[[list[Step]], Iterable[Step]],
) -> Trial:
    """Judge posts by this filter, grade them and look at what they teach, on a copy of the database.

    Patterns are looked at anew on the copy before and after, so that what came since the last look is no difference.
    """
    with private_copy():
        _look(now)
        before = _active()
        shadow = Shadow(by)
        for step in progress(steps(posts)):
            shadow.judge(step, now=now)
        grade_posts(SocialMediaPost.objects.filter(measured_at__gte=now), now=now)
        _look(now)
        return Trial(shadow.posts, list(shadow.accounts.values()), before, _active())


def _look(now: datetime) -> None:
    for persona, platform in _learned_of():
        extract(persona, platform, now=now)
    retire_outdated(now)


def _learned_of() -> Iterator[tuple[Persona, str]]:
    """Every persona and platform that something was looked for."""
    pairs = set(Extraction.objects.order_by().values_list("persona", "platform").distinct())
    personas = Persona.objects.in_bulk({persona for persona, _ in pairs})
    return ((personas[pk], platform) for pk, platform in sorted(pairs) if pk in personas)


def _active() -> dict[Key, Said]:
    rows = Pattern.objects.active().order_by()
    values = rows.values_list("persona__slug", "platform", "kind", "subject", "basis", "advice", "n", "effect")
    return {
        (slug, on, kind, what, basis): (advice, n, effect) for slug, on, kind, what, basis, advice, n, effect in values
    }
