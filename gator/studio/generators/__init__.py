"""Every generator by name; the setting GENERATOR chooses the one in use."""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from gator.studio.generators.base import Generator
from gator.studio.generators.template import TemplateGenerator

GENERATORS: dict[str, Callable[[], Generator]] = {"template": TemplateGenerator}


def generator() -> Generator:
    """The generator that settings name."""
    if settings.GENERATOR not in GENERATORS:
        raise ImproperlyConfigured(
            f"GENERATOR is {settings.GENERATOR!r}, which no generator is called: use {', '.join(GENERATORS)}."
        )
    return GENERATORS[settings.GENERATOR]()
