"""Made-up accounts whose truth is known, to count how often an interval holds it.

Nothing here is the estimate's own model: shares vary by the normal law of their log odds, a filter with three answers
errs one by one, and what is known of it is what it did on a labelled set.
"""

from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from acd.tests.factories import NOW
from engagement.bursts import Moment, timeline_evidence
from engagement.enums import InteractionKind, Verdict
from engagement.estimation import Group, Past, Prior, Tally, prior_of
from engagement.prevalence import ErrorRates

# How unlike the posts of an account are, and how unlike those who like and those who comment, in log odds.
POSTS_SPREAD, KINDS_SPREAD = 0.5, 0.4
# Of these many labelled people and bots the filter's rates are known.
LABELLED_PEOPLE, LABELLED_BOTS = 1000, 400

# How long a post is followed that a group comes to, and how many it reaches for each like.
HOURS, REACHED_PER_LIKE = 12, 25


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


def visited(rng: np.random.Generator, tally: Tally, truth: int, members: int) -> tuple[Tally, int]:
    """The post after a group came: none, some or all of it like and share as well, and likes are bought at times.

    Of those whom the filter does not find it is unsure of some. What the timeline shows is noisy.
    """
    comment, likes = InteractionKind.COMMENT, int(tally.counts["likes"] or 0)
    found = int(rng.binomial(members, rng.uniform(0.5, 1)))
    doubted = int(rng.binomial(members - found, 0.5))
    likely = float(rng.beta(2, 3, doubted).sum())
    liked, shared = (int(rng.binomial(members, rng.choice((0, rng.uniform(), 1)))) for _ in range(2))
    bought = int(likes * rng.uniform() * (rng.random() < 0.3))
    unsure, before = tally.unsure[comment]
    observed, counts = Counter(tally.observed), tally.counts
    observed += Counter({(comment, Verdict.BOT): found, (comment, Verdict.GENUINE): members - found - doubted})
    after = replace(
        tally,
        observed=observed,
        unsure={comment: (unsure + doubted, before + likely)},
        grouped={comment: Group(found, doubted, likely)},
        counts={"likes": likes + liked + bought, "shares": shared, "comments": int(counts["comments"] or 0) + members},
    )
    timeline = timeline_evidence(*followed(rng, likes, liked + bought, members))
    return replace(after, suspect=timeline.suspect, beside=timeline.beside), truth


def followed(rng: np.random.Generator, likes: int, brought: int, members: int) -> tuple[list[Moment], list[datetime]]:
    """The likes of a post, hour by hour, and of a group that brings likes in one of the hours when it came.

    How many of those reached like it differs by a fifth from hour to hour.
    """
    fading = 0.8 ** np.arange(HOURS)
    usual, visit = rng.multinomial(likes, fading / fading.sum()), int(rng.integers(0, HOURS))
    reached = rng.poisson(likes * REACHED_PER_LIKE * fading / fading.sum() * rng.lognormal(0, 0.2, HOURS))
    gained = usual + np.where(np.arange(HOURS) == visit, brought, 0)
    counted = zip(range(HOURS + 1), (0, *gained.cumsum()), (0, *reached.cumsum()), strict=True)
    moments = [Moment(at=NOW + timedelta(hours=hour), likes=int(n), reach=int(reach)) for hour, n, reach in counted]
    return moments, [NOW + timedelta(hours=visit + 0.5)] * members
