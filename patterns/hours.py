"""The hours and weekdays of a window as cycles. Pure.

Hours are those where each persona lives (engagement/local_time.py). Everything else is held constant: accounts, trends,
hashtags, formats and so on, weekdays for the hours, hours for the weekdays.
"""

from collections.abc import Set

import numpy as np

from patterns.adjustment import MIN_FREEDOM, Fit
from patterns.cycles import Cycle, cycle
from patterns.enums import PatternKind
from patterns.mixed import Floats, Integers, Moments
from patterns.scans import beside
from patterns.windows import Rows

# Places of each cycle.
CYCLES = {PatternKind.POSTING_HOUR: 24, PatternKind.POSTING_WEEKDAY: 7}
# The weekdays on which people have one day and another; 0 is Monday.
WORKING_DAYS, WEEKEND = frozenset(range(5)), frozenset((5, 6))


def cycle_of(kind: PatternKind, fit: Fit, rows: Rows, *, floor: int, rate: float) -> Cycle | None:
    """What the posts of a window say of its hours or weekdays; see `cycles.cycle`."""
    columns = np.zeros((len(rows.posts), CYCLES[kind]))
    for place in range(CYCLES[kind]):
        columns[rows.places.get((kind, str(place)), []), place] = 1.0
    cells = cells_of(columns, fit.window.accounts)
    moments = fit.moments(np.column_stack([columns, cells]), instead_of=(kind,))
    counts = [int(count) for count in columns.sum(axis=0)]
    return cycle(beside_cells(moments, CYCLES[kind]), counts, floor=floor, rate=rate)


def hours_on(weekdays: Set[int], fit: Fit, rows: Rows, *, floor: int, rate: float) -> Cycle | None:
    """What the posts of some weekdays say of their hours, those of the other weekdays held constant; see `cycle`."""
    size = CYCLES[PatternKind.POSTING_HOUR]
    everywhere = np.array([[float(post.local_hour == at) for at in range(size)] for post in rows.posts])
    inside = np.array([[float(post.local_weekday in weekdays)] for post in rows.posts])
    columns = everywhere * inside
    cells = cells_of(columns, fit.window.accounts)
    moments = fit.moments(
        np.column_stack([columns, cells, everywhere - columns]), instead_of=(PatternKind.POSTING_HOUR,)
    )
    own = np.arange(size + cells.shape[1])
    kept = beside(moments, np.eye(len(moments.shared))[:, len(own) :]).of(own)
    counts = [int(count) for count in columns.sum(axis=0)]
    return cycle(beside_cells(kept, size), counts, floor=floor, rate=rate)


def cells_of(columns: Floats, accounts: Integers) -> Floats:
    """A column for each place of each account, where there are several: what holds for some need not hold for all."""
    levels = accounts[:, None] == np.unique(accounts)
    if levels.shape[1] < 2:
        return columns[:, :0]
    cells = (levels[:, :, None] * columns[:, None, :]).reshape(len(columns), -1)
    return np.asarray(cells[:, cells.any(axis=0)])


def beside_cells(moments: Moments, size: int, held: Floats | None = None) -> Moments:
    """The moments of the first columns, beside the others as random effects of one variance.

    How far these spread is told by what `held`, sums of columns, leaves of the posts, without it by what the first
    columns leave; where that is next to nothing they are left out.
    """
    cells = np.arange(size, len(moments.shared))
    if not cells.size:
        return moments
    left = beside(moments, np.eye(len(moments.shared), size) if held is None else held)
    ratio = left.ratio(cells) if left.freedom >= MIN_FREEDOM else 0.0
    return (moments.beside(cells, 1 / ratio) if ratio else moments).of(np.arange(size))
