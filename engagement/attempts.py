"""One attempt to publish: the claim on the post, and a log that says how far a process came before it ended or died.

Only the process that holds the claim may make a post live. It is asked for right before that moment, so that one which
slept while its claim ran out sends nothing any more.
"""

import uuid
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet

from engagement.enums import AttemptOutcome, PostStatus
from engagement.models import PublishAttempt, SocialMediaPost
from engagement.platforms.budgets import clock_from


class ClaimLost(Exception):
    """Another process took the post over. This one must not send it."""


class Attempt:
    """The running attempt of this process; adapters tell it how far they are.

    Called with a handle it keeps that handle. Both calls raise `ClaimLost` when the post is another process's by now.
    """

    def __init__(self, post: SocialMediaPost, row: PublishAttempt, claim: uuid.UUID, now: datetime) -> None:
        self.post, self.row, self._claim = post, row, claim
        self.moment = clock_from(now)

    def __call__(self, handle: str) -> None:
        """Keep what the platform can be asked with, should this process die."""
        self._hold(publish_id=handle)
        self.post.publish_id = handle
        PublishAttempt.objects.filter(pk=self.row.pk).update(handle=handle)

    def note_piece(self, piece: str) -> None:
        """Keep the name of something that was made for the post and that nobody sees, should this process die."""
        self._hold()
        self.row.pieces = f"{self.row.pieces} {piece}".strip()
        self.row.save(update_fields=["pieces"])

    def going_live(self) -> None:
        """Note that the next request may make the post live."""
        self._hold()
        PublishAttempt.objects.filter(pk=self.row.pk, sent_at=None).update(sent_at=self.moment())

    @property
    def count(self) -> int:
        """Which attempt this is since a person planned the post."""
        return self.row.number - self.post.attempts_before

    def _hold(self, **changes: object) -> None:
        if not mine(self.post, self._claim).update(claimed_until=claim_end(self.moment()), **changes):
            raise ClaimLost(f"{self.post} was taken over by another process")

    def save(self, **changes: object) -> bool:
        """Write changes on the post and give the claim back; False if the post is another process's by now."""
        written = mine(self.post, self._claim).update(claim=None, claimed_until=None, **changes)
        for name, value in {"claim": None, "claimed_until": None, **changes}.items():
            setattr(self.post, name, value)
        return written == 1

    @transaction.atomic
    def end(self, outcome: str, reason: str = "", **changes: object) -> bool:
        """Close the log and write the changes on the post, both or neither; False if the post is another's by now."""
        PublishAttempt.objects.filter(pk=self.row.pk).update(outcome=outcome, reason=reason, ended_at=self.moment())
        return self.save(**changes)


def mine(post: SocialMediaPost, claim: uuid.UUID) -> QuerySet[SocialMediaPost]:
    """The post, if this claim still holds it."""
    return SocialMediaPost.objects.filter(pk=post.pk, claim=claim)


def claim_end(now: datetime) -> datetime:
    """Until when a claim made now holds."""
    return now + timedelta(seconds=settings.CLAIM_SECONDS)


@transaction.atomic
def begin(post: SocialMediaPost, condition: Q, now: datetime) -> Attempt | None:
    """Take a post that fits the condition for a new attempt; None if it no longer fits, or another process has it."""
    claim = take(post, condition, now, status=PostStatus.PUBLISHING, status_reason="")
    if claim is None:
        return None
    number = PublishAttempt.objects.filter(post=post).count() + 1
    row = PublishAttempt.objects.create(post=post, number=number, started_at=now)
    return Attempt(post, row, claim, now)


def resume(post: SocialMediaPost, condition: Q, now: datetime) -> Attempt | None:
    """Take a post up again for its newest attempt."""
    claim = take(post, condition, now)
    if claim is None:
        return None
    row = post.attempts.order_by("-number").first()
    if row is None:
        # Begun before attempts were logged.
        row = PublishAttempt.objects.create(post=post, number=1, started_at=post.scheduled_at or now, sent_at=now)
    return Attempt(post, row, claim, now)


def take(post: SocialMediaPost, condition: Q, now: datetime, **changes: object) -> uuid.UUID | None:
    """Claim a post by a conditional update: only the process whose update changed the row goes on."""
    claim, unclaimed = uuid.uuid4(), Q(claimed_until=None) | Q(claimed_until__lte=now)
    rows = SocialMediaPost.objects.filter(condition & unclaimed, pk=post.pk)
    return claim if rows.update(claim=claim, claimed_until=claim_end(now), **changes) else None


def left_behind(post: SocialMediaPost) -> list[str]:
    """What attempts made for the post before they died, none of which had sent it; each is named once."""
    dead = post.attempts.filter(outcome=AttemptOutcome.DIED, sent_at=None).exclude(pieces="")
    pieces = [piece for one in dead for piece in one.pieces.split()]
    dead.update(pieces="")
    return pieces


def bury(post: SocialMediaPost, now: datetime) -> None:
    """Note that the process of the newest attempt died."""
    running = post.attempts.filter(outcome=AttemptOutcome.STARTED)
    running.update(outcome=AttemptOutcome.DIED, ended_at=now, reason="The process ended before the platform's answer.")
