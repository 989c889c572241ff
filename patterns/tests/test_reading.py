"""The posts of a window, read once: what each teaches agrees with what the database says of it."""

from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from acd.tests.factories import NOW
from engagement.enums import Basis
from engagement.tests.factories import make_account
from patterns.models import PostPerformance
from patterns.reading import reading_of
from patterns.tests.factories import make_evidence
from patterns.tests.test_querysets import STANDINGS
from patterns.windows import rows_of

START = NOW - timedelta(days=30)
POSTS = st.lists(
    st.tuples(
        st.sampled_from([changes for changes, _ in STANDINGS.values()]),
        st.integers(1, 40).map(lambda days: NOW - timedelta(days=days)),
        st.sampled_from([Basis.REACH, Basis.VIEWS]),
        st.sets(st.sampled_from(["sea", "light", "market"])),
        st.sampled_from(["", "é" * 50, "a" * 51]),
    ),
    max_size=12,
)


class ReadingTest(TestCase):
    @settings(max_examples=40)
    @given(POSTS)
    def test_bases_and_rows_are_those_of_the_database(self, drawn):
        account = make_account()
        for changes, moment, basis, tags, caption in drawn:
            usual = {
                "published_at": moment,
                "last_synced_at": moment + timedelta(days=8),
                "basis": basis,
                "tags": tags,
                "caption": caption,
            }
            make_evidence(account, **usual | changes)
        reading = reading_of(PostPerformance.objects.all())
        window = PostPerformance.objects.in_window(START, NOW)

        assert dict(reading.bases(START)) == window.per_basis()
        for basis in Basis:
            assert reading.rows(START, basis) == rows_of(window.with_value(basis))
