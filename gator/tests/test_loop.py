"""The stations of the loop on real rows; the whole circle is lived through in test_demo."""

from contextlib import suppress
from datetime import timedelta
from random import Random

import pytest

from acd.enums import State, Validation
from acd.models import ACDContext
from acd.tests.clients import client_with
from acd.tests.factories import NOW, make_context
from engagement.enums import Flavour, Platform, PostStatus
from engagement.models import SocialMediaPost
from engagement.platforms import ADAPTERS, kinds_of
from engagement.tests.factories import make_account, make_snapshot
from gator import loop
from gator.planning import USUAL_HOURS
from gator.studio.enums import Arm, ContentStatus
from gator.studio.generation import NotPossible
from gator.studio.generators.base import GenerationFailed
from gator.studio.models import Content
from gator.studio.tests.factories import make_persona
from patterns.enums import Advice, PatternKind
from patterns.models import Extraction, Pattern
from patterns.tests.factories import make_evidence, make_pattern, make_window

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def create(account, *, seed=1):
    return loop.create(account, now=NOW, seed=seed)


def test_create_generates_from_what_was_learned_and_plans_it(settings):
    settings.CONTROL_SHARE = 0.0
    account = make_account()
    pattern = make_pattern(persona=account.persona, kind=PatternKind.STRATEGY, subject="question")

    post = create(account)

    assert (post.status, post.account, post.platform) == (PostStatus.SCHEDULED, account, account.platform)
    assert NOW < post.scheduled_at <= NOW + timedelta(hours=25)
    assert (post.content.status, post.content.guided) == (ContentStatus.READY, True)
    assert list(post.content.patterns.all()) == [pattern]
    assert post.content.guidance["patterns"] == [pattern.pk]
    assert (post.context, post.context.state) == (post.content.context, State.DONE)


def test_api_shows_which_patterns_made_a_piece(settings):
    settings.CONTROL_SHARE = 0.0
    account = make_account()
    pattern, _ = make_pattern(persona=account.persona), make_pattern()
    viewer = client_with("studio.view_content", "patterns.view_pattern")

    content = create(account).content

    shown = viewer.get(f"/api/v1/contents/{content.pk}/").json()
    found = viewer.get("/api/v1/patterns/", {"content": content.pk}).json()["results"]
    assert shown["guidance"]["patterns"] == [pattern.pk] == [row["id"] for row in found]
    assert shown["guidance"]["reasons"] == [pattern.strategy]


def test_create_for_the_control_share_uses_nothing(settings):
    settings.CONTROL_SHARE = 1.0
    account = make_account()
    make_pattern(persona=account.persona)

    post = create(account)

    assert (post.content.guided, post.content.guidance["informed"]) == (False, False)
    assert (post.content.arm, post.content.had_advice) == (Arm.CONTROL, True)
    assert list(post.content.patterns.all()) == []


def test_control_is_planned_without_the_hours_that_were_learned(settings):
    account = make_account(persona=make_persona(timezone="UTC"))
    make_pattern(persona=account.persona, kind=PatternKind.POSTING_HOUR, subject="3")
    hours = {}

    for share in (0.0, 1.0):
        settings.CONTROL_SHARE = share
        hours[share] = {create(account, seed=seed).scheduled_at.hour for seed in range(15)}

    assert 3 in hours[0.0]
    assert hours[1.0] <= set(USUAL_HOURS)


def test_create_again_with_the_seed_draws_the_same_arm(settings):
    settings.CONTROL_SHARE = 0.5
    account = make_account()
    make_pattern(persona=account.persona)

    drawn = [[create(account, seed=seed).content.arm for seed in range(12)] for _ in range(2)]

    assert drawn[0] == drawn[1]
    assert set(drawn[0]) == set(Arm)


def test_control_share_is_the_share_of_the_settings(settings):
    settings.CONTROL_SHARE = 0.25
    account, rng = make_account(), Random(2)

    told = [loop.guide(account, now=NOW, rng=rng).informed for _ in range(400)]

    assert 0.2 < told.count(False) / 400 < 0.3


def test_create_is_repeatable():
    account = make_account()

    first, second, other = (create(account, seed=seed) for seed in (1, 1, 2))

    assert (first.caption, first.scheduled_at) == (second.caption, second.scheduled_at)
    assert first.content.seed != other.content.seed


def test_accounts_of_one_seed_get_different_pieces():
    first, second = (create(make_account()) for _ in range(2))

    assert first.content.seed != second.content.seed


@pytest.mark.parametrize("name", ADAPTERS)
def test_create_makes_what_can_be_published_through_the_account_or_nothing(name, settings):
    settings.CONTROL_SHARE = 0.0
    account = make_account(platform=ADAPTERS[name].platform, flavour=ADAPTERS[name].flavour)
    make_pattern(persona=account.persona, platform=account.platform, kind=PatternKind.MEDIA_KIND, subject="image")
    made = []
    for seed in range(6):
        with suppress(NotPossible):
            made.append(create(account, seed=seed).media_kind)

    assert set(made) <= set(kinds_of(account))
    assert (made == []) == (Content.objects.count() == 0) == (name == "tiktok_business")


def test_create_for_an_account_that_takes_no_kind_of_the_generator_says_so_and_records_nothing():
    account = make_account(platform=Platform.TIKTOK, flavour=Flavour.BUSINESS)

    with pytest.raises(NotPossible, match="makes image for tiktok, and there only video can be published"):
        create(account)

    assert (ACDContext.objects.count(), Content.objects.count()) == (0, 0)


def test_create_that_fails_is_recorded_and_plans_nothing():
    account = make_account(persona=make_persona(themes=["miracle cure"]))

    with pytest.raises(GenerationFailed, match="miracle cure"):
        create(account)

    assert not SocialMediaPost.objects.exists()
    assert Content.objects.get().status == ContentStatus.FAILED
    context = ACDContext.objects.get()
    assert (context.state, context.error_class, context.traces.count()) == (State.FAILED, "GenerationFailed", 1)


def test_learn_grades_settled_posts_and_extracts_patterns():
    account = make_account()
    make_window(account)
    context = make_context(state=State.DONE)
    post = make_evidence(account, context=context, engagement_rate=9.0, tags=["good"])
    make_snapshot(post)

    (extraction,) = loop.learn(NOW)

    context.refresh_from_db()
    assert (context.validation, context.pattern) == (Validation.APPROVED, "instagram_high_engagement")
    assert (extraction.persona, extraction.posts_n) == (account.persona, 41)
    assert Pattern.objects.get(subject="good").advice == Advice.REPEAT


def test_learning_twice_from_the_same_rows_changes_nothing():
    make_window(make_account())
    loop.learn(NOW)
    before = list(Pattern.objects.values_list("pk", "version", "status"))

    assert loop.learn(NOW + timedelta(hours=1)) == []

    assert list(Pattern.objects.values_list("pk", "version", "status")) == before
    assert Extraction.objects.count() == 1


def test_what_was_learned_guides_the_next_piece(settings):
    settings.CONTROL_SHARE = 0.0
    account = make_account()
    make_window(account)
    loop.learn(NOW)

    guidance = loop.guide(account, now=NOW, rng=Random(1))

    assert (guidance.hashtags, guidance.avoid_hashtags) == (("good",), ("plain",))
    assert sorted(reason[:21] for reason in guidance.reasons) == ["#good on Instagram: +", "#plain on Instagram: "]


def test_publish_and_observe_have_nothing_to_do_without_posts():
    assert loop.publish(NOW).to_json() == loop.observe(NOW).to_json()
    assert not loop.publish(NOW).failed
