"""The trained numbers of the filter, from the JSON that `manage.py train_comment_model` writes."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from engagement.filtering.account_model import AccountModel
from engagement.filtering.cutoffs import CutOffs, cut_offs
from engagement.filtering.rates import MeasuredRates
from engagement.filtering.stack import Stack
from engagement.filtering.text_model import TextModel

MODELS = Path(__file__).with_name("models")
# The model that judges. Another one is tried beside it first: see `load_model`.
SHIPPED = "layers-7"
# What verdicts carry as the name of their model, and its files on the disk.
VERSION = re.compile(r"[\w.-]{1,50}", re.ASCII)


@dataclass(frozen=True, kw_only=True, eq=False)
class Model:
    """What training found. `genuine_scores` are those of genuine comments by a model that had not seen them.

    `slope` and `offset` make log-odds of the text model into those of a bot. `prevalence` is the share of bots among
    what it learned from: where bots are rarer, `stack.at_prevalence` says what a probability comes to.
    `error_rates` are None while a model is being trained. `genuine_words` are the lengths of genuine comments in words,
    `genuine_read` the share of them that the text model could read, 0 to 1; models up to layers-5 do not tell.
    """

    version: str
    prevalence: float
    text: TextModel
    slope: float
    offset: float
    stack: Stack
    accounts: AccountModel | None
    genuine_scores: tuple[float, ...]
    error_rates: MeasuredRates | None
    genuine_words: tuple[int, ...]
    genuine_read: float | None

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Model":
        """The model as `train_comment_model` wrote it."""
        return cls(
            version=stored["version"],
            prevalence=stored["prevalence"],
            text=TextModel.from_json(stored["text"]),
            slope=stored["calibration"]["slope"],
            offset=stored["calibration"]["offset"],
            stack=Stack.from_json(stored["stack"]),
            accounts=AccountModel.from_json(stored["accounts"]) if stored["accounts"] else None,
            genuine_scores=tuple(stored["genuine_scores"]),
            error_rates=MeasuredRates.from_json(stored["error_rates"]) if stored["error_rates"] else None,
            genuine_words=tuple(stored.get("genuine_words", ())),
            genuine_read=stored.get("genuine_read"),
        )

    def calibrated(self, odds: float) -> float:
        """The log-odds of a bot from those of the text model."""
        return self.offset + self.slope * odds

    def cut_offs(self, most_accused: float) -> CutOffs:
        """The cut-offs that accuse at most this share of genuine people wrongly (0 to 1)."""
        return cut_offs(self.genuine_scores, most_accused)


@cache
def load_model(name: str | Path = SHIPPED) -> Model:
    """A model by its version, of those shipped, or by the path of its JSON file.

    Raises `FileNotFoundError` where there is none, and `ValueError` for a file that holds none.
    """
    path = Path(name)
    path = path if path.suffix == ".json" else MODELS / f"{name}.json"
    if not path.is_file():
        known = ", ".join(sorted(one.stem for one in MODELS.glob("*.json"))) or "none"
        raise FileNotFoundError(f"There is no model {str(name)!r}. Give one of {known}, or the path of a JSON file.")
    stored = path.read_bytes()
    try:
        model = Model.from_json(json.loads(stored))
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise ValueError(f"{path} holds no model: give a file that train_comment_model wrote.") from error
    _require_own_name(model.version, path, stored)
    return model


def _require_own_name(version: object, path: Path, stored: bytes) -> None:
    """Raise `ValueError` where verdicts could not name the model, or would be taken for another one's."""
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        raise ValueError(f"{path} names its model {version!r:.80}: give up to 50 letters, digits, dots, dashes and _.")
    shipped = MODELS / f"{version}.json"
    if shipped.is_file() and shipped.read_bytes() != stored:
        raise ValueError(f"{path} holds another model than the one shipped as {version}: train it with another --name.")
