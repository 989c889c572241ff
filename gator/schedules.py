"""The default periodic tasks as data. They are created once and then belong to staff; settings hold none.

Everything runs on intervals: a crontab in a zone with daylight saving loses the repeated hour in autumn
(celery issue 10107).
"""

from dataclasses import dataclass

from django.db.models import Q
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from engagement.tasks import REFRESH_MINUTES


@dataclass(frozen=True)
class Schedule:
    """A task that beat starts every so many minutes."""

    name: str
    task: str
    minutes: int
    why: str


DEFAULTS = (
    Schedule("Publish due posts", "engagement.tasks.publish_due", 1, "A planned post goes out within a minute."),
    Schedule(
        "Sync due posts", "engagement.tasks.sync_due", 1, "Each post has its own due time; this only asks what is due."
    ),
    Schedule(
        "Read account facts",
        "engagement.tasks.read_facts",
        60,
        "Followers and audience of each account, once a day; this only asks whose day is over.",
    ),
    Schedule(
        "Renew tokens",
        "engagement.tasks.refresh_tokens",
        REFRESH_MINUTES,
        "A token is renewed when a third of its life is left; some live two hours.",
    ),
    Schedule(
        "Sweep pushed events",
        "engagement.tasks.process_waiting",
        1,
        "An event whose task was lost is worked on within a minute; one that failed is tried again.",
    ),
    Schedule(
        "Grade and learn", "gator.tasks.learn", 60, "Grades settled posts and extracts patterns from new numbers."
    ),
    Schedule(
        "Learn anew after erasures",
        "gator.tasks.relearn",
        5,
        "Takes what rested on an erased person out of grades and patterns; does nothing else.",
    ),
    Schedule("Sweep abandoned runs", "gator.tasks.sweep", 30, "Ends runs whose process was killed."),
    Schedule(
        "Purge old comment texts", "engagement.tasks.purge_expired", 24 * 60, "Keeps texts no longer than allowed."
    ),
)


def create_missing() -> list[str]:
    """Create the default schedules that are missing; what staff changed or switched off stays. The names created."""
    return [schedule.name for schedule in DEFAULTS if _create(schedule)]


def _create(schedule: Schedule) -> bool:
    # By its task as well: one that staff renamed is still there.
    if PeriodicTask.objects.filter(Q(name=schedule.name) | Q(task=schedule.task)).exists():
        return False
    PeriodicTask.objects.create(
        name=schedule.name,
        task=schedule.task,
        interval=_every(schedule.minutes),
        description=schedule.why,
        # A run that waited a whole period is overtaken by the next one.
        expire_seconds=schedule.minutes * 60,
    )
    return True


def _every(minutes: int) -> IntervalSchedule:
    # Intervals are not unique: staff may have made the same one twice.
    wanted = {"every": minutes, "period": IntervalSchedule.MINUTES}
    return IntervalSchedule.objects.filter(**wanted).first() or IntervalSchedule.objects.create(**wanted)
