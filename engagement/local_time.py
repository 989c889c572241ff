"""The hour and weekday of a post where its persona lives, daylight saving respected."""

from collections import defaultdict
from datetime import datetime
from zoneinfo import ZoneInfo

from engagement.querysets import SocialMediaPostQuerySet


def local_time(zone: ZoneInfo, moment: datetime) -> dict[str, int]:
    """Hour and weekday (0 is Monday) of a moment in a zone, as the columns of a post."""
    local = moment.astimezone(zone)
    return {"local_hour": local.hour, "local_weekday": local.weekday()}


def has_moved(zone: ZoneInfo, moment: datetime, hour: int | None, weekday: int | None) -> bool:
    """Whether a post has an hour or weekday of another zone. One without an hour was imported with a date alone."""
    local = moment.astimezone(zone)
    return hour is not None and (hour, weekday) != (local.hour, local.weekday())


def refresh_local_times(posts: SocialMediaPostQuerySet, zone: ZoneInfo) -> int:
    """Bring hour and weekday of posts up to date after their persona moved; the number of posts that changed."""
    moved: dict[tuple[int, int], list[int]] = defaultdict(list)
    known = posts.filter(published_at__isnull=False, local_hour__isnull=False).order_by()
    for pk, moment, *stored in known.values_list("pk", "published_at", "local_hour", "local_weekday"):
        if has_moved(zone, moment, *stored):
            hour, weekday = local_time(zone, moment).values()
            moved[hour, weekday].append(pk)
    for (hour, weekday), ids in moved.items():
        posts.model.objects.filter(pk__in=ids).update(local_hour=hour, local_weekday=weekday)
    return sum(map(len, moved.values()))
