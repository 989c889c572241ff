"""The questions by the names under which API, admin and commands ask them: one table for all three."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from patterns.analyzer import PatternAnalyzer
from patterns.answers import Asked, Failures, Framed, PostingTimes
from patterns.enums import Signal


@dataclass(frozen=True)
class Question:
    """What is asked, as a title and as a line, and how the analyzer answers; some take options."""

    title: str
    line: str
    ask: Callable[..., Asked]


def posting_times(analyzer: PatternAnalyzer) -> PostingTimes:
    """Hours and weekdays as one answer."""
    hours, weekdays = analyzer.optimal_posting_times(), analyzer.optimal_weekdays()
    frame = {field.name: getattr(hours, field.name) for field in fields(Framed)}
    frame["signal"] = next((s for s in (Signal.OK, Signal.THIN) if s in (hours.signal, weekdays.signal)), Signal.NONE)
    frame["meaning"] = f"{hours.meaning} {weekdays.meaning}"
    return PostingTimes(**frame, hours=hours.items, weekdays=weekdays.items)


def failures(analyzer: PatternAnalyzer) -> Failures:
    """Kinds of failure as an answer."""
    asked = analyzer.asked("failure-patterns", 30)
    return Failures(**asked, failures=tuple(analyzer.common_failure_patterns()))


QUESTIONS = {
    "summary": Question(
        "Summary", "Totals, mean rate, trend, best and worst.", PatternAnalyzer.performance_summary
    ),
    "suggestions": Question(
        "Suggestions", "What to do differently, or what is missing.", PatternAnalyzer.suggest_content_improvements
    ),
    "successful-patterns": Question(
        "Successful posts", "Posts that did well for sure, and how they were made.", PatternAnalyzer.successful_patterns
    ),
    "failure-patterns": Question("Failures", "What fails, where and how often.", failures),
    "posting-times": Question("Posting times", "Hours and weekdays that work.", posting_times),
    "hashtags": Question("Hashtags", "Hashtags that work.", PatternAnalyzer.effective_hashtags),
    "formats": Question("Formats", "Images, videos and other formats that work.", PatternAnalyzer.effective_formats),
    "caption-lengths": Question(
        "Caption lengths", "How long captions should be.", PatternAnalyzer.effective_caption_lengths
    ),
    "strategies": Question("Strategies", "Approaches that work.", PatternAnalyzer.effective_strategies),
}  # fmt: skip
