"""The Celery application. Settings hold its configuration, the database its schedule."""

import os

from celery import Celery

from gator import broker

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "gator.settings")

broker.register()
app = Celery("gator")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
