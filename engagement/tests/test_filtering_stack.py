"""How the layers' evidence is combined."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engagement.filtering.model import load_model
from engagement.filtering.scene import Evidence
from engagement.filtering.stack import LAYER_CAP, LAYERS, SIGNED, TEXT, at_prevalence, combined, said

STACK = load_model().stack
WEIGHTS = st.dictionaries(st.sampled_from(sorted(set(LAYERS) - {TEXT})), st.floats(0, 1))


@given(st.lists(st.floats(0, LAYER_CAP), max_size=6))
def test_combined_is_a_probability_that_more_evidence_never_lowers(weights):
    assert 0 <= combined(weights) <= 1
    assert combined([*weights, 0.3]) >= combined(weights)


@given(WEIGHTS, st.sampled_from(sorted(set(LAYERS) - SIGNED)), st.floats(0, 1), st.none() | st.floats(0, 1))
def test_more_suspicion_never_lowers_the_probability(weights, layer, weight, text):
    pieces = [Evidence(name, "", value, "") for name, value in weights.items()]
    pieces += [Evidence(TEXT, "", text, "")] if text is not None else []

    more = STACK.probability(said([*pieces, Evidence(layer, "", weight, "")]))

    assert more >= STACK.probability(said(pieces)) - 1e-9


@given(st.sampled_from(sorted(SIGNED - {TEXT})))
def test_what_is_undecided_adds_nothing(layer):
    assert STACK.probability(said([Evidence(layer, "", 0.5, "")])) == pytest.approx(STACK.probability({}))


def test_nothing_known_is_the_ordinary_share():
    assert STACK.probability({}) == pytest.approx(0.05, abs=1e-4)


def test_at_prevalence_follows_bayes():
    # Odds of 9 to 1 at one half are odds of 9 to 19 at one twentieth.
    assert at_prevalence(0.9, 0.5, 0.05) == pytest.approx(9 / 28)
    assert at_prevalence(0.7, 0.3, 0.3) == pytest.approx(0.7)
