"""Calls are counted, refused beyond the limit, and corrected by what platforms answer."""

# mypy: disable-error-code="attr-defined,union-attr,var-annotated"

from datetime import timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import Origin, Purpose
from engagement.models import BilledRead, Budget, Spending
from engagement.platforms import errors
from engagement.platforms.budgets import clock_from
from engagement.platforms.replies import Reply
from engagement.platforms.windows import ON_THE_WAY, SLOTS, slot_of
from engagement.tests.factories import make_account
from engagement.tests.metering import CREATE, SEARCH, Clock, Metered, budget_of, budget_of_app, limited

pytestmark = pytest.mark.django_db
POSTS = ("GET", "/2/tweets")
LIKERS = ("GET", "/2/tweets/1/liking_users")
DATE = "Fri, 20 Nov 2026 12:00:00 GMT"
RESET = "1795176300"  # five minutes later


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def x(clock):
    return Metered(make_account(platform="twitter", platform_user_id="2244"), clock)


@pytest.fixture
def page(clock):
    return Metered(make_account(platform="facebook"), clock)


@pytest.fixture
def tiktok(clock):
    return Metered(make_account(platform="tiktok"), clock)


# Never beyond the limit


@given(gaps=st.lists(st.floats(0, 400), min_size=1, max_size=60), amount=st.integers(1, 4))
def test_no_window_ever_holds_more_than_the_limit(gaps, amount):
    """The rule alone: what counts at a moment is the sum of the slots that have not left the window."""
    window, now, granted = timedelta(seconds=900), NOW, []
    for gap in gaps:
        now += timedelta(seconds=gap)
        if sum(slot_of(one, window).counts_until > now for one in granted) < amount:
            granted.append(now)

    spans = [late - early for early, late in zip(granted, granted[amount:], strict=False)]

    assert [span for span in spans if span < window] == []


@given(at=st.integers(0, 10**8), seconds=st.sampled_from([1, 60, 900, 3600, 86400]))
def test_slot_counts_a_window_from_its_end_and_never_much_longer(at, seconds):
    now, window = NOW + timedelta(milliseconds=at), timedelta(seconds=seconds)

    slot = slot_of(now, window)

    assert slot.at <= now < slot.at + window / SLOTS + timedelta(microseconds=1)
    way, most = min(ON_THE_WAY, window / SLOTS), window / SLOTS + timedelta(microseconds=1)
    assert now + window + way <= slot.counts_until <= now + window + way + most


@given(gaps=st.lists(st.integers(0, 30), min_size=8, max_size=20))
def test_calls_counted_in_the_database_keep_to_the_limit(gaps):
    clock = Clock()
    metered = Metered(make_account(platform="tiktok"), clock)
    granted = []
    for gap in gaps:
        clock.move(seconds=gap)
        if not metered.refusal("POST", "/v2/post/publish/video/init/"):
            granted.append(clock.now)

    minutes = [late - early for early, late in zip(granted, granted[6:], strict=False)]

    assert [span for span in minutes if span < timedelta(minutes=1)] == []
    assert len(granted) <= 15


def test_refused_call_is_let_through_after_the_wait_it_was_told(x, clock):
    allowed = x.granted(SEARCH, 301)
    refusal = x.refusal(*SEARCH)
    clock.move(seconds=refusal.retry_after - 1)
    early = x.refusal(*SEARCH)
    clock.move(seconds=1)

    assert (allowed, early is None, x.refusal(*SEARCH)) == (300, False, None)
    assert 901 <= refusal.retry_after <= 961
    assert "X was not called: 300 of 300 requests of Recent search are spent" in refusal.for_staff


def test_refused_call_takes_nothing_of_its_other_budgets(x):
    x.granted(SEARCH, 320)

    assert (budget_of(x.account, "Recent search").used, budget_of_app("Recent search").used) == (300, 300)


def test_app_is_shared_by_its_accounts(x, clock):
    other = Metered(make_account(platform="twitter"), clock)

    granted = [x.granted(SEARCH, 300), other.granted(SEARCH, 300)]

    assert granted == [300, 150]


def test_syncing_leaves_a_reserve_to_publishing(x, settings):
    settings.PUBLISH_RESERVE = 0.1

    synced = x.granted(SEARCH, 400, purpose=Purpose.SYNC)

    assert (synced, x.granted(SEARCH, 400)) == (270, 30)


def test_batch_takes_all_its_items_or_is_not_sent(page):
    items = {"data": {"batch": "[1, 2, 3, 4, 5]"}}
    page.call("POST", "/v26.0/", **items)
    limited(page.account, "Calls", 12)

    granted = page.granted(("POST", "/v26.0/"), 3, **items)

    assert (granted, budget_of(page.account, "Calls").used) == (1, 10)


def test_batch_larger_than_its_budget_is_refused_with_the_window_as_wait(page):
    page.call("GET", "/v26.0/1")
    limited(page.account, "Calls", 3)

    refusal = page.refusal("POST", "/v26.0/", data={"batch": "[1, 2, 3, 4, 5]"})

    assert refusal.retry_after == 86400


@pytest.mark.parametrize(("patience", "passes"), [(5.0, True), (0.1, False)])
def test_short_wait_is_waited(x, patience, passes):
    x.granted(POSTS, 1)
    Budget.objects.filter(account=x.account).update(closed_until=NOW + timedelta(seconds=0.4), reason="Busy.")
    going = clock_from(NOW)

    refusal = Metered(x.account, going).refusal(*POSTS, patience=patience)

    assert (refusal is None, going() >= NOW + timedelta(seconds=0.4)) == (passes, passes)


def test_call_costs_a_handful_of_queries(x, django_assert_max_num_queries):
    x.answered(SEARCH)

    with django_assert_max_num_queries(6):
        x.answered(SEARCH)


# Where the amount comes from


def test_documented_amount_follows_the_document_until_staff_set_another(x):
    x.granted(SEARCH, 1)
    Budget.objects.filter(name="Recent search", account=x.account).update(amount=7)
    x.granted(SEARCH, 1)
    documented = budget_of(x.account, "Recent search").amount

    limited(x.account, "Recent search", 2)

    assert (documented, x.granted(SEARCH, 5)) == (300, 0)


def test_amount_that_the_platform_reports_replaces_the_documented_one(x):
    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="60", x_rate_limit_remaining="59", x_rate_limit_reset=RESET)

    budget = budget_of(x.account, "Recent search")

    assert (budget.amount, budget.origin, budget.stated_on) == (60, Origin.PLATFORM, NOW.date())
    assert (budget.resets_at, x.granted(SEARCH, 100)) == (NOW + timedelta(minutes=5), 59)


def test_amount_that_staff_set_stands_against_the_platforms(x):
    x.granted(SEARCH, 1)
    limited(x.account, "Recent search", 10)

    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="300", x_rate_limit_remaining="299", x_rate_limit_reset=RESET)

    assert x.granted(SEARCH, 100) == 8


# What platforms report


def test_what_others_used_of_the_same_limit_counts(x):
    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="300", x_rate_limit_remaining="100", x_rate_limit_reset=RESET)

    assert (budget_of(x.account, "Recent search").used, x.granted(SEARCH, 300)) == (200, 100)


def test_report_that_knows_of_less_gives_nothing_back(x):
    x.granted(SEARCH, 50)

    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="300", x_rate_limit_remaining="299", x_rate_limit_reset=RESET)

    assert budget_of(x.account, "Recent search").used == 51


def test_nothing_left_closes_until_a_second_after_the_reset(x, clock):
    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="300", x_rate_limit_remaining="0", x_rate_limit_reset=RESET)

    refusal = x.refusal(*SEARCH)
    clock.move(seconds=301)

    assert (refusal.retry_after, x.refusal(*SEARCH)) == (301, None)
    assert x.refusal(*POSTS) is None


def test_reset_of_the_platforms_window_frees_what_was_spent_in_it(x, clock):
    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="300", x_rate_limit_remaining="299", x_rate_limit_reset=RESET)
    x.granted(SEARCH, 300)
    limited(None, "Recent search", 1000)
    refusal = x.refusal(*SEARCH)
    clock.move(minutes=5)

    assert (refusal.retry_after, x.granted(SEARCH, 400)) == (300, 300)


def test_report_of_a_window_that_is_over_is_not_believed(x):
    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="300", x_rate_limit_remaining="290", x_rate_limit_reset=RESET)

    older = str(int(RESET) - 200)
    x.answered(SEARCH, Date=DATE, x_rate_limit_limit="300", x_rate_limit_remaining="0", x_rate_limit_reset=older)

    assert x.refusal(*SEARCH) is None


def test_known_report_writes_nothing(x, django_assert_num_queries):
    told = {"x_rate_limit_limit": "300", "x_rate_limit_remaining": "299", "x_rate_limit_reset": RESET}
    x.answered(SEARCH, Date=DATE, **told)

    with django_assert_num_queries(5):
        x.answered(SEARCH, Date=DATE, **told)


READ = ("GET", "/v26.0/1")
USAGE = '{{"1": [{{"type": "pages", "call_count": {0}, "estimated_time_to_regain_access": {1}}}]}}'


def used(page, percent, minutes=0, status=200):
    page.answered(READ, status, X_Business_Use_Case_Usage=USAGE.format(percent, minutes))


@pytest.mark.parametrize(("percent", "waits"), [(74, [0, 0]), (75, [0, 0]), (85, [0, 2.5]), (94, [0, 4.75])])
def test_syncing_goes_slower_from_75_percent_on(page, percent, waits):
    used(page, percent)

    refusals = [page.refusal(*READ, purpose=Purpose.SYNC) for _ in range(2)]

    assert [round(one.retry_after, 2) if one else 0 for one in refusals] == waits
    assert page.refusal(*READ) is None


def test_usage_that_fell_ends_the_slowness(page):
    used(page, 90)
    page.granted(READ, 1, purpose=Purpose.SYNC)
    used(page, 20)

    assert page.granted(READ, 5, purpose=Purpose.SYNC) == 5


def test_old_report_of_usage_slows_nothing(page, clock):
    used(page, 90)
    clock.move(days=2)

    assert page.granted(READ, 5, purpose=Purpose.SYNC) == 5


def test_everything_stops_at_95_percent_for_longer_and_longer(page, clock):
    waits = []
    for _ in range(6):
        used(page, 96)
        waits.append(page.refusal(*READ).retry_after)
        clock.move(seconds=waits[-1])

    assert waits == [300, 600, 1200, 2400, 3600, 3600]


def test_stop_ends_when_the_platform_says(page):
    used(page, 100, minutes=7)

    assert page.refusal(*READ).retry_after == 420


def test_app_usage_stops_every_account(page, clock):
    other = Metered(make_account(platform="facebook"), clock)
    page.answered(READ, X_App_Usage='{"call_count": 99, "total_time": 1, "total_cputime": 1}')

    assert "Calls is closed (Facebook reports 99 % used)" in other.refusal(*READ).message


# Refusals and silence

LIMITS = {
    "x": ("twitter", SEARCH, "88", 120, [SEARCH], [POSTS, CREATE]),
    "x cap": ("twitter", SEARCH, "usage-capped", 20 * 86400, [SEARCH, POSTS], [CREATE, LIKERS]),
    "page": ("facebook", READ, "80001", 300, [READ, ("POST", "/v26.0/9/feed")], []),
    "posting block": ("facebook", ("POST", "/v26.0/9/feed"), "368", 3600, [("POST", "/v26.0/9/feed")], [READ]),
    "posts a day": ("instagram", ("POST", "/v26.0/1/media_publish"), "9", 3600, [], [READ]),
    "block told to a container": (
        "instagram",
        ("POST", "/v26.0/1/media"),
        "368",
        3600,
        [("POST", "/v26.0/1/media_publish")],
        [READ],
    ),
    "x cap told to another read": (
        "twitter",
        ("GET", "/2/users/me"),
        "usage-capped",
        20 * 86400,
        [SEARCH, POSTS],
        [("GET", "/2/users/me"), ("POST", "/2/media/upload"), CREATE],
    ),
    "x cap on a create": ("twitter", CREATE, "usage-capped", 20 * 86400, [], [SEARCH, POSTS]),
    "tiktok": ("tiktok", ("POST", "/v2/video/query/"), "rate_limit_exceeded", 60, [], [("GET", "/v2/user/info/")]),
}


@pytest.mark.parametrize(("platform", "line", "code", "wait", "closed", "open_"), LIMITS.values(), ids=LIMITS)
def test_limit_that_was_met_closes_what_it_concerns(clock, platform, line, code, wait, closed, open_):
    metered = Metered(make_account(platform=platform), clock)

    metered.call(*line).failed(
        errors.RateLimited("Too many.", platform=platform, status=429, code=code, retry_after=wait)
    )

    refused = closed if line in open_ or code == "368" else [line, *closed]
    assert {metered.refusal(*one).retry_after for one in refused} == {wait}
    assert [metered.refusal(*one) for one in open_] == [None] * len(open_)


def test_limit_met_again_closes_for_longer_and_once_for_calls_side_by_side(x, clock):
    waits = []
    for _ in range(3):
        calls = [x.call(*SEARCH) for _ in range(4)]
        for call in calls:
            call.failed(errors.RateLimited("Too many.", platform="twitter", status=429, code="88", retry_after=60))
        waits.append(x.refusal(*SEARCH).retry_after)
        clock.move(seconds=waits[-1])
    x.answered(SEARCH)

    assert waits == [60, 600, 1200]
    assert budget_of(x.account, "Recent search").strikes == 0


GIVEN_BACK = {
    "refused": (errors.Rejected("No.", status=400), 0),
    "never sent": (errors.TemporaryFailure("No route."), 0),
    "unknown": (errors.OutcomeUnknown("Lost."), 1),
    "fault": (errors.TemporaryFailure("Sorry.", status=503), 1),
    "unreadable": (errors.InvalidResponse("Half.", status=200), 1),
}


@pytest.mark.parametrize(("error", "counted"), GIVEN_BACK.values(), ids=GIVEN_BACK)
def test_post_that_was_surely_not_made_is_given_back(tiktok, x, error, counted):
    tiktok.call("POST", "/v2/post/publish/video/init/").failed(error)
    x.call(*CREATE, json={"text": "Figs"}).failed(error)

    assert budget_of(tiktok.account, "Posts").used == counted
    assert (budget_of(x.account, "Money").used, budget_of_app("Money").used) == (15_000 * counted,) * 2


def silent(metered, times):
    for _ in range(times):
        if call := _let_through(metered):
            call.failed(errors.TemporaryFailure("ReadTimeout", platform="twitter"))


def _let_through(metered):
    try:
        return metered.call(*POSTS)
    except errors.BudgetSpent:
        return None


def test_platform_that_does_not_answer_is_left_alone_for_longer_and_longer(x, clock):
    other = Metered(make_account(platform="twitter"), clock)
    silent(x, 4)
    before = other.refusal(*SEARCH)
    other.call(*POSTS).failed(errors.TemporaryFailure("ReadTimeout"))
    waits = []
    for _ in range(6):
        waits.append(x.refusal(*SEARCH).retry_after)
        clock.move(seconds=waits[-1])
        silent(x, 1)

    assert (before, waits) == (None, [60, 120, 240, 480, 900, 900])


def test_silence_of_one_platform_leaves_the_others_open(x, page):
    silent(x, 6)

    assert (x.refusal(*POSTS) is None, page.refusal(*READ)) == (False, None)


def test_after_a_silence_one_call_finds_out_for_all(x, clock):
    silent(x, 5)
    clock.move(seconds=60)
    probe = _let_through(x)
    meanwhile = x.granted(POSTS, 3)
    probe.hear(Reply("twitter", 200, {}, {}))

    assert (meanwhile, x.granted(POSTS, 3), budget_of_app("Unanswered calls").today) == (0, 3, 5)


def test_answer_between_silences_begins_the_count_anew(x):
    silent(x, 4)
    x.answered(POSTS)
    silent(x, 4)

    assert x.refusal(*POSTS) is None


# Money


def test_thing_is_paid_for_once_a_day(x, clock):
    both = {"data": [{"id": "1"}, {"id": "2"}], "includes": {"users": [{"id": "7"}]}}
    x.answered(POSTS, body=both)
    x.answered(POSTS, body={"data": [{"id": "2"}, {"id": "3"}]})
    first = budget_of(x.account, "Money").used
    clock.move(hours=12)
    x.answered(POSTS, body={"data": [{"id": "1"}]})

    assert (first, budget_of_app("Money").month) == (25_000, 30_000)
    assert {len(one) for one in BilledRead.objects.values_list("resource", flat=True)} == {64}


def test_posts_that_were_read_count_against_the_cap_of_a_month_once_a_day(x, clock):
    x.answered(POSTS, body={"data": [{"id": "1"}, {"id": "2"}], "includes": {"users": [{"id": "7"}]}})
    x.answered(POSTS, body={"data": [{"id": "2"}, {"id": "3"}]})
    x.answered(LIKERS, body={"data": [{"id": "7"}, {"id": "8"}]})
    clock.move(days=20)
    limited(None, "Posts read", 4)
    x.answered(POSTS, body={"data": [{"id": "1"}]})

    assert (budget_of_app("Posts read").used, x.granted(POSTS, 1), x.granted(CREATE, 1)) == (4, 0, 1)


def test_refused_read_and_created_post_are_no_reads_to_pay_for(x):
    x.answered(POSTS, 429, {"data": [{"id": "1"}]})
    x.answered(CREATE, 201, {"data": {"id": "1"}})

    assert (budget_of(x.account, "Money").used, BilledRead.objects.count()) == (15_000, 0)


def test_ceiling_of_a_day_ends_reading_first_and_holds_until_midnight(x, clock, settings):
    settings.X_DAILY_DOLLARS, settings.PUBLISH_RESERVE = 1.0, 0.1
    x.answered(POSTS, body={"data": [{"id": str(number)} for number in range(185)]})

    read = x.refusal(*POSTS, purpose=Purpose.SYNC)
    posts = x.granted(CREATE, 20, json={"text": "Figs"})
    clock.move(hours=12)

    assert (read.retry_after, posts) == (12 * 3600, 5)
    assert x.refusal(*POSTS, purpose=Purpose.SYNC) is None


def test_post_with_an_address_is_refused_where_one_without_is_not(x, settings):
    settings.X_DAILY_DOLLARS = 0.1

    found = [x.granted(CREATE, 1, json={"text": text}) for text in ("https://figs.example", "Figs")]

    assert found == [0, 1]


def test_spendings_stand_in_one_row_a_slot(x, clock):
    for _ in range(10):
        x.granted(POSTS, 10)
        clock.move(seconds=30)

    slots = list(Spending.objects.filter(budget=budget_of(x.account, "Posts by id")).values_list("slot_at", "amount"))

    assert (len(slots), sum(amount for _, amount in slots)) == (5, 100)
    assert {late - early for (early, _), (late, _) in pairwise(sorted(slots))} == {timedelta(minutes=1)}
