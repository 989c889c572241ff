"""Renewing tokens against the sandbox over real HTTP: when, how often, what is saved and what a failure leaves."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,index,operator,union-attr,var-annotated"

import threading
from datetime import timedelta

import pytest
from cryptography.fernet import Fernet
from django.db import connection

from acd.tests.factories import NOW
from engagement.enums import AccountState, Flavour, Platform
from engagement.models import SocialAccount
from engagement.platforms import ADAPTERS, adapter_for, errors
from engagement.platforms.twitter import TwitterAdapter
from engagement.reports import Outcome
from engagement.tests.factories import make_account
from engagement.tests.renewing import pair, renewable_account
from engagement.tests.replies import Answer, answering
from engagement.tests.stage import sandbox_account
from engagement.tokens import CLAIM, HOLD, RETRIED, due_for_refresh, mark_ends, refresh_account, refresh_due
from engagement.values import Tokens

DAY, HOUR, MINUTE = timedelta(days=1), timedelta(hours=1), timedelta(minutes=1)
LIVES = {"twitter": 2 * HOUR, "tiktok": 2 * HOUR, "instagram": 60 * DAY}
PAIR = {"token_type": "bearer", "expires_in": 7200, "access_token": "new-access", "refresh_token": "new-refresh"}
every_renewing_platform = pytest.mark.parametrize("platform", LIVES)


def reloaded(account: SocialAccount) -> SocialAccount:
    return SocialAccount.objects.get(pk=account.pk)


@every_renewing_platform
@pytest.mark.django_db
def test_due_token_is_renewed_and_the_whole_answer_saved(renewing, platform):
    account = renewable_account(
        renewing,
        platform,
        left=5 * MINUTE,
        state=AccountState.EXPIRING,
        auth_failures=1,
        last_error="Slow",
        last_error_at=NOW,
    )

    report = refresh_due(NOW)

    theirs, account = renewing.world.tokens_of(sandbox_account(platform)), reloaded(account)
    assert report.counts() == {"renewed": 1}
    assert pair(account) == (theirs.access, theirs.refresh or "")
    assert abs(account.token_expires_at - NOW - LIVES[platform]) < DAY
    assert (account.state, account.auth_failures, account.last_error) == (AccountState.ACTIVE, 0, "")
    assert (account.token_refreshed_at, account.refresh_claimed_until) == (NOW, None)
    assert bool(account.refresh_expires_at) == (platform == "tiktok")
    assert bool(account.scopes) == (platform != "instagram")
    with adapter_for(account) as adapter:
        assert adapter.fetch_metrics([]) == {}


@every_renewing_platform
@pytest.mark.django_db
def test_renewed_token_is_not_due_again(renewing, platform):
    renewable_account(renewing, platform, left=5 * MINUTE)
    refresh_due(NOW)

    assert refresh_due(NOW + 5 * MINUTE).items == []


@pytest.mark.parametrize(
    ("platform", "changes", "due"),
    [
        pytest.param("twitter", {"token_expires_at": NOW - DAY}, True, id="ended, with a refresh token"),
        pytest.param("instagram", {"token_expires_at": NOW - DAY}, False, id="ended, without one"),
        pytest.param("instagram", {"token_expires_at": NOW + 13 * DAY}, True, id="two weeks of fifty days left"),
        pytest.param("instagram", {"token_expires_at": NOW + 25 * DAY}, False, id="almost four weeks left"),
        pytest.param("instagram", {"token_refreshed_at": NOW - 23 * HOUR}, False, id="younger than a day"),
        pytest.param("twitter", {"token_expires_at": None}, False, id="no known end"),
        pytest.param(
            "twitter", {"token_expires_at": None, "state": AccountState.EXPIRED}, True, id="no known end, but expired"
        ),
        pytest.param("twitter", {"state": AccountState.EXPIRED}, True, id="expired"),
        pytest.param("twitter", {"state": AccountState.REVOKED}, False, id="revoked"),
        pytest.param("twitter", {"state": AccountState.PAUSED}, True, id="paused"),
        pytest.param("twitter", {"throttled_until": NOW + MINUTE}, False, id="inside a closed window"),
        pytest.param("twitter", {"refresh_token": ""}, False, id="no refresh token"),
        pytest.param("tiktok", {"refresh_expires_at": NOW}, False, id="the refresh token has ended"),
        pytest.param("twitter", {"access_token": ""}, False, id="never connected"),
        pytest.param("twitter", {"refresh_claimed_until": NOW + MINUTE}, False, id="a worker has it"),
        pytest.param("twitter", {"refresh_claimed_until": NOW}, True, id="a dead worker had it"),
    ],
)
@pytest.mark.django_db
def test_token_is_due(renewing, platform, changes, due):
    account = renewable_account(renewing, platform, left=5 * MINUTE, **changes)

    assert list(due_for_refresh(NOW)) == ([account] if due else [])


@pytest.mark.django_db
def test_token_is_not_due_without_the_app_it_needs(renewing, settings):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)
    settings.PLATFORM_APPS = {}

    assert list(due_for_refresh(NOW)) == []
    assert refresh_account(account, now=NOW).reason == (
        "Its token can be renewed only with the app it belongs to: set TWITTER_APP_ID and TWITTER_APP_SECRET."
    )


@pytest.mark.django_db
def test_paused_account_keeps_its_token_alive_and_stays_paused(renewing):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE, state=AccountState.PAUSED)
    before = pair(account)

    refresh_due(NOW)

    assert pair(account) != before
    assert reloaded(account).state == AccountState.PAUSED


@pytest.mark.django_db
def test_account_paused_while_its_token_is_renewed_stays_paused(renewing, monkeypatch):
    class PausedMeanwhile(TwitterAdapter):
        def refresh(self) -> Tokens:
            SocialAccount.objects.update(state=AccountState.PAUSED)
            return super().refresh()

    monkeypatch.setitem(ADAPTERS, "twitter", PausedMeanwhile)
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)

    item = refresh_account(account, now=NOW)

    assert (item.outcome, account.state, reloaded(account).state) == (
        Outcome.RENEWED,
        AccountState.PAUSED,
        AccountState.PAUSED,
    )


@pytest.mark.django_db
def test_token_set_by_a_person_meanwhile_is_kept(renewing, monkeypatch):
    class SetMeanwhile(TwitterAdapter):
        def refresh(self) -> Tokens:
            SocialAccount.objects.update(access_token="pasted", token_refreshed_at=NOW)
            return super().refresh()

    monkeypatch.setitem(ADAPTERS, "twitter", SetMeanwhile)
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)

    item = refresh_account(account, now=NOW)

    assert (item.outcome, pair(account)[0]) == (Outcome.SKIPPED, "pasted")


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        pytest.param(Answer(PAIR, cut=True), "could not answer", id="cut off"),
        pytest.param(Answer(b'{"access_token": "half-a-tok'), "cannot be read", id="half an answer"),
        pytest.param(Answer({}, 503), "could not answer", id="down"),
        pytest.param(Answer({"error": "invalid_client"}, 400), "invalid_client", id="the app is refused"),
    ],
)
@pytest.mark.django_db
def test_renewal_without_an_answer_keeps_the_old_pair_and_is_tried_again(renewing, settings, answer, words):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)
    before = pair(account)

    with answering(answer, Answer(PAIR)) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        failed = refresh_due(NOW)
        kept, noted = pair(account), reloaded(account)
        again = refresh_due(NOW + 5 * MINUTE)

    assert (failed.counts(), failed.failed, kept) == ({"failed": 1}, True, before)
    assert words in noted.last_error
    assert (noted.state, noted.last_error_at) == (AccountState.ACTIVE, NOW)
    assert (again.counts(), pair(account)) == ({"renewed": 1}, ("new-access", "new-refresh"))


@pytest.mark.django_db
def test_renewal_of_unknown_outcome_is_told_in_words_that_fit(renewing, monkeypatch):
    class NeverAnswered(TwitterAdapter):
        def refresh(self) -> Tokens:
            raise errors.OutcomeUnknown("The answer never arrived.", platform=self.platform)

    monkeypatch.setitem(ADAPTERS, "twitter", NeverAnswered)
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)

    item = refresh_account(account, now=NOW)

    assert item.reason == (
        "The token could not be renewed: The answer never arrived. The old one stays; Gator tries again."
    )


@pytest.mark.django_db
def test_limit_closes_the_window_of_the_account(renewing, settings):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)

    with answering(Answer({}, 429, {"Retry-After": "600"})) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        refresh_due(NOW)
        inside = refresh_due(NOW + 5 * MINUTE)

    assert (inside.items, len(asked.requests)) == ([], 1)
    assert reloaded(account).throttled_until == NOW + 10 * MINUTE


@pytest.mark.parametrize(
    ("answer", "state"),
    [
        pytest.param({"error": "invalid_grant", "error_description": "Revoked."}, AccountState.REVOKED, id="revoked"),
        pytest.param(
            {"error": "invalid_request", "error_description": "Value passed for the token was invalid."},
            AccountState.EXPIRED,
            id="used before",
        ),
    ],
)
@pytest.mark.django_db
def test_refused_renewal_pauses_that_account_alone_and_is_not_repeated(renewing, settings, answer, state):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)
    other = renewable_account(renewing, "tiktok", left=5 * MINUTE)

    with answering(Answer(answer, 400)) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"twitter": asked.address}
        first = refresh_due(NOW)
        later = [refresh_due(NOW + wait).items for wait in (5 * MINUTE, HOLD - MINUTE)]

    account, other = reloaded(account), reloaded(other)
    assert first.counts() == {"failed": 1, "renewed": 1}
    assert (account.state, other.state) == (state, AccountState.ACTIVE)
    assert account.last_error.startswith("The token could not be renewed. X does not accept the account's token")
    assert account.last_error.endswith("Connect the account again.")
    assert (len(asked.requests), [one for one in later[0] if one.name == str(account)]) == (1, [])


REFUSALS = {
    "a bare 401": Answer({}, 401),
    "a bare 400": Answer({"error": "invalid_request", "error_description": "Bad."}, 400),
    "forbidden": Answer({}, 403),
    "down": Answer({}, 502),
}


@pytest.mark.parametrize("answer", REFUSALS.values(), ids=REFUSALS)
@pytest.mark.django_db
def test_refusal_that_is_not_final_is_repeated_ever_more_seldom_until_the_token_ends(renewing, settings, answer):
    account = renewable_account(renewing, "twitter", left=2 * HOUR)
    SocialAccount.objects.update(token_refreshed_at=NOW)
    tries, states = [], set()

    with answering(answer) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        for minutes in range(0, 120, 5):
            before = len(asked.requests)
            refresh_due(NOW + minutes * MINUTE)
            tries += [minutes] if len(asked.requests) > before else []
            states.add(reloaded(account).state)

    assert (tries[0], tries[-1]) == (80, 115)
    assert 4 <= len(tries) <= 7
    assert states == {AccountState.ACTIVE}
    assert reloaded(account).last_error.startswith("The token could not be renewed.")


@pytest.mark.django_db
def test_refusal_that_is_not_final_pauses_once_the_token_has_ended(renewing, settings):
    account = renewable_account(renewing, "twitter", left=-MINUTE)

    with answering(Answer({}, 401)) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        refresh_due(NOW)

    assert reloaded(account).state == AccountState.EXPIRED


@pytest.mark.django_db
def test_renewal_that_works_after_a_refusal_forgets_it(renewing, settings):
    account = renewable_account(renewing, "twitter", left=30 * MINUTE)

    with answering(Answer({}, 401), Answer(PAIR)) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        refresh_due(NOW)
        refused = reloaded(account)
        refresh_due(NOW + 25 * MINUTE)

    assert (refused.state, refused.last_error.endswith(RETRIED)) == (AccountState.ACTIVE, True)
    assert (pair(account)[0], reloaded(account).last_error) == ("new-access", "")


@pytest.mark.django_db
def test_refresh_token_that_comes_back_is_kept(renewing, settings):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE, refresh_token="the-one-we-have")

    with answering(Answer(PAIR | {"refresh_token": "the-one-we-have"})) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        refresh_due(NOW)

    assert pair(account) == ("new-access", "the-one-we-have")


@pytest.mark.django_db
def test_answer_without_a_token_is_no_renewal(renewing, monkeypatch):
    class GivesNothing(TwitterAdapter):
        def refresh(self) -> Tokens:
            return Tokens(access_token="", expires_in=7200)

    monkeypatch.setitem(ADAPTERS, "twitter", GivesNothing)
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)
    before = pair(account)

    item = refresh_account(account, now=NOW)

    assert (item.outcome, pair(account), account.token_expires_at) == (Outcome.FAILED, before, NOW + 5 * MINUTE)


@pytest.mark.parametrize(
    ("seconds", "ends_at"), [(0, None), (-1, None), (10**30, NOW + 3650 * DAY)], ids=["never", "odd", "absurd"]
)
@pytest.mark.django_db
def test_odd_life_does_not_cost_the_new_pair(renewing, settings, seconds, ends_at):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)

    with answering(Answer(PAIR | {"expires_in": seconds})) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        refresh_due(NOW)

    assert (pair(account), reloaded(account).token_expires_at) == (("new-access", "new-refresh"), ends_at)


@pytest.mark.django_db
def test_answer_without_an_end_leaves_it_unknown(renewing, monkeypatch):
    class SaysLittle(TwitterAdapter):
        def refresh(self) -> Tokens:
            return Tokens(access_token="new")

    monkeypatch.setitem(ADAPTERS, "twitter", SaysLittle)
    end = NOW + 90 * DAY
    account = renewable_account(renewing, "twitter", left=5 * MINUTE, refresh_expires_at=end, scopes=["a"])
    refresh_token = account.refresh_token

    refresh_account(account, now=NOW)

    assert pair(account) == ("new", refresh_token)
    assert (account.token_expires_at, account.refresh_expires_at, account.scopes) == (None, end, ["a"])


@pytest.mark.django_db
def test_account_whose_token_no_key_opens_does_not_stop_the_others(renewing, settings):
    old = settings.TOKEN_ENCRYPTION_KEYS
    settings.TOKEN_ENCRYPTION_KEYS = [Fernet.generate_key().decode()]
    renewable_account(renewing, "twitter", left=5 * MINUTE)
    settings.TOKEN_ENCRYPTION_KEYS = old
    renewable_account(renewing, "tiktok", left=5 * MINUTE)

    report = refresh_due(NOW)

    assert report.counts() == {"failed": 1, "renewed": 1}


# States by the clock


@pytest.mark.parametrize(
    ("changes", "state"),
    [
        pytest.param({"token_expires_at": NOW + 13 * DAY}, AccountState.EXPIRING, id="near"),
        pytest.param({"token_expires_at": NOW + 15 * DAY}, AccountState.ACTIVE, id="far"),
        pytest.param({"token_expires_at": None}, AccountState.ACTIVE, id="without end"),
        pytest.param({"token_expires_at": NOW}, AccountState.EXPIRED, id="ended"),
        pytest.param(
            {"token_expires_at": NOW + 13 * DAY, "platform": Platform.INSTAGRAM}, AccountState.ACTIVE, id="renewed"
        ),
        pytest.param(
            {"token_expires_at": NOW + 15 * DAY, "state": AccountState.EXPIRING}, AccountState.ACTIVE, id="no more"
        ),
        pytest.param({"token_expires_at": NOW, "state": AccountState.PAUSED}, AccountState.PAUSED, id="paused"),
        pytest.param({"token_expires_at": NOW, "state": AccountState.REVOKED}, AccountState.REVOKED, id="revoked"),
        pytest.param(
            {"token_expires_at": NOW + HOUR, "platform": Platform.TIKTOK, "flavour": Flavour.BUSINESS},
            AccountState.EXPIRING,
            id="an app is missing",
        ),
    ],
)
@pytest.mark.django_db
def test_clock_sets_the_state(changes, state):
    account = make_account(created_at=NOW - 2 * DAY, **{"platform": Platform.FACEBOOK, **changes})

    mark_ends(NOW)

    assert reloaded(account).state == state


# One at a time


@pytest.mark.django_db
def test_worker_with_an_old_copy_renews_nothing(renewing):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)
    stale = reloaded(account)
    refresh_account(account, now=NOW)

    item = refresh_account(stale, now=NOW)

    assert (item.outcome, stale.access_token) == (Outcome.SKIPPED, account.access_token)


@pytest.mark.django_db
def test_claim_of_a_dead_worker_runs_out(renewing):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE, refresh_claimed_until=NOW + CLAIM)

    found = [refresh_account(account, now=NOW + wait).outcome for wait in (CLAIM - MINUTE, CLAIM)]

    assert found == [Outcome.SKIPPED, Outcome.RENEWED]


@pytest.mark.skipif(connection.vendor == "sqlite", reason="SQLite has one writer at a time by itself")
@pytest.mark.parametrize("due", [True, False], ids=["by the schedule", "by name"])
@pytest.mark.django_db(transaction=True)
def test_four_workers_at_once_make_one_call(renewing, settings, due):
    account = renewable_account(renewing, "twitter", left=5 * MINUTE)
    barrier, found = threading.Barrier(4), []

    def work() -> None:
        own = reloaded(account)
        barrier.wait()
        try:
            found.extend(refresh_due(NOW).items if due else [refresh_account(own, now=NOW)])
        finally:
            connection.close()

    with answering(Answer(PAIR), Answer({"error": "invalid_grant"}, 400)) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert asked.lines == ["POST /2/oauth2/token"]
    assert [item.outcome for item in found].count(Outcome.RENEWED) == 1
    assert (reloaded(account).state, pair(account)) == (AccountState.ACTIVE, ("new-access", "new-refresh"))
