"""The questions by the names under which API, admin and commands ask them: one table for all three."""

from collections.abc import Callable
from dataclasses import dataclass, fields

from patterns.alarm_answers import Alarms
from patterns.analyzer import PatternAnalyzer
from patterns.answers import Asked, PostingHours, PostingTimes
from patterns.enums import FailureGroup
from patterns.failure_answers import Failures
from patterns.wording import checked


@dataclass(frozen=True)
class Question:
    """What is asked, as a title and as a line, and how the analyzer answers; some take options."""

    title: str
    line: str
    ask: Callable[..., Asked]


def posting_times(analyzer: PatternAnalyzer) -> PostingTimes:
    """Hours and weekdays as one answer."""
    hours, weekdays = analyzer.optimal_posting_times(), analyzer.optimal_weekdays()
    told = {field.name: getattr(hours, field.name) for field in fields(PostingHours) if field.name != "items"}
    told["meaning"] = f"{hours.meaning} {weekdays.meaning}"
    return PostingTimes(**told, hours=hours.items, weekdays=weekdays.items, weekdays_signal=weekdays.signal)


def failures(analyzer: PatternAnalyzer) -> Failures:
    """Kinds of failure, who fails more, and what came back as one answer."""
    return Failures(
        **analyzer.asked("failure-patterns", 30),
        failures=tuple(analyzer.common_failure_patterns()),
        phases=tuple(analyzer.failing_groups(FailureGroup.PHASE)),
        models=tuple(analyzer.failing_groups(FailureGroup.MODEL)),
        providers=tuple(analyzer.failing_groups(FailureGroup.PROVIDER)),
        approaches=tuple(analyzer.failing_groups(FailureGroup.APPROACH)),
        prompts=tuple(analyzer.failing_groups(FailureGroup.PROMPT)),
        recurrences=tuple(analyzer.recurring_failures()),
    )


def alarms(analyzer: PatternAnalyzer) -> Alarms:
    """Every check of the loop as an answer."""
    checks = tuple(analyzer.alarms())
    return Alarms(**analyzer.asked("alarms", 30), meaning=checked(checks), checks=checks)


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
    "failure-patterns": Question(
        "Failures", "What fails and how often, who fails more than the others, what came back.", failures
    ),
    "alarms": Question("Alarms", "Whether the loop feeds on itself.", alarms),
    "changes": Question(
        "What changed", "Advice that is new, gone or other than a week ago, and why.", PatternAnalyzer.changed_advice
    ),
    "posting-times": Question("Posting times", "Hours and weekdays that work.", posting_times),
    "hashtags": Question("Hashtags", "Hashtags that work.", PatternAnalyzer.effective_hashtags),
    "formats": Question("Formats", "Images, videos and other formats that work.", PatternAnalyzer.effective_formats),
    "caption-lengths": Question(
        "Caption lengths", "How long captions should be.", PatternAnalyzer.effective_caption_lengths
    ),
    "strategies": Question("Strategies", "Approaches that work.", PatternAnalyzer.effective_strategies),
}  # fmt: skip
