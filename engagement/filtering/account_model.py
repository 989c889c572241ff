"""A linear model over what a platform shows of an account. What is not shown counts as average, so as nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from math import log1p
from typing import Any

from engagement.filtering.scene import Account

DAY_SECONDS = 86_400
# More digits at the end of a handle say no more.
MOST_DIGITS = 8


@dataclass(frozen=True)
class Feature:
    """Mean and deviation among the accounts the model was trained on, and the weight of a deviation."""

    mean: float
    deviation: float
    weight: float


@dataclass(frozen=True)
class AccountModel:
    """A weight for each feature of an account."""

    bias: float
    features: Mapping[str, Feature]

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "AccountModel":
        """The model as `train_comment_model` wrote it."""
        return cls(stored["bias"], {name: Feature(**feature) for name, feature in stored["features"].items()})

    def log_odds(self, account: Account) -> float | None:
        """How the account looks: above 0 like a bot's. None where its age is unknown."""
        if account.age_days is None:
            return None
        shown = features_of(account)
        return self.bias + sum(
            one.weight * (value - one.mean) / one.deviation
            for name, one in self.features.items()
            if (value := shown[name]) is not None
        )


def features_of(account: Account) -> dict[str, float | None]:
    """What the model looks at; None where the platform does not tell."""
    age, posts = account.age_days, account.posts
    return {
        "age": _log(age),
        "followers": _log(account.followers),
        "following": _log(account.following),
        "posts": _log(posts),
        "posts_per_day": None if posts is None or age is None else log1p(posts / max(age, 0.5)),
        "has_biography": _flag(account.has_biography),
        "has_picture": _flag(account.has_picture),
        "handle_digits": None if account.handle_digits is None else float(min(account.handle_digits, MOST_DIGITS)),
        "verified": _flag(account.verified),
    }


def account_of(signals: Mapping[str, Any], at: datetime | None) -> Account | None:
    """The account behind stored signals of an author (`known_signals`), as old as it was at that moment."""
    if not signals:
        return None
    joined = datetime.fromisoformat(signals["joined_at"]).replace(tzinfo=UTC) if "joined_at" in signals else None
    age = max(0.0, (at - joined).total_seconds() / DAY_SECONDS) if at and joined else None
    names = ("followers", "following", "posts", "has_biography", "has_picture", "handle_digits", "verified")
    return Account(age_days=age, **{name: signals.get(name) for name in names})


def _log(number: float | None) -> float | None:
    return None if number is None else log1p(number)


def _flag(given: bool | None) -> float | None:
    return None if given is None else float(given)
