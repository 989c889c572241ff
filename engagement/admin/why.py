"""Why the filter said what it said of one interaction, in words and with the weights, for every page that shows it."""

from dataclasses import dataclass
from typing import Any

from acd.figures import number
from engagement.calibration import filter_in_force
from engagement.enums import Verdict
from engagement.filtering.cutoffs import CutOffs
from engagement.filtering.stack import SIGNED
from engagement.models import Interaction

VERDICT_COLOURS = {
    Verdict.GENUINE: "success",
    Verdict.BOT: "danger",
    Verdict.PERSONA: "warning",
    Verdict.UNSURE: "info",
}
VERDICT_LINES = {
    Verdict.GENUINE: "--gator-genuine",
    Verdict.BOT: "--gator-bad",
    Verdict.PERSONA: "--gator-filtered",
    Verdict.UNSURE: "--gator-info",
}
# Of these layers one half says nothing, and less speaks for a person.
HALFWAY = "0.5 says nothing"


@dataclass(frozen=True)
class Reason:
    """What one layer found: its sentence, how much it weighs, and how long its bar is (0 to 100)."""

    layer: str
    text: str
    weight: str
    bar: int
    note: str


def reasons_of(row: Interaction) -> list[Reason]:
    """The evidence on one interaction, the weightiest first, as it was stored with the verdict."""
    return [_reason(one) for one in row.reasons]


def _reason(one: dict[str, Any]) -> Reason:
    layer, weight = str(one.get("layer") or "persona"), one.get("weight")
    return Reason(
        layer=layer,
        text=str(one.get("detail") or one.get("name", "")),
        weight=number(weight, 2),
        bar=round(100 * min(1.0, max(0.0, weight or 0.0))),
        note=HALFWAY if layer in SIGNED else "",
    )


def wording(reason: dict[str, Any]) -> str:
    """One layer's evidence: its sentence, and how much it weighs."""
    told = _reason(reason)
    return f"{told.text} (weight {told.weight})"


def cut_offs_in_force() -> CutOffs:
    """From which score on the filter calls a bot, and below which a person, on this installation. One query."""
    return filter_in_force().cut_offs


def explained(row: Interaction, bounds: CutOffs) -> str:
    """How the score became the verdict, in a sentence."""
    if not row.verdict:
        return "The filter has not judged it yet."
    if row.verdict == Verdict.PERSONA:
        return "Its author is one of this installation's own accounts, so it counts as an AI persona, whatever it says."
    if row.score is None:
        return f"The filter said {row.get_verdict_display().lower()}, without a score."
    return f"{_by_score(row.verdict, row.score, bounds)} Judged by {row.model_version or 'an unnamed model'}."


def _by_score(verdict: str, score: float, bounds: CutOffs) -> str:
    # More digits where two would make the score look the same as a cut-off.
    is_close = round(score, 2) in (round(bounds.genuine, 2), round(bounds.bot, 2))
    low, high, said = (number(one, 4 if is_close else 2) for one in (bounds.genuine, bounds.bot, score))
    if verdict == Verdict.GENUINE and score < bounds.genuine:
        return f"Score {said}: below {low}, so genuine."
    if verdict == Verdict.BOT and score >= bounds.bot:
        return f"Score {said}: {high} or more, and not by one weak sign alone, so a bot."
    if verdict == Verdict.UNSURE and score >= bounds.bot:
        return f"Score {said}: enough for a bot ({high}), but one weak sign never convicts, so not sure."
    if verdict == Verdict.UNSURE and score >= bounds.genuine:
        return f"Score {said}: between {low}, below which it is genuine, and {high}, from which on a bot; so not sure."
    return f"Score {said}. The cut-offs changed since (now {low} and {high}): assess its post again."
