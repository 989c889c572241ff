"""Who gets in: every route of the router, for callers without a token, without a permission and with the right one."""

from typing import Any, cast

import pytest
from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from knox.models import AuthToken
from rest_framework.test import APIClient

from acd.tests.clients import client_of, client_with, make_user
from gator.api import routes
from gator.api.permissions import required_permission

pytestmark = pytest.mark.django_db
# The one operation that needs no token.
OPEN = {"/api/v1/auth/login/"}


def address_of(pattern):
    """A concrete address of a route, with ids that exist nowhere."""
    kwargs = dict.fromkeys(pattern.pattern.regex.groupindex, "99")
    converters = getattr(pattern.pattern, "converters", {})
    kwargs |= dict.fromkeys(converters, "99")
    text = str(pattern.pattern)
    for name, value in kwargs.items():
        for form in (
            f"<int:{name}>",
            f"(?P<{name}>[0-9]{{1,19}})",
            f"(?P<{name}>[-a-zA-Z0-9_]+)",
            f"(?P<{name}>[^/.]+)",
        ):
            text = text.replace(form, value)
    return "/api/v1/" + text.removeprefix("^").removesuffix(r"\Z").removesuffix("$")


def operations():
    """Every (address, method, permission) of the router; the permission is None where a token is enough."""
    for pattern in routes.urlpatterns:
        view = cast("Any", pattern).callback
        cls, actions = view.cls, getattr(view, "actions", {"post": None})
        for method, action in actions.items():
            if cls is not routes.NothingHere and method in cls.http_method_names:
                needed = needed_by(cls, view.initkwargs | {"action": action}, method) if action else None
                yield pytest.param(address_of(pattern), method, needed, id=f"{method} {address_of(pattern)}")


def needed_by(cls, options, method):
    view = cls()
    vars(view).update(options)
    return required_permission(view, method.upper())


OPERATIONS = list(operations())
GUARDED = [operation for operation in OPERATIONS if operation.values[2]]
CLOSED = [operation for operation in OPERATIONS if operation.values[0] not in OPEN]


def send(client, address, method):
    return getattr(client, method)(address, {} if method in ("post", "patch") else None, format="json")


def test_operations_are_all_there():
    assert len(OPERATIONS) >= 40


@pytest.mark.parametrize(("address", "method", "needed"), OPERATIONS)
def test_operation_without_a_token_is_unauthorized(address, method, needed):
    response = send(APIClient(), address, method)

    expected = 400 if address in OPEN else 401
    assert response.status_code == expected
    assert set(response.json()["error"]) == {"code", "message", "fields"}


@pytest.mark.parametrize(("address", "method", "needed"), GUARDED)
def test_operation_without_its_permission_is_forbidden(address, method, needed):
    app, codename = needed.split(".")
    others = Permission.objects.exclude(content_type__app_label=app, codename=codename)
    user = make_user()
    user.user_permissions.set(others)
    client = client_of(user)

    response = send(client, address, method)

    assert (response.status_code, response.json()["error"]["code"]) == (403, "permission_denied")
    assert needed in response.json()["error"]["message"]


@pytest.mark.parametrize(("address", "method", "needed"), GUARDED)
def test_operation_with_its_permission_alone_is_let_in(address, method, needed):

    response = send(client_with(needed), address, method)

    # Let in: the row is missing, the body is empty or the list is, or nothing was decided yet.
    assert response.status_code in (200, 400, 404, 409)


@pytest.mark.parametrize(("address", "method", "needed"), GUARDED)
def test_reading_needs_view_and_writing_does_not_go_with_it(address, method, needed):

    assert (".view_" in needed) == (method == "get")


@pytest.mark.parametrize(("address", "method", "needed"), CLOSED)
def test_operation_with_the_token_of_an_inactive_user_is_unauthorized(address, method, needed):
    user = make_user(is_superuser=True)
    _, token = AuthToken.objects.create(user=user)
    get_user_model().objects.update(is_active=False)
    client = APIClient()
    client.credentials(HTTP_AUTHORIZATION=f"Token {token}")

    response = send(client, address, method)

    assert response.status_code == 401
