"""What events say, by tables: from a pushed body to what it asks for. No rows are needed."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.enums import InteractionKind
from engagement.platforms import errors
from engagement.platforms.nodes import Node
from engagement.pseudonyms import author_key
from engagement.tests.pushing import pushed
from engagement.webhooks import meta, tiktok, twitter
from engagement.webhooks.values import Commented, Gone, Moved, Processed, Revoked, Seen, UnknownEvent, moment_of

NOW = datetime.now(UTC)
MODULES = {"instagram": meta, "facebook": meta, "twitter": twitter, "tiktok": tiktok}


def event_of(name, **changes):
    module = MODULES[name.partition("_")[0]]
    (event,) = module.events(pushed(name, **changes), NOW)
    return event


def effect_of(name, **changes):
    event = event_of(name, **changes)
    return MODULES[name.partition("_")[0]].effect(Node(event.platform, event.body))


def test_comment_on_instagram_is_read_as_the_adapter_reads_it():
    found = effect_of("instagram_comment")

    seen = found.interaction
    assert isinstance(found, Seen)
    assert (found.post_id, found.is_own) == ("1792", False)
    assert (seen.platform_id, seen.kind, seen.author_id) == ("178581", InteractionKind.COMMENT, "5641")
    assert seen.text == "Great light! 🌊 ação"
    assert abs(seen.occurred_at - datetime.now(UTC)) < timedelta(minutes=5)


def test_comment_of_an_app_with_instagram_login_stands_in_the_entry_itself():
    found = effect_of("instagram_login_comment")

    assert (found.post_id, found.interaction.kind, found.is_own) == ("1792", InteractionKind.REPLY, True)


@pytest.mark.parametrize(
    ("person", "author", "is_own"),
    [
        ({}, None, False),
        ({"username": "ann"}, "username:ann", False),
        ({"id": "17840001"}, "17840001", True),
        ({"id": "9", "self_ig_scoped_id": "8"}, "9", True),
    ],
    ids=["unknown", "name alone", "own id", "own under another id"],
)
def test_author_of_a_comment_on_instagram(person, author, is_own):
    found = effect_of("instagram_comment", **{"from": person})

    assert (found.interaction.author_id, found.is_own) == (author, is_own)


@pytest.mark.parametrize(
    ("changes", "kind", "author"),
    [
        ({}, InteractionKind.COMMENT, "777"),
        ({"parent_id": "2_1"}, InteractionKind.REPLY, "777"),
        ({"verb": "edited"}, InteractionKind.COMMENT, "777"),
        ({"from": None}, InteractionKind.COMMENT, None),
        ({"from": None, "sender_id": 778}, InteractionKind.COMMENT, "778"),
    ],
    ids=["comment", "reply", "edited", "author kept", "old form"],
)
def test_comment_on_facebook(changes, kind, author):
    found = effect_of("facebook_comment", **changes)

    assert (found.post_id, found.interaction.platform_id) == ("1_2", "2_3")
    assert (found.interaction.kind, found.interaction.author_id) == (kind, author)


CASES = {
    "instagram mention": ("instagram_mention", {}, Moved(post_id="1792")),
    "facebook removal": ("facebook_comment", {"verb": "remove"}, Gone(platform_id="2_3", post_id="1_2")),
    "facebook hidden": ("facebook_comment", {"verb": "hide"}, None),
    "facebook reaction": ("facebook_reaction", {}, Moved(post_id="1_2")),
    "facebook reaction taken back": ("facebook_reaction", {"verb": "remove"}, Moved(post_id="1_2")),
    "facebook like of old": ("facebook_reaction", {"item": "like"}, Moved(post_id="1_2")),
    "facebook own post": ("facebook_reaction", {"item": "photo"}, None),
    "facebook post taken down": ("facebook_reaction", {"item": "photo", "verb": "remove"}, Moved(post_id="1_2")),
    "tiktok published": ("tiktok_available", {}, Processed(publish_id="v_pub_file~v2-1.123")),
    "tiktok disconnected": (
        "tiktok_removed",
        {},
        Revoked(account_id="act.x", reason="its person disconnected the app"),
    ),
    "tiktok disconnected without a word": (
        "tiktok_removed",
        {"reason": 0},
        Revoked(account_id="act.x", reason="TikTok did not say why"),
    ),
    "tiktok comment": (
        "tiktok_comment",
        {},
        Commented(post_id="7321098765432100004", comment_id="7400000000000000001"),
    ),
    "tiktok comment deleted": (
        "tiktok_comment",
        {"comment_action": "delete"},
        Gone(platform_id="7400000000000000001", post_id="7321098765432100004"),
    ),
    "tiktok comment hidden": ("tiktok_comment", {"comment_action": "set_to_hidden"}, None),
}


@pytest.mark.parametrize(("name", "changes", "expected"), CASES.values(), ids=CASES)
def test_event_asks_for(name, changes, expected):
    assert effect_of(name, **changes) == expected


UNKNOWN = {
    "facebook item": ("facebook_reaction", {"item": "hologram"}),
    "facebook verb": ("facebook_comment", {"verb": "sing"}),
    "tiktok action": ("tiktok_comment", {"comment_action": "sing"}),
}


@pytest.mark.parametrize(("name", "changes"), UNKNOWN.values(), ids=UNKNOWN)
def test_event_of_an_unknown_kind_says_so(name, changes):
    with pytest.raises(UnknownEvent):
        effect_of(name, **changes)


LACKING = {
    "instagram media": ("instagram_comment", {"media": None}),
    "instagram id": ("instagram_comment", {"id": None}),
    "facebook post": ("facebook_comment", {"post_id": None}),
    "facebook person": ("facebook_comment", {"from": "Sam"}),
    "twitter conversation": ("twitter_reply", {"conversation_id": None, "in_reply_to_tweet_id": None}),
    "tiktok handle": ("tiktok_available", {"publish_id": None}),
}


@pytest.mark.parametrize(("name", "changes"), LACKING.values(), ids=LACKING)
def test_event_that_lacks_what_its_kind_has_is_refused(name, changes):
    with pytest.raises(errors.InvalidResponse):
        effect_of(name, **changes)


# X


def activity(kind, payload, users=(), **more):
    return {
        "event_uuid": "1",
        "filter": {"user_id": "111"},
        "event_type": kind,
        "payload": payload,
        "includes": {"users": list(users)},
    } | more


def x_effect(*args, **more):
    return twitter.effect(Node("twitter", activity(*args, **more)))


def test_reply_on_x_brings_its_author_along():
    seen = effect_of("twitter_reply").interaction

    assert (seen.platform_id, seen.kind, seen.author_id, seen.text, seen.likes) == ("9", "comment", "77", "nice", 0)
    signals = seen.signals
    assert signals.joined_at == datetime(2014, 5, 29, 20, 24, 26, tzinfo=UTC)
    assert (signals.followers, signals.following, signals.posts) == (3, 1800, 9000)
    assert (signals.has_biography, signals.has_picture, signals.has_name) == (False, True, True)
    assert (signals.handle_digits, signals.verified, signals.protected) == (4, False, False)


def test_author_of_whom_nothing_is_shown_has_no_signals():
    assert effect_of("twitter_reply", author_id="78").interaction.signals is None


@pytest.mark.parametrize("spelling", [("referenced_tweets", "retweeted"), ("referenced_posts", "reposted")])
def test_repost_on_x_is_its_person_in_either_spelling(spelling):
    name, kind = spelling
    found = x_effect("post.repost.create", {"id": "10", "author_id": "77", name: [{"type": kind, "id": "123"}]})

    assert (found.post_id, found.interaction.platform_id) == ("123", f"share:{author_key('twitter', '77')}")


def test_quote_on_x_keeps_its_words():
    quoted = [{"type": "quoted", "id": "123"}]
    found = x_effect("post.quote.create", {"id": "10", "author_id": "77", "text": "See", "referenced_tweets": quoted})

    assert (found.post_id, found.interaction.platform_id, found.interaction.kind) == ("123", "10", "share")
    assert found.interaction.text == "See"


LIKES = {
    "documented": ({"liked_tweet_id": "123"}, ["77", "111"], "77"),
    "other spelling": ({"liked_post_id": "123"}, ["77"], "77"),
    "with the person in the payload": ({"id": "123", "user_id": "77"}, ["111"], "77"),
    "with the person as an author": ({"tweet_id": "123", "author_id": "77"}, [], "77"),
    "with the author of the post": ({"id": "123", "author_id": "111"}, ["77"], "77"),
    "of an account that likes itself": ({"id": "123", "user_id": "111"}, ["111"], None),
    "of nobody": ({"id": "123"}, [], None),
    "of one of two": ({"id": "123"}, ["77", "78"], None),
    "outbound": ({"id": "123", "direction": "outbound"}, ["77"], None),
}


@pytest.mark.parametrize(("payload", "users", "person"), LIKES.values(), ids=LIKES)
def test_like_on_x_is_counted_where_one_person_is_known(payload, users, person):
    found = x_effect("like.create", payload, [{"id": user} for user in users])

    shown = found and (found.post_id, found.interaction.platform_id, found.interaction.author_id)
    assert shown == (("123", f"like:{author_key('twitter', person)}", person) if person else None)


def test_deletion_and_revocation_on_x_name_the_account():
    assert x_effect("post.delete", {"id": "9"}) == Gone(platform_id="9", account_id="111")
    assert x_effect("oauth.revoke", {}).account_id == "111"


def test_reply_deep_in_a_conversation_is_a_reply():
    found = effect_of("twitter_reply", in_reply_to_tweet_id="8")

    assert (found.post_id, found.interaction.kind) == ("123", InteractionKind.REPLY)


# Identity


def test_same_comment_has_the_same_digest_when_it_is_sent_later():
    body = pushed("facebook_comment", created_time=1785000000)
    again = pushed("facebook_comment", created_time=1785000000)
    again["entry"][0]["time"] += 60

    assert next(meta.events(body, NOW)).digest == next(meta.events(again, NOW)).digest


DIFFERENT = {
    "another comment": {"comment_id": "2_4"},
    "an edit": {"verb": "edited"},
    "another text": {"message": "Great"},
    "a reaction": {"item": "reaction"},
}


@pytest.mark.parametrize("changes", DIFFERENT.values(), ids=DIFFERENT)
def test_other_event_has_another_digest(changes):
    assert event_of("facebook_comment").digest != event_of("facebook_comment", **changes).digest


def test_edit_and_removal_of_one_second_come_after_what_was_written():
    moments = [event_of("facebook_comment", verb=verb, created_time=1).happened_at for verb in ("edited", "remove")]
    written = event_of("facebook_comment").happened_at

    assert written.replace(microsecond=0) < moments[0] < moments[1]


SAME_MOMENT = datetime(2026, 7, 25, 17, 20, tzinfo=UTC)
NO_MOMENTS: list[object] = [None, True, [], {}, "soon", "²", "2026-07-25T17:20:00", float("nan"), float("inf"), 10**40]


@pytest.mark.parametrize("value", [1785000000, "1785000000", 1785000000000, "2026-07-25T17:20:00.000Z"], ids=str)
def test_moment_in_any_of_the_forms(value):
    assert moment_of(value) == SAME_MOMENT


@pytest.mark.parametrize("value", [*NO_MOMENTS, "0" * 5000], ids=lambda value: str(value)[:30])
def test_what_is_no_moment_is_unknown(value):
    assert moment_of(value) is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["entry", "changes", "value", "time", "id", "field", "data", "payload", "event", "content"])
            | st.text(max_size=3),
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)


@given(document=JSON)
@pytest.mark.parametrize("module", [meta, twitter, tiktok], ids=lambda module: module.__name__.rpartition(".")[2])
def test_splitting_takes_whatever_is_signed(module, document):
    module.is_ours(document)

    for event in module.events(document, NOW):
        assert len(event.digest) == 64


@given(body=st.dictionaries(st.sampled_from(["object", "field", "value", "event", "event_type", "payload"]), JSON))
@pytest.mark.parametrize("module", [meta, twitter, tiktok], ids=lambda module: module.__name__.rpartition(".")[2])
def test_reading_refuses_in_two_ways_alone(module, body):
    with suppress(UnknownEvent, errors.InvalidResponse):
        module.effect(Node("facebook", body))
