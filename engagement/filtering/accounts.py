"""Layer: age and completeness of the author's account, where the platform tells them, which is X alone.

Innocent explanation: everybody was new once, many read without ever posting, and many never choose a picture. So the
layer weighs little, and an account whose age is unknown is no sign at all.
"""

from engagement.filtering.model import Model
from engagement.filtering.scene import Evidence, Findings, Scene
from engagement.filtering.stack import ACCOUNT, probability

_LIKE_BOTS = "The account's age, counts and completeness are like those of automated accounts."
_LIKE_PEOPLE = "The account's age, counts and completeness are like those of people."


def completeness(scene: Scene, model: Model) -> Findings:
    """How each account looks whose age is known."""
    shown = {seen.id: seen.account for seen in scene.interactions if seen.account is not None}
    odds = {key: model.accounts.log_odds(account) for key, account in shown.items()} if model.accounts else {}
    return {key: [_look(one)] for key, one in odds.items() if one is not None}


def _look(odds: float) -> Evidence:
    chance = round(probability(odds), 4)
    name, detail = ("like_bots", _LIKE_BOTS) if chance >= 0.5 else ("like_people", _LIKE_PEOPLE)
    return Evidence(ACCOUNT, name, chance, detail)
