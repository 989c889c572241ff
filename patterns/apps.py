"""Configuration of the app that learns."""

from django.apps import AppConfig


class PatternsConfig(AppConfig):
    """What works, what fails, and how sure Gator is."""

    name = "patterns"
    verbose_name = "Learning"
