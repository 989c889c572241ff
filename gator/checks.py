"""System checks with stable ids: what an operator should know before strangers do."""

from collections.abc import Iterable, Sequence
from typing import Any
from urllib.parse import urlsplit

from django.apps import apps
from django.conf import settings
from django.core import checks
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection
from django.db.models import Model

from engagement.filtering.model import SHIPPED, load_model
from engagement.pseudonyms import known_marks

LOOPBACK = ("127.0.0.1", "localhost", "::1")
PLACEHOLDERS = ("SECRET_KEY", "PSEUDONYM_KEY")
# What the columns hold that name the model of a verdict.


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


@register()
def check_filter_model(**kwargs: Any) -> Iterable[CheckMessage]:
    """gator.E002: a model of the filter that is not there, or is none."""
    hint = "Set FILTER_MODEL to a version that is shipped or the file of train_comment_model, or unset it."
    try:
        load_model(settings.FILTER_MODEL or SHIPPED)
    except (ValueError, OSError) as error:
        yield Error(f"FILTER_MODEL: {error}", hint=hint, id="gator.E002")


@register()
def check_control_share(**kwargs: Any) -> Iterable[CheckMessage]:
    """gator.E003: a share of content that is none."""
    if not 0 <= settings.CONTROL_SHARE <= 1:
        message = f"CONTROL_SHARE is {settings.CONTROL_SHARE:g}, which is no share."
        yield Error(message, hint="Set it from 0 to 1: 0.1 keeps guidance from one piece in ten.", id="gator.E003")


@register(Tags.database)
def check_tombstones(databases: Sequence[str] | None = None, **kwargs: Any) -> Iterable[CheckMessage]:
    """gator.W003: people who asked to be forgotten and whom no present key recognises.

    Database checks run with `migrate` and `check --database default`.
    """
    # Checks are registered before there are models.
    tombstones = apps.get_model("engagement", "ErasedAuthor")
    if "default" not in (databases or ()) or not _is_current(tombstones):
        return
    lost = tombstones._default_manager.exclude(key_mark="").exclude(key_mark__in=known_marks()).count()
    if lost:
        message = f"PSEUDONYM_KEY was changed: {lost} people who asked to be forgotten would be stored again."
        yield checks.Warning(message, hint="List the former key in FORMER_PSEUDONYM_KEYS.", id="gator.W003")


def _is_current(model: type[Model]) -> bool:
    """Whether the database has the columns of a model: it lacks them before its migrations ran."""
    if model._meta.db_table not in connection.introspection.table_names():
        return False
    with connection.cursor() as cursor:
        described = connection.introspection.get_table_description(cursor, model._meta.db_table)
    return {field.column for field in model._meta.concrete_fields} <= {column.name for column in described}
