"""`setup_schedules`: create the default periodic tasks that are missing."""

from typing import Any

from acd.console import ConsoleCommand
from gator.schedules import DEFAULTS, create_missing


class Command(ConsoleCommand):
    """Creates what is missing and keeps what staff changed or switched off."""

    help = "Creates the default periodic tasks that are missing. What staff changed, renamed or switched off stays."

    def handle(self, *args: Any, **options: Any) -> None:
        created = create_missing()
        for schedule in DEFAULTS:
            state = "created" if schedule.name in created else "kept"
            self.item(schedule.name, state, f"every {schedule.minutes} min")
        self.finish({"created": created, "kept": [s.name for s in DEFAULTS if s.name not in created]})
