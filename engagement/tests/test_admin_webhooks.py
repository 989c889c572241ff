"""Pushed events in the admin: what is unknown or failed can be looked at and tried again."""

import pytest
from django.contrib.admin.models import LogEntry
from django.urls import reverse

from acd.tests.factories import NOW
from engagement.enums import DeliveryState
from engagement.models import WebhookDelivery

pytestmark = pytest.mark.django_db
LIST = "admin:engagement_webhookdelivery_changelist"
PAGE = "admin:engagement_webhookdelivery_change"


def make_delivery(state, **changes):
    number = WebhookDelivery.objects.count()
    defaults = {"platform": "facebook", "digest": f"{number:064x}", "kind": f"page.kind{number}", "body": '{"a": "b"}'}
    return WebhookDelivery.objects.create(**defaults | {"state": state, "happened_at": NOW, "attempts": 5} | changes)


def try_again(client, *rows):
    data = {"action": "try_again", "_selected_action": [row.pk for row in rows]}
    return client.post(reverse(LIST), data, follow=True).content.decode()


def test_unknown_and_failed_events_are_tried_again_and_others_left_alone(admin_client):
    rows = [make_delivery(state) for state in (DeliveryState.UNKNOWN, DeliveryState.FAILED, DeliveryState.DONE)]

    page = try_again(admin_client, *rows)

    found = WebhookDelivery.objects.order_by("pk").values_list("state", "attempts")
    assert list(found) == [("received", 0), ("received", 0), ("done", 5)]
    assert "only what is unknown or failed is tried again" in page
    assert LogEntry.objects.count() == 2


def test_action_needs_the_permission_to_change(client, django_user_model):
    viewer = django_user_model.objects.create_user("viewer", is_staff=True)
    viewer.user_permissions.set(viewer.user_permissions.model.objects.filter(codename="view_webhookdelivery"))
    client.force_login(viewer)
    row = make_delivery(DeliveryState.UNKNOWN)

    try_again(client, row)

    row.refresh_from_db()
    assert row.state == DeliveryState.UNKNOWN


def test_tab_shows_what_is_unknown(admin_client):
    make_delivery(DeliveryState.UNKNOWN)
    make_delivery(DeliveryState.DONE)

    page = admin_client.get(reverse(LIST), {"state__exact": "unknown"}).content.decode()

    assert ("page.kind0" in page, "page.kind1" in page) == (True, False)
    assert f"{reverse(LIST)}?state__exact=unknown" in page


def test_page_shows_a_body_or_says_that_it_is_gone(admin_client):
    kept, gone = make_delivery(DeliveryState.UNKNOWN), make_delivery(DeliveryState.DONE, body="")

    pages = [admin_client.get(reverse(PAGE, args=[row.pk])).content.decode() for row in (kept, gone)]

    assert "&quot;a&quot;: &quot;b&quot;" in pages[0]
    assert "Not kept" in pages[1]
