import io
import json
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from acd.tests.factories import NOW
from engagement.assessment import assess_posts
from engagement.filtering.text import fingerprint
from engagement.imports import uploads
from engagement.interactions import record_interactions
from engagement.models import Interaction, RefusedPayload, WebhookDelivery
from engagement.retention import DELIVERY_DAYS, REFUSED_PAYLOAD_DAYS, Purged, purge_expired
from engagement.tests.factories import make_interaction, make_post
from engagement.tests.snapshots_of_tables import everything
from engagement.values import AuthorSignals, SeenInteraction

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def folder(settings, tmp_path):
    settings.IMPORT_DIR = tmp_path / "imports"
    return settings.IMPORT_DIR


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


def test_purge_blanks_the_profiles_of_authors_too(settings):
    age = timedelta(days=settings.COMMENT_TEXT_RETENTION_DAYS, seconds=1)
    like = make_interaction(make_post(), kind="like", text="", author_signals={"followers": 3}, first_seen_at=NOW - age)

    result = purge_expired(NOW)

    like.refresh_from_db()
    assert (result.texts, like.author_signals, like.text_purged_at) == (1, {}, NOW)


def test_seeing_a_purged_comment_again_stores_neither_its_text_nor_its_profile(old):
    purge_expired(NOW)
    row = old[0]
    seen = SeenInteraction(
        platform_id=row.platform_id, kind=row.kind, text=row.text, likes=5, signals=AuthorSignals(followers=3)
    )

    # Factories make no fingerprint, by which a text is known that is not kept any more.
    Interaction.objects.filter(pk=row.pk).update(fingerprint=fingerprint(row.text))
    record_interactions(row.post, [seen], now=NOW)

    row.refresh_from_db()
    assert (row.likes, row.text, row.author_signals) == (5, "", {})


def test_text_that_was_edited_after_its_time_goes_with_the_next_purge(old):
    purge_expired(NOW)
    row = old[0]
    edited = SeenInteraction(platform_id=row.platform_id, kind=row.kind, text="Quite another thing that I say now")
    record_interactions(row.post, [edited], now=NOW)
    assert Interaction.objects.get(pk=row.pk).text != ""

    result = purge_expired(NOW + timedelta(days=1))

    assert (result.texts, Interaction.objects.get(pk=row.pk).text) == (1, "")


def test_purge_that_was_missed_for_weeks_does_the_work_of_all_of_them_in_bounded_batches(settings):
    post, days = make_post(), settings.COMMENT_TEXT_RETENTION_DAYS
    for age in range(1, 2 * days, 5):
        make_interaction(post, first_seen_at=NOW - timedelta(days=age))
    overdue = Interaction.objects.filter(first_seen_at__lt=NOW - timedelta(days=days)).count()

    with CaptureQueriesContext(connection) as asked:
        result = purge_expired(NOW, batch=2)

    writes = [one["sql"] for one in asked if one["sql"].startswith("UPDATE")]
    assert (result.texts, len(writes)) == (overdue, -(-overdue // 2))
    assert Interaction.objects.exclude(text="").filter(first_seen_at__lt=NOW - timedelta(days=days)).count() == 0


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


def test_purge_deletes_uploads_that_nobody_imported(folder, settings):
    """They may hold strangers' words, and nobody may ever upload another."""
    uploads.keep(b"id,author,text", datetime.now(UTC))
    young = purge_expired(datetime.now(UTC))

    result = purge_expired(datetime.now(UTC) + timedelta(minutes=settings.IMPORT_MINUTES + 1))

    assert (young.uploads, result.uploads) == (0, 1)
    assert list(folder.iterdir()) == []


def test_command_tells_the_counts():
    out = io.StringIO()

    call_command("purge_expired", as_json=True, stdout=out)

    assert json.loads(out.getvalue()) == {"texts": 0, "payloads": 0, "spendings": 0, "erased": 0, "uploads": 0}
