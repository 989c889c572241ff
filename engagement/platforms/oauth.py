"""What refreshing a token has in common on the platforms that do it by OAuth 2: what it needs, and what comes back."""

import re

from engagement.platforms import errors
from engagement.platforms.base import PlatformAdapter
from engagement.platforms.nodes import Node
from engagement.values import App, Tokens

_SEPARATOR = re.compile(r"[,\s]+")


def app_of(adapter: PlatformAdapter) -> App:
    """The operator's app. Raises `UnsupportedFeature` if it is not set."""
    app = adapter.credentials.app
    if not app.id:
        raise errors.UnsupportedFeature(
            "The app that the account was connected with is not set",
            platform=adapter.platform,
            advice="Set the app's id and secret in the environment (…_APP_ID and …_APP_SECRET), then restart Gator.",
        )
    return app


def refresh_token_of(adapter: PlatformAdapter) -> str:
    """The account's refresh token. Raises `AuthenticationFailed` if there is none."""
    if not adapter.credentials.refresh_token:
        raise errors.AuthenticationFailed("The account has no refresh token", platform=adapter.platform)
    return adapter.credentials.refresh_token


def tokens_of(node: Node) -> Tokens:
    """New tokens as an answer holds them. Scopes are separated by spaces or commas."""
    scope = node.value.get("scope")
    return Tokens(
        access_token=node.required("access_token"),
        refresh_token=node.text("refresh_token"),
        expires_in=node.count("expires_in"),
        refresh_expires_in=node.count("refresh_expires_in", "refresh_token_expires_in"),
        scopes=tuple(one for one in _SEPARATOR.split(scope) if one) if isinstance(scope, str) else None,
    )
