"""Some weeks in the life of the cast: a day at a time, every station of the loop at its hour."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count

from engagement.enums import Platform, PostStatus
from engagement.models import SocialAccount, SocialMediaPost
from gator import loop
from gator.demo.cast import reviewer
from gator.demo.control import SandboxControl
from gator.studio.enums import ContentStatus, Rating
from gator.studio.feedback import submit
from gator.studio.generators.base import GenerationFailed
from gator.studio.models import Content

POSTS_A_DAY = 1
LEARN_EVERY_DAYS = 7
# What goes wrong, and on which day: as in real life, once things had seemed to work.
VANISH_ON_DAY = 10
EXPIRE_ON_DAY = 17
EXPIRES = ("theo", Platform.FACEBOOK)
RATINGS = (Rating.EXCELLENT, Rating.GOOD, Rating.ACCEPTABLE, Rating.UNACCEPTABLE)


@dataclass(frozen=True)
class Weeks:
    """What the weeks need: who, where and when."""

    accounts: Sequence[SocialAccount]
    control: SandboxControl
    start: datetime
    days: int
    seed: int

    def live(self) -> Iterator[datetime]:
        """Live through every day; yields the end of each."""
        seeds = count(self.seed * 1_000_003)
        for number in range(self.days):
            today = self.start + timedelta(days=number)
            self._create(today, seeds)
            self._disturb(number, today)
            for moment in self._moments(today):
                self.control.move_clock(moment)
                loop.publish(moment)
            loop.observe(today + timedelta(days=1))
            if (number + 1) % LEARN_EVERY_DAYS == 0:
                self._rate(today)
                loop.learn(today + timedelta(days=1))
            yield today + timedelta(days=1)

    def _create(self, now: datetime, seeds: Iterator[int]) -> None:
        for account in self.accounts:
            for _ in range(POSTS_A_DAY):
                try:
                    loop.create(account, now=now, seed=next(seeds))
                except GenerationFailed:
                    # The failed run, its trace and its content are recorded: that is what the demo shows.
                    continue

    def _moments(self, today: datetime) -> list[datetime]:
        """When something happens today: planned posts, and the end of the day."""
        tomorrow = today + timedelta(days=1)
        waiting = SocialMediaPost.objects.filter(status=PostStatus.SCHEDULED, scheduled_at__lte=tomorrow)
        planned = {moment for moment in waiting.values_list("scheduled_at", flat=True) if moment and moment > today}
        return sorted(planned | {tomorrow})

    def _disturb(self, number: int, now: datetime) -> None:
        if number == VANISH_ON_DAY:
            post = SocialMediaPost.objects.published().on(Platform.INSTAGRAM).recent(72, now).order_by("pk").first()
            if post:
                self.control.fault("vanished_post", post=post.platform_post_id or "")
        if number == EXPIRE_ON_DAY:
            slug, platform = EXPIRES
            account = next(a for a in self.accounts if a.persona.slug == slug and a.platform == platform)
            self.control.fault("expired_token", account=account.platform_user_id)

    def _rate(self, now: datetime) -> None:
        """A person looks at some of the newest pieces and says what they think."""
        ours = {account.persona_id for account in self.accounts}
        ready = Content.objects.filter(status=ContentStatus.READY, persona__in=ours, feedback=None)
        for content, rating in zip(ready.order_by("-created_at", "-pk")[:4], RATINGS, strict=False):
            submit(content, rater=reviewer(), rating=rating, now=now)
