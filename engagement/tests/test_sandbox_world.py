"""The world behind the sandbox: equal seeds, tastes, curves, raids, and the ledger that survives a restart."""

from datetime import UTC, datetime, timedelta

import pytest

from engagement.sandbox.accounts import ACCOUNTS, PERSONAS
from engagement.sandbox.audience import BAD_HOUR, BEST_HOUR, BOT, DISLIKED_TAG, GENUINE, HOURS, PERSONA
from engagement.sandbox.world import World

START = datetime(2026, 8, 3, 6, 30, tzinfo=UTC)
LATER = START + timedelta(days=4)


def account(platform, persona="lina"):
    return next(one for one in ACCOUNTS if (one.platform, one.persona.slug) == (platform, persona))


def filled(seed=7, posts=60, platform="instagram"):
    world = World(seed, START)
    for number in range(posts):
        world.publish(account(platform), kind="image", text=f"post {number}")
    world.move_clock(LATER)
    return world


def facts(world, post):
    comments = [(comment.comment_id, comment.text, comment.author.user_id) for comment in world.comments(post)]
    return post.post_id, world.reach(post), world.count(post, "like"), comments


def test_world_with_equal_seeds_repeats_a_day_whatever_the_order():
    one, other = World(3, START), World(3, START)
    instagram, tiktok = account("instagram"), account("tiktok")

    first = [one.publish(instagram, kind="image", text="a"), one.publish(tiktok, kind="video", text="b")]
    second = [other.publish(tiktok, kind="video", text="b"), other.publish(instagram, kind="image", text="a")]
    one.move_clock(LATER)
    other.move_clock(LATER)

    assert [facts(one, post) for post in first] == [facts(other, post) for post in reversed(second)]


def test_world_with_other_seed_draws_another_day():
    one, other = filled(seed=3, posts=1), filled(seed=4, posts=1)

    drawn = [facts(world, next(iter(world.posts.values()))) for world in (one, other)]

    assert drawn[0] != drawn[1]


@pytest.mark.parametrize("seed", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("persona", PERSONAS)
def test_effects_keep_their_promises(seed, persona):
    effects = World(seed, START).effects[persona]

    assert len(effects.liked_hashtags) == 2
    assert all(1.5 <= factor <= 2.0 for factor in effects.liked_hashtags.values())
    assert list(effects.disliked_hashtags.values()) == [DISLIKED_TAG]
    assert {effects.best_hour, effects.bad_hour} < set(HOURS)
    assert effects.best_hour != effects.bad_hour


def test_effects_multiply_for_hashtag_hour_and_kind():
    effects = World(7, START).effects["lina"]
    (tag, lift), (disliked, drop) = (*effects.liked_hashtags.items(),)[0], (*effects.disliked_hashtags.items(),)[0]

    best = effects.factor(hashtags=[tag], hour=effects.best_hour, kind="video")
    worst = effects.factor(hashtags=[disliked], hour=effects.bad_hour, kind="video")

    assert (best, worst) == (lift * BEST_HOUR, drop * BAD_HOUR)


def test_engagement_decays_with_half_in_about_eight_hours():
    world = filled(posts=0)
    world.publish(account("instagram"), kind="image", text="one")
    post = next(iter(world.posts.values()))

    shares = [post.life.count("like", hours * 3600) / post.life.count("like", 1e9) for hours in (0, 8, 72)]

    assert shares[0] == 0
    assert 0.35 < shares[1] < 0.65
    assert shares[2] > 0.97


def test_engagement_rates_lie_where_rules_expect_them():
    world = filled(posts=200)

    rates = [
        sum(world.count(post, kind, GENUINE) for kind in ("like", "comment", "share", "save")) / world.reach(post)
        for post in world.posts.values()
    ]

    assert 0.015 < sorted(rates)[100] < 0.06
    assert min(rates) > 0.003


def test_comments_hold_fans_bots_and_personas_in_moderate_numbers():
    world = filled(posts=200)
    truths = [comment.truth for post in world.posts.values() for comment in world.comments(post)]

    assert {*truths} == {GENUINE, BOT, PERSONA}
    assert truths.count(BOT) / len(truths) < 0.25
    assert len(truths) / 200 < 25


def test_bot_ridden_posts_carry_a_burst_of_near_identical_comments():
    world = filled(posts=200)
    ridden = [post for post in world.posts.values() if post.life.bot_ridden]

    bursts = [sorted(comment.after for comment in post.life.comments if comment.truth == BOT) for post in ridden]

    assert 0.05 < len(ridden) / 200 < 0.2
    assert all(len(burst) >= 6 for burst in bursts)
    assert all(any(b - a <= 120 for a, b in zip(burst, burst[5:], strict=False)) for burst in bursts)


def test_bots_come_back_to_other_posts():
    world = filled(posts=200)

    authors = [
        comment.author.user_id
        for post in world.posts.values()
        for comment in post.life.comments
        if comment.truth == BOT
    ]

    assert len(set(authors)) < len(authors) / 2


def test_persona_comments_carry_the_id_of_the_other_account():
    world = filled(posts=100)

    authors = {
        comment.author.user_id
        for post in world.posts.values()
        for comment in post.life.comments
        if comment.truth == PERSONA
    }

    assert authors == {account("instagram", "maya").user_id}


def test_innocent_fans_write_fire_and_check_too():
    world = filled(posts=200)

    texts = [
        comment.text for post in world.posts.values() for comment in post.life.comments if comment.truth == GENUINE
    ]

    assert any("🔥🔥🔥" in text for text in texts)
    assert any("check" in text.lower() for text in texts)
    assert len(set(texts)) / len(texts) > 0.5


def test_clock_refuses_to_go_back():
    world = World(7, START)

    with pytest.raises(ValueError, match="forward"):
        world.move_clock(START - timedelta(seconds=1))


def test_world_without_zone_is_refused():
    with pytest.raises(ValueError, match="time zone"):
        World(7, datetime(2026, 8, 3, tzinfo=UTC).replace(tzinfo=None))


def test_ledger_brings_posts_tokens_and_clock_back(tmp_path):
    path = tmp_path / "ledger.jsonl"
    before = World(7, START, path)
    kept = before.publish(account("instagram"), kind="image", text="kept")
    gone = before.publish(account("instagram"), kind="image", text="gone")
    before.delete(gone)
    tokens = before.renew(account("tiktok"))
    before.move_clock(LATER)

    after = World(7, START, path)

    assert facts(after, after.posts["instagram", kept.post_id]) == facts(before, kept)
    assert after.post("instagram", gone.post_id) is None
    assert after.tokens_of(account("tiktok")).access == tokens.access
    assert after.time() == LATER


def test_ledger_of_another_seed_wins_over_the_seed_given(tmp_path):
    path = tmp_path / "ledger.jsonl"
    before = World(8, START, path)
    post = before.publish(account("twitter"), kind="text", text="kept")

    after = World(7, START, path)

    assert after.seed == 8
    assert facts(after, after.posts["twitter", post.post_id]) == facts(before, post)


def test_ledger_with_a_torn_last_line_is_still_read(tmp_path):
    path = tmp_path / "ledger.jsonl"
    World(7, START, path).publish(account("twitter"), kind="text", text="kept")
    with path.open("a", encoding="utf-8") as file:
        file.write('{"entry": "post", "user_')

    assert len(World(7, START, path).posts) == 1


@pytest.mark.parametrize("platform", ["instagram", "tiktok"])
def test_ledger_remembers_the_request_behind_a_post(tmp_path, platform):
    path = tmp_path / "ledger.jsonl"
    extra = {"request": "1788", "privacy": "PUBLIC_TO_EVERYONE"}
    post = World(7, START, path).publish(account(platform), kind="video", text="kept", extra=extra)

    after = World(7, START, path)

    assert after.pending[platform, "1788"].post_id == post.post_id


def test_some_comments_answer_an_earlier_one():
    world = filled(posts=60)

    answers = [(post, one) for post in world.posts.values() for one in post.life.comments if one.parent]

    for post, one in answers:
        (parent,) = [other for other in post.life.comments if other.comment_id == one.parent]
        assert parent.after <= one.after
        assert parent.parent == ""
    comments = sum(len(post.life.comments) for post in world.posts.values())
    assert 0.05 < len(answers) / comments < 0.2


@pytest.mark.parametrize(("platform", "has_unnamed"), [("instagram", True), ("facebook", True), ("twitter", False)])
def test_meta_alone_names_some_authors_by_no_id(platform, has_unnamed):
    world = filled(posts=60, platform=platform)

    unnamed = [one for post in world.posts.values() for one in post.life.comments if not one.is_signed]

    assert bool(unnamed) is has_unnamed
    assert all(one.truth != PERSONA for one in unnamed)


def test_ledger_remembers_comments_edits_and_lowered_counts(tmp_path):
    path = tmp_path / "ledger.jsonl"
    before = World(7, START, path)
    post = before.publish(account("facebook"), kind="text", text="kept")
    made = before.add_comment(post, "hello", "ann", GENUINE)
    before.edit_comment(post, made.comment_id, {"text": "goodbye"})
    before.move_clock(LATER)
    before.lower(post, "like", 3)

    after = World(7, START, path)

    again = after.posts["facebook", post.post_id]
    assert facts(after, again) == facts(before, post)
    assert "goodbye" in {one.text for one in after.comments(again)}


def test_scheduled_post_is_seen_from_its_time_on():
    world = World(7, START)
    post = world.publish(account("facebook"), kind="text", text="later", at=START + timedelta(hours=1))

    before = world.post("facebook", post.post_id)
    world.move_clock(START + timedelta(hours=1))

    assert before is None
    assert world.posts_of(account("facebook")) == [post]
