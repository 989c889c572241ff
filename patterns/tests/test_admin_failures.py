"""The page of failures and the marks of what is fixed: figures, empty states, escaping, and what they cost."""

import csv
import io
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from acd.enums import State
from acd.tests.clients import make_user
from acd.tests.factories import make_context
from patterns.models import FailureFix

pytestmark = pytest.mark.django_db
PAGE = "/admin/patterns/pattern/insights/failure-patterns/"
SCRIPT = "<script>alert(1)</script>"


def make_runs(n=3, failures=1, **changes):
    """Runs of today, of which some failed with a stranger's words."""
    now = timezone.now()
    for at in range(n):
        failed = {"state": State.FAILED, "error_class": "Timeout", "error_message": SCRIPT} if at < failures else {}
        usual = {"phase": "TEXT_GENERATION", "state": State.DONE, "created_at": now - timedelta(hours=1)}
        make_context(**usual | changes | failed)


def shown(client):
    with CaptureQueriesContext(connection) as captured:
        response = client.get(PAGE)
    assert response.status_code == 200
    return response.content.decode(), len(captured)


def test_page_without_runs_says_that_nothing_failed(admin_client):
    page, _ = shown(admin_client)

    assert "Nothing failed and nothing was rejected" in page
    assert "Nothing that had stopped came back" in page


def test_page_tells_who_fails_more_and_shows_messages_as_text(admin_client):
    make_runs(30, 15, model="bad")
    make_runs(60, 1, model="good")

    page, _ = shown(admin_client)

    assert len(re.findall(r"Fails more\s*<", page)) == 1
    assert "16 of 90" in page
    assert (SCRIPT in page, "&lt;script&gt;alert(1)" in page) == (False, True)


def test_page_costs_the_same_at_one_and_three_kinds(admin_client):
    shown(admin_client)
    make_runs()
    _, one = shown(admin_client)
    for at in range(2):
        make_runs(model=f"model-{at}", phase=f"PHASE{at}")

    _, three = shown(admin_client)

    assert one == three


def test_runs_lead_to_the_page(admin_client):
    listed = admin_client.get(reverse("admin:patterns_generationoutcome_changelist")).content.decode()
    address = reverse("admin:patterns_generationoutcome_failures_page")

    assert address in listed
    assert admin_client.get(address).headers["Location"] == PAGE


def test_marks_are_offered_to_those_who_may_make_them():
    make_runs()
    client = Client()
    client.force_login(make_user("patterns.view_pattern", is_staff=True))

    page, _ = shown(client)

    assert "Timeout" in page
    assert "Mark as fixed" not in page


def test_page_leaves_out_many_groups_that_do_not_fail_more_and_the_file_has_all(admin_client):
    for at in range(32):
        make_runs(1, 0, model=f"model-{at}")

    page, _ = shown(admin_client)
    rows = list(csv.DictReader(io.StringIO(admin_client.get(PAGE, {"format": "csv"}).content.decode("utf-8-sig"))))

    assert "2 more that do not fail more are left out" in page
    assert [row["list"] for row in rows] == ["phases"] + ["models"] * 32


def test_page_is_closed_without_permission():
    client = Client()
    client.force_login(make_user(is_staff=True))

    assert client.get(PAGE).status_code == 403


def test_failure_is_marked_as_fixed_with_who_and_when(admin_client, admin_user):
    make_runs()
    page, _ = shown(admin_client)
    form = reverse("admin:patterns_failurefix_add")
    assert f"{form}?phase=TEXT_GENERATION&amp;failure=Timeout" in page

    filled = admin_client.get(form, {"phase": "TEXT_GENERATION", "failure": "Timeout"}).content.decode()
    admin_client.post(form, {"phase": "TEXT_GENERATION", "failure": "Timeout", "note": "More time."})

    fix = FailureFix.objects.get()
    assert 'value="Timeout"' in filled
    assert (fix.phase, fix.failure, fix.note, fix.fixed_by) == ("TEXT_GENERATION", "Timeout", "More time.", admin_user)
    assert timezone.now() - fix.fixed_at < timedelta(minutes=5)


def test_what_fails_after_its_mark_stands_on_the_page(admin_client):
    make_runs()
    FailureFix.objects.create(phase="TEXT_GENERATION", failure="Timeout", fixed_at=timezone.now() - timedelta(days=2))

    page, _ = shown(admin_client)

    assert "1 of 3 runs. Before it stopped: 0 of 0" in page


def test_mark_stays_as_it_was_said(admin_client):
    fix = FailureFix.objects.create(phase="TEXT_GENERATION", failure="Timeout")
    form = reverse("admin:patterns_failurefix_change", args=[fix.pk])

    admin_client.post(form, {"phase": "TEXT_GENERATION", "failure": "Else", "note": ""})

    fix.refresh_from_db()
    assert fix.failure == "Timeout"
