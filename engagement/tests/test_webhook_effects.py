"""What a pushed event does here, from the signed body to the rows."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="arg-type,operator,union-attr"

from datetime import timedelta
from itertools import permutations

import pytest
from django.utils import timezone

from engagement.enums import AccountState, DeliveryState, PostStatus, Verdict
from engagement.models import ErasedAuthor, Interaction, WebhookDelivery
from engagement.platforms import adapter_for
from engagement.pseudonyms import author_key
from engagement.tests.factories import make_account, make_interaction, make_post
from engagement.tests.pushing import (
    _secrets,  # noqa: F401 - a fixture
    now,
    push,
    pushed,
)
from engagement.tests.replies import Answer, answering
from gator.studio.enums import MediaKind

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("_secrets")]


@pytest.fixture
def tell(client, django_capture_on_commit_callbacks):
    """Push a documented event and let its task run; the row of the event."""

    class Tell:
        def __call__(self, address, name, **changes):
            return self.body(address, pushed(name, **changes))

        def body(self, address, body):
            known = set(WebhookDelivery.objects.values_list("pk", flat=True))
            with django_capture_on_commit_callbacks(execute=True):
                assert push(client, address, body).status_code == 200
            return WebhookDelivery.objects.exclude(pk__in=known).first()

    return Tell()


@pytest.fixture
def gram():
    return make_post(account=make_account(platform_user_id="17840001"), platform_post_id="1792")


@pytest.fixture
def page():
    return make_post(account=make_account(platform="facebook", platform_user_id="1"), platform_post_id="1_2")


@pytest.fixture
def thread():
    return make_post(account=make_account(platform="twitter", platform_user_id="111"), platform_post_id="123")


def test_comment_by_push_has_its_verdict_at_once(tell, gram):
    row = tell("instagram", "instagram_comment")

    comment = gram.interactions.get()
    gram.refresh_from_db()
    assert (row.state, row.reason, row.body) == (DeliveryState.DONE, "", "")
    assert (comment.final_verdict, comment.text) == (Verdict.GENUINE, "Great light! 🌊 ação")
    assert comment.author_key == author_key("instagram", "5641")
    assert (gram.observed_count, gram.genuine_count) == (1, 1)


def test_spam_by_push_is_a_bots(tell, page):
    tell("facebook", "facebook_comment", message="Buy now with my promo code at www.best-deals.shop")

    assert page.interactions.get().final_verdict == Verdict.BOT


def test_own_comment_is_the_personas_under_whatever_id(tell, gram):
    tell("instagram", "instagram_login_comment")

    assert gram.interactions.get().final_verdict == Verdict.PERSONA


def test_comment_whose_author_is_kept_back_is_stored(tell, page):
    tell("facebook", "facebook_comment", **{"from": None})

    assert page.interactions.get().author_key == ""


def test_author_who_asked_to_be_forgotten_stays_out(tell, gram):
    ErasedAuthor.objects.create(author_key=author_key("instagram", "5641"))

    row = tell("instagram", "instagram_comment")

    assert (row, Interaction.objects.count()) == (None, 0)


def test_comment_under_a_post_of_somebody_else_is_ignored(tell):
    row = tell("instagram", "instagram_comment")

    assert (row.state, row.body, Interaction.objects.count()) == (DeliveryState.IGNORED, "", 0)
    assert "no post of ours" in row.reason


def test_edited_comment_is_judged_anew(tell, page):
    tell("facebook", "facebook_comment")

    tell("facebook", "facebook_comment", verb="edited", message="Buy now with my promo code at www.best-deals.shop")

    comment = page.interactions.get()
    assert (comment.final_verdict, comment.edited_at is None) == (Verdict.BOT, False)


def test_removed_comment_counts_no_more(tell, page):
    tell("facebook", "facebook_comment")

    tell("facebook", "facebook_comment", verb="remove")

    page.refresh_from_db()
    comment = page.interactions.get()
    assert (comment.text, comment.deleted_at is None, page.observed_count) == ("", False, 0)


def test_hidden_comment_goes_on_counting(tell, page):
    tell("facebook", "facebook_comment")

    row = tell("facebook", "facebook_comment", verb="hide")

    page.refresh_from_db()
    assert (row.state, page.observed_count) == (DeliveryState.IGNORED, 1)


# The life of a comment, told in any order and twice.
LIFE = {
    "add": {"verb": "add", "message": "Great post"},
    "edited": {"verb": "edited", "message": "Great post, Maya"},
    "remove": {"verb": "remove", "message": None},
}
ORDERS = [order for parts in (["add", "edited"], ["add", "remove"], list(LIFE)) for order in permutations(parts)]


@pytest.mark.parametrize("order", ORDERS, ids=" ".join)
def test_life_of_a_comment_ends_alike_in_whatever_order_it_is_told(tell, page, order):
    told = {verb: pushed("facebook_comment", **LIFE[verb], created_time=1785000000) for verb in LIFE}
    for seconds, verb in enumerate(LIFE):
        told[verb]["entry"][0]["time"] += seconds

    for verb in (*order, *order):
        tell.body("facebook", told[verb])

    found = [(one.text, one.deleted_at is None) for one in page.interactions.all()]
    # What was taken back before we heard of it is not stored; what we had heard of is empty.
    assert [one for one in found if one[1]] == ([] if "remove" in order else [("Great post, Maya", True)])
    assert {text for text, is_there in found if not is_there} <= {""}
    assert WebhookDelivery.objects.count() == len(order)


def test_events_of_one_second_in_one_delivery_end_alike(tell, page):
    body = pushed("facebook_comment")
    (added,) = body["entry"][0]["changes"]
    removed = {**added, "value": added["value"] | {"verb": "remove"}}
    body["entry"][0]["changes"] = [removed, added]

    tell.body("facebook", body)

    assert page.interactions.filter(deleted_at=None).count() == 0


def test_reactions_let_the_post_be_read_soon_and_not_each_time(tell, page):
    page.next_sync_at, page.last_synced_at = timezone.now() + timedelta(days=1), timezone.now()
    page.save()

    for person in range(3):
        tell("facebook", "facebook_reaction", **{"from": {"id": str(person)}})

    page.refresh_from_db()
    assert page.interactions.count() == 0
    assert timedelta(minutes=4) < page.next_sync_at - timezone.now() < timedelta(minutes=6)


@pytest.mark.parametrize("due", [None, timedelta(days=3)], ids=["no longer read", "in days"])
def test_mention_under_our_post_lets_it_be_read_now(tell, gram, due):
    gram.next_sync_at = due and timezone.now() + due
    gram.save()

    tell("instagram", "instagram_mention")

    gram.refresh_from_db()
    assert gram.next_sync_at <= timezone.now()


def test_read_that_is_due_earlier_is_not_put_off(tell, page):
    page.next_sync_at, page.last_synced_at = timezone.now() - timedelta(hours=1), timezone.now()
    page.save()

    tell("facebook", "facebook_reaction")

    page.refresh_from_db()
    assert page.next_sync_at < timezone.now() - timedelta(minutes=59)


# X


def test_reply_by_push_brings_its_authors_signals(tell, thread):
    tell("twitter", "twitter_reply")

    reply = thread.interactions.get()
    assert (reply.final_verdict, reply.author_signals["followers"]) == (Verdict.GENUINE, 3)
    assert [name for name in ("sam", "Sam") if name in str(reply.author_signals)] == []


def test_like_by_push_and_by_reading_is_one(tell, thread, settings):
    nothing, likers = Answer({"meta": {"result_count": 0}}), Answer({"data": [{"id": "77"}], "meta": {}})
    tell("twitter", "twitter_like")
    known = set(thread.interactions.values_list("platform_id", flat=True))

    with answering(nothing, likers, nothing) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"twitter": asked.address}
        seen = read_all(thread)

    assert known == seen


def read_all(post):
    with adapter_for(post.account) as adapter:
        return {one.platform_id for one in adapter.fetch_interactions(post.platform_post_id, frozenset()).interactions}


def deletion(of):
    return {
        "data": {
            "event_uuid": f"d{of}",
            "event_type": "post.delete",
            "filter": {"user_id": "111"},
            "payload": {"id": of},
        }
    }


def test_deleted_reply_counts_no_more(tell, thread):
    tell("twitter", "twitter_reply")

    tell.body("twitter", deletion("9"))

    thread.refresh_from_db()
    assert (thread.interactions.get().text, thread.observed_count) == ("", 0)


def test_deletion_that_comes_before_the_reply_wins(tell, thread):
    row = tell.body("twitter", deletion("9"))

    tell("twitter", "twitter_reply")

    assert (row.state, thread.interactions.count()) == (DeliveryState.IGNORED, 0)


def test_deletion_of_our_post_lets_it_be_read_now(tell, thread):
    tell.body("twitter", deletion("123"))

    thread.refresh_from_db()
    assert thread.next_sync_at <= timezone.now()
    assert thread.status == PostStatus.PUBLISHED


REVOKED = {"data": {"event_uuid": "r", "event_type": "oauth.revoke", "filter": {"user_id": "111"}, "payload": {}}}


def test_revocation_cuts_off_one_account_and_says_so(tell, thread):
    other = make_account(platform="twitter", platform_user_id="112")

    tell.body("twitter", REVOKED)

    thread.account.refresh_from_db()
    other.refresh_from_db()
    assert (thread.account.state, other.state) == (AccountState.REVOKED, AccountState.ACTIVE)
    assert thread.account.last_error == (
        "X told us that its person took the app's access away. Connect the account again."
    )


# TikTok


@pytest.fixture
def upload(settings):
    account = make_account(platform="tiktok", platform_user_id="act.x")
    return make_post(
        account=account,
        media_kind=MediaKind.VIDEO,
        status=PostStatus.PUBLISHING,
        publish_id="v_pub_file~v2-1.123",
        platform_post_id=None,
        published_at=None,
    )


def test_disconnected_account_of_tiktok_is_revoked(tell, upload):
    tell("tiktok", "tiktok_removed")

    upload.account.refresh_from_db()
    assert upload.account.state == AccountState.REVOKED


def test_disconnection_before_the_account_was_connected_again_is_ignored(tell, upload):
    upload.account.token_refreshed_at = timezone.now()
    upload.account.save()

    row = tell("tiktok", "tiktok_removed")

    upload.account.refresh_from_db()
    assert (row.state, upload.account.state) == (DeliveryState.IGNORED, AccountState.ACTIVE)


COMPLETE = {
    "data": {"status": "PUBLISH_COMPLETE", "publicaly_available_post_id": [7321098765432100004]},
    "error": {"code": "ok", "message": "", "log_id": "1"},
}


@pytest.mark.parametrize("status", [PostStatus.PUBLISHING, PostStatus.UNKNOWN])
def test_upload_that_was_processed_is_live_at_once(tell, upload, settings, status):
    upload.status = status
    upload.save()

    with answering(Answer(COMPLETE)) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"tiktok": asked.address}
        row = tell("tiktok", "tiktok_available")

    upload.refresh_from_db()
    assert row.state == DeliveryState.DONE
    assert (upload.status, upload.platform_post_id) == (PostStatus.PUBLISHED, "7321098765432100004")


def test_upload_that_is_known_to_be_live_is_asked_about_no_more(tell, upload):
    upload.status, upload.platform_post_id, upload.published_at = "published", "7321098765432100004", timezone.now()
    upload.save()

    assert tell("tiktok", "tiktok_available").state == DeliveryState.IGNORED


def test_upload_of_somebody_else_is_ignored(tell):
    row = tell("tiktok", "tiktok_available")

    assert (row.state, row.reason) == (DeliveryState.IGNORED, "It is about no upload of ours.")


def test_comment_of_an_account_that_shows_none_lets_the_post_be_read(tell, upload):
    upload.status, upload.platform_post_id, upload.published_at = "published", "7321098765432100004", timezone.now()
    upload.save()

    tell("tiktok-business", "tiktok_comment")

    upload.refresh_from_db()
    assert upload.next_sync_at <= timezone.now()


def test_comment_that_is_known_is_not_fetched(tell, upload):
    upload.platform_post_id = "7321098765432100004"
    upload.save()
    make_interaction(upload, platform_id="7400000000000000001")

    assert tell("tiktok-business", "tiktok_comment").state == DeliveryState.DONE


COMMENTS = {
    "code": 0,
    "message": "OK",
    "request_id": "1",
    "data": {
        "has_more": False,
        "cursor": 30,
        "comments": [
            {
                "comment_id": "7400000000000000001",
                "video_id": "7321098765432100004",
                "unique_identifier": "+ABc1D2/E0f",
                "user_id": "ce9b7be6",
                "username": "sam",
                "text": "wow",
                "create_time": 1786032899,
                "likes": 1,
                "replies": 0,
                "owner": False,
                "status": "PUBLIC",
            }
        ],
    },
}


def test_comment_without_its_text_is_fetched_and_judged(tell, upload, settings):
    upload.account.flavour = "business"
    upload.account.save()
    upload.status, upload.platform_post_id, upload.published_at = "published", "7321098765432100004", timezone.now()
    upload.save()

    with answering(Answer(COMMENTS)) as asked:
        settings.PLATFORM_API_URLS = settings.PLATFORM_API_URLS | {"tiktok": asked.address}
        row = tell("tiktok-business", "tiktok_comment")
        tell("tiktok-business", "tiktok_comment", timestamp=1786032900)

    comment = upload.interactions.get()
    assert (row.state, comment.text, comment.final_verdict) == (DeliveryState.DONE, "wow", Verdict.GENUINE)
    # The second event is about a comment that is known by then.
    assert len(asked.requests) == 1


# Unknown


def test_unknown_event_is_kept_with_its_body(tell):
    body = {
        "object": "page",
        "entry": [{"id": "1", "time": now(), "changes": [{"field": "holograms", "value": {"a": 1}}]}],
    }

    row = tell.body("facebook", body)

    assert (row.state, row.kind) == (DeliveryState.UNKNOWN, "page.holograms")
    assert '"a":1' in row.body
