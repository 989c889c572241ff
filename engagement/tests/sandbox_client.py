"""A plain HTTP client of the sandbox for its own tests: no adapter, no Django."""

from __future__ import annotations

import http.client
import json
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from engagement.sandbox.accounts import ACCOUNTS, Account
from engagement.sandbox.server import serve
from engagement.sandbox.world import World

MORNING = datetime(2026, 8, 3, 6, 30, tzinfo=UTC)
IMAGE = "https://media.example/a.jpg"


@dataclass(frozen=True)
class Answer:
    status: int
    text: str
    headers: Mapping[str, str]

    @property
    def body(self) -> Any:
        return json.loads(self.text)


@dataclass
class Sandbox:
    """A running sandbox and the paths of its platforms' accounts."""

    world: World
    base: str
    numbers: dict[str, int] = field(default_factory=dict)

    def account(self, platform: str, persona: str = "lina") -> Account:
        return next(one for one in ACCOUNTS if (one.platform, one.persona.slug) == (platform, persona))

    def token(self, account: Account) -> str:
        return self.world.tokens_of(account).access

    def ask(self, method: str, path: str, account: Account | None = None, **options: Any) -> Answer:
        """Options: `query`, `form`, `json`, `body`, `headers`."""
        headers = dict(options.get("headers", {}))
        if account is not None:
            headers.setdefault("Authorization", f"Bearer {self.token(account)}")
        body = options.get("body")
        if "form" in options:
            body, headers["Content-Type"] = urlencode(options["form"]), "application/x-www-form-urlencoded"
        if "json" in options:
            body, headers["Content-Type"] = json.dumps(options["json"]), "application/json"
        target = path + (f"?{urlencode(options['query'])}" if "query" in options else "")
        with closing(http.client.HTTPConnection(self.base.removeprefix("http://"), timeout=10)) as connection:
            connection.request(method, target, body, headers)
            response = connection.getresponse()
            return Answer(response.status, response.read().decode(), dict(response.getheaders()))

    def fault(self, **fault: Any) -> None:
        assert self.ask("POST", "/sandbox/faults", json=fault).status == 200

    def wait(self, **duration: float) -> None:
        now = self.world.time() + timedelta(**duration)
        assert self.ask("POST", "/sandbox/clock", json={"now": now.isoformat()}).status == 200

    def published(self, account: Account, text: str = "") -> str:
        """The id of a new post of an account, made over the platform's own endpoints."""
        number = self.numbers[account.user_id] = self.numbers.get(account.user_id, 0) + 1
        return _PUBLISH[account.platform](self, account, text or f"post {number} #{account.persona.hashtags[0]}")


def _instagram(sandbox: Sandbox, account: Account, text: str) -> str:
    edge = f"/instagram/v26.0/{account.user_id}/media"
    container = sandbox.ask("POST", edge, account, form={"image_url": IMAGE, "caption": text}).body["id"]
    return str(sandbox.ask("POST", f"{edge}_publish", account, form={"creation_id": container}).body["id"])


def _facebook(sandbox: Sandbox, account: Account, text: str) -> str:
    path = f"/facebook/v26.0/{account.user_id}/feed"
    return str(sandbox.ask("POST", path, account, form={"message": text}).body["id"])


def _twitter(sandbox: Sandbox, account: Account, text: str) -> str:
    return str(sandbox.ask("POST", "/twitter/2/tweets", account, json={"text": text}).body["data"]["id"])


def _tiktok(sandbox: Sandbox, account: Account, text: str) -> str:
    post = {
        "post_info": {"title": text, "privacy_level": "PUBLIC_TO_EVERYONE", "is_aigc": True},
        "source_info": {"source": "PULL_FROM_URL", "video_url": "https://media.example/a.mp4"},
    }
    publish_id = sandbox.ask("POST", "/tiktok/v2/post/publish/video/init/", account, json=post).body["data"][
        "publish_id"
    ]
    path, ids = "/tiktok/v2/post/publish/status/fetch/", list[int]()
    while not ids:
        data = sandbox.ask("POST", path, account, json={"publish_id": publish_id}).body["data"]
        ids = data.get("publicaly_available_post_id", [])
    return str(ids[0])


_PUBLISH = {"instagram": _instagram, "facebook": _facebook, "twitter": _twitter, "tiktok": _tiktok}


@contextmanager
def open_sandbox(seed: int = 7, now: datetime | None = MORNING) -> Iterator[Sandbox]:
    world = World(seed, now)
    with serve(world) as base:
        yield Sandbox(world, base)
