"""The learning loop, read top to bottom: guide, generate, publish, sync, filter, grade, extract.

It lines up what the apps do and contains no rule of its own. `observe` filters and measures too: no numbers are stored
without.
"""

from datetime import datetime
from random import Random

from django.conf import settings

from engagement import publishing, scheduling
from engagement.grading import grade_posts
from engagement.models import SocialAccount, SocialMediaPost
from engagement.platforms import kinds_of
from engagement.reports import Report
from engagement.sync import sync_due
from gator.planning import next_slot
from gator.studio.generation import generate
from gator.studio.guidance import Guidance, drawn
from patterns.extraction import extract_new
from patterns.guidance import guidance_for, record_use
from patterns.models import Extraction
from patterns.removals import take_up_removals


def guide(account: SocialAccount, *, now: datetime, rng: Random) -> Guidance:
    """What is known for the next piece. A random share goes without, so that what guidance gains can be measured."""
    guidance = guidance_for(account.persona, account.platform, now=now)
    return drawn(guidance, control_share=settings.CONTROL_SHARE, rng=rng)


def create(account: SocialAccount, *, now: datetime, seed: int) -> SocialMediaPost:
    """Generate the next piece for an account, of a kind that it takes, and plan it.

    Raises what the generator raised, after that is recorded, and `NotPossible` where nothing was begun.
    """
    rng = Random(f"{account.platform}:{account.platform_user_id}:{seed}")
    guidance = guide(account, now=now, rng=rng)
    kinds, drawn_seed = kinds_of(account), rng.getrandbits(32)
    content = generate(account.persona, account.platform, guidance, kinds=kinds, seed=drawn_seed, now=now)
    record_use(content, guidance)
    return scheduling.schedule(content, account, next_slot(account.persona.timezone, guidance, now, rng))


def publish(now: datetime) -> Report:
    """Put on the platforms what is due."""
    return publishing.publish_due(now)


def observe(now: datetime) -> Report:
    """Read what happened to due posts, take bots and personas out, and measure what is left."""
    return sync_due(now)


def learn(now: datetime) -> list[Extraction]:
    """Grade the runs behind settled posts, then extract patterns: the next `guide` starts from them.

    First of all what was taken away is taken out of the numbers.
    """
    removed = take_up_removals(now)
    grade_posts(SocialMediaPost.objects.all(), now=now)
    return extract_new(now, removed=removed)
