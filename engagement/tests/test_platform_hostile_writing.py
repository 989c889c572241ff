"""Answers that say nothing, to what is not the reading of posts: no post is sent twice, no follower counts as none."""

from dataclasses import replace

import pytest

from engagement.platforms import ADAPTERS, errors
from engagement.tests.hostile import ME
from engagement.tests.replies import Answer, answering
from engagement.tests.test_platform_hostile import NO_ANSWERS
from engagement.values import AccountFacts, App, Draft

every = pytest.mark.parametrize("name", ADAPTERS)
odd = pytest.mark.parametrize("answer", NO_ANSWERS.values(), ids=NO_ANSWERS)

# What is answered before the call that makes a post live, that call, and the draft.
CONTAINER, READY = Answer({"id": "17"}), Answer({"id": "17", "status_code": "FINISHED"})
CREATOR = Answer({"data": {"privacy_level_options": ["PUBLIC_TO_EVERYONE"]}, "error": {"code": "ok"}})
IMAGE = Draft(media_kind="image", caption="Look", media_urls=("https://media.example/p.jpg",))
VIDEO = Draft(media_kind="video", caption="Look", media_urls=("https://media.example/v.mp4",))
TEXT = Draft(media_kind="text", caption="Look")
MAKING = {
    "instagram": ((CONTAINER, READY), "/media_publish", IMAGE),
    "instagram_facebook_login": ((CONTAINER, READY), "/media_publish", IMAGE),
    "facebook": ((), "/feed", TEXT),
    "twitter": ((), "/2/tweets", TEXT),
    "tiktok": ((CREATOR,), "/video/init/", VIDEO),
    "tiktok_business": ((), "/video/publish/", VIDEO),
}
# A status that refuses makes nothing; of an error in an answer with 200 that is so as well.
REFUSING = ("gateway's 404 in JSON", "redirect in JSON", "error without words", "error as text", "text as data")
UNSAID = {
    "data as text": Answer({"data": "none", "code": 0}),
    **{name: answer for name, answer in NO_ANSWERS.items() if name not in REFUSING},
}


def create(name, answer, settings):
    """What comes of a create that is answered so, and how often it was sent."""
    settings.PUBLISH_POLL_SECONDS = 0
    before, path, draft = MAKING[name]
    with (
        answering(*before, answer) as asked,
        ADAPTERS[name](ME, asked.address) as adapter,
        pytest.raises(errors.PlatformError) as caught,
    ):
        adapter.publish(draft)
    return caught.value, sum(line.endswith(path) for line in asked.lines)


@every
@pytest.mark.parametrize("answer", [*UNSAID.values(), Answer(b'{"id": "1', cut=True)], ids=[*UNSAID, "cut off"])
def test_create_that_is_not_answered_readably_leaves_the_outcome_open_and_is_sent_once(name, answer, settings):
    error, sent = create(name, answer, settings)

    is_open = isinstance(error, errors.OutcomeUnknown)
    # TikTok for Business refuses with status 200, whatever the code: what has none is no success.
    assert is_open or (name == "tiktok_business" and type(error) is errors.PlatformError)
    assert sent == 1


@every
@pytest.mark.parametrize("answer", [NO_ANSWERS[name] for name in REFUSING], ids=REFUSING)
def test_create_that_is_refused_without_a_known_word_is_sent_once(name, answer, settings):
    error, sent = create(name, answer, settings)

    assert error.for_staff
    assert sent == 1


@every
@odd
def test_account_of_which_nothing_is_said_has_unknown_followers(name, answer, settings):
    settings.HTTP_BACKOFF_SECONDS = 0
    with answering(answer) as asked, ADAPTERS[name](ME, asked.address) as adapter:
        try:
            facts = adapter.fetch_account()
        except errors.PlatformError:
            facts = AccountFacts()

    assert facts == AccountFacts()


@every
@odd
def test_renewal_that_brings_no_token_is_an_error(name, answer):
    me = replace(ME, refresh_token="refresh-token-of-a-test", app=App(id="1", secret="secret-of-a-test"))
    with (
        answering(answer) as asked,
        ADAPTERS[name](me, asked.address) as adapter,
        pytest.raises(errors.PlatformError) as caught,
    ):
        adapter.refresh()

    assert caught.value.for_staff
    assert len(asked.lines) == 1
