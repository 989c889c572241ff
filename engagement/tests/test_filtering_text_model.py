"""The text model: what it looks at, that it scores as it was trained, and that no text makes it slow."""

import json
import re
import tracemalloc
from collections import Counter
from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.filtering.model import MODELS, SHIPPED, load_model
from engagement.filtering.near import runs
from engagement.filtering.ngrams import LENGTH, all_of, simple, tokens
from engagement.filtering.text import visible
from engagement.filtering.text_model import EVENED, KNOWN_LEAST, TextModel, counted

MODEL = load_model()


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("see https://a.example/b?c=1 now", ["see", "\x01l", "now"]),
        ("see www.a.example now", ["see", "\x01l", "now"]),
        ("shop.com is open", ["\x01l", "is", "open"]),
        ("https://youtu.be/abc?t=1", ["\x01p"]),
        ("https://www.instagram.com/p/xyz/", ["\x01p"]),
        ("https://www.instagram.com/somebody", ["\x01l"]),
        ("buy at shop . com/a now", ["buy", "at", "\x01l", "now"]),
        ("see a.pl/x, and/or b", ["see", "\x01l", "and", "/", "or", "b"]),
        ("at /watch?v=abc", ["at", "\x01p"]),
        ("thanks @anna.b!", ["thanks", "\x01h", "!"]),
        ("thanks @anna.b.", ["thanks", "\x01h"]),
        ("ask @anna_", ["ask", "\x01n"]),
        ("ask @anna.b_2 now", ["ask", "\x01n", "now"]),
        ("#anna__b", ["#", "anna", "__", "b"]),
        ("thanks @fx_anna", ["thanks", "\x01t"]),
        ("mail anna.b@mail.example", ["mail", "\x01e"]),
        ("so good.love it", ["so", "good", ".", "love", "it"]),
        ("🔥🔥 wow", ["🔥", "🔥", "wow"]),
    ],
)
def test_tokens_replace_what_leads_somewhere_or_names_somebody(text, read):
    assert tokens(visible(text)) == read


@pytest.mark.parametrize(
    ("token", "form"), [("loooove", "love"), ("12", "0"), ("20000", "00"), ("b4by99", "b0by0"), ("🔥", "🔥")]
)
def test_simple_drops_repetition_and_the_value_of_digits(token, form):
    assert simple(token) == form


def small_model(texts):
    held = Counter(gram for text in texts for gram in set(all_of(tokens(text))))
    grams = {gram: (len(gram) - 4.0, log(1 + len(texts) / n)) for gram, n in held.items()}
    return TextModel(grams, bias=0.25), grams


@given(st.lists(st.text("ab c!🔥1", min_size=1, max_size=30), min_size=1, max_size=5))
def test_log_odds_are_the_sum_over_all_ngrams_evened_out(texts):
    shown = [visible(text) for text in texts]
    model, grams = small_model(shown)

    for text in shown:
        held = Counter(all_of(tokens(text)))
        total = sum(n * grams[gram][0] * counted(gram, grams[gram][1]) for gram, n in held.items())
        square = sum(n * counted(gram, grams[gram][1]) ** 2 for gram, n in held.items())
        expected = 0.25 + total / square**EVENED if tokens(text) else None
        assert model.log_odds(text) == (expected if expected is None else pytest.approx(expected))


def test_log_odds_of_another_language_are_unknown():
    model, _ = small_model(["check out my channel"])

    assert model.log_odds("check my channel") is not None
    assert model.log_odds("schau auf meinem kanal vorbei") is None
    assert model.log_odds("") is None
    assert 0 < KNOWN_LEAST < 1


@pytest.mark.parametrize(
    "text",
    ["Красивое фото, очень нравится", "とても綺麗な写真ですね", "Çok güzel bir fotoğraf olmuş, ellerine sağlık"],
)
def test_shipped_model_says_nothing_of_what_it_cannot_read(text):
    assert MODEL.text.log_odds(visible(text)) is None


def test_telling_names_the_words_that_speak_for_a_bot():
    found = MODEL.text.telling(visible("Please subscribe to my channel"))

    assert "subscribe" in " ".join(name for name, _ in found)
    assert found == sorted(found, key=lambda one: (-one[1], one[0]))


def test_shipped_ngrams_hold_no_link_handle_or_number():
    grams = [gram for path in MODELS.glob("*.json") for gram in load_model(path).text.names]

    assert len(grams) > 10_000
    assert [gram for gram in grams if re.search(r"@\w|http|www", gram)] == []
    # The length of a text is a gram of its own.
    numbered = [gram for gram in grams if any(digit in gram for digit in "123456789")]
    assert [gram for gram in numbered if not gram.startswith(LENGTH)] == []


def test_shipped_model_is_small_and_has_its_card():
    for path in MODELS.glob("*.json"):
        assert path.stat().st_size < 1_000_000
        card = path.with_suffix(".md").read_text(encoding="utf-8")
        assert f"# Model {path.stem}" in card
        assert "licence" in card


def test_load_model_names_those_there_are():
    with pytest.raises(FileNotFoundError, match=r"There is no model 'layers-0'\. Give one of .*layers-7"):
        load_model("layers-0")


@pytest.mark.parametrize(
    ("version", "told"),
    [
        pytest.param("", "names its model ''", id="none"),
        pytest.param("x" * 51, "give up to 50 letters", id="longer than its column"),
        pytest.param("a b", "give up to 50 letters", id="two words"),
        pytest.param(7, "names its model 7", id="a number"),
        pytest.param(SHIPPED, f"another model than the one shipped as {SHIPPED}", id="taken"),
    ],
)
def test_load_model_refuses_a_name_that_verdicts_cannot_carry(tmp_path, version, told):
    """Under a name that is taken a switch would leave all verdicts as they are: they seem to be this model's."""
    stored = json.loads((MODELS / f"{SHIPPED}.json").read_text(encoding="utf-8"))
    path = tmp_path / "mine.json"
    path.write_text(json.dumps(stored | {"version": version, "prevalence": 0.3}), encoding="utf-8")

    with pytest.raises(ValueError, match=re.escape(told)):
        load_model(path)


def test_a_shipped_model_may_lie_elsewhere(tmp_path):
    path = tmp_path / "copy.json"
    path.write_bytes((MODELS / f"{SHIPPED}.json").read_bytes())

    assert load_model(path).version == SHIPPED


def test_no_stranger_fills_the_memory_with_long_words():
    """Two megabytes of words that are none, read by all that remembers words: next to nothing of them is kept."""
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()

    for number in range(200):
        said = tokens(" ".join(f"{letter}{number}{'xy' * 800}" for letter in "abcdef"))
        assert MODEL.text.log_odds_of(said) is None
        assert len(runs(said)) == 5
    kept = tracemalloc.get_traced_memory()[0] - before
    tracemalloc.stop()

    assert kept < 600_000
