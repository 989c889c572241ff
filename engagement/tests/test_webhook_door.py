"""The addresses that platforms push to: who is let in, what is stored, and how soon they are answered."""

import base64
import hashlib
import hmac
import json
from copy import deepcopy

import pytest
from django.conf import settings as configured
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from drf_spectacular.generators import SchemaGenerator

from engagement.api_webhooks import BODY_LIMIT
from engagement.enums import DeliveryState
from engagement.models import WebhookDelivery
from engagement.querysets import STUCK
from engagement.tests.pushing import (
    SECRET,
    _secrets,  # noqa: F401 - a fixture
    now,
    push,
    pushed,
    send,
    signature,
)
from engagement.values import App
from engagement.webhooks.sources import SOURCES

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_secrets")]

DOCUMENTED = {
    "instagram": "instagram_comment",
    "facebook": "facebook_comment",
    "twitter": "twitter_reply",
    "tiktok": "tiktok_available",
    "tiktok-business": "tiktok_comment",
}
DOOR = pytest.mark.parametrize("name", list(SOURCES))
META = pytest.mark.parametrize("name", ["instagram", "facebook"])


def stored():
    return list(WebhookDelivery.objects.order_by("pk").values_list("platform", "kind", "state"))


@DOOR
def test_signed_event_is_stored_and_answered_without_a_word(client, name):
    response = push(client, name, pushed(DOCUMENTED[name]))

    assert (response.status_code, response.content) == (200, b"")
    assert [state for _, _, state in stored()] == [DeliveryState.RECEIVED]
    assert not response.cookies


@DOOR
def test_task_gets_the_ids_of_what_was_stored(client, name, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True) as queued:
        push(client, name, pushed(DOCUMENTED[name]))

    assert len(queued) == 1
    assert WebhookDelivery.objects.filter(state=DeliveryState.RECEIVED).count() == 0


@DOOR
def test_door_asks_for_no_token_against_forgery(name):
    response = push(Client(enforce_csrf_checks=True), name, pushed(DOCUMENTED[name]))

    assert response.status_code == 200


@DOOR
@pytest.mark.parametrize("header", [None, "", "sha256=", "t=1,s=00", "nonsense"], ids=str)
def test_unsigned_event_is_refused_and_leaves_nothing(client, name, header):
    body = json.dumps(pushed(DOCUMENTED[name])).encode()

    response = send(client, name, body, header)

    assert (response.status_code, response.content, stored()) == (403, b"", [])


@DOOR
def test_body_that_was_written_again_is_refused(client, name):
    body = json.dumps(pushed(DOCUMENTED[name]), indent=1).encode()

    response = send(client, name, json.dumps(json.loads(body)).encode(), signature(name, body))

    assert (response.status_code, stored()) == (403, [])


def test_escaped_text_is_checked_as_it_came(client):
    body = json.dumps(pushed("instagram_comment")).encode()

    assert b"\\ud83c" in body
    assert push(client, "instagram", body).status_code == 200


@DOOR
def test_both_secrets_are_taken_while_one_is_changed(client, settings, name):
    apps = {one: App(secret="new", former_secrets=("older", SECRET)) for one in settings.PLATFORM_APPS}
    settings.PLATFORM_APPS, settings.TWITTER_CONSUMER_SECRET = apps, f"new, {SECRET}"
    body = pushed(DOCUMENTED[name])

    codes = [push(client, name, body, secret=secret).status_code for secret in ("new", SECRET, "other")]

    assert codes == [200, 200, 403]


@pytest.mark.parametrize(
    ("name", "app", "code"),
    [
        ("instagram", "instagram", 200),
        ("instagram", "instagram_facebook_login", 200),
        ("instagram", "facebook", 200),
        ("facebook", "facebook", 200),
        ("facebook", "instagram", 404),
        ("tiktok", "tiktok", 200),
        ("tiktok", "tiktok_business", 404),
        ("tiktok-business", "tiktok_business", 200),
    ],
)
def test_secret_opens_the_addresses_of_its_product_alone(client, settings, name, app, code):
    settings.PLATFORM_APPS = {app: App(secret=SECRET)}

    assert push(client, name, pushed(DOCUMENTED[name])).status_code == code


@DOOR
def test_address_that_is_not_set_up_is_not_found_and_says_so_in_the_log(client, settings, name, caplog):
    settings.PLATFORM_APPS, settings.TWITTER_CONSUMER_SECRET = {}, ""

    # An empty secret must not become a key that everybody knows.
    response = push(client, name, pushed(DOCUMENTED[name]), secret="")

    assert (response.status_code, stored()) == (404, [])
    assert "_SECRET" in caplog.text


@pytest.mark.parametrize("age", [301, 86_400, -120])
@pytest.mark.parametrize("name", ["tiktok", "tiktok-business"])
def test_event_of_tiktok_signed_at_another_time_is_refused(client, name, age):
    response = push(client, name, pushed(DOCUMENTED[name]), at=now() - age)

    assert (response.status_code, stored()) == (403, [])


@META
def test_entry_that_is_older_than_meta_repeats_is_left_out(client, name):
    body = pushed(DOCUMENTED[name])
    old = json.loads(json.dumps(body["entry"][0]))
    old["time"] -= 36 * 3600 + 60
    old["changes"][0]["value"] |= {"id": "old", "comment_id": "old"}
    body["entry"].append(old)

    response = push(client, name, body)

    assert response.status_code == 200
    assert [one for one in WebhookDelivery.objects.values_list("subject", flat=True) if one == "old"] == []
    assert len(stored()) == 1


@DOOR
def test_body_beyond_a_mebibyte_is_refused_before_it_is_read(client, name):
    body = b'{"pad": "' + b"x" * BODY_LIMIT + b'"}'

    response = push(client, name, body)

    assert (response.status_code, stored()) == (413, [])


@DOOR
@pytest.mark.parametrize("method", ["put", "delete", "patch", "options"])
def test_other_methods_are_refused(client, name, method):
    assert getattr(client, method)(f"/webhooks/{name}/").status_code == 405


@pytest.mark.parametrize("name", ["tiktok", "tiktok-business"])
def test_tiktok_asks_nothing(client, name):
    response = client.get(f"/webhooks/{name}/")

    assert (response.status_code, response["Allow"]) == (405, "POST")


# Challenges


def ask(client, name, **changes):
    asked = {"hub.mode": "subscribe", "hub.verify_token": "verify-me", "hub.challenge": "1158201444"}
    return client.get(f"/webhooks/{name}/", asked | changes)


@META
def test_challenge_of_meta_is_answered_in_plain_text(client, name):
    response = ask(client, name)

    assert (response.status_code, response.content) == (200, b"1158201444")
    assert response["Content-Type"] == "text/plain"


@META
@pytest.mark.parametrize(
    "changes",
    [
        {"hub.verify_token": "verify-m"},
        {"hub.verify_token": ""},
        {"hub.verify_token": "vérify-me"},
        {"hub.mode": "unsubscribe"},
    ],
    ids=["wrong", "empty", "not ASCII", "other mode"],
)
def test_challenge_of_somebody_else_is_refused_without_a_word(client, name, changes):
    response = ask(client, name, **changes)

    assert (response.status_code, response.content) == (403, b"")


@META
def test_challenge_without_a_token_of_ours_is_not_found(client, settings, name, caplog):
    settings.WEBHOOK_VERIFY_TOKEN = ""

    assert ask(client, name, **{"hub.verify_token": ""}).status_code == 404
    assert "WEBHOOK_VERIFY_TOKEN" in caplog.text


def test_challenge_of_x_is_answered_with_the_present_secret(client, settings):
    settings.TWITTER_CONSUMER_SECRET = f"{SECRET},former"

    response = client.get("/webhooks/twitter/", {"crc_token": "MTIzNDU2_-="})

    expected = base64.b64encode(hmac.new(SECRET.encode(), b"MTIzNDU2_-=", hashlib.sha256).digest()).decode()
    assert response.json() == {"response_token": f"sha256={expected}"}


@pytest.mark.parametrize(
    "token", ["", "x" * 301, json.dumps(pushed("twitter_reply"))], ids=["missing", "long", "an event"]
)
def test_challenge_that_could_buy_a_signature_is_refused(client, token):
    response = client.get("/webhooks/twitter/", {"crc_token": token})

    assert (response.status_code, response.content) == (403, b"")


@pytest.mark.parametrize("body", [b"123", b'"text"', b"[1]", b"true"])
def test_answer_to_a_challenge_signs_nothing_that_is_stored(client, body):
    bought = client.get("/webhooks/twitter/", {"crc_token": body.decode()}).json()["response_token"]

    response = send(client, "twitter", body, bought)

    assert (response.status_code, stored()) == (403, [])


# What is stored


@pytest.mark.parametrize(
    "body",
    [
        b"{not json",
        b'{"object": "page"}',
        b'{"deep": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"object": 7, "entry": [{"id": {}, "time": "soon", "changes": [{"field": [], "value": 3}]}]}',
        b'{"object": "page", "entry": [{"id": "1", "messaging": [{"text": "hello"}]}]}',
        b'{"object": "instagram", "entry": [{"id": "1", "field": "a\\u0000b", "value": {"x": "\\ud800"}}]}',
        b'{"object": "page", "entry": [{"time": 1e400, "changes": [{"field": "x", "value": NaN}]}]}',
        '{"object": "page", "entry": [{"changes": [{"field": "é"}]}]}'.encode("utf-16"),
    ],
    ids=["no JSON", "no entry", "deep", "odd types", "messages", "NUL and surrogate", "no numbers", "UTF-16"],
)
def test_signed_body_of_an_unknown_form_is_kept_for_somebody_to_look_at(
    client, body, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks(execute=True):
        response = push(client, "facebook", body)

    assert response.status_code == 200
    (row,) = WebhookDelivery.objects.all()
    assert (row.state in STUCK, row.body != "") == (True, True)


@META
def test_delivery_without_a_change_stores_nothing(client, name):
    response = push(client, name, {"object": "page", "entry": []})

    assert (response.status_code, stored()) == (200, [])


@DOOR
def test_event_delivered_again_is_one_row(client, name):
    body = pushed(DOCUMENTED[name])

    for _ in range(3):
        push(client, name, body)

    assert len(stored()) == 1


def test_event_delivered_again_in_other_company_is_one_row(client):
    first, other = pushed("facebook_comment"), pushed("facebook_comment", comment_id="2_4", message="Me too")
    together = {"object": "page", "entry": [other["entry"][0], first["entry"][0], first["entry"][0]]}
    # The state of the post at the time of sending is no part of the event.
    together["entry"][1]["changes"][0]["value"]["post"]["updated_time"] = "2026-07-26T00:00:00+0000"

    push(client, "facebook", first)
    push(client, "facebook", together)

    assert len(stored()) == 2


def test_event_about_both_products_at_one_address_belongs_to_its_platform(client):
    push(client, "instagram", pushed("facebook_comment"))

    assert [platform for platform, _, _ in stored()] == ["facebook"]


def many(pushed_once, count):
    """A delivery with so many comments, each like the one that was pushed: at one moment."""
    body = deepcopy(pushed_once)
    (change,) = body["entry"][0]["changes"]
    changes = [change | {"value": change["value"] | {"comment_id": f"2_{n}"}} for n in range(count)]
    body["entry"][0]["changes"] = changes
    return json.dumps(body).encode()


def test_thousand_changes_are_stored_with_few_queries(client):
    one = pushed("facebook_comment")
    push(client, "facebook", many(one, 2))
    with CaptureQueriesContext(connection) as few:
        push(client, "facebook", many(one, 3))
    body = many(one, 1000)

    with CaptureQueriesContext(connection) as captured:
        response = push(client, "facebook", body)

    assert (response.status_code, len(stored()), len(body) < BODY_LIMIT) == (200, 1000, True)
    # SQLite takes so many parameters in a statement that the rows go in parts.
    parts = 14 if connection.vendor == "sqlite" else 1
    assert len(captured) <= len(few) + parts - 1


def test_api_does_not_list_the_addresses():
    paths = SchemaGenerator().get_schema(request=None, public=True)["paths"]

    assert [path for path in paths if "webhook" in path] == []


@DOOR
def test_broker_that_is_away_costs_no_answer(client, settings, name, monkeypatch, django_capture_on_commit_callbacks):
    monkeypatch.setattr("celery.app.task.Task.apply_async", _no_broker)

    with django_capture_on_commit_callbacks(execute=True):
        response = push(client, name, pushed(DOCUMENTED[name]))

    assert (response.status_code, [state for _, _, state in stored()]) == (200, [DeliveryState.RECEIVED])


def _no_broker(*args, **options):
    raise ConnectionError


def test_secrets_of_the_environment_are_those_of_the_addresses():
    names = {app for source in SOURCES.values() for app in source.apps}

    assert names <= set(configured.PLATFORM_APPS)
