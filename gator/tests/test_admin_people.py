"""The menu, the tabs, people's tokens and the schedules."""

import pytest
from django.contrib import admin
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.urls import reverse
from django_celery_beat.models import IntervalSchedule, PeriodicTask
from knox.models import AuthToken

from gator.navigation import MENU, TABS, sidebar, tabs
from gator.tests.admin_rows import MAKERS, make_task

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff_request(rf, admin_user):
    def build(path, query=None):
        request = rf.get(path, query or {})
        request.user = admin_user
        return request

    return build


def test_menu_leads_to_every_record():
    listed = {model for items in MENU.values() for _, _, model, *_ in items if model}

    assert listed == {model._meta.label_lower for model in MAKERS}


@pytest.mark.parametrize(
    ("page", "title"),
    [
        pytest.param("changelist", "Interactions", id="list"),
        pytest.param("review", "Review queue", id="queue"),
        pytest.param("filter_health", "Filter health", id="health"),
    ],
)
def test_menu_marks_one_line_on_pages_whose_addresses_begin_alike(rf, admin_user, page, title):
    request = rf.get(reverse(f"admin:engagement_interaction_{page}"))
    request.user = admin_user

    groups = admin.site.get_sidebar_list(request)  # type: ignore[attr-defined]  # the theme's

    assert [str(item["title"]) for group in groups for item in group["items"] if item["active"]] == [title]


def test_menu_hides_what_a_person_may_not_see(rf, django_user_model):
    user = django_user_model.objects.create_user("editor", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_content"))
    request = rf.get("/")
    request.user = user

    titles = [item["title"] for group in sidebar(request) for item in group["items"]]

    assert titles == ["Start", "Contents"]


@pytest.mark.parametrize("model", list(TABS))
def test_tab_asks_a_question_and_is_marked(admin_client, staff_request, model):
    title, parameter, value = TABS[model][0]
    path = reverse(f"admin:{model.replace('.', '_')}_changelist")

    shown = tabs(staff_request(path, {parameter: value}))

    active = [item["title"] for tab in shown for item in tab["items"] if item["active"]]
    assert active == [title]
    assert admin_client.get(path, {parameter: value}).status_code == 200


def test_tab_for_everything_is_marked_on_the_whole_list(staff_request):
    path = reverse("admin:acd_acdcontext_changelist")

    shown = tabs(staff_request(path, {"p": "2"}))

    assert [item["title"] for item in shown[0]["items"] if item["active"]] == ["All"]


def test_new_token_is_shown_once_and_never_again(admin_client, admin_user):
    response = admin_client.post(reverse("admin:knox_authtoken_add"), {"user": admin_user.pk})

    token = AuthToken.objects.get()
    said = [str(message) for message in get_messages(response.wsgi_request)]
    list_page = admin_client.get(reverse("admin:knox_authtoken_changelist")).content.decode()
    list_again = admin_client.get(reverse("admin:knox_authtoken_changelist")).content.decode()
    assert len(said) == 1
    assert token.token_key in said[0]
    assert token.token_key in list_page
    assert token.token_key not in list_again
    assert LogEntry.objects.get().object_repr == f"{token.token_key[:6]}… of {admin_user}"


def test_token_is_revoked_from_the_list(admin_client, admin_user):
    token, _ = AuthToken.objects.create(user=admin_user)
    url = reverse("admin:knox_authtoken_changelist")

    admin_client.post(url, {"action": "revoke", "_selected_action": [token.pk]})

    assert AuthToken.objects.count() == 0
    assert token.digest not in [entry.object_id for entry in LogEntry.objects.all()]


def test_schedule_is_made_through_the_form(admin_client):
    every = IntervalSchedule.objects.create(every=5, period="minutes")
    form = {"name": "Sync", "task": "engagement.tasks.sync_due", "interval": every.pk, "args": "[]", "kwargs": "{}"}

    response = admin_client.post(reverse("admin:django_celery_beat_periodictask_add"), form | {"headers": "{}"})

    assert response.status_code == 302
    assert PeriodicTask.objects.get(name="Sync").interval == every


def test_schedule_is_switched_off_from_the_list(admin_client):
    task = make_task(1)
    url = reverse("admin:django_celery_beat_periodictask_changelist")

    admin_client.post(url, {"action": "disable_tasks", "_selected_action": [task.pk]})

    task.refresh_from_db()
    assert task.enabled is False
