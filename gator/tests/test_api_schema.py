"""The description of the API, and the page that shows it."""

import re
from io import StringIO

import pytest
from django.contrib.staticfiles import finders
from django.core.management import call_command
from drf_spectacular.generators import SchemaGenerator

from gator.api import docs


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def operations(schema):
    return [(path, method, one) for path, methods in schema["paths"].items() for method, one in methods.items()]


def test_schema_is_valid_without_a_warning():
    out = StringIO()

    call_command("spectacular", validate=True, fail_on_warn=True, stdout=out)

    assert out.getvalue().startswith("openapi: 3")


def test_schema_gives_every_operation_a_summary_and_its_errors(schema):
    for path, method, one in operations(schema):
        assert one.get("summary"), (path, method)
        assert {"400", "401", "403", "429"} <= set(one["responses"]), (path, method)
        assert ("404" in one["responses"]) == ("{" in path), (path, method)
        assert ("409" in one["responses"]) == (method != "get"), (path, method)


def test_schema_gives_every_error_the_one_shape(schema):
    shape = {"$ref": "#/components/schemas/ErrorAnswer"}

    for path, method, one in operations(schema):
        for code in docs.ERRORS.keys() & one["responses"].keys():
            assert one["responses"][code]["content"]["application/json"]["schema"] == shape, (path, method, code)


def test_schema_shows_no_token_on_the_way_out(schema):
    shown = {name: set(part.get("properties", {})) for name, part in schema["components"]["schemas"].items()}

    leaking = [name for name, fields in shown.items() if {"access_token", "refresh_token"} & fields]
    assert sorted(leaking) == ["PatchedSocialAccountRequest", "SocialAccountRequest"]


def test_schema_names_its_vocabularies(schema):
    clumsy = [name for name in schema["components"]["schemas"] if re.search(r"\d", name)]

    assert clumsy == []


def test_docs_page_loads_nothing_from_elsewhere(client):
    page = client.get("/api/docs/").content.decode()
    script = client.get("/api/docs/?script=")

    addresses = re.findall(r"(?:src|href)=[\"']([^\"']+)", page)
    assert [address for address in addresses if re.match(r"(?:[a-z]+:)?//", address)] == []
    assert [a for a in addresses if a.startswith("/static/") and not finders.find(a.removeprefix("/static/"))] == []
    assert re.findall(r"https?://", page + script.content.decode()) == []
    assert script["Content-Type"].startswith("application/javascript")


def test_docs_page_holds_no_inline_script(client):
    page = client.get("/api/docs/").content.decode()

    assert re.findall(r"<script(?![^>]*\ssrc=)", page) == []


@pytest.mark.parametrize(
    ("address", "status"), [("/livez", 200), ("/", 302), ("/api/schema/", 200)], ids=["alive", "start", "schema"]
)
def test_address_outside_the_api_answers_without_a_token(client, address, status):
    assert client.get(address).status_code == status
