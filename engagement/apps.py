"""Configuration of the app that publishes, observes and filters."""

from django.apps import AppConfig


class EngagementConfig(AppConfig):
    """Accounts, posts, platform adapters, bot filtering and metric sync."""

    name = "engagement"
    verbose_name = "Engagement"
