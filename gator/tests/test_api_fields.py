"""No write takes a field beyond its list, whatever columns the model has."""

import pytest
from drf_spectacular.generators import SchemaGenerator

from acd.tests.clients import client_of, complaints, make_user
from engagement.models import ErasureReceipt, Interaction, MetricSnapshot, SocialAccount, SocialMediaPost
from engagement.tests.factories import make_account, make_interaction, make_post
from gator.studio.models import Content, Feedback, Persona
from gator.studio.tests.factories import make_content, make_persona

pytestmark = pytest.mark.django_db


def seen():
    """What stands for an interaction in an address."""
    row = make_interaction(make_post())
    return {"post_id": row.post_id, "id": row.pk}


# (method, path in the schema) -> the model whose columns a caller might try to set, and what the path stands for
WRITES = {
    ("post", "/api/v1/personas/"): (Persona, None),
    ("patch", "/api/v1/personas/{slug}/"): (Persona, lambda: {"slug": make_persona().slug}),
    ("post", "/api/v1/accounts/"): (SocialAccount, None),
    ("patch", "/api/v1/accounts/{id}/"): (SocialAccount, lambda: {"id": make_account().pk}),
    ("post", "/api/v1/contents/"): (Content, None),
    ("post", "/api/v1/contents/{id}/rate/"): (Feedback, lambda: {"id": make_content().pk}),
    ("post", "/api/v1/feedback/"): (Feedback, None),
    ("post", "/api/v1/posts/"): (SocialMediaPost, None),
    ("post", "/api/v1/posts/{post_id}/metrics/"): (MetricSnapshot, lambda: {"post_id": make_post().pk}),
    ("post", "/api/v1/erasures/"): (ErasureReceipt, None),
    ("post", "/api/v1/posts/{post_id}/interactions/"): (Interaction, lambda: {"post_id": make_post().pk}),
    ("post", "/api/v1/posts/{post_id}/interactions/{id}/decide/"): (Interaction, seen),
}
# Actions that take no body, and the door itself.
BODILESS = (
    "approve/",
    "reject/",
    "sync/",
    "publish/",
    "plan-again/",
    "waive-ai-label/",
    "calibrate/",
    "reset/",
    "logout/",
    "logoutall/",
    "login/",
)


@pytest.fixture(scope="module")
def schema():
    return SchemaGenerator().get_schema(request=None, public=True)


def writable(schema, method, path):
    body = schema["paths"][path][method]["requestBody"]["content"]["application/json"]["schema"]
    return set(schema["components"]["schemas"][body["$ref"].rsplit("/", 1)[1]]["properties"])


def test_writes_are_all_listed(schema):
    found = {(m, path) for path, methods in schema["paths"].items() for m in methods if m != "get"}

    assert {write for write in found if not write[1].endswith(BODILESS)} == set(WRITES)


@pytest.mark.parametrize(("write", "target"), WRITES.items(), ids=[" ".join(write) for write in WRITES])
def test_write_refuses_every_column_beyond_its_list(schema, write, target):
    (method, path), (model, row) = write, target
    names = {field.name for field in model._meta.get_fields()} | {
        field.attname for field in model._meta.concrete_fields
    }
    beyond = names - writable(schema, method, path)
    client = client_of(make_user(is_superuser=True))
    address = path.format(**row() if row else {})
    before = model.objects.count()

    response = getattr(client, method)(address, dict.fromkeys(beyond, 1), format="json")

    assert (response.status_code, beyond - set(complaints(response))) == (400, set())
    assert model.objects.count() == before
