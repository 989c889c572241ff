"""Decisions on runs, and links along the lineage of a run."""

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission
from django.contrib.messages import get_messages
from django.http import QueryDict
from django.urls import reverse

from acd.admin_links import lineage, narrowed_by
from acd.enums import State, Validation
from acd.models import ACDContext, TraceArtifact
from acd.tests.factories import make_context

pytestmark = pytest.mark.django_db

LIST = "admin:acd_acdcontext_changelist"


def run_action(client, action, *rows):
    """Post a list action, and return what it said."""
    response = client.post(reverse(LIST), {"action": action, "_selected_action": [row.pk for row in rows]})
    return [str(message) for message in get_messages(response.wsgi_request)]


def test_approval_is_a_persons_verdict_and_is_logged(admin_client):
    run = make_context(state=State.DONE)

    said = run_action(admin_client, "approve", run)

    run.refresh_from_db()
    assert (run.validation, run.human_override) == (Validation.APPROVED, True)
    assert said == ["Approved: 1 ACD context."]
    assert LogEntry.objects.get().object_id == str(run.pk)


def test_rejection_of_several_runs_counts_them(admin_client):
    runs = [make_context(state=State.DONE) for _ in range(3)]

    said = run_action(admin_client, "reject", *runs)

    assert said == ["Rejected: 3 ACD contexts."]
    assert ACDContext.objects.filter(validation=Validation.REJECTED).count() == 3


def test_button_on_the_page_asks_before_it_acts(admin_client):
    run = make_context(state=State.DONE)
    url = reverse("admin:acd_acdcontext_approve_here", args=[run.pk])

    admin_client.get(url)
    run.refresh_from_db()
    before = run.validation
    response = admin_client.post(url, {"_form_submitted": "on"})

    run.refresh_from_db()
    assert (before, run.validation) == (Validation.PENDING, Validation.APPROVED)
    assert response["HX-Redirect"] == reverse("admin:acd_acdcontext_change", args=[run.pk])


def test_action_is_closed_to_staff_who_may_only_look(client, django_user_model):
    user = django_user_model.objects.create_user("viewer", is_staff=True)
    user.user_permissions.add(Permission.objects.get(codename="view_acdcontext"))
    client.force_login(user)
    run = make_context(state=State.DONE)

    run_action(client, "approve", run)
    button = client.post(reverse("admin:acd_acdcontext_approve_here", args=[run.pk]), {"_form_submitted": "on"})

    run.refresh_from_db()
    assert (run.validation, button.status_code) == (Validation.PENDING, 403)


def test_lineage_counts_what_hangs_on_a_run(rf, admin_user):
    request = rf.get("/")
    request.user = admin_user
    parent = make_context()
    run = make_context(parent=parent)
    TraceArtifact.objects.create(context=run, error_class="ValueError")

    links = {link.label: link.text for link in lineage(run, request)}

    assert (links["parent"], links["traces"], links["children"]) == (str(parent), "1", "0")


def test_lineage_hides_what_a_person_may_not_see(rf, django_user_model):
    request = rf.get("/")
    request.user = django_user_model.objects.create_user("nobody", is_staff=True)

    assert lineage(make_context(), request) == []


@pytest.mark.parametrize(
    "query",
    [
        pytest.param("context__id__exact=not-an-id", id="not an id"),
        pytest.param("context__id__exact=00000000-0000-0000-0000-000000000000", id="nobody's id"),
        pytest.param("context__phase=X", id="another lookup"),
        pytest.param("nothing__id__exact=1", id="no such relation"),
    ],
)
def test_narrowing_by_nothing_known_says_nothing(query):
    assert narrowed_by(TraceArtifact, QueryDict(query)) == []


def test_narrowed_list_names_its_run(admin_client):
    run = make_context()
    TraceArtifact.objects.create(context=run, error_class="ValueError")

    response = admin_client.get(reverse("admin:acd_traceartifact_changelist"), {"context__id__exact": run.pk})

    assert [link.text for link in response.context_data["narrowed_by"]] == [str(run)]
