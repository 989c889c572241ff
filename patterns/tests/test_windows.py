"""The posts of a window and their items against a recount in Python."""

from collections import defaultdict

from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from engagement.enums import Basis
from engagement.tests.factories import make_account
from gator.studio.tests.factories import make_content
from patterns.enums import PatternKind
from patterns.models import PostPerformance
from patterns.stats import Sample
from patterns.tests.factories import make_evidence
from patterns.windows import rows_of

LENGTHS = {0: "0", 1: "1-50", 60: "51-125"}
POSTS = st.lists(
    st.fixed_dictionaries(
        {
            # Sixteenths of a percent add up without rounding.
            "engagement_rate": st.none() | st.integers(0, 160).map(lambda n: n / 16),
            "local_hour": st.none() | st.sampled_from([8, 12, 18]),
            "local_weekday": st.none() | st.integers(0, 6),
            "caption": st.sampled_from(["", "a", "a" * 60]),
            "media_kind": st.sampled_from(["image", "video"]),
            "tags": st.sets(st.sampled_from(["sea", "light", "market"])),
            "basis": st.sampled_from([Basis.REACH, Basis.VIEWS]),
            "approach": st.sampled_from(["", "question", "story"]),
        }
    ),
    max_size=12,
)


def items_of(post):
    """Every item that a post has, from how it was drawn."""
    single = {
        PatternKind.POSTING_HOUR: post["local_hour"],
        PatternKind.POSTING_WEEKDAY: post["local_weekday"],
        PatternKind.MEDIA_KIND: post["media_kind"],
        PatternKind.CAPTION_LENGTH: LENGTHS[len(post["caption"])],
        PatternKind.STRATEGY: post["approach"],
    }
    known = {(kind, str(subject)) for kind, subject in single.items() if subject not in (None, "")}
    return known | {(PatternKind.HASHTAG, tag) for tag in post["tags"]}


class ItemsTest(TestCase):
    @settings(max_examples=25)
    @given(POSTS)
    def test_items_and_their_sums_agree_with_a_recount(self, drawn):
        account = make_account()
        for post in drawn:
            changes = {name: value for name, value in post.items() if name != "approach"}
            make_evidence(account, content=make_content(persona=account.persona, approach=post["approach"]), **changes)
        known = [p for p in drawn if p["basis"] == Basis.REACH and p["engagement_rate"] is not None]
        expected = defaultdict(list)
        for post in known:
            for item in items_of(post):
                expected[item].append(post["engagement_rate"])

        rows = rows_of(PostPerformance.objects.all().with_value(Basis.REACH))

        assert {item: rows.sample(item) for item in rows.places} == {
            item: Sample.of(rates) for item, rates in expected.items()
        }
        assert rows.sample() == Sample.of(post["engagement_rate"] for post in known)
