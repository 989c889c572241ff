"""A token appears in no log, error, task argument, stored address, page or answer.

Unique tokens are planted, everything that handles tokens is run against platforms that repeat them in every way they
can, and every sink is searched for each token in every form.
"""

import base64
import logging
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse

from acd.tests.factories import NOW
from engagement.enums import AccountState, Platform, PostStatus
from engagement.models import SocialAccount
from engagement.platforms import ADAPTERS
from engagement.publishing import publish
from engagement.scheduling import schedule
from engagement.sync import sync_account
from engagement.tests.factories import make_account
from engagement.tests.renewing import let_renew, renewable_account
from engagement.tests.replies import answering
from engagement.tests.stage import sandbox_account, staged
from engagement.tokens import refresh_account
from engagement.values import App
from gator.tests.canaries import ACCESS, APP_SECRET, CANARIES, forms, leaks, stored_rows
from gator.tests.canary_sinks import (
    ECHOES,
    RENEWED_AND_REPEATED,
    SINKS,
    Sinks,
    admin_pages,
    api_answers,
    commands,
    exercise,
    messages,
    planted,
    renew,
    values,
)


@pytest.fixture
def sinks(caplog, monkeypatch) -> Sinks:
    # It tells every variable that a page of the admin leaves open, at length, and none that it shows.
    caplog.set_level(logging.INFO, "django.template")
    for name in [None, *logging.root.manager.loggerDict]:
        if name != "django.template":
            caplog.set_level(logging.DEBUG, name)
    made = Sinks()
    console = next(one for one in logging.root.handlers if type(one) is logging.StreamHandler)
    monkeypatch.setattr(console, "stream", made.console)
    return made


@pytest.mark.django_db
def test_no_token_reaches_a_sink(sinks, settings, tmp_path, monkeypatch, admin_client, caplog, capfd):
    (folder := tmp_path / "broker").mkdir()
    with staged(settings, tmp_path) as stage:
        let_renew(monkeypatch, settings)
        settings.PLATFORM_APPS = {name: App(id=name, secret=APP_SECRET) for name in (*ADAPTERS, "tiktok_business")}
        accounts = [planted(platform=platform) for platform in Platform.values]
        for answer in ECHOES.values():
            with answering(answer) as asked:
                settings.PLATFORM_API_URLS = dict.fromkeys(Platform.values, asked.address)
                for account in accounts:
                    exercise(account, stage, sinks)
        for account in accounts:
            with answering(*RENEWED_AND_REPEATED) as asked:
                settings.PLATFORM_API_URLS = dict.fromkeys(Platform.values, asked.address)
                renew(account, sinks)
        with answering(ECHOES["401"]) as asked:
            settings.PLATFORM_API_URLS = dict.fromkeys(Platform.values, asked.address)
            commands(sinks)
        messages(sinks, folder, monkeypatch)
        values(sinks)
        admin_pages(admin_client, sinks)
        api_answers(sinks)

    sinks.keep("rows of every table", stored_rows())
    sinks.keep("cache", str(getattr(cache, "_cache", {})))
    sinks.keep("files", *(one.read_bytes().decode(errors="replace") for one in tmp_path.rglob("*") if one.is_file()))
    formatter = logging.Formatter("%(name)s %(message)s")
    sinks.keep("logs of every logger at DEBUG", *(formatter.format(record) for record in caplog.records))
    sinks.keep("what was printed", *capfd.readouterr(), sinks.console.getvalue())
    empty = [sink for sink in SINKS if sink != "cache" and not sinks.texts.get(sink, "").strip()]
    assert (set(sinks.texts), empty) == (set(SINKS), [])
    # Whoever says most of what goes over the wire was listened to.
    assert "urllib3.connectionpool" in sinks.texts["logs of every logger at DEBUG"]
    assert "urllib3.connectionpool" in sinks.texts["what was printed"]
    assert sorted(set(leaks(sinks.texts, CANARIES))) == []


@pytest.mark.django_db
def test_no_token_of_the_sandbox_reaches_a_sink_where_everything_succeeds(
    sinks, settings, tmp_path, monkeypatch, caplog
):
    with staged(settings, tmp_path) as stage:
        let_renew(monkeypatch, settings)
        tokens: dict[str, str] = {}
        for platform in Platform.values:
            theirs = stage.world.tokens_of(sandbox_account(platform))
            found = [theirs.access, theirs.refresh]
            account = renewable_account(stage, platform, left=timedelta(minutes=4))
            sinks.keep("reports", stage.live(account), sync_account(account, now=stage.pass_time(hours=2)))
            post = schedule(stage.content(account), account, NOW)
            sinks.keep("reports", publish(post, now=stage.world.time()), refresh_account(account, now=NOW))
            found += [theirs.access, theirs.refresh]
            tokens |= {f"{platform} {n}": token for n, token in enumerate(found) if token}

    sinks.keep("rows of every table", stored_rows())
    sinks.keep("logs of every logger at DEBUG", caplog.text)
    assert len(set(tokens.values())) == 2 + 1 + 4 + 4
    assert SocialAccount.objects.exclude(posts__status=PostStatus.PUBLISHED).count() == 0
    assert list(leaks(sinks.texts, tokens)) == []


# The search itself


@pytest.mark.parametrize("form", forms(ACCESS))
@pytest.mark.parametrize("sink", SINKS)
def test_planted_leak_is_found_in_every_sink_and_form(sink, form):
    sinks = dict.fromkeys(SINKS, "x") | {sink: f"before {forms(ACCESS)[form]} after"}

    assert (sink, "access token", form) in set(leaks(sinks, CANARIES))


@pytest.mark.parametrize("before", range(7))
def test_base64_is_found_wherever_the_secret_stands_in_the_encoded_text(before):
    text = base64.b64encode(b"x" * before + ACCESS.encode() + b":tail").decode()

    assert {canary for _, canary, _ in leaks({"sink": text}, CANARIES)} == {"access token"}


def test_nothing_is_found_where_nothing_is():
    assert list(leaks({"sink": "The token has ended. canary access"}, CANARIES)) == []


@pytest.mark.django_db
def test_token_planted_in_a_row_shows_up_where_rows_are_shown(admin_client, sinks):
    account = make_account(platform=Platform.FACEBOOK, state=AccountState.EXPIRED, last_error=f"Leak: {ACCESS}")

    sinks.keep("rows of every table", stored_rows())
    page = admin_client.get(reverse("admin:engagement_socialaccount_change", args=[account.pk])).content.decode()
    sinks.keep("admin: pages of rows", page)
    sinks.keep("admin: start page", admin_client.get(reverse("admin:index")).content.decode())
    api_answers(sinks)

    found = {sink for sink, _, _ in leaks(sinks.texts, CANARIES)}
    assert found >= {
        "rows of every table",
        "API: lists",
        "API: single rows",
        "admin: pages of rows",
        "admin: start page",
    }
