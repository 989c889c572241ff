"""What every hour of every weekday does to posts, all else equal: hours and weekdays together. Pure.

A week has 168 hours, and most have a post or two. So none is tested: each is told in the light of the hours around it,
of the same hour on other days and of its own day, as far as the posts show these to be alike.
"""

from collections import Counter
from dataclasses import dataclass
from itertools import product

import numpy as np

from patterns.adjustment import MIN_FREEDOM, Fit
from patterns.enums import PatternKind
from patterns.hours import CYCLES, beside_cells, cells_of
from patterns.mixed import Floats
from patterns.processes import averaged, chords
from patterns.shrinkage import Shrunk
from patterns.windows import Rows

# Weekday, 0 is Monday, and hour.
Place = tuple[int, int]
# Priors that are tried: how far hours reach and spread, in logs; how alike the curves of two days are; how far days
# spread.
REACHES, SPREADS = (1.0, 3.0), (0.07, 0.15, 0.3, 0.6)
ALIKE, DAY_SPREADS = (1.0, 0.5), (0.0, 0.1, 0.25)


@dataclass(frozen=True)
class HourOfWeek:
    """What an hour of a weekday does against the mean of all posts, in logs, and how many posts it has."""

    place: Place
    n: int
    around: Shrunk


def week_of(fit: Fit, rows: Rows) -> list[HourOfWeek]:
    """Every hour of the week with posts, in order; none where nothing can be told."""
    at = [_place(post.local_weekday, post.local_hour) for post in rows.posts]
    counts = Counter(place for place in at if place)
    places = sorted(counts)
    if not places:
        return []
    columns = np.array([[float(one == place) for place in places] for one in at])
    hours = np.array([[float(one is not None and one[1] == hour) for hour in range(24)] for one in at])
    cells = cells_of(hours, fit.window.accounts)
    moments = fit.moments(np.column_stack([columns, cells]), instead_of=tuple(CYCLES))
    by_hour = np.zeros((len(moments.shared), hours.shape[1]))
    by_hour[np.arange(len(places)), [hour for _, hour in places]] = 1.0
    # Hours of the week are too many to be held constant.
    evidence = beside_cells(moments, len(places), by_hour)
    if evidence.freedom < MIN_FREEDOM:
        return []
    told = averaged(evidence, _against_all(np.array([counts[place] for place in places])), _priors(places))
    return [HourOfWeek(place, counts[place], around) for place, around in zip(places, told, strict=True)]


def _place(weekday: int | None, hour: int | None) -> Place | None:
    return None if weekday is None or hour is None else (weekday, hour)


def _against_all(counts: Floats) -> Floats:
    """Each place less the mean of all posts."""
    return np.asarray(np.eye(len(counts)) - (counts / counts.sum())[:, None])


def _priors(places: list[Place]) -> Floats:
    """The covariances of all weeks that are tried."""
    days, hours = np.array(places).T
    same, apart = days[:, None] == days, chords(hours, CYCLES[PatternKind.POSTING_HOUR])
    curves = [np.zeros(same.shape)] + [
        spread**2 * np.exp(-0.5 * (apart / reach) ** 2) * np.where(same, 1.0, alike)
        for reach, spread, alike in product(REACHES, SPREADS, ALIKE)
    ]
    return np.array([curve + spread**2 * same for curve, spread in product(curves, DAY_SPREADS)])
