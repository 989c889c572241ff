"""Whatever is taken away, in any mixture: what is left is what it would be had all that never been there."""

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engagement.enums import Verdict
from engagement.models import Interaction, SocialMediaPost
from gator import loop
from gator.tests.test_commands import run_json
from gator.tests.test_forgetting import ANA, in_a_world_of_its_own
from gator.tests.test_removals import decide

pytestmark = pytest.mark.django_db
# The posts of the account with a history, and those of them under which the filter finds a campaign.
POSTS, CAMPAIGNS = range(40), range(0, 40, 8)


@settings(max_examples=5, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    seed=st.integers(1, 30),
    gone=st.sets(st.sampled_from(POSTS), max_size=8),
    overruled=st.sets(st.sampled_from(CAMPAIGNS)),
    is_forgotten=st.booleans(),
)
def test_what_is_left_is_what_it_would_be_had_it_never_been_there(seed, gone, overruled, is_forgotten):
    def posts():
        return SocialMediaPost.objects.filter(platform_post_id__in=[f"post-{number}" for number in gone])

    def accused():
        return Interaction.objects.filter(platform_id__in=[f"{number}-copy" for number in overruled])

    def never_there():
        posts().delete()
        accused().update(override=Verdict.GENUINE)

    def take_away():
        posts().delete()
        decide(accused(), Verdict.GENUINE)
        if is_forgotten:
            run_json("erase_author", "--platform", "instagram", "--author", ANA)
        loop.learn(timezone.now())

    without, _ = in_a_world_of_its_own(seed, with_ana=not is_forgotten, before_measuring=never_there)

    _, after = in_a_world_of_its_own(seed, with_ana=True, then=take_away)

    # A run whose post went keeps the grade that it gave: a person may delete the run as well.
    for name in ("patterns", "posts", "verdicts") if gone else without:
        assert after[name] == without[name], name
