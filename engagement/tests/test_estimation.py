"""The estimate of genuine engagement: worked examples and what must hold for all counts."""

# mypy: disable-error-code="union-attr, arg-type, operator"
# The values under test may be None, and a test that meets None fails.

from collections import Counter
from dataclasses import replace

import pytest
from hypothesis import assume, example, given
from hypothesis import strategies as st

from engagement.enums import InteractionKind, Verdict
from engagement.estimation import (
    COUNTED_AS,
    LEAST_VARIATION,
    PRIOR_STRENGTH,
    Group,
    Past,
    Prior,
    Tally,
    estimates,
    hidden_engagement,
    prior_of,
    variation,
)
from engagement.filtering.groups import is_group
from engagement.prevalence import ErrorRates

COMMENT, LIKE, REPLY = InteractionKind.COMMENT, InteractionKind.LIKE, InteractionKind.REPLY
GENUINE, BOT, PERSONA = Verdict.GENUINE, Verdict.BOT, Verdict.PERSONA
KIND_NAMES = InteractionKind.values
KINDS = st.sampled_from(KIND_NAMES)
GOOD = ErrorRates(false_accusations=(20, 1000), recall=(340, 400))
RATES = st.builds(
    lambda accused, found: ErrorRates(false_accusations=(accused, 300), recall=(found, 200)),
    st.integers(0, 60),
    st.integers(80, 200),
)
TOLERANCE = 1e-6


@st.composite
def groups(draw, called, unsure):
    """Some of those called bots and some of the unsure, whose probabilities are alike."""
    number = draw(st.integers(0, unsure[0]))
    return Group(draw(st.integers(0, called)), number, unsure[1] * number / max(1, unsure[0]))


@st.composite
def tallies(draw):
    """What may be counted of a post."""
    unsure = st.integers(1, 20).flatmap(lambda n: st.tuples(st.just(n), st.floats(0, n)))
    observed = draw(st.dictionaries(st.tuples(KINDS, st.sampled_from(Verdict.values)), st.integers(0, 50)))
    doubted = draw(st.dictionaries(KINDS, unsure))
    return Tally(
        observed=observed,
        counts={name: draw(st.none() | st.integers(0, 1000)) for name in ("likes", "comments", "shares", "saves")},
        prior=Prior(genuine=draw(st.floats(0, 50)), bot=draw(st.floats(0, 50))),
        unsure=doubted,
        grouped={kind: draw(groups(observed.get((kind, BOT), 0), doubted.get(kind, (0, 0.0)))) for kind in KIND_NAMES},
        suspect=draw(st.floats(0, 500)),
        purged=draw(st.floats(0, 500)),
        beside=draw(st.floats(0, 500)),
    )


def estimate(tally, rates=GOOD):
    (found,) = estimates([tally], rates=rates)
    return found


def post(genuine=0, bots=0, likes=1000, **changes):
    observed = {(COMMENT, GENUINE): genuine, (COMMENT, BOT): bots}
    return Tally(observed=observed, counts={"likes": likes, "comments": genuine + bots}, **changes)


def one_more(tally, kind, verdict, *, is_counted=False):
    """With one more seen; where it is counted, its count is higher as well, so that as much stays hidden."""
    counts, name = dict(tally.counts), COUNTED_AS[kind]
    if is_counted and counts[name] is not None:
        counts[name] += 1
    return replace(tally, observed=Counter(tally.observed) + Counter({(kind, verdict): 1}), counts=counts)


def bots(tally, found):
    """The bot part: those called bots, the unsure by probability, and what of the hidden is not genuine."""
    seen = sum(number for (_, verdict), number in tally.observed.items() if verdict == BOT)
    return seen + sum(likely for _, likely in tally.unsure.values()) + (1 - found.share) * found.hidden


# Examples


@pytest.mark.parametrize(
    ("called", "share"),
    [
        pytest.param(20, 0.0, id="as many as are falsely accused"),
        pytest.param(103, 0.1, id="one in ten"),
        pytest.param(352, 0.4, id="two in five"),
        pytest.param(850, 1.0, id="all"),
    ],
)
def test_share_is_corrected_for_the_errors_of_the_filter(called, share):
    found = estimate(post(1000 - called, called))

    assert 1 - found.share == pytest.approx(share, abs=0.04)
    assert found.share_low <= 1 - share <= found.share_high


def test_estimate_adds_the_genuine_share_of_what_was_hidden_to_who_was_seen():
    found = estimate(post(80, 20, likes=90))

    assert (found.hidden, found.observed) == (90, 100)
    assert found.genuine == pytest.approx(80 + 90 * found.share)


def test_those_the_filter_is_unsure_of_count_by_their_probability():
    observed = {(COMMENT, GENUINE): 5}
    found = estimate(Tally(observed=observed, unsure={COMMENT: (4, 1.5), LIKE: (2, 0.5)}, counts={"comments": 9}))

    assert (found.genuine, found.observed, found.hidden) == (5 + 2.5 + 1.5, 11, 0)


def test_estimate_without_observation_spans_everything():
    found = estimate(Tally(observed={}, counts={"likes": 100}))

    assert (found.low, found.genuine, found.high) == pytest.approx((0, 50, 100), abs=0.1)
    assert found.observed == 0


def test_verdicts_may_be_wrong_even_where_everybody_was_seen():
    found = estimate(post(97, 3, likes=0))

    assert found.low < found.genuine == 97 < found.high <= 100


def test_those_seen_without_a_word_tell_nothing_of_the_others():
    written = Tally(observed={(COMMENT, GENUINE): 20}, counts={"likes": 500, "comments": 20})
    liked = replace(written, observed={(COMMENT, GENUINE): 20, (LIKE, GENUINE): 100})

    assert estimate(liked).share == estimate(written).share
    assert estimate(liked).low == estimate(written).low


def test_estimate_of_nothing_known_is_unknown_and_the_others_keep_their_places():
    unknown, known = Tally(observed={}, counts={"likes": None, "reach": 10}), post(5, 1)

    assert estimates([unknown, known, unknown], rates=GOOD) == [None, estimate(known), None]
    assert estimates([], rates=GOOD) == []


def test_estimate_subtracts_personas_and_learns_nothing_from_them():
    without = Tally(observed={(COMMENT, GENUINE): 5}, counts={"comments": 5, "likes": 9})
    observed = {(COMMENT, GENUINE): 5, (COMMENT, PERSONA): 3, (LIKE, PERSONA): 1}

    found = estimate(Tally(observed=observed, counts={"comments": 8, "likes": 10}))

    assert replace(found, observed=5) == estimate(without)


def test_less_exact_error_rates_make_a_wider_interval():
    rough = ErrorRates(false_accusations=(1, 50), recall=(17, 20))

    exact, wide = estimate(post(800, 200)), estimate(post(800, 200), rough)

    assert wide.high - wide.low > 1.2 * (exact.high - exact.low)


def raided(number, **changes):
    """A hundred people, and so many who came as a group."""
    return post(100, number, grouped={COMMENT: Group(called=number)}, **changes)


def test_a_group_tells_no_more_of_who_likes_than_two_would():
    two, sixty = estimate(post(100, 2)), estimate(raided(60))

    assert (sixty.genuine, sixty.share) == (two.genuine, two.share)
    assert sixty.high == two.high


def test_each_of_a_group_may_have_left_one_like_and_one_share():
    quiet, noisy, shared = (
        estimate(replace(one, counts=one.counts | {"shares": shares}))
        for one, shares in ((post(100, 2), 0), (raided(60), 0), (raided(60), 500))
    )

    assert quiet.low - 60 < noisy.low < quiet.low
    assert noisy.genuine - noisy.low < shared.genuine - shared.low


def test_what_a_group_was_seen_to_like_it_does_not_like_once_more():
    hidden = raided(60, likes=300)
    seen = Group(called=60)
    liked = replace(
        hidden,
        observed={**hidden.observed, (LIKE, BOT): 60},
        grouped={COMMENT: seen, LIKE: seen},
        counts={**hidden.counts, "likes": 360},
    )

    assert estimate(liked).low == estimate(post(100, 2, likes=300)).low > estimate(hidden).low


def test_those_of_a_group_whom_the_filter_is_unsure_of_may_be_either():
    group = Tally(
        observed={(COMMENT, GENUINE): 100, (COMMENT, BOT): 10},
        unsure={COMMENT: (10, 2.0)},
        grouped={COMMENT: Group(called=10, unsure=10, likely=2.0)},
        counts={"comments": 120, "likes": 0},
    )

    found = estimate(group)

    assert found.genuine == 108
    assert found.low < 101
    assert found.high > 109


def test_likes_beside_a_group_widen_downwards_only():
    alone, beside = estimate(raided(60)), estimate(raided(60, beside=800))

    assert (beside.genuine, beside.high) == (alone.genuine, alone.high)
    assert beside.low < alone.low - 300


def test_suspect_likes_widen_downwards_and_lower_the_middle_more_once_some_were_purged():
    usual, suspect, purged = (
        estimate(post(95, 5, **doubt)) for doubt in ({}, {"suspect": 400}, {"suspect": 400, "purged": 400})
    )

    assert usual.high == suspect.high
    assert usual.genuine > suspect.genuine > purged.genuine
    assert suspect.low < usual.low - 300


def test_purged_likes_without_a_burst_widen_downwards_only():
    usual, purged = estimate(post(95, 5)), estimate(post(95, 5, purged=100))

    assert (purged.genuine, purged.high) == (usual.genuine, usual.high)
    assert purged.low < usual.low


@pytest.mark.parametrize(
    ("accused", "found", "message"),
    [
        pytest.param((5, 10), (5, 10), "accuses people as often as bots", id="useless filter"),
        pytest.param((11, 10), (5, 10), "11 of 10 cannot be", id="more than all"),
        pytest.param((-1, 10), (5, 10), "-1 of 10 cannot be", id="fewer than none"),
    ],
)
def test_error_rates_that_cannot_be_are_refused(accused, found, message):
    with pytest.raises(ValueError, match=message):
        ErrorRates(false_accusations=accused, recall=found)


# Hidden


def test_hidden_engagement_counts_replies_among_comments_and_never_goes_below_zero():
    observed = {(COMMENT, GENUINE): 3, (REPLY, BOT): 1, (LIKE, GENUINE): 7}
    counts = {"comments": 6, "likes": 5, "shares": None}

    assert hidden_engagement(Tally(observed=observed, unsure={REPLY: (1, 0.5)}, counts=counts)) == 1


def test_every_kind_of_interaction_is_counted_somewhere():
    assert set(COUNTED_AS) == set(InteractionKind.values)


# What earlier posts tell


@pytest.mark.parametrize(
    ("histories", "strength", "share"),
    [
        pytest.param([], 0, None, id="nothing known"),
        pytest.param([Past(genuine=0, bot=0)], 0, None, id="nothing seen"),
        pytest.param([Past(genuine=6, bot=2)], 5, 2 / 8, id="short history"),
        pytest.param([Past(genuine=9000, bot=1000)], PRIOR_STRENGTH, 0.1, id="long history is worth 20"),
        pytest.param([Past(genuine=0, bot=0), Past(genuine=5000, bot=5000)], PRIOR_STRENGTH, 0.5, id="new account"),
    ],
)
def test_prior_is_worth_what_posts_have_in_common(histories, strength, share):
    found = prior_of(*histories)

    worth = found.genuine + found.bot
    assert worth == pytest.approx(strength, abs=0.3)
    assert worth == 0 if share is None else found.bot / worth == pytest.approx(share)


def test_prior_takes_from_the_platform_only_what_the_account_left():
    account, platform = Past(genuine=8, bot=2), Past(genuine=50_000, bot=50_000)

    own, both = prior_of(account), prior_of(account, platform)

    assert both.genuine + both.bot == pytest.approx(PRIOR_STRENGTH, abs=0.01)
    assert both.bot - own.bot == pytest.approx(both.genuine - own.genuine)


def past_of(*posts):
    """Past posts as (seen, called bots)."""
    return Past(
        genuine=sum(seen - called for seen, called in posts),
        bot=sum(called for _, called in posts),
        posts=len(posts),
        squared_seen=sum(seen**2 for seen, _ in posts),
        squared_bots=sum(called**2 / seen for seen, called in posts),
    )


def test_posts_that_were_alike_make_a_strong_prior_and_unlike_ones_a_weak_one():
    alike, unlike = past_of(*[(100, 20)] * 30), past_of(*[(100, 0), (100, 40)] * 15)

    assert variation(alike) == pytest.approx(LEAST_VARIATION, abs=0.005)
    # Shares of 0 and 0.4: a variance of 0.04 of the 0.16 that verdicts have in all.
    assert variation(unlike) == pytest.approx(0.25, abs=0.05)


@pytest.mark.parametrize(
    "past",
    [
        pytest.param(Past(genuine=90, bot=10), id="unknown"),
        pytest.param(past_of((100, 10)), id="one post"),
        pytest.param(past_of(*[(1, 0)] * 9), id="one comment each"),
    ],
)
def test_posts_that_do_not_tell_how_unlike_they_are_are_as_unlike_as_usual(past):
    assert variation(past) == pytest.approx(1 / (PRIOR_STRENGTH + 1))


# Whatever was counted


@given(tallies(), RATES)
def test_estimate_lies_in_its_interval_and_that_within_what_is_there(tally, rates):
    found = estimate(tally, rates)

    assume(found is not None)
    people = found.observed + found.hidden - sum(n for (_, verdict), n in tally.observed.items() if verdict == PERSONA)
    assert 0 <= found.low <= found.genuine <= found.high <= people + TOLERANCE
    assert 0 <= found.share_low <= found.share + TOLERANCE
    assert found.share <= found.share_high <= 1


@given(tallies(), RATES, KINDS, st.booleans())
def test_estimate_with_one_more_bot_has_no_more_genuine(tally, rates, kind, is_counted):
    more = one_more(tally, kind, BOT, is_counted=is_counted)

    before, after = estimates([tally, more], rates=rates)

    assume(before is not None)
    assert after.genuine <= before.genuine + TOLERANCE


@given(tallies(), RATES, KINDS, st.booleans())
def test_estimate_with_one_more_of_a_group_has_no_more_genuine(tally, rates, kind, is_counted):
    more = one_more(tally, kind, BOT, is_counted=is_counted)
    one = tally.grouped.get(kind, Group())
    more = replace(more, grouped={**tally.grouped, kind: one._replace(called=one.called + 1)})

    before, after = estimates([tally, more], rates=rates)

    assume(before is not None)
    assert after.genuine <= before.genuine + TOLERANCE


@given(st.integers(0, 300), st.integers(0, 40), st.integers(0, 40), st.floats(0, 1), RATES)
@example(100, 3, 11, 0.4, GOOD)
@example(10, 2, 0, 0.4, GOOD)
def test_estimate_has_no_more_genuine_where_one_more_makes_company_a_group(people, called, unsure, chance, rates):
    def joined(number):
        one = Group(number, unsure, unsure * chance)
        grouped = {COMMENT: one} if is_group(number, unsure) else {}
        return post(people, number, unsure={COMMENT: (unsure, one.likely)}, grouped=grouped)

    before, after = estimates([joined(called), joined(called + 1)], rates=rates)

    assert after.genuine <= before.genuine + TOLERANCE


@given(tallies(), RATES, KINDS, st.booleans())
def test_estimate_with_one_more_genuine_has_no_more_bots(tally, rates, kind, is_counted):
    more = one_more(tally, kind, GENUINE, is_counted=is_counted)

    before, after = estimates([tally, more], rates=rates)

    assume(before is not None)
    assert bots(more, after) <= bots(tally, before) + TOLERANCE


@given(tallies(), RATES, KINDS, st.booleans())
def test_estimate_with_one_more_persona_has_no_more_genuine(tally, rates, kind, is_counted):
    more = one_more(tally, kind, PERSONA, is_counted=is_counted)

    before, after = estimates([tally, more], rates=rates)

    assume(before is not None)
    assert after.genuine <= before.genuine + TOLERANCE


@given(tallies(), RATES, KINDS)
def test_estimate_with_a_genuine_one_turned_persona_has_no_more_genuine(tally, rates, kind):
    before, after = estimates([one_more(tally, kind, GENUINE), one_more(tally, kind, PERSONA)], rates=rates)

    assert after.genuine <= before.genuine + TOLERANCE


@given(tallies(), RATES, st.integers(1, 500))
def test_estimate_with_more_hidden_has_no_less_genuine(tally, rates, number):
    more = replace(tally, counts={**tally.counts, "saves": (tally.counts["saves"] or 0) + number})

    before, after = estimates([tally, more], rates=rates)

    assume(before is not None)
    assert after.genuine >= before.genuine - TOLERANCE


@given(tallies(), RATES, st.floats(0, 300))
def test_estimate_with_more_suspect_likes_has_no_more_genuine(tally, rates, number):
    before, after = estimates([tally, replace(tally, suspect=tally.suspect + number)], rates=rates)

    assume(before is not None)
    assert after.genuine <= before.genuine + TOLERANCE
    assert after.low <= before.low + TOLERANCE


@given(st.lists(tallies(), max_size=3))
def test_estimates_at_once_are_those_one_by_one(several):
    together = estimates(several, rates=GOOD)

    for found, tally in zip(together, several, strict=True):
        alone = estimate(tally)
        assert found is alone is None or found.genuine == pytest.approx(alone.genuine)
        assert found is None or (found.low, found.high) == pytest.approx((alone.low, alone.high), abs=TOLERANCE)


@pytest.mark.parametrize("called", [0, 0.05, 0.2, 0.5])
def test_estimate_interval_shrinks_with_what_was_seen(called):
    sizes = (20, 100, 500, 2500)

    found = [estimate(post(round(n * (1 - called)), round(n * called), likes=10_000)) for n in sizes]

    widths = [one.share_high - one.share_low for one in found]
    assert widths == sorted(widths, reverse=True)
    assert widths[0] > 1.5 * widths[-1]
