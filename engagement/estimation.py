"""From what could be seen one by one to how much of a post's engagement is genuine, with an interval.

Platforms give counts of likes, shares and saves, not who; here the hidden is estimated from the seen. What is seen was
judged by a filter that is wrong at times, and the estimate knows how often.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from engagement.enums import InteractionKind, Verdict
from engagement.filtering.scene import WRITTEN
from engagement.metrics import ENGAGEMENT_FIELDS
from engagement.prevalence import ErrorRates, Numbers, bot_share, rate_over

# Which of a post's counts a visible interaction is part of. Platforms count replies among the comments.
COUNTED_AS: dict[str, str] = {
    InteractionKind.COMMENT: "comments",
    InteractionKind.REPLY: "comments",
    InteractionKind.LIKE: "likes",
    InteractionKind.SHARE: "shares",
}

# Posts of an account are as unlike as draws that share a mean worth this many interactions, until its own posts tell.
PRIOR_STRENGTH = 20.0
# No two posts are more alike than this, and none more unlike: the share between them of what varies.
LEAST_VARIATION, MOST_VARIATION = 0.002, 0.5

# Those who like are not quite those who comment. Nothing that platforms show says how unlike they are, so it is set:
# the odds of a bot among the hidden are about half as much again as among the seen, or as much less (in log odds).
HIDDEN_SPREAD = 0.4

# How often the filter was wrong, (times, of), where the truth is known and the model had not seen it: in the files that
# model layers-2 was trained on, each judged by a model of all others, ScamSpot in ten parts; and in the comments of
# planted scenes (`benchmarks/scenes.py`). Tweets are all taken for people's.
ACCUSED = {
    "youtube-spam, Psy": (1.7, 175),
    "youtube-spam, KatyPerry": (0.5, 175),
    "youtube-spam, LMFAO": (0.3, 202),
    "scamspot-instagram-comments": (66.0, 1829),
    "vader-tweets": (129.2, 2800),
    "planted viral posts": (86.1, 1745),
    "planted regulars": (4.3, 533),
}
# Labels know one kind of bot, who promotes in English; of other kinds the scenes tell.
FOUND = {
    "youtube-spam, Psy": (138.4, 175),
    "youtube-spam, KatyPerry": (126.9, 175),
    "youtube-spam, LMFAO": (188.8, 236),
    "scamspot-instagram-comments": (835.6, 1039),
    "planted campaigns": (136.9, 222),
    "planted pods": (288.8, 311),
    "planted raids": (240.7, 251),
}
ERROR_RATES = ErrorRates(
    false_accusations=rate_over([*ACCUSED.values()]),
    recall=rate_over([*FOUND.values()]),
)


@dataclass(frozen=True, kw_only=True)
class Past:
    """What the filter said under other posts: how many it called genuine and bots, and how unlike the posts were.

    `posts` is their number, `squared_seen` the sum of n^2 and `squared_bots` that of k^2 / n over posts with k called
    bots of n seen. With fewer than two posts, they are taken to be as unlike as usual.
    """

    genuine: float
    bot: float
    posts: int = 0
    squared_seen: float = 0.0
    squared_bots: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Prior:
    """What earlier posts tell of this one, as if so many had been seen on it and called so; (0, 0) is no belief."""

    genuine: float = 0.0
    bot: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was counted of one post.

    `observed` counts interactions by (kind, verdict). `unsure` are those without a clear verdict: by kind, how many
    and the sum of their probabilities to be a bot. `counts` holds likes, comments, shares and saves, None if unknown.
    `suspect` likes came at once without the comments or reach that go with them, and `purged` ones went again.
    """

    observed: Mapping[tuple[str, str], int]
    counts: Mapping[str, int | float | None]
    prior: Prior = Prior()
    unsure: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    suspect: float = 0.0
    purged: float = 0.0


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


def prior_of(*histories: Past) -> Prior:
    """A prior from what was seen under other posts, the closest first: the account's, then the platform's.

    Each fills what strength the closer ones left; one that was never observed adds nothing.
    """
    genuine = bot = 0.0
    for past in histories:
        seen = past.genuine + past.bot
        alike = variation(past)
        room = 1 / alike - 1 - genuine - bot
        if seen > 0 and room > 0:
            weight = min(room, _strength(past, alike)) / seen
            genuine, bot = genuine + weight * past.genuine, bot + weight * past.bot
    return Prior(genuine=genuine, bot=bot)


def _strength(past: Past, alike: float) -> float:
    """How many interactions seen on a post its past is worth: posts differ, and how they do on the whole is not exact.

    A Beta of strength s has a variance of p (1 - p) / (s + 1).
    """
    seen = past.genuine + past.bot
    repeated = past.squared_seen / seen**2
    return max(0.0, 1 / min(1.0, alike * (1 + repeated) + (1 - alike) / seen) - 1)


def variation(past: Past) -> float:
    """The part of the variance of verdicts that lies between posts, 0 to 1, after their beta-binomial moments.

    Kleinman 1973, JASA 68: 46-54. Few posts tell little of it: the moments are shrunk towards what is usual by the
    variance they would have there.
    """
    usual = 1 / (PRIOR_STRENGTH + 1)
    if past.posts < 2:
        return usual
    seen, others = past.genuine + past.bot, past.posts - 1
    pairs = seen - past.squared_seen / seen - others if seen else 0.0
    if pairs <= 0:
        return usual
    share = (past.bot + 0.5) / (seen + 1)
    within, size = share * (1 - share), seen / past.posts
    found = ((past.squared_bots - past.bot**2 / seen) / within - others) / pairs
    noise = (2 + 1 / (size * within)) / others * (1 / size + usual) ** 2
    weight = usual**2 / (usual**2 + noise)
    return min(MOST_VARIATION, max(LEAST_VARIATION, weight * found + (1 - weight) * usual))


def hidden_engagement(tally: Tally) -> int:
    """Engagement that was counted but not seen: the sum over kinds of max(0, count - seen of that kind).

    A kind whose count is unknown hides an unknown number and adds nothing.
    """
    seen = dict.fromkeys(ENGAGEMENT_FIELDS, 0)
    for (kind, _), number in tally.observed.items():
        seen[COUNTED_AS[kind]] += number
    for kind, (number, _) in tally.unsure.items():
        seen[COUNTED_AS[kind]] += number
    return sum(max(0, int(count) - seen[name]) for name in seen if (count := tally.counts.get(name)) is not None)


def estimates(
    tallies: Sequence[Tally], *, rates: ErrorRates = ERROR_RATES, level: float = 0.95
) -> list[Estimate | None]:
    """Estimate the genuine engagement of posts; None where neither a count nor an interaction is known.

        genuine = seen genuine + share * hidden

    The share is what the verdicts on the post and its past leave once the filter's errors are taken out. In the middle
    each verdict counts as it stands, so that one more bot never raises it; the interval knows that verdicts are wrong
    at times, that the error rates are not exact and that the hidden are not quite like the seen. Personas are seen
    and subtracted, and say nothing about the rest.
    """
    known = [number for number, tally in enumerate(tallies) if _is_known(tally)]
    found = _estimated([tallies[number] for number in known], rates, level) if known else []
    by_number = dict(zip(known, found, strict=True))
    return [by_number.get(number) for number in range(len(tallies))]


def _is_known(tally: Tally) -> bool:
    seen = any(tally.observed.values()) or any(number for number, _ in tally.unsure.values())
    return seen or any(tally.counts.get(name) is not None for name in ENGAGEMENT_FIELDS)


def _estimated(tallies: Sequence[Tally], rates: ErrorRates, level: float) -> list[Estimate]:
    rows = np.array([_row(tally) for tally in tallies])
    genuine, bots, seen, past_bots, past_seen, wordless, hidden, _, _ = rows.T
    share = bot_share(bots, seen, past_bots, past_seen, rates, level)
    # How often a like is found to be a bot's is not known: whoever was seen without a word is as good as not seen.
    unjudged = hidden + wordless
    fewest, most = share.among_all(bots, seen, unjudged, HIDDEN_SPREAD, rates)
    low, high = share.among_hidden(hidden, HIDDEN_SPREAD)
    bought, doubted = _doubts(rows)
    middle = genuine + (1 - share.mean) * (hidden - bought)
    part, everyone = np.maximum(hidden, 1), seen + unjudged
    columns = (
        middle,
        np.minimum(middle, (everyone - most) * (1 - doubted / np.maximum(everyone, 1))),
        np.maximum(middle, everyone - fewest),
        (1 - share.mean) * (1 - bought / part),
        (1 - high) * (1 - np.minimum(doubted, hidden) / part),
        1 - low,
    )
    # numpy sums many posts in another order than one: beyond the sixth decimal nothing is said.
    numbers = np.stack(columns, axis=1).round(6).tolist()
    return [_estimate(tally, row, values) for tally, row, values in zip(tallies, rows.tolist(), numbers, strict=True)]


def _row(tally: Tally) -> tuple[float, ...]:
    """Genuine by verdict; bots and all who wrote, the same of the past; the wordless not called bots; hidden; doubts.

    Whoever the filter is unsure of counts by the probability on either side.
    """
    genuine, bots, seen, wordless = 0.0, 0.0, 0.0, 0.0
    for kind, number, likely in _judged(tally):
        genuine += number - likely
        if kind in WRITTEN:
            bots, seen = bots + likely, seen + number
        else:
            wordless += number - likely
    prior, hidden = tally.prior, float(hidden_engagement(tally))
    past = (prior.bot, prior.genuine + prior.bot)
    return genuine, bots, seen, *past, wordless, hidden, tally.suspect, tally.purged


def _judged(tally: Tally) -> Iterator[tuple[str, float, float]]:
    """Kind, number and bots to count among them, of those who are no personas."""
    for (kind, verdict), number in tally.observed.items():
        if verdict != Verdict.PERSONA:
            yield kind, number, number if verdict == Verdict.BOT else 0
    for kind, (number, likely) in tally.unsure.items():
        yield kind, number, likely


def _doubts(rows: Numbers) -> tuple[Numbers, Numbers]:
    """How many of the hidden are taken for bought in the middle, and how many may be.

    What came at once may have been bought or not, all of it: half, until some is purged. Of what is purged as much
    again may have stayed.
    """
    wordless, hidden, suspect, purged = rows.T[5:]
    reach = hidden + wordless
    doubted = np.maximum(np.minimum(suspect, reach), np.minimum(purged, reach))
    suspect = np.minimum(suspect, hidden)
    bought = suspect * np.divide(suspect / 2 + purged, suspect + purged, out=np.zeros_like(hidden), where=suspect > 0)
    return bought, doubted


def _estimate(tally: Tally, row: Sequence[float], values: Sequence[float]) -> Estimate:
    genuine, low, high, share, share_low, share_high = values
    return Estimate(
        genuine=genuine,
        low=low,
        high=high,
        share=share,
        share_low=share_low,
        share_high=share_high,
        observed=sum(tally.observed.values()) + sum(number for number, _ in tally.unsure.values()),
        hidden=int(row[6]),
    )
