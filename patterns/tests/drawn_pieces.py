"""Pieces whose gain from guidance is known: accounts with levels of their own, heavy tails, trends, changed shares."""

from dataclasses import dataclass
from math import log1p

import numpy as np

from patterns.uplift import Piece

DAYS = 180.0
# Platform and basis of the accounts that every persona has.
ACCOUNTS = (("instagram", "reach"), ("tiktok", "views"))
# Posts differ more on the second: variances are not the same.
SPREADS = (0.8, 1.2)
# Student's t with so few degrees of freedom has heavy tails.
TAILS = 4


@dataclass(frozen=True)
class World:
    """How the pieces of one run are made. `control_shares` hold for equal parts of the time, one after another.

    `growth` is how much the level of all has grown, in logs, when the last share takes over: at once, not evenly.
    With `improves` guidance gains nothing at first and twice `gain` (in logs) at the end, `gain` over all.
    """

    posts: int
    control_shares: tuple[float, ...] = (0.1,)
    personas: int = 1
    gain: float = 0.22
    spread: float = 0.7
    growth: float = 0.4
    improves: bool = False

    def pieces(self, rng: np.random.Generator) -> list[Piece]:
        """One run."""
        day = np.sort(rng.uniform(0, DAYS, self.posts))
        part = (day / DAYS * len(self.control_shares)).astype(int)
        propensity = 1 - np.array(self.control_shares)[part]
        guided = rng.random(self.posts) < propensity
        account = rng.integers(0, len(ACCOUNTS) * self.personas, self.posts)
        place = account % len(ACCOUNTS)
        gain = log1p(self.gain) * (2 * day / DAYS if self.improves else np.ones(self.posts))
        noise = rng.standard_t(TAILS, self.posts) / np.sqrt(TAILS / (TAILS - 2))
        level = rng.normal(0, 0.6, len(ACCOUNTS) * self.personas)[account] + np.array([1.0, 2.5])[place]
        truth = level + self._over_time(day) + gain * guided + self.spread * np.array(SPREADS)[place] * noise
        # Few people, wide interval.
        error = rng.uniform(0.03, 0.3, self.posts) * np.exp(-0.4 * (truth - level))
        value = truth + rng.normal(0, error)
        return [
            Piece(
                guided=bool(guided[i]),
                value=float(value[i]),
                error=float(error[i]),
                propensity=float(propensity[i]),
                account=int(account[i]),
                platform=ACCOUNTS[place[i]][0],
                basis=ACCOUNTS[place[i]][1],
                day=float(day[i]),
                young=bool(day[i] > DAYS - 7),
            )
            for i in range(self.posts)
        ]

    def _over_time(self, day: np.ndarray) -> np.ndarray:
        """A trend that no straight line follows: a wave, and growth at the time when the share was changed last."""
        changed = DAYS * (1 - 1 / max(2, len(self.control_shares)))
        return self.growth / (1 + np.exp((changed - day) / 8)) + 0.15 * np.sin(day / 14)
