"""A failure that was away for longer than chance, and one that was merely rare."""

from datetime import date, timedelta
from itertools import combinations, pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from patterns.failures import Tally
from patterns.silences import longest_silence
from patterns.tests.silent_worlds import FIRST, days, steady_failure, stopped_failure


def on(*struck, total=30, runs=1):
    """`total` days of `runs` runs, of which those on the days of `struck` failed once."""
    return days([(runs, int(at in struck)) for at in range(total)])


def silence_of(rows):
    """The silence that is there."""
    found = longest_silence(rows)
    assert found is not None
    return found


@pytest.mark.parametrize(
    "counts",
    [[], [(5, 0)] * 9, [(5, 1)], [(5, 1), *[(5, 0)] * 40, (5, 1)], [(5, 3)] * 2],
    ids=["no runs", "no failure", "once", "once and once again", "two days"],
)
def test_fewer_than_three_days_with_it_are_no_silence(counts):
    assert longest_silence(days(counts)) is None


def test_silence_tells_what_was_before_and_after():
    found = silence_of(days([(10, 4), (10, 1), (8, 0), (12, 0), (9, 2), (5, 0)]))

    assert (found.stopped_on, found.back_on, found.quiet_runs) == (date(2026, 8, 2), date(2026, 8, 5), 20)
    assert (found.before, found.after) == (Tally(20, 5), Tally(14, 2))


def test_silence_before_the_second_day_does_not_count():
    found = silence_of(on(0, 20, 22, 25))

    assert (found.stopped_on, found.quiet_runs) == (FIRST + timedelta(days=22), 2)


def test_p_value_is_that_of_every_way_to_place_the_failures():
    struck, total = (1, 3, 4, 11), 13
    stretches = [
        [later - earlier - 1 for earlier, later in pairwise(placed[1:])]
        for placed in combinations(range(total), len(struck))
    ]
    one_stretch = np.mean([[gap >= 6 for gap in gaps] for gaps in stretches], axis=0)

    found = silence_of(on(*struck, total=total))

    # Each stretch is as likely to be so long; that of two at least one is, is at most twice as likely.
    assert one_stretch == pytest.approx([one_stretch[0]] * 2)
    assert found.p == pytest.approx(2 * one_stretch[0])
    assert found.p >= np.mean([max(gaps) >= 6 for gaps in stretches])


def test_an_outage_counts_once_however_many_runs_it_took():
    counts = [(20, 0)] * 30
    counts[2] = counts[4] = counts[20] = (20, 1)
    heavy = [(n, 20 * failures) for n, failures in counts]

    assert silence_of(days(heavy)).p == silence_of(days(counts)).p


@given(st.lists(st.tuples(st.integers(1, 30), st.integers(0, 1)), max_size=60))
def test_p_value_is_a_probability(counts):
    found = longest_silence(days(counts))

    assert found is None or (0 <= found.p <= 1 and found.stopped_on < found.back_on)


def test_a_steady_failure_hardly_ever_seems_to_have_stopped():
    found = [longest_silence(world) for world in steady_failure(1, 300)]

    assert sum(one is not None and one.p <= 0.05 for one in found) <= 21


def test_a_failure_that_stopped_for_a_month_is_found():
    found = [longest_silence(world) for world in stopped_failure(1, 50)]

    assert sum(one is not None and one.p <= 0.01 for one in found) >= 45
