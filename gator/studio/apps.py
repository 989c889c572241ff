"""Configuration of the app that owns personas, content and generation."""

from django.apps import AppConfig


class StudioConfig(AppConfig):
    """Personas, what is generated for them, and what people think of it."""

    name = "gator.studio"
    label = "studio"
    verbose_name = "Studio"
