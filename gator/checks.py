"""System checks with stable ids: what an operator should know before strangers do."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PLACEHOLDERS = ("SECRET_KEY", "PSEUDONYM_KEY")


@register(Tags.security, deploy=True)
def check_placeholders(**kwargs: Any) -> Iterable[CheckMessage]:
    """gator.E001: a key that everybody knows."""
    for name in PLACEHOLDERS:
        if getattr(settings, name).startswith(settings.PLACEHOLDER):
            yield Error(f"{name} is the development key, which everybody knows.", hint=f"Set {name}.", id="gator.E001")


@register(Tags.security, deploy=True)
def check_sandbox(**kwargs: Any) -> Iterable[CheckMessage]:
    """gator.W001: production that talks to a platform on this machine."""
    for platform, url in settings.PLATFORM_API_URLS.items():
        if urlsplit(url).hostname in LOOPBACK:
            hint = f"Unset {platform.upper()}_API_URL to reach the platform itself."
            yield checks.Warning(f"{platform} is reached at {url}, which is the sandbox.", hint=hint, id="gator.W001")


@register(Tags.security, deploy=True)
def check_broker(**kwargs: Any) -> Iterable[CheckMessage]:
    """gator.W002: the embedded broker, which one machine alone can share, or a broker with its default password."""
    broker = urlsplit(settings.CELERY_BROKER_URL)
    if broker.scheme == "filesystem":
        hint = "Set CELERY_BROKER_URL=amqp://user:password@host/vhost."
        message = "Tasks go through the embedded broker, which loses tasks when a worker dies."
        yield checks.Warning(message, hint=hint, id="gator.W002")
    elif broker.username == "guest":
        message = "The broker has its default user, which everybody knows."
        yield checks.Warning(message, hint="Give it its own.", id="gator.W002")
