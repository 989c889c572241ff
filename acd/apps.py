"""Configuration of the app that tracks every AI run."""

from django.apps import AppConfig


class AcdConfig(AppConfig):
    """Autonomous Continuous Development: what every run tried, how it went, how it was judged."""

    name = "acd"
    verbose_name = "ACD"
