"""A stand-in for an adapter that does not renew tokens yet, and accounts whose token is to be renewed."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from engagement.models import SocialAccount
from engagement.platforms import ADAPTERS, PlatformAdapter
from engagement.platforms.instagram import InstagramAdapter
from engagement.rules import RENEWALS
from engagement.tests.stage import Stage, sandbox_account
from engagement.values import App, Tokens

APP_SECRET = "app-secret-of-the-operator"
HELD = timedelta(days=40)


class RenewingInstagram(InstagramAdapter):
    def refresh(self) -> Tokens:
        token = self.credentials.access_token
        node = self.http.get("/refresh_access_token", grant_type="ig_refresh_token", access_token=token).node
        return Tokens(access_token=node.required("access_token"), expires_in=node.count("expires_in"))


def let_renew(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Let every platform renew tokens, with the operator's apps set."""
    if ADAPTERS["instagram"].refresh is PlatformAdapter.refresh:
        monkeypatch.setitem(ADAPTERS, "instagram", RenewingInstagram)
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
