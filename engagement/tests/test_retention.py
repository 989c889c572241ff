import io
import json
from datetime import timedelta

import pytest
from django.core.management import call_command

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.models import Interaction, RefusedPayload, WebhookDelivery
from engagement.retention import DELIVERY_DAYS, REFUSED_PAYLOAD_DAYS, Purged, purge_expired
from engagement.tests.factories import make_interaction, make_post
from engagement.tests.snapshots_of_tables import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def old(settings):
    age = timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS, seconds=1)
    post = make_post()
    rows = [make_interaction(post, first_seen_at=NOW - age) for _ in range(3)]
    assess_posts([post], now=NOW)
    return rows


@pytest.mark.parametrize("batch", [1, 2, 1000])
def test_purge_blanks_old_texts_and_keeps_verdict_and_reasons(old, batch):
    judged = list(Interaction.objects.order_by("pk").values_list("verdict", "score", "reasons", "fingerprint"))

    result = purge_expired(NOW, batch=batch)

    assert result == Purged(texts=3, payloads=0)
    assert set(Interaction.objects.values_list("text", "text_purged_at")) == {("", NOW)}
    assert list(Interaction.objects.order_by("pk").values_list("verdict", "score", "reasons", "fingerprint")) == judged


def test_purge_leaves_young_texts(settings):
    make_interaction(make_post(), first_seen_at=NOW - timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS))

    result = purge_expired(NOW)

    assert result == Purged(texts=0, payloads=0)


def test_purge_twice_changes_nothing(old):
    purge_expired(NOW)
    before = everything()

    result = purge_expired(NOW + timedelta(hours=1))

    assert (result, everything()) == (Purged(0, 0), before)


def test_assessing_after_a_purge_keeps_the_verdicts(old):
    judged = list(Interaction.objects.order_by("pk").values_list("verdict", "reasons"))
    purge_expired(NOW)

    assess_posts([old[0].post], now=NOW)

    assert list(Interaction.objects.order_by("pk").values_list("verdict", "reasons")) == judged


def test_purge_deletes_old_refused_payloads():
    for days in (REFUSED_PAYLOAD_DAYS + 1, REFUSED_PAYLOAD_DAYS - 1):
        created = NOW - timedelta(days=days)
        RefusedPayload.objects.create(post=make_post(), reason=f"{days} days", created_at=created)

    result = purge_expired(NOW)

    assert result == Purged(texts=0, payloads=1)
    assert RefusedPayload.objects.get().reason == "29 days"


@pytest.mark.parametrize("state", ["done", "unknown", "failed"])
def test_purge_deletes_old_pushed_events_whatever_became_of_them(state):
    for days in (DELIVERY_DAYS + 1, DELIVERY_DAYS - 1):
        moment = NOW - timedelta(days=days)
        WebhookDelivery.objects.create(
            platform="facebook", digest=f"{days}", state=state, body="{}", received_at=moment, happened_at=moment
        )

    result = purge_expired(NOW)

    assert result == Purged(texts=0, payloads=1)
    assert WebhookDelivery.objects.get().digest == "29"


def test_command_tells_the_counts():
    out = io.StringIO()

    call_command("purge_expired", as_json=True, stdout=out)

    assert json.loads(out.getvalue()) == {"texts": 0, "payloads": 0, "spendings": 0}
