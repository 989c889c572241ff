"""Train the filter on labelled comments."""

import json
from argparse import ArgumentTypeError
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import CommandError, CommandParser
from django.utils import timezone

from acd.console import ConsoleCommand
from engagement.filtering.account_training import FEATURES, VERIFIED, train_accounts, worth
from engagement.filtering.card import Source, card, figures
from engagement.filtering.fitting import is_ready
from engagement.filtering.model import MODELS, VERSION, Model
from engagement.filtering.scene import Account
from engagement.filtering.training import Comment, folds_of, train, tried
from engagement.imports.labelled import Columns, Labelled, read_labelled
from engagement.imports.table import TableError
from engagement.management.commands.evaluate_filter import account_column, day

INSTALL = "python -m pip install --require-hashes -r requirements-train.txt"

# From fewer texts of either kind nothing is learned that holds for others.
FEWEST_TEXTS = 20


@dataclass(frozen=True)
class Given:
    """A file of comments and its columns. The folder it stands in names its corpus."""

    path: Path
    columns: Columns

    @property
    def corpus(self) -> str:
        """The name of the folder."""
        return self.path.resolve().parent.name


def comment_file(given: str) -> Given:
    """FILE:TEXT:LABEL[:AUTHOR[:TIME]]."""
    path, *names = given.split(":")
    if not 2 <= len(names) <= 4 or not all(names):
        raise ArgumentTypeError(f"{given!r}: write FILE:TEXT:LABEL, and :AUTHOR and :TIME if there are such columns.")
    text, label, author, time = [*names, "", ""][:4]
    return Given(Path(path), Columns(text=text, label=label, author=author, time=time))


def ordinary_file(given: str) -> Given:
    """FILE:TEXT."""
    path, _, text = given.partition(":")
    if not text:
        raise ArgumentTypeError(f"{given!r}: write FILE:TEXT.")
    return Given(Path(path), Columns(text=text))


def source(given: str) -> Source:
    """FOLDER=WORDS."""
    corpus, _, told = given.partition("=")
    if not told:
        raise ArgumentTypeError(f"{given!r}: write FOLDER=WORDS, with the source and the licence in words.")
    return Source(corpus, told)


def version(given: str) -> str:
    """The name of a model and of its files."""
    if not VERSION.fullmatch(given):
        raise ArgumentTypeError(f"{given!r}: give up to 50 letters, digits, dots, dashes and underscores.")
    return given


class Command(ConsoleCommand):
    """Write a model and its card from labelled files."""

    help = (
        "Train the filter's text model, its combination of layers and its cut-offs on labelled CSV files, and write "
        "the model as JSON beside its card, which tells the data, licences and figures on comments it had not seen. "
        "Files in one folder are one corpus: they are held out one after another. The model is used once SHIPPED in "
        f"engagement/filtering/model.py names it. Needs scikit-learn: {INSTALL}"
    )

    def add_arguments(self, parser: CommandParser) -> None:
        super().add_arguments(parser)
        parser.add_argument(
            "files", nargs="+", type=comment_file, metavar="FILE:TEXT:LABEL[:AUTHOR[:TIME]]",
            help="a CSV file with its columns; the label is 1 for bots",
        )  # fmt: skip
        parser.add_argument(
            "--ordinary", type=ordinary_file, action="append", default=[], metavar="FILE:TEXT",
            help="a CSV file of what many people write, without labels: taken for genuine, with little weight",
        )  # fmt: skip
        parser.add_argument(
            "--innocent", type=ordinary_file, action="append", default=[], metavar="FILE:TEXT",
            help="the same of comments that use the words of bots innocently: their links are read, too",
        )  # fmt: skip
        parser.add_argument(
            "--check", type=ordinary_file, action="append", default=[], metavar="FILE:TEXT",
            help="innocent comments that nothing is learned from: the card tells how many the model accuses",
        )  # fmt: skip
        parser.add_argument("--name", type=version, required=True, help="the version of the model, such as layers-7")
        parser.add_argument(
            "--source", type=source, action="append", default=[], metavar="FOLDER=WORDS",
            help="where the files of a folder come from and under which licence, for the card; one for each folder",
        )  # fmt: skip
        parser.add_argument("--into", type=Path, default=MODELS, metavar="FOLDER", help="where to write the two files")
        parser.add_argument("--accounts", type=Path, metavar="FILE", help="a CSV file of labelled accounts")
        parser.add_argument("--accounts-label", default="bot", metavar="COLUMN", help="its label (default: bot)")
        parser.add_argument(
            "--account-column", type=account_column, action="append", default=[], metavar="FIELD=COLUMN",
            help="a column of that file, once for each; ! before the column negates a yes or no",
        )  # fmt: skip
        parser.add_argument("--collected-on", type=day, metavar="DAY", help="when those accounts were as described")
        parser.add_argument(
            "--declared-column", metavar="COLUMN", help="which accounts say they are bots: nothing is learned from them"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        files = [*options["files"], *options["ordinary"]]
        named = [*files, *options["innocent"], *options["check"]]
        untold = {given.corpus for given in named} - {one.corpus for one in options["source"]}
        if untold:
            raise CommandError(f"Whose are the files in {min(untold)}? Add --source {min(untold)}='…'.")
        if not options["into"].is_dir():
            raise CommandError(f"--into {options['into']} is no folder: make it first.")
        try:
            comments = [comment for given in files for comment in _comments(given)]
            comments += [one for given in options["innocent"] for one in _comments(given, are_chosen=True)]
            checks = {given.path.stem: read_labelled(given.path, given.columns) for given in options["check"]}
            _require_enough(comments)
            if not is_ready():
                raise CommandError(f"scikit-learn is missing. Install it: {INSTALL}")
            accounts, worths = _accounts(options)
        except TableError as error:
            raise CommandError(str(error)) from None
        self._write(comments, checks, accounts, worths, options)

    def _write(
        self,
        comments: Sequence[Comment],
        checks: Mapping[str, Sequence[Labelled]],
        accounts: dict[str, Any] | None,
        worths: Mapping[str, Mapping[str, float]],
        options: Mapping[str, Any],
    ) -> None:
        trained = train(comments, options["name"], accounts, most_accused=settings.MAX_WRONGLY_ACCUSED)
        model = Model.from_json(trained.stored)
        bounds = model.cut_offs(settings.MAX_WRONGLY_ACCUSED)
        checked = {name: tried([seen for seen, _ in rows], model, bounds) for name, rows in checks.items()}
        found = figures(comments, trained.held_out, bounds)
        text = json.dumps(trained.stored, ensure_ascii=False, separators=(",", ":")) + "\n"
        path = options["into"] / f"{options['name']}.json"
        path.write_text(text, encoding="utf-8")
        page = card(
            trained.stored, comments, found, sources=options["source"], bounds=bounds, accounts=worths,
            checked=checked, size=len(text.encode()), made_on=timezone.now().date().isoformat(),
        )  # fmt: skip
        path.with_suffix(".md").write_text(page, encoding="utf-8")
        self.say(page)
        told = {"cut_offs": vars(bounds), "held_out": found, "innocent": checked, "accounts": worths}
        self.finish({"model": str(path), **told})


def _comments(given: Given, *, are_chosen: bool = False) -> list[Comment]:
    rows = read_labelled(given.path, given.columns)
    labels = [is_bot if given.columns.label else None for _, is_bot in rows]
    return [
        Comment.of(seen, given.corpus, given.path.stem, is_bot=label, is_chosen=are_chosen)
        for (seen, _), label in zip(rows, labels, strict=True)
    ]


def _require_enough(comments: Sequence[Comment]) -> None:
    """Raise `CommandError` unless enough is left to learn from, whichever part is held out."""
    for fold in folds_of(comments):
        held = set(fold)
        left = [one for row, one in enumerate(comments) if row not in held and not one.is_ordinary and one.shown]
        for who, are_bots in (("bots", True), ("people", False)):
            texts = len({one.shown for one in left if one.is_bot is are_bots})
            if texts < FEWEST_TEXTS:
                away = f"{comments[fold[0]].corpus}/{comments[fold[0]].file}.csv"
                raise CommandError(
                    f"Too little to learn from: when {away} is held out, {texts} different texts of {who} are left, "
                    f"and {FEWEST_TEXTS} are needed. Label more."
                )


def _accounts(options: Mapping[str, Any]) -> tuple[dict[str, Any] | None, dict[str, dict[str, float]]]:
    """The account model, and what it is worth with and without what gives most bots away."""
    path = options["accounts"]
    if path is None:
        return None, {}
    columns = Columns(
        label=options["accounts_label"], account=dict(options["account_column"]), at=options["collected_on"]
    )
    rows = read_labelled(path, columns)
    declared = _declared(path, options["declared_column"])
    every = [(seen.account, is_bot) for seen, is_bot in rows if seen.account]
    silent = [(seen.account, is_bot) for seen, is_bot in rows if seen.account and seen.id not in declared]
    if not silent:
        raise CommandError("No account is described: give --account-column, and --collected-on for their age.")
    worths = {
        "all, with whether verified": worth(every, (*FEATURES, VERIFIED)),
        "all": worth(every, FEATURES),
        "without those that say they are bots, with whether verified": worth(silent, (*FEATURES, VERIFIED)),
        "without those that say they are bots (in use)": worth(silent, FEATURES),
        "without those and without verified ones": worth(_unverified(silent), FEATURES),
    }
    return train_accounts(silent), worths


def _declared(path: Path, column: str | None) -> set[int | str]:
    return {seen.id for seen, says_so in read_labelled(path, Columns(label=column)) if says_so} if column else set()


def _unverified(accounts: Sequence[tuple[Account, bool]]) -> list[tuple[Account, bool]]:
    return [one for one in accounts if not one[0].verified]
