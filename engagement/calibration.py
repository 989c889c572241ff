"""The filter in force: the model that the installation names, and the cut-offs that its staff's decisions gave it."""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.contrib.auth.models import User

from engagement.enums import Verdict
from engagement.filtering.cutoffs import LEAST_DECISIONS, CutOffs, recalibrated
from engagement.filtering.model import Model, load_model
from engagement.models import Calibration, Decision, Interaction
from engagement.prevalence import ErrorRates


@dataclass(frozen=True)
class Filter:
    """What judges: a model, and where its probabilities become verdicts."""

    model: Model
    cut_offs: CutOffs

    @property
    def mark(self) -> str:
        """What posts carry that it judged: equal marks give equal verdicts on equal evidence."""
        return f"{self.model.version} {self.cut_offs.genuine:.4f} {self.cut_offs.bot:.4f}"


@dataclass(frozen=True)
class Proposal:
    """The cut-offs that staff's decisions give a model, beside those in force.

    `decisions` were made on what the model had scored; `people` of them said genuine, and only those move a cut-off.
    `within` are visible verdicts whose score lies between an old cut-off and its new one: at most these change.
    """

    model_version: str
    before: CutOffs
    after: CutOffs
    share: float
    decisions: int
    people: int
    within: int


class TooFewDecided(ValueError):
    """Fewer people were found genuine than move a cut-off: the message says how many. Nothing was stored."""


def model_in_force() -> Model:
    """The model that FILTER_MODEL names, else the one shipped. Raises `FileNotFoundError` where there is none."""
    return load_model(settings.FILTER_MODEL) if settings.FILTER_MODEL else load_model()


def rates_of(model: Model) -> ErrorRates:
    """How often a model's verdicts were wrong, for estimates. Raises ValueError for a model that does not tell."""
    if model.error_rates is None:
        raise ValueError(f"Model {model.version} does not say how often it is wrong (error_rates): train it anew.")
    measured = model.error_rates
    return ErrorRates(false_accusations=measured.false_accusations, recall=measured.recall)


def uncalibrated(model: Model) -> Filter:
    """A model with the cut-offs that its training gives for the share this installation lets be wrongly accused."""
    return Filter(model, model.cut_offs(settings.MAX_WRONGLY_ACCUSED))


def filter_with(model: Model) -> Filter:
    """A model with this installation's cut-offs for it, or where none were made with the training's. One query."""
    made = Calibration.objects.filter(model_version=model.version).first()
    return Filter(model, CutOffs(bot=made.bot, genuine=made.genuine)) if made else uncalibrated(model)


def filter_in_force() -> Filter:
    """What judges now. One query."""
    return filter_with(model_in_force())


def propose(model: Model) -> Proposal:
    """What staff's decisions on a model's scores come to; nothing is stored. Personas are neither bots nor people."""
    decided = Decision.objects.newest().of_model(model.version).exclude(verdict=Verdict.PERSONA).order_by()
    told = decided.values_list("score", "verdict")
    rows = [(score, verdict == Verdict.BOT) for score, verdict in told if score is not None]
    share, before = settings.MAX_WRONGLY_ACCUSED, filter_with(model).cut_offs
    after = recalibrated(model.genuine_scores, rows, share)
    people = sum(not is_bot for _, is_bot in rows)
    moved = ((before.bot, after.bot), (before.genuine, after.genuine))
    within = Interaction.objects.judgeable().moved(model.version, moved).count()
    return Proposal(model.version, before, after, share, len(rows), people, within)


def put_in_force(proposal: Proposal, *, by: User | None, now: datetime) -> Calibration:
    """Store the cut-offs of a proposal. What was judged before keeps its verdicts until it is assessed again.

    Raises `TooFewDecided`.
    """
    if proposal.people < LEAST_DECISIONS:
        wanted = f"{LEAST_DECISIONS} decisions that said genuine are needed"
        raise TooFewDecided(f"{wanted}, and there are {proposal.people}.")
    values = {
        "bot": proposal.after.bot,
        "genuine": proposal.after.genuine,
        "decisions": proposal.decisions,
        "people": proposal.people,
        "share": proposal.share,
        "calibrated_at": now,
        "calibrated_by": by,
    }
    return Calibration.objects.update_or_create(model_version=proposal.model_version, defaults=values)[0]


def take_back(model: Model) -> bool:
    """Return to the training's cut-offs; whether others were in force."""
    return bool(Calibration.objects.filter(model_version=model.version).delete()[0])
