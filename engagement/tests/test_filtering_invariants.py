"""What must hold for any scene, crowds, company and history included: counts only ever move the way they should.

A bot here is whoever the filter calls one once they are there; a person is somebody with words of their own who either
has been a person under earlier posts or comes when nobody else does.
"""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from acd.tests.factories import NOW
from engagement.enums import InteractionKind, Verdict
from engagement.filtering.coengagement import FEWEST_POSTS
from engagement.filtering.pipeline import assess
from engagement.filtering.scene import Account, AuthorRecord, History, Seen, Together
from engagement.filtering.text import fingerprint

PITCH = "Write me on WhatsApp +1 555 01234 for daily profit"
OWN_WORDS = "Which mountain do we see behind the old harbour here?"
NOBODY: frozenset[str] = frozenset()
# As many as crowds need, and a few more.
AUTHORS = [f"author-{n}" for n in range(24)]
TEXTS = st.sampled_from(["", "Nice", "🔥🔥🔥", PITCH, "check my profile", "see http://a.example", OWN_WORDS]) | st.text(
    max_size=20
)
# Within two minutes, within ten around them, or long after.
SECONDS = st.integers(600, 720) | st.integers(0, 1_320) | st.just(50_000)
ACCOUNTS = st.none() | st.sampled_from([5.0, 29.0, 900.0]).map(lambda days: Account(age_days=days, followers=3))


@st.composite
def interactions(draw, number, author=None):
    """One interaction, of anybody."""
    second = draw(st.none() | SECONDS)
    return Seen(
        number,
        draw(st.sampled_from([InteractionKind.COMMENT] * 3 + [InteractionKind.LIKE])),
        author if author is not None else draw(st.sampled_from(["", *AUTHORS])),
        draw(TEXTS),
        None if second is None else NOW + timedelta(seconds=second),
        account=draw(ACCOUNTS),
    )


@st.composite
def scenes(draw):
    """Some of anybody, and crowds of a dozen who differ in who they are and when they came."""
    loose = [draw(interactions(f"loose-{at}")) for at in range(draw(st.integers(0, 6)))]
    crowd = []
    for at, author in enumerate(AUTHORS[: draw(st.sampled_from([0, 9, 10, 11, 13]))]):
        moment = NOW + timedelta(seconds=draw(st.integers(590, 730)))
        account = Account(age_days=draw(st.sampled_from([5.0, 900.0])))
        crowd.append(Seen(f"crowd-{at}", InteractionKind.COMMENT, author, "Nice", moment, account=account))
    old = draw(st.integers(0, 26))
    young = draw(st.sampled_from([0, 9, 10, 12]))
    aged = [
        Seen(f"like-{at}", InteractionKind.LIKE, f"liker-{at}", account=Account(age_days=5.0 if at < young else 900.0))
        for at in range(young + old)
    ]
    return [*loose, *crowd, *aged]


AUTHOR = st.sampled_from(AUTHORS)
HISTORIES = st.builds(
    History,
    typical_pace=st.sampled_from([None, 1.0, 1.0, 3.0]),
    author_posts=st.dictionaries(AUTHOR, st.integers(1, 3), max_size=3),
    authors=st.dictionaries(
        AUTHOR, st.builds(AuthorRecord, genuine=st.integers(0, 4), bot=st.integers(0, 4)), max_size=3
    ),
    fingerprints=st.dictionaries(st.just(fingerprint(PITCH)), st.integers(1, 5)),
    together=st.dictionaries(AUTHOR, st.builds(Together, st.integers(1, 4), st.integers(FEWEST_POSTS, 6)), max_size=3),
)


def called(verdict, found):
    return {key for key, one in found.items() if one.verdict == verdict}


@given(scenes(), HISTORIES, interactions("new"))
def test_another_bot_makes_nobody_genuine(scene, history, newcomer):
    before = assess(scene, known_personas=NOBODY, history=history)
    after = assess([*scene, newcomer], known_personas=NOBODY, history=history)

    if after["new"].verdict == Verdict.BOT:
        assert called(Verdict.GENUINE, after) <= called(Verdict.GENUINE, before)


@given(scenes(), HISTORIES, SECONDS, st.sampled_from([5.0, 900.0]))
def test_a_regular_accuses_nobody_whenever_they_come(scene, history, second, days):
    """Somebody found genuine under earlier posts, with words of their own."""
    past = replace(
        history,
        author_posts={**history.author_posts, "fan": 3},
        authors={**history.authors, "fan": AuthorRecord(genuine=9)},
    )
    moment = NOW + timedelta(seconds=second)
    fan = Seen("new", InteractionKind.COMMENT, "fan", "We sat there last June", moment, account=Account(age_days=days))

    before = assess(scene, known_personas=NOBODY, history=past)
    after = assess([*scene, fan], known_personas=NOBODY, history=past)

    assert called(Verdict.BOT, after) <= called(Verdict.BOT, before)
    assert after["new"].verdict == Verdict.GENUINE


@given(scenes(), HISTORIES)
def test_a_stranger_who_comes_alone_accuses_nobody(scene, history):
    moment = NOW + timedelta(days=2)
    person = Seen("new", InteractionKind.COMMENT, "e", "We sat there last June", moment, account=Account(age_days=900))

    before = assess(scene, known_personas=NOBODY, history=history)
    after = assess([*scene, person], known_personas=NOBODY, history=history)

    assert called(Verdict.BOT, after) <= called(Verdict.BOT, before)


@given(scenes(), HISTORIES, st.frozensets(AUTHOR, max_size=4), AUTHOR)
def test_a_longer_list_of_personas_makes_nobody_genuine(scene, history, personas, newcomer):
    before = assess(scene, known_personas=personas, history=history)
    after = assess(scene, known_personas=personas | {newcomer}, history=history)

    assert called(Verdict.GENUINE, after) <= called(Verdict.GENUINE, before)
    assert called(Verdict.BOT, after) <= called(Verdict.BOT, before)


@given(scenes(), HISTORIES, st.randoms())
def test_order_and_repetition_change_nothing_of_a_crowd(scene, history, random):
    shuffled = [*scene, *scene]
    random.shuffle(shuffled)

    assert assess(shuffled, known_personas=NOBODY, history=history) == assess(
        scene, known_personas=NOBODY, history=history
    )


@given(scenes(), HISTORIES, st.frozensets(AUTHOR, max_size=4))
def test_verdicts_partition_any_scene(scene, history, personas):
    found = assess(scene, known_personas=personas, history=history)

    assert set(found) == {seen.id for seen in scene}
    assert sum(len(called(verdict, found)) for verdict in Verdict) == len(scene)
