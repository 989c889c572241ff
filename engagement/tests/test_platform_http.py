"""How requests travel: bounds, retries, lost answers, redaction. Against a server that gives prepared answers."""

import base64
import gzip
import logging
import socket
import time
from contextlib import closing, contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from threading import Event, Thread
from urllib.parse import quote

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.platforms.decoding import storable
from engagement.platforms.http import Connection, is_same_site
from engagement.platforms.meter import Unmetered
from engagement.platforms.nodes import Node
from engagement.platforms.twitter import judge
from engagement.tests.replies import Answer, answering

TOKEN = "canary-3f9a1c77/with+signs=="
FAULT = Answer({}, 503)


def connect(address, token=TOKEN):
    return Connection(platform="twitter", base_url=f"{address}/", token=token, judge=judge)


def dead_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_token_travels_in_the_header_and_nowhere_else():
    with answering(Answer({"data": 1})) as asked, closing(connect(asked.address)) as http:
        http.get("/2/tweets", ids="1,2")

    method, path, headers, body = asked.requests[0]
    assert (method, path, body) == ("GET", "/2/tweets?ids=1%2C2", b"")
    assert headers["Authorization"] == f"Bearer {TOKEN}"


def test_netrc_does_not_replace_the_token(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with answering(Answer()) as asked:
        connect(asked.address).get("/")

    assert asked.requests[0][2]["Authorization"] == f"Bearer {TOKEN}"


def test_connection_is_used_again():
    with answering(Answer({"a": 1}, headers={"Connection": "keep-alive"})) as asked:
        http = connect(asked.address)

        assert [http.get("/").body, http.get("/").body] == [{"a": 1}, {"a": 1}]


@pytest.mark.parametrize("ask", ["get", "query"])
def test_read_is_repeated_while_the_server_fails(ask):
    with answering(FAULT, FAULT, Answer({"data": 1})) as asked:
        http = connect(asked.address)
        reply = http.get("/") if ask == "get" else http.query("/", body={})

    assert (reply.body, len(asked.requests)) == ({"data": 1}, 3)


def test_read_is_given_up_after_three_tries():
    with answering(FAULT) as asked, pytest.raises(errors.TemporaryFailure):
        connect(asked.address).get("/")

    assert len(asked.requests) == 3


def test_read_is_not_repeated_when_the_server_asks_for_longer_than_the_budget():
    with answering(Answer({}, 503, {"Retry-After": "120"})) as asked, pytest.raises(errors.TemporaryFailure):
        connect(asked.address).get("/")

    assert len(asked.requests) == 1


def test_read_waits_as_long_as_the_server_asks_within_the_budget():
    with answering(Answer({}, 503, {"Retry-After": "1"}), Answer({"data": 1})) as asked:
        reply = connect(asked.address).get("/")

    assert (reply.body, len(asked.requests)) == ({"data": 1}, 2)


@pytest.mark.parametrize("wait", ["0", "-5", "Sun, 02 Aug 2026 11:00:00 GMT"], ids=["nought", "negative", "past"])
def test_read_that_may_be_repeated_at_once_still_backs_off(settings, wait):
    settings.HTTP_BACKOFF_SECONDS, settings.HTTP_TOTAL_SECONDS = 60, 30
    with answering(Answer({}, 503, {"Retry-After": wait})) as asked, pytest.raises(errors.TemporaryFailure):
        connect(asked.address).get("/")

    assert len(asked.requests) == 1


@pytest.mark.parametrize("wait", ["0", "-5"])
def test_limit_that_may_be_asked_again_at_once_is_not_repeated_in_place(wait):
    with answering(Answer({}, 429, {"Retry-After": wait})) as asked, pytest.raises(errors.RateLimited) as limited:
        connect(asked.address).get("/")

    assert (len(asked.requests), limited.value.retry_after) == (1, 60)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429])
def test_refused_read_is_not_repeated(status):
    with answering(Answer({}, status)) as asked, pytest.raises(errors.PlatformError):
        connect(asked.address).get("/")

    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    "answer",
    [FAULT, Answer(b"<html>", 502), Answer(b"not json"), Answer({"data": 1}, cut=True)],
    ids=["fault", "proxy", "unreadable", "cut"],
)
def test_create_without_a_readable_answer_is_unknown_and_sent_once(answer, settings):
    settings.HTTP_READ_SECONDS = 0.2
    with answering(answer) as asked, pytest.raises(errors.OutcomeUnknown):
        connect(asked.address).create("/2/tweets", json={})

    assert len(asked.requests) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.Rejected),
        (401, errors.AuthenticationFailed),
        (429, errors.RateLimited),
        (408, errors.TemporaryFailure),
    ],
)
def test_create_that_was_refused_has_a_known_outcome(status, kind):
    with answering(Answer({}, status)) as asked, pytest.raises(kind):
        connect(asked.address).create("/2/tweets", json={})


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("tiktok_business", Answer({"code": 50000, "message": "System error"})),
        ("tiktok_business", Answer({"code": 51010, "message": "Service error"})),
        ("tiktok", Answer({"error": {"code": "internal_error", "message": "Oops"}})),
        ("facebook", Answer({"error": {"message": "An unknown error", "code": 1}}, 400)),
        ("facebook", Answer({"error": {"message": "Again", "code": 987654, "is_transient": True}}, 400)),
    ],
    ids=["business", "business service", "tiktok", "graph code", "graph transient"],
)
def test_fault_in_an_answer_below_500_leaves_the_outcome_of_a_create_open(name, answer):
    adapter = ADAPTERS[name]

    with answering(answer) as asked:
        connection = Connection(platform=adapter.platform, base_url=asked.address, token=TOKEN, judge=adapter.judge)
        with pytest.raises(errors.OutcomeUnknown):
            connection.create("/new", json={})

    assert len(asked.requests) == 1


@pytest.mark.parametrize("ask", ["get", "create", "prepare"])
def test_connection_that_never_came_about_is_a_temporary_failure_even_for_a_create(ask):
    with pytest.raises(errors.TemporaryFailure):
        getattr(connect(dead_port()), ask)("/2/tweets")


def test_preparation_whose_answer_is_lost_is_a_temporary_failure_and_sent_once():
    with answering(FAULT) as asked, pytest.raises(errors.TemporaryFailure):
        connect(asked.address).prepare("/2/media/upload", data={})

    assert len(asked.requests) == 1


def test_redirect_is_not_followed():
    moved = Answer({}, 302, {"Location": "https://elsewhere.example/"})
    with answering(moved) as asked, pytest.raises(errors.PlatformError) as refused:
        connect(asked.address).get("/")

    assert (refused.value.status, len(asked.requests)) == (302, 1)


def test_answer_longer_than_the_bound_is_invalid(settings):
    settings.HTTP_MAX_BYTES = 1000
    with answering(Answer({"text": "x" * 2000})) as asked, pytest.raises(errors.InvalidResponse, match="1000 bytes"):
        connect(asked.address).get("/")


def test_packed_answer_that_unpacks_beyond_the_bound_is_invalid(settings):
    settings.HTTP_MAX_BYTES = 100_000
    bomb = Answer(gzip.compress(b" " * 50_000_000), headers={"Content-Encoding": "gzip"})
    with answering(bomb) as asked, pytest.raises(errors.InvalidResponse, match="100000 bytes"):
        connect(asked.address).get("/")


HEADERS = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n"


@pytest.mark.parametrize(
    "said",
    [b"", b"HTTP/1.1 200 OK\r\nX-Slow: ", HEADERS + b"X-Slow: ", HEADERS + b"\r\n"],
    ids=["status line", "first header", "later header", "body"],
)
@pytest.mark.parametrize(
    ("ask", "kind"), [("get", errors.TemporaryFailure), ("create", errors.OutcomeUnknown)], ids=["read", "create"]
)
def test_answer_that_drips_is_given_up_at_the_total_time(settings, said, ask, kind):
    settings.HTTP_TOTAL_SECONDS = 0.3
    with dripping(said) as address, closing(connect(address)) as http, pytest.raises(kind, match="longer than"):
        getattr(http, ask)("/")


@contextmanager
def dripping(said):
    """A server that says something and then a byte every 20 ms, for a minute if nobody hangs up."""
    hung_up = Event()

    def drip():
        connection, _ = server.accept()
        with closing(connection), suppress(OSError):
            connection.recv(65536)
            connection.sendall(said)
            for _ in range(3000):
                connection.sendall(b"1")
                time.sleep(0.02)
        hung_up.set()

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        Thread(target=drip, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
    assert hung_up.wait(10), "the connection was left open"


def given_up():
    return pytest.raises(errors.TemporaryFailure, match="longer than")


PUT = {"content": b"x" * 20_000_000, "headers": {}}
POSTED = {"files": {"media": ("a.mp4", b"x" * 20_000_000, "video/mp4")}}


@pytest.mark.parametrize(
    ("send", "given"), [("put", PUT), ("append", POSTED), ("prepare", POSTED)], ids=["put", "append", "prepare"]
)
def test_file_that_is_taken_slowly_is_given_up_at_the_time_of_an_upload(settings, send, given):
    settings.HTTP_UPLOAD_SECONDS, settings.HTTP_TOTAL_SECONDS = 0.5, 0.1
    with sipping(pause=0.02) as address, closing(connect(address)) as http, given_up():
        getattr(http, send)(f"{address}/up" if send == "put" else "/up", **given)


def test_file_on_a_slow_line_may_take_longer_than_a_wait_and_than_other_calls(settings):
    settings.HTTP_READ_SECONDS = settings.HTTP_CONNECT_SECONDS = settings.HTTP_TOTAL_SECONDS = 0.4
    with sipping(pause=0.01) as address, closing(connect(address)) as http:
        reply = http.put(f"{address}/up", content=b"x" * 20_000_000, headers={})

    assert reply.status == 201


@contextmanager
def sipping(pause):
    """A server that takes a quarter of a megabyte, rests, and so on to the last."""

    def sip():
        connection, _ = server.accept()
        with closing(connection), suppress(OSError):
            taken = 0
            while taken < 20_000_000 and (sip := connection.recv(250_000)):
                taken += len(sip)
                time.sleep(pause)
            connection.sendall(b"HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 300_000)
        Thread(target=sip, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


def test_connection_that_breaks_once_something_was_sent_leaves_the_outcome_of_a_create_open():
    def hang_up():
        server.accept()[0].close()

    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        Thread(target=hang_up, daemon=True).start()
        http = connect(f"http://127.0.0.1:{server.getsockname()[1]}")

        with closing(http), pytest.raises(errors.OutcomeUnknown):
            http.create("/2/tweets", json={})


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"<html>hello</html>", b"\xff\xfe{}", b'{"a": NaN}', b"[" * 100_000, b'{"a": ' + b"9" * 5000 + b"}"],
    ids=["empty", "cut", "html", "not-utf-8", "nan", "deep", "huge-number"],
)
def test_answer_that_is_not_json_is_invalid(body):
    with answering(Answer(body)) as asked, pytest.raises(errors.InvalidResponse):
        connect(asked.address).get("/")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (404, errors.InvalidResponse),
        (403, errors.InvalidResponse),
        (429, errors.RateLimited),
        (502, errors.TemporaryFailure),
    ],
)
def test_page_of_a_proxy_says_nothing_about_a_post(status, kind):
    with answering(Answer(b"<html>somebody else</html>", status)) as asked, pytest.raises(kind, match="somebody"):
        connect(asked.address).get("/")


@pytest.mark.parametrize("token", ["", "two words", "line\nbreak", "tökén"])
def test_token_that_cannot_be_one_is_an_authentication_failure_before_anything_is_sent(token):
    with answering(Answer()) as asked, pytest.raises(errors.AuthenticationFailed) as refused:
        connect(asked.address, token).get("/")

    assert asked.requests == []
    assert not token or token not in str(refused.value)


@pytest.mark.parametrize(
    ("status", "text"),
    [
        (200, '{{"data": "{token}"}}'),
        (401, '{{"detail": "token {token} is bad"}}'),
        (400, '{{"errors": [{{"message": "Bearer {token}"}}]}}'),
        (500, "<html>{token}</html>"),
        (200, "no json but {token}"),
        (200, "https://graph.example/?access_token=another-secret-token&x=1"),
    ],
)
def test_token_echoed_by_the_platform_goes_no_further(status, text, caplog):
    caplog.set_level(logging.DEBUG)
    with answering(Answer(text.format(token=TOKEN).encode(), status)) as asked, closing(connect(asked.address)) as http:
        try:
            shown = str(http.get("/"))
        except errors.PlatformError as error:
            shown = f"{error!r} {error} {error.for_staff} {vars(error)} {error.__cause__}"

    assert [secret for secret in (TOKEN, "another-secret-token") if secret in shown + caplog.text] == []
    assert "[redacted]" in shown


@pytest.mark.parametrize("secret", ["renewal-secret/1", TOKEN])
@pytest.mark.parametrize("written", ["{}", "{escaped}", "{quoted}", "{base64}"], ids=str)
def test_every_secret_of_a_connection_is_blanked_however_it_is_written(secret, written):
    http = Connection(platform="x", base_url="", token=TOKEN, judge=judge, secrets=("renewal-secret/1", ""))
    forms = {
        "escaped": secret.replace("/", "\\/"),
        "quoted": quote(secret, safe=""),
        "base64": base64.b64encode(secret.encode()).decode(),
    }

    with closing(http):
        found = http.redact(f"<{written.format(secret, **forms)}>").replace("=", "")

    assert found == "<[redacted]>"


def test_half_an_answer_shows_no_token_that_nobody_knew():
    half = Answer(b'{"access_token": "new-and-unknown", "expires_in": 72')
    with answering(half) as asked, pytest.raises(errors.InvalidResponse) as caught:
        connect(asked.address).get("/")

    assert "new-and-unknown" not in str(caught.value)


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ({"a\x00b": ["x\x00y", 1, None, 1.5, True]}, {"ab": ["xy", 1, None, 1.5, True]}),
        ("half \ud83d of a pair", "half \ufffd of a pair"),
        ("whole 🔥 pair", "whole 🔥 pair"),
    ],
    ids=["nul", "lone-surrogate", "pair"],
)
def test_json_is_freed_from_what_no_database_takes(given, kept):
    assert storable(given) == kept


NODE = Node(
    "instagram",
    {"id": 7, "name": "ann", "count": 5, "digits": "12", "yes": True, "ratio": 1.5, "list": [{}], "zone": "2026-08-01",
     "at": "2026-08-01T12:00:00+0200", "huge": 10**18, "null": None, "minus": -1},
)  # fmt: skip


@pytest.mark.parametrize(
    ("method", "name", "value"),
    [
        ("text", "id", "7"),
        ("text", "missing", ""),
        ("text", "null", ""),
        ("count", "count", 5),
        ("count", "digits", 12),
        ("count", "minus", -1),
        ("count", "missing", None),
        ("count", "null", None),
        ("moment", "missing", None),
    ],
)
def test_node_reads_what_is_documented_and_leaves_the_missing_unknown(method, name, value):
    assert getattr(NODE, method)(name) == value


WRITTEN = ("2026-08-01T12:00:00+0200", "2026-08-01T10:00:00+00:00", "2026-08-01T10:00:00Z", "2026-08-01T10:00:00.000Z")
COUNTED = (1785578400, "1785578400", 1785578400000, "1785578400000")


@pytest.mark.parametrize("given", WRITTEN + COUNTED)
def test_node_reads_moments_in_every_form(given):
    assert Node("tiktok", {"at": given}).moment("at") == datetime(2026, 8, 1, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("method", "name"),
    [
        ("text", "yes"),
        ("text", "list"),
        ("required", "missing"),
        ("count", "yes"),
        ("count", "ratio"),
        ("count", "name"),
        ("moment", "name"),
        ("moment", "zone"),
        ("moment", "huge"),
        ("node", "list"),
        ("nodes", "name"),
    ],
)
def test_node_of_another_form_than_documented_names_the_field(method, name):
    with pytest.raises(errors.InvalidResponse, match=f"The field {name}"):
        getattr(NODE, method)(name)


def test_answer_about_tokens_keeps_them_and_its_refusal_does_not():
    secret = "secret-of-the-app"
    told = {"access_token": "new-token", "refresh_token": TOKEN, "again": f"access_token=x&{secret}"}
    with answering(Answer(told), Answer({"detail": f"{secret} {TOKEN}"}, 400)) as asked:
        http = Connection(platform="twitter", base_url=asked.address, token="", judge=judge, secrets=(secret, TOKEN))
        reply = http.exchange("/2/oauth2/token", data={"refresh_token": TOKEN})
        with pytest.raises(errors.Rejected) as refused:
            http.exchange("/2/oauth2/token", data={})

    assert reply.body == told
    assert refused.value.message == "[redacted] [redacted]"


def test_netrc_adds_no_password_to_a_call_without_a_token(tmp_path, monkeypatch):
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login somebody password else\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with answering(Answer({"data": 1})) as asked:
        connect(asked.address).exchange("/2/oauth2/token")

    assert "Authorization" not in asked.requests[0][2]


@pytest.mark.parametrize(
    ("scheme", "name", "value"),
    [(("Authorization", "Bearer "), "Authorization", f"Bearer {TOKEN}"), (("Access-Token", ""), "Access-Token", TOKEN)],
)
def test_token_travels_as_the_platform_wants_it(scheme, name, value):
    with answering(Answer({"data": 1})) as asked:
        Connection(platform="tiktok", base_url=asked.address, token=TOKEN, judge=judge, scheme=scheme).get("/")

    sent = asked.requests[0][2]
    assert {one: sent[one] for one in ("Authorization", "Access-Token") if one in sent} == {name: value}


@pytest.mark.parametrize(
    ("url", "base", "same"),
    [
        ("https://open-upload.tiktokapis.com/video/?a=1", "https://open.tiktokapis.com", True),
        ("http://127.0.0.1:80/up", "http://127.0.0.1:80/tiktok", True),
        ("http://open-upload.tiktokapis.com/video/", "https://open.tiktokapis.com", False),
        ("https://tiktokapis.com.example.net/video/", "https://open.tiktokapis.com", False),
        ("https://open-upload.tiktokapis.com/video/", "http://127.0.0.1:80/tiktok", False),
        ("http://127.0.0.1:81/up", "http://127.0.0.1:80/tiktok", False),
        ("file:///etc/passwd", "https://open.tiktokapis.com", False),
    ],
)
def test_only_hosts_of_the_platform_are_its_own(url, base, same):
    assert is_same_site(url, base) is same


def test_file_is_put_where_the_platform_says_but_to_no_stranger():
    with answering(Answer(b"", 201)) as asked:
        http = connect(asked.address)
        for address in (asked.address, "https://stranger.example"):
            http.put(f"{address}/up?upload_token=1", content=b"x", headers={"Content-Range": "bytes 0-0/1"})

    assert [(method, path, body) for method, path, _, body in asked.requests] == [
        ("PUT", "/up?upload_token=1", b"x")
    ] * 2
    assert ["Authorization" in headers for _, _, headers, _ in asked.requests] == [False, False]


def test_words_of_a_failure_hold_no_upload_token():
    with pytest.raises(errors.TemporaryFailure) as failure:
        connect(dead_port()).put("https://stranger.example/up?upload_token=canary1", content=b"x", headers={})

    assert "canary1" not in failure.value.message


class Gate:
    """Notes how often it is entered and left, and whether a request had an answer by then."""

    def __init__(self, asked):
        self.asked, self.passed = asked, []

    def __enter__(self):
        self.passed.append(("in", len(self.asked.requests)))

    def __exit__(self, *failure):
        self.passed.append(("out", len(self.asked.requests)))


class Gated(Unmetered):
    def __init__(self, gate):
        self.gate = gate


@pytest.mark.parametrize(("answer", "error"), [(Answer({"a": 1}), None), (Answer({}, 404), errors.NotFound)])
def test_gate_is_held_from_the_request_to_its_answer_whatever_that_is(answer, error):
    with answering(answer) as asked:
        gate = Gate(asked)
        http = Connection(platform="twitter", base_url=asked.address, token=TOKEN, judge=judge, meter=Gated(gate))

        with pytest.raises(error) if error else nullcontext():
            http.get("/")

    assert gate.passed == [("in", 0), ("out", 1)]
