"""Strangers' text in its normal form, and what the lists find in it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.filtering.content import contacts_in, phrases_in
from engagement.filtering.text import fingerprint, normalise, remembered, visible, words

HIDDEN = "\u200b\u200c\u200d\u2060\ufeff\u202e\u2066\u00ad\U000e0041\ufe0f"


@pytest.mark.parametrize(
    ("text", "groups"),
    [
        ("c\u200dheck my pro\u2060file", ["self_promotion"]),
        ("CHECK   MY\nPROFILE!!!", ["self_promotion"]),
        ("𝐜𝐡𝐞𝐜𝐤 𝐦𝐲 𝐩𝐫𝐨𝐟𝐢𝐥𝐞", ["self_promotion"]),
        ("check&nbsp;my <b>profile</b>", ["self_promotion"]),
        ("cheeeeck my profiiile", ["self_promotion"]),
        ("check out the profile of that mountain", []),
        ("sub4sub and follow back", ["engagement_bait", "engagement_bait"]),
    ],
)
def test_phrases_in_reads_through_decoration(text, groups):
    assert phrases_in(words(visible(text))) == groups


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("see https://a.example/b", ["url"]),
        ("www.a.de", ["url"]),
        ("my site is spam.com", ["url"]),
        ("that was it.me and her", ["url"]),
        ("so good.love it", []),
        ("at shop . com/a", ["url"]),
        ("at shop.pl/a", ["url"]),
        ("thanks @joy.co", ["handle"]),
        ("and/or 3.5/10", []),
        ("call +1 (555) 012-3456", ["phone"]),
        ("from 2019-2020 to 2021 2022", []),
        ("mail me at a@b.com", ["email"]),
        ("0x800e9d435dcef7a5d43be2bbc5b5cb280fcdbfff", ["wallet"]),
        ("thanks @anna.b", ["handle"]),
        ("thanks @fx_anna", ["handle", "trading_handle"]),
        ("@ home", []),
        ("2:19 <a href='https://y.example/watch?t=2'>best part</a>", []),
    ],
)
def test_contacts_in_finds_ways_to_be_reached(text, found):
    assert contacts_in(visible(text)) == found


@given(st.text(max_size=60), st.lists(st.tuples(st.integers(0, 60), st.sampled_from(HIDDEN)), max_size=10))
def test_normalise_does_not_see_hidden_characters(text, inserted):
    hidden = text
    for at, character in inserted:
        hidden = hidden[:at] + character + hidden[at:]

    assert normalise(hidden) == normalise(text)
    assert fingerprint(hidden) == fingerprint(text)


def test_normalise_sees_a_phrase_behind_ten_thousand_hidden_characters():
    assert phrases_in(words(visible("\u200b" * 20_000 + "check my profile"))) == ["self_promotion"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Check my profile now 🔥🔥", "check  my PROFILE, now!!!"),
        ("<b>Check</b> my profile&nbsp;now", "checkmyprofile now"),
    ],
)
def test_fingerprint_ignores_decoration(one, other):
    assert fingerprint(one) == fingerprint(other)
    assert len(fingerprint(one)) == 32


@pytest.mark.parametrize("text", ["", "🔥" * 50, "love this!", "so beautiful"])
def test_fingerprint_of_short_praise_is_empty(text):
    assert fingerprint(text) == ""


def test_fingerprint_keeps_digits_apart():
    assert fingerprint("I won 1000 dollars") != fingerprint("I won 10 dollars")


def test_no_stranger_fills_the_memory_with_long_words():
    """Whatever is remembered of a word is as short as words are."""
    remembered.cache_clear()

    assert words("x9" * 4_000) == ["x9" * 4_000]
    assert remembered.cache_info().currsize == 0
