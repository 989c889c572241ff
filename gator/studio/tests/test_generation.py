"""A generation from brief to row: success, failure, and what stays of both."""

from pathlib import Path

import pytest
from django.db import DatabaseError, connection, transaction

from acd.enums import Complexity, Confidence, Phase, QueueStatus, State
from acd.models import ACDContext, TraceArtifact
from acd.tests.factories import NOW, make_context
from gator.studio.enums import ContentStatus, MediaKind, PersonaStatus, Quality
from gator.studio.generation import close_abandoned, generate
from gator.studio.generators.base import GenerationFailed
from gator.studio.guidance import Guidance
from gator.studio.models import Content
from gator.studio.tests.factories import make_content, make_persona

pytestmark = pytest.mark.django_db
NOTHING = Guidance(persona="persona-1", platform="instagram")
ADVICE = Guidance(persona="persona-1", platform="instagram", hashtags=("tram",), patterns=(3,))


@pytest.fixture(autouse=True)
def _media(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


def files(folder):
    return [path for path in Path(folder).rglob("*") if path.is_file()]


def test_generate_image_leaves_content_context_and_file(settings):
    persona = make_persona(hashtags=["sea", "sun", "sand"])

    content = generate(persona, "instagram", ADVICE, quality=Quality.PREMIUM, seed=5, now=NOW)

    content.refresh_from_db()
    context = ACDContext.objects.get()
    assert (content.status, content.media_kind, content.seed) == (ContentStatus.READY, MediaKind.IMAGE, 5)
    assert (content.context, content.created_at, content.quality) == (context, NOW, Quality.PREMIUM)
    assert (content.model, content.provider) == ("template-1", "gator")
    assert (content.guidance, content.guided) == (ADVICE.to_json(), True)
    assert bool(content.caption and content.approach and content.prompt and content.hashtags)
    assert [path.read_bytes()[:2] for path in files(settings.MEDIA_ROOT)] == [b"\xff\xd8"]
    assert (context.phase, context.complexity) == (Phase.IMAGE_GENERATION, Complexity.CRITICAL)
    # A content is never older than its run: patterns look for runs by it.
    assert (context.state, context.created_at, context.started_at) == (State.DONE, NOW, NOW)
    assert (context.confidence, context.model, context.tokens) == (Confidence.EXPERIMENTAL, "template-1", 0)
    assert context.metadata == {
        "content": content.pk,
        "approach": content.approach,
        "hashtags": content.hashtags,
    }
    assert context.initial_context == {
        "persona": persona.slug,
        "persona_id": persona.pk,
        "platform": "instagram",
        "media_kind": "image",
        "quality": "premium",
        "seed": 5,
        "guidance": ADVICE.to_json(),
    }


@pytest.mark.parametrize(
    ("guidance", "guided", "confidence"),
    [
        (ADVICE, True, Confidence.EXPERIMENTAL),
        (NOTHING, False, Confidence.HYPOTHESIS),
        (Guidance(persona="p", platform="instagram", informed=False), False, Confidence.HYPOTHESIS),
    ],
    ids=["advice", "nothing known yet", "control share"],
)
def test_generate_says_whether_it_was_guided(guidance, guided, confidence):
    content = generate(make_persona(), "instagram", guidance, seed=1, now=NOW)

    assert (content.guided, ACDContext.objects.get().confidence) == (guided, confidence)


def test_generate_same_seed_gives_the_same_piece():
    persona = make_persona(themes=["trains", "tea"], hashtags=["a1", "b2", "c3", "d4"])

    one, two = (generate(persona, "twitter", NOTHING, seed=11, now=NOW) for _ in range(2))

    assert [one.caption, one.hashtags, one.media_kind] == [two.caption, two.hashtags, two.media_kind]


@pytest.mark.parametrize(
    ("platform", "kinds"),
    [
        ("instagram", {"image"}),
        ("tiktok", {"image"}),
        ("facebook", {"image", "text"}),
        ("twitter", {"image", "text"}),
    ],
)
def test_generate_chooses_a_format_of_the_platform(platform, kinds):
    persona = make_persona()

    made = {generate(persona, platform, NOTHING, seed=seed, now=NOW).media_kind for seed in range(12)}

    assert made == kinds


def test_generate_avoids_a_format_that_failed():
    persona = make_persona()
    guidance = Guidance(persona="p", platform="facebook", avoid_media_kinds=("image",))

    made = {generate(persona, "facebook", guidance, seed=seed, now=NOW).media_kind for seed in range(8)}

    assert made == {"text"}


def test_generate_failure_leaves_content_context_and_trace():
    persona = make_persona(themes=["miracle cure"])

    with pytest.raises(GenerationFailed, match="miracle cure"):
        generate(persona, "twitter", NOTHING, media_kind="text", seed=1, now=NOW)

    content, context, trace = Content.objects.get(), ACDContext.objects.get(), TraceArtifact.objects.get()
    assert (content.status, content.persona, content.context) == (ContentStatus.FAILED, persona, context)
    assert (context.state, context.queue_status) == (State.FAILED, QueueStatus.ABANDONED)
    assert (context.error_class, context.phase) == ("GenerationFailed", Phase.TEXT_GENERATION)
    assert context.metadata == {"content": content.pk}
    assert (content.model, content.provider) == (context.model, context.provider) == ("template-1", "gator")
    assert content.prompt == f"A {content.approach} about miracle cure for twitter, as {persona}."
    assert (trace.context, trace.function) == (context, "_require_theme")
    assert trace.file == "gator/studio/generators/template.py"


def test_generate_row_stands_before_the_generator_begins():
    persona = make_persona()
    seen = []

    def watch(execute, sql, params, many, context):
        if sql.startswith("UPDATE") and "studio_content" in sql:
            seen.append(Content.objects.values_list("status", "context__state").get())
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        generate(persona, "twitter", NOTHING, media_kind="text", seed=1, now=NOW)

    assert seen == [(ContentStatus.GENERATING, State.PROCESSING)]


def test_generate_refused_save_leaves_no_file_and_a_usable_transaction(settings):
    persona = make_persona()

    def refuse(execute, sql, params, many, context):
        is_save = sql.startswith("UPDATE") and "studio_content" in sql and "caption" in sql
        return execute("SELECT no_such_column" if is_save else sql, () if is_save else params, many, context)

    with transaction.atomic():
        with connection.execute_wrapper(refuse), pytest.raises(DatabaseError):
            generate(persona, "instagram", NOTHING, seed=1, now=NOW)
        failed = Content.objects.get()

    assert (failed.status, ACDContext.objects.get().state) == (ContentStatus.FAILED, State.FAILED)
    assert files(settings.MEDIA_ROOT) == []


def test_generate_goes_on_when_the_run_cannot_be_recorded(caplog):
    persona = make_persona()

    def refuse(execute, sql, params, many, context):
        is_run = sql.startswith("INSERT") and "acd_acdcontext" in sql
        return execute("SELECT no_such_column" if is_run else sql, () if is_run else params, many, context)

    with connection.execute_wrapper(refuse):
        content = generate(persona, "twitter", NOTHING, media_kind="text", seed=1, now=NOW)

    assert (content.status, content.context) == (ContentStatus.READY, None)


@pytest.mark.parametrize(
    ("persona", "arguments", "message"),
    [
        ({"status": PersonaStatus.PAUSED}, {}, "is paused: activate the persona before generating"),
        ({}, {"platform": "myspace"}, "'myspace' is not a platform: use one of instagram"),
        ({}, {"media_kind": "hologram"}, "'hologram' is not a media kind: use one of image"),
        ({}, {"quality": "best"}, "'best' is not a quality: use one of draft"),
    ],
    ids=["paused", "platform", "media kind", "quality"],
)
def test_generate_impossible_request_writes_nothing(persona, arguments, message):
    options = {"platform": "instagram", "guidance": NOTHING, "now": NOW} | arguments

    with pytest.raises(ValueError, match=message):
        generate(make_persona(**persona), **options)

    assert (Content.objects.count(), ACDContext.objects.count()) == (0, 0)


@pytest.mark.parametrize("themes", [[], "travel", {"a": 1}, [None]], ids=["empty", "text", "object", "null"])
def test_generate_without_usable_themes_fails_with_a_remedy(themes):
    persona = make_persona(themes=themes)

    with pytest.raises(GenerationFailed, match="has no themes"):
        generate(persona, "instagram", NOTHING, seed=1, now=NOW)


def test_close_abandoned_fails_only_content_of_swept_runs():
    running = make_context(state=State.PROCESSING)
    swept = make_context(state=State.FAILED, error_class="Abandoned")
    make_content(status=ContentStatus.GENERATING, context=running, caption="running")
    make_content(status=ContentStatus.GENERATING, context=swept, caption="swept")

    closed = [close_abandoned(), close_abandoned()]

    assert closed == [1, 0]
    assert dict(Content.objects.values_list("caption", "status")) == {
        "running": ContentStatus.GENERATING,
        "swept": ContentStatus.FAILED,
    }


def test_carousel_is_made_when_it_is_asked_for_by_name(settings):
    content = generate(make_persona(), "instagram", NOTHING, seed=3, now=NOW, media_kind=MediaKind.CAROUSEL)

    stored = {path.read_bytes() for path in files(settings.MEDIA_ROOT)}
    assert (content.status, len(content.files()), len(stored)) == (ContentStatus.READY, 3, 3)
