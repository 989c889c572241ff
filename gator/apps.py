"""Configuration of the project package: checks, tasks and commands that need every app."""

from django.apps import AppConfig

# Loading the Celery application here makes it the current one wherever Django runs, so that shared tasks find it.
from gator import checks
from gator.celery import app as celery_app


class GatorConfig(AppConfig):
    """The platform itself."""

    name = "gator"
    verbose_name = "Gator"
    celery = celery_app
    checks = checks
