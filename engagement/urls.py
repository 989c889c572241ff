"""The addresses that platforms push to. They belong to no API: only platforms ask for them."""

from django.urls import path

from engagement.api_webhooks import receive
from engagement.webhooks.sources import SOURCES

urlpatterns = [path(f"{name}/", receive, {"name": name}, name=f"webhook-{name}") for name in SOURCES]
