"""`insights`: ask what was learned, in the words and with the parameters of the API."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.core.management.base import CommandError, CommandParser
from django.utils import timezone
from rest_framework.exceptions import ValidationError

from acd.console import ConsoleCommand
from engagement.enums import Platform
from patterns import api_uplift, uplift_report
from patterns.api_answers import AnalysisSerializer
from patterns.api_questions import analysed, answer, written
from patterns.questions import QUESTIONS
from patterns.report import lines, of_post

# Asked of all platforms as well, and answered by an experiment instead of the analyzer.
UPLIFT = "uplift"
# Asked of one post.
ANALYSIS = "analysis"
LINES = {name: question.line for name, question in QUESTIONS.items()} | {
    UPLIFT: "What guidance gained.",
    ANALYSIS: "What stands out of one post.",
}
PARAMETERS_OF_ALL = ("platform", "persona", "days", "min_posts", "min_engagement_rate", "post")


class Command(ConsoleCommand):
    """Answers one question, a line for each item; under --json exactly as the API does."""

    help = "Answers a question about what works and what fails, for one persona or for all of a platform. " + " ".join(
        f"{name}: {line}" for name, line in LINES.items()
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("question", metavar="QUESTION", choices=LINES, help=f"one of {', '.join(LINES)}")
        parser.add_argument("--platform", choices=Platform.values, help="needed by all but uplift and analysis")
        parser.add_argument("--persona", metavar="SLUG", help="one persona; all of the platform if left out")
        parser.add_argument("--days", help="length of the window; every question has its own default")
        parser.add_argument("--min-posts", help="of hashtags: used on so many posts at least")
        parser.add_argument("--post", metavar="ID", help="of analysis: the post")
        parser.add_argument("--min-engagement-rate", help="of successful-patterns: percent of the basis")

    def handle(self, *args: Any, **options: Any) -> None:
        question = options["question"]
        given = {name: options[name] for name in PARAMETERS_OF_ALL if options[name] is not None}
        try:
            said, result = answered(question, given, timezone.now())
        except ValidationError as error:
            raise CommandError(" ".join(complaints(error))) from None
        for line in said:
            self.say(line)
        self.finish(result)


def answered(question: str, given: dict[str, Any], now: datetime) -> tuple[Iterator[str], dict[str, Any]]:
    """The answer to a question as lines and as the API writes it."""
    if question == UPLIFT:
        gained = api_uplift.answer(given, now=now)
        return uplift_report.lines(gained), dict(api_uplift.UpliftSerializer(gained).data)
    if question == ANALYSIS:
        analysis = analysed(given, now=now)
        return of_post(analysis), dict(AnalysisSerializer(analysis).data)
    found = answer(question, given, now=now)
    return lines(found), written(question, found)


def complaints(error: ValidationError) -> Iterator[str]:
    """What is wrong with each option, by the name it has here."""
    for name, said in dict(error.detail).items():  # type: ignore[arg-type]
        yield f"--{name.replace('_', '-')}: {' '.join(map(str, said))}"
