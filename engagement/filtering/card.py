"""The card of a trained model: what it was made from, how right it was on what it had not seen, where it ends."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import mean
from typing import Any

from engagement.enums import Verdict
from engagement.filtering import curves
from engagement.filtering.cutoffs import CutOffs
from engagement.filtering.pipeline import Assessment
from engagement.filtering.scoring import Score
from engagement.filtering.training import FOLDS, Comment

Worth = dict[str, float | None]

LIMITS = """\
- The labelled comments are English, from {corpora}.
  Of other languages the model knows too few words, and says nothing; then the other layers decide.
- Ordinary comments have no labels. They are taken for genuine, so that the model does not accuse whoever writes of
  other things; some of them may be bots'. They are read without their links, since posts link more than
  comments do. Where people link as much as there, many are left in doubt; called a bot is nobody by a link beside three
  words of their own, unless the words speak for it, too.
- The cut-off is set on people that somebody labelled, of all corpora together.
- The labels are other people's, and mark advertising, begging and fraud. A bot that writes ordinary praise is not among
  them, and a person who advertises is.
- Of the labelled comments {share:.0%} were bots'. Where bots are rarer, so are the true ones among the accused: see the
  precision at 5 %.
- The phrase lists were extended while their effect on these files could be seen, so the figures of the whole filter are
  a little better than those on new comments.
- The settings of the training were chosen by such figures, among some fifty, on the files of the shipped model: there
  they flatter a little.
- N-grams of fewer than three texts or three authors are left out; links, addresses, handles and numbers are replaced.
- What disguise, pace, an author's record, co-engagement and accounts weigh beside the text is a judgement, not a fit:
  no public data label them together.
"""


@dataclass(frozen=True)
class Source:
    """Where a corpus comes from, and under which licence."""

    corpus: str
    told: str


def figures(comments: Sequence[Comment], found: Sequence[Assessment], bounds: CutOffs) -> dict[str, dict[str, Worth]]:
    """By corpus, what held-out scores were worth; means over its files, and again with each text once."""
    return {
        corpus: {
            "all": _of_files(comments, found, [at for at, one in enumerate(comments) if one.corpus == corpus], bounds),
            "distinct": _of_files(comments, found, _distinct(comments, corpus), bounds),
        }
        for corpus in dict.fromkeys(one.corpus for one in comments)
    }


def _distinct(comments: Sequence[Comment], corpus: str) -> list[int]:
    first: dict[tuple[str, str], int] = {}
    for at, one in enumerate(comments):
        if one.corpus == corpus:
            first.setdefault((one.file, one.shown), at)
    return list(first.values())


def _of_files(comments: Sequence[Comment], found: Sequence[Assessment], rows: Sequence[int], bounds: CutOffs) -> Worth:
    files: dict[str, list[tuple[Assessment, bool]]] = {}
    for row in rows:
        files.setdefault(comments[row].file, []).append((found[row], comments[row].is_bot))
    worths = [_worth(judged, bounds) for judged in files.values()]
    return {name: _mean([one[name] for one in worths]) for name in worths[0]}


def _mean(values: Sequence[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return mean(known) if known else None


def _worth(answers: Sequence[tuple[Assessment, bool]], bounds: CutOffs) -> Worth:
    judged = [(one.score, is_bot) for one, is_bot in answers]
    called = Score.of((is_bot, one.verdict == Verdict.BOT) for one, is_bot in answers)
    even = curves.at_even_odds(judged)
    bots, people = [s for s, is_bot in judged if is_bot], [s for s, is_bot in judged if not is_bot]
    return {
        "mcc": even.mcc,
        "f1": even.f1 if bots else None,
        "auc": curves.auc(judged),
        "brier": curves.brier(judged),
        "calibration_error": curves.expected_calibration_error(judged),
        "recall_1": curves.recall_at(judged, 0.01),
        "recall_2": curves.recall_at(judged, 0.02),
        "recall_cut_off": sum(score >= bounds.bot for score in bots) / len(bots) if bots else None,
        "accused_cut_off": sum(score >= bounds.bot for score in people) / len(people) if people else None,
        "recall_called": called.recall,
        "accused_called": called.false_alarm_ratio,
    }


def card(
    stored: Mapping[str, Any],
    comments: Sequence[Comment],
    found: Mapping[str, Mapping[str, Worth]],
    *,
    sources: Sequence[Source],
    bounds: CutOffs,
    accounts: Mapping[str, Mapping[str, float]],
    checked: Mapping[str, Mapping[Verdict, int]],
    size: int,
    made_on: str,
) -> str:
    """The card as Markdown."""
    labelled = [one for one in comments if not one.is_ordinary]
    share = sum(one.is_bot for one in labelled) / len(labelled)
    corpora = " and ".join(dict.fromkeys(one.corpus for one in labelled))
    return "\n".join(
        [
            f"# Model {stored['version']}",
            "",
            f"Made by `manage.py train_comment_model` on {made_on}; this page too. {len(stored['text']['weights']):,} "
            f"n-grams, {size / 1_000:.0f} kB.",
            "",
            "## Data and licences",
            "",
            *_table(["corpus", "files", "comments", "bots", "source and licence"], _data(comments, sources)),
            "",
            "## Figures on comments the model had not seen",
            "",
            f"A corpus of several files is held out file by file, and its figures are means over the files; one of a "
            f"single file is held out in {FOLDS} folds that keep equal texts together. Judged by the whole filter, a "
            "file or fold as one post. MCC and F1 count everybody to the likelier side. "
            "Called a bot is who is above the cut-off with more than one weak sign. "
            "The command under *The shipped model* in docs/filter.md makes all of it anew.",
            "",
            *_table(["corpus", *HEADINGS.values()], _figures(found)),
            "",
            f"One cut-off for all: a bot from {bounds.bot:.3f} on, a person below {bounds.genuine:.3f}.",
            "",
            *_innocent(checked),
            *_accounts(accounts),
            "## Limits",
            "",
            LIMITS.format(corpora=corpora, share=share),
        ]
    )


HEADINGS = {
    "mcc": "MCC",
    "f1": "F1",
    "auc": "AUC",
    "brier": "Brier",
    "calibration_error": "calibration error",
    "recall_1": "recall at 1 % false positives",
    "recall_2": "recall at 2 % false positives",
    "recall_cut_off": "bots with a score above the cut-off",
    "accused_cut_off": "genuine with a score above it",
    "recall_called": "bots called bots",
    "accused_called": "genuine called bots",
}


def _data(comments: Sequence[Comment], sources: Sequence[Source]) -> list[list[str]]:
    rows = []
    for source in sources:
        own = [one for one in comments if one.corpus == source.corpus]
        files = ", ".join(dict.fromkeys(one.file for one in own))
        rows.append([source.corpus, files, f"{len(own):,}", _bots(own), source.told])
    return rows


def _bots(own: Sequence[Comment]) -> str:
    return "ordinary, no labels" if any(one.is_ordinary for one in own) else f"{sum(one.is_bot for one in own):,}"


def _figures(found: Mapping[str, Mapping[str, Worth]]) -> list[list[str]]:
    titles = {"all": "", "distinct": ", each text once"}
    return [
        [corpus + titles[kind], *(_number(values[name]) for name in HEADINGS)]
        for corpus, kinds in found.items()
        for kind, values in kinds.items()
    ]


def _number(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _innocent(checked: Mapping[str, Mapping[Verdict, int]]) -> list[str]:
    if not checked:
        return []
    rows = [
        [name, f"{sum(said.values()):,}", f"{said[Verdict.BOT]:,}", f"{said[Verdict.UNSURE]:,}"]
        for name, said in checked.items()
    ]
    return [
        "## Innocent comments in the words of bots",
        "",
        "Written to sound like promotion and to be none, each judged as the only comment of its post. Nothing was "
        "learned from these files.",
        "",
        *_table(["file", "comments", "called bots", "left in doubt"], rows),
        "",
    ]


def _accounts(accounts: Mapping[str, Mapping[str, float]]) -> list[str]:
    if not accounts:
        return []
    rows = [
        [title, f"{one['number']:.0f}", f"{one['auc']:.3f}", f"{one['mcc']:.3f}"] for title, one in accounts.items()
    ]
    return [
        "## Accounts",
        "",
        "Age, counts and completeness of accounts alone, in ten folds. The people among them are largely celebrities, "
        "so the figures flatter; in the filter the layer weighs little.",
        "",
        *_table(["accounts", "number", "AUC", "MCC"], rows),
        "",
    ]


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    lines = [headings, ["---"] * len(headings), *rows]
    return ["| " + " | ".join(cells) + " |" for cells in lines]
