"""A server that gives prepared answers in order and keeps what it was asked. For answers the sandbox never gives."""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import parse_qsl, urlsplit

SAMPLES = Path(__file__).parent / "samples"


@dataclass(frozen=True)
class Answer:
    """`body` is sent as JSON unless it is bytes already; `cut` promises more bytes than come."""

    body: Any = field(default_factory=dict)
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    cut: bool = False

    @property
    def content(self) -> bytes:
        return self.body if isinstance(self.body, bytes) else json.dumps(self.body).encode()


@dataclass
class Asked:
    """The address of the server, and every request it got: method, path with query, headers, body."""

    address: str = ""
    requests: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)

    @property
    def lines(self) -> list[str]:
        return [f"{method} {path.partition('?')[0]}" for method, path, _, _ in self.requests]

    @property
    def queries(self) -> list[dict[str, str]]:
        """What stood behind each path."""
        return [dict(parse_qsl(urlsplit(path).query)) for _, path, _, _ in self.requests]


def sample(name: str) -> Answer:
    """A stored answer, written after the document its `source` names."""
    stored = json.loads((SAMPLES / f"{name}.json").read_text(encoding="utf-8"))
    return Answer(stored["body"], stored.get("status", 200), stored.get("headers", {}))


@contextmanager
def answering(*answers: Answer) -> Iterator[Asked]:
    """Serve these answers, one per request; the last is given again to whatever comes after it."""
    asked = Asked()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(list(answers), asked))
    asked.address = f"http://127.0.0.1:{server.server_port}"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler(answers: Sequence[Answer], asked: Asked) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            answer = answers[min(len(asked.requests), len(answers) - 1)]
            asked.requests.append((self.command, self.path, dict(self.headers), body))
            self.send_response(answer.status)
            length = len(answer.content) + (100 if answer.cut else 0)
            for name, value in {"Content-Length": str(length), **answer.headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(answer.content)

        do_POST = do_PUT = do_DELETE = do_GET

        def log_message(self, *args: Any) -> None:
            """Silence: what was asked is kept in `asked`."""

    return Handler
