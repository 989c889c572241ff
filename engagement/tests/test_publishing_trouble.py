"""Posts that are refused, still processed or lost: never sent twice, against the sandbox over real HTTP."""

# Columns that may be NULL are there once the code under test has run.
# mypy: disable-error-code="operator,union-attr"

from datetime import datetime, timedelta

import pytest

from acd.tests.factories import NOW
from engagement.enums import AccountState, Platform, PostStatus
from engagement.models import SocialAccount, SocialMediaPost
from engagement.publishing import LOOKS, MAX_ATTEMPTS, RETRY, publish, publish_due, recover
from engagement.reports import Outcome
from engagement.scheduling import plan_again, schedule
from engagement.tests.factories import make_account, make_post
from engagement.tests.replies import Answer, answering
from engagement.tests.stage import Stage
from gator.studio.tests.factories import make_content

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)


def planned(stage: Stage, platform: str = "facebook", **changes: object) -> SocialMediaPost:
    """A post that is due, on our account there."""
    account = SocialAccount.objects.filter(platform=platform).first() or stage.account(platform)
    return schedule(stage.content(account, **changes), account, NOW)


def outcomes(now: datetime = NOW) -> list[str]:
    return [item.outcome for item in publish_due(now).items]


# Where the platform still works


@pytest.mark.django_db
def test_post_that_is_still_processed_is_asked_about_again_and_not_sent_again(stage):
    post = planned(stage, "tiktok")
    stage.fault("server_error", platform="tiktok", post="status/fetch")

    first = outcomes()
    post.refresh_from_db()
    pending = (post.status, post.publish_id != "", post.claimed_until)
    second = outcomes(NOW + HOUR)
    stage.world.faults.clear()
    third = outcomes(NOW + 2 * HOUR)

    post.refresh_from_db()
    assert (first, second, third) == ([Outcome.PENDING], [Outcome.PENDING], [Outcome.PUBLISHED])
    assert pending == (PostStatus.PUBLISHING, True, None)
    assert (post.status, post.status_reason) == (PostStatus.PUBLISHED, "")
    assert len(stage.sent("tiktok")) == 1


@pytest.mark.django_db
def test_post_that_another_worker_asks_about_is_left_to_it(stage):
    post = planned(stage, "tiktok")
    SocialMediaPost.objects.update(status=PostStatus.PUBLISHING, publish_id="p", claimed_until=NOW + HOUR)

    found = outcomes()

    post.refresh_from_db()
    assert (found, post.status) == ([Outcome.SKIPPED], PostStatus.PUBLISHING)


@pytest.mark.django_db
def test_post_that_the_platform_no_longer_knows_fails(stage):
    post = planned(stage, "tiktok")
    SocialMediaPost.objects.update(status=PostStatus.PUBLISHING, publish_id="never-given")

    found = outcomes()

    post.refresh_from_db()
    assert (found, post.status) == ([Outcome.FAILED], PostStatus.FAILED)
    assert post.status_reason.startswith("TikTok does not have this post")


@pytest.mark.django_db
def test_expired_token_while_asking_again_pauses_the_account_and_the_post_waits(stage):
    post = planned(stage, "tiktok")
    SocialMediaPost.objects.update(status=PostStatus.PUBLISHING, publish_id="p")
    stage.fault("expired_token", platform="tiktok")

    found = [outcomes(), outcomes(), outcomes(NOW + HOUR), outcomes(NOW + 2 * HOUR)]

    post.refresh_from_db()
    assert found == [[Outcome.PENDING], [Outcome.SKIPPED], [Outcome.PENDING], [Outcome.SKIPPED]]
    assert (post.status, post.claimed_until) == (PostStatus.PUBLISHING, None)
    assert SocialAccount.objects.get().state == AccountState.EXPIRED


@pytest.mark.django_db
def test_answer_lost_while_going_on_is_unknown_and_not_sent_again(settings):
    account = make_account()
    make_post(account=account, status=PostStatus.PUBLISHING, platform_post_id=None, publish_id="1789:abc")
    lost = (Answer({"status_code": "FINISHED"}), Answer({"id": "1"}, cut=True))

    with answering(*lost) as asked:
        settings.PLATFORM_API_URLS = {"instagram": asked.address}
        found = [outcomes(), outcomes(NOW)]

    post = SocialMediaPost.objects.get()
    assert found == [[Outcome.FAILED], []]
    assert (post.status, post.publish_id) == (PostStatus.UNKNOWN, "1789:abc")
    assert len(asked.requests) == 2


# Refusals


@pytest.mark.django_db
def test_expired_token_expires_the_account_and_the_post_waits_until_it_is_connected_again(stage):
    post = planned(stage)
    stage.fault("expired_token", platform="facebook")

    found = [outcomes(), outcomes(NOW + HOUR), outcomes(NOW + 2 * HOUR)]
    account = SocialAccount.objects.get()
    state, reason = account.state, account.last_error
    stage.world.faults.clear()
    SocialAccount.objects.update(state=AccountState.ACTIVE)
    found.append(outcomes(NOW + 3 * HOUR))

    post.refresh_from_db()
    assert found == [[Outcome.FAILED], [Outcome.FAILED], [Outcome.SKIPPED], [Outcome.PUBLISHED]]
    assert state == AccountState.EXPIRED
    assert reason.endswith("Connect the account again.")
    assert (post.status, post.status_reason) == (PostStatus.PUBLISHED, "")


@pytest.mark.django_db
def test_rate_limit_closes_the_window_and_the_next_post_of_the_run_is_not_sent(stage):
    posts = [planned(stage), planned(stage)]
    stage.fault("rate_limit", platform="facebook", seconds=3600, times=1)

    found = [outcomes(), outcomes(NOW + HOUR / 2), outcomes(NOW + 2 * HOUR)]

    for post in posts:
        post.refresh_from_db()
    assert found[0] == [Outcome.THROTTLED, Outcome.SKIPPED]
    assert found[1] == [Outcome.SKIPPED] * 2
    assert found[2] == [Outcome.PUBLISHED] * 2
    assert [post.status for post in posts] == [PostStatus.PUBLISHED] * 2


@pytest.mark.django_db
def test_limit_that_is_met_late_in_a_run_is_obeyed_from_then_on(stage):
    planned(stage)
    planned(stage)
    stage.fault("slow", platform="facebook", seconds=1, times=1)
    stage.fault("rate_limit", platform="facebook", seconds=3600)

    publish_due(NOW)

    account = SocialAccount.objects.get()
    assert account.throttled_until >= NOW + HOUR + timedelta(seconds=1)


# For the message of a Page post no limit is documented.
@pytest.mark.parametrize(
    ("platform", "advice"),
    [
        ("instagram", "Instagram takes at most 2,200 characters: shorten the caption."),
        ("twitter", "Change what the message names, then try again."),
        ("tiktok", "Change what the message names, then try again."),
    ],
)
@pytest.mark.django_db
def test_caption_that_the_platform_refuses_fails_with_words_for_staff(stage, platform, advice):
    post = planned(stage, platform, caption="x" * 70_000)

    report = publish_due(NOW)

    post.refresh_from_db()
    assert (report.counts(), report.failed) == ({"failed": 1}, True)
    assert post.status == PostStatus.FAILED
    assert post.status_reason.startswith(f"{Platform(platform).label} refused the request: ")
    assert post.status_reason.endswith(advice)
    assert (outcomes(NOW + HOUR), stage.sent(platform)) == ([], [])


@pytest.mark.django_db
def test_kind_that_the_platform_does_not_take_fails(stage):
    # Planned while it was taken.
    planned(stage, "tiktok")
    SocialMediaPost.objects.update(media_kind="text")

    (item,) = publish_due(NOW).items

    assert (item.outcome, item.reason.startswith("TikTok cannot do this through Gator")) == (Outcome.FAILED, True)


@pytest.mark.django_db
def test_post_that_was_never_sent_is_tried_again_later(settings):
    account = make_account(platform=Platform.FACEBOOK)
    schedule(make_content(persona=account.persona), account, NOW)
    # Nobody listens there.
    settings.PLATFORM_API_URLS = {"facebook": "http://127.0.0.1:9"}

    found = outcomes()

    post = SocialMediaPost.objects.get()
    assert found == [Outcome.FAILED]
    assert (post.status, post.claimed_until) == (PostStatus.SCHEDULED, None)
    # A quarter of an hour after the refusal, not after the run began.
    assert NOW + RETRY < post.scheduled_at < NOW + RETRY + MINUTE
    assert post.status_reason.endswith("Gator tries again.")


@pytest.mark.django_db
def test_post_that_a_person_plans_again_has_attempts_to_spare(settings):
    account = make_account(platform=Platform.FACEBOOK)
    post = schedule(make_content(persona=account.persona), account, NOW)
    settings.PLATFORM_API_URLS = {"facebook": "http://127.0.0.1:9"}
    for day in range(MAX_ATTEMPTS):
        publish_due(NOW + timedelta(days=day))
    post.refresh_from_db()
    given_up = post.status
    later = NOW + timedelta(days=30)

    plan_again(post, now=later)
    publish_due(later)

    post.refresh_from_db()
    assert (given_up, post.status) == (PostStatus.FAILED, PostStatus.SCHEDULED)
    assert post.scheduled_at - later < 2 * RETRY
    assert [one.number for one in post.attempts.all()] == list(range(1, MAX_ATTEMPTS + 2))


@pytest.mark.parametrize(
    "answer",
    [
        pytest.param(Answer({"id": "1"}, cut=True), id="cut-off"),
        pytest.param(Answer(b"<html>", 200), id="not-json"),
        pytest.param(Answer({"data": {}}), id="no-id"),
        pytest.param(Answer({"error": {"message": "Sorry", "code": 2}}, 500), id="server-error"),
    ],
)
@pytest.mark.django_db
def test_unknown_end_is_never_sent_again(settings, answer):
    account = make_account(platform=Platform.TWITTER)
    schedule(make_content(persona=account.persona), account, NOW)

    with answering(answer) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        found = [outcomes(), outcomes(NOW)]

    post = SocialMediaPost.objects.get()
    assert found == [[Outcome.FAILED], []]
    assert (post.status, post.claimed_until) == (PostStatus.UNKNOWN, None)
    assert NOW + LOOKS[0] < post.next_lookup_at < NOW + LOOKS[0] + MINUTE
    assert "Look at the account's profile before publishing again" in post.status_reason
    assert asked.lines == ["POST /2/tweets"]


# Workers that died


@pytest.mark.django_db
def test_lost_attempt_becomes_unknown_once_its_claim_has_expired(stage):
    post = planned(stage)
    SocialMediaPost.objects.update(status=PostStatus.PUBLISHING, claimed_until=NOW + HOUR)

    found = [outcomes(NOW), recover(NOW + HOUR)]

    post.refresh_from_db()
    assert found == [[], 1]
    assert (post.status, post.claimed_until) == (PostStatus.UNKNOWN, None)
    assert "Gator looks it up" in post.status_reason
    assert stage.sent("facebook") == []


@pytest.mark.django_db
def test_attempt_with_a_handle_is_not_lost(stage):
    SocialMediaPost.objects.filter(pk=planned(stage, "tiktok").pk).update(status=PostStatus.PUBLISHING, publish_id="p")

    assert recover(NOW + 24 * HOUR) == 0


@pytest.mark.django_db
def test_token_that_was_renewed_since_the_post_was_read_is_used(stage):
    post = planned(stage)
    post.account.access_token = "outdated-token"

    assert publish(post, now=NOW).outcome == Outcome.PUBLISHED


@pytest.mark.parametrize(
    ("listed", "status", "next_look"),
    [
        pytest.param([], PostStatus.UNKNOWN, True, id="nothing-is-there-yet"),
        pytest.param(["Good morning"], PostStatus.PUBLISHED, False, id="it-is-there"),
        pytest.param(["Good mourning"], PostStatus.UNKNOWN, False, id="only-a-person-can-tell"),
    ],
)
@pytest.mark.django_db
def test_post_of_unknown_outcome_is_looked_up_on_the_list_of_the_account(settings, listed, status, next_look):
    account = make_account(platform=Platform.TWITTER)
    schedule(make_content(persona=account.persona, caption="Good morning", hashtags=[]), account, NOW)
    posts = [{"id": str(900 + n), "text": text, "created_at": NOW.isoformat()} for n, text in enumerate(listed)]
    found = Answer({"data": posts, "meta": {"result_count": len(posts)}})

    with answering(Answer({"data": {"id": "1"}}, cut=True), found) as asked:
        settings.PLATFORM_API_URLS = {"twitter": asked.address}
        publish_due(NOW)
        publish_due(NOW + timedelta(minutes=2))

    post = SocialMediaPost.objects.get()
    assert (post.status, post.next_lookup_at is not None) == (status, next_look)
    assert asked.lines.count("POST /2/tweets") == 1
