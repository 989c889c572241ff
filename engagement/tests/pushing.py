"""Pushing what platforms push: bodies as they document them, signed as they sign."""

import base64
import hashlib
import hmac
import json
import time
from typing import Any

import pytest

from engagement.tests.replies import SAMPLES
from engagement.values import App

SECRET = "the-app-secret"
HEADERS = {
    "instagram": "X-Hub-Signature-256",
    "facebook": "X-Hub-Signature-256",
    "twitter": "x-twitter-webhooks-signature",
    "tiktok": "TikTok-Signature",
    "tiktok-business": "TikTok-Signature",
}


def pushed(name: str, **changes: Any) -> Any:
    """A documented body, of this moment; `changes` go into the value of a change, a payload or a content."""
    body = json.loads((SAMPLES / f"push_{name}.json").read_text(encoding="utf-8"))["body"]
    delivery = body[0] if isinstance(body, list) else body
    if "content" in delivery:
        delivery["content"] = json.dumps(json.loads(delivery["content"]) | changes)
    if "data" in delivery:
        delivery["data"]["payload"] |= changes
    for entry in delivery.get("entry", ()):
        entry["time"] = now()
        for change in entry.get("changes", [entry]):
            moment = {"created_time": now()} if "created_time" in change["value"] else {}
            change["value"] |= moment | changes
    return body


def now() -> int:
    return int(time.time())


def signature(name: str, body: bytes, *, secret: str = SECRET, at: int | None = None) -> str:
    """The header's value, as the platform makes it."""
    if name.startswith("tiktok"):
        moment = now() if at is None else at
        return f"t={moment},s={_mac(secret, f'{moment}.'.encode() + body).hex()}"
    mac = _mac(secret, body)
    return "sha256=" + (base64.b64encode(mac).decode() if name == "twitter" else mac.hex())


def _mac(secret: str, message: bytes) -> bytes:
    return hmac.new(secret.encode(), message, hashlib.sha256).digest()


def push(client: Any, name: str, body: Any, **signing: Any) -> Any:
    """Send a signed body to an address; the answer."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return send(client, name, content, signature(name, content, **signing))


def send(client: Any, name: str, content: bytes, header: str | None) -> Any:
    """Send a body with this signature, or none."""
    headers = {} if header is None else {HEADERS[name]: header}
    return client.post(f"/webhooks/{name}/", content, content_type="application/json", headers=headers)


@pytest.fixture
def _secrets(settings) -> None:
    """Every address is set up with the same secret."""
    settings.PLATFORM_APPS = {name: App(secret=SECRET) for name in settings.PLATFORM_APPS}
    settings.TWITTER_CONSUMER_SECRET = SECRET
    settings.WEBHOOK_VERIFY_TOKEN = "verify-me"
