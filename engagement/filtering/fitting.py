"""The fits behind a model: n-gram weights by scikit-learn, calibration and combination by SciPy alone."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from scipy import sparse
from scipy.optimize import minimize

from engagement.filtering.stack import BY_JUDGEMENT, CONTACTS, DUPLICATES, PHRASES, TEXT, Row, log_odds
from engagement.filtering.text_model import EVENED, counted

try:
    from sklearn.linear_model import LogisticRegression
except ImportError:  # an extra: see requirements-train.in
    LogisticRegression = None

# Chosen by cross-validation of 0.8, 1.0, 1.2, 1.6 and 3.2: the lower, the more bots under videos reach the cut-off, but
# at 0.8 the F1 of ScamSpot falls.
INVERSE_PENALTY = 1.0
# N-grams of fewer texts, or of fewer authors where those are known, are dropped: they would be learned by heart, and
# tell what one person wrote.
FEWEST_TEXTS = FEWEST_AUTHORS = 3
# Layers whose weights labelled comments tell; those of the others are a judgement.
FITTED = (TEXT, PHRASES, CONTACTS, DUPLICATES)
# Draws weights to zero by as much as one comment would.
RIDGE = 1.0

Floats = npt.NDArray[np.float64]


def is_ready() -> bool:
    """Whether scikit-learn is installed."""
    return LogisticRegression is not None


@dataclass(frozen=True, eq=False)
class Texts:
    """Texts as counts of n-grams: a row each, a column for each name. `text` and `author` number the distinct ones."""

    names: Sequence[str]
    counts: sparse.csr_matrix
    text: Sequence[int]
    author: Sequence[int]

    @classmethod
    def of(cls, given: Sequence[tuple[str, str, Mapping[str, int]]]) -> "Texts":
        """From (text, author, n-grams). Where no author is known, every text counts as another's."""
        # Lines separate the names where they are stored.
        held = Counter(gram for _, _, grams in given for gram in grams if "\n" not in gram)
        place = {gram: at for at, gram in enumerate(sorted(gram for gram, n in held.items() if n >= FEWEST_TEXTS))}
        cells = [
            (row, place[gram], n)
            for row, (_, _, grams) in enumerate(given)
            for gram, n in grams.items()
            if gram in place
        ]
        rows, columns, values = zip(*cells, strict=True) if cells else ((), (), ())
        counts = sparse.csr_matrix((values, (rows, columns)), shape=(len(given), len(place)), dtype=np.float64)
        numbers: dict[str, int] = {}
        text = [numbers.setdefault(f"text {shown}", len(numbers)) for shown, _, _ in given]
        author = [
            numbers.setdefault(f"author {who}" if who else f"text {shown}", len(numbers)) for shown, who, _ in given
        ]
        return cls(list(place), counts, text, author)

    def at(self, rows: Sequence[int]) -> "Texts":
        """Some of the texts."""
        return Texts(
            self.names, self.counts[rows], [self.text[row] for row in rows], [self.author[row] for row in rows]
        )

    def holders(self, groups: Sequence[int]) -> Floats:
        """In how many groups of texts each n-gram occurs."""
        number = {group: at for at, group in enumerate(dict.fromkeys(groups))}
        places = [number[group] for group in groups]
        member = sparse.csr_matrix((np.ones(len(groups)), (places, range(len(groups)))))
        return np.asarray(((member @ self.counts) > 0).sum(axis=0), dtype=np.float64).ravel()


def fit_text(texts: Texts, truths: Sequence[bool], weights: Sequence[float]) -> dict[str, Any]:
    """The stored form of a text model, from texts, truths and the weight of each text."""
    held = texts.holders(texts.text)
    kept = np.flatnonzero((held >= FEWEST_TEXTS) & (texts.holders(texts.author) >= FEWEST_AUTHORS))
    names = [texts.names[int(at)] for at in kept]
    counts, heavy = texts.counts[:, kept], np.asarray(weights)
    rarities = np.log(len(set(texts.text)) / held[kept])
    scales = np.round(rarities * _unevenness(counts, np.asarray(truths), heavy), 2)
    vectors = _vectors(counts, np.array([counted(*one) for one in zip(names, scales, strict=True)]))
    found = LogisticRegression(C=INVERSE_PENALTY, solver="liblinear", max_iter=300, random_state=0)
    found.fit(vectors, truths, sample_weight=heavy)
    return {
        "grams": "\n".join(names),
        "weights": [round(float(weight), 4) for weight in found.coef_[0]],
        "scales": [float(one) for one in scales],
        "bias": round(float(found.intercept_[0]), 4),
    }


def _unevenness(counts: sparse.csr_matrix, truths: npt.NDArray[np.bool_], weights: Floats) -> Floats:
    """How unlike the shares of bots' and of people's texts are that hold each n-gram: their log ratio without its sign.

    Wang and Manning 2012, "Baselines and bigrams": a linear model that begins from it does better on short texts.
    """
    holds = (counts > 0).T.astype(np.float64)
    bots, people = weights * truths, weights * ~truths
    among_bots, among_people = (1 + holds @ bots) / bots.sum(), (1 + holds @ people) / people.sum()
    return np.abs(np.log(among_bots / among_people))


def _vectors(counts: sparse.csr_matrix, sizes: Floats) -> sparse.csr_matrix:
    """The texts as `TextModel` sees them: the square of the length is that of the tokens added up."""
    lengths = (counts @ sizes**2) ** EVENED
    lengths[lengths == 0] = 1.0
    return (sparse.diags(1 / lengths) @ counts @ sparse.diags(sizes)).tocsr()


def fit_line(odds: Sequence[float], truths: Sequence[bool], weights: Sequence[float]) -> tuple[float, float]:
    """Slope and offset that make log-odds those of the truth (Platt 1999)."""
    found = _logistic(np.array(odds)[:, None], truths, weights, np.zeros(len(odds)))
    return round(float(found[1]), 4), round(float(found[0]), 4)


def fit_row(
    spoken: Sequence[Mapping[str, float]], truths: Sequence[bool], weights: Sequence[float], layers: Sequence[str]
) -> Row:
    """Weights of these layers, none below zero, from what the layers said; the others keep theirs by judgement."""
    given = np.array([[one.get(layer, 0.0) for layer in layers] for one in spoken])
    judged = np.array([sum(w * one.get(layer, 0.0) for layer, w in BY_JUDGEMENT.items()) for one in spoken])
    found = [round(float(value), 4) for value in _logistic(given, truths, weights, judged)]
    return Row(found[0], {**dict(zip(layers, found[1:], strict=True)), **BY_JUDGEMENT})


def _logistic(given: Floats, truths: Sequence[bool], weights: Sequence[float], known: Floats) -> Floats:
    """Intercept and weights, not below zero, of a weighted logistic regression with a known part."""
    signs, importance = np.where(truths, 1.0, -1.0), np.asarray(weights)

    def loss(values: Floats) -> tuple[float, Floats]:
        margins = signs * (known + values[0] + given @ values[1:])
        pull = -importance * signs * np.exp(-np.logaddexp(0, margins))
        total = importance @ np.logaddexp(0, -margins) + RIDGE / 2 * values[1:] @ values[1:]
        return float(total), np.append(pull.sum(), given.T @ pull + RIDGE * values[1:])

    bounds = [(None, None), *[(0.0, None)] * given.shape[1]]
    start = np.zeros(given.shape[1] + 1)
    return np.asarray(minimize(loss, start, jac=True, bounds=bounds, method="L-BFGS-B").x)


def fit_accounts(
    shown: Sequence[Mapping[str, float | None]], truths: Sequence[bool], names: Sequence[str]
) -> dict[str, Any]:
    """The stored form of a model over these features of accounts; what is unknown counts as average."""
    columns = {name: [value for one in shown if (value := one[name]) is not None] for name in names}
    means = {name: float(np.mean(values)) for name, values in columns.items()}
    deviations = {name: float(np.std(values)) or 1.0 for name, values in columns.items()}
    given = np.array(
        [
            [0.0 if (value := one[name]) is None else (value - means[name]) / deviations[name] for name in names]
            for one in shown
        ]
    )
    found = LogisticRegression(C=1.0, max_iter=1_000).fit(given, truths)
    features = {
        name: {"mean": round(means[name], 4), "deviation": round(deviations[name], 4), "weight": round(float(w), 4)}
        for name, w in zip(names, found.coef_[0], strict=True)
    }
    # Half of the accounts of a feed are no bots: the share among the labelled ones is nobody's prior.
    return {"bias": round(float(found.intercept_[0]) - log_odds(float(np.mean(truths))), 4), "features": features}
