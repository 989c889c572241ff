"""Stand-ins for adapters that do not renew tokens yet, and accounts whose token is to be renewed."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from engagement.models import SocialAccount
from engagement.platforms import ADAPTERS, PlatformAdapter, errors
from engagement.platforms.instagram import InstagramAdapter
from engagement.platforms.replies import Reply
from engagement.platforms.tiktok import TikTokAdapter
from engagement.platforms.twitter import TwitterAdapter
from engagement.rules import RENEWALS
from engagement.tests.stage import Stage, sandbox_account
from engagement.values import App, Tokens

APP_SECRET = "app-secret-of-the-operator"
HELD = timedelta(days=40)


def _refusal(reply: Reply) -> errors.PlatformError | None:
    """An OAuth error as RFC 6749 writes it; None where the answer is none."""
    body = reply.body if isinstance(reply.body, dict) else {}
    if reply.status < 300 or not isinstance(body.get("error"), str):
        return None
    is_refused = body["error"] in ("invalid_grant", "invalid_request")
    kind = errors.AuthenticationFailed if is_refused else errors.Rejected
    words = str(body.get("error_description") or "It gave no reason")
    return kind(words, platform=reply.platform, status=reply.status, code=body["error"])


def _judged_first(judge: Callable[[Reply], errors.PlatformError | None]) -> Any:
    return staticmethod(lambda reply: _refusal(reply) or judge(reply))


def _tokens(reply: Reply) -> Tokens:
    node = reply.node
    return Tokens(
        access_token=node.required("access_token"),
        refresh_token=node.text("refresh_token"),
        expires_in=node.count("expires_in"),
        refresh_expires_in=node.count("refresh_expires_in"),
        scopes=tuple(node.text("scope").replace(",", " ").split()) or None,
    )


class RenewingTwitter(TwitterAdapter):
    judge = _judged_first(TwitterAdapter.judge)

    def refresh(self) -> Tokens:
        app = self.credentials.app
        form = {"grant_type": "refresh_token", "refresh_token": self.credentials.refresh_token}
        return _tokens(self.http.prepare("/2/oauth2/token", auth=(app.id, app.secret), data=form))


class RenewingTikTok(TikTokAdapter):
    judge = _judged_first(TikTokAdapter.judge)

    def refresh(self) -> Tokens:
        app = self.credentials.app
        form = {"grant_type": "refresh_token", "refresh_token": self.credentials.refresh_token}
        return _tokens(
            self.http.prepare("/v2/oauth/token/", data=form | {"client_key": app.id, "client_secret": app.secret})
        )


class RenewingInstagram(InstagramAdapter):
    def refresh(self) -> Tokens:
        token = self.credentials.access_token
        return _tokens(self.http.get("/refresh_access_token", grant_type="ig_refresh_token", access_token=token))


STAND_INS: dict[str, type[PlatformAdapter]] = {
    "twitter": RenewingTwitter,
    "tiktok": RenewingTikTok,
    "instagram": RenewingInstagram,
}


def let_renew(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Make X, TikTok and Instagram renew tokens, with the operator's apps set."""
    for name, adapter in STAND_INS.items():
        if ADAPTERS[name].refresh is PlatformAdapter.refresh:
            monkeypatch.setitem(ADAPTERS, name, adapter)
    apps = {renewal.app for renewal in RENEWALS.values() if renewal.app}
    settings.PLATFORM_APPS = {name: App(id=f"app-of-{name}", secret=APP_SECRET) for name in apps}


def renewable_account(stage: Stage, platform: str, *, left: timedelta, **changes: Any) -> SocialAccount:
    """Our account in the sandbox, held for 40 days, with a token that ends so long after the stage's present."""
    now: datetime = stage.world.time()
    defaults = {
        "refresh_token": stage.world.tokens_of(sandbox_account(platform)).refresh or "",
        "token_expires_at": now + left,
        "created_at": now - HELD,
    }
    return stage.account(platform, **defaults | changes)


def pair(account: SocialAccount) -> tuple[str, str]:
    """The tokens that are stored."""
    stored = SocialAccount.objects.get(pk=account.pk)
    return stored.access_token, stored.refresh_token
