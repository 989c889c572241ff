"""Staff and programs see what is left of every budget, and how old spending is kept."""

# mypy: disable-error-code="union-attr"

from datetime import timedelta

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from acd.tests.clients import client_with
from acd.tests.factories import NOW
from engagement.enums import Origin
from engagement.models import BilledRead, Budget, Spending
from engagement.platforms import errors
from engagement.reopening import reopen
from engagement.retention import BILLED_DAYS, SLOT_DAYS, SPENDING_DAYS, purge_expired
from engagement.tests.factories import make_account, make_post
from engagement.tests.metering import CREATE, SEARCH, Clock, Metered

pytestmark = pytest.mark.django_db
LIST = "/api/v1/budgets/"
CHANGELIST = "admin:engagement_budget_changelist"


@pytest.fixture
def budgets():
    """Two accounts on X that searched and were charged, and a page whose quota is nearly used up."""
    for number in range(2):
        account = make_account(platform="twitter", platform_user_id=f"{number}")
        metered = Metered(account, Clock(timezone.now()))
        body = {"data": [{"id": f"{number}{n}"} for n in range(3)]}
        metered.answered(("GET", "/2/tweets/search/recent"), body=body)
    page = Metered(make_account(platform="facebook"), Clock(timezone.now()))
    page.answered(("GET", "/v26.0/1"), X_App_Usage='{"call_count": 97}')
    return {
        (one.account_id and one.account.platform, one.name): one for one in Budget.objects.with_spent(timezone.now())
    }


@pytest.fixture
def reader():
    return client_with("engagement.view_budget")


def test_api_tells_what_is_left_and_what_it_cost(reader, budgets):
    search = reader.get(f"{LIST}{budgets['twitter', 'Recent search'].pk}/").json()
    money = reader.get(f"{LIST}{budgets[None, 'Money'].pk}/").json()

    told = [search[name] for name in ("unit", "amount", "used", "left", "seconds", "micro_dollars_today")]
    assert told == ["requests", 300, 1, 299, 900, None]
    assert (search["source"], search["stated_on"]) == ("X Developer Platform: Rate limits", "2026-08-22")
    assert (money["micro_dollars_today"], money["micro_dollars_month"], money["left"]) == (30_000, 30_000, None)


@pytest.mark.parametrize(("query", "names"), [("platform=facebook", 3), ("used_up=true", 1), ("platform=tiktok", 0)])
def test_api_lists_the_budgets_that_are_asked_for(reader, budgets, query, names):
    assert len(reader.get(f"{LIST}?{query}").json()["results"]) == names


def test_api_lists_the_budgets_of_an_account(reader, budgets):
    wanted = budgets["facebook", "Calls"]

    found = reader.get(f"{LIST}?account={wanted.account_id}").json()["results"]

    assert [one["name"] for one in found] == ["Calls"]


def test_api_list_costs_one_query(reader, budgets, django_assert_num_queries):
    with django_assert_num_queries(1):
        assert len(reader.get(LIST).json()["results"]) == 11


def test_list_in_the_admin_shows_use_closings_sources_and_dollars(admin_client, budgets):
    page = admin_client.get(reverse(CHANGELIST)).content.decode()

    for words in ("1 of 300 in the 15 min", "97 % as reported, stopped", "$0.03", "2026-08-22", "The whole app"):
        assert words in page


def test_tab_of_what_is_used_up_shows_nothing_else(admin_client, budgets):
    page = admin_client.get(reverse(CHANGELIST), {"left": "nothing"}).content.decode()

    assert ("97 % as reported" in page, "Recent search" in page) == (True, False)


def test_page_of_a_budget_shows_spending_per_day(admin_client, budgets):
    money = budgets[None, "Money"]
    Spending.objects.create(
        budget=money, slot_at=timezone.now() - timedelta(days=2), counts_until=timezone.now(), amount=1_500_000
    )

    page = admin_client.get(reverse("admin:engagement_budget_change", args=[money.pk])).content.decode()

    assert ("$1.50" in page, page.count('max="1500000"')) == (True, 2)


def test_staff_set_the_amount_and_nothing_else(admin_client, admin_user, budgets):
    search = budgets["twitter", "Recent search"]
    address = reverse("admin:engagement_budget_change", args=[search.pk])

    admin_client.post(address, {"amount": "50", "name": "Other", "closed_until": ""})

    search.refresh_from_db()
    assert (search.amount, search.name, search.origin) == (50, "Recent search", Origin.STAFF)
    assert (search.source, LogEntry.objects.count()) == (f"Set by {admin_user}", 1)


def test_saving_without_a_change_leaves_the_documents_in_charge(admin_client, budgets):
    search = budgets["twitter", "Recent search"]

    admin_client.post(reverse("admin:engagement_budget_change", args=[search.pk]), {"amount": "300"})

    search.refresh_from_db()
    assert (search.origin, search.source) == (Origin.DOCUMENT, "X Developer Platform: Rate limits")


def test_staff_go_back_to_the_documents(admin_client, budgets):
    search = budgets["twitter", "Recent search"]
    Budget.objects.filter(pk=search.pk).update(amount=1, origin=Origin.STAFF)

    admin_client.post(reverse(CHANGELIST), {"action": "follow_documents", "_selected_action": [search.pk]})
    Metered(search.account, Clock(timezone.now())).call("GET", "/2/tweets/search/recent")

    search.refresh_from_db()
    assert (search.amount, search.origin) == (300, Origin.DOCUMENT)


# What a limit that was met closes


@pytest.fixture
def capped():
    """X's cap of a month was met, three days before its end."""
    metered = Metered(make_account(platform="twitter"), Clock(timezone.now()))
    wait = timedelta(days=3).total_seconds()
    refusal = errors.RateLimited("Capped.", platform="twitter", status=429, code="usage-capped", retry_after=wait)
    metered.call(*SEARCH).failed(refusal)
    return metered


def waiting(account, **changes):
    later = timezone.now() + timedelta(days=3)
    return make_post(account=account, next_sync_at=later, **{"sync_error": "X allows no more calls.", **changes})


def is_due(post):
    post.refresh_from_db()
    return post.next_sync_at <= timezone.now()


@pytest.mark.parametrize(("amount", "is_open"), [("4000000", True), ("", True), ("3000000", False), ("2000000", False)])
def test_limit_that_staff_raise_is_open_again_and_its_posts_are_due(admin_client, capped, amount, is_open):
    refused, read = waiting(capped.account), waiting(capped.account, sync_error="")
    elsewhere = waiting(make_account(platform="facebook"))
    cap = Budget.objects.get(account=None, name="Posts read")

    admin_client.post(reverse("admin:engagement_budget_change", args=[cap.pk]), {"amount": amount})

    assert (capped.refusal(*SEARCH) is None) == is_open
    assert [is_due(post) for post in (refused, read, elsewhere)] == [is_open, False, False]


def test_amount_for_what_was_only_counted_opens_nothing(admin_client, capped):
    post, money = waiting(capped.account), Budget.objects.get(account=None, name="Money")

    admin_client.post(reverse("admin:engagement_budget_change", args=[money.pk]), {"amount": "5000000"})

    money.refresh_from_db()
    assert (money.amount, is_due(post)) == (5_000_000, False)


def test_staff_open_what_they_know_to_be_over(admin_client, capped):
    post, search = waiting(capped.account), Budget.objects.get(account=capped.account, name="Recent search")
    cap = Budget.objects.get(account=None, name="Posts read")

    data = {"action": "open_again", "_selected_action": [cap.pk, search.pk]}
    page = admin_client.post(reverse(CHANGELIST), data, follow=True).content.decode()

    assert (capped.refusal(*SEARCH), is_due(post), LogEntry.objects.count()) == (None, True, 1)
    assert "it is open" in page


def test_limit_of_one_account_that_is_opened_leaves_the_posts_of_others(capped):
    other = make_account(platform="twitter")
    posts = [waiting(capped.account), waiting(other)]
    capped.call(*CREATE)
    budget = Budget.objects.get(account=capped.account, name="Create a post")

    assert reopen(budget, timezone.now()) == 1
    assert [is_due(post) for post in posts] == [True, False]


# What is kept


def spendings():
    return list(Spending.objects.order_by("slot_at").values_list("slot_at", "amount"))


@pytest.fixture
def search():
    return Budget.objects.create(platform="twitter", name="Recent search", seconds=900)


def spend(budget, moment, amount):
    until = moment + timedelta(minutes=16)
    return Spending.objects.create(budget=budget, slot_at=moment, counts_until=until, amount=amount)


def test_slots_of_a_past_day_become_one_row(search):
    day = NOW.replace(hour=0) - timedelta(days=SLOT_DAYS + 1)
    for hour in (0, 7, 23):
        spend(search, day + timedelta(hours=hour), 5)
    young = spend(search, NOW - timedelta(hours=1), 2)

    purged = purge_expired(NOW)
    again = purge_expired(NOW)

    assert spendings() == [(day, 15), (young.slot_at, 2)]
    assert (purged.spendings, again.spendings) == (2, 0)


def test_old_spending_and_paid_reads_go(search):
    kept = spend(search, NOW - timedelta(days=SPENDING_DAYS), 1)
    spend(search, NOW - timedelta(days=SPENDING_DAYS, seconds=1), 1)
    for age in (BILLED_DAYS, BILLED_DAYS + 1):
        BilledRead.objects.create(budget=search, day=(NOW - timedelta(days=age)).date(), resource="a" * 64)

    purged = purge_expired(NOW, batch=1)

    assert (purged.spendings, spendings(), BilledRead.objects.count()) == (2, [(kept.slot_at, 1)], 1)
