"""The questions asked of a persona's last 90 days, 450 posts, while the table grows: they must stay as fast.

`python benchmarks/window.py 10000 100000 1000000` names the sizes of the table, in posts. Beside it the plain means by
hashtag in pandas and DuckDB, where these are installed (requirements-bench.in): equal figures, and what they cost.
"""

from collections.abc import Callable

from _beside import beside
from _common import Law, empty, empty_database, judge, settle, sizes, step, timed
from _data import NOW, PLATFORM, fill

from gator.studio.models import Persona
from patterns.analyzer import PatternAnalyzer
from patterns.enums import FailureGroup
from patterns.guidance import guidance_for

DAYS = 90
LAW = 2.0


def questions(persona: Persona) -> dict[str, Callable[[], object]]:
    """Every question, asked anew each time: an analyzer remembers what it computed."""

    def asked() -> PatternAnalyzer:
        return PatternAnalyzer(persona, PLATFORM, days=DAYS, now=NOW)

    post = asked().posts(DAYS).order_by("pk")[0]
    return {
        "posts of the window": lambda: asked().posts(DAYS).count(),
        "summary": lambda: asked().performance_summary(),
        "posting times": lambda: asked().optimal_posting_times(),
        "weekdays": lambda: asked().optimal_weekdays(),
        "hashtags": lambda: asked().effective_hashtags(),
        "formats": lambda: asked().effective_formats(),
        "caption lengths": lambda: asked().effective_caption_lengths(),
        "strategies": lambda: asked().effective_strategies(),
        "suggestions": lambda: asked().suggest_content_improvements(),
        "successful patterns": lambda: asked().successful_patterns(),
        "failure patterns": lambda: asked().common_failure_patterns(),
        "models that fail more": lambda: asked().failing_groups(FailureGroup.MODEL),
        "failures that came back": lambda: asked().recurring_failures(),
        "alarms": lambda: asked().alarms(),
        "analysis of a post": lambda: asked().analyze_post_performance(post),
        "guidance for a generation": lambda: guidance_for(persona, PLATFORM, now=NOW),
    }


def measure(size: int) -> tuple[dict[str, float], list[Law]]:
    """The seconds of each question with `size` posts in the table, and whether others come to the same figures."""
    with step(f"fill with {size:,} posts"):
        persona = fill(size)
        settle()
    found = PatternAnalyzer(persona, PLATFORM, days=DAYS, now=NOW).posts(DAYS).count()
    print(f"           {found} of them in the window")
    taken = {name: timed(ask) for name, ask in questions(persona).items()}
    same = beside(persona, PatternAnalyzer(persona, PLATFORM, days=DAYS, now=NOW))
    empty()
    return taken, same


def main() -> None:
    """Ask at every size, and compare the largest with the smallest."""
    with empty_database():
        measured = {size: measure(size) for size in sizes(10_000, 100_000)}
    taken = {size: found for size, (found, _) in measured.items()}
    smallest, *_, largest = taken
    print("ms at " + ", ".join(f"{size:,}" for size in taken))
    for name in taken[smallest]:
        print("  " + "".join(f"{1000 * taken[size][name]:9.2f}" for size in taken) + f"  {name}")
    laws = [Law(name, taken[largest][name] / taken[smallest][name], LAW) for name in taken[smallest]]
    judge([*laws, *measured[largest][1]])


if __name__ == "__main__":
    main()
