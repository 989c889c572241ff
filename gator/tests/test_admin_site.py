"""Every record of the admin: its list, its page, its form, and what none of them may show."""

from pathlib import Path

import pytest
from django.conf import settings
from django.contrib import admin
from django.core.management import call_command
from django.db import connection
from django.db.models import Model
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from acd.theme import Questions, ReadOnly
from engagement.models import SocialMediaPost
from engagement.tests.factories import make_post
from gator.tests.admin_rows import AUTHOR_KEY, MAKERS, SCRIPT, TOKEN

pytestmark = pytest.mark.django_db

EVERY_MODEL = pytest.mark.parametrize("model", list(MAKERS), ids=lambda model: model._meta.label)


def address(model: type[Model], page: str, *args: object) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


def queries(client: Client, url: str) -> int:
    with CaptureQueriesContext(
        connection,
    ) as captured:
        assert client.get(url).status_code == 200
    return len(captured)


def test_admin_passes_the_system_checks():
    call_command("check")


def test_registry_is_covered_by_these_tests():
    assert set(admin.site._registry) == set(MAKERS)


@EVERY_MODEL
def test_list_costs_the_same_at_one_and_three_rows(admin_client, model):
    url = address(model, "changelist")
    MAKERS[model](1)
    admin_client.get(url)

    one = queries(admin_client, url)
    for number in (2, 3):
        MAKERS[model](number)

    assert queries(admin_client, url) == one


@EVERY_MODEL
def test_list_shows_fifty_rows_and_asks_for_no_dates(model):
    page = admin.site.get_model_admin(model)

    assert (page.list_per_page, page.date_hierarchy, page.show_facets) == (50, None, admin.ShowFacets.NEVER)


@pytest.mark.parametrize(
    "model",
    [model for model in MAKERS if isinstance(admin.site.get_model_admin(model), ReadOnly)],
    ids=lambda model: model._meta.label,
)
def test_list_of_a_growing_table_is_never_counted(admin_client, model):
    MAKERS[model](1)

    with CaptureQueriesContext(connection) as captured:
        admin_client.get(address(model, "changelist"))

    # Counting per row in a column is fine; counting the rows of the list is not.
    assert [q["sql"] for q in captured if q["sql"].startswith('SELECT COUNT(*) AS "__count" FROM')] == []


@EVERY_MODEL
def test_page_of_one_row_opens_and_escapes_what_strangers_wrote(admin_client, model):
    row = MAKERS[model](1)

    response = admin_client.get(address(model, "change", row.pk), follow=True)

    assert response.status_code == 200
    assert SCRIPT not in response.content.decode()


@EVERY_MODEL
def test_list_escapes_what_strangers_wrote(admin_client, model):
    MAKERS[model](1)

    assert SCRIPT not in admin_client.get(address(model, "changelist")).content.decode()


@EVERY_MODEL
def test_no_page_shows_a_token_or_a_whole_author_key(admin_client, model):
    row = MAKERS[model](1)

    pages = [
        admin_client.get(url).content.decode()
        for url in (address(model, "changelist"), address(model, "change", row.pk))
    ]

    assert [secret for secret in (TOKEN, AUTHOR_KEY[:-1]) for page in pages if secret in page] == []


@EVERY_MODEL
def test_form_to_add_opens_where_adding_is_allowed(admin_client, rf, admin_user, model):
    request = rf.get("/")
    request.user = admin_user
    is_allowed = admin.site.get_model_admin(model).has_add_permission(request)

    response = admin_client.get(address(model, "add"))

    assert response.status_code == (200 if is_allowed else 403)


@EVERY_MODEL
def test_list_is_closed_to_staff_without_permission(client, django_user_model, model):
    client.force_login(django_user_model.objects.create_user("newcomer", is_staff=True))

    assert client.get(address(model, "changelist")).status_code == 403


def all_filters() -> list[tuple[type[Model], str | None, str]]:
    """Every fixed choice of every filter that asks the querysets a question."""
    return [
        (model, spec.parameter_name, name)
        for model in MAKERS
        for spec in admin.site.get_model_admin(model).list_filter
        if isinstance(spec, type) and issubclass(spec, Questions)
        for name in spec.questions
    ]


@pytest.mark.parametrize(("model", "parameter", "value"), all_filters(), ids=str)
def test_filter_answers_its_question(admin_client, model, parameter, value):
    MAKERS[model](1)

    assert admin_client.get(address(model, "changelist"), {parameter: value}).status_code == 200


def test_filter_that_nobody_knows_shows_the_whole_list(admin_client):
    make_post(caption="still here")

    response = admin_client.get(address(SocialMediaPost, "changelist"), {"sync": "no-such-answer"})

    assert b"still here" in response.content


@pytest.mark.parametrize("folder", ["acd", "gator", "engagement", "patterns"])
def test_nothing_is_marked_safe_by_hand(folder):
    sources = [path for path in (settings.BASE_DIR / folder).rglob("*.py") if path != Path(__file__)]

    assert [str(path) for path in sources if "mark_safe" in path.read_text()] == []


def test_no_template_switches_escaping_off():
    sources = [path.read_text() for path in (settings.BASE_DIR / "templates").rglob("*.html")]

    assert [text for text in sources if "|safe" in text or "autoescape off" in text] == []
