"""What the adapters do over several requests, before a sandbox that was written without them."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from engagement.platforms import ADAPTERS, errors
from engagement.sandbox.accounts import ACCOUNTS
from engagement.sandbox.faults import Fault
from engagement.sandbox.server import serve
from engagement.sandbox.world import World
from engagement.values import App, Credentials, Draft

START = datetime(2026, 8, 1, 12, tzinfo=UTC)
LATER = START + timedelta(days=3)


class Before:
    """A world, and our account in it as an adapter sees it."""

    def __init__(self, world, address, name, folder):
        self.world, self.address, self.name, self.folder = world, address, name, folder
        self.adapter_class = ADAPTERS[name]
        self.account = next(one for one in ACCOUNTS if one.platform == self.adapter_class.platform)

    def adapter(self, **changes):
        tokens = self.world.tokens_of(self.account, self.name)
        credentials = Credentials(
            platform_user_id=self.account.user_id,
            handle=self.account.handle,
            access_token=tokens.access,
            refresh_token=tokens.refresh or "",
            app=App(id="client", secret="secret-of-the-app"),
        )
        return self.adapter_class(replace(credentials, **changes), f"{self.address}/{self.account.platform}")

    def draft(self, kind, *names, caption="Fresh figs: example.com/figs & more", is_local=True):
        files = tuple(self.folder / name for name in names)
        for file in files:
            file.write_bytes(b"x" * 6_000_000 if file.suffix == ".mp4" else b"\x89PNG\r\n\x1a\n")
        urls = () if is_local else tuple(f"https://media.example/{name}" for name in names)
        return Draft(media_kind=kind, caption=caption, media_files=files, media_urls=urls)


@pytest.fixture
def before(request, tmp_path) -> Iterator[Before]:
    world = World(7, now=START)
    with serve(world) as address:
        yield Before(world, address, request.param, tmp_path)


def on(*names):
    return pytest.mark.parametrize("before", names, indirect=True)


def publish(adapter, draft):
    """Until it has its id, as the next runs would."""
    published = adapter.publish(draft)
    for _ in range(20):
        if published.platform_post_id:
            break
        published = adapter.resume(published.publish_id, draft)
    return published


@on("twitter")
@pytest.mark.parametrize(
    ("kind", "names"),
    [("image", ["a.png"]), ("carousel", ["a.png", "b.png", "c.png", "d.png"]), ("video", ["v.mp4"])],
    ids=["image", "carousel", "video"],
)
def test_x_takes_media_of_every_kind(before, kind, names):
    published = publish(before.adapter(), before.draft(kind, *names))

    post = before.world.posts["twitter", published.platform_post_id]
    assert len(post.extra["media"]) == len(names)


@on("tiktok")
def test_tiktok_takes_a_file_that_has_no_address(before):
    published = publish(before.adapter(), before.draft("video", "v.mp4"))

    assert ("tiktok", published.platform_post_id) in before.world.posts


@on("instagram", "instagram_facebook_login", "facebook")
@pytest.mark.parametrize(
    ("kind", "names"),
    [("image", ["a.jpg"]), ("carousel", ["a.jpg", "b.jpg", "c.jpg"]), ("video", ["v.mp4"])],
    ids=["image", "carousel", "video"],
)
def test_meta_takes_media_of_every_kind(before, kind, names):
    published = publish(before.adapter(), before.draft(kind, *names, is_local=False))

    post = before.world.posts[before.account.platform, published.platform_post_id]
    assert before.world.create_calls == {before.account.user_id: 1}
    assert post.text == "Fresh figs: example.com/figs & more"


@on("instagram", "instagram_facebook_login")
def test_instagram_takes_a_carousel_with_a_video_in_it_and_its_label(before):
    published = publish(before.adapter(), before.draft("carousel", "a.jpg", "v.mp4", is_local=False))

    assert before.world.posts["instagram", published.platform_post_id].extra["ai"] is True


@on("instagram", "instagram_facebook_login")
def test_instagram_reads_posts_of_mixed_types_with_all_that_each_has(before):
    adapter = before.adapter()
    drafts = [before.draft(kind, name, is_local=False) for kind, name in [("image", "a.jpg"), ("video", "v.mp4")] * 2]
    ids = [publish(adapter, draft).platform_post_id for draft in drafts]
    before.world.move_clock(LATER)

    metrics = adapter.fetch_metrics(ids)

    images, videos = [metrics[one] for one in ids[::2]], [metrics[one] for one in ids[1::2]]
    assert all(one.profile_visits is not None and one.follows is not None for one in images)
    assert all(one.total_watch_seconds > 0 and 0 < one.video_skip_rate <= 100 for one in videos)
    assert all(one.reposts is not None and one.saves is not None for one in metrics.values())
    assert {place for place, _ in adapter.refused} == {"list"}


@on("facebook")
def test_facebook_reads_a_video_with_its_times(before):
    adapter = before.adapter()
    post_id = publish(adapter, before.draft("video", "v.mp4", is_local=False)).platform_post_id
    before.world.move_clock(LATER)

    metrics = adapter.fetch_metrics([post_id])[post_id]

    assert metrics.average_watch_seconds > 0
    assert metrics.total_watch_seconds >= metrics.average_watch_seconds
    assert metrics.follows is not None


@on("instagram", "instagram_facebook_login")
def test_instagram_account_comes_with_its_audience(before):
    facts = before.adapter().fetch_account()

    assert (facts.followers, facts.handle) == (before.account.followers, before.account.handle)
    assert set(facts.audience) == {"country", "city", "age,gender"}


@on("facebook")
def test_token_of_a_page_has_no_end(before):
    with pytest.raises(errors.UnsupportedFeature):
        before.adapter().refresh()


@on("instagram", "instagram_facebook_login", "facebook", "twitter", "tiktok", "tiktok_business")
def test_post_whose_answer_was_lost_is_found_by_its_words(before):
    kind, names = ("text", ()) if before.name in ("facebook", "twitter") else ("video", ("v.mp4",))
    draft = before.draft(kind, *names, is_local=False)
    adapter = before.adapter()
    published = publish(adapter, draft)

    found = adapter.find(draft, since=START, known=frozenset())

    assert (found.platform_post_id, found.url) == (published.platform_post_id, published.url)
    assert adapter.find(draft, since=START, known=frozenset({found.platform_post_id})) is None
    other = replace(draft, caption="Other words")
    if adapter.lists_at_once(draft):
        # It could be sent again by itself, so something strange on the list has to be looked at by a person.
        with pytest.raises(errors.OutcomeUnknown):
            adapter.find(other, since=START, known=frozenset())
    else:
        assert adapter.find(other, since=START, known=frozenset()) is None


@on("instagram", "instagram_facebook_login", "twitter", "tiktok", "tiktok_business")
def test_new_tokens_work_and_old_ones_do_not(before):
    old = before.adapter()

    tokens = old.refresh()

    facts = before.adapter(access_token=tokens.access_token).fetch_account()
    assert (facts.followers, facts.handle) == (before.account.followers, before.account.handle)
    assert bool(tokens.refresh_token) == (before.account.platform != "instagram")
    assert tokens.expires_in
    with pytest.raises(errors.AuthenticationFailed):
        old.fetch_account()
    with pytest.raises(errors.AuthenticationFailed):
        old.refresh()


@on("instagram", "instagram_facebook_login", "facebook", "twitter", "tiktok_business")
def test_whole_look_shows_what_was_deleted(before):
    adapter = before.adapter()
    kind, names = ("text", ()) if before.name in ("facebook", "twitter") else ("video", ("v.mp4",))
    post_id = publish(adapter, before.draft(kind, *names, is_local=False)).platform_post_id
    before.world.move_clock(LATER)

    visible = adapter.fetch_interactions(post_id, frozenset(), everything=True)

    world = {one.comment_id for one in before.world.comments(before.world.posts[before.account.platform, post_id])}
    told = [one for one in visible.interactions if one.kind in ("comment", "reply")]
    assert {one.platform_id for one in told} == world
    assert any(one.signals for one in told)
    if before.name != "twitter":
        assert visible.whole == {"comment", "reply"}


@on("tiktok_business")
def test_numbers_of_business_come_with_the_audience(before):
    adapter = before.adapter()
    post_id = publish(adapter, before.draft("video", "v.mp4", is_local=False)).platform_post_id
    before.world.move_clock(LATER)

    metrics = adapter.fetch_metrics([post_id])[post_id]

    assert metrics.average_watch_seconds > 0
    assert 0 <= metrics.video_completion_rate <= 100
    assert sum(metrics.audience["country"].values()) <= metrics.reach
    assert adapter.refused == set()


@on("twitter")
def test_limit_of_one_list_is_raised_with_its_wait(before):
    adapter = before.adapter()
    post_id = publish(adapter, before.draft("text")).platform_post_id
    before.world.faults.add(Fault("rate_limit", platform="twitter", seconds=600))

    with pytest.raises(errors.RateLimited) as limited:
        adapter.fetch_interactions(post_id, frozenset())

    assert limited.value.retry_after == pytest.approx(601, abs=2)


@on("twitter")
def test_x_tells_the_follows_of_a_young_video_and_how_long_it_was_watched(before, settings):
    settings.X_ANALYTICS = True
    before.world.move_clock(timezone.now() - timedelta(days=2))
    before.world.renew(before.account, before.name)
    with before.adapter() as adapter:
        post_id = publish(adapter, before.draft("video", "figs.mp4")).platform_post_id
    before.world.move_clock(timezone.now())
    before.world.renew(before.account, before.name)

    with before.adapter() as adapter:
        metrics = adapter.fetch_metrics([post_id])[post_id]

    assert metrics.follows is not None
    assert metrics.video_views > metrics.total_watch_seconds / 60 > 0
    assert metrics.video_completion_rate == pytest.approx(24, abs=1)
