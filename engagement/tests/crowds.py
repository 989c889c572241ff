"""Made-up accounts whose truth is known, to count how often an interval holds it.

Nothing here is the estimate's own model: shares vary by the normal law of their log odds, a filter with three answers
errs one by one, and what is known of it is what it did on a labelled set.
"""

from dataclasses import dataclass

import numpy as np

from engagement.enums import InteractionKind, Verdict
from engagement.estimation import Past, Prior, Tally, prior_of
from engagement.prevalence import ErrorRates

# How unlike the posts of an account are, and how unlike those who like and those who comment, in log odds.
POSTS_SPREAD, KINDS_SPREAD = 0.5, 0.4
# Of these many labelled people and bots the filter's rates are known.
LABELLED_PEOPLE, LABELLED_BOTS = 1000, 400


@dataclass(frozen=True)
class Filter:
    """How often people and bots are called bots, and how often the filter is unsure of them."""

    accused: float
    doubted: float
    found: float
    suspected: float

    def judge(self, rng: np.random.Generator, people: int, bots: int) -> tuple[int, int, float]:
        """How many are called bots, of how many it is unsure, and the sum of its probabilities for these."""
        accused, doubted, _ = rng.multinomial(people, [self.accused, self.doubted, 1 - self.accused - self.doubted])
        found, suspected, _ = rng.multinomial(bots, [self.found, self.suspected, 1 - self.found - self.suspected])
        likely = float(rng.beta(2, 3, doubted).sum() + rng.beta(3, 2, suspected).sum())
        return int(accused + found), int(doubted + suspected), likely

    def evaluated(self, rng: np.random.Generator) -> ErrorRates:
        """What a labelled set tells of it, whoever it is unsure of counted by the probability."""
        people, bots = self.judge(rng, LABELLED_PEOPLE, 0), self.judge(rng, 0, LABELLED_BOTS)
        return ErrorRates(
            false_accusations=(people[0] + people[2], LABELLED_PEOPLE), recall=(bots[0] + bots[2], LABELLED_BOTS)
        )


def some_filter(rng: np.random.Generator) -> Filter:
    """Any filter that is worth having."""
    return Filter(rng.uniform(0.005, 0.02), rng.uniform(0.01, 0.04), rng.uniform(0.7, 0.85), rng.uniform(0.05, 0.15))


def unlike(rng: np.random.Generator, share: float, spread: float) -> float:
    """A share whose log odds differ by as much; none stays none."""
    return float(1 / (1 + (1 - share) / share * np.exp(-rng.normal(0, spread)))) if share else 0.0


def some_past(rng: np.random.Generator, judge: Filter, level: float, posts: int) -> Past:
    """Earlier posts of an account with this level of bots."""
    seen = np.maximum(1, rng.lognormal(3.3, 0.8, posts).astype(int))
    bots = [rng.binomial(n, unlike(rng, level, POSTS_SPREAD)) for n in seen]
    verdicts = [judge.judge(rng, n - k, k) for n, k in zip(seen, bots, strict=True)]
    called = np.array([found + likely for found, _, likely in verdicts])
    return Past(
        genuine=float((seen - called).sum()),
        bot=float(called.sum()),
        posts=posts,
        squared_seen=float((seen**2).sum()),
        squared_bots=float((called**2 / seen).sum()),
    )


def some_post(
    rng: np.random.Generator,
    judge: Filter,
    level: float,
    observed: int,
    *,
    has_past: bool = True,
    kinds_spread: float = KINDS_SPREAD,
) -> tuple[Tally, int]:
    """What was counted of a post with so many comments, all read, and its true genuine engagement."""
    past = some_past(rng, judge, level, int(rng.integers(5, 41))) if has_past else None
    share = unlike(rng, level, POSTS_SPREAD)
    likes = 1 + int(rng.lognormal(6, 1))
    bots, bought = rng.binomial(observed, share), rng.binomial(likes, unlike(rng, share, kinds_spread))
    called, unsure, likely = judge.judge(rng, observed - bots, bots)
    comment = InteractionKind.COMMENT
    return Tally(
        observed={(comment, Verdict.BOT): called, (comment, Verdict.GENUINE): observed - called - unsure},
        unsure={comment: (unsure, likely)},
        counts={"likes": likes, "comments": observed},
        prior=prior_of(past) if past else Prior(),
    ), int(observed + likes - bots - bought)
