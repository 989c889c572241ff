"""What another filter would change: verdicts and genuine engagement, counted while it judges.

It judges and writes as in earnest, so that later posts learn from its verdicts on earlier ones as they would. Whoever
asks does so on a copy of the database.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engagement.calibration import Filter
from engagement.models import Interaction, SocialMediaPost
from engagement.reassessing import Step, assess_step

# Keys of interactions that are told of each kind of change.
EXAMPLES = 5

# What was believed: by (post, interaction) the final verdict, and by post the genuine engagement.
Verdicts = dict[tuple[int, int], str]
Genuine = dict[int, float]


@dataclass
class Changes:
    """What changed under the posts of one account: verdicts by (before, after), and genuine engagement, summed.

    An empty verdict before is none. The sums are over posts whose genuine engagement is known before and after.
    """

    platform: str
    account: str
    interactions: int = 0
    moves: Counter[tuple[str, str]] = field(default_factory=Counter)
    examples: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    genuine_before: float = 0.0
    genuine_after: float = 0.0

    def move(self, interaction: int, before: str, after: str) -> None:
        """Count a verdict that was looked at."""
        self.interactions += 1
        if before != after:
            self.moves[before, after] += 1
            told = self.examples.setdefault((before, after), [])
            if len(told) < EXAMPLES:
                told.append(interaction)

    def to_json(self) -> dict[str, Any]:
        """For machines; keys of interactions, and nothing that anybody wrote."""
        moves = [
            {"before": before or None, "after": after, "number": number, "examples": self.examples[before, after]}
            for (before, after), number in sorted(self.moves.items())
        ]
        names = ("platform", "account", "interactions", "genuine_before", "genuine_after")
        return {name: getattr(self, name) for name in names} | {"changed": self.moves.total(), "moves": moves}


class Shadow:
    """Counts by account what a filter changes, step by step."""

    def __init__(self, by: Filter) -> None:
        self.by = by
        self.accounts: dict[tuple[str, int | None], Changes] = {}
        self.posts = 0

    def judge(self, step: Step, *, now: datetime) -> None:
        """Judge the posts of a step and count what that changed."""
        verdicts, genuine = _verdicts(step), _genuine(step)
        assess_step(step, now=now, by=self.by)
        owners = SocialMediaPost.objects.only("platform", "account").in_bulk(step)
        for (post, pk), verdict in sorted(_verdicts(step).items()):
            self._of(owners[post]).move(pk, verdicts.get((post, pk), ""), verdict)
        for pk, believed in _genuine(step).items():
            if pk in genuine:
                told = self._of(owners[pk])
                told.genuine_before += genuine[pk]
                told.genuine_after += believed
        self.posts += len(owners)

    def _of(self, post: SocialMediaPost) -> Changes:
        key = (post.platform, post.account_id)
        if key not in self.accounts:
            self.accounts[key] = Changes(post.platform, str(post.account) if post.account else "without an account")
        return self.accounts[key]


def _verdicts(step: Step) -> Verdicts:
    rows = Interaction.objects.visible().filter(post__in=step).order_by()
    return {(post, pk): verdict for post, pk, verdict in rows.values_list("post", "pk", "final_verdict")}


def _genuine(step: Step) -> Genuine:
    rows = SocialMediaPost.objects.filter(pk__in=step, genuine_engagement__isnull=False).order_by()
    return dict(rows.values_list("pk", "genuine_engagement"))  # type: ignore[arg-type]  # the unknown are left out
