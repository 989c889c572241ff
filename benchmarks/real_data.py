"""The loop on real data: imports posts and comments that people made, learns, and asks the API what was learned.

Reads `../shared/data` beside the repository and skips with a message where it is missing. Works in a database of its
own, on SQLite or, with BENCH_DATABASE_URL, on an empty PostgreSQL database. Prints every step with its seconds.
"""

import csv
import json
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

from _common import ROOT, WORK, empty_database, step
from django.contrib.auth.models import User
from django.core.management import CommandError, call_command
from rest_framework.test import APIClient

from engagement.models import SocialMediaPost
from gator.studio.models import Persona

DATA = ROOT.parent / "shared" / "data"
# Long enough for posts of 2012.
DAYS = "5500"
SELLERS = ["status_id=post_id", "status_type=media_kind", "published=published_at", "page=account"]
SELLERS += ["num_reactions=likes", "num_comments=comments", "num_shares=shares"]
METRICS = ["row=post_id", "Type=media_kind", "published=published_at", "T_Reach=reach", "T_Impression=impressions"]
METRICS += ["comment=comments", "like=likes", "share=shares"]
VIDEOS = ("KatyPerry", "LMFAO", "Psy")
YOUTUBE = ["comment_id=platform_id", "author_hash=author", "date=occurred_at", "content=text"]
SCAMSPOT = ["line=platform_id", "msg=text"]
QUESTIONS = ("summary", "posting-times", "suggestions", "hashtags", "successful-patterns", "failure-patterns")


def run(*words: str, **options: Any) -> dict[str, Any]:
    """A command's JSON; bad rows end a command with an error after it told them, which is part of the account."""
    out = StringIO()
    try:
        call_command(*words, "--json", stdout=out, **options)
    except CommandError as error:
        print(f"           {error}")
    return dict(json.loads(out.getvalue()))


def mapped(columns: list[str]) -> list[str]:
    """The --map options."""
    return [word for column in columns for word in ("--map", column)]


def dated() -> Path:
    """The posts of facebook-metrics with a date: the file gives month, weekday (1 is Sunday) and hour, newest first.

    They are of 2014. The day within the month is rebuilt so that months stay in order; only hour and weekday are used
    by the questions asked here.
    """
    rows = list(csv.DictReader((DATA / "facebook-metrics" / "posts_dev_oldest400.csv").open(encoding="utf-8")))
    path = Path(WORK.name) / "facebook-metrics.csv"
    moment = datetime(2014, 1, 1, tzinfo=UTC)
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, [*rows[0], "published"])
        out.writeheader()
        for row in reversed(rows):
            moment = _next_day(moment, int(row["Month"]), (int(row["Weekday"]) - 2) % 7)
            out.writerow(row | {"published": moment.replace(hour=int(row["Hour"]) % 24).isoformat()})
    return path


def numbered() -> Path:
    """The comments of scamspot with an id of their own: its `number` is not unique."""
    path = Path(WORK.name) / "scamspot.csv"
    rows = list(csv.DictReader((DATA / "scamspot-instagram-comments" / "train.csv").open(encoding="utf-8")))
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.DictWriter(file, [*rows[0], "line"])
        out.writeheader()
        out.writerows(row | {"line": number} for number, row in enumerate(rows, start=1))
    return path


def _next_day(after: datetime, month: int, weekday: int) -> datetime:
    """The first such weekday of the month at or after a moment; the month's first one if the moment is past them."""
    start = datetime(2014, month, 1, tzinfo=UTC)
    start = max(after, start) if after.month <= month else start
    found = next(day for day in (start + timedelta(days=n) for n in range(7)) if day.weekday() == weekday)
    return found if found.month == month else found - timedelta(days=7)


def import_everything() -> None:
    """Import the posts of two data sets and the comments of two others."""
    zone = ["--platform", "facebook", "--timezone", "Asia/Bangkok"]
    for name, path, columns in (
        ("live-sellers", DATA / "facebook-live-sellers" / "posts_dev.csv", SELLERS),
        ("cosmetics", dated(), METRICS),
    ):
        Persona.objects.create(name=name, slug=name, timezone="Asia/Bangkok")
        for attempt in ("import_posts", "import_posts again"):
            with step(f"{attempt} {name}"):
                tell(run("import_posts", str(path), "--persona", name, *zone, *mapped(columns)))
    Persona.objects.create(name="commented", slug="commented", timezone="UTC")
    files = [(DATA / "youtube-spam" / f"{video}.csv", YOUTUBE) for video in VIDEOS]
    for path, columns in [*files, (numbered(), SCAMSPOT)]:
        _import_comments(path, columns)


def _import_comments(path: Path, columns: list[str]) -> None:
    post = SocialMediaPost.objects.create(
        persona=Persona.objects.get(slug="commented"),
        platform="instagram",
        media_kind="video",
        platform_post_id=path.stem,
        status="published",
        caption=f"Stands in for the post behind {path.stem}",
        published_at=datetime(2013, 1, 1, tzinfo=UTC),
    )
    with step(f"import_interactions {path.name}"):
        result = run("import_interactions", str(path), "--post", str(post.pk), "--timezone", "UTC", *mapped(columns))
    tell(result)
    post.refresh_from_db()
    print(f"           genuine {post.genuine_count}, bot {post.bot_count}, persona {post.persona_count}")


def tell(result: dict[str, Any]) -> None:
    """The figures of a result, without its long lists."""
    print("          ", {name: value for name, value in result.items() if isinstance(value, int | float | str)})


def evaluate() -> None:
    """How right the filter is on the labelled comments; authors and times where the data have them.

    The model was trained on them: its card tells what it is worth on others.
    """
    youtube = [
        "--text-column",
        "content",
        "--label-column",
        "spam",
        "--author-column",
        "author_hash",
        "--time-column",
        "date",
    ]
    files = [(f"youtube-spam/{video}.csv", youtube) for video in VIDEOS]
    for name, options in [
        *files,
        ("scamspot-instagram-comments/train.csv", ["--text-column", "msg", "--label-column", "scam"]),
    ]:
        with step(f"evaluate_filter {name}"):
            result = run("evaluate_filter", str(DATA / name), "--uncalibrated", *options)
        for name_of, value in ((name_of, result["all"][name_of]) for name_of in ("precision", "recall")):
            low, high = value["interval"]["low"], value["interval"]["high"]
            print(f"           {name_of} {value['value']:.3f} (95 % interval {low:.3f} to {high:.3f})")


def ask() -> None:
    """Ask the API what was learned."""
    client = APIClient(SERVER_NAME="127.0.0.1")
    client.force_authenticate(User.objects.create_superuser("asker"))
    for persona in ("live-sellers", "cosmetics"):
        for question in QUESTIONS:
            with step(f"GET insights/{question}/?persona={persona}"):
                about = {"persona": persona, "platform": "facebook", "days": DAYS}
                reply = client.get(f"/api/v1/insights/{question}/", about)
            print(f"           {reply.status_code} {json.dumps(reply.json(), default=str)[:700]}")


def main() -> None:
    """Run every step."""
    if not DATA.is_dir():
        print(f"Skipped: the data are not at {DATA.relative_to(ROOT.parent)} beside the repository.")
        return
    with empty_database():
        import_everything()
        with step("assess_interactions --all"):
            tell(run("assess_interactions", "--all"))
        with step("extract_patterns (grades, then extracts)"):
            tell(run("extract_patterns", "--days", DAYS))
        evaluate()
        ask()


if __name__ == "__main__":
    main()
