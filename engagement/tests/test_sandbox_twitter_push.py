"""X Activity API in miniature: the challenge, what is delivered, and its signature."""

import base64
import hashlib
import hmac
import json
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

SECRET = "consumer-secret"


@pytest.fixture
def account(sandbox):
    return sandbox.account("twitter")


def digest(message, secret=SECRET):
    return "sha256=" + base64.b64encode(hmac.new(secret.encode(), message, hashlib.sha256).digest()).decode()


@contextmanager
def receiving(secret=SECRET):
    """An address that meets the challenge and keeps what it gets, as (signature, raw body)."""
    got = []

    class Receiver(BaseHTTPRequestHandler):
        def do_GET(self):
            (token,) = parse_qs(urlsplit(self.path).query)["crc_token"]
            self.reply(json.dumps({"response_token": digest(token.encode(), secret)}).encode())

        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got.append((self.headers["x-twitter-webhooks-signature"], body))
            self.reply(b"{}")

        def reply(self, content):
            self.send_response(200)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args):
            """Silence: what came is kept in `got`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/hook", got
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def register(sandbox, address):
    hook = {"platform": "twitter", "address": address, "secret": SECRET}
    return sandbox.ask("POST", "/sandbox/webhooks", json=hook)


def delivered(got):
    return [json.loads(body)["data"] for _, body in got]


def test_address_that_does_not_know_the_secret_is_refused(sandbox):
    with receiving("another secret") as (address, _):
        assert register(sandbox, address).status == 400


def test_replies_and_quotes_arrive_signed_with_their_authors(sandbox, account):
    with receiving() as (address, got):
        register(sandbox, address)
        post_id = sandbox.published(account)
        sandbox.wait(days=1)

    events = delivered(got)
    users = [user for event in events for user in event["includes"]["users"]]
    assert all(signature == digest(body) for signature, body in got)
    assert {event["event_type"] for event in events} >= {"post.reply.create"}
    assert {event["event_type"] for event in events} <= {
        "post.reply.create",
        "post.mention.create",
        "post.quote.create",
    }
    assert all(event["filter"] == {"user_id": account.user_id} for event in events)
    assert events[0]["payload"]["in_reply_to_tweet_id"] == post_id
    assert {"created_at", "public_metrics", "description"} <= set(users[0])


def test_subscription_chooses_the_events(sandbox, account):
    chosen = {"event_type": "like.create", "filter": {"user_id": account.user_id}}
    path = "/twitter/2/activity/subscriptions"
    made = sandbox.ask("POST", path, account, json=chosen).body["data"]["subscription"]
    with receiving() as (address, got):
        register(sandbox, address)
        post_id = sandbox.published(account)
        sandbox.wait(hours=4)

    events = delivered(got)
    count = sandbox.world.count(sandbox.world.post("twitter", post_id), "like")
    assert len(events) == count > 0
    assert {(event["event_type"], event["payload"]["direction"]) for event in events} == {("like.create", "inbound")}
    assert sandbox.ask("GET", path, account).body["data"] == [made]
    assert sandbox.ask("DELETE", f"{path}/{made['subscription_id']}", account).status == 200
    assert sandbox.ask("GET", path, account).body["data"] == []


@pytest.mark.parametrize(
    ("changes", "status"),
    [
        pytest.param({"event_type": "weather.change"}, 400, id="unknown-event"),
        pytest.param({"filter": {"user_id": "1"}}, 403, id="somebody-else"),
    ],
)
def test_subscription_is_refused(sandbox, account, changes, status):
    wanted = {"event_type": "like.create", "filter": {"user_id": account.user_id}, **changes}

    assert sandbox.ask("POST", "/twitter/2/activity/subscriptions", account, json=wanted).status == status
