"""From labelled accounts to the account model, and what it is worth in ten folds."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from engagement.filtering import curves
from engagement.filtering.account_model import AccountModel, features_of
from engagement.filtering.fitting import fit_accounts
from engagement.filtering.scene import Account
from engagement.filtering.stack import log_odds, probability

FOLDS = 10
VERIFIED = "verified"
FEATURES = (
    "age", "followers", "following", "posts", "posts_per_day", "has_biography", "has_picture", "handle_digits",
)  # fmt: skip


def train_accounts(accounts: Sequence[tuple[Account, bool]], names: Sequence[str] = FEATURES) -> dict[str, Any]:
    """The stored form of a model; features that no account shows are left out."""
    shown = [features_of(account) for account, _ in accounts]
    known = [name for name in names if any(one[name] is not None for one in shown)]
    return fit_accounts(shown, [is_bot for _, is_bot in accounts], known)


def worth(accounts: Sequence[tuple[Account, bool]], names: Sequence[str]) -> dict[str, float]:
    """How right a model over these features is on accounts it had not seen."""
    order = np.random.default_rng(2026).permutation(len(accounts))
    judged: list[tuple[float, bool]] = []
    for fold in range(FOLDS):
        held_out = set(order[fold::FOLDS].tolist())
        seen = [one for at, one in enumerate(accounts) if at not in held_out]
        model = AccountModel.from_json(train_accounts(seen, names))
        prior = log_odds(sum(is_bot for _, is_bot in seen) / len(seen))
        for at in held_out:
            account, is_bot = accounts[at]
            odds = model.log_odds(account)
            judged.append((probability(prior + (odds or 0.0)), is_bot))
    return {"number": len(judged), "auc": curves.auc(judged) or 0.0, "mcc": curves.at_even_odds(judged).mcc or 0.0}
