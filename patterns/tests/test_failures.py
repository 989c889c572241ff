"""Who fails more than the others: exact against SciPy, silent on noise, right where a hard phase misleads."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from patterns.failures import Table, Tally, excess, failure_rates
from patterns.tests.failing_worlds import claims, differing, hard_phase, highest, null_worlds, one_bad, phase, rates

TALLIES = st.integers(0, 40).flatmap(lambda n: st.tuples(st.just(n), st.integers(0, n))).map(lambda t: Tally(*t))
TABLES = st.builds(Table, TALLIES, TALLIES)
WORLDS = st.dictionaries(
    st.sampled_from("abcdef"),
    st.dictionaries(st.sampled_from([("EASY",), ("HARD",)]), TALLIES.filter(lambda t: t.n), min_size=1),
    min_size=1,
)


@given(TABLES)
def test_excess_of_one_stratum_is_fishers_test(table):
    (n, failed), (others, others_failed) = table
    counts = [[failed, n - failed], [others_failed, others - others_failed]]

    assert excess([table]) == pytest.approx(stats.fisher_exact(counts, alternative="greater").pvalue, abs=1e-9)


def test_excess_of_strata_is_the_share_of_as_many_failures_when_runs_are_drawn_within_each():
    tables = [Table(Tally(12, 5), Tally(30, 6)), Table(Tally(20, 4), Tally(9, 1)), Table(Tally(7, 3), Tally(50, 5))]
    rng = np.random.default_rng(5)

    drawn = sum(
        rng.hypergeometric(
            own.failures + others.failures, own.n + others.n - own.failures - others.failures, own.n, 10**6
        )
        for own, others in tables
    )

    assert excess(tables) == pytest.approx(float(np.mean(drawn >= 12)), abs=0.002)


def test_excess_of_thousands_of_runs_is_finite():
    tables = [Table(Tally(5_000, 600), Tally(20_000, 1_900))] * 3

    assert 0 <= excess(tables) < 1e-9


@given(WORLDS)
def test_every_group_is_listed_and_intervals_hold_their_middle(world):
    found = rates(world)

    assert sorted(one.subject for one in found) == sorted(world)
    assert all(one.share_low <= one.share <= one.share_high for one in found)
    assert all(0 <= one.shrunk_low <= one.shrunk <= one.shrunk_high <= 1 for one in found)
    assert all((one.p is None) == (one.q is None) and one.compared <= one.n for one in found)
    tested = [one.q is not None for one in found]
    assert tested == sorted(tested, reverse=True)


@given(WORLDS, WORLDS)
def test_a_stratum_without_others_changes_no_test(world, alone):
    lonely = world | {"lonely": {("NOBODY_ELSE",): Tally(30, 30)}}

    before, after = ({one.subject: one.p for one in rates(some)} for some in (world, lonely))

    assert after == before | {"lonely": None}


@pytest.mark.parametrize(
    ("own", "others", "compared", "share_of_others"),
    [
        ({("A",): Tally(10, 1)}, {("A",): Tally(20, 4)}, 10, 0.2),
        ({("A",): Tally(10, 1), ("B",): Tally(30, 30)}, {("A",): Tally(20, 4)}, 10, 0.2),
        ({("A",): Tally(10, 1), ("B",): Tally(30, 9)}, {("A",): Tally(20, 4), ("B",): Tally(10, 6)}, 40, 0.5),
        ({("A",): Tally(10, 1)}, {("B",): Tally(20, 4)}, 0, None),
    ],
    ids=["one stratum", "a stratum alone", "weighted by its own runs", "nothing to compare with"],
)
def test_others_are_those_of_the_same_strata(own, others, compared, share_of_others):
    (found,) = (one for one in rates({"own": own, "others": others}) if one.subject == "own")

    assert found.compared == compared
    assert found.others == pytest.approx(share_of_others)


@pytest.mark.parametrize(("n", "is_tested"), [(4, False), (5, True)])
def test_too_few_runs_are_listed_and_not_tested(n, is_tested):
    world = {"small": phase(n, n), "large": phase(100, 3)}

    found = {one.subject: one.q is not None for one in rates(world)}

    assert found == {"small": is_tested, "large": is_tested}


def test_few_runs_are_drawn_to_what_all_have_in_common():
    world = {f"usual-{at}": phase(200, 20) for at in range(8)} | {"small": phase(6, 3)}

    small = next(one for one in rates(world) if one.subject == "small")

    assert small.share == 0.5
    assert 0.09 < small.shrunk < 0.2
    assert small.shrunk_low < 0.11 < small.shrunk_high


def test_groups_that_differ_keep_what_is_their_own():
    shares = (0.02, 0.1, 0.3, 0.5, 0.7, 0.9)
    world = {f"{share}": phase(200, round(200 * share)) for share in shares}

    found = {float(one.subject): one.shrunk for one in rates(world)}

    assert [found[share] for share in shares] == pytest.approx(shares, abs=0.02)


def test_no_runs_have_no_rates():
    assert failure_rates({}, {}, least=5) == []


def test_noise_leads_to_few_claims():
    worlds = list(null_worlds(1, 200))

    # One in ten is allowed and the test is exact, so less is expected: twelve in a hundred would be chance or a fault.
    assert sum(bool(claims(world)) for world in worlds) <= 24


def test_a_group_that_fails_three_times_as_often_is_found():
    found = [claims(world) for world in one_bad(1, 60, size=100)]

    assert sum("bad" in names for names in found) >= 51
    assert sum(bool(set(names) - {"bad"}) for names in found) <= 6


def test_a_hard_phase_is_not_blamed_on_the_model_that_works_there():
    worlds = list(hard_phase(1, 60))

    found = [claims(world) for world in worlds]

    assert sum(highest(world) == "innocent" for world in worlds) >= 57
    assert sum("innocent" in names for names in found) <= 6
    assert sum("bad" in names for names in found) >= 45


def test_shrunk_intervals_hold_the_truth():
    held = [
        one.shrunk_low <= truths[one.subject] <= one.shrunk_high
        for world, truths in differing(1, 60)
        for one in rates(world)
    ]

    assert 0.92 <= np.mean(held) <= 0.985
