"""What every adapter promises, against the sandbox over real HTTP."""

import logging
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from engagement.platforms import ADAPTERS, PlatformAdapter, adapter_for, errors
from engagement.sandbox.accounts import ACCOUNTS, Account
from engagement.sandbox.faults import Fault
from engagement.sandbox.server import serve
from engagement.sandbox.world import Post, World
from engagement.tests.factories import make_account
from engagement.values import Credentials, Draft, Metrics, PublishedPost

START = datetime(2026, 8, 1, 12, tzinfo=UTC)
UNKNOWN_ID = "19"
BUSINESS = "tiktok_business"
SEEN = [name for name, adapter in ADAPTERS.items() if adapter.can_see_interactions]
# What a platform gives beside likes, comments, shares and views.
GIVEN = {
    "instagram": {"reach", "saves"},
    "instagram_facebook_login": {"reach", "saves"},
    "facebook": {"reach"},
    "twitter": {"saves", "impressions"},
    "tiktok": set(),
    "tiktok_business": {"reach", "saves"},
}
WAITS = {"instagram": 600.0, "facebook": 600.0, "twitter": 601.0, "tiktok": 60.0}


@dataclass
class Stage:
    """One adapter before one account of a sandbox of its own."""

    name: str
    world: World
    account: Account
    adapter: PlatformAdapter
    draft: Draft

    def publish(self, caption: str = "Fresh figs at the market #marketday") -> PublishedPost:
        draft = Draft(**{**vars(self.draft), "caption": caption})
        published = self.adapter.publish(draft)
        return published if published.platform_post_id else self.adapter.resume(published.publish_id, draft)

    def post(self, published: PublishedPost) -> Post:
        return self.world.posts[self.account.platform, published.platform_post_id]

    def pass_time(self, **span: float) -> None:
        self.world.move_clock(self.world.time() + timedelta(**span))

    def failure_of(self, post_id: str) -> object:
        """The error of reading one post, whether it is raised for the account or given for the post."""
        try:
            return self.adapter.fetch_metrics([post_id])[post_id]
        except errors.PlatformError as error:
            return error

    def fault(self, kind: str, **target: Any) -> None:
        self.world.faults.add(Fault(kind, platform=self.account.platform, **target))


@pytest.fixture
def stage(request, tmp_path) -> Iterator[Stage]:
    adapter = ADAPTERS[request.param]
    platform = adapter.platform
    world = World(7, now=START)
    account = next(one for one in ACCOUNTS if one.platform == platform)
    file = tmp_path / "figs.png"
    file.write_bytes(b"\x89PNG\r\n\x1a\n")
    kind = "video" if request.param == BUSINESS else "image"
    draft = Draft(media_kind=kind, caption="", media_urls=("https://media.example/figs.jpg",), media_files=(file,))
    credentials = Credentials(
        platform_user_id=account.user_id,
        handle=account.handle,
        access_token=world.tokens_of(account, request.param).access,
    )
    with serve(world) as address, adapter(credentials, f"{address}/{platform}") as speaking:
        yield Stage(request.param, world, account, speaking, draft)


every = pytest.mark.parametrize("stage", ADAPTERS, indirect=True)
every_seeing = pytest.mark.parametrize("stage", SEEN, indirect=True)


@every
def test_publish_makes_one_post_with_id_address_and_moment(stage):
    published = stage.publish("Fresh figs")

    assert stage.post(published).text == "Fresh figs"
    assert stage.world.create_calls == {stage.account.user_id: 1}
    assert published.url.startswith("https://")
    assert published.published_at == START


@every
def test_publish_of_a_kind_the_platform_has_not_is_unsupported(stage):
    with pytest.raises(errors.UnsupportedFeature, match="audio"):
        stage.adapter.publish(Draft(media_kind="audio", caption="La la"))

    assert stage.world.create_calls == {}


@every
def test_publish_without_media_is_rejected_before_anything_is_sent(stage):
    with pytest.raises(errors.Rejected):
        stage.adapter.publish(Draft(media_kind=stage.draft.media_kind, caption="No picture"))

    assert stage.world.create_calls == {}


# For the message of a Page post no limit is documented.
@pytest.mark.parametrize("stage", ["instagram", "instagram_facebook_login", "twitter", "tiktok"], indirect=True)
def test_publish_of_a_caption_of_100000_characters_is_rejected_and_nothing_goes_live(stage):
    with pytest.raises(errors.Rejected):
        stage.publish("x" * 100_000)

    assert stage.world.posts == {}


@every
def test_metrics_are_the_numbers_the_world_counts(stage):
    published = stage.publish()
    stage.pass_time(days=2)

    metrics = stage.adapter.fetch_metrics([published.platform_post_id])[published.platform_post_id]

    post, count = stage.post(published), stage.world.count
    assert (metrics.likes, metrics.comments, metrics.shares) == tuple(
        count(post, kind) for kind in ("like", "comment", "share")
    )
    assert metrics.views == stage.world.views(post)
    given = {"reach": stage.world.reach(post), "saves": count(post, "save"), "impressions": metrics.views}
    assert {name: getattr(metrics, name) for name in given} == {
        name: value if name in GIVEN[stage.name] else None for name, value in given.items()
    }


@every
def test_metrics_of_many_posts_name_the_ones_that_are_not_there(stage):
    ids = [stage.publish(f"Market day {number}").platform_post_id for number in range(4)]
    stage.pass_time(days=1)

    answers = stage.adapter.fetch_metrics([*ids, UNKNOWN_ID, ids[0]])

    assert list(answers) == [*ids, UNKNOWN_ID]
    assert [type(answers[one]) for one in ids] == [Metrics] * 4
    assert isinstance(answers[UNKNOWN_ID], errors.NotFound)


@every
def test_metrics_of_nothing_ask_nothing(stage):
    stage.fault("server_error")

    assert stage.adapter.fetch_metrics([]) == {}


@every
def test_metrics_of_a_vanished_post_are_not_found(stage):
    gone, kept = stage.publish("Here today").platform_post_id, stage.publish("Here to stay").platform_post_id
    stage.fault("vanished_post", post=gone)

    answers = stage.adapter.fetch_metrics([gone, kept])

    assert isinstance(answers[gone], errors.NotFound)
    assert isinstance(answers[kept], Metrics)


@every
def test_expired_token_is_an_authentication_failure(stage):
    post_id = stage.publish().platform_post_id
    stage.fault("expired_token")

    with pytest.raises(errors.AuthenticationFailed):
        stage.adapter.fetch_metrics([post_id])
    with pytest.raises(errors.AuthenticationFailed):
        stage.publish("Again")


@every
def test_limit_says_how_long_to_wait_and_is_not_retried(stage):
    post_id = stage.publish().platform_post_id
    stage.fault("rate_limit", times=1, seconds=600)

    with pytest.raises(errors.RateLimited) as limited:
        stage.adapter.fetch_metrics([post_id])

    assert limited.value.retry_after == pytest.approx(WAITS[stage.account.platform], abs=2)
    assert not limited.value.permanent


@every
def test_broken_json_is_an_invalid_response(stage):
    post_id = stage.publish().platform_post_id
    stage.fault("broken_json")

    assert isinstance(stage.failure_of(post_id), errors.InvalidResponse)


@every
def test_read_outlasts_two_faults_of_the_server(stage):
    post_id = stage.publish().platform_post_id
    stage.fault("server_error", times=2)

    assert isinstance(stage.adapter.fetch_metrics([post_id])[post_id], Metrics)


@every
def test_server_that_keeps_failing_is_a_temporary_failure(stage):
    post_id = stage.publish().platform_post_id
    stage.fault("server_error")

    with pytest.raises(errors.TemporaryFailure):
        stage.adapter.fetch_metrics([post_id])


@every
def test_slow_answer_to_a_read_is_a_temporary_failure(stage, settings):
    post_id = stage.publish().platform_post_id
    settings.HTTP_READ_SECONDS = 0.1
    stage.fault("slow", seconds=0.3)

    with pytest.raises(errors.TemporaryFailure):
        stage.adapter.fetch_metrics([post_id])


@pytest.mark.parametrize(
    ("stage", "path"),
    [
        ("instagram", "/media_publish"),
        ("instagram_facebook_login", "/media_publish"),
        ("facebook", "/photos"),
        ("twitter", "/2/tweets?"),
        ("tiktok", "/content/init"),
    ],
    indirect=["stage"],
)
def test_lost_answer_to_a_create_leaves_the_outcome_unknown_and_is_not_sent_again(stage, path, settings):
    settings.HTTP_READ_SECONDS = 0.5
    stage.fault("slow", seconds=0.8, post=path, times=1)

    with pytest.raises(errors.OutcomeUnknown):
        stage.publish()

    assert stage.world.create_calls == {stage.account.user_id: 1}


@pytest.mark.parametrize("stage", ["instagram"], indirect=True)
def test_resume_after_a_lost_answer_finds_the_post_without_a_second_one(stage, settings):
    stage.publish("An earlier one")
    settings.HTTP_READ_SECONDS = 0.5
    stage.fault("slow", seconds=0.8, post="/media_publish", times=1)
    with pytest.raises(errors.OutcomeUnknown) as unknown:
        stage.publish("Fresh figs \n")
    settings.HTTP_READ_SECONDS = 5

    published = stage.adapter.resume(unknown.value.publish_id, Draft(media_kind="image", caption="Fresh figs \n"))

    assert stage.post(published).text.strip() == "Fresh figs"
    assert len(stage.world.posts) == 2


def told_author(stage, comment):
    """Where a platform gives no id, Instagram still tells the name and Facebook nothing."""
    unsigned = f"username:{comment.author.handle}" if stage.account.platform == "instagram" else None
    return comment.author.user_id if comment.is_signed else unsigned


@every_seeing
def test_interactions_hold_every_visible_comment_with_its_author(stage):
    published = stage.publish()
    stage.pass_time(days=2)

    seen = stage.adapter.fetch_interactions(published.platform_post_id, frozenset()).interactions

    comments = {one.platform_id: (one.author_id, one.text) for one in seen if one.kind in ("comment", "reply")}
    expected = {one.comment_id: told_author(stage, one) for one in stage.world.comments(stage.post(published))}
    told = {key: author for key, (author, _) in comments.items()}
    if stage.name == BUSINESS:
        # It has ids of its own for people: each stands for one of them.
        own = {author: expected[key] for key, author in told.items()}
        told = {key: own[author] for key, author in told.items()}
    assert told == expected
    assert all(one.occurred_at for one in seen if one.kind == "comment")


@every_seeing
def test_interactions_are_read_no_further_than_a_page_of_known_ones(stage):
    published = stage.publish()
    stage.pass_time(hours=6)
    early = stage.adapter.fetch_interactions(published.platform_post_id, frozenset()).interactions
    known = frozenset(one.platform_id for one in early)
    stage.pass_time(days=2)

    late = stage.adapter.fetch_interactions(published.platform_post_id, known).interactions

    ids = [one.platform_id for one in late]
    assert len(ids) == len(set(ids)) > 0
    assert set(ids) - known


@pytest.mark.parametrize("stage", ["instagram", "instagram_facebook_login", "facebook"], indirect=True)
def test_interactions_of_a_vanished_post_are_not_found(stage):
    post_id = stage.publish().platform_post_id
    stage.fault("vanished_post", post=post_id)

    with pytest.raises(errors.NotFound):
        stage.adapter.fetch_interactions(post_id, frozenset())


@pytest.mark.parametrize("stage", ["tiktok"], indirect=True)
def test_interactions_where_none_are_shown_are_unsupported(stage):
    with pytest.raises(errors.UnsupportedFeature):
        stage.adapter.fetch_interactions("1", frozenset())


@every
def test_token_appears_in_nothing_that_leaves_the_adapter(stage, caplog):
    caplog.set_level(logging.DEBUG)
    token = stage.adapter.credentials.access_token
    post_id = stage.publish().platform_post_id
    stage.pass_time(days=1)
    sinks = [repr(stage.adapter), repr(stage.adapter.http), repr(stage.adapter.credentials)]
    sinks.append(str(stage.adapter.fetch_metrics([post_id])[post_id].raw))

    for kind in ("expired_token", "rate_limit", "broken_json", "server_error"):
        stage.fault(kind)
        failure = stage.failure_of(post_id)
        sinks += [repr(failure), failure.for_staff, str(vars(failure))]
        stage.world.faults.clear()

    assert [sink for sink in [*sinks, caplog.text] if token in sink] == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ADAPTERS)
def test_adapter_for_takes_token_and_address_of_the_account(name, settings):
    kind = ADAPTERS[name]
    settings.PLATFORM_API_URLS = {kind.platform: "http://127.0.0.1:1"}
    account = make_account(platform=kind.platform, flavour=kind.flavour, access_token="token-of-the-account")

    with closing(adapter_for(account).http) as http:
        adapter = adapter_for(account)

    assert (type(adapter), adapter.credentials.access_token) == (kind, "token-of-the-account")
    assert repr(http) == f"<Connection to {kind.platform}>"


@pytest.mark.django_db
def test_adapter_for_an_account_without_a_token_falls_back_to_the_development_token(settings):
    settings.DEVELOPMENT_ACCESS_TOKENS = {"instagram": "token-for-development"}

    with adapter_for(make_account(access_token="")) as adapter:
        token = adapter.credentials.access_token

    assert token == "token-for-development"
