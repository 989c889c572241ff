"""The work on stored events: claimed once, tried again, given up, made up for; one that fails stops no other."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="type-var,union-attr"

import threading
from datetime import timedelta

import pytest
from django.db import connection

from acd.tests.factories import NOW
from engagement.enums import DeliveryState
from engagement.models import Interaction, SocialMediaPost, WebhookDelivery
from engagement.tasks import process_deliveries_task, process_waiting_task
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.killing import Killed
from engagement.tests.pushing import pushed
from engagement.tests.replies import Answer, answering
from engagement.webhooks import meta, tiktok
from engagement.webhooks.inbox import take_in, try_again
from engagement.webhooks.processing import MAX_ATTEMPTS, process, waiting

MINUTE = timedelta(minutes=1)


def events(count, **changes):
    """Events about so many comments under the post 1_2."""
    bodies = [pushed("facebook_comment", comment_id=f"2_{n}", message=f"Figs {n}", **changes) for n in range(count)]
    return [event for body in bodies for event in meta.events(body, NOW)]


def make_page():
    return make_post(account=make_account(platform="facebook", platform_user_id="1"), platform_post_id="1_2")


def sweep(moment):
    """What the sweep's tasks do; how many events ended in each state."""
    return [dict(process(ids, now=moment)) for ids in waiting(moment).values()]


def states():
    return list(WebhookDelivery.objects.order_by("received_at", "pk").values_list("state", flat=True))


@pytest.mark.django_db
def test_process_killed_before_its_task_was_queued_is_made_up_for_once():
    page = make_page()
    take_in(events(3), now=NOW)

    counts = [sweep(NOW + MINUTE), sweep(NOW + 2 * MINUTE)]

    assert counts == [[{"done": 3}], []]
    assert page.interactions.exclude(final_verdict="").count() == 3


@pytest.mark.django_db
def test_tasks_may_run_twice():
    page = make_page()
    ids = take_in(events(3), now=NOW)

    process_deliveries_task.delay(ids)
    before = list(Interaction.objects.order_by("pk").values())
    process_deliveries_task.delay([*ids, 10**9])
    process_waiting_task.delay()

    assert (list(Interaction.objects.order_by("pk").values()), page.interactions.count()) == (before, 3)
    assert set(WebhookDelivery.objects.values_list("attempts", "body")) == {(1, "")}


@pytest.mark.django_db
def test_claim_of_a_dead_worker_runs_out(settings):
    make_page()
    ids = take_in(events(1), now=NOW)
    WebhookDelivery.objects.update(claimed_until=NOW + timedelta(seconds=settings.CLAIM_SECONDS), attempts=1)

    counts = [dict(process(ids, now=NOW + timedelta(seconds=at))) for at in (0, settings.CLAIM_SECONDS)]

    assert counts == [{}, {"done": 1}]


@pytest.mark.django_db
def test_event_that_kills_every_process_is_given_up():
    ids = take_in(events(1), now=NOW)
    WebhookDelivery.objects.update(attempts=MAX_ATTEMPTS)

    process(ids, now=NOW)

    row = WebhookDelivery.objects.get()
    assert (row.state, row.reason) == (DeliveryState.FAILED, "Every process that worked on it died.")


def asking(count):
    """Events about so many comments on TikTok, whose text has to be asked for."""
    bodies = [pushed("tiktok_comment", comment_id=7000 + n, timestamp=1786032900 + n) for n in range(count)]
    return [event for body in bodies for event in tiktok.events(body, NOW)]


@pytest.mark.django_db
def test_process_killed_while_it_works_on_what_it_has_to_ask_for_holds_one_event():
    ids = take_in(asking(3), now=NOW)

    def die(execute, sql, params, many, context):
        if sql.startswith("SELECT") and '"engagement_socialmediapost"' in sql:
            raise Killed
        return execute(sql, params, many, context)

    with connection.execute_wrapper(die), pytest.raises(Killed):
        process(ids, now=NOW)

    rows = WebhookDelivery.objects.order_by("received_at", "pk").values_list("attempts", "claim")
    assert [(attempts, claim is not None) for attempts, claim in rows] == [(1, True), (0, False), (0, False)]


@pytest.mark.django_db
def test_events_that_have_to_be_asked_for_are_claimed_when_their_turn_comes():
    ids = take_in(asking(3), now=NOW)

    process(ids, now=NOW)

    moments = list(WebhookDelivery.objects.order_by("received_at", "pk").values_list("ended_at", flat=True))
    assert len(set(moments)) == 3
    assert moments == sorted(moments)


@pytest.mark.django_db
def test_poison_event_stops_no_other():
    page = make_page()
    lacking = events(1, **{"from": "not a person"})
    ids = take_in([*events(1), *lacking, *events(3)[1:]], now=NOW)
    # Nothing that is stored can be as broken as this.
    WebhookDelivery.objects.filter(pk=ids[0]).update(body="{cut")

    process(ids, now=NOW)

    assert states() == ["received", "failed", "done", "done"]
    assert page.interactions.exclude(final_verdict="").count() == 2
    broken, refused = WebhookDelivery.objects.order_by("received_at")[:2]
    assert "JSONDecodeError" in broken.reason
    assert (refused.reason, refused.body != "") == ("The field from is not an object but other text", True)


@pytest.mark.django_db
def test_failing_event_is_tried_again_at_growing_distance_and_then_given_up():
    ids = take_in(events(1), now=NOW)
    WebhookDelivery.objects.update(body="{cut")

    minutes = [at for at in range(60) if process(ids, now=NOW + at * MINUTE)]

    row = WebhookDelivery.objects.get()
    assert minutes == [0, 1, 3, 7, 15]
    assert (row.state, row.attempts, row.ended_at) == (DeliveryState.FAILED, 5, NOW + 15 * MINUTE)


@pytest.mark.django_db
def test_platform_that_does_not_answer_is_asked_again(settings):
    account = make_account(platform="tiktok", platform_user_id="act.x")
    make_post(account=account, platform_post_id=None, published_at=None, status="publishing", publish_id=HANDLE)
    ids = take_in(tiktok.events(pushed("tiktok_available"), NOW), now=NOW)
    down = Answer({"data": {}, "error": {"code": "internal_error", "message": "", "log_id": "1"}}, 500)

    with answering(down) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"tiktok": asked.address}
        process(ids, now=NOW)

    # What became of the request stands on the post, which waits for the next look.
    post = SocialMediaPost.objects.get()
    assert (states(), post.status) == (["done"], "publishing")
    assert "internal_error" in post.status_reason


HANDLE = "v_pub_file~v2-1.123"


@pytest.mark.django_db
def test_filter_that_fails_on_one_post_leaves_its_events_to_be_tried_again():
    page, other = make_page(), make_post(account=make_account(platform="facebook"), platform_post_id="9_9")
    ids = take_in([*events(1), *events(2, post_id="9_9", parent_id="9_9")[1:]], now=NOW)
    # What no platform writes and no layer can read.
    breaking = make_interaction(page, author_signals={"joined_at": "some day"})

    process(ids, now=NOW)
    first = states()
    breaking.delete()
    process(ids, now=NOW + MINUTE)

    assert (first, states()) == (["received", "done"], ["done", "done"])
    assert other.interactions.exclude(final_verdict="").count() == 1
    assert page.interactions.exclude(final_verdict="").count() == 1


@pytest.mark.django_db
def test_many_comments_under_one_post_are_worked_on_together(django_assert_max_num_queries):
    page = make_page()
    ids = take_in(events(200), now=NOW)

    with django_assert_max_num_queries(200 * 15):
        process(ids, now=NOW)

    assert page.interactions.exclude(final_verdict="").count() == 200


@pytest.mark.django_db
@pytest.mark.parametrize(("state", "is_put_back"), [("unknown", True), ("failed", True), ("done", False)])
def test_event_is_put_back_where_it_still_has_its_body(state, is_put_back):
    page = make_page()
    take_in(events(1), now=NOW)
    WebhookDelivery.objects.update(state=state, attempts=5, reason="No rule.")

    found = try_again(WebhookDelivery.objects.get())
    sweep(NOW)

    assert (found, page.interactions.count()) == (is_put_back, int(is_put_back))


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor == "sqlite", reason="An SQLite database in memory belongs to one thread.")
def test_workers_at_the_same_time_have_one_effect():
    page = make_page()
    told = [*events(5), *events(5, verb="edited"), *events(5, verb="remove")[:2]]
    barrier = threading.Barrier(4)

    def work(mine):
        barrier.wait()
        try:
            process(take_in(mine, now=NOW), now=NOW)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=(told[::step],)) for step in (1, -1, 1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sweep(NOW)

    assert WebhookDelivery.objects.count() == 12
    assert set(states()) <= {"done", "ignored"}
    there = page.interactions.filter(deleted_at=None)
    assert sorted(there.values_list("platform_id", flat=True)) == ["2_2", "2_3", "2_4"]
    assert there.filter(final_verdict="").count() == 0
