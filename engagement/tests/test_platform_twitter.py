"""X: numbers of posts, the account, its tokens. The requests that X documents, and what is made of its answers."""

import base64
from urllib.parse import parse_qs

import pytest

from engagement.platforms import errors
from engagement.platforms.errors import (
    AccessDenied,
    AuthenticationFailed,
    NotFound,
    TemporaryFailure,
)
from engagement.platforms.nodes import Node
from engagement.platforms.twitter_objects import reply_of
from engagement.tests.replies import Answer, answering, sample
from engagement.tests.twitter_client import ME, NOTHING, TYPES, id_of_age, twitter
from engagement.values import AccountFacts, App, Credentials, Metrics, Tokens


def measured(metrics):
    return {name: value for name, value in metrics.counts().items() if value is not None}


def post_of(post_id, **more):
    numbers = {"retweet_count": 5, "reply_count": 1, "like_count": 2, "quote_count": 1, "impression_count": 90}
    return {"id": post_id, "text": "Hi", "public_metrics": numbers, **more}


def test_numbers_of_owners_are_asked_for_young_posts_alone():
    young, old = id_of_age(days=29), id_of_age(days=31)
    clicks = {"url_link_clicks": 7, "user_profile_clicks": 3, "impression_count": 80, "engagements": 9}
    quarters = {"playback_0_count": 200, "playback_25_count": 120, "playback_100_count": 50}
    media = {"media_key": "13_9", "public_metrics": {"view_count": 70}, "non_public_metrics": quarters}
    answers = (
        Answer(
            {
                "data": [post_of(young, non_public_metrics=clicks, attachments={"media_keys": ["13_9"]})],
                "includes": {"media": [media]},
            }
        ),
        Answer({"data": [post_of(old)]}),
    )
    with answering(*answers) as asked:
        adapter = twitter(asked)
        found = adapter.fetch_metrics([young, old])

    assert asked.queries == [
        {
            "ids": young,
            "expansions": "attachments.media_keys",
            "tweet.fields": "created_at,public_metrics,attachments,non_public_metrics",
            "media.fields": "public_metrics,non_public_metrics",
        },
        {
            "ids": old,
            "expansions": "attachments.media_keys",
            "tweet.fields": "created_at,public_metrics,attachments",
            "media.fields": "public_metrics",
        },
    ]
    public = {"likes": 2, "comments": 1, "shares": 6, "impressions": 90, "views": 90}
    owned = {"profile_visits": 3, "link_clicks": 7, "video_views": 70, "video_completion_rate": 25.0}
    assert measured(found[young]) == public | owned
    assert measured(found[old]) == public
    assert found[young].raw["media"] == [media]
    assert adapter.refused == set()


def test_field_that_x_refuses_loses_nothing_else_and_is_not_asked_for_again():
    young = id_of_age(days=1)
    refusal = {
        "resource_id": young,
        "resource_type": "tweet",
        "field": "non_public_metrics.impression_count",
        "title": "Field Authorization Error",
        "detail": "Sorry, you are not authorized to access the field",
        "type": f"{TYPES}field-unauthorized",
    }
    with answering(Answer({"data": [post_of(young)], "errors": [refusal]})) as asked:
        adapter = twitter(asked)
        found = [adapter.fetch_metrics([young])[young] for _ in range(2)]

    assert [type(one) for one in found] == [Metrics, Metrics]
    assert adapter.refused == {("post", "non_public_metrics")}
    assert ["attachments,non_public_metrics" in one["tweet.fields"] for one in asked.queries] == [
        True,
        False,
    ]


def test_field_that_x_gives_for_another_post_is_asked_for_again():
    young, foreign = id_of_age(days=1), id_of_age(days=2)
    refusal = {
        "resource_id": foreign,
        "resource_type": "tweet",
        "field": "non_public_metrics",
        "type": f"{TYPES}not-authorized-for-field",
    }
    body = {"data": [post_of(young, non_public_metrics={"url_link_clicks": 1}), post_of(foreign)], "errors": [refusal]}
    with answering(Answer(body)) as asked:
        adapter = twitter(asked)
        found = adapter.fetch_metrics([young, foreign])

    assert (found[young].link_clicks, found[foreign].link_clicks) == (1, None)
    assert adapter.refused == set()


def test_request_that_x_refuses_as_a_whole_is_made_without_the_fields_of_owners():
    young = id_of_age(days=1)
    refusal = {"title": "Invalid Request", "detail": "tweet.fields", "type": f"{TYPES}invalid-request"}
    with answering(Answer(refusal, 400), Answer({"data": [post_of(young)]})) as asked:
        adapter = twitter(asked)
        found = adapter.fetch_metrics([young])

    assert found[young].likes == 2
    assert adapter.refused == {("post", "non_public_metrics"), ("media", "non_public_metrics")}


@pytest.mark.parametrize(
    ("began", "ended", "percent"), [(0, 0, None), (4, 5, None), (4, None, None), (None, 4, None), (3, 1, 33.3333)]
)
def test_completion_is_known_only_from_both_quarters(began, ended, percent):
    young = id_of_age(days=1)
    quarters = {"playback_0_count": began, "playback_100_count": ended}
    body = {
        "data": [post_of(young, attachments={"media_keys": ["13_9"]})],
        "includes": {"media": [{"media_key": "13_9", "non_public_metrics": quarters}]},
    }
    with answering(Answer(body)) as asked:
        found = twitter(asked).fetch_metrics([young])

    assert found[young].video_completion_rate == percent


def test_hundred_posts_are_read_in_one_go():
    ids = [str(number) for number in range(101)]
    with answering(NOTHING) as asked:
        found = twitter(asked).fetch_metrics(ids)

    assert [one["ids"].count(",") for one in asked.queries] == [99, 0]
    assert {type(one) for one in found.values()} == {NotFound}


def test_account_has_followers_and_handle():
    with answering(sample("twitter_me")) as asked:
        facts = twitter(asked).fetch_account()

    assert facts == AccountFacts(followers=3, handle="me")
    assert asked.requests[0][1] == "/2/users/me?user.fields=public_metrics"


@pytest.mark.parametrize(
    ("secret", "authorization", "named"),
    [
        ("secret-of-a-test", f"Basic {base64.b64encode(b'client:secret-of-a-test').decode()}", {}),
        ("", None, {"client_id": ["client"]}),
    ],
    ids=["confidential", "public"],
)
def test_tokens_are_refreshed_once_and_without_the_old_one(secret, authorization, named):
    me = Credentials(platform_user_id="1784", refresh_token="old-refresh-token", app=App(id="client", secret=secret))
    with answering(sample("twitter_tokens")) as asked:
        tokens = twitter(asked, me).refresh()

    method, path, headers, body = asked.requests[0]
    assert (method, path, headers.get("Authorization")) == ("POST", "/2/oauth2/token", authorization)
    assert headers["Content-Type"] == "application/x-www-form-urlencoded"
    form = {"grant_type": ["refresh_token"], "refresh_token": ["old-refresh-token"]}
    assert parse_qs(body.decode()) == form | named
    assert tokens == Tokens(
        access_token="new-access-token",
        refresh_token="new-refresh-token",
        expires_in=7200,
        scopes=("tweet.read", "users.read", "tweet.write", "media.write", "offline.access"),
    )


def test_refresh_token_that_comes_back_unchanged_is_kept_as_it_is():
    with answering(Answer({"access_token": "new", "refresh_token": ME.refresh_token})) as asked:
        tokens = twitter(asked).refresh()

    assert tokens == Tokens(access_token="new", refresh_token=ME.refresh_token)


SECRETS = f"Wrong: {ME.refresh_token} {ME.app.secret}"


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (Answer({"error": "invalid_request", "error_description": SECRETS}, 400), AuthenticationFailed),
        (Answer({"error": "invalid_grant", "error_description": SECRETS}, 400), AuthenticationFailed),
        (Answer({"error": "unauthorized_client", "error_description": SECRETS}, 401), AccessDenied),
        (Answer({"error": "invalid_client"}, 401), AccessDenied),
        (Answer({"title": "Service Unavailable"}, 503), TemporaryFailure),
        (Answer(b'{"access_token": "canary-of-a-new-token'), errors.InvalidResponse),
    ],
    ids=["request", "grant", "unauthorized-app", "app", "fault", "cut"],
)
def test_refused_refresh_is_made_once_and_tells_no_secret(answer, kind):
    with answering(answer) as asked, pytest.raises(kind) as refused:
        twitter(asked).refresh()

    told = str(vars(refused.value))
    assert len(asked.requests) == 1
    assert [one for one in (ME.refresh_token, ME.app.secret, "canary") if one in told] == []


@pytest.mark.parametrize(
    ("changes", "kind"),
    [({"refresh_token": ""}, AuthenticationFailed), ({"app": App()}, errors.UnsupportedFeature)],
    ids=["no-token", "no-app"],
)
def test_refresh_without_what_it_needs_asks_nothing(changes, kind):
    with answering(NOTHING) as asked, pytest.raises(kind):
        twitter(asked, Credentials(**{**vars(ME), **changes})).refresh()

    assert asked.requests == []


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        pytest.param("@maya Lovely light", "Lovely light", id="of-the-post"),
        pytest.param("@fan_7 @maya Lovely light", "Lovely light", id="of-everybody-answered"),
        pytest.param("Ask @fan_7 about it", "Ask @fan_7 about it", id="said-by-the-author"),
    ],
)
def test_handles_that_x_puts_before_a_reply_are_left_out(told, kept):
    assert reply_of(Node("twitter", {"id": "2", "text": told}), "1", {}).text == kept
