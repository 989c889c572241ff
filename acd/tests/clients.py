"""Callers of the REST API for tests, with exactly the permissions a test names."""

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from rest_framework.test import APIClient


def make_user(*permissions, **changes):
    """A user who holds `permissions`, each written as `app.codename`."""
    users = get_user_model().objects
    user = users.create_user(**{"username": f"user{users.count() + 1}"} | changes)
    for name in permissions:
        app, codename = name.split(".")
        user.user_permissions.add(Permission.objects.get(content_type__app_label=app, codename=codename))
    return user


def client_with(*permissions):
    """A client whose caller holds `permissions` and no others."""
    return client_of(make_user(*permissions))


def client_of(user):
    """A client whose caller is `user`."""
    client = APIClient()
    # Permissions are read once per user object: what the first request asks for is not part of what a list costs.
    user.get_all_permissions()
    client.force_authenticate(user)
    return client


def complaints(response):
    """The fields an error names, with what it says of each."""
    return response.json()["error"]["fields"]
