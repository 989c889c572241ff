"""The offline generator: the same for the same seed, readable, small, and honest about what it cannot make."""

import io
import random
from dataclasses import replace

import pytest
from django.core.exceptions import ImproperlyConfigured
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from gator.studio.enums import MediaKind
from gator.studio.generators import GENERATORS, generator
from gator.studio.generators.base import Brief, GenerationFailed
from gator.studio.generators.captions import CAPTIONS, REFUSED_THEMES
from gator.studio.generators.choice import prefer
from gator.studio.generators.pictures import draw
from gator.studio.generators.template import MAX_CAPTION, TemplateGenerator
from gator.studio.guidance import Guidance
from gator.studio.models import validate_hashtags

TAGS = ("Lisbon", "slowtravel", "streetfood", "tram", "azulejo", "sunset", "river")
NOTHING = Guidance(persona="mara", platform="instagram")
BRIEF = Brief(
    persona="Mara",
    voice="warm",
    themes=("street food", "night trains"),
    hashtags=TAGS,
    platform="instagram",
    media_kind=MediaKind.IMAGE,
    guidance=NOTHING,
    seed=7,
)
make = TemplateGenerator().generate


def texts(count=60, **changes):
    brief = replace(BRIEF, platform="twitter", media_kind=MediaKind.TEXT, **changes)
    return [make(replace(brief, seed=seed)) for seed in range(count)]


def test_generate_same_seed_gives_the_same():
    first, again, other = make(BRIEF), make(BRIEF), make(replace(BRIEF, seed=8))

    assert first == again
    assert (first.caption == other.caption, first.media == other.media) == (False, False)


def test_generate_image_is_a_small_jpeg():
    made = make(BRIEF)

    picture = Image.open(io.BytesIO(made.media))
    assert (picture.format, picture.mode, picture.size[0]) == ("JPEG", "RGB", 1080)
    assert picture.size[1] in {1080, 1350}
    assert len(made.media) < 60_000
    assert made.media_name == "7.jpg"


def test_generate_text_has_no_media():
    made = texts(1)[0]

    assert (made.media, made.media_name) == (b"", "")


def test_generate_tells_how_it_was_made():
    made = make(BRIEF)

    assert (made.model, made.provider, made.tokens, made.cost) == ("template-1", "gator", 0, None)
    assert made.approach in CAPTIONS
    assert made.prompt == (f"A {made.approach} about {made.parameters['theme']} for instagram, as Mara. Voice: warm")


@given(st.integers(0, 2**31), st.sets(st.sampled_from(sorted(CAPTIONS))))
def test_draft_tells_what_generate_tries(seed, liked):
    brief = replace(BRIEF, seed=seed, guidance=replace(NOTHING, approaches=tuple(sorted(liked))))

    draft, made = TemplateGenerator().draft(brief), make(replace(brief, media_kind=MediaKind.TEXT, platform="twitter"))

    assert (draft.approach, draft.model, draft.provider) == (made.approach, made.model, made.provider)
    assert draft.prompt == made.prompt.replace("for twitter", "for instagram")


def test_draft_of_what_cannot_be_made_does_not_fail():
    draft = TemplateGenerator().draft(replace(BRIEF, themes=()))

    assert (draft.model, draft.provider) == ("template-1", "gator")


def test_generate_varies_approach_and_caption():
    made = texts(200)

    assert {piece.approach for piece in made} == set(CAPTIONS)
    assert len({piece.caption for piece in made}) > 100


@given(
    st.integers(0, 2**63 - 1),
    st.lists(st.text(min_size=1, max_size=60), min_size=1, max_size=3),
    st.lists(st.from_regex(r"\w{1,100}", fullmatch=True), max_size=8),
)
def test_generate_caption_and_hashtags_fit_the_smallest_limit(seed, themes, hashtags):
    brief = replace(
        BRIEF,
        seed=seed,
        themes=tuple(themes),
        hashtags=tuple(hashtags),
        platform="twitter",
        media_kind=MediaKind.TEXT,
    )

    try:
        made = make(brief)
    except GenerationFailed:
        return

    published = f"{made.caption}\n" + " ".join(f"#{tag}" for tag in made.hashtags)
    assert len(published) <= MAX_CAPTION
    assert len(set(made.hashtags)) == len(made.hashtags) <= 5


def test_generate_hashtags_are_three_to_five_in_lower_case():
    made = texts()

    assert {len(piece.hashtags) for piece in made} == {3, 4, 5}
    assert {tag for piece in made for tag in piece.hashtags} == {tag.lower() for tag in TAGS}
    validate_hashtags(list(made[0].hashtags))


def test_generate_repeats_hashtags_that_worked_and_still_explores():
    guidance = replace(NOTHING, hashtags=("tram", "learned"))

    made = texts(guidance=guidance)

    assert all({"tram", "learned"} <= set(piece.hashtags) for piece in made)
    assert {tag for piece in made for tag in piece.hashtags} > {"tram", "learned", "sunset", "river"}


def test_generate_leaves_out_hashtags_to_avoid():
    guidance = replace(NOTHING, avoid_hashtags=("lisbon", "TRAM"), hashtags=("tram",))

    used = {tag for piece in texts(guidance=guidance) for tag in piece.hashtags}

    assert used == {"slowtravel", "streetfood", "azulejo", "sunset", "river"}


def test_generate_prefers_an_approach_and_still_explores():
    guidance = replace(NOTHING, approaches=("tip",), avoid_approaches=("quote",))

    used = [piece.approach for piece in texts(300, guidance=guidance)]

    assert 0.7 < used.count("tip") / 300 < 0.95
    assert set(used) == set(CAPTIONS) - {"quote"}


def test_prefer_avoids_nothing_when_nothing_else_is_left():
    chosen = prefer(("image",), random.Random(1), repeat=(), avoid=("image",))

    assert chosen == "image"


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"themes": ()}, "Mara has no themes: give the persona at least one."),
        ({"themes": ("  ",)}, "A theme of Mara is empty: remove or fill it."),
        ({"themes": ("Miracle Cure for all",)}, "take it out of the persona's themes"),
        ({"themes": ("x" * 300,)}, "shorten the theme 'xxxx"),
        ({"parameters": {"max_caption": 10}}, "max_caption is 10"),
        ({"media_kind": MediaKind.VIDEO}, "makes no video for instagram: ask for image, or set GENERATOR"),
        ({"media_kind": MediaKind.TEXT}, "makes no text for instagram: ask for image"),
        ({"platform": "myspace"}, "ask for another platform"),
    ],
    ids=["no theme", "blank theme", "refused theme", "long theme", "short limit", "video", "text", "platform"],
)
def test_generate_refuses_with_a_remedy(changes, message):
    with pytest.raises(GenerationFailed) as raised:
        make(replace(BRIEF, **changes))

    assert message in str(raised.value)


@pytest.mark.parametrize("phrase", REFUSED_THEMES)
def test_refused_themes_are_in_the_form_they_are_compared_in(phrase):
    assert phrase == phrase.casefold()


@pytest.mark.parametrize("approach", CAPTIONS)
def test_captions_leave_room_for_theme_and_hashtags(approach):
    longest = max(len(sentence.format(theme="t" * 30)) for sentence in CAPTIONS[approach])

    assert longest <= 160


def test_draw_same_seed_and_persona_give_the_same_bytes():
    assert draw(1, persona="Mara") == draw(1, persona="Mara")
    assert draw(1, persona="Mara") != draw(2, persona="Mara")


def test_generator_is_the_one_that_settings_name(settings):
    settings.GENERATOR = "template"

    assert generator().name == "template"
    assert [make().name for make in GENERATORS.values()] == list(GENERATORS)


def test_generator_unknown_name_is_an_error_with_a_remedy(settings):
    settings.GENERATOR = "oracle"

    with pytest.raises(ImproperlyConfigured, match="GENERATOR is 'oracle', which no generator is called: use template"):
        generator()
