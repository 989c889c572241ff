"""From what could be seen one by one to how much of a post's engagement is genuine, with an interval.

Platforms give counts of likes, shares and saves, not who; here the hidden is estimated from the seen. What is seen was
judged by a filter that is wrong at times, and the estimate knows how often.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import exp
from typing import Generic, NamedTuple, TypeVar

import numpy as np
from scipy.special import ndtri

from engagement.enums import InteractionKind, Verdict
from engagement.filtering.groups import short_of_group
from engagement.filtering.scene import WRITTEN
from engagement.metrics import ENGAGEMENT_FIELDS
from engagement.prevalence import ErrorRates, Numbers, bot_share

# One, or those of many posts.
Number = TypeVar("Number", float, Numbers)

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


class Group(NamedTuple):
    """Those of a kind who came as a group: called bots, and unsure with the sum of their probabilities."""

    called: int = 0
    unsure: int = 0
    likely: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Tally:
    """What was counted of one post.

    `observed` counts interactions by (kind, verdict). `unsure` are those without a clear verdict: by kind, how many
    and the sum of their probabilities to be a bot. `grouped` are those among both who came as a group, by kind.
    `counts` holds likes, comments, shares and saves, None if unknown. `suspect` likes came at once without the comments
    or reach that go with them, `purged` ones went again, and those `beside` came while a group did, unusual or not.
    """

    observed: Mapping[tuple[str, str], int]
    counts: Mapping[str, int | float | None]
    prior: Prior = Prior()
    unsure: Mapping[str, tuple[int, float]] = field(default_factory=dict)
    grouped: Mapping[str, Group] = field(default_factory=dict)
    suspect: float = 0.0
    purged: float = 0.0
    beside: float = 0.0


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
    return sum(_hidden(tally).values())


def _hidden(tally: Tally) -> dict[str, int]:
    """The same by the name of the count."""
    seen = dict.fromkeys(ENGAGEMENT_FIELDS, 0)
    for (kind, _), number in tally.observed.items():
        seen[COUNTED_AS[kind]] += number
    for kind, (number, _) in tally.unsure.items():
        seen[COUNTED_AS[kind]] += number
    return {
        name: max(0, int(count) - number)
        for name, number in seen.items()
        if (count := tally.counts.get(name)) is not None
    }


def estimates(tallies: Sequence[Tally], *, rates: ErrorRates, level: float = 0.95) -> list[Estimate | None]:
    """Estimate the genuine engagement of posts; None where neither a count nor an interaction is known.

        genuine = seen genuine + share * (hidden - what may be a group's or bought)

    The share is what the verdicts on the post and its past leave once the filter's errors are taken out. In the middle
    each verdict counts as it stands, so that one more bot never raises it; the interval knows that verdicts are wrong
    at times, that the error rates are not exact and that the hidden are not quite like the seen. Personas are seen
    and subtracted, and say nothing about the rest. Nor do those who came as a group: each may have left a like, a share
    and a save besides, which the lower end allows for and the middle does not.
    """
    known = [number for number, tally in enumerate(tallies) if _is_known(tally)]
    found = _estimated([tallies[number] for number in known], rates, level) if known else []
    by_number = dict(zip(known, found, strict=True))
    return [by_number.get(number) for number in range(len(tallies))]


def _is_known(tally: Tally) -> bool:
    seen = any(tally.observed.values()) or any(number for number, _ in tally.unsure.values())
    return seen or any(tally.counts.get(name) is not None for name in ENGAGEMENT_FIELDS)


class _Row(NamedTuple, Generic[Number]):
    """What an estimate takes from a tally: `bots` and `seen` are of those who wrote and were no group.

    Whoever the filter is unsure of counts by the probability, among `genuine` and `bots`; those of a group whom it is
    unsure of are `doubtful` as well, `unsure_bots` of `unsure` by the probability. `wordless` were not called bots.
    `own_likes` and `own_others` are what the group may have left unseen.
    """

    genuine: Number
    bots: Number
    seen: Number
    unsure_bots: Number
    unsure: Number
    past_bots: Number
    past_seen: Number
    wordless: Number
    doubtful: Number
    hidden: Number
    hidden_likes: Number
    own_likes: Number
    own_others: Number
    suspect: Number
    purged: Number
    beside: Number


def _estimated(tallies: Sequence[Tally], rates: ErrorRates, level: float) -> list[Estimate]:
    rows = [_row(tally) for tally in tallies]
    at = _Row[Numbers](*np.array(rows).T)
    share = bot_share(at.bots + at.unsure_bots, at.seen + at.unsure, at.past_bots, at.past_seen, rates, level)
    # How often a like is found to be a bot's is not known: whoever was seen without a word is as good as not seen.
    unjudged = at.hidden + at.wordless + at.doubtful
    fewest, most = share.among_all(at.bots, at.seen, unjudged, HIDDEN_SPREAD, rates)
    low, high = share.among_hidden(at.hidden, HIDDEN_SPREAD)
    taken, doubted = _doubts(at)
    people, part, everyone = 1 - share.mean, np.maximum(at.hidden, 1), at.seen + unjudged
    usual = at.genuine + people * at.hidden
    middle = usual - people * taken
    # What is not known of the share and what is not known of a group's likes and bought ones do not go together.
    fall = np.hypot(np.maximum(0, usual - (everyone - most)), people * (doubted - taken))
    told = people * (1 - taken / part)
    lost = np.hypot(people - (1 - high), people * (np.minimum(doubted, at.hidden) - taken) / part)
    columns = (
        middle,
        np.maximum(0, middle - fall),
        np.maximum(middle, everyone - fewest),
        told,
        np.maximum(0, told - lost),
        1 - low,
    )
    # numpy sums many posts in another order than one: beyond the sixth decimal nothing is said.
    numbers = np.stack(columns, axis=1).round(6).tolist()
    return [_estimate(tally, row, values) for tally, row, values in zip(tallies, rows, numbers, strict=True)]


def _row(tally: Tally) -> _Row[float]:
    genuine, bots, seen, wordless = 0.0, 0.0, 0.0, 0.0
    for kind, number, likely in _judged(tally):
        genuine += number - likely
        if kind in WRITTEN:
            bots, seen = bots + likely, seen + number
        else:
            wordless += number - likely
    group, hidden, prior = _group(tally), _hidden(tally), tally.prior
    members = group.called + group.unsure
    own = _own(tally, hidden, members)
    likes = own.pop("likes", 0)
    alone, bots = seen - members, bots - group.called - group.likely
    # A group speaks for as many as would be none, so that one more never makes the others count for less.
    spoken_for = short_of_group(group.called, group.unsure)
    # As many as it is unsure of it may have taken for people.
    missed = max(0.0, min(group.unsure, alone - bots))
    return _Row(
        genuine,
        bots + spoken_for,
        alone - missed + spoken_for,
        group.likely,
        group.unsure,
        prior.bot,
        prior.genuine + prior.bot,
        wordless,
        group.unsure + missed,
        sum(hidden.values()),
        hidden.get("likes", 0),
        likes,
        sum(own.values()),
        tally.suspect,
        tally.purged,
        tally.beside * _most_beside(members, alone),
    )


def _group(tally: Tally) -> Group:
    """Those of the group who wrote."""
    wrote = [one for kind, one in tally.grouped.items() if kind in WRITTEN]
    return Group(sum(one.called for one in wrote), sum(one.unsure for one in wrote), sum(one.likely for one in wrote))


def _own(tally: Tally, hidden: Mapping[str, int], members: int) -> dict[str, int]:
    """By the name of the count, what so many of a group may have left besides their comments and was not seen."""
    left = {name: members for name in hidden if name != "comments"}
    for kind, one in tally.grouped.items():
        if COUNTED_AS[kind] in left:
            left[COUNTED_AS[kind]] -= one.called + one.unsure
    return {name: min(max(0, number), hidden[name]) for name, number in left.items()}


def _most_beside(members: int, alone: float) -> float:
    """The part that may be bots' of the likes that came while a group did: as of the comments."""
    odds = members * exp(float(ndtri(0.975)) * HIDDEN_SPREAD)
    return odds / (odds + alone) if members else 0.0


def _judged(tally: Tally) -> Iterator[tuple[str, float, float]]:
    """Kind, number and bots to count among them, of those who are no personas."""
    for (kind, verdict), number in tally.observed.items():
        if verdict != Verdict.PERSONA:
            yield kind, number, number if verdict == Verdict.BOT else 0
    for kind, (number, likely) in tally.unsure.items():
        yield kind, number, likely


def _doubts(at: _Row[Numbers]) -> tuple[Numbers, Numbers]:
    """How many of the hidden are taken for a group's or bought in the middle, and how many of all may be.

    What came at once may have been bought or not, all of it: half, until some is purged. Of what is purged as much
    again may have stayed.
    """
    reach = at.hidden_likes + at.wordless
    doubted = np.maximum(np.minimum(at.suspect, reach), np.minimum(at.purged, reach)) + np.minimum(at.beside, reach)
    suspect = np.minimum(at.suspect, at.hidden_likes)
    both = suspect + at.purged
    bought = suspect * np.divide(suspect / 2 + at.purged, both, out=np.zeros_like(both), where=suspect > 0)
    return bought, np.minimum(reach, doubted + at.own_likes) + at.own_others + at.doubtful


def _estimate(tally: Tally, row: _Row[float], values: Sequence[float]) -> Estimate:
    genuine, low, high, share, share_low, share_high = values
    return Estimate(
        genuine=genuine,
        low=low,
        high=high,
        share=share,
        share_low=share_low,
        share_high=share_high,
        observed=sum(tally.observed.values()) + sum(number for number, _ in tally.unsure.values()),
        hidden=int(row.hidden),
    )
