"""Webhooks: challenge, signed events of new comments, and deliveries that go badly on request."""

import hashlib
import hmac
import json
import threading
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest

SECRET, VERIFY = "app-secret", "verify-me"


@dataclass
class Receiver:
    """An app that takes events; `status` is what it answers to them."""

    address: str = ""
    status: int = 200
    queries: list[dict[str, str]] = field(default_factory=list)
    deliveries: list[tuple[bytes, str]] = field(default_factory=list)

    @property
    def changes(self):
        entries = [entry for body, _ in self.deliveries for entry in json.loads(body)["entry"]]
        return [change["value"] for entry in entries for change in entry["changes"]]


@contextmanager
def receiving(receiver):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            query = dict(parse_qsl(urlsplit(self.path).query))
            receiver.queries.append(query)
            good = query.get("hub.verify_token") == VERIFY
            self.reply(200 if good else 403, query["hub.challenge"].encode() if good else b"no")

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            receiver.deliveries.append((body, self.headers["X-Hub-Signature-256"]))
            self.reply(receiver.status, b"")

        def reply(self, status, body):
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    receiver.address = f"http://127.0.0.1:{server.server_address[1]}/hooks"
    try:
        yield receiver
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


@pytest.fixture
def receiver():
    with receiving(Receiver()) as one:
        yield one


def register(sandbox, receiver, **changes):
    given = {"platform": "instagram", "address": receiver.address, "secret": SECRET, "verify_token": VERIFY}
    return sandbox.ask("POST", "/sandbox/webhooks", json=given | changes)


def deliver(sandbox, **fields):
    return sandbox.ask("POST", "/sandbox/webhooks/deliver", json=fields).body["deliveries"]


def signature(body, secret=SECRET):
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


def comment(sandbox, post_id, text, **fields):
    return sandbox.ask("POST", "/sandbox/comments", json={"post": post_id, "text": text, **fields}).body["comment"]


def test_registration_asks_the_challenge(sandbox, receiver):
    answer = register(sandbox, receiver)

    assert answer.body["webhooks"][0]["address"] == receiver.address
    assert set(receiver.queries[0]) == {"hub.mode", "hub.challenge", "hub.verify_token"}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"verify_token": "other"}, "address", id="challenge-failed"),
        pytest.param({"address": "http://127.0.0.1:9/"}, "address", id="nobody-there"),
        pytest.param({"address": "http://media.example/"}, "address", id="elsewhere"),
        pytest.param({"address": "https://127.0.0.1/"}, "address", id="not-http"),
        pytest.param({"address": "http://127.0.0.1:x/"}, "address", id="bad-port"),
        pytest.param({"secret": ""}, "secret", id="no-secret"),
        pytest.param({"platform": "x"}, "platform", id="unknown-platform"),
    ],
)
def test_registration_is_refused(sandbox, receiver, changes, field):
    answer = register(sandbox, receiver, **changes)

    assert (answer.status, answer.body["error"]["field"]) == (400, field)
    assert sandbox.ask("GET", "/sandbox/webhooks").body == {"webhooks": []}


def test_new_comments_arrive_signed_when_the_clock_moves(sandbox, receiver):
    media_id = sandbox.published(sandbox.account("instagram"))
    register(sandbox, receiver)

    sandbox.wait(days=2)
    sandbox.wait(minutes=1)

    seen = sandbox.world.comments(sandbox.world.posts["instagram", media_id])
    assert {one["id"] for one in receiver.changes} == {one.comment_id for one in seen}
    assert all(one["media"] == {"id": media_id, "media_product_type": "FEED"} for one in receiver.changes)
    assert all(told == signature(body) for body, told in receiver.deliveries)


def test_events_from_before_the_registration_stay_away(sandbox, receiver):
    sandbox.published(sandbox.account("instagram"))
    sandbox.wait(days=2)
    register(sandbox, receiver)

    deliver(sandbox)

    assert receiver.deliveries == []


def test_replies_carry_their_parent(sandbox, receiver):
    media_id = sandbox.published(sandbox.account("instagram"))
    register(sandbox, receiver)
    parent = comment(sandbox, media_id, "first", author="ann")
    comment(sandbox, media_id, "answer", author="bob", parent=parent)

    sandbox.wait(minutes=1)

    parents = {one["text"]: one.get("parent_id") for one in receiver.changes}
    assert (parents["first"], parents["answer"]) == (None, parent)


def test_page_gets_feed_events_of_every_verb(sandbox, receiver):
    post_id = sandbox.published(sandbox.account("facebook"))
    register(sandbox, receiver, platform="facebook")
    comment_id = comment(sandbox, post_id, "hello", author="ann")
    sandbox.wait(seconds=1)
    for change in ({"text": "hello!"}, {"hidden": True}, {"hidden": False}, {"deleted": True}):
        sandbox.ask("POST", "/sandbox/comments", json={"comment": comment_id, **change})
        sandbox.wait(seconds=1)

    mine = [one for one in receiver.changes if one["comment_id"] == comment_id]
    assert [one["verb"] for one in mine] == ["add", "edited", "hide", "unhide", "remove"]
    assert {(one["item"], one["post_id"], one["parent_id"]) for one in mine} == {("comment", post_id, post_id)}
    assert json.loads(receiver.deliveries[0][0])["object"] == "page"


def test_delivery_goes_badly_on_request(sandbox, receiver):
    media_id = sandbox.published(sandbox.account("instagram"))
    register(sandbox, receiver)
    comment(sandbox, media_id, "hello")

    (told,) = deliver(sandbox, platform="instagram", twice=True, wrong_signature=True)

    assert told["statuses"] == [200, 200]
    assert receiver.deliveries[0] == receiver.deliveries[1]
    assert all(claimed != signature(body) for body, claimed in receiver.deliveries)


def test_reversed_delivery_brings_the_newest_first(sandbox, receiver):
    media_ids = [sandbox.published(sandbox.account("instagram", persona)) for persona in ("lina", "maya")]
    register(sandbox, receiver)
    receiver.status = 500
    for media_id in media_ids:
        comment(sandbox, media_id, f"about {media_id}")
        sandbox.wait(seconds=1)
    receiver.status, receiver.deliveries = 200, []

    deliver(sandbox, reverse=True)

    texts = [one["text"] for one in receiver.changes if one["text"].startswith("about")]
    assert texts == [f"about {media_id}" for media_id in media_ids[::-1]]


def test_since_repeats_what_was_delivered(sandbox, receiver):
    media_id = sandbox.published(sandbox.account("instagram"))
    register(sandbox, receiver)
    start = sandbox.world.time()
    sandbox.wait(days=1)
    first = len(receiver.changes)

    deliver(sandbox, since=start.isoformat())

    assert len(receiver.changes) == 2 * first > 0
    assert {one["media"]["id"] for one in receiver.changes} == {media_id}


def test_refused_event_waits_for_the_next_delivery_and_is_given_up(sandbox, receiver):
    media_id = sandbox.published(sandbox.account("instagram"))
    register(sandbox, receiver)
    receiver.status = 500
    comment(sandbox, media_id, "hello")

    waiting = [deliver(sandbox)[0]["waiting"] for _ in range(6)]

    assert waiting == [1, 1, 1, 1, 0, 0]
    assert len(receiver.deliveries) == 5


def test_dead_receiver_holds_nobody_up_and_loses_nothing(sandbox):
    media_id = sandbox.published(sandbox.account("instagram"))
    with receiving(Receiver()) as receiver:
        register(sandbox, receiver)
    comment(sandbox, media_id, "hello")

    (told,) = deliver(sandbox)

    assert (told["statuses"], told["waiting"]) == ([0], 1)


def test_delivery_without_a_webhook_is_refused(sandbox):
    assert sandbox.ask("POST", "/sandbox/webhooks/deliver", json={}).body["error"]["field"] == "platform"


def test_cleared_webhooks_get_nothing(sandbox, receiver):
    sandbox.published(sandbox.account("instagram"))
    register(sandbox, receiver)

    sandbox.ask("DELETE", "/sandbox/webhooks")
    sandbox.wait(days=2)

    assert receiver.deliveries == []


@pytest.mark.parametrize(("platform", "known"), [("instagram", "comments,mentions"), ("facebook", "feed")])
def test_subscription_of_an_account_replaces_the_last_one(sandbox, platform, known):
    account, path = sandbox.account(platform), f"/{platform}/v26.0/me/subscribed_apps"

    made = sandbox.ask("POST", path, account, form={"subscribed_fields": known})
    bad = sandbox.ask("POST", path, account, form={"subscribed_fields": "nonsense"})

    assert made.body == {"success": True}
    assert bad.body["error"]["code"] == 100
    assert sandbox.ask("GET", path, account).body["data"][0]["subscribed_fields"] == known.split(",")
    assert sandbox.ask("DELETE", path, account).body == {"success": True}
    assert sandbox.ask("GET", path, account).body == {"data": []}
