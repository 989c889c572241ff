"""The addresses that platforms push to, as a table: whose secrets sign there, how that is checked and what is read."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.conf import settings

from engagement.enums import Platform
from engagement.values import App
from engagement.webhooks import meta, tiktok, twitter
from engagement.webhooks.signatures import (
    answer_to_x,
    is_same,
    signed_by_meta,
    signed_by_tiktok,
    signed_by_x,
)
from engagement.webhooks.values import Event

# X answers to its challenge with what it signs events with. A token that could be a body would buy its signature.
CRC_LIMIT = 300
UNREADABLE = "unreadable"

Check = Callable[[bytes, str, Iterable[str], datetime], bool]


class Unconfigured(Exception):
    """Nobody has set what this address needs; the message names it."""


@dataclass(frozen=True)
class Source:
    """One address. `apps` are names in PLATFORM_APPS; `header` carries the signature that `check` checks."""

    platform: str
    header: str
    check: Check
    events: Callable[[Any, datetime], Iterator[Event]]
    is_ours: Callable[[Any], bool]
    apps: tuple[str, ...] = ()
    # What a platform asks by GET before it sends anything; the answer's type and text, or None for a refusal.
    challenge: Callable[[Mapping[str, str]], tuple[str, str] | None] | None = None

    def secrets(self) -> list[str]:
        """The secrets that may sign here. Raises `Unconfigured` where there is none."""
        found = [secret for name in self.apps for secret in settings.PLATFORM_APPS.get(name, App()).secrets]
        # X signs with the secret of the app's consumer key, which is no App of ours.
        found += [] if self.apps else settings.TWITTER_CONSUMER_SECRET.replace(",", " ").split()
        if not found:
            names = [f"{name.upper()}_APP_SECRET" for name in self.apps] or ["TWITTER_CONSUMER_SECRET"]
            raise Unconfigured(f"Set {' or '.join(names)}: without it nobody can tell who pushes.")
        return found

    def is_signed(self, body: bytes, header: str, now: datetime) -> bool:
        """Whether the platform itself sent this body. Raises `Unconfigured`."""
        return self.check(body, header, self.secrets(), now)

    def read(self, body: bytes, now: datetime) -> list[Event]:
        """The events of a signed body. What has no known form is one event, kept for somebody to look at."""
        try:
            document = json.loads(body)
        except (ValueError, RecursionError):
            text = body.decode(errors="replace")
            return [Event(platform=self.platform, kind=UNREADABLE, identity=text, body=text)]
        if not self.is_ours(document):
            return [Event(platform=self.platform, kind=UNREADABLE, identity=document, body=document)]
        # A product that Gator does not know belongs to the platform of its address.
        return [one if one.platform else replace(one, platform=self.platform) for one in self.events(document, now)]


def _challenge_of_meta(parameters: Mapping[str, str]) -> tuple[str, str] | None:
    if not settings.WEBHOOK_VERIFY_TOKEN:
        raise Unconfigured("Set WEBHOOK_VERIFY_TOKEN, and give Meta the same.")
    is_asked = parameters.get("hub.mode") == "subscribe"
    given = parameters.get("hub.verify_token", "")
    if not (is_same(given, settings.WEBHOOK_VERIFY_TOKEN) and is_asked):
        return None
    return "text/plain", parameters.get("hub.challenge", "")


def _challenge_of_x(parameters: Mapping[str, str]) -> tuple[str, str] | None:
    secret, token = SOURCES["twitter"].secrets()[0], parameters.get("crc_token", "")
    if not token or len(token) > CRC_LIMIT or "{" in token:
        return None
    return "application/json", json.dumps({"response_token": answer_to_x(token, secret)})


def _by_meta(body: bytes, header: str, secrets: Iterable[str], _now: datetime) -> bool:
    return signed_by_meta(body, header, secrets)


def _by_x(body: bytes, header: str, secrets: Iterable[str], _now: datetime) -> bool:
    # See CRC_LIMIT: a body without an object may be a challenge that somebody asked us to sign.
    return b"{" in body and signed_by_x(body, header, secrets)


def _by_tiktok(body: bytes, header: str, secrets: Iterable[str], now: datetime) -> bool:
    return signed_by_tiktok(body, header, secrets, now=now)


def _of_tiktok(app: str) -> Source:
    return Source(
        platform=Platform.TIKTOK.value,
        header="TikTok-Signature",
        check=_by_tiktok,
        events=tiktok.events,
        is_ours=tiktok.is_ours,
        apps=(app,),
    )


def _of_meta(platform: str, *apps: str) -> Source:
    return Source(
        platform=platform,
        header="X-Hub-Signature-256",
        check=_by_meta,
        events=meta.events,
        is_ours=meta.is_ours,
        apps=apps,
        challenge=_challenge_of_meta,
    )


# By the last part of the address.
SOURCES: dict[str, Source] = {
    # With Instagram Login the Instagram app signs, with Facebook Login the Facebook app.
    "instagram": _of_meta(Platform.INSTAGRAM.value, "instagram", "instagram_facebook_login", "facebook"),
    "facebook": _of_meta(Platform.FACEBOOK.value, "facebook"),
    "twitter": Source(
        platform=Platform.TWITTER.value,
        header="x-twitter-webhooks-signature",
        check=_by_x,
        events=twitter.events,
        is_ours=twitter.is_ours,
        challenge=_challenge_of_x,
    ),
    "tiktok": _of_tiktok("tiktok"),
    "tiktok-business": _of_tiktok("tiktok_business"),
}
