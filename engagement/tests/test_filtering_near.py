"""Texts that are nearly the same, and that finding them costs little."""

from hypothesis import given
from hypothesis import strategies as st

from engagement.filtering.near import BANDS, FEWEST_WORDS, doubtful, marks, runs
from engagement.filtering.ngrams import tokens
from engagement.filtering.text import visible

LONG = "the morning light over the old harbour was never as clear as on the day we came back from the islands"


def paired(text):
    return runs(tokens(visible(text)))


def marked(text):
    return set(marks({0: paired(text)}).get(0, ()))


def test_marks_are_shared_by_a_template_filled_differently():
    one = marked("I paid 300 to @anna and she sent back 3000 within a week, thank me later")
    other = marked("i paid 50 to @mary.fx and she sent back 9,000 within a week thank me later!")

    assert one & other


def test_marks_survive_a_changed_word():
    assert marked(LONG) & marked(LONG.replace("never", "seldom"))


def test_marks_are_not_shared_by_texts_on_the_same_thing():
    other = "we came to the islands on a clear day and the light over the harbour was like nothing the old ones told"

    assert not marked(LONG) & marked(other)


def test_marks_of_short_texts_do_not_exist():
    assert FEWEST_WORDS == 6
    assert marked("what a lovely picture this") == set()
    assert marked("🔥 " * 20) == set()


def test_marks_are_the_same_on_every_machine():
    assert marks({0: paired(LONG)})[0][0] == 4728327499993275703


@given(st.text(max_size=200))
def test_marks_are_none_or_one_a_band(text):
    assert len(marked(text)) in {0, BANDS}


@given(st.lists(st.sampled_from([LONG, f"{LONG} indeed", "so proud of all of you today my friends", "hi"]), max_size=6))
def test_marks_of_many_are_those_of_each(texts):
    found: dict[int | str, frozenset[str]] = {at: paired(text) for at, text in enumerate(texts)}

    assert {key: set(own) for key, own in marks(found).items()} == {
        at: marked(text) for at, text in enumerate(texts) if marked(text)
    }


@given(st.lists(st.sampled_from([LONG, f"{LONG} indeed", "so proud of all of you today my friends", "hi"]), max_size=6))
def test_doubtful_spares_only_texts_without_company(texts):
    found: dict[int | str, frozenset[str]] = {at: paired(text) for at, text in enumerate(texts)}

    lonely = {key for key, own in found.items() if not any(own & found[other] for other in found if other != key)}

    assert doubtful(found) & lonely == set()
    assert {key for key, own in found.items() if own and list(found.values()).count(own) > 1} <= doubtful(found)
