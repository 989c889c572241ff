"""Scenes planted in the sandbox: equal seeds give equal scenes, every platform shows them, and the truth knows them."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from engagement.sandbox.accounts import PLATFORMS
from engagement.sandbox.audience import BOT, GENUINE, PERSONA
from engagement.sandbox.push import comments_between
from engagement.sandbox.scene_kinds import KINDS
from engagement.sandbox.world import World
from engagement.tests.sandbox_client import MORNING, open_sandbox
from engagement.tests.sandbox_twitter import replies

EVERY_KIND = pytest.mark.parametrize("kind", KINDS)
EVERYWHERE = pytest.mark.parametrize("platform", PLATFORMS)
DAY = timedelta(days=1)
INNOCENT = ("viral", "regulars", "giveaway")


def plant(sandbox, kind, posts, **asked):
    answer = sandbox.ask("POST", "/sandbox/scenes", json={"kind": kind, "posts": posts, **asked})
    assert answer.status == 200, answer.text
    return answer.body


def planted(sandbox, kind, platform="instagram", posts=1, **asked):
    """The ids of new posts with a scene, a day later."""
    account = sandbox.account(platform)
    ids = [sandbox.published(account) for _ in range(posts)]
    plant(sandbox, kind, ids, **asked)
    sandbox.wait(days=1)
    return ids


def brought(world):
    """Every comment a scene brought, by post: those that the same world has not got without it."""
    bare = World(world.seed, MORNING)
    for post in world.posts.values():
        bare.publish(post.account, kind=post.kind, text=post.text, at=post.published_at)
    drawn = {one.comment_id for post in bare.posts.values() for one in post.life.comments}
    return [[one for one in post.life.comments if one.comment_id not in drawn] for post in world.posts.values()]


def life(world):
    return [(post.post_id, post.life) for post in world.posts.values()]


# Equal and apart


@EVERY_KIND
def test_equal_requests_to_equal_worlds_give_equal_scenes(kind):
    with open_sandbox() as one, open_sandbox() as other:
        planted(one, kind, "twitter", posts=2)
        planted(other, kind, "twitter", posts=2)

        assert life(one.world) == life(other.world)


@EVERY_KIND
def test_scene_changes_nothing_that_was_seen_before(sandbox, kind):
    account = sandbox.account("instagram")
    post_id = sandbox.published(account)
    sandbox.wait(hours=9)
    before = sandbox.ask("GET", "/sandbox/truth?platform=instagram").body

    plant(sandbox, kind, [post_id])

    assert sandbox.ask("GET", "/sandbox/truth?platform=instagram").body == before


@EVERY_KIND
def test_other_posts_live_as_if_there_were_no_scene(kind):
    with open_sandbox() as one, open_sandbox() as other:
        ids = [one.published(one.account("facebook")) for _ in range(2)]
        assert [other.published(other.account("facebook")) for _ in range(2)] == ids

        plant(one, kind, ids[:1])

        assert one.world.posts["facebook", ids[1]].life == other.world.posts["facebook", ids[1]].life


@EVERY_KIND
def test_ledger_brings_scenes_back(tmp_path, kind):
    path = tmp_path / "ledger.jsonl"
    with open_sandbox() as sandbox:
        account = sandbox.account("twitter")
    before = World(7, MORNING, path)
    post = before.publish(account, kind="text", text="kept", at=MORNING + timedelta(seconds=1, microseconds=7))
    before.move_clock(MORNING + timedelta(hours=2, microseconds=3))
    before.plant([post], kind, 12, 3.5)

    after = World(7, MORNING, path)

    assert life(after) == life(before)
    assert after.planted == before.planted


# What every platform shows


@EVERYWHERE
@EVERY_KIND
def test_comments_of_a_scene_are_shown_and_counted(sandbox, platform, kind):
    account, ids = sandbox.account(platform), planted(sandbox, kind, platform, posts=2, size=KINDS[kind].least + 2)

    truth = sandbox.ask("GET", f"/sandbox/truth?platform={platform}").body

    shown = {key: text for one in ids for key, text in _COMMENTS[platform](sandbox, account, one).items()}
    said = [one for some in brought(sandbox.world) for one in some if one.after <= DAY.total_seconds()]
    assert set(shown) == set(truth["interactions"][platform])
    assert [one.text for one in said if not shown[one.comment_id].endswith(one.text)] == []
    assert bool(said) is (kind != "bought_likes")


def on_instagram(sandbox, account, post_id):
    found, query = dict[str, str](), {"fields": "id,text,replies{id,text}", "limit": "50"}
    while True:
        page = sandbox.ask("GET", f"/instagram/v26.0/{post_id}/comments", account, query=query).body
        if not page["data"]:
            return found
        query["after"] = page["paging"]["cursors"]["after"]
        for one in page["data"]:
            found |= {each["id"]: each["text"] for each in (one, *one.get("replies", {"data": []})["data"])}


def on_facebook(sandbox, account, post_id):
    query = {"filter": "stream", "limit": 100}
    page = sandbox.ask("GET", f"/facebook/v26.0/{post_id}/comments", account, query=query).body
    return {one["id"]: one["message"] for one in page["data"]}


def on_twitter(sandbox, account, post_id):
    return {one["id"]: one["text"] for one in replies(sandbox, account, post_id).get("data", [])}


def on_tiktok(sandbox, account, post_id):
    return {one["comment_id"]: one["text"] for one in tiktok_comments(sandbox, account, post_id)}


def tiktok_comments(sandbox, account, post_id):
    token, found, cursor, more = sandbox.world.tokens_of(account, "tiktok_business").access, [], 0, True
    path = "/tiktok/open_api/v1.3/business/comment/list/"
    query = {"business_id": account.user_id, "video_id": post_id, "sort_field": "create_time"}
    while more:
        asked = query | {"cursor": cursor, "max_count": 30, "include_replies": "true"}
        data = sandbox.ask("GET", path, headers={"Access-Token": token}, query=asked).body["data"]
        found += [each for one in data["comments"] for each in (one, *one.get("reply_list", []))]
        cursor, more = data["cursor"], data["has_more"]
    return found


_COMMENTS = {"instagram": on_instagram, "facebook": on_facebook, "twitter": on_twitter, "tiktok": on_tiktok}


def likes_on(sandbox, platform, post_id):
    account = sandbox.account(platform)
    if platform == "instagram":
        return sandbox.ask("GET", f"/instagram/v26.0/{post_id}?fields=like_count", account).body["like_count"]
    if platform == "facebook":
        fields = "fields=reactions.limit(0).summary(total_count)"
        found = sandbox.ask("GET", f"/facebook/v26.0/{post_id}?{fields}", account).body
        return found["reactions"]["summary"]["total_count"]
    if platform == "twitter":
        found = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}?tweet.fields=public_metrics", account).body
        return found["data"]["public_metrics"]["like_count"]
    body = {"filters": {"video_ids": [post_id]}}
    found = sandbox.ask("POST", "/tiktok/v2/video/query/?fields=id,like_count", account, json=body).body
    return found["data"]["videos"][0]["like_count"]


@EVERYWHERE
def test_bought_likes_jump_and_are_partly_taken_back(sandbox, platform):
    account = sandbox.account(platform)
    post_id = sandbox.published(account)
    sandbox.wait(hours=20)
    before = likes_on(sandbox, platform, post_id)
    plant(sandbox, "bought_likes", [post_id], size=1_000)

    sandbox.wait(hours=1)
    bought = likes_on(sandbox, platform, post_id)
    sandbox.wait(days=5)
    left = likes_on(sandbox, platform, post_id)

    truth = sandbox.ask("GET", f"/sandbox/truth?platform={platform}").body["posts"][platform][post_id]
    assert bought - before >= 1_000
    assert 500 < truth["bot"]["likes"] < 750
    assert left == sum(truth[name]["likes"] for name in (GENUINE, BOT, PERSONA))


def test_bought_likes_on_x_are_by_young_accounts_with_empty_profiles(sandbox):
    (post_id,) = planted(sandbox, "bought_likes", "twitter", size=60)
    account = sandbox.account("twitter")

    truth = sandbox.ask("GET", "/sandbox/truth?platform=twitter").body["people"]["twitter"][post_id]["likes"]
    fields = "user.fields=created_at,description,public_metrics&max_results=100"
    shown = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/liking_users?{fields}", account).body["data"]

    bought = [one for one in shown if truth[one["id"]] == BOT and not one["description"]]
    assert len(bought) >= 60
    for one in bought:
        assert MORNING - datetime.fromisoformat(one["created_at"]).astimezone(UTC) < timedelta(days=31)
        assert one["public_metrics"]["followers_count"] < 25
    assert {one["id"] for one in shown} <= set(truth)


def test_people_of_a_scene_can_be_looked_up_on_x(sandbox):
    planted(sandbox, "raid", "twitter", size=20)
    account = sandbox.account("twitter")
    (raiders,) = brought(sandbox.world)

    wanted = ",".join(one.author.user_id for one in raiders)
    answer = sandbox.ask("GET", f"/twitter/2/users?ids={wanted}", account).body

    found = {one["id"] for one in answer["data"]} | {one["value"] for one in answer.get("errors", [])}
    assert found == {one.author.user_id for one in raiders}


def test_pod_likes_and_reposts_on_x(sandbox):
    ids = planted(sandbox, "pod", "twitter", posts=4)
    account = sandbox.account("twitter")

    people = sandbox.ask("GET", "/sandbox/truth?platform=twitter").body["people"]["twitter"]

    for post_id in ids:
        bots = {one for one, truth in people[post_id]["shares"].items() if truth == BOT}
        shown = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/retweeted_by", account).body["data"]
        quotes = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/quote_tweets?tweet.fields=author_id", account).body
        quoting = {one["author_id"] for one in quotes.get("data", [])}
        assert bots <= {one["id"] for one in shown} | quoting
        assert bots <= {one for one, truth in people[post_id]["likes"].items() if truth == BOT}
        assert bots


@EVERYWHERE
def test_comments_of_a_scene_are_pushed_when_they_are_made(sandbox, platform):
    start = sandbox.world.time()
    planted(sandbox, "raid", platform, size=20)

    pushed = comments_between(sandbox.world, platform, start, sandbox.world.time())

    (said,) = brought(sandbox.world)
    assert {one.comment_id for one in said} <= {comment.comment_id for _, comment in pushed}


@EVERYWHERE
def test_scenes_and_comments_by_hand_share_a_post(sandbox, platform):
    post_id = sandbox.published(sandbox.account(platform))
    for kind in KINDS:
        plant(sandbox, kind, [post_id], size=KINDS[kind].least)
        sandbox.ask("POST", "/sandbox/comments", json={"post": post_id, "platform": platform, "text": f"after {kind}"})
    sandbox.wait(days=1)

    found = sandbox.world.comments(sandbox.world.posts[platform, post_id])

    assert {f"after {kind}" for kind in KINDS} <= {one.text for one in found}
    assert len({one.comment_id for one in found}) == len(found)
    assert [one.after for one in found] == sorted(one.after for one in found)


# Who they are and what they do


def test_campaign_says_one_thing_in_many_words_and_languages(sandbox):
    planted(sandbox, "campaign", posts=4, size=40)
    said = [one for some in brought(sandbox.world) for one in some]

    writers = {one.author.user_id for one in said}
    everywhere = {writer for writer in writers if sum(one.author.user_id == writer for one in said) > 1}
    assert {one.truth for one in said} == {BOT}
    assert len(writers) == 40
    assert len(everywhere) > 15
    assert len({one.text for one in said}) > 0.9 * len(said)
    assert max(one.after for one in said) - min(one.after for one in said) > 5 * 3600
    assert any("\u200b" in one.text for one in said)


def test_members_of_a_pod_come_within_seconds_to_every_post(sandbox):
    planted(sandbox, "pod", posts=6)
    posts = brought(sandbox.world)

    for said in posts:
        moments = sorted(one.after for one in said)
        assert moments[-1] - moments[0] <= 45
    visits = [one.author.user_id for said in posts for one in said]
    assert len(visits) > 4 * len(set(visits))


def test_raid_lasts_two_minutes_and_repeats_no_words(sandbox):
    planted(sandbox, "raid", size=150)
    (said,) = brought(sandbox.world)

    moments = sorted(one.after for one in said)
    assert moments[-1] - moments[0] <= 120
    assert len({one.text.lower() for one in said}) > 140
    assert all(MORNING - one.author.created_at < timedelta(days=21) for one in said)
    assert all(one.author.bio == "" for one in said)


@EVERYWHERE
def test_personas_keep_their_id_when_they_take_another_handle(sandbox, platform):
    planted(sandbox, "personas", platform, posts=2, size=8)
    said = [one for some in brought(sandbox.world) for one in some]

    handles = dict[str, set[str]]()
    for one in said:
        handles.setdefault(one.author.user_id, set()).add(one.author.handle)
    assert {one.truth for one in said} == {PERSONA}
    assert handles
    assert all(len(some) == 2 for some in handles.values())


def test_tiktok_identifies_a_person_by_the_same_words_after_a_rename(sandbox):
    (post_id,) = planted(sandbox, "personas", "tiktok", size=8)

    shown = tiktok_comments(sandbox, sandbox.account("tiktok"), post_id)

    ours = {one.comment_id for one in brought(sandbox.world)[0]}
    told = [one for one in shown if one["comment_id"] in ours]
    assert len({one["username"] for one in told}) == 2
    assert len({one["unique_identifier"] for one in told}) == len({one["user_id"] for one in told}) == 1


@pytest.mark.parametrize("kind", INNOCENT)
def test_innocent_scenes_bring_people_alone(sandbox, kind):
    planted(sandbox, kind, posts=2)

    said = [one for some in brought(sandbox.world) for one in some]

    assert {one.truth for one in said} == {GENUINE}
    assert not any(one.author.throw_away for one in said)


def test_viral_post_repeats_itself_and_reaches_more_than_react(sandbox):
    (post_id,) = planted(sandbox, "viral", size=600)
    (said,) = brought(sandbox.world)

    truth = sandbox.ask("GET", "/sandbox/truth?platform=instagram").body["posts"]["instagram"][post_id]
    repeated = len(said) - len({one.text.casefold().strip("! ") for one in said})
    busiest = min(b.after - a.after for a, b in zip(said, said[10:], strict=False))
    assert len(said) > 600
    assert repeated > 100
    assert busiest < 120
    assert truth["reach"] > 10 * sum(truth[GENUINE].values())


def test_regulars_come_back_to_every_post(sandbox):
    planted(sandbox, "regulars", posts=4, size=10)

    writers = [{one.author.user_id for one in said} for said in brought(sandbox.world)]

    assert all(len(a & b) >= 5 for a, b in pairwise(writers))


def test_giveaway_is_one_word_many_times(sandbox):
    planted(sandbox, "giveaway")
    (said,) = brought(sandbox.world)

    texts = [one.text.casefold() for one in said]

    assert max(texts.count(one) for one in texts) > 20


# Asking for them


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        pytest.param({"kind": "party"}, "kind", id="unknown-kind"),
        pytest.param({"kind": None}, "kind", id="no-kind"),
        pytest.param({"posts": []}, "posts", id="no-posts"),
        pytest.param({"posts": "1"}, "posts", id="not-a-list"),
        pytest.param({"posts": ["1"]}, "posts", id="unknown-post"),
        pytest.param({"posts": [None]}, "posts", id="nothing-as-post"),
        pytest.param({"size": 5_001}, "size", id="too-large"),
        pytest.param({"size": 9}, "size", id="too-small-for-its-kind"),
        pytest.param({"hours": 0}, "hours", id="no-time"),
        pytest.param({"hours": "1"}, "hours", id="text-hours"),
        pytest.param({"platform": "x"}, "platform", id="unknown-platform"),
        pytest.param({"colour": 1}, "colour", id="unknown-field"),
    ],
)
def test_bad_request_for_a_scene_names_the_field(sandbox, changes, field):
    post_id = sandbox.published(sandbox.account("instagram"))

    answer = sandbox.ask("POST", "/sandbox/scenes", json={"kind": "viral", "posts": [post_id]} | changes)

    assert (answer.status, answer.body["error"]["field"]) == (400, field)


def test_scene_on_posts_of_two_accounts_is_refused(sandbox):
    ids = [sandbox.published(sandbox.account("instagram", persona)) for persona in ("lina", "maya")]

    answer = sandbox.ask("POST", "/sandbox/scenes", json={"kind": "pod", "posts": ids})

    assert (answer.status, answer.body["error"]["field"]) == (400, "posts")


def test_scenes_are_listed_with_their_kinds(sandbox):
    post_id = sandbox.published(sandbox.account("facebook"))
    scene = plant(sandbox, "pod", [post_id, post_id], hours=2)

    told = sandbox.ask("GET", "/sandbox/scenes").body

    assert set(told["kinds"]) == set(KINDS)
    assert told["planted"] == [scene]
    assert (scene["posts"], scene["size"], scene["hours"]) == ([post_id], KINDS["pod"].size, 2)


def test_page_tells_every_kind_of_scene(sandbox):
    page = sandbox.ask("GET", "/").text

    assert [kind for kind in KINDS if f"<code>{kind}</code>" not in page] == []
