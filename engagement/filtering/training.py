"""From labelled comments to a model.

Everything that is reported or calibrated comes from texts the model in question had not seen: a corpus of several files
is held out file by file, one of a single file in folds that keep equal texts together.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from hashlib import blake2b
from typing import Any

import numpy as np

from engagement.enums import Verdict
from engagement.filtering.cutoffs import CutOffs
from engagement.filtering.fitting import FITTED, Texts, fit_line, fit_row, fit_text
from engagement.filtering.model import Model
from engagement.filtering.ngrams import all_of, tokens, unlinked
from engagement.filtering.pipeline import Assessment, assess, evidence, verdict
from engagement.filtering.rates import Count, FileRates, MeasuredRates
from engagement.filtering.scene import Scene, Seen
from engagement.filtering.stack import ORDINARY_SHARE, TEXT, Row, Stack, at_prevalence, bounded, log_odds, said
from engagement.filtering.text import collapsed, visible
from engagement.filtering.text_model import TextModel

FOLDS = 10
# Ordinary comments count together as much as this part of a labelled corpus: enough that the model does not take for a
# bot whoever writes about anything else, and little enough to find those it was trained on.
ORDINARY = 0.1
# Scores of genuine comments that a model keeps, evenly over their order.
KEPT_SCORES = 1_001
KEPT_LENGTHS = 201
# Where verdicts are in doubt, estimates count bots as if they were this share of all.
EXPECTED = 0.10


@dataclass(frozen=True, eq=False)
class Comment:
    """A labelled comment with the corpus and the file it comes from, and its visible text.

    An ordinary one has no label: it is what many people write anywhere, and taken for genuine. It is read without its
    links, since it may be a post, and posts link more than comments do. A chosen one is a comment that was written
    to sound like a bot's: its links are read, and it tells nothing of how often people are accused.
    """

    seen: Seen
    is_bot: bool
    corpus: str
    file: str
    shown: str = field(repr=False)
    is_ordinary: bool = False
    is_chosen: bool = False

    @classmethod
    def of(cls, seen: Seen, corpus: str, file: str, *, is_bot: bool | None, is_chosen: bool = False) -> "Comment":
        """The comment with its text made ready, under an id of its own; None is no label."""
        is_whole = is_bot is not None or is_chosen
        shown = visible(seen.text) if is_whole else unlinked(visible(seen.text))
        named = replace(seen, id=f"{corpus}/{file}:{seen.id}", text=seen.text if is_whole else shown)
        return cls(named, bool(is_bot), corpus, file, shown, is_ordinary=is_bot is None, is_chosen=is_chosen)


@dataclass(frozen=True, eq=False)
class Trained:
    """The model as it is stored, and of each comment what a model found that had not seen it."""

    stored: dict[str, Any]
    held_out: list[Assessment]


@dataclass(frozen=True, eq=False)
class Fold:
    """Comments that are held out together, as one scene, with a text model of all others."""

    rows: list[int]
    scene: Scene
    text: dict[str, Any]


def train(
    comments: Sequence[Comment], version: str, accounts: dict[str, Any] | None = None, *, most_accused: float
) -> Trained:
    """Train on all comments; scores and calibration come from models that had not seen what they judge."""
    texts = texts_of(comments)
    folds = [fold_without(comments, texts, rows) for rows in folds_of(comments)]
    spoken = _spoken(comments, folds)
    held_out: dict[int, Assessment] = {}
    for fold in folds:
        others = sorted(set(range(len(comments))) - set(fold.rows))
        stored = _stored("", fold.text, _combined(comments, spoken, others), accounts, [0.0])
        found = assess(fold.scene.interactions, known_personas=frozenset(), model=Model.from_json(stored))
        held_out |= {row: found[comments[row].seen.id] for row in fold.rows}
    people = [held_out[row].score for row, one in enumerate(comments) if not one.is_bot and not one.is_ordinary]
    everything = range(len(comments))
    text = _text(comments, texts, everything)
    stored = _stored(version, text, _combined(comments, spoken, everything), accounts, people)
    bounds = Model.from_json(stored).cut_offs(most_accused)
    judged = [judged_at(bounds, comments[row], held_out[row]) for row in everything]
    stored |= _texts_of_people(comments, spoken)
    stored["error_rates"] = error_rates(comments, judged, stored["prevalence"]).to_json()
    return Trained(stored, judged)


def texts_of(comments: Sequence[Comment]) -> Texts:
    """The comments as counts of n-grams, a row each."""
    return Texts.of([(one.shown, one.seen.author_key, Counter(all_of(tokens(one.shown)))) for one in comments])


def judged_at(bounds: CutOffs, comment: Comment, found: Assessment) -> Assessment:
    """The assessment with the verdict that these cut-offs make of it."""
    words = sum(map(str.isalnum, tokens(comment.shown)))
    return replace(found, verdict=verdict(found.score, found.evidence, words, bounds))


def tried(given: Sequence[Seen], model: Model, bounds: CutOffs) -> Counter[Verdict]:
    """What the filter says of comments, each the only one of its post."""
    nobody: frozenset[str] = frozenset()
    return Counter(
        assess([seen], known_personas=nobody, cut_offs=bounds, model=model)[seen.id].verdict for seen in given
    )


def error_rates(comments: Sequence[Comment], judged: Sequence[Assessment], prevalence: float) -> MeasuredRates:
    """How often each file's people were accused and its bots found; `prevalence` is that of the training."""
    counted: dict[str, tuple[list[float], list[float]]] = {}
    for comment, one in zip(comments, judged, strict=True):
        if comment.is_chosen:
            continue
        people, bots = counted.setdefault(f"{comment.corpus}/{comment.file}", ([], []))
        (bots if comment.is_bot else people).append(_called(one, prevalence))
    return MeasuredRates.of(
        {
            name: FileRates(false_accusations=_counted(people), recall=_counted(bots))
            for name, (people, bots) in counted.items()
        }
    )


def _called(one: Assessment, prevalence: float) -> float:
    if one.verdict == Verdict.UNSURE:
        return at_prevalence(one.score, prevalence, EXPECTED)
    return float(one.verdict == Verdict.BOT)


def _counted(called: Sequence[float]) -> Count | None:
    return (round(sum(called), 2), float(len(called))) if called else None


def balanced(comments: Sequence[Comment]) -> list[float]:
    """A weight for each comment: every labelled corpus counts alike, ordinary comments together far less."""
    sizes = Counter(comment.corpus for comment in comments)
    labelled = [comment for comment in comments if not comment.is_ordinary]
    whole = len(labelled) / len({comment.corpus for comment in labelled})
    return [whole * (ORDINARY if one.is_ordinary else 1.0) / sizes[one.corpus] for one in comments]


def folds_of(comments: Sequence[Comment]) -> list[list[int]]:
    """Which comments are held out together, by their place: the files of a corpus, or ten parts of a lone file."""
    files: dict[str, set[str]] = {}
    for comment in comments:
        files.setdefault(comment.corpus, set()).add(comment.file)
    folds: dict[tuple[str, str, int], list[int]] = {}
    for row, comment in enumerate(comments):
        part = 0 if len(files[comment.corpus]) > 1 else _part(comment.shown)
        folds.setdefault((comment.corpus, comment.file, part), []).append(row)
    return [folds[key] for key in sorted(folds)]


def _part(shown: str) -> int:
    """Which of ten parts a text belongs to; equal texts belong together."""
    return int.from_bytes(blake2b(collapsed(shown).encode(), digest_size=8).digest(), "big") % FOLDS


def fold_without(comments: Sequence[Comment], texts: Texts, rows: list[int]) -> Fold:
    """These rows held out, with a text model that knows nothing of them, not even how many they are."""
    others = sorted(set(range(len(comments))) - set(rows))
    return Fold(rows, Scene(tuple(comments[row].seen for row in rows)), _text(comments, texts, others))


def _text(comments: Sequence[Comment], texts: Texts, rows: Sequence[int]) -> dict[str, Any]:
    """A text model of these comments, balanced among themselves: a corpus counts no less while a file is held out."""
    learned = [comments[row] for row in rows]
    return fit_text(texts.at(rows), [one.is_bot for one in learned], balanced(learned))


def _spoken(comments: Sequence[Comment], folds: Sequence[Fold]) -> list[dict[str, float]]:
    """What each layer says of each comment; of the text the log-odds by a model that had not seen it."""
    spoken: dict[int, dict[str, float]] = {}
    for fold in folds:
        pieces, text = evidence(fold.scene), TextModel.from_json(fold.text)
        for row in fold.rows:
            others = [one for one in pieces.get(comments[row].seen.id, []) if one.layer != TEXT]
            odds = text.log_odds(comments[row].shown)
            spoken[row] = said(others) | ({TEXT: odds} if odds is not None else {})
    return [spoken[row] for row in range(len(comments))]


def _combined(comments: Sequence[Comment], spoken: Sequence[dict[str, float]], rows: Sequence[int]) -> dict[str, Any]:
    """Calibration of the text model and the stack, from the labelled ones of these comments."""
    weights = dict(zip(rows, balanced([comments[row] for row in rows]), strict=True))
    read = [row for row in rows if TEXT in spoken[row] and not comments[row].is_ordinary]
    truths, heavy = [comments[row].is_bot for row in read], [weights[row] for row in read]
    slope, offset = fit_line([spoken[row][TEXT] for row in read], truths, heavy)
    voices = [{**spoken[row], TEXT: bounded(TEXT, offset + slope * spoken[row][TEXT])} for row in read]
    wordless = fit_row(voices, truths, heavy, [layer for layer in FITTED if layer != TEXT])
    # Of labelled comments half are bots. Where nothing can be read, that is nobody's prior.
    unread = Row(round(log_odds(ORDINARY_SHARE), 4), wordless.weights)
    stack = Stack(fit_row(voices, truths, heavy, FITTED), unread)
    rows_json = {name: {"intercept": row.intercept, "weights": row.weights} for name, row in vars(stack).items()}
    prevalence = float(np.average(truths, weights=heavy))
    calibration = {"slope": slope, "offset": offset}
    return {"prevalence": round(prevalence, 4), "calibration": calibration, "stack": rows_json}


def _texts_of_people(comments: Sequence[Comment], spoken: Sequence[dict[str, float]]) -> dict[str, Any]:
    """How long the comments of labelled people are, evenly over their order, and which share a model could read."""
    people = [at for at, one in enumerate(comments) if not one.is_bot and not one.is_ordinary]
    words = np.quantile(
        [sum(map(str.isalnum, tokens(comments[at].shown))) for at in people], np.linspace(0, 1, KEPT_LENGTHS)
    )
    read = sum(TEXT in spoken[at] for at in people) / len(people)
    return {"genuine_words": [round(float(one)) for one in words], "genuine_read": round(read, 4)}


def _stored(
    version: str,
    text: dict[str, Any],
    combined: dict[str, Any],
    accounts: dict[str, Any] | None,
    people: Sequence[float],
) -> dict[str, Any]:
    kept = np.quantile(people, np.linspace(0, 1, KEPT_SCORES)) if len(people) > KEPT_SCORES else sorted(people)
    scores = [round(float(score), 4) for score in kept]
    return {
        "version": version,
        "text": text,
        **combined,
        "accounts": accounts,
        "genuine_scores": scores,
        "error_rates": None,
    }
