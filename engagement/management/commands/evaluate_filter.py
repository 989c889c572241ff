"""Measure the filter on interactions whose truth is known."""

from argparse import ArgumentTypeError
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError, CommandParser

from acd.console import ConsoleCommand
from engagement.calibration import Filter, filter_with, model_in_force, uncalibrated
from engagement.enums import Verdict
from engagement.filtering import curves
from engagement.filtering.model import Model, load_model
from engagement.filtering.pipeline import Assessment, assess
from engagement.filtering.scene import Evidence
from engagement.filtering.scoring import Score
from engagement.filtering.stack import SIGNED
from engagement.filtering.text import normalise
from engagement.imports.labelled import ACCOUNT_FIELDS, Columns, Labelled, read_labelled
from engagement.imports.table import ENCODINGS, TableError
from engagement.intervals import Interval

PREVALENCES = (0.05, 0.2)


def prevalence(given: str) -> float:
    """A share of bots between 0 and 1, both excluded."""
    try:
        share = float(given)
    except ValueError:
        share = 0.0
    if not 0 < share < 1:
        raise ArgumentTypeError(f"{given!r} is not a share: give a number between 0 and 1, such as 0.05.")
    return share


def account_column(given: str) -> tuple[str, str]:
    """FIELD=COLUMN of an account."""
    name, _, column = given.partition("=")
    if name not in ACCOUNT_FIELDS or not column:
        raise ArgumentTypeError(f"{given!r}: write FIELD=COLUMN with a field of {', '.join(ACCOUNT_FIELDS)}.")
    return name, column


def day(given: str) -> datetime:
    """A day as its first moment, UTC."""
    try:
        return datetime.strptime(given, "%Y-%m-%d").replace(tzinfo=UTC)
    except ValueError:
        raise ArgumentTypeError(f"{given!r} is not a day: write 2026-03-01.") from None


class Command(ConsoleCommand):
    """Run the pipeline over one labelled CSV and report how often it was right."""

    help = (
        "Run the bot filter over a labelled CSV file, as the interactions of one post, and print how often it was "
        "right: counts, precision, recall, F1 and MCC with everybody counted to the likelier side; who was accused at "
        "the cut-off; how well the probabilities separate (AUC, recall at 1 and 2 percent false positives) and how "
        "true they are (Brier, calibration). Everything is given twice, the second time with each text kept once. "
        "The cut-offs are this installation's, as comments are judged here; --uncalibrated takes those of the "
        "training, for figures that can be compared between installations. Nothing is stored."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, help="a CSV file with a header")
        parser.add_argument("--label-column", required=True, metavar="COLUMN", help="the column that says who is a bot")
        parser.add_argument("--text-column", default="", metavar="COLUMN", help="the column of the comments")
        parser.add_argument("--author-column", default="", metavar="COLUMN", help="the column of the authors")
        parser.add_argument(
            "--time-column", default="", metavar="COLUMN", help="the column of ISO 8601 times; without a zone: UTC"
        )
        parser.add_argument(
            "--account-column", type=account_column, action="append", default=[], metavar="FIELD=COLUMN",
            help="a column about the author's account, once for each; ! before the column negates a yes or no. "
            f"Fields: {', '.join(ACCOUNT_FIELDS)}",
        )  # fmt: skip
        parser.add_argument(
            "--collected-on", type=day, metavar="DAY", help="when the accounts were as described, without --time-column"
        )
        parser.add_argument("--bot-value", default="1", help="what the label says of a bot (default: 1)")
        parser.add_argument(
            "--encoding", default="auto", choices=ENCODINGS, help="how the text is written (default: auto)"
        )
        parser.add_argument(
            "--prevalence", type=prevalence, nargs="+", default=PREVALENCES, metavar="SHARE",
            help="shares of bots for which to give the precision (default: 0.05 0.2)",
        )  # fmt: skip
        parser.add_argument("--model", default="", help="another model, by version or path (default: the one in use)")
        parser.add_argument(
            "--uncalibrated", action="store_true", help="leave out what staff's decisions made of the cut-offs"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        model = _model(options["model"])
        labelled = _read(options)
        usual = uncalibrated(model)
        by = usual if options["uncalibrated"] else filter_with(model)
        bounds = by.cut_offs
        given = {"all": labelled}
        if options["text_column"]:
            given["distinct_texts"] = distinct(labelled)
        reports = {name: report(rows, by, options["prevalence"]) for name, rows in given.items()}
        self.say(f"Filter {model.version}: a bot from {bounds.bot:.2f} on, a person below {bounds.genuine:.2f}")
        self.say(f"The cut-offs are {'those of the training' if by == usual else 'set by decisions of staff here'}.")
        for title, name in (("Everything", "all"), ("Each text once", "distinct_texts")):
            if name in reports:
                self.say("\n".join(described(title, reports[name])))
        self.finish({"model_version": model.version, "cut_offs": vars(bounds), "calibrated": by != usual, **reports})


def _model(name: str) -> Model:
    try:
        return load_model(name) if name else model_in_force()
    except (FileNotFoundError, ValueError) as error:
        raise CommandError(str(error)) from None


def _read(options: Mapping[str, Any]) -> list[Labelled]:
    if not options["text_column"] and not options["account_column"]:
        raise CommandError("There is nothing to judge by: give --text-column, --account-column or both.")
    columns = Columns(
        label=options["label_column"],
        text=options["text_column"],
        author=options["author_column"],
        time=options["time_column"],
        account=dict(options["account_column"]),
        bot_value=options["bot_value"],
        at=options["collected_on"],
    )
    try:
        return read_labelled(options["file"], columns, encoding=options["encoding"])
    except TableError as error:
        raise CommandError(str(error)) from None


def distinct(labelled: Sequence[Labelled]) -> list[Labelled]:
    """The first of each text, so that copies are neither found twice nor evidence."""
    first: dict[str, Labelled] = {}
    for one in labelled:
        first.setdefault(normalise(one[0].text), one)
    return list(first.values())


def report(labelled: Sequence[Labelled], by: Filter, prevalences: Sequence[float]) -> dict[str, Any]:
    """Assess the interactions as those of one post, and hold the answers against the truth."""
    scene = [seen for seen, _ in labelled]
    found = assess(scene, known_personas=frozenset(), cut_offs=by.cut_offs, model=by.model)
    answers = [(found[seen.id], is_bot) for seen, is_bot in labelled]
    judged = [(one.score, is_bot) for one, is_bot in answers]
    accused = Score.of((is_bot, one.verdict == Verdict.BOT) for one, is_bot in answers)
    return {
        **curves.at_even_odds(judged).to_json(prevalences),
        **curves.to_json(judged),
        "accused": accused.to_json(prevalences),
        "unsure": _unsure(answers),
        "layers": {layer: _of_layer(layer, answers) for layer in sorted(SIGNED)},
    }


def _unsure(answers: Iterable[tuple[Assessment, bool]]) -> dict[str, int]:
    doubted = [is_bot for one, is_bot in answers if one.verdict == Verdict.UNSURE]
    return {"bots": sum(doubted), "genuine": len(doubted) - sum(doubted)}


def _of_layer(layer: str, answers: Iterable[tuple[Assessment, bool]]) -> dict[str, Any]:
    """What one layer's own probabilities are worth, where it spoke."""
    spoken = [(one.evidence, is_bot) for one, is_bot in answers]
    judged = [(weight, is_bot) for pieces, is_bot in spoken if (weight := _weight(layer, pieces)) is not None]
    even = curves.at_even_odds(judged)
    return {"spoke": len(judged), "f1": even.f1, "mcc": even.mcc, **curves.to_json(judged)}


def _weight(layer: str, pieces: Iterable[Evidence]) -> float | None:
    return next((one.weight for one in pieces if one.layer == layer), None)


def described(title: str, one: Mapping[str, Any]) -> list[str]:
    """A report in lines for people."""
    return [
        f"{title}, counted to the likelier side:",
        f"  bots: {one['found']} found, {one['missed']} missed",
        f"  genuine: {one['cleared']} left alone, {one['blamed']} blamed",
        f"  precision {_share(one['precision'])}",
        f"  recall {_share(one['recall'])}",
        "  " + ", ".join(f"{name} {_number(one[name.lower()])}" for name in ("F1", "MCC", "AUC", "Brier")),
        f"  probabilities are off by {_number(one['expected_calibration_error'])} on average",
        *(f"  recall with {n} % of the genuine accused: {_percent(one[f'recall_at_{n}_percent_false_positives'])}"
          for n in (1, 2)),
        f"{title}, called a bot at the cut-off:",
        f"  bots: {one['accused']['found']} accused, {one['unsure']['bots']} in doubt",
        f"  genuine: {one['accused']['blamed']} accused, {one['unsure']['genuine']} in doubt",
        f"  genuine accused {_share(one['accused']['false_alarm_ratio'])}",
        *(f"  precision where {float(at):.1%} are bots: {_percent(value)}"
          for at, value in one["accused"]["precision_at_prevalence"].items()),
    ]  # fmt: skip


def _share(given: Mapping[str, Any]) -> str:
    around = Interval(**given["interval"]) if given["interval"] else None
    return _percent(given["value"], around)


def _percent(value: float | None, around: Interval | None = None) -> str:
    if value is None:
        return "not measurable"
    return f"{value:.1%}" + (f" (95 % interval {around.low:.1%} to {around.high:.1%})" if around else "")


def _number(value: float | None) -> str:
    return "not measurable" if value is None else f"{value:.3f}"
