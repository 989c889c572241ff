import pytest
from celery import current_app
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from gator.schedules import DEFAULTS, create_missing

pytestmark = pytest.mark.django_db
NAMES = [schedule.name for schedule in DEFAULTS]


def ours():
    return PeriodicTask.objects.filter(name__in=NAMES)


def test_missing_schedules_are_created_once():
    assert create_missing() == NAMES
    assert create_missing() == []
    assert ours().count() == len(DEFAULTS)


def test_schedules_say_what_they_run_and_how_often():
    create_missing()

    rows = ours().values_list("name", "task", "interval__every", "interval__period", "enabled", "expire_seconds")

    assert set(rows) == {(s.name, s.task, s.minutes, "minutes", True, 60 * s.minutes) for s in DEFAULTS}


def test_every_scheduled_task_exists():
    current_app.loader.import_default_modules()

    assert [schedule.task for schedule in DEFAULTS if schedule.task not in current_app.tasks] == []


def test_what_staff_changed_stays():
    create_missing()
    often, _ = IntervalSchedule.objects.get_or_create(every=7, period=IntervalSchedule.MINUTES)
    PeriodicTask.objects.filter(name="Sync due posts").update(interval=often)
    PeriodicTask.objects.filter(name="Grade and learn").update(enabled=False)
    PeriodicTask.objects.filter(name="Publish due posts").update(name="Publish, Ana's way")
    before = set(PeriodicTask.objects.values_list("pk", "name", "enabled", "interval"))

    created = create_missing()

    assert created == []
    assert set(PeriodicTask.objects.values_list("pk", "name", "enabled", "interval")) == before


def test_only_what_is_missing_is_created():
    create_missing()
    PeriodicTask.objects.filter(name="Grade and learn").delete()

    assert create_missing() == ["Grade and learn"]


def test_intervals_that_staff_made_twice_do_not_matter():
    for _ in range(2):
        IntervalSchedule.objects.create(every=5, period=IntervalSchedule.MINUTES)

    assert create_missing() == NAMES
