"""X in miniature: lookup, timelines, conversations, quotes and numbers."""

import pytest

from engagement.sandbox.audience import BOT
from engagement.tests.sandbox_twitter import analysed, post, processed, replies, timeline, upload


@pytest.fixture
def account(sandbox):
    return sandbox.account("twitter")


def popular(sandbox, account):
    """The id of a post that was shared often."""
    ids = [sandbox.published(account) for _ in range(12)]
    sandbox.wait(days=5)
    return max(ids, key=lambda one: sandbox.world.count(sandbox.world.post("twitter", one), "share"))


def test_lookup_names_missing_ids_beside_the_data(sandbox, account):
    post_id = sandbox.published(account)

    answer = sandbox.ask("GET", f"/twitter/2/tweets?ids={post_id},456&tweet.fields=public_metrics", account)

    assert answer.status == 200
    assert [one["id"] for one in answer.body["data"]] == [post_id]
    assert set(answer.body["data"][0]["public_metrics"]) == {
        "retweet_count",
        "reply_count",
        "like_count",
        "quote_count",
        "bookmark_count",
        "impression_count",
    }
    assert answer.body["errors"][0]["type"].endswith("/resource-not-found")


def test_lookup_without_a_hit_has_no_data(sandbox, account):
    answer = sandbox.ask("GET", "/twitter/2/tweets?ids=456", account)

    assert (answer.status, set(answer.body)) == (200, {"errors"})


def test_new_spelling_is_answered_in_kind(sandbox, account):
    post_id = sandbox.published(account)

    found = sandbox.ask("GET", f"/twitter/2/tweets?ids={post_id}&post.fields=public_metrics", account).body["data"][0]

    assert "repost_count" in found["public_metrics"]
    assert found["edit_history_post_ids"] == [post_id]


@pytest.mark.parametrize(("days", "denied"), [(1, False), (31, True)], ids=["young", "old"])
def test_owner_metrics_end_after_thirty_days(sandbox, account, days, denied):
    post_id = sandbox.published(account)
    sandbox.wait(days=days)

    answer = sandbox.ask("GET", f"/twitter/2/tweets?ids={post_id}&tweet.fields=non_public_metrics", account)

    assert ("errors" in answer.body) is denied
    assert ("non_public_metrics" in answer.body["data"][0]) is not denied


def test_search_finds_replies_with_their_authors(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=3)

    found = replies(sandbox, account, post_id)
    users = {user["id"]: user for user in found["includes"]["users"]}

    assert found["meta"]["result_count"] == len(found["data"])
    assert found["meta"]["newest_id"] == found["data"][0]["id"]
    assert all(one["author_id"] in users for one in found["data"])
    assert all("followers_count" in user["public_metrics"] for user in users.values())


def test_suspended_author_is_missing_beside_the_reply(sandbox, account):
    for _ in range(40):
        sandbox.published(account)
    sandbox.wait(days=3)

    pages = [replies(sandbox, account, one) for _, one in sandbox.world.posts]
    errors = [error for page in pages for error in page.get("errors", [])]
    shown = {user["id"] for page in pages for user in page["includes"]["users"]}
    authors = {one["author_id"] for page in pages for one in page["data"]}
    asked = sandbox.ask("GET", f"/twitter/2/users/{errors[0]['value']}", account)

    assert {error["value"] for error in errors} == authors - shown
    assert errors[0]["detail"].startswith("User has been suspended")
    assert "data" not in asked.body


def test_replies_answer_each_other(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=3)
    found = {one["id"]: one for one in replies(sandbox, account, post_id)["data"]}

    nested = [one for one in found.values() if one["referenced_tweets"] != [{"type": "replied_to", "id": post_id}]]
    parents = [found[one["referenced_tweets"][0]["id"]] for one in nested]
    wanted = {"ids": parents[0]["id"], "tweet.fields": "public_metrics,conversation_id"}
    parent = sandbox.ask("GET", "/twitter/2/tweets", account, query=wanted).body["data"][0]

    assert all(one["created_at"] >= parent["created_at"] for one, parent in zip(nested, parents, strict=True))
    assert parent["conversation_id"] == post_id
    assert parent["public_metrics"]["reply_count"] >= 1


def test_own_reply_stands_in_the_conversation(sandbox, account):
    post_id = sandbox.published(account)
    made = post(sandbox, account, text="more below", reply={"in_reply_to_tweet_id": post_id}).body["data"]

    (found,) = replies(sandbox, account, post_id)["data"]

    assert (found["id"], found["author_id"]) == (made["id"], account.user_id)


def test_search_pages_and_goes_on_from_since_id(sandbox, account):
    post_ids = [sandbox.published(account) for _ in range(2)]
    sandbox.wait(days=3)
    query = " OR ".join(f"conversation_id:{one}" for one in post_ids)
    everything = [one["id"] for one in replies(sandbox, account, "", query=query)["data"]]

    first = replies(sandbox, account, "", query=query, max_results="10")
    token = first["meta"]["next_token"]
    rest = replies(sandbox, account, "", query=query, max_results="10", next_token=token)["data"]
    newer = replies(sandbox, account, "", query=query, since_id=everything[3])["data"]
    older = replies(sandbox, account, "", query=query, until_id=everything[3])["data"]

    assert [one["id"] for one in first["data"] + rest] == everything[:20]
    assert [one["id"] for one in newer] == everything[:3]
    assert [one["id"] for one in older] == everything[4:]


def test_search_forgets_after_seven_days(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=30)

    assert replies(sandbox, account, post_id) == {"meta": {"result_count": 0}}


@pytest.mark.parametrize(
    "query",
    [
        pytest.param({"since_id": "1"}, id="since-id-of-long-ago"),
        pytest.param({"start_time": "2026-07-01T00:00:00Z"}, id="start-of-long-ago"),
        pytest.param({"max_results": "9"}, id="page-too-small"),
        pytest.param({"max_results": "101"}, id="page-too-large"),
        pytest.param({"next_token": "10"}, id="token-of-ones-own"),
        pytest.param({"query": "figs"}, id="no-conversation"),
        pytest.param({"query": "conversation_id:1 " + "x" * 500}, id="query-too-long"),
    ],
)
def test_search_refuses(sandbox, account, query):
    assert replies(sandbox, account, "1", **query)["title"] == "Invalid Request"


def test_timeline_pages_from_the_newest_and_knows_bounds(sandbox, account):
    ids = []
    for _ in range(7):
        ids.append(sandbox.published(account))
        sandbox.wait(hours=1)

    first = timeline(sandbox, account, max_results="5")
    second = timeline(sandbox, account, max_results="5", pagination_token=first["meta"]["next_token"])
    newer = timeline(sandbox, account, start_time="2026-08-03T11:30:00Z")

    assert [one["id"] for one in first["data"] + second["data"]] == ids[::-1]
    assert "next_token" not in second["meta"]
    assert [one["id"] for one in newer["data"]] == ids[:4:-1]
    assert timeline(sandbox, account, max_results="4")["title"] == "Invalid Request"


def test_every_url_is_rewritten_and_explained(sandbox, account):
    text = "Read https://a.example/long/path?x=1, then https://b.example. #figs"
    made = post(sandbox, account, text=text).body["data"]

    (found,) = timeline(sandbox, account)["data"]
    urls = found["entities"]["urls"]
    restored = found["text"]
    for url in reversed(urls):
        restored = restored[: url["start"]] + url["expanded_url"] + restored[url["end"] :]

    assert found["text"] == made["text"] != text
    assert [url["expanded_url"] for url in urls] == ["https://a.example/long/path?x=1", "https://b.example"]
    assert all(found["text"][url["start"] : url["end"]] == url["url"] for url in urls)
    assert all(url["url"].startswith("https://t.co/") for url in urls)
    assert restored == text
    assert [one["tag"] for one in found["entities"]["hashtags"]] == ["figs"]


def test_media_is_a_link_at_the_end(sandbox, account):
    media_id, _ = upload(sandbox, account, kind="tweet_image", mime="image/png")
    made = post(sandbox, account, text="look", media={"media_ids": [media_id]}).body["data"]

    (url,) = timeline(sandbox, account)["data"][0]["entities"]["urls"]

    assert made["text"] == f"look {url['url']}"
    assert url["expanded_url"].endswith(f"/status/{made['id']}/photo/1")
    assert url["media_key"] == f"3_{media_id}"


def test_mentions_are_the_replies_to_own_posts(sandbox, account):
    post_ids = [sandbox.published(account) for _ in range(2)]
    sandbox.wait(days=3)

    found = timeline(sandbox, account, "mentions", max_results="100")["data"]
    newer = timeline(sandbox, account, "mentions", since_id=found[5]["id"], max_results="100")["data"]

    in_conversations = [one["id"] for post_id in post_ids for one in replies(sandbox, account, post_id)["data"]]
    assert sorted(one["id"] for one in found) == sorted(in_conversations)
    assert newer == found[:5]


def test_bots_are_young_with_few_followers(sandbox, account):
    for _ in range(60):
        sandbox.published(account)
    bots = [
        (one, comment) for one in sandbox.world.posts.values() for comment in one.life.comments if comment.truth == BOT
    ]

    ages = [one.comment_at(comment) - comment.author.created_at for one, comment in bots]

    assert all(0 <= age.days < 75 for age in ages)
    assert all(comment.author.followers < 25 for _, comment in bots)


def test_quotes_and_reposts_are_counted_apart(sandbox, account):
    post_id = popular(sandbox, account)
    fields = {"ids": post_id, "tweet.fields": "public_metrics"}
    counts = sandbox.ask("GET", "/twitter/2/tweets", account, query=fields).body["data"][0]["public_metrics"]
    query = {"tweet.fields": "referenced_tweets,entities", "expansions": "author_id", "max_results": "100"}

    quotes = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/quote_tweets", account, query=query).body
    reposters = sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/retweeted_by", account).body

    assert counts["quote_count"] == quotes["meta"]["result_count"] > 0
    assert counts["retweet_count"] == reposters["meta"]["result_count"] > 0
    assert quotes["data"][0]["referenced_tweets"] == [{"type": "quoted", "id": post_id}]
    assert quotes["data"][0]["entities"]["urls"][-1]["expanded_url"].endswith(f"/status/{post_id}")
    assert not {one["id"] for one in quotes["includes"]["users"]} & {one["id"] for one in reposters["data"]}


def test_quotes_come_ten_to_a_hundred_per_page(sandbox, account):
    post_id = sandbox.published(account)

    assert sandbox.ask("GET", f"/twitter/2/tweets/{post_id}/quote_tweets?max_results=9", account).status == 400


@pytest.mark.parametrize(("days", "denied"), [(1, []), (31, ["media", "tweet"])], ids=["young", "old"])
def test_quartiles_of_a_video_are_for_the_owner_of_a_young_post(sandbox, account, days, denied):
    media_id, _ = upload(sandbox, account)
    for _ in range(2):
        processed(sandbox, account, media_id)
    post_id = post(sandbox, account, text="look", media={"media_ids": [media_id]}).body["data"]["id"]
    sandbox.wait(days=days)
    query = {
        "ids": post_id,
        "tweet.fields": "organic_metrics,attachments",
        "expansions": "attachments.media_keys",
        "media.fields": "public_metrics,non_public_metrics",
    }

    body = sandbox.ask("GET", "/twitter/2/tweets", account, query=query).body

    (video,) = body["includes"]["media"]
    counts = list(video.get("non_public_metrics", {}).values())
    assert sorted(error["resource_type"] for error in body.get("errors", [])) == denied
    assert counts == ([] if denied else sorted(counts, reverse=True))
    assert (video["type"], video["public_metrics"]["view_count"] > 0) == ("video", True)


def test_analytics_sum_up_to_the_public_numbers(sandbox, account):
    post_id = sandbox.published(account)
    sandbox.wait(days=9)
    wanted = {"ids": post_id, "end_time": "2026-08-12T00:00:00Z", "analytics.fields": "likes,impressions"}

    (total,) = analysed(sandbox, account, **wanted).body["data"]
    (daily,) = analysed(sandbox, account, **wanted, granularity="daily").body["data"]

    found = sandbox.world.post("twitter", post_id)
    assert total == {
        "id": post_id,
        "likes": sandbox.world.count(found, "like"),
        "impressions": sandbox.world.views(found),
    }
    assert sum(one["metrics"]["likes"] for one in daily["timestamped_metrics"]) == total["likes"]


def test_analytics_are_for_own_posts_and_need_a_span(sandbox, account):
    foreign = sandbox.published(sandbox.account("twitter", "maya"))

    refused = analysed(sandbox, account, ids=foreign)

    assert [error["value"] for error in refused.body["errors"]] == [foreign]
    assert analysed(sandbox, account, ids=foreign, start_time="").status == 400


def video_of(sandbox, account):
    """The media key of a video that was posted."""
    media_id, _ = upload(sandbox, account)
    while processed(sandbox, account, media_id)["state"] != "succeeded":
        sandbox.wait(seconds=5)
    made = post(sandbox, account, text="Look", media={"media_ids": [media_id]})
    wanted = {"ids": made.body["data"]["id"], "expansions": "attachments.media_keys", "media.fields": "public_metrics"}
    sandbox.wait(days=2)
    return sandbox.ask("GET", "/twitter/2/tweets", account, query=wanted).body["includes"]["media"][0]


def test_analytics_of_a_video_tell_how_long_and_how_far_it_was_watched(sandbox, account):
    video = video_of(sandbox, account)
    span = {"start_time": "2026-07-01T00:00:00Z", "end_time": "2026-09-30T00:00:00Z"}
    wanted = {"media_keys": f"{video['media_key']},13_4", **span}

    answer = analysed(sandbox, account, "media", **wanted).body
    (daily,) = analysed(sandbox, account, "media", **wanted, granularity="daily").body["data"]

    (total,) = answer["data"]
    assert set(total) == {
        "media_key", "video_views", "watch_time_ms", "playback_start", "playback25", "playback50", "playback75",
        "playback_complete", "play_from_tap", "cta_url_clicks", "cta_watch_clicks",
    }  # fmt: skip
    assert total["video_views"] == video["public_metrics"]["view_count"] > total["playback_complete"] > 0
    assert sum(one["metrics"]["video_views"] for one in daily["timestamped_metrics"]) == total["video_views"]
    assert [(one["resource_type"], one["value"]) for one in answer["errors"]] == [("media", "13_4")]


def test_media_have_no_weekly_series_and_need_keys(sandbox, account):
    asked = [{"media_keys": "13_4", "granularity": "weekly"}, {"media_keys": ""}, {"media_keys": "13_4,"}]

    assert [analysed(sandbox, account, "media", **one).status for one in asked] == [400, 400, 200]
