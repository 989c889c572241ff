"""Runs everything that handles tokens against platforms that repeat them, and collects what every sink then holds."""

import base64
import json
import traceback
from collections import defaultdict
from datetime import timedelta
from io import StringIO
from pathlib import Path
from urllib.parse import quote

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from django.views.debug import ExceptionReporter

from acd.tests.clients import client_with
from engagement.enums import AccountState, Platform
from engagement.models import SocialAccount
from engagement.platforms import adapter_for, credentials_of, errors
from engagement.publishing import publish
from engagement.scheduling import draft_of, schedule
from engagement.sync import sync_account, sync_posts
from engagement.tasks import refresh_tokens_task, sync_due_task
from engagement.tests.factories import make_account, make_post
from engagement.tests.replies import Answer
from engagement.tests.stage import Stage
from engagement.tokens import confirm_failure, fresh, refresh_account
from engagement.values import App, Tokens
from gator.celery import app
from gator.tests.canaries import ACCESS, APP_SECRET, HALF, NEW_ACCESS, NEW_REFRESH, REFRESH, TYPED

SINKS = (
    "logs of every logger at DEBUG",
    "what was printed",
    "reports",
    "errors as text",
    "errors as a traceback",
    "errors as Django's debug page",
    "values as a debugger shows them",
    "rows of every table",
    "dump of the rows",
    "messages of the broker",
    "cache",
    "files",
    "commands",
    "commands with --json",
    "admin: start page",
    "admin: lists",
    "admin: pages of rows",
    "admin: histories",
    "admin: a form that failed",
    "API: lists",
    "API: single rows",
    "API: refusals",
    "API: its schema",
)
EVERYTHING = " ".join((ACCESS, REFRESH, APP_SECRET))
BASIC = base64.b64encode(APP_SECRET.encode()).decode()
ECHO = f"The request had {EVERYTHING}, ?access_token={quote(ACCESS, safe='')} and {BASIC}"
GRAPH_ERROR = {"message": ECHO, "type": "OAuthException", "code": 190, "error_subcode": 460, "fbtrace_id": "A"}
POST = {"id": "11", "note": ECHO}
# How a platform, or something on the way to it, may repeat what it was sent.
ECHOES = {
    "401": Answer({"detail": ECHO, "error": {"code": "access_token_invalid", "message": ECHO}}, 401),
    "Graph's 400": Answer({"error": GRAPH_ERROR}, 400),
    "OAuth's 400": Answer({"error": "invalid_grant", "error_description": ECHO}, 400),
    "403": Answer({"detail": ECHO, "errors": [{"message": ECHO, "code": 32}]}, 403),
    "429": Answer({"detail": ECHO}, 429, {"Retry-After": "60"}),
    "503, a page": Answer(f"<html>{ECHO}</html>".encode(), 503),
    "no JSON": Answer(f"Debug: {ECHO}".encode()),
    "broken JSON": Answer(f'{{"access_token": "{ACCESS}", "refresh_token": "{REFRESH}'.encode()),
    "half an answer": Answer(f'{{"token_type": "bearer", "access_token": "{HALF}", "expires_in": 72'.encode()),
    "cut off": Answer({"access_token": HALF, "detail": ECHO}, cut=True),
    "redirect": Answer(b"", 302, {"Location": f"http://127.0.0.1:9/?access_token={quote(ACCESS)}&s={APP_SECRET}"}),
    "data": Answer({"data": [POST | {"public_metrics": {"like_count": 3}}], "id": "1", "note": ECHO}),
    "bad data": Answer({"data": [POST | {"public_metrics": {"like_count": -3}}], "error": {"code": "ok"}}),
}
# After a renewal the platform knows the new pair, too.
RENEWED_AND_REPEATED = (
    Answer({"access_token": NEW_ACCESS, "refresh_token": NEW_REFRESH, "expires_in": 7200, "scope": "a"}),
    Answer({"detail": f"{NEW_ACCESS} {NEW_REFRESH} {APP_SECRET}"}, 401),
)


class Sinks:
    """What was collected, by the name of the sink."""

    def __init__(self) -> None:
        self.parts: dict[str, list[str]] = defaultdict(list)
        self.console = StringIO()

    def keep(self, sink: str, *shown: object) -> None:
        self.parts[sink] += [one if isinstance(one, str) else repr(one) for one in shown]

    def keep_error(self, error: Exception) -> None:
        self.keep("errors as text", str(error), error, str(vars(error)), str(getattr(error, "for_staff", "")))
        self.keep("errors as a traceback", "".join(traceback.format_exception(error)))
        if getattr(error, "platform", "") != Platform.TWITTER:
            # The page takes long to make, and all platforms share the connection.
            return
        reporter = ExceptionReporter(None, type(error), error, error.__traceback__)
        self.keep("errors as Django's debug page", reporter.get_traceback_html(), reporter.get_traceback_text())

    @property
    def texts(self) -> dict[str, str]:
        return {sink: "\n".join(parts) for sink, parts in self.parts.items()}


def planted(**changes) -> SocialAccount:
    """An account with canaries that is due for everything: reading, publishing and renewing."""
    now = timezone.now()
    times = {"created_at": now - timedelta(days=40), "token_expires_at": now + timedelta(minutes=4)}
    account = make_account(access_token=ACCESS, refresh_token=REFRESH, **times, **changes)
    make_post(account=account, platform_post_id=f"{account.platform}-11", next_sync_at=now - timedelta(hours=1))
    return account


def revive() -> None:
    """As before the last trouble."""
    SocialAccount.objects.update(
        access_token=ACCESS,
        refresh_token=REFRESH,
        state=AccountState.ACTIVE,
        throttled_until=None,
        auth_failures=0,
        refresh_claimed_until=None,
        token_refreshed_at=None,
        token_expires_at=timezone.now() + timedelta(minutes=4),
    )


def exercise(account: SocialAccount, stage: Stage, sinks: Sinks) -> None:
    """Everything that talks to the platform for an account."""
    now = timezone.now()
    post = schedule(stage.content(account), account, now)
    for act in (
        lambda own: sync_account(own, now=now).items,
        lambda own: sync_posts(own.posts.published(), now=now).items,
        lambda own: publish(own.posts.get(pk=post.pk), now=now),
        lambda own: refresh_account(own, now=now),
        lambda own: fresh(own, now),
    ):
        revive()
        sinks.keep("reports", act(SocialAccount.objects.get(pk=account.pk)))
    for call in (
        lambda adapter: adapter.fetch_metrics(["11"]),
        lambda adapter: adapter.fetch_interactions("11", frozenset()),
        lambda adapter: adapter.publish(draft_of(post)),
        lambda adapter: adapter.resume("p", draft_of(post)),
        lambda adapter: adapter.fetch_account(),
        lambda adapter: adapter.refresh(),
    ):
        revive()
        try:
            with adapter_for(SocialAccount.objects.get(pk=account.pk)) as adapter:
                sinks.keep("values as a debugger shows them", call(adapter), adapter, adapter.http, adapter.notices)
        except errors.PlatformError as error:
            sinks.keep_error(error)
            confirm_failure(SocialAccount.objects.get(pk=account.pk), error, now)


def renew(account: SocialAccount, sinks: Sinks) -> None:
    """Get a new pair, and have that repeated."""
    revive()
    now = timezone.now()
    for act in (refresh_account, sync_account, refresh_account):
        sinks.keep("reports", act(SocialAccount.objects.get(pk=account.pk), now=now))


def commands(sinks: Sinks) -> None:
    """The commands that talk to platforms or open tokens."""
    for arguments in (
        ("refresh_tokens", "--due"),
        ("refresh_tokens", str(SocialAccount.objects.earliest("pk").pk)),
        ("sync_metrics", "--all"),
        ("publish_due",),
        ("rotate_token_keys",),
    ):
        for extra in ((), ("--json",)):
            revive()
            out, err = StringIO(), StringIO()
            try:
                call_command(*arguments, *extra, stdout=out, stderr=err)
            except CommandError as error:
                err.write(str(error))
            sinks.keep("commands with --json" if extra else "commands", out.getvalue(), err.getvalue())
    out = StringIO()
    call_command("dumpdata", "engagement", "admin", stdout=out)
    sinks.keep("dump of the rows", out.getvalue())


def messages(sinks: Sinks, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What the tasks put into the broker: they start one task for each account."""
    folders = dict.fromkeys(("data_folder_in", "data_folder_out", "control_folder"), str(folder))
    revive()
    with (
        app.connection_for_write(url="filesystem://", transport_options=folders) as connection,
        monkeypatch.context() as m,
    ):
        send = app.amqp.send_task_message
        m.setitem(app.conf, "task_always_eager", False)
        m.setattr(app.amqp, "send_task_message", lambda _, *a, **k: send(app.amqp.Producer(connection), *a, **k))
        for task in (sync_due_task, refresh_tokens_task):
            task()
            task.delay()
    for file in folder.glob("*.msg"):
        message = json.loads(file.read_text())
        body = base64.b64decode(message["body"]).decode()
        sinks.keep("messages of the broker", file.read_text(), body)


def admin_pages(client: Client, sinks: Sinks) -> None:
    """Every page of the admin that shows accounts, or what came of calls for them."""
    sinks.keep("admin: start page", client.get(reverse("admin:index")).content.decode())
    account = SocialAccount.objects.earliest("pk")
    page = reverse("admin:engagement_socialaccount_change", args=[account.pk])
    form = {"persona": account.persona_id, "handle": "m", "new_access_token": ACCESS, "new_refresh_token": TYPED}
    client.post(page, form)
    failed = client.post(page, {**form, "new_access_token": TYPED, "token_expires_at_0": "nonsense"})
    sinks.keep("admin: a form that failed", failed.content.decode())
    for action in ("pause", "resume"):
        client.post(
            reverse("admin:engagement_socialaccount_changelist"), {"action": action, "_selected_action": [account.pk]}
        )
    for model in ("socialaccount", "socialmediapost", "refusedpayload", "metricsnapshot"):
        sinks.keep("admin: lists", client.get(reverse(f"admin:engagement_{model}_changelist")).content.decode())
    for one in SocialAccount.objects.all():
        place = ("admin:engagement_socialaccount", [one.pk])
        sinks.keep("admin: pages of rows", client.get(reverse(f"{place[0]}_change", args=place[1])).content.decode())
        sinks.keep("admin: histories", client.get(reverse(f"{place[0]}_history", args=place[1])).content.decode())
        for post in one.posts.all()[:3]:
            page = reverse("admin:engagement_socialmediapost_change", args=[post.pk])
            sinks.keep("admin: pages of rows", client.get(page).content.decode())
    sinks.keep("admin: lists", client.get(reverse("admin:admin_logentry_changelist")).content.decode())


def api_answers(sinks: Sinks) -> None:
    """What the API answers about accounts and posts, and about itself."""
    models = ("socialaccount", "socialmediapost")
    permissions = [f"engagement.{verb}_{name}" for verb in ("view", "add", "change") for name in models]
    client, account = client_with(*permissions), SocialAccount.objects.earliest("pk")
    for path in ("/api/v1/accounts/", "/api/v1/posts/"):
        sinks.keep("API: lists", client.get(path).content.decode(), client.options(path).content.decode())
    one = f"/api/v1/accounts/{account.pk}/"
    sinks.keep("API: single rows", client.get(one).content.decode())
    sinks.keep("API: single rows", client.patch(one, {"access_token": TYPED}, format="json").content.decode())
    for wrong in ({"access_token": TYPED, "state": "odd"}, {"access_token": TYPED * 200}, {"acces_token": TYPED}):
        sinks.keep("API: refusals", client.patch(one, wrong, format="json").content.decode())
    sinks.keep("API: refusals", client.get(f"/api/v1/accounts/?search={TYPED}&state={TYPED}").content.decode())
    sinks.keep("API: its schema", client.get("/api/schema/").content.decode())


def values(sinks: Sinks) -> None:
    """Whatever holds a token, as a debugger would show it."""
    for account in SocialAccount.objects.all():
        shown = (
            account,
            str(account),
            credentials_of(account, account.platform),
            str(credentials_of(account, "twitter")),
        )
        sinks.keep("values as a debugger shows them", *shown)
    tokens = Tokens(access_token=ACCESS, refresh_token=REFRESH)
    sinks.keep("values as a debugger shows them", tokens, str(tokens), App(id="a", secret=APP_SECRET))
