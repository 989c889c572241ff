"""Downloads of the same places that hold no posts. They are recognised so that nobody imports a day as a post."""

from collections.abc import Sequence
from dataclasses import dataclass

from engagement.imports.formats.base import signs


@dataclass(frozen=True)
class OtherFile:
    """A known file without posts: what it is, and the headers any set of which shows it, if there are no more columns
    than `widest`.
    """

    title: str
    signs: tuple[frozenset[str], ...]
    widest: int = 100

    def seen_in(self, headers: frozenset[str]) -> bool:
        """Whether a row is the header of this file."""
        return len(headers) <= self.widest and any(sign <= headers for sign in self.signs)


META_SERIES = OtherFile("a daily series of Meta Business Suite", signs("date|primary"))

OTHER_FILES = (
    META_SERIES,
    OtherFile(
        "the audience of Meta Business Suite",
        # It stacks small tables, each under its title.
        signs("age & gender", "age and gender", "top cities", "top countries"),
    ),
    OtherFile("the account overview of X analytics, a row per day", signs("date|unfollows", "date|create post")),
    OtherFile("the video overview of X analytics, a row per day", signs("date|watch time (ms)")),
    OtherFile("the overview of TikTok Studio, a row per day", signs("date|video views|profile views")),
    OtherFile(
        "the follower history of TikTok Studio, a row per day",
        signs("date|difference in followers from previous day"),
    ),
    OtherFile("the viewers of TikTok Studio, a row per day", signs("date|total viewers", "date|returning viewers")),
    OtherFile("the gender of followers of TikTok Studio", signs("gender|distribution")),
    OtherFile("the territories of followers of TikTok Studio", signs("top territories|distribution")),
    OtherFile("the activity of followers of TikTok Studio, a row per hour", signs("hour"), widest=3),
)


def other_file(first_rows: Sequence[frozenset[str]]) -> OtherFile | None:
    """The known file without posts that begins with these rows; some have a line or two above their header."""
    for headers in first_rows:
        for other in OTHER_FILES:
            if other.seen_in(headers):
                return other
    return None
