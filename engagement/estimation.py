"""From what could be seen one by one to how much of a post's engagement is genuine, with an interval.

Platforms give counts of likes, shares and saves, not who; here the hidden is estimated from the seen.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from scipy.special import betaincinv

from engagement.enums import InteractionKind, Verdict
from engagement.metrics import ENGAGEMENT_FIELDS

# Which of a post's counts a visible interaction is part of. Platforms count replies among the comments.
COUNTED_AS: dict[str, str] = {
    InteractionKind.COMMENT: "comments",
    InteractionKind.REPLY: "comments",
    InteractionKind.LIKE: "likes",
    InteractionKind.SHARE: "shares",
}

# History may weigh as much as this many interactions seen on the post itself, and no more.
PRIOR_STRENGTH = 20.0


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What is believed of the genuine share before looking: counts of a Beta; (1, 1) is no belief."""

    genuine: float = 1.0
    bot: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """Genuine engagement with its interval, and the genuine share of what was hidden (0 to 1)."""

    genuine: float
    low: float
    high: float
    share: float
    share_low: float
    share_high: float
    observed: int
    hidden: int


def prior_of(*histories: tuple[int, int], strength: float = PRIOR_STRENGTH) -> Prior:
    """A prior from (genuine, bot) counts of the past, the closest first: the account's, then the platform's.

    Each fills what strength the closer ones left; one that was never observed adds nothing.
    """
    genuine = bot = 1.0
    for seen_genuine, seen_bot in histories:
        seen = seen_genuine + seen_bot
        weight = min(1.0, max(0.0, strength) / seen) if seen else 0.0
        genuine, bot = genuine + weight * seen_genuine, bot + weight * seen_bot
        strength -= weight * seen
    return Prior(genuine=genuine, bot=bot)


def hidden_engagement(observed: Mapping[tuple[str, str], int], counts: Mapping[str, int | float | None]) -> int:
    """Engagement that was counted but not seen: the sum over kinds of max(0, count - seen of that kind).

    A kind whose count is unknown hides an unknown number and adds nothing.
    """
    seen = dict.fromkeys(ENGAGEMENT_FIELDS, 0)
    for (kind, _), number in observed.items():
        seen[COUNTED_AS[kind]] += number
    return sum(max(0, int(count) - seen[name]) for name in seen if (count := counts.get(name)) is not None)


def estimate(
    observed: Mapping[tuple[str, str], int],
    counts: Mapping[str, int | float | None],
    *,
    prior: Prior | None = None,
    level: float = 0.95,
) -> Estimate | None:
    """Estimate genuine engagement; None where neither a count nor an interaction is known.

    `observed` counts interactions by (kind, verdict), `counts` holds likes, comments, shares and
    saves, None if unknown.

        genuine = seen genuine + share * hidden, share ~ Beta(prior genuine + seen genuine, prior bot + seen bot)

    The share is the posterior mean of a binomial proportion with conjugate prior, its interval the equal-tailed
    quantiles (Gelman et al., Bayesian Data Analysis, 3rd ed., section 2.4). Personas are seen and subtracted, and
    say nothing about the hidden part. It assumes that those who cannot be seen are like those who can. The filter's
    own error rates are not yet corrected for (Rogan and Gladen 1978), nor are bursts in the timeline used.
    """
    total = dict.fromkeys(Verdict.values, 0)
    for (_, verdict), number in observed.items():
        total[verdict] += number
    seen = sum(total.values())
    if not seen and all(counts.get(name) is None for name in ENGAGEMENT_FIELDS):
        return None
    hidden = hidden_engagement(observed, counts)
    prior = prior or Prior()
    seen_genuine, seen_bot = total[Verdict.GENUINE], total[Verdict.BOT]
    share, low, high = genuine_share(seen_genuine, seen_bot, prior=prior, level=level)
    return Estimate(
        genuine=seen_genuine + share * hidden,
        low=seen_genuine + low * hidden,
        high=seen_genuine + high * hidden,
        share=share,
        share_low=low,
        share_high=high,
        observed=seen,
        hidden=hidden,
    )


def genuine_share(genuine: int, bot: int, *, prior: Prior, level: float = 0.95) -> tuple[float, float, float]:
    """Mean and interval of the genuine share after seeing so many genuine and so many bots.

    The interval is equal-tailed, but reaches 1 where no bot was seen: nothing contradicts that everybody is genuine,
    and equal tails would always miss that truth (Brown, Cai and DasGupta 2001, Statistical Science 16: 101-133).
    """
    a, b = prior.genuine + genuine, prior.bot + bot
    mean, tail = a / (a + b), (1 - level) / 2
    low, high = (float(betaincinv(a, b, at)) for at in (tail, 1 - tail))
    # A very lopsided Beta can have its mean outside its central interval.
    return mean, min(low, mean), max(high, mean) if bot else 1.0
