"""Every answer of the API, held against the description that the API publishes of itself."""

import re
from datetime import timedelta
from itertools import islice
from urllib.parse import urlsplit

import pytest
from django.db.models import Model
from django.utils import timezone
from drf_spectacular.generators import SchemaGenerator
from jsonschema import Draft202012Validator, FormatChecker

from acd.models import ACDContext, TraceArtifact
from acd.rest import parse_moment
from acd.tests.clients import client_with
from acd.tests.factories import NOW
from engagement.models import Budget, Calibration, ErasureReceipt, SocialAccount, SocialMediaPost
from engagement.tests.factories import make_account, make_post
from gator.studio.models import Content, Feedback, Persona
from gator.tests.admin_rows import MAKERS
from patterns.models import Pattern
from patterns.tests.factories import make_trial, make_window

SCHEMA = SchemaGenerator().get_schema(request=None, public=True)
READ = sorted(path for path, methods in SCHEMA["paths"].items() if "get" in methods)
# The first word after the version -> whose rows the path's id names.
RECORDS: dict[str, type[Model]] = {
    "accounts": SocialAccount,
    "acd-contexts": ACDContext,
    "budgets": Budget,
    "calibrations": Calibration,
    "contents": Content,
    "erasures": ErasureReceipt,
    "feedback": Feedback,
    "patterns": Pattern,
    "personas": Persona,
    "posts": SocialMediaPost,
    "trace-artifacts": TraceArtifact,
}
FORMATS = FormatChecker(["date"])


@FORMATS.checks("uri")
def is_uri(value):
    return not isinstance(value, str) or bool(urlsplit(value).scheme)


@FORMATS.checks("date-time", raises=ValueError)
def is_moment(value):
    return not isinstance(value, str) or parse_moment(value) is not None


@pytest.fixture
def client(db):
    """A client that may read everything, in a world of full, of bare and of many rows."""
    for make in MAKERS.values():
        make(0)
    make_post(status="scheduled", platform_post_id=None, published_at=None, url="", caption="")
    Calibration.objects.create(
        model_version="ours-1", bot=0.9, genuine=0.3, decisions=40, people=30, share=0.02, calibrated_at=NOW
    )
    account = make_account(platform_user_id="world", handle="world")
    now = timezone.now()
    make_window(account, published_at=now - timedelta(days=20), last_synced_at=now)
    make_trial(account, published_at=now - timedelta(days=20), last_synced_at=now)
    names = (model._meta.label_lower.split(".") for model in [*RECORDS.values(), *MAKERS])
    return client_with(*{f"{app}.view_{model}" for app, model in names})


def test_every_answer_is_as_described(client):
    answers = {address: (path, client.get(address)) for path in READ for address in addresses(path)}

    assert {address for address, (_, response) in answers.items() if response.status_code != 200} == set()
    assert {address: odd for address, (path, response) in answers.items() if (odd := oddities(path, response))} == {}


def oddities(path, response):
    """Where an answer is not what the description of its path says, the first few."""
    shape = SCHEMA["paths"][path]["get"]["responses"]["200"]["content"]["application/json"]["schema"]
    described = Draft202012Validator({"components": SCHEMA["components"], **shape}, format_checker=FORMATS)
    return [f"{error.json_path}: {error.message}" for error in islice(described.iter_errors(response.json()), 5)]


def addresses(path):
    """The path for every row that its id can name, and for two platforms where one must be given."""
    if "insights" in path:
        return [f"{path}?platform={platform}" for platform in ("instagram", "tiktok")]
    name = re.search(r"\{\w+\}", path)
    if name is None:
        return [path]
    column = "slug" if name[0] == "{slug}" else "pk"
    rows = RECORDS[path.split("/")[3]]._default_manager.values_list(column, flat=True)
    return [path.replace(name[0], str(value)) for value in rows]
